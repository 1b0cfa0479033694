import CoreTypes
import NIOCore

/// The beginning of a payload, a response or a body, kept for people who look at it later. A copy: what travels through the host
/// is a slice of a connection's buffer, and holding on to it would hold all of that.
struct BodyExcerpt: Hashable, Sendable {
    let kept: [UInt8]
    /// Of the whole.
    let byteCount: Int

    /// What is kept of each.
    static let bytesMax = 64 * 1024

    /// - Parameter whole: how many bytes there were, if `buffer` hasn't all of them.
    init(_ buffer: ByteBuffer, of whole: Int = 0) {
        self.byteCount = max(buffer.readableBytes, whole)
        self.kept = Array(buffer.readableBytesView.prefix(Self.bytesMax))
    }

    init(_ bytes: [UInt8], of whole: Int = 0) {
        self.byteCount = max(bytes.count, whole)
        self.kept = bytes.count <= Self.bytesMax ? bytes : Array(bytes[..<Self.bytesMax])
    }

    var isTruncated: Bool { self.kept.count < self.byteCount }

    /// `{"bytes":12,"text":"…"}`; of what is no UTF-8 `{"bytes":12,"base64":"…"}`; with `"truncated":true` where it is not whole.
    var json: JSON {
        var object: JSONObject = ["bytes": .number(JSONNumber(self.byteCount))]
        if let text = String(validating: self.wholeCharacters, as: UTF8.self) {
            object["text"] = .string(text)
        } else {
            object["base64"] = .string(Base64.encode(self.kept))
        }
        if self.isTruncated { object["truncated"] = true }
        return .object(object)
    }

    /// Without the part of a character that the cut left at the end.
    private var wholeCharacters: ArraySlice<UInt8> {
        guard self.isTruncated else { return self.kept[...] }
        var end = self.kept.endIndex
        while end > self.kept.startIndex, self.kept.endIndex - end < 4 {
            let byte = self.kept[end - 1]
            if byte < 0x80 { return self.kept[..<end] }
            end -= 1
            if byte >= 0xC0 { return self.kept[..<end] }
        }
        return self.kept[...]
    }
}
