import CoreTypes

/// What `$util` can do, as functions of text (API Gateway developer guide, "$util variables").
package enum MappingFunctions {
    /// As Commons Lang 2 escapes for JavaScript: quotes of both kinds and backslashes get a backslash, control characters
    /// their letter or `\u00XX`, and every UTF-16 unit above U+007F becomes `\uXXXX` in capitals. `/` stays as it is.
    package static func escapeJavaScript(_ text: String) -> String {
        guard text.utf8.contains(where: Self.needsEscape) else { return text }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count * 2)
        for unit in text.utf16 {
            switch unit {
            case 0x08: bytes.append(contentsOf: #"\b"#.utf8)
            case 0x09: bytes.append(contentsOf: #"\t"#.utf8)
            case 0x0A: bytes.append(contentsOf: #"\n"#.utf8)
            case 0x0C: bytes.append(contentsOf: #"\f"#.utf8)
            case 0x0D: bytes.append(contentsOf: #"\r"#.utf8)
            case 0x22, 0x27, 0x5C:
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(UInt8(unit))
            case 0x20...0x7F: bytes.append(UInt8(unit))
            default: Self.appendEscape(unit, to: &bytes)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func needsEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte > 0x7F || byte == 0x22 || byte == 0x27 || byte == 0x5C
    }

    /// `\uXXXX`
    static func appendEscape(_ unit: UInt16, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: #"\u"#.utf8)
        for shift in [12, 8, 4, 0] { bytes.append(Self.hexadecimal(UInt8(truncatingIfNeeded: unit >> UInt16(shift)) & 15)) }
    }

    private static func hexadecimal(_ nibble: UInt8) -> UInt8 { nibble < 10 ? 48 + nibble : 55 + nibble }

    /// Form encoding of UTF-8: letters, digits and `*-_.` stay, a space becomes `+`.
    package static func urlEncode(_ text: String) -> String {
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "*"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
                bytes.append(byte)
            case UInt8(ascii: " "): bytes.append(UInt8(ascii: "+"))
            default: bytes += [UInt8(ascii: "%"), Self.hexadecimal(byte >> 4), Self.hexadecimal(byte & 15)]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The reverse. `nil` for a `%` without two hexadecimal digits, where Java's decoder throws.
    package static func urlDecode(_ text: String) -> String? {
        let source = Array(text.utf8)
        var bytes: [UInt8] = []
        var index = 0
        while index < source.count {
            switch source[index] {
            case UInt8(ascii: "+"): bytes.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard index + 2 < source.count, let value = Self.value(source[index + 1], source[index + 2]) else { return nil }
                bytes.append(value)
                index += 2
            default: bytes.append(source[index])
            }
            index += 1
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func value(_ high: UInt8, _ low: UInt8) -> UInt8? {
        let digit = { (byte: UInt8) -> UInt8? in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - 48
            case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - 87
            case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - 55
            default: nil
            }
        }
        guard let high = digit(high), let low = digit(low) else { return nil }
        return high << 4 | low
    }

    package static func base64Encode(_ text: String) -> String { Base64.encode(text.utf8) }

    /// Reads both alphabets and whatever stands between as Commons Codec does: characters outside of them are left out,
    /// and `=` ends the text. Bytes that are no UTF-8 become U+FFFD.
    package static func base64Decode(_ text: String) -> String {
        var clean: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "="): return Self.decoded(clean)
            case UInt8(ascii: "-"): clean.append(UInt8(ascii: "+"))
            case UInt8(ascii: "_"): clean.append(UInt8(ascii: "/"))
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"):
                clean.append(byte)
            default: continue
            }
        }
        return Self.decoded(clean)
    }

    /// A last character that stands alone carries no whole byte.
    private static func decoded(_ clean: [UInt8]) -> String {
        let whole = clean.count % 4 == 1 ? clean.dropLast() : clean[...]
        let bytes = Base64.decode(String(decoding: whole, as: UTF8.self)) ?? []
        return String(decoding: bytes, as: UTF8.self)
    }
}
