/// What may stand in each state, in the order of the grammar: of equally long matches the first counts.
extension Lexer {
    private struct Best {
        var kind = TokenKind.endOfFile
        var length = 0

        mutating func offer(_ kind: TokenKind, _ length: Int) {
            if length > self.length {
                self.kind = kind
                self.length = length
            }
        }
    }

    /// The longest match at the present place; nil where there is none.
    mutating func match() -> (kind: TokenKind, length: Int)? {
        guard self.place < self.bytes.count else { return nil }
        var best = Best()
        let byte = self.bytes[self.place]
        switch self.state {
        case .text: self.matchText(byte, &best)
        case .reference, .referenceModifier: self.matchReference(byte, &best)
        case .referenceIndex: self.matchIndex(byte, &best)
        case .methodArguments: self.matchArguments(byte, &best)
        case .directive: self.matchDirective(byte, &best)
        case .preDirective: self.matchPreDirective(byte, &best)
        case .lineComment:
            self.matchAnywhere(byte, &best)
            best.offer(.lineComment, self.newline(at: self.place))
            best.offer(.skip, 1)
        case .blockComment, .formalComment:
            self.matchAnywhere(byte, &best)
            best.offer(self.state == .formalComment ? .formalComment : .blockComment, self.length(of: "*#"))
            best.offer(.skip, 1)
        case .textBlock:
            self.matchAnywhere(byte, &best)
            best.offer(.textBlock, self.length(of: "]]#"))
            best.offer(.more, 1)
        }
        return best.length > 0 ? (best.kind, best.length) : nil
    }

    private mutating func matchText(_ byte: UInt8, _ best: inout Best) {
        best.offer(.escapedDirective, self.escapedDirective())
        best.offer(.set, self.setDirective())
        self.matchAnywhere(byte, &best)
        best.offer(.doubleEscape, self.length(of: "\\\\"))
        best.offer(.escape, self.length(of: "\\"))
        if !Self.isMark(byte) {
            var end = self.place
            while end < self.bytes.count, !Self.isMark(self.bytes[end]) { end += 1 }
            best.offer(.text, end - self.place)
        }
        self.matchEmptyIndex(&best)
    }

    private mutating func matchReference(_ byte: UInt8, _ best: inout Best) {
        let isModifier = self.state == .referenceModifier
        best.offer(.indexLeftBracket, self.length(of: "["))
        if isModifier { best.offer(.leftParenthesis, self.length(of: "(")) }
        best.offer(.set, self.setDirective())
        self.matchAnywhere(byte, &best)
        self.matchName(&best)
        best.offer(.referenceLeftCurly, self.length(of: "{"))
        best.offer(.referenceRightCurly, self.length(of: "}"))
        best.offer(.referenceTerminator, 1)
        if !isModifier { self.matchEmptyIndex(&best) }
    }

    private mutating func matchIndex(_ byte: UInt8, _ best: inout Best) {
        best.offer(.indexRightBracket, self.length(of: "]"))
        self.matchAnywhere(byte, &best)
        best.offer(.whitespace, self.whitespace())
        best.offer(.string, self.string(byte))
        self.matchBooleans(&best)
        self.matchNumbers(&best)
    }

    private mutating func matchArguments(_ byte: UInt8, _ best: inout Best) {
        self.matchPunctuation(byte, &best)
        best.offer(.methodRightParenthesis, self.length(of: ")"))
        best.offer(.set, self.setDirective())
        self.matchAnywhere(byte, &best)
        best.offer(.whitespace, self.whitespace())
        best.offer(.string, self.string(byte))
        self.matchBooleans(&best)
        self.matchNumbers(&best)
        self.matchIdentifier(&best)
    }

    private mutating func matchDirective(_ byte: UInt8, _ best: inout Best) {
        self.matchPunctuation(byte, &best)
        best.offer(.leftParenthesis, self.length(of: "("))
        if byte == UInt8(ascii: ")") { best.offer(.rightParenthesis, 1 + self.blanksAndNewline(at: self.place + 1)) }
        self.matchAnywhere(byte, &best)
        best.offer(.whitespace, self.whitespace())
        best.offer(.string, self.string(byte))
        self.matchBooleans(&best)
        for (kind, texts) in Self.operators {
            for text in texts { best.offer(kind, self.length(of: text)) }
        }
        self.matchNumbers(&best)
        self.matchWords(byte, &best)
    }

    private mutating func matchPreDirective(_ byte: UInt8, _ best: inout Best) {
        self.matchAnywhere(byte, &best)
        for (kind, word) in Self.directiveWords {
            for text in [word, "{\(word)}"] {
                let length = self.length(of: text)
                guard length > 0 else { continue }
                let takesLine = kind == .end || kind == .else
                best.offer(kind, length + (takesLine ? self.blanksAndNewline(at: self.place + length) : 0))
            }
        }
        self.matchNumbers(&best)
        self.matchWords(byte, &best)
        best.offer(.directiveTerminator, 1)
    }

    // MARK: Groups

    private static let operators: [(TokenKind, [String])] = [
        (.minus, ["-"]), (.plus, ["+"]), (.multiply, ["*"]), (.divide, ["/"]), (.modulus, ["%"]),
        (.and, ["&&", "and"]), (.or, ["||", "or"]), (.less, ["<", "lt"]), (.lessOrEqual, ["<=", "le"]),
        (.greater, [">", "gt"]), (.greaterOrEqual, [">=", "ge"]), (.equal, ["==", "eq"]), (.notEqual, ["!=", "ne"]),
        (.not, ["!", "not"]), (.assign, ["="]),
    ]
    private static let directiveWords: [(TokenKind, String)] = [
        (.end, "end"), (.if, "if"), (.elseif, "elseif"), (.else, "else"),
    ]

    /// What begins in every state.
    private mutating func matchAnywhere(_ byte: UInt8, _ best: inout Best) {
        if byte == UInt8(ascii: "\\") || byte == UInt8(ascii: "$") {
            best.offer(.more, self.dollar())
        } else if byte == UInt8(ascii: "#") {
            best.offer(.more, self.length(of: "#[["))
            if self.length(of: "#**") > 0, self.place + 3 < self.bytes.count, self.bytes[self.place + 3] != byte {
                best.offer(.more, 4)
            }
            best.offer(.more, self.length(of: "#*"))
            best.offer(.more, 1)
            switch self.state {
            case .text, .reference, .directive, .preDirective: best.offer(.lineCommentStart, self.length(of: "##"))
            default: break
            }
        }
    }

    private func matchPunctuation(_ byte: UInt8, _ best: inout Best) {
        switch byte {
        case UInt8(ascii: "["): best.offer(.leftBracket, 1)
        case UInt8(ascii: "]"): best.offer(.rightBracket, 1)
        case UInt8(ascii: ","): best.offer(.comma, 1)
        case UInt8(ascii: "."): best.offer(.doubleDot, self.length(of: ".."))
        case UInt8(ascii: ":"): best.offer(.colon, 1)
        case UInt8(ascii: "{"): best.offer(.leftCurly, 1)
        case UInt8(ascii: "}"): best.offer(.rightCurly, 1)
        default: break
        }
    }

    private func matchName(_ best: inout Best) {
        self.matchBooleans(&best)
        self.matchIdentifier(&best)
    }

    private func matchBooleans(_ best: inout Best) {
        best.offer(.true, self.length(of: "true"))
        best.offer(.false, self.length(of: "false"))
    }

    private func matchIdentifier(_ best: inout Best) {
        let first = self.bytes[self.place]
        if Self.isLetter(first) || first == UInt8(ascii: "_") {
            var end = self.place + 1
            while end < self.bytes.count, Self.isIdentifierByte(self.bytes[end]) { end += 1 }
            best.offer(.identifier, end - self.place)
        } else if first == UInt8(ascii: "."), self.place + 1 < self.bytes.count, Self.isLetter(self.bytes[self.place + 1]) {
            best.offer(.dot, 2)
        }
    }

    private func matchNumbers(_ best: inout Best) {
        var index = self.place
        if self.bytes[index] == UInt8(ascii: "-") { index += 1 }
        let whole = self.digits(at: index)
        index += whole
        if whole > 0 {
            let dots = self.isByte(".", at: index) && self.isByte(".", at: index + 1) ? 2 : 0
            best.offer(.integer, index + dots - self.place)
        }
        var floatEnd = 0
        if self.isByte(".", at: index) {
            let fraction = self.digits(at: index + 1)
            if whole > 0 || fraction > 0 {
                floatEnd = index + 1 + fraction
                floatEnd += self.exponent(at: floatEnd)
            }
        } else if whole > 0, self.exponent(at: index) > 0 {
            floatEnd = index + self.exponent(at: index)
        }
        if floatEnd > 0 { best.offer(.float, floatEnd - self.place) }
    }

    private func matchWords(_ byte: UInt8, _ best: inout Best) {
        best.offer(.word, self.word(at: self.place))
        best.offer(.bracketedWord, self.bracketedWord(at: self.place))
    }

    private func matchEmptyIndex(_ best: inout Best) {
        for text in ["$[", "$![", "$\\![", "$."] { best.offer(.emptyIndex, self.length(of: text)) }
    }

    // MARK: Single tokens: the length of each at a place, 0 where it is not there

    private func length(of text: String) -> Int {
        var index = self.place
        for byte in text.utf8 {
            guard index < self.bytes.count, self.bytes[index] == byte else { return 0 }
            index += 1
        }
        return index - self.place
    }

    private func isByte(_ character: Unicode.Scalar, at index: Int) -> Bool {
        index < self.bytes.count && self.bytes[index] == UInt8(ascii: character)
    }

    /// `\`* `$`, or `\`* `$` `\`* `!`.
    private mutating func dollar() -> Int {
        let index = self.endOfBackslashes(at: self.place)
        guard self.isByte("$", at: index) else { return 0 }
        let bang = self.endOfBackslashes(at: index + 1)
        return (self.isByte("!", at: bang) ? bang + 1 : index + 1) - self.place
    }

    /// An odd number of `\`, `#` and a word.
    private mutating func escapedDirective() -> Int {
        let index = self.endOfBackslashes(at: self.place)
        guard (index - self.place) % 2 == 1, self.isByte("#", at: index) else { return 0 }
        let word = max(self.word(at: index + 1), self.bracketedWord(at: index + 1))
        return word > 0 ? index + 1 + word - self.place : 0
    }

    private func setDirective() -> Int {
        var index = self.place
        while self.isByte(" ", at: index) || self.isByte("\t", at: index) { index += 1 }
        guard self.isByte("#", at: index) else { return 0 }
        let rest = self.bytes[index...]
        if rest.starts(with: "#set".utf8) {
            index += 4
        } else if rest.starts(with: "#{set}".utf8) {
            index += 6
        } else {
            return 0
        }
        while self.isByte(" ", at: index) { index += 1 }
        return self.isByte("(", at: index) ? index + 1 - self.place : 0
    }

    private func newline(at index: Int) -> Int {
        if self.isByte("\r", at: index) { return self.isByte("\n", at: index + 1) ? 2 : 1 }
        return self.isByte("\n", at: index) ? 1 : 0
    }

    private func blanksAndNewline(at start: Int) -> Int {
        var index = start
        while self.isByte(" ", at: index) || self.isByte("\t", at: index) { index += 1 }
        let newline = self.newline(at: index)
        return newline > 0 ? index + newline - start : 0
    }

    private func whitespace() -> Int {
        var index = self.place
        while index < self.bytes.count, Self.isWhitespace(self.bytes[index]) { index += 1 }
        return index - self.place
    }

    /// The longest text in quotes: a doubled quote belongs to the text if a later one closes it.
    private func string(_ quote: UInt8) -> Int {
        guard quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else { return 0 }
        var closed = 0
        var index = self.place + 1
        while index < self.bytes.count {
            if self.bytes[index] == quote {
                closed = index + 1 - self.place
                guard index + 1 < self.bytes.count, self.bytes[index + 1] == quote else { return closed }
                index += 1
            }
            index += 1
        }
        return closed
    }

    private func digits(at start: Int) -> Int {
        var index = start
        while index < self.bytes.count, Self.isDigit(self.bytes[index]) { index += 1 }
        return index - start
    }

    private func exponent(at start: Int) -> Int {
        guard self.isByte("e", at: start) || self.isByte("E", at: start) else { return 0 }
        let sign = self.isByte("+", at: start + 1) || self.isByte("-", at: start + 1) ? 1 : 0
        let digits = self.digits(at: start + 1 + sign)
        return digits > 0 ? 1 + sign + digits : 0
    }

    private func word(at start: Int) -> Int {
        guard start < self.bytes.count else { return 0 }
        let first = self.bytes[start]
        guard Self.isLetter(first) || first == UInt8(ascii: "_") || first == UInt8(ascii: "@") else { return 0 }
        var index = start + 1
        while index < self.bytes.count, Self.isWordByte(self.bytes[index]) { index += 1 }
        return index - start
    }

    private func bracketedWord(at start: Int) -> Int {
        guard self.isByte("{", at: start), !self.isByte("@", at: start + 1) else { return 0 }
        let word = self.word(at: start + 1)
        return word > 0 && self.isByte("}", at: start + 1 + word) ? word + 2 : 0
    }

    // MARK: Characters

    private static func isMark(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "$") || byte == UInt8(ascii: "#") || byte == UInt8(ascii: "\\")
    }

    static func isLetter(_ byte: UInt8) -> Bool {
        byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z")
    }

    static func isDigit(_ byte: UInt8) -> Bool {
        byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
    }

    private static func isIdentifierByte(_ byte: UInt8) -> Bool {
        self.isLetter(byte) || self.isDigit(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
    }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        self.isLetter(byte) || self.isDigit(byte) || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "@")
    }
}
