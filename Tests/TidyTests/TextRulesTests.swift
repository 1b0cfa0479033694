import Testing

@Suite("Rules of the text, tried")
struct TextRulesTests {
    private func file(_ text: String) -> TextFile { TextFile(path: "A.swift", text: text) }

    @Test("a line of 130 columns passes, one of 131 does not; characters count, not bytes")
    func longLines() {
        let passing = String(repeating: "세", count: 130)
        #expect(TextRules.longLines(in: file(passing)) == [])
        #expect(TextRules.longLines(in: file("\(passing),")) == [])
        #expect(TextRules.longLines(in: file("\n\(passing)x")).map(\.line) == [2])
    }

    @Test("a tab is found")
    func tabs() {
        #expect(TextRules.tabs(in: file("a\n b\tc")).map(\.line) == [2])
        #expect(TextRules.tabs(in: file("let tab = \"\\t\"")) == [])
    }

    @Test("notes of unfinished work are found, parts of words are not", arguments: ["TO" + "DO", "FIX" + "ME", "XX" + "X"])
    func leftovers(mark: String) {
        #expect(TextRules.leftovers(in: file("// \(mark): later")).count == 1)
        #expect(TextRules.leftovers(in: file("\(mark)")).count == 1)
        #expect(TextRules.leftovers(in: file("mas\(mark)list, \(mark)_A")) == [])
    }

    @Test(
        "an empty catch is found, also over lines and with a pattern",
        arguments: [
            "do { try a() } catch {}", "do { try a() } catch { }", "} catch {\n\n}", "} catch let error as E {\n}",
        ])
    func emptyCatches(text: String) {
        #expect(TextRules.emptyCatches(in: file(text)).count == 1)
    }

    @Test(
        "a catch that does or says something passes", arguments: ["} catch {\n    // the peer is gone\n}", "} catch { return }"])
    func filledCatches(text: String) {
        #expect(TextRules.emptyCatches(in: file(text)) == [])
    }

    @Test(
        "what is dropped or unchecked without a word is found",
        arguments: [
            "let a = try? b()", "final class A: @unchecked Sendable {}", "nonisolated(unsafe) var a = 1",
            "// far away\n\nlet a = try? b()", "let url = \"http://x\"; let a = try? b(url)",
        ])
    func unexplained(text: String) {
        #expect(TextRules.unexplained(in: file(text)).count == 1)
    }

    @Test(
        "a comment beside or above explains it; comments and literals need no comment",
        arguments: [
            "let a = try? b()  // gone already", "// Sound: one owner.\nfinal class A: @unchecked Sendable {}",
            "/// Why.\n@available(macOS 15, *)\nnonisolated(unsafe) var a = 1", "// never try? here", "let text = \"try? again\"",
        ])
    func explained(text: String) {
        #expect(TextRules.unexplained(in: file(text)) == [])
    }
}
