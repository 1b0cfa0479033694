/// Which characters SQS takes where.
enum CharacterRules {
    /// `A-Z a-z 0-9 _ -`: names of queues, ids of batch entries, labels.
    static func isNameCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }

    /// Alphanumeric and punctuation: all of ASCII that is printed, but the space (SendMessage, `MessageGroupId`).
    static func isIDCharacter(_ byte: UInt8) -> Bool { (0x21...0x7E).contains(byte) }

    static let idLengthMax = 128

    static func isID(_ text: String) -> Bool {
        (1...self.idLengthMax).contains(text.utf8.count) && text.utf8.allSatisfy(self.isIDCharacter)
    }

    /// How AWS names the characters of ``isMessageText(_:)``.
    static let validText =
        "Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF"

    /// Valid UTF-8 of the characters that XML 1.0 has: #x9 #xA #xD, #x20 to #xD7FF, #xE000 to #xFFFD, #x10000 to #x10FFFF.
    static func isMessageText(_ bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBufferPointer { bytes in
            var index = 0
            while index < bytes.count {
                let byte = bytes[index]
                if byte < 0x80 {
                    guard byte >= 0x20 || byte == 0x9 || byte == 0xA || byte == 0xD else { return false }
                    index += 1
                } else {
                    guard let length = self.sequenceLength(bytes, at: index) else { return false }
                    index += length
                }
            }
            return true
        }
    }

    /// The length of a well-formed sequence of two to four bytes (Unicode Standard, table 3-7), but U+FFFE and U+FFFF.
    private static func sequenceLength(_ bytes: UnsafeBufferPointer<UInt8>, at index: Int) -> Int? {
        let (length, second): (Int, ClosedRange<UInt8>)
        switch bytes[index] {
        case 0xC2...0xDF: (length, second) = (2, 0x80...0xBF)
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: (length, second) = (3, 0x80...0xBF)
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF1...0xF3: (length, second) = (4, 0x80...0xBF)
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        default: return nil
        }
        guard index + length <= bytes.count, second.contains(bytes[index + 1]) else { return nil }
        for offset in 2..<max(length, 2) where bytes[index + offset] & 0xC0 != 0x80 { return nil }
        let isNoncharacter = bytes[index] == 0xEF && bytes[index + 1] == 0xBF && bytes[index + 2] >= 0xBE
        return isNoncharacter ? nil : length
    }
}
