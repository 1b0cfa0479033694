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
        self.writeStaticString("\"")
        var rest = utf8
        while let length = Self.plainLength(rest) {
            self.writeBytes(UnsafeRawBufferPointer(rebasing: rest[..<length]))
            self.writeEscape(of: rest[length])
            rest = UnsafeRawBufferPointer(rebasing: rest[(length + 1)...])
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
            self.writeHexadecimal(UInt64(byte) << 56, digits: 2)
        }
    }

    /// The highest digits of a number, in lower case.
    mutating func writeHexadecimal(_ value: UInt64, digits: Int) {
        self.writeWithUnsafeMutableBytes(minimumWritableBytes: digits) { buffer in
            for index in 0..<digits {
                let nibble = UInt8(truncatingIfNeeded: value >> UInt64(60 - 4 * index)) & 15
                buffer[index] = nibble < 10 ? 48 + nibble : 87 + nibble
            }
            return digits
        }
    }

    mutating func write(_ digest: MD5.Digest) {
        self.writeHexadecimal(digest.high, digits: 16)
        self.writeHexadecimal(digest.low, digits: 16)
    }

    /// The 36 characters of a UUID.
    mutating func write(_ id: RequestID) {
        self.writeHexadecimal(id.high, digits: 8)
        self.writeStaticString("-")
        self.writeHexadecimal(id.high << 32, digits: 4)
        self.writeStaticString("-")
        self.writeHexadecimal(id.high << 48, digits: 4)
        self.writeStaticString("-")
        self.writeHexadecimal(id.low, digits: 4)
        self.writeStaticString("-")
        self.writeHexadecimal(id.low << 16, digits: 12)
    }
}
