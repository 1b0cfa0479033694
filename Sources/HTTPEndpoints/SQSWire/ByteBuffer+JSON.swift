import CoreTypes
import NIOCore

/// JSON text written straight into an answer.
extension ByteBuffer {
    /// A string with its quotes; only what RFC 8259 section 7 demands is escaped.
    mutating func writeJSON(_ text: String) {
        var text = text
        text.withUTF8 { self.writeJSON(utf8: UnsafeRawBufferPointer($0)) }
    }

    mutating func writeJSON(_ utf8: [UInt8]) { utf8.withUnsafeBytes { self.writeJSON(utf8: $0) } }

    private mutating func writeJSON(utf8: UnsafeRawBufferPointer) {
        guard let plain = Self.plainLength(utf8) else {
            self.writeWithUnsafeMutableBytes(minimumWritableBytes: utf8.count + 2) { buffer in
                buffer[0] = UInt8(ascii: "\"")
                UnsafeMutableRawBufferPointer(rebasing: buffer[1...]).copyMemory(from: utf8)
                buffer[utf8.count + 1] = UInt8(ascii: "\"")
                return utf8.count + 2
            }
            return
        }
        self.writeStaticString("\"")
        var rest = utf8
        var next: Int? = plain
        while let length = next {
            self.writeBytes(UnsafeRawBufferPointer(rebasing: rest[..<length]))
            self.writeEscape(of: rest[length])
            rest = UnsafeRawBufferPointer(rebasing: rest[(length + 1)...])
            next = Self.plainLength(rest)
        }
        self.writeBytes(rest)
        self.writeStaticString("\"")
    }

    /// How many bytes stand before the first that must be escaped; `nil` when none must.
    private static func plainLength(_ bytes: UnsafeRawBufferPointer) -> Int? {
        // The loop over a block has no branch, so that the compiler makes vector instructions of it.
        let blockSize = 32
        var position = 0
        while position + blockSize <= bytes.count, let base = bytes.baseAddress {
            var special: UInt8 = 0
            for index in 0..<blockSize {
                let byte = (base + position + index).load(as: UInt8.self)
                special |= (byte ^ 0x22 == 0 ? 1 : 0) | (byte ^ 0x5C == 0 ? 1 : 0) | (byte < 0x20 ? 1 : 0)
            }
            if special != 0 { break }
            position += blockSize
        }
        while position < bytes.count {
            let byte = bytes[position]
            if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return position }
            position += 1
        }
        return nil
    }

    private mutating func writeEscape(of byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): self.writeStaticString("\\\"")
        case UInt8(ascii: "\\"): self.writeStaticString("\\\\")
        case 0x09: self.writeStaticString("\\t")
        case 0x0A: self.writeStaticString("\\n")
        case 0x0D: self.writeStaticString("\\r")
        default:
            self.writeStaticString("\\u00")
            self.writeString(HexadecimalText.text(UInt64(byte), digits: 2))
        }
    }

    /// `"name":` behind a comma or none, and after it so many bytes that `value` writes; in one piece, as most members are short
    /// and each writing to a buffer has its price.
    mutating func writeMember(
        _ name: StaticString, comma: Bool, valueBytes: Int = 0, _ value: (UnsafeMutableBufferPointer<UInt8>) -> Void = { _ in }
    ) {
        let nameBytes = name.utf8CodeUnitCount
        let start = comma ? 1 : 0
        let total = start + nameBytes + 3 + valueBytes
        self.writeWithUnsafeMutableBytes(minimumWritableBytes: total) { buffer in
            buffer[0] = UInt8(ascii: ",")
            buffer[start] = UInt8(ascii: "\"")
            name.withUTF8Buffer { UnsafeMutableRawBufferPointer(rebasing: buffer[(start + 1)...]).copyBytes(from: $0) }
            buffer[start + nameBytes + 1] = UInt8(ascii: "\"")
            buffer[start + nameBytes + 2] = UInt8(ascii: ":")
            value(UnsafeMutableRawBufferPointer(rebasing: buffer[(total - valueBytes)..<total]).bindMemory(to: UInt8.self))
            return total
        }
    }
}
