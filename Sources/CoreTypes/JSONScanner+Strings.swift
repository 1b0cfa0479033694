extension JSONScanner {
    /// The value of the string at the scanner, whose opening quote it stands at.
    mutating func takeString() throws(JSONError) -> String {
        let start = self.position
        let hasEscapes = try self.skipString()
        let content = UnsafeRawBufferPointer(rebasing: self.bytes[(start + 1)..<(self.position - 1)])
        return hasEscapes ? String(decoding: Self.unescaped(content), as: UTF8.self) : String(decoding: content, as: UTF8.self)
    }

    /// The same as UTF-8, copied once where nothing is escaped.
    mutating func takeStringBytes() throws(JSONError) -> [UInt8] {
        let start = self.position
        let hasEscapes = try self.skipString()
        let content = UnsafeRawBufferPointer(rebasing: self.bytes[(start + 1)..<(self.position - 1)])
        return hasEscapes ? Self.unescaped(content) : [UInt8](content)
    }

    /// The scanner has checked every escape; a lone surrogate becomes U+FFFD, as no UTF-8 can hold it.
    private static func unescaped(_ content: UnsafeRawBufferPointer) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(content.count)
        var index = 0
        func hex(at start: Int) -> UInt32 {
            content[start..<(start + 4)].reduce(0) { $0 << 4 | UInt32($1 & 15) + ($1 > 64 ? 9 : 0) }
        }
        while index < content.count {
            let byte = content[index]
            guard byte == UInt8(ascii: "\\") else {
                bytes.append(byte)
                index += 1
                continue
            }
            let escape = content[index + 1]
            index += 2
            switch escape {
            case UInt8(ascii: "b"): bytes.append(0x08)
            case UInt8(ascii: "t"): bytes.append(0x09)
            case UInt8(ascii: "n"): bytes.append(0x0A)
            case UInt8(ascii: "f"): bytes.append(0x0C)
            case UInt8(ascii: "r"): bytes.append(0x0D)
            case UInt8(ascii: "u"):
                var scalar = hex(at: index)
                index += 4
                if 0xD800..<0xDC00 ~= scalar, index + 6 <= content.count, content[index] == UInt8(ascii: "\\"),
                    content[index + 1] == UInt8(ascii: "u"), 0xDC00..<0xE000 ~= hex(at: index + 2)
                {
                    scalar = 0x10000 + (scalar - 0xD800) << 10 + (hex(at: index + 2) - 0xDC00)
                    index += 6
                }
                bytes.append(contentsOf: String(Character(Unicode.Scalar(scalar) ?? "\u{FFFD}")).utf8)
            default: bytes.append(escape)
            }
        }
        return bytes
    }
}
