/// Text, comments, escapes and directives.
extension Parser {
    /// Statements, up to a token that begins none.
    mutating func block(from start: Int) throws(TemplateError) -> Int32 {
        try self.nest { parser throws(TemplateError) in
            var statements: [Int32] = []
            while let statement = try parser.statement() {
                if statement >= 0 { statements.append(statement) }
            }
            let children = parser.addChildren(statements)
            return parser.add(.block, a: children.lowerBound, b: children.upperBound, from: start)
        }
    }

    /// The next statement; -1 for one that does nothing, nil where none begins.
    private mutating func statement() throws(TemplateError) -> Int32? {
        let token = try self.token()
        switch token.kind {
        case .if: return try self.ifStatement()
        case .identifier, .referenceLeftCurly:
            // Velocity looks at two tokens to tell a reference from text, which may change the lexer's state.
            let second = try self.peek(1)
            guard token.kind == .identifier || second == .identifier else { return try self.textStatement() }
            let reference = try self.reference()
            return self.add(.reference, a: reference, from: token.start)
        case .lineCommentStart:
            try self.take()
            let node = self.commentPrefix(token)
            if try self.peek() == .lineComment { try self.take() }
            return node
        case .formalComment, .blockComment:
            try self.take()
            return self.commentPrefix(token)
        case .textBlock:
            try self.take()
            return self.addText(self.bytes(of: token).dropFirst(3).dropLast(3), from: token)
        case .set: return try self.setStatement()
        case .escapedDirective:
            try self.take()
            return self.escapedDirective(token)
        case .doubleEscape: return try self.escapeStatement()
        case .word, .bracketedWord: return try self.directive()
        case .text, .dot, .rightParenthesis, .leftParenthesis, .integer, .float, .string, .escape, .referenceRightCurly,
            .emptyIndex:
            return try self.textStatement()
        default: return nil
        }
    }

    private mutating func textStatement() throws(TemplateError) -> Int32 {
        let token = try self.take()
        return self.addText(self.specials(of: token) + self.bytes(of: token), from: token)
    }

    private mutating func addText(_ bytes: some Sequence<UInt8>, from token: Token) -> Int32 {
        let range = self.addText(bytes)
        return self.add(.text, a: range.lowerBound, b: range.upperBound, from: token.start)
    }

    /// What a token prints where its node prints as written.
    func literal(of token: Token) -> [UInt8] {
        token.kind == .blockComment ? [] : self.specials(of: token) + self.bytes(of: token)
    }

    /// What the marks before a token print: `#` and `$`, and the backslashes of `\$`. The rest of them is text of a later token.
    func specials(of token: Token) -> [UInt8] {
        guard let last = token.specials.last, !self.lexer.bytes[last].starts(with: "##".utf8) else { return [] }
        var result: [UInt8] = []
        for range in token.specials {
            let special = self.lexer.bytes[range]
            var index = special.startIndex
            while index < special.endIndex {
                let byte = special[index]
                if byte == UInt8(ascii: "#") || byte == UInt8(ascii: "$") { result.append(byte) }
                if byte == UInt8(ascii: "\\") {
                    let rest = special[index...].drop { $0 == byte }
                    guard rest.first == UInt8(ascii: "$") else {
                        index = rest.startIndex
                        continue
                    }
                    result += special[index...rest.startIndex]
                    // The character after the dollar sign is passed over as well.
                    index = rest.startIndex + 1
                }
                index += 1
            }
        }
        return result
    }

    /// Marks that the lexer drew to the comment, as in `$## comment`, are printed.
    private mutating func commentPrefix(_ token: Token) -> Int32 {
        let bytes = self.bytes(of: token)
        func place(of mark: UInt8) -> Int? {
            bytes.indices.dropLast().first { bytes[$0] == UInt8(ascii: "#") && bytes[$0 + 1] == mark }
        }
        guard let end = place(of: UInt8(ascii: "#")) ?? place(of: UInt8(ascii: "*")), end > bytes.startIndex else { return -1 }
        return self.addText(bytes[..<end], from: token)
    }

    /// `\#if` prints without the backslash, and `\#unknown` as it is.
    private mutating func escapedDirective(_ token: Token) -> Int32 {
        let bytes = self.bytes(of: token)
        let hash = bytes.firstIndex(of: UInt8(ascii: "#")) ?? bytes.startIndex
        var word = self.string(bytes[(hash + 1)...])
        if word.hasPrefix("{") { word = String(word.dropFirst().dropLast()) }
        guard self.isDirective(word) || ["if", "end", "set", "else", "elseif", "stop"].contains(word) || self.isMacro(word) else {
            return self.addText(bytes, from: token)
        }
        let kept = (hash - bytes.startIndex - 1) / 2
        if let last = self.taken.indices.last { self.taken[last].start = hash - kept }
        return self.addText(bytes[(hash - kept)...], from: token)
    }

    /// Pairs of backslashes: before a directive one of each pair is left, elsewhere both.
    private mutating func escapeStatement() throws(TemplateError) -> Int32 {
        let first = try self.token()
        var count = 0
        while try self.peek() == .doubleEscape {
            try self.take()
            count += 1
        }
        let next = try self.token()
        let isControl: Bool
        switch next.kind {
        case .if, .else, .elseif, .end: isControl = true
        case .endOfFile: isControl = false
        default:
            let word = self.string(self.bytes(of: next).dropFirst())
            isControl = self.isDirective(word) || self.isMacro(word)
        }
        return self.addText(repeatElement(UInt8(ascii: "\\"), count: isControl ? count : 2 * count), from: first)
    }

    func string(_ bytes: ArraySlice<UInt8>) -> String {
        String(decoding: bytes, as: UTF8.self)
    }

    // MARK: #if and #set

    private mutating func ifStatement() throws(TemplateError) -> Int32 {
        let start = try self.take().start
        var branches = [try self.condition("#if")]
        branches.append(try self.block(from: self.last.end))
        while try self.peek() == .elseif {
            try self.take()
            branches.append(try self.condition("#elseif"))
            branches.append(try self.block(from: self.last.end))
        }
        var otherwise: Int32 = -1
        if try self.peek() == .else {
            try self.take()
            otherwise = try self.block(from: self.last.end)
        }
        try self.take(.end) { "#end of the #if in line \($0.position(start).line)" }
        let children = self.addChildren(branches)
        return self.add(.if, a: children.lowerBound, b: children.upperBound, c: otherwise, from: start)
    }

    private mutating func condition(_ directive: String) throws(TemplateError) -> Int32 {
        try self.skipWhitespace()
        try self.take(.leftParenthesis) { _ in "( after \(directive)" }
        let condition = try self.expression()
        try self.take(.rightParenthesis) { _ in "an operator or ) in \(directive)" }
        return condition
    }

    private mutating func setStatement() throws(TemplateError) -> Int32 {
        let start = try self.take().start
        try self.skipWhitespace()
        let first = try self.peek()
        guard first == .identifier || first == .referenceLeftCurly else {
            throw try self.unexpected("a reference after #set(")
        }
        let target = try self.reference(isTarget: true)
        // `#set(${x} = 1)` and `#set($!x = 1)` set nothing that a reference could name.
        if self.program.references[Int(target)].members.isEmpty {
            self.program.references[Int(target)].variable = self.plainVariable(target)
        }
        try self.skipWhitespace()
        try self.take(.assign, "= after the reference of #set")
        let value = try self.expression()
        try self.take(.rightParenthesis, "an operator or ) in #set")
        self.lexer.isInSet = false
        // Velocity looks for a newline token here, and so cuts the next token in this state.
        _ = try self.peek()
        return self.add(.set, a: target, b: value, from: start)
    }
}
