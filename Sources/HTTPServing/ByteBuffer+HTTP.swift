package import NIOCore
package import NIOHTTP1

extension ByteBuffer {
    package mutating func writeStatusLine(_ status: HTTPResponseStatus) {
        switch status {
        case .ok: self.writeStaticString("HTTP/1.1 200 OK\r\n")
        case .accepted: self.writeStaticString("HTTP/1.1 202 Accepted\r\n")
        default:
            self.writeStaticString("HTTP/1.1 ")
            self.writeDecimal(Int(status.code))
            self.writeStaticString(" ")
            self.writeString(status.reasonPhrase)
            self.writeStaticString("\r\n")
        }
    }

    /// `name: value` and its line break. A value's control characters become spaces: nothing a function or a client sends can
    /// begin a line of its own (RFC 9110 section 5.5).
    package mutating func writeHeader(_ name: StaticString, _ value: String) {
        self.writeStaticString(name)
        self.writeStaticString(": ")
        self.writeHeaderValue(value)
    }

    /// The same for a name that comes from outside; one that is no token (RFC 9110 section 5.6.2) is left out.
    package mutating func writeForeignHeader(_ name: String, _ value: String) {
        guard !name.isEmpty, name.utf8.allSatisfy(Self.isToken) else { return }
        self.writeString(name)
        self.writeStaticString(": ")
        self.writeHeaderValue(value)
    }

    package mutating func writeHeader(_ name: StaticString, _ value: Int64) {
        self.writeStaticString(name)
        self.writeStaticString(": ")
        self.writeDecimal(Int(value))
        self.writeStaticString("\r\n")
    }

    private mutating func writeHeaderValue(_ value: String) {
        var value = value
        let isText = value.withUTF8 { bytes in
            // Without a way out of the loop, so that it takes many bytes at a time.
            var isText = true
            for byte in bytes { isText = isText && Self.isText(byte) }
            return isText
        }
        if isText {
            self.writeString(value)
        } else {
            self.writeBytes(value.utf8.map { Self.isText($0) ? $0 : UInt8(ascii: " ") })
        }
        self.writeStaticString("\r\n")
    }

    private static func isText(_ byte: UInt8) -> Bool { byte >= 0x20 && byte != 0x7F || byte == 0x09 }

    /// The characters of a header name (RFC 9110 section 5.6.2).
    private static func isToken(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        case UInt8(ascii: "!"), UInt8(ascii: "#"), UInt8(ascii: "$"), UInt8(ascii: "%"), UInt8(ascii: "&"), UInt8(ascii: "'"),
            UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "^"), UInt8(ascii: "_"),
            UInt8(ascii: "`"), UInt8(ascii: "|"), UInt8(ascii: "~"):
            true
        default: false
        }
    }

    /// A non-negative number in decimal digits, without a `String` on the way.
    package mutating func writeDecimal(_ value: Int) {
        if value < 0 {
            self.writeStaticString("-")
            self.writeDecimal(-value)
            return
        }
        var divisor = 1
        while value / divisor >= 10 { divisor *= 10 }
        while divisor > 0 {
            self.writeInteger(UInt8(ascii: "0") + UInt8(value / divisor % 10))
            divisor /= 10
        }
    }
}

extension HTTPResponseStatus {
    /// RFC 9110 section 6.4.1: no content after 1xx, 204, 304.
    var mayHaveBody: Bool { self.code >= 200 && self.code != 204 && self.code != 304 }
}
