import Testing

@testable import SQS

/// SendMessage (API Reference): a body may hold #x9, #xA, #xD, #x20 to #xD7FF, #xE000 to #xFFFD and #x10000 to #x10FFFF.
@Suite("Characters of a message")
struct CharacterRulesTests {
    @Test(
        "allowed characters",
        arguments: [
            "\u{9}", "\u{A}", "\u{D}", " ", "~", "\u{7F}", "주문", "\u{D7FF}", "\u{E000}", "\u{FFFD}", "\u{10000}", "\u{10FFFF}",
            "\u{80}", "\u{7FF}", "\u{800}",
        ])
    func allowed(text: String) { #expect(CharacterRules.isMessageText(Array("a\(text)b".utf8))) }

    @Test("other characters", arguments: ["\u{0}", "\u{8}", "\u{B}", "\u{C}", "\u{E}", "\u{1F}", "\u{FFFE}", "\u{FFFF}"])
    func refused(text: String) { #expect(!CharacterRules.isMessageText(Array("a\(text)b".utf8))) }

    @Test(
        "bytes that are no UTF-8",
        arguments: [
            [0x80], [0xC0, 0x80], [0xC1, 0xBF], [0xC2], [0xE0, 0x9F, 0xBF], [0xE2, 0x82], [0xED, 0xA0, 0x80],
            [0xF0, 0x8F, 0xBF, 0xBF],
            [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF], [0xE2, 0x28, 0xA1], [0xF0, 0x9F, 0x98],
        ] as [[UInt8]])
    func malformed(bytes: [UInt8]) { #expect(!CharacterRules.isMessageText(bytes)) }

    @Test("every text of one character is judged as the documentation says")
    func everyScalar() {
        for value in UInt32(0)...0x10FFFF {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let isAllowed =
                [0x9, 0xA, 0xD].contains(value) || (0x20...0xD7FF).contains(value) || (0xE000...0xFFFD).contains(value)
                || value >= 0x10000
            if CharacterRules.isMessageText(Array(String(Character(scalar)).utf8)) != isAllowed {
                Issue.record("U+\(String(value, radix: 16))")
            }
        }
    }
}
