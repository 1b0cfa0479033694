/// Directives by name: `#foreach`, `#define`, `#macro` and the like, and calls of macros.
extension Parser {
    private enum Argument {
        case word(Token)
        case node(Int32, reference: Int32?)
    }

    /// Names of directives that are no part of the grammar.
    func isDirective(_ name: String) -> Bool {
        switch name {
        case "foreach", "include", "parse", "macro", "literal", "break", "define", "stop": true
        case "evaluate": self.profile.evaluates
        default: false
        }
    }

    func isMacro(_ name: String) -> Bool {
        self.program.macros[name] != nil
    }

    private func isBlockDirective(_ name: String) -> Bool {
        ["foreach", "define", "macro", "literal"].contains(name) || name.hasPrefix("@") && !self.isDirective(name)
    }

    mutating func directive() throws(TemplateError) -> Int32 {
        let mark = self.beginTaking()
        defer { self.endTaking() }
        let first = try self.take()
        let name = self.string(self.bytes(of: first).dropFirst(first.kind == .word ? 1 : 2).dropLast(first.kind == .word ? 0 : 1))
        self.lexer.switchTo(.directive)
        guard self.lexer.isBeforeLeftParenthesis else {
            if name == "macro" { throw self.error("#macro needs a name in parentheses", at: first.start) }
            guard !self.isDirective(name) || !self.isBlockDirective(name) else {
                throw self.error("#\(name) needs parentheses", at: first.start)
            }
            self.lexer.pop()
            return try self.node(for: name, first: first, arguments: [], block: nil, mark: mark)
        }
        let arguments = try self.arguments(of: name, first: first)
        guard self.isBlockDirective(name) else {
            return try self.node(for: name, first: first, arguments: arguments, block: nil, mark: mark)
        }
        let bodyMark = self.taken.count
        let block = try self.block(from: self.last.end)
        let body = bodyMark..<self.taken.count
        try self.take(.end) { "#end of the #\(name) in line \($0.position(first.start).line)" }
        if name == "literal" { return try self.literal(arguments, body: body, from: first.start) }
        return try self.node(for: name, first: first, arguments: arguments, block: block, mark: mark)
    }

    private mutating func arguments(of name: String, first: Token) throws(TemplateError) -> [Argument] {
        try self.skipWhitespace()
        try self.take(.leftParenthesis) { _ in "( after #\(name)" }
        var arguments: [Argument] = []
        while true {
            try self.skipWhitespace()
            let isSeparated = try self.peek() == .comma
            if isSeparated {
                try self.take()
                try self.skipWhitespace()
            }
            if !isSeparated, try self.peek() == .rightParenthesis { break }
            let start = try self.token()
            let argument = try self.argument(of: name)
            if case .word = argument {
                let isAllowed =
                    !self.isDirective(name) || name == "foreach" && arguments.count == 1 || name == "macro" && arguments.isEmpty
                guard isAllowed else {
                    throw self.error(
                        "`\(self.text(of: start))` can't be argument \(arguments.count + 1) of #\(name)", at: start.start)
                }
            } else if name == "macro", arguments.isEmpty {
                throw self.error("#macro needs a name first, without quotes or $", at: start.start)
            }
            arguments.append(argument)
        }
        try self.take(.rightParenthesis) { _ in ") after the arguments of #\(name)" }
        return arguments
    }

    private mutating func argument(of name: String) throws(TemplateError) -> Argument {
        switch try self.peek() {
        case .word: return .word(try self.take())
        case .identifier, .referenceLeftCurly:
            let start = try self.token().start
            let reference = try self.reference(isTarget: (name == "foreach" || name == "define"))
            return .node(self.add(.reference, a: reference, from: start), reference: reference)
        case .string, .integer, .float, .leftBracket, .leftCurly, .true, .false:
            return .node(try self.operand("an argument"), reference: nil)
        default: throw try self.unexpected("an argument of #\(name), or )")
        }
    }

    // MARK: The node of each

    private mutating func node(
        for name: String, first: Token, arguments: [Argument], block: Int32?, mark: Int
    ) throws(TemplateError) -> Int32 {
        let start = first.start
        switch name {
        case "foreach": return self.foreach(arguments, block: block, from: start)
        case "define": return try self.define(arguments, block: block, from: start)
        case "macro":
            guard case .word? = arguments.first else { throw self.error("#macro needs a name in parentheses", at: start) }
            return self.macro(arguments, block: block, from: start)
        case "stop": return self.add(.stop, from: start)
        case "break":
            guard let argument = arguments.first else { return self.add(.breakLoop, from: start) }
            guard arguments.count == 1, case .node(let scope, _) = argument else {
                throw self.error("#break takes one scope", at: start)
            }
            return self.add(.breakScope, a: scope, from: start)
        case "evaluate" where self.isDirective(name):
            guard arguments.count == 1, case .node(let source, _)? = arguments.first else {
                throw self.error("#evaluate takes exactly one argument", at: start)
            }
            switch self.program.nodes[Int(source)].operation {
            case .string, .interpolation, .reference: break
            default: throw self.error("#evaluate takes a text in quotes or a reference", at: start)
            }
            return self.add(.evaluate, a: source, from: start)
        case "parse", "include":
            if name == "include", arguments.isEmpty { return -1 }
            return self.add(.refused, a: self.name(name), from: start)
        default: return self.macroCall(name, from: start, arguments: arguments, block: block, mark: mark)
        }
    }

    private mutating func fault(_ message: String, from start: Int) -> Int32 {
        self.add(.fault, a: self.addString(message), from: start)
    }

    private mutating func foreach(_ arguments: [Argument], block: Int32?, from start: Int) -> Int32 {
        guard let first = arguments.first, case .node(_, let reference?) = first else {
            return self.fault("#foreach needs a loop: #foreach($item in $list)", from: start)
        }
        let variable = self.program.references[Int(reference)].variable
        // The list is the third part and what is rendered the fourth, whatever they are: that is how Velocity reads them.
        var parts = arguments.map { argument -> Int32 in
            if case .node(let node, _) = argument { return node }
            return -1
        }
        parts.append(block ?? -1)
        guard parts.count > 2 else { return self.fault("#foreach needs a list: #foreach($item in $list)", from: start) }
        return self.add(.foreach, a: variable, b: parts[2], c: parts.count > 3 ? parts[3] : -1, from: start)
    }

    private mutating func define(_ arguments: [Argument], block: Int32?, from start: Int) throws(TemplateError) -> Int32 {
        guard arguments.count == 1, case .node(_, let reference)? = arguments.first, let block else {
            throw self.error("#define needs one reference: #define($name)", at: start)
        }
        // Anything else than a reference names nothing that one could ask for.
        return self.add(.define, a: reference.map { self.plainVariable($0) } ?? -1, b: block, from: start)
    }

    /// Velocity takes what stands after the last `$` for the name, so that the formal and quiet forms name nothing: -1.
    func plainVariable(_ reference: Int32) -> Int32 {
        let target = self.program.references[Int(reference)]
        return target.isQuiet || target.isFormal ? -1 : target.variable
    }

    /// The block as it stands, without being evaluated; but for the marks that were cut off its references, and its comments.
    private mutating func literal(_ arguments: [Argument], body: Range<Int>, from start: Int) throws(TemplateError) -> Int32 {
        if let argument = arguments.first {
            // Velocity prints what comes first, and that is the argument.
            guard case .node(let node, _) = argument else {
                throw self.error("a word can't be an argument of #literal", at: start)
            }
            let first = Int(self.program.nodes[Int(node)].start) - self.offset
            let tokens = self.taken[..<body.lowerBound].drop { $0.end <= first }
            return self.text(tokens.prefix { $0.start < Int(self.program.nodes[Int(node)].end) - self.offset }, from: start)
        }
        guard !body.isEmpty else { throw self.error("#literal has an empty block", at: start) }
        return self.text(self.taken[body], from: start)
    }

    private mutating func text(_ tokens: ArraySlice<Token>, from start: Int) -> Int32 {
        let range = self.addText(tokens.flatMap { self.literal(of: $0) })
        return self.add(.text, a: range.lowerBound, b: range.upperBound, from: start)
    }

    private mutating func macro(_ arguments: [Argument], block: Int32?, from start: Int) -> Int32 {
        guard case .word(let token)? = arguments.first, let block else { return -1 }
        var parameters: [Int32] = []
        for argument in arguments.dropFirst() {
            // Anything else than a reference takes an argument's place, and can't be asked for.
            guard case .node(_, let reference?) = argument else {
                parameters.append(-1)
                continue
            }
            parameters.append(self.plainVariable(reference))
        }
        guard self.profile.definesMacros else { return -1 }
        let name = self.text(of: token)
        if !self.isMacro(name) { self.program.macros[name] = .init(parameters: parameters, body: block) }
        return -1
    }

    /// A call of a macro that may be defined later, or not at all: then it prints as it stands.
    private mutating func macroCall(
        _ name: String, from start: Int, arguments: [Argument], block: Int32?, mark: Int
    ) -> Int32 {
        let name = block == nil ? name : String(name.dropFirst())
        let source = self.addText(self.taken[mark...].flatMap { self.bytes(of: $0) })
        let text = self.add(.text, a: source.lowerBound, b: source.upperBound, from: start)
        guard self.profile.definesMacros else { return text }
        let nodes = arguments.map { argument -> Int32 in
            switch argument {
            case .node(let node, _): node
            // Only text, as long as no such macro is defined.
            case .word(let word): self.fault("`\(self.text(of: word))` can't be an argument of #\(name)", from: word.start)
            }
        }
        if block != nil { _ = self.variable(Program.bodyName) }
        let children = self.addChildren([text, block ?? -1] + nodes)
        return self.add(.macroCall, a: self.name(name), b: children.lowerBound, c: children.upperBound, from: start)
    }
}
