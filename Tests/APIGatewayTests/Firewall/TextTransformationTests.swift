import Testing

@testable import APIGateway

/// AWS WAF developer guide, "Text transformation options": each sentence of it once, by hand.
@Suite("Text transformations")
struct TextTransformationTests {
    @Test(
        "texts",
        arguments: [
            (.none, "A b", "A b"), (.lowercase, "AbC한글É", "abc한글É"),
            (.base64Decode, "7ISA7J2Y", "섀의"), (.base64Decode, "YQ==", "a"), (.base64Decode, "no base64!", "no base64!"),
            (.base64DecodeForgivingly, "Y.Q-", "a"),
            (.commandLine, #"C^at  "/ETC/'passwd',\x;y (z)"#, "cat/etc/passwd x y(z)"),
            (.compressWhiteSpace, "a \t\n\r\u{0B}\u{0C}b\u{A0}c   d", "a b c d"),
            (.hexadecimalDecode, "616263", "abc"), (.hexadecimalDecode, "6162x3", "6162x3"), (.hexadecimalDecode, "616", "616"),
            (.htmlEntityDecode, "&lt;a&nbsp;b&gt;&quot;&#xAC00;&#97;&other; & &#;", "<a\u{A0}b>\"가a&other; & &#;"),
            (.normalizePath, "/a//b/./c/../d", "/a/b/d"), (.normalizePath, "../a/../b", "../b"),
            (.normalizePath, "/../a/", "/a/"),
            (.normalizePath, "/a/b/..", "/a/"), (.normalizePath, "/", "/"), (.normalizePath, "", ""),
            (.normalizeWindowsPath, #"\a\.\b\..\c"#, "/a/c"),
            (.removeNulls, "a\0b\0", "ab"), (.replaceNulls, "a\0b", "a b"),
            (.replaceComments, "a/* b */c/**//*d", "a c  "), (.replaceComments, "a*/b", "a*/b"),
            (.urlDecode, "%EC%84%B8+%2f%zz%4", "세+/%zz%4"), (.urlDecode, "%41", "A"),
        ] as [(TextTransformation, String, String)])
    func texts(transformation: TextTransformation, text: String, expected: String) {
        #expect(String(decoding: transformation.apply(to: Array(text.utf8)), as: UTF8.self) == expected)
    }

    /// RFC 1321, appendix A.5: d41d8cd98f00b204e9800998ecf8427e for no bytes.
    @Test("MD5 gives the bytes of the digest")
    func md5() {
        #expect(
            TextTransformation.md5.apply(to: []) == [
                0xd4, 0x1d, 0x8c, 0xd9, 0x8f, 0x00, 0xb2, 0x04, 0xe9, 0x80, 0x09, 0x98, 0xec, 0xf8, 0x42, 0x7e,
            ])
    }

    @Test("no bytes trap")
    func fuzz() {
        let seed: UInt64 = 20_261_122
        var generator = SeededGenerator(state: seed)
        let alphabet = Array("/.*&#;x%=\\ ab0\0\u{A0}".utf8)
        for _ in 0..<5_000 {
            var bytes = (0..<Int.random(in: 0...24, using: &generator)).map { _ in alphabet.randomElement(using: &generator) ?? 0
            }
            for transformation in TextTransformation.allCases where Bool.random(using: &generator) {
                bytes = transformation.apply(to: bytes)
                #expect(bytes.count <= 40, "seed \(seed)")
            }
        }
    }
}
