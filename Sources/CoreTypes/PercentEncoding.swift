/// Percent-encoded text (RFC 3986 section 2.1; WHATWG URL, "application/x-www-form-urlencoded").
package enum PercentEncoding {
    /// The decoded text. A `%` without two hexadecimal digits stays as it is; bytes that are not UTF-8 become U+FFFD.
    /// - Parameter plusIsSpace: true in queries and forms, false in paths.
    package static func decode(_ text: Substring, plusIsSpace: Bool) -> String {
        var text = text
        return text.withUTF8 { source in
            guard source.contains(where: { $0 == UInt8(ascii: "%") || plusIsSpace && $0 == UInt8(ascii: "+") }) else {
                return String(decoding: source, as: UTF8.self)
            }
            return self.decode(source, plusIsSpace: plusIsSpace)
        }
    }

    package static func decode(_ text: String, plusIsSpace: Bool) -> String {
        self.decode(Substring(text), plusIsSpace: plusIsSpace)
    }

    private static func decode(_ source: UnsafeBufferPointer<UInt8>, plusIsSpace: Bool) -> String {
        String(unsafeUninitializedCapacity: source.count) { decoded in
            var (index, count) = (0, 0)
            while index < source.count {
                let byte = source[index]
                index += 1
                if byte == UInt8(ascii: "+"), plusIsSpace {
                    decoded[count] = UInt8(ascii: " ")
                } else if byte == UInt8(ascii: "%"), index + 1 < source.count, let high = self.value(of: source[index]),
                    let low = self.value(of: source[index + 1])
                {
                    decoded[count] = high << 4 | low
                    index += 2
                } else {
                    decoded[count] = byte
                }
                count += 1
            }
            return count
        }
    }

    private static func value(of digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    /// The text with every byte outside RFC 3986's unreserved characters encoded, in capitals; a space becomes `%20`.
    package static func encode(_ text: some StringProtocol) -> String {
        self.encode(text, keeping: self.isUnreserved)
    }

    private static func encode(_ text: some StringProtocol, keeping isKept: (UInt8) -> Bool) -> String {
        guard !text.utf8.allSatisfy(isKept) else { return String(text) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count * 3)
        for byte in text.utf8 {
            if isKept(byte) {
                bytes.append(byte)
            } else {
                bytes += [UInt8(ascii: "%"), self.digit(byte >> 4), self.digit(byte & 15)]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// A path that mappings made of decoded values and of texts that may be encoded already: what no path can hold (RFC 3986
    /// section 3.3) is encoded, slashes and escapes stay.
    package static func encodeMappedPath(_ text: some StringProtocol) -> String {
        let encoded = self.encode(text, keeping: { self.isPathCharacter($0) || $0 == UInt8(ascii: "%") })
        guard !self.isWellFormed(encoded[...]) else { return encoded }
        var bytes: [UInt8] = []
        var rest = Array(encoded.utf8)[...]
        while let byte = rest.popFirst() {
            bytes.append(byte)
            if byte == UInt8(ascii: "%"), !self.startsWithDigits(rest) { bytes += Array("25".utf8) }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Whether two hexadecimal digits follow each `%`.
    package static func isWellFormed(_ text: Substring) -> Bool {
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), !self.startsWithDigits(rest) { return false }
        }
        return true
    }

    private static func startsWithDigits(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.count >= 2 && bytes.prefix(2).allSatisfy { self.value(of: $0) != nil }
    }

    private static func isPathCharacter(_ byte: UInt8) -> Bool {
        self.isUnreserved(byte) || "/:@!$&'()*+,;=".utf8.contains(byte)
    }

    private static func digit(_ nibble: UInt8) -> UInt8 { nibble < 10 ? 48 + nibble : 55 + nibble }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
            true
        default: false
        }
    }
}
