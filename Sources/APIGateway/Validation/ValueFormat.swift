import CoreTypes

/// What `format` asks of a text: the seven of draft 4 (section 7.3), as strictly as the validator that the service uses
/// (`json-schema-validator`) takes them. Other formats ask nothing.
enum ValueFormat: String, Sendable {
    case dateTime = "date-time"
    case email
    case hostname
    case ipv4
    case ipv6
    case regex
    case uri

    /// `nil` for a text that has the format, else the validator's words.
    func fault(of text: String) -> String? {
        let quoted = "string \(JSON.string(text))"
        return switch self {
        case .dateTime where !Self.isDateTime(text):
            "\(quoted) is invalid against requested date format(s) [yyyy-MM-dd'T'HH:mm:ssZ, yyyy-MM-dd'T'HH:mm:ss.[0-9]{1,12}Z]"
        case .email where !Self.isEmail(text): "\(quoted) is not a valid email address"
        case .hostname where !Self.isHostname(text): "\(quoted) is not a valid hostname"
        case .ipv4 where text.utf8.contains(UInt8(ascii: ":")) || !Self.isAddress(text): "\(quoted) is not a valid IPv4 address"
        case .ipv6 where !text.utf8.contains(UInt8(ascii: ":")) || !Self.isAddress(text): "\(quoted) is not a valid IPv6 address"
        case .regex where TextPattern(text) == nil: "\(quoted) is not a valid ECMA 262 regular expression"
        case .uri where !Self.isURI(text): "\(quoted) is not a valid URI"
        case .dateTime, .email, .hostname, .ipv4, .ipv6, .regex, .uri: nil
        }
    }

    private static func isAddress(_ text: String) -> Bool { !text.utf8.contains(UInt8(ascii: "/")) && AddressRange(text) != nil }

    /// RFC 3339 section 5.6 with capitals: `2026-11-21T05:47:00.123+09:00`.
    private static func isDateTime(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"), bytes[10] == UInt8(ascii: "T"),
            bytes[13] == UInt8(ascii: ":"), bytes[16] == UInt8(ascii: ":"), let year = self.number(bytes[0..<4]),
            let month = self.number(bytes[5..<7]), let day = self.number(bytes[8..<10]), let hour = self.number(bytes[11..<13]),
            let minute = self.number(bytes[14..<16]), let second = self.number(bytes[17..<19]), 1...12 ~= month, hour <= 23,
            minute <= 59, second <= 59
        else { return false }
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        guard 1...days[month - 1] ~= day else { return false }
        var rest = bytes[19...]
        if rest.first == UInt8(ascii: ".") {
            let digits = rest.dropFirst().prefix { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
            guard 1...12 ~= digits.count else { return false }
            rest = rest[digits.endIndex...]
        }
        return self.isOffset(rest)
    }

    /// `Z`, `+09:00`, `+0900`.
    private static func isOffset(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard let sign = bytes.first else { return false }
        if sign == UInt8(ascii: "Z") { return bytes.count == 1 }
        guard sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") else { return false }
        var digits = bytes.dropFirst()
        if digits.count == 5, digits[digits.startIndex + 2] == UInt8(ascii: ":") { digits.remove(at: digits.startIndex + 2) }
        guard digits.count == 4, let hours = self.number(digits.prefix(2)), let minutes = self.number(digits.suffix(2)) else {
            return false
        }
        return hours <= 23 && minutes <= 59
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        digits.reduce(0 as Int?) { total, byte in
            guard let total, UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte else { return nil }
            return total * 10 + Int(byte - UInt8(ascii: "0"))
        }
    }

    /// An address of RFC 822 without a name or quotes.
    private static func isEmail(_ text: String) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        return parts.count == 2
            && parts.allSatisfy { part in
                !part.isEmpty && !part.hasPrefix(".") && !part.hasSuffix(".") && !part.contains("..")
                    && part.utf8.allSatisfy { 0x21...0x7E ~= $0 && !"\"(),:;<>[\\]".utf8.contains($0) }
            }
    }

    /// Two labels or more, in any script.
    private static func isHostname(_ text: String) -> Bool {
        let name = text.hasSuffix(".") ? text.dropLast() : text[...]
        let labels = name.split(separator: ".", omittingEmptySubsequences: false)
        return labels.count >= 2 && name.utf8.count <= 253 && labels.last?.first?.isNumber == false
            && labels.allSatisfy { label in
                1...63 ~= label.utf8.count && !label.hasPrefix("-") && !label.hasSuffix("-")
                    && label.allSatisfy { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" }
            }
    }

    /// A reference of RFC 3986, relative ones too; characters outside of ASCII may stand in it.
    private static func isURI(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        for (index, byte) in bytes.enumerated() {
            if byte == UInt8(ascii: "%") {
                guard index + 2 < bytes.count, bytes[index + 1...index + 2].allSatisfy(self.isHexadecimal) else { return false }
            }
            if byte <= 0x20 || byte == 0x7F || "\"<>\\^`{|}".utf8.contains(byte) { return false }
        }
        // What stands before a colon in the first segment is a scheme.
        let first = text.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard let colon = first.firstIndex(of: ":") else { return true }
        let scheme = first[..<colon].utf8
        return text.index(after: colon) < text.endIndex && scheme.first.map(self.isLetter) == true
            && scheme.allSatisfy { self.isLetter($0) || UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 || "+-.".utf8.contains($0) }
    }

    private static func isLetter(_ byte: UInt8) -> Bool { UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20 }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || UInt8(ascii: "a")...UInt8(ascii: "f") ~= byte | 0x20
    }
}
