/// Rules of the text itself, each a function from a file to what breaks the rule in it.
enum TextRules {
    /// As the formatter's `lineLength`.
    static let columns = 130
    /// A line that holds a literal may be longer, as a text that users see or a test expects reads best whole; vectors of tests
    /// may be longer still. (The formatter leaves literals alone, and indents them.)
    static let columnsWithLiteral = 160
    static let columnsInTests = 240

    /// A comma at the end of a line doesn't count: the formatter itself sets it behind the last column.
    static func longLines(in file: TextFile) -> [Violation] {
        self.violations(in: file) { _, line in
            let isTest = file.path.hasPrefix("Tests/")
            let holdsLiteral = line.contains("\"") || line.contains("'") || line.contains("`") || isTest
            let most = holdsLiteral ? (isTest ? self.columnsInTests : self.columnsWithLiteral) : self.columns
            return line.count - (line.last == "," ? 1 : 0) > most ? "\(line.count) columns, and \(most) are the most" : nil
        }
    }

    static func tabs(in file: TextFile) -> [Violation] {
        self.violations(in: file) { _, line in line.contains("\t") ? "a tab" : nil }
    }

    /// Spelled apart, so that this file keeps the rule.
    private static let marks = ["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"]

    /// Notes of unfinished work. What is missing is named as missing in the documentation, or it is done.
    static func leftovers(in file: TextFile) -> [Violation] {
        self.violations(in: file) { _, line in
            self.marks.first { self.contains(word: $0, in: line) }.map { "\($0) left in the text" }
        }
    }

    /// A `catch` that holds not even a comment on why the error is ignored. It may span lines.
    static func emptyCatches(in file: TextFile) -> [Violation] {
        let pattern = /\}\s*catch\b[^{}]*\{\s*\}/
        return file.text.matches(of: pattern).map { match in
            let line = file.text[..<match.range.lowerBound].count(where: { $0 == "\n" }) + 1
            return Violation(path: file.path, line: line, message: "an empty catch")
        }
    }

    private static let explained = ["try?", "@unchecked Sendable", "nonisolated(unsafe)"]
    /// How far above a comment may stand: the declaration or statement that it explains can have several lines.
    private static let commentReach = 4

    /// Where the compiler is told to look away, or an error is dropped, a comment says why: on the same line or above it, with no
    /// blank line between.
    static func unexplained(in file: TextFile) -> [Violation] {
        let lines = file.lines
        return self.violations(in: file) { index, line in
            let code = self.withoutLiterals(line)
            let comment = code.firstRange(of: "//")
            let statement = comment.map { code[..<$0.lowerBound] } ?? code[...]
            guard let found = self.explained.first(where: { self.contains(construct: $0, in: statement) }) else { return nil }
            if comment != nil { return nil }
            for above in lines[max(0, index - self.commentReach)..<index].reversed() {
                let text = above.drop { $0 == " " }
                if text.isEmpty { break }
                if text.hasPrefix("//") { return nil }
            }
            return "\(found) without a comment on why"
        }
    }

    /// `try?` in `let a = try? b()`, but not in `entry?.value`.
    private static func contains(construct: String, in statement: Substring) -> Bool {
        statement.ranges(of: construct).contains { range in
            guard range.lowerBound > statement.startIndex else { return true }
            let before = statement[statement.index(before: range.lowerBound)]
            return !before.isLetter && !before.isNumber && before != "_"
        }
    }

    /// The line with the text of its string literals taken out, so that what they say doesn't count as code.
    private static func withoutLiterals(_ line: Substring) -> String {
        var result = ""
        var isInside = false
        var isEscaped = false
        for character in line {
            if isInside {
                if isEscaped {
                    isEscaped = false
                } else if character == "\\" {
                    isEscaped = true
                } else if character == "\"" {
                    isInside = false
                }
            } else if character == "\"" {
                isInside = true
            } else {
                result.append(character)
            }
        }
        return result
    }

    private static func contains(word: String, in line: Substring) -> Bool {
        line.ranges(of: word).contains { range in
            let before = range.lowerBound == line.startIndex ? nil : line[line.index(before: range.lowerBound)]
            let after = range.upperBound == line.endIndex ? nil : line[range.upperBound]
            return ![before, after].contains { $0.map { $0.isLetter || $0.isNumber || $0 == "_" } ?? false }
        }
    }

    private static func violations(in file: TextFile, _ check: (Int, Substring) -> String?) -> [Violation] {
        file.lines.enumerated().compactMap { index, line in
            check(index, line).map { Violation(path: file.path, line: index + 1, message: $0) }
        }
    }
}
