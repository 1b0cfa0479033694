import CoreTypes

/// What is done to a component before a statement looks at it (AWS WAF developer guide, "Text transformation options"). What a
/// decoding can't read stays as it is.
package enum TextTransformation: String, Hashable, Sendable, CaseIterable {
    case none = "NONE"
    case base64Decode = "BASE64_DECODE"
    case base64DecodeForgivingly = "BASE64_DECODE_EXT"
    case commandLine = "CMD_LINE"
    case compressWhiteSpace = "COMPRESS_WHITE_SPACE"
    case hexadecimalDecode = "HEX_DECODE"
    case htmlEntityDecode = "HTML_ENTITY_DECODE"
    case lowercase = "LOWERCASE"
    case md5 = "MD5"
    case normalizePath = "NORMALIZE_PATH"
    case normalizeWindowsPath = "NORMALIZE_PATH_WIN"
    case removeNulls = "REMOVE_NULLS"
    case replaceComments = "REPLACE_COMMENTS"
    case replaceNulls = "REPLACE_NULLS"
    case urlDecode = "URL_DECODE"

    func apply(to bytes: [UInt8]) -> [UInt8] {
        switch self {
        case .none: bytes
        case .base64Decode: Base64.decode(String(decoding: bytes, as: UTF8.self)) ?? bytes
        case .base64DecodeForgivingly:
            Base64.decode(String(decoding: bytes.filter(Self.isBase64), as: UTF8.self)) ?? bytes
        case .commandLine: Self.commandLine(bytes)
        case .compressWhiteSpace: Self.compressed(bytes)
        case .hexadecimalDecode: Self.hexadecimal(bytes) ?? bytes
        case .htmlEntityDecode: HTMLEntities.decode(bytes)
        case .lowercase: bytes.map(lowercased)
        case .md5: Self.md5(bytes)
        case .normalizePath: Self.normalizedPath(bytes)
        case .normalizeWindowsPath: Self.normalizedPath(bytes.map { $0 == UInt8(ascii: "\\") ? UInt8(ascii: "/") : $0 })
        case .removeNulls: bytes.filter { $0 != 0 }
        case .replaceComments: Self.withoutComments(bytes)
        case .replaceNulls: bytes.map { $0 == 0 ? Self.space : $0 }
        case .urlDecode: Self.percentDecoded(bytes)
        }
    }

    private static let space = UInt8(ascii: " ")

    private static func isBase64(_ byte: UInt8) -> Bool { byte.isLetterOrDigit || byte == 0x2B || byte == 0x2F }

    /// Deletes `\ " ' ^` and spaces before `/` and `(`, makes `,` and `;` spaces, many spaces one, and letters small.
    private static func commandLine(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        for byte in bytes where !#"\"'^"#.utf8.contains(byte) {
            let byte = ",;".utf8.contains(byte) ? Self.space : lowercased(byte)
            if byte == Self.space, result.last == Self.space { continue }
            if "/(".utf8.contains(byte), result.last == Self.space { result.removeLast() }
            result.append(byte)
        }
        return result
    }

    /// Form feed, tab, line feed, carriage return, vertical tab and the non-breaking space (160, in UTF-8 too) become spaces, and
    /// many spaces one.
    private static func compressed(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            let isWideSpace = bytes[index] == 0xC2 && index + 1 < bytes.count && bytes[index + 1] == 0xA0
            let isSpace = isWideSpace || bytes[index] == Self.space || (9...13).contains(bytes[index])
            if !isSpace {
                result.append(bytes[index])
            } else if result.last != Self.space {
                result.append(Self.space)
            }
            index += isWideSpace ? 2 : 1
        }
        return result
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> [UInt8]? {
        guard bytes.count % 2 == 0 else { return nil }
        var result: [UInt8] = []
        for place in stride(from: 0, to: bytes.count, by: 2) {
            guard let high = bytes[place].hexadecimalValue, let low = bytes[place + 1].hexadecimalValue else { return nil }
            result.append(high << 4 | low)
        }
        return result
    }

    /// The sixteen bytes themselves, not their text.
    private static func md5(_ bytes: [UInt8]) -> [UInt8] {
        let digest = MD5.digest(of: bytes)
        return [digest.high, digest.low].flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * $0)) } }
    }

    /// Without double slashes, `.` and, but for those at the beginning, `..` with what it leads back from.
    private static func normalizedPath(_ bytes: [UInt8]) -> [UInt8] {
        let slash = UInt8(ascii: "/")
        let isAbsolute = bytes.first == slash
        let isFolder = bytes.last == slash || bytes.hasLastSegment("/.") || bytes.hasLastSegment("/..")
        var kept: [ArraySlice<UInt8>] = []
        for segment in bytes.split(separator: slash) where !segment.elementsEqual(".".utf8) {
            if segment.elementsEqual("..".utf8), let last = kept.last, !last.elementsEqual("..".utf8) {
                kept.removeLast()
            } else if !segment.elementsEqual("..".utf8) || !isAbsolute {
                kept.append(segment)
            }
        }
        let path = (isAbsolute ? [slash] : []) + Array(kept.joined(separator: [slash]))
        return isFolder && !kept.isEmpty ? path + [slash] : path
    }

    /// Each `/* … */` becomes one space, one without an end too.
    private static func withoutComments(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var rest = bytes[...]
        while let start = rest.firstRange(of: Array("/*".utf8)) {
            result += rest[..<start.lowerBound] + [Self.space]
            rest = rest[start.upperBound...].firstRange(of: Array("*/".utf8)).map { rest[$0.upperBound...] } ?? []
        }
        return result + rest
    }

    private static func percentDecoded(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count, let high = bytes[index + 1].hexadecimalValue,
                let low = bytes[index + 2].hexadecimalValue
            {
                result.append(high << 4 | low)
                index += 3
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        return result
    }
}

extension [UInt8] {
    fileprivate func hasLastSegment(_ ending: String) -> Bool { self.suffix(ending.utf8.count).elementsEqual(ending.utf8) }
}

extension UInt8 {
    var isLetterOrDigit: Bool {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"):
            true
        default: false
        }
    }

    fileprivate var hexadecimalValue: UInt8? { Character(UnicodeScalar(self)).hexDigitValue.map(UInt8.init) }
}

/// `&quot;`, `&nbsp;`, `&lt;`, `&gt;`, and characters by their numbers: `&#xad;`, `&#173;`.
private enum HTMLEntities {
    private static let named: [String: [UInt8]] = ["quot": [0x22], "nbsp": [0xC2, 0xA0], "lt": [0x3C], "gt": [0x3E]]
    /// Longer than any that has a meaning.
    private static let lengthMax = 12

    static func decode(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var rest = bytes[...]
        while let mark = rest.firstIndex(of: UInt8(ascii: "&")) {
            result += rest[..<mark]
            rest = rest[mark...]
            if let end = rest.prefix(self.lengthMax).firstIndex(of: UInt8(ascii: ";")),
                let decoded = self.decoded(String(decoding: rest[(mark + 1)..<end], as: UTF8.self))
            {
                result += decoded
                rest = rest[(end + 1)...]
            } else {
                result.append(rest.removeFirst())
            }
        }
        return result + rest
    }

    private static func decoded(_ name: String) -> [UInt8]? {
        guard name.hasPrefix("#") else { return self.named[name.lowercased()] }
        let number = name.dropFirst()
        let isHexadecimal = number.hasPrefix("x") || number.hasPrefix("X")
        let value = isHexadecimal ? UInt32(number.dropFirst(), radix: 16) : UInt32(number)
        return value.flatMap(UnicodeScalar.init).map { Array(String(Character($0)).utf8) }
    }
}
