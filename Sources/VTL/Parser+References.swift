/// `$name.property.method(arguments)[index]` and its forms.
extension Parser {
    /// Takes a reference and answers its index in the program.
    mutating func reference(isTarget: Bool = false) throws(TemplateError) -> Int32 {
        let mark = self.beginTaking()
        let first = try self.take()
        let isFormal = first.kind == .referenceLeftCurly
        let name = isFormal ? try self.take(.identifier, "a name after ${") : first
        let members = try self.members()
        if isFormal { try self.take(.referenceRightCurly) { "} after ${\($0.text(of: name))" } }
        let rest = self.taken[(mark + 1)...].flatMap { self.literal(of: $0) }
        var reference = self.root(first, name: name, rest: rest, taken: mark)
        self.endTaking()
        reference.members = members
        self.recordUse(reference, at: name, isTarget: isTarget && members.isEmpty)
        self.program.references.append(reference)
        return Int32(self.program.references.count - 1)
    }

    /// Takes apart the marks before the name: backslashes, `$`, `$!` and stray dollar signs. What comes before the last dollar
    /// sign is cut off the token as it was taken.
    private mutating func root(_ first: Token, name: Token, rest: [UInt8], taken: Int) -> Program.Reference {
        var reference = Program.Reference(variable: -1, isFormal: first.kind == .referenceLeftCurly)
        var image = self.bytes(of: first)
        let backslash = UInt8(ascii: "\\")
        let bang = UInt8(ascii: "!")
        if image.indices.dropLast().contains(where: { image[$0] == backslash && image[$0 + 1] == bang }) {
            reference.source = self.addText(Self.withoutBackslashBeforeBang(image))
            reference.literal = self.addText(self.specials(of: first) + image + rest)
            return reference
        }
        let backslashes = image.prefix { $0 == backslash }.count
        if backslashes > 0 {
            reference.isEscaped = backslashes % 2 == 1
            reference.escapePrefix = self.addText(image.prefix(backslashes / 2))
            image = image.dropFirst(backslashes)
        }
        if let dollar = image.lastIndex(of: UInt8(ascii: "$")), dollar > image.startIndex {
            reference.prefix = self.addText(image[..<dollar])
            image = image[dollar...]
        }
        self.taken[taken].start = image.startIndex
        reference.literal = self.addText(self.specials(of: first) + image + rest)
        guard image.first == UInt8(ascii: "$") else {
            reference.isRunt = true
            reference.source = self.addText(image)
            return reference
        }
        reference.isQuiet = image.dropFirst().first == bang
        if !reference.isQuiet || reference.isEscaped { reference.source = reference.literal }
        let text: String
        if first.kind == .referenceLeftCurly {
            text = self.text(of: name)
        } else {
            text = self.string(image.dropFirst(reference.isQuiet ? 2 : 1))
        }
        reference.variable = self.variable(text)
        return reference
    }

    /// `$\!name` prints as `$!name`: of the backslashes before the bang one is taken.
    private static func withoutBackslashBeforeBang(_ image: ArraySlice<UInt8>) -> [UInt8] {
        guard let dollar = image.firstIndex(of: UInt8(ascii: "$")) else { return Array(image) }
        let start = image[dollar...].firstIndex(of: UInt8(ascii: "\\")) ?? image.endIndex
        let count = image[start...].prefix { $0 == UInt8(ascii: "\\") }.count
        return Array(image[..<start]) + image[start..<(start + max(count - 1, 0))] + image[(start + count)...]
    }

    private mutating func recordUse(_ reference: Program.Reference, at token: Token, isTarget: Bool) {
        guard reference.variable >= 0 else { return }
        let members = self.program.members[Int(reference.members.lowerBound)..<Int(reference.members.upperBound)]
        let names = members.prefix { $0.kind != .index }.map { self.program.names[Int($0.name)] }
        self.uses.append(
            ReferenceUse(
                name: self.program.variables[Int(reference.variable)], members: names, kind: isTarget ? .defined : .read,
                position: self.position(token.start)))
    }

    // MARK: Members

    private mutating func members() throws(TemplateError) -> Range<Int32> {
        var members: [Program.Member] = []
        try self.indexes(into: &members)
        while try self.peek() == .dot, try self.peek(1) == .identifier {
            try self.take()
            let isOpened = try self.peek(1) == .leftParenthesis
            let isCall = try isOpened ? Self.beginsArguments(self.peek(2)) : false
            members.append(try isCall ? self.method() : self.property())
            try self.indexes(into: &members)
        }
        let start = Int32(self.program.members.count)
        self.program.members.append(contentsOf: members)
        return start..<Int32(self.program.members.count)
    }

    private static func beginsArguments(_ kind: TokenKind) -> Bool {
        switch kind {
        case .whitespace, .string, .integer, .float, .leftBracket, .leftCurly, .true, .false, .identifier, .referenceLeftCurly,
            .methodRightParenthesis:
            true
        default: false
        }
    }

    private mutating func property() throws(TemplateError) -> Program.Member {
        let token = try self.take()
        let name = self.text(of: token)
        return .init(
            kind: .property, name: self.name(name), method: Method(rawValue: name) ?? .unknown, stamp: name.stamp,
            start: Int32(token.start + self.offset))
    }

    private mutating func method() throws(TemplateError) -> Program.Member {
        let token = try self.take()
        let name = self.text(of: token)
        try self.take(.leftParenthesis, "(")
        var arguments: [Int32] = []
        if try self.peek() != .methodRightParenthesis {
            arguments.append(try self.parameter())
            while try self.peek() == .comma {
                try self.take()
                arguments.append(try self.parameter())
            }
        }
        try self.take(.methodRightParenthesis) { _ in ", or ) in the call of \(name) (expressions are for #set and #if only)" }
        return .init(
            kind: .method, name: self.name(name), arguments: self.addChildren(arguments),
            method: Method(rawValue: name) ?? .unknown,
            start: Int32(token.start + self.offset))
    }

    private mutating func indexes(into members: inout [Program.Member]) throws(TemplateError) {
        while try self.peek() == .indexLeftBracket {
            let start = try self.take().start
            try self.skipWhitespace()
            let key: Int32
            switch try self.peek() {
            case .string, .integer, .true, .false, .identifier, .referenceLeftCurly: key = try self.operand("a key")
            default: throw try self.unexpected("a text, an integer or a reference as index")
            }
            try self.skipWhitespace()
            try self.take(.indexRightBracket, "] after the index")
            members.append(.init(kind: .index, name: key, method: .get, start: Int32(start + self.offset)))
        }
    }
}
