/// Cuts a template into tokens the way Velocity's generated token manager does: by a stack of lexical states, the longest match
/// in the
/// present state, and the first of equally long ones. Many of the language's quirks are no rules of its grammar but consequences
/// of
/// these states, so that nothing simpler gives the same answers.
///
/// Tokens are cut only when the parser asks for them, as it switches states itself.
struct Lexer {
    enum State: UInt8 {
        case reference, referenceModifier, referenceIndex, directive, methodArguments, text
        case textBlock, blockComment, formalComment, lineComment, preDirective
    }

    private struct Level {
        let leftParentheses: Int
        let rightParentheses: Int
        let state: State
    }

    let bytes: [UInt8]
    var place = 0
    private(set) var state = State.text
    private var stack: [Level] = []
    private var leftParentheses = 0
    private var rightParentheses = 0
    private var isInComment = false
    /// Between `#set(` and the parser's word that it is over.
    var isInSet = false
    /// The backslashes measured last: a long row of them is cut into many tokens, and measured once.
    private var backslashes = 0..<0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// The next token; nil where no token begins with what stands there.
    mutating func next() -> Token? {
        var specials: [Range<Int>] = []
        var start = self.place
        var isContinued = false
        while true {
            if self.place == self.bytes.count, !isContinued {
                return Token(kind: .endOfFile, start: start, end: start, specials: specials)
            }
            guard let (kind, length) = self.match() else { return nil }
            var end = self.place + length
            self.place = end
            switch kind {
            case .more:
                self.continueToken(from: end - length, length: length)
                isContinued = true
                continue
            case .skip:
                start = self.place
                isContinued = false
                continue
            case .referenceTerminator, .directiveTerminator:
                specials.append(start..<end)
                self.place -= length
                self.pop()
                start = self.place
                isContinued = false
                continue
            default:
                end = self.act(on: kind, start: start, end: end)
                // Of the marks before a dot nothing is left.
                if kind == .dot { start = end - 1 }
                return Token(kind: kind, start: start, end: end, specials: specials)
            }
        }
    }

    // MARK: States

    mutating func switchTo(_ state: State) {
        self.state = state
    }

    @discardableResult
    mutating func pop() -> Bool {
        guard let level = self.stack.popLast() else {
            self.leftParentheses = 0
            self.state = .text
            return false
        }
        self.leftParentheses = level.leftParentheses
        self.rightParentheses = level.rightParentheses
        self.state = level.state
        return true
    }

    private mutating func push(_ next: State) {
        let level = Level(leftParentheses: self.leftParentheses, rightParentheses: self.rightParentheses, state: self.state)
        self.stack.append(level)
        self.leftParentheses = 0
        self.state = next
    }

    /// Whether a parenthesis follows, after nothing but blanks and newlines.
    var isBeforeLeftParenthesis: Bool {
        var index = self.place
        while index < self.bytes.count, Self.isWhitespace(self.bytes[index]) { index += 1 }
        return index < self.bytes.count && self.bytes[index] == UInt8(ascii: "(")
    }

    /// What the beginning of a token does to the states.
    private mutating func continueToken(from start: Int, length: Int) {
        guard !self.isInComment else { return }
        let last = self.bytes[self.place - 1]
        if length > 1, self.bytes[start + 1] == UInt8(ascii: "*") {
            // Of `#**x` the x is not part, whatever it is.
            if length > 3 { self.place = start + 3 }
            self.isInComment = true
            self.push(length > 3 ? .formalComment : .blockComment)
        } else if last == UInt8(ascii: "$") || last == UInt8(ascii: "!") {
            if self.state == .reference { self.pop() }
            self.push(.reference)
        } else if last == UInt8(ascii: "[") {
            self.isInComment = true
            self.push(.textBlock)
        } else if last == UInt8(ascii: "#") {
            if self.state == .reference || self.state == .referenceModifier { self.pop() }
            self.push(.preDirective)
        }
    }

    /// What a whole token does to the states; answers where its text ends.
    private mutating func act(on kind: TokenKind, start: Int, end: Int) -> Int {
        switch kind {
        case .indexLeftBracket: self.push(.referenceIndex)
        case .indexRightBracket: self.pop()
        case .leftParenthesis:
            if !self.isInComment { self.leftParentheses += 1 }
            if self.state == .referenceModifier { self.state = .methodArguments }
        case .rightParenthesis: self.closeParenthesis()
        case .methodRightParenthesis: self.state = .reference
        case .set:
            guard !self.isInComment else { break }
            self.push(.directive)
            self.isInSet = true
            self.leftParentheses += 1
        case .lineCommentStart:
            guard !self.isInComment else { break }
            if self.state == .reference { self.pop() }
            self.isInComment = true
            self.push(.lineComment)
        case .lineComment, .formalComment, .blockComment, .textBlock:
            self.isInComment = false
            self.pop()
        case .string:
            if self.state == .directive, !self.isInSet, self.leftParentheses == 0 { self.pop() }
        case .integer:
            if self.leftParentheses == 0, !self.isInSet, self.state != .methodArguments, self.state != .referenceIndex {
                self.pop()
            }
            // Of `1..5` the dots are not part.
            if self.bytes[end - 1] == UInt8(ascii: ".") {
                self.place -= 2
                return end - 2
            }
        case .float:
            if self.leftParentheses == 0, !self.isInSet, self.state != .methodArguments { self.pop() }
        case .end, .else: self.pop()
        case .if, .elseif: self.state = .directive
        case .dot:
            self.place -= 1
            self.state = .referenceModifier
            return end - 1
        case .referenceRightCurly: self.pop()
        default: break
        }
        return end
    }

    /// Closes the innermost state that has an open parenthesis.
    private mutating func closeParenthesis() {
        guard !self.isInComment else { return }
        while true {
            if self.leftParentheses > 0 {
                if self.leftParentheses == self.rightParentheses + 1 {
                    self.pop()
                } else {
                    self.rightParentheses += 1
                }
                return
            }
            if !self.pop() { return }
        }
    }

    /// Where the backslashes end that stand at a place.
    mutating func endOfBackslashes(at start: Int) -> Int {
        if self.backslashes.contains(start) { return self.backslashes.upperBound }
        var end = start
        while end < self.bytes.count, self.bytes[end] == UInt8(ascii: "\\") { end += 1 }
        if end > start { self.backslashes = start..<end }
        return end
    }

    static func isWhitespace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
    }
}
