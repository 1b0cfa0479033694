import CoreTypes
import VTL

/// Live objects as compact JSON, the way `$input.json` writes them: characters that json-smart escapes are escaped, so the text
/// holds no U+007F to U+009F and no U+2000 to U+20FF; `/` stays as it is.
enum MappingJSON {
    /// An object that a template put into itself would have no end.
    private static let depthLimit = 500

    static func text(_ value: Value) throws(MethodFailure) -> String {
        var bytes: [UInt8] = []
        try self.append(value, depth: 0, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func append(_ value: Value, depth: Int, to bytes: inout [UInt8]) throws(MethodFailure) {
        guard depth < self.depthLimit else {
            throw MethodFailure("StackOverflowError: more than \(self.depthLimit) values nested in each other")
        }
        switch value {
        case .null: bytes.append(contentsOf: "null".utf8)
        case .bool, .int, .long, .bigInteger, .decimal: bytes.append(contentsOf: value.text.utf8)
        case .double(let number): bytes.append(contentsOf: number.isFinite ? value.text.utf8 : "null".utf8)
        case .string(let text): self.append(string: text, to: &bytes)
        case .character, .object: self.append(string: value.text, to: &bytes)
        case .list(let list):
            bytes.append(UInt8(ascii: "["))
            for (index, element) in list.elements.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                try self.append(element, depth: depth + 1, to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .map(let map):
            bytes.append(UInt8(ascii: "{"))
            for (index, entry) in map.entries.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                self.append(string: entry.key.text, to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                try self.append(entry.value, depth: depth + 1, to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    private static func append(string text: String, to bytes: inout [UInt8]) {
        // U+007F is one byte; the others begin with C2 or E2.
        guard text.utf8.contains(where: { $0 == 0x7F || $0 == 0xC2 || $0 == 0xE2 }) else {
            return JSONWriter.append(string: text, to: &bytes)
        }
        bytes.append(UInt8(ascii: "\""))
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x7F...0x9F, 0x2000...0x20FF: MappingFunctions.appendEscape(UInt16(scalar.value), to: &bytes)
            case 0x00..<0x20, 0x22, 0x5C:
                var quoted: [UInt8] = []
                JSONWriter.append(string: String(Character(scalar)), to: &quoted)
                bytes.append(contentsOf: quoted.dropFirst().dropLast())
            default: bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
