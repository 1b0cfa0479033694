import RegularExpressions

/// Walks over the text of a filter pattern.
struct LogPatternScanner {
    private let scalars: [Unicode.Scalar]
    private var position = 0

    init(_ text: String) { self.scalars = Array(text.unicodeScalars) }

    var isAtEnd: Bool { self.position == self.scalars.count }
    var peek: Unicode.Scalar? { self.isAtEnd ? nil : self.scalars[self.position] }

    mutating func next() { self.position += 1 }

    mutating func skipSpace() {
        while let scalar = self.peek, scalar == " " || scalar == "\t" || scalar == "\n" || scalar == "\r" { self.position += 1 }
    }

    mutating func take(_ text: String) -> Bool {
        guard self.scalars[self.position...].starts(with: text.unicodeScalars) else { return false }
        self.position += text.unicodeScalars.count
        return true
    }

    mutating func takeAfterSpace(_ text: String) -> Bool {
        self.skipSpace()
        return self.take(text)
    }

    /// Words with blanks between them, in any case; none taken unless all are there.
    mutating func take(words: [String]) -> Bool {
        let start = self.position
        for expected in words {
            self.skipSpace()
            guard self.word(Self.isWordScalar).uppercased() == expected else {
                self.position = start
                return false
            }
        }
        return true
    }

    mutating func expect(_ character: Character) throws(LogPatternError) {
        self.skipSpace()
        guard self.take(String(character)) else { throw self.error("expected \(character)") }
    }

    mutating func word(_ belongs: (Unicode.Scalar) -> Bool) -> String {
        var word = String.UnicodeScalarView()
        while let scalar = self.peek, belongs(scalar) {
            word.append(scalar)
            self.position += 1
        }
        return String(word)
    }

    /// A text in double quotes; `\"` and `\\` stand for the second character.
    mutating func quoted() throws(LogPatternError) -> String {
        let start = self.position
        self.position += 1
        var text = String.UnicodeScalarView()
        while let scalar = self.peek {
            self.position += 1
            if scalar == "\"" { return String(text) }
            if scalar == "\\", let escaped = self.peek, escaped == "\"" || escaped == "\\" {
                self.position += 1
                text.append(escaped)
            } else {
                text.append(scalar)
            }
        }
        self.position = start
        throw self.error("a quotation mark is not closed")
    }

    /// `%…%`. Only what the service takes is taken: letters, digits, some signs and operators, no parentheses (user guide,
    /// "Supported regular expressions (regex) syntax").
    mutating func regex() throws(LogPatternError) -> JavaRegex {
        let start = self.position
        self.position += 1
        let text = self.word { $0 != "%" }
        guard self.take("%") else {
            self.position = start
            throw self.error("a regular expression is not closed by %")
        }
        if let wrong = text.unicodeScalars.first(where: { !Self.isRegexScalar($0) }) {
            throw LogPatternError(message: "A regular expression can't have '\(wrong)': %\(text)%")
        }
        do {
            return try JavaRegex(text)
        } catch {
            throw LogPatternError(message: "The regular expression %\(text)% is none: \(error.message)")
        }
    }

    /// Letters and digits of any script, and `_`.
    static func isWordScalar(_ scalar: Unicode.Scalar) -> Bool {
        ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || ("0"..."9").contains(scalar) || scalar == "_"
            || scalar.value >= 0x80
    }

    private static func isRegexScalar(_ scalar: Unicode.Scalar) -> Bool {
        scalar.isASCII && (self.isWordScalar(scalar) || " :#=@/;,-^$?[]{}|\\*+.".unicodeScalars.contains(scalar))
    }

    func error(_ message: String) -> LogPatternError {
        LogPatternError(message: "Invalid filter pattern at character \(self.position + 1): \(message).")
    }
}
