import SQS

/// How ``MessageDetails`` lie in a row: a tag, a length (four bytes, the lowest first) and the bytes of each part that there is.
/// A message attribute is a part made of parts.
enum DetailsCoding {
    private enum Tag: UInt8 {
        case sender = 1, traceHeader, group, deduplication, attribute
        case name, dataType, text, binary
    }

    static func encode(_ details: MessageDetails) -> [UInt8] {
        var bytes: [UInt8] = []
        self.append(.sender, Array(details.senderID.utf8), to: &bytes)
        if let text = details.traceHeader { self.append(.traceHeader, Array(text.utf8), to: &bytes) }
        if let text = details.groupID { self.append(.group, Array(text.utf8), to: &bytes) }
        if let text = details.deduplicationID { self.append(.deduplication, Array(text.utf8), to: &bytes) }
        for attribute in details.attributes {
            var part: [UInt8] = []
            self.append(.name, Array(attribute.name.utf8), to: &part)
            self.append(.dataType, Array(attribute.dataType.utf8), to: &part)
            switch attribute.value {
            case .string(let text): self.append(.text, Array(text.utf8), to: &part)
            case .binary(let content): self.append(.binary, content, to: &part)
            case .list, .missing: preconditionFailure("a message with such a value is refused before it is stored")
            }
            self.append(.attribute, part, to: &bytes)
        }
        return bytes
    }

    /// `nil` when the bytes are none that ``encode(_:)`` makes.
    static func decode(_ bytes: [UInt8], deadLetterSourceARN: String?) -> MessageDetails? {
        guard let parts = self.parts(bytes[...]) else { return nil }
        var sender: String?
        var traceHeader: String?
        var group: String?
        var deduplication: String?
        var attributes: [MessageAttribute] = []
        for (tag, content) in parts {
            switch tag {
            case .sender: sender = self.text(content)
            case .traceHeader: traceHeader = self.text(content)
            case .group: group = self.text(content)
            case .deduplication: deduplication = self.text(content)
            case .attribute:
                guard let attribute = self.attribute(content) else { return nil }
                attributes.append(attribute)
            case .name, .dataType, .text, .binary: return nil
            }
        }
        guard let sender else { return nil }
        return MessageDetails(
            senderID: sender, attributes: attributes, traceHeader: traceHeader, groupID: group, deduplicationID: deduplication,
            deadLetterSourceARN: deadLetterSourceARN)
    }

    private static func attribute(_ bytes: ArraySlice<UInt8>) -> MessageAttribute? {
        guard let parts = self.parts(bytes), parts.count == 3, parts[0].0 == .name, parts[1].0 == .dataType else { return nil }
        let value: MessageAttribute.Value
        switch parts[2].0 {
        case .text: value = .string(self.text(parts[2].1))
        case .binary: value = .binary(Array(parts[2].1))
        case .sender, .traceHeader, .group, .deduplication, .attribute, .name, .dataType: return nil
        }
        return MessageAttribute(name: self.text(parts[0].1), dataType: self.text(parts[1].1), value: value)
    }

    private static func append(_ tag: Tag, _ content: [UInt8], to bytes: inout [UInt8]) {
        bytes.append(tag.rawValue)
        let length = UInt32(content.count)
        for shift in stride(from: UInt32(0), to: 32, by: 8) { bytes.append(UInt8(truncatingIfNeeded: length >> shift)) }
        bytes.append(contentsOf: content)
    }

    private static func parts(_ bytes: ArraySlice<UInt8>) -> [(Tag, ArraySlice<UInt8>)]? {
        var parts: [(Tag, ArraySlice<UInt8>)] = []
        var rest = bytes
        while let first = rest.first {
            guard let tag = Tag(rawValue: first), rest.count >= 5 else { return nil }
            let start = rest.startIndex
            let length = (1...4).reversed().reduce(0) { $0 << 8 | Int(rest[start + $1]) }
            guard rest.count >= 5 + length else { return nil }
            parts.append((tag, rest[(start + 5)..<(start + 5 + length)]))
            rest = rest[(start + 5 + length)...]
        }
        return parts
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }
}
