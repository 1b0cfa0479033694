/// Builds a ``Program`` from tokens, by the productions of Velocity's grammar.
struct Parser {
    let source: SourceText
    let profile: Profile
    var lexer: Lexer
    /// Tokens that were looked at, from the next one on.
    var ahead: [Token] = []
    /// The last token taken.
    var last = Token(kind: .endOfFile, start: 0, end: 0)
    /// The tokens taken since the outermost directive or reference began: what it prints if it is unknown. Velocity cuts the
    /// marks off a reference's first token once it has understood them, so that what is around it prints without them.
    var taken: [Token] = []
    /// How many directives and references are being taken.
    private var takers = 0
    var program: Program
    var uses: [ReferenceUse]
    var depth: Int
    /// What is added to a place in this parser's bytes to get the place in the template: a text in quotes is parsed on its own.
    let offset: Int
    private var indexes = Indexes()

    /// Where in the program a name stands already.
    private struct Indexes {
        var variables: [String: Int32] = [:]
        var names: [String: Int32] = [:]
    }

    /// Deeper nesting is refused, as each level takes some of the stack.
    static let depthMax = 100

    init(_ source: SourceText, profile: Profile) {
        self.source = source
        self.profile = profile
        self.lexer = Lexer(source.bytes)
        self.program = Program()
        self.uses = []
        self.depth = 0
        self.offset = 0
    }

    /// A parser of a text within the template.
    private init(_ bytes: [UInt8], offset: Int, within outer: borrowing Parser) {
        self.source = outer.source
        self.profile = outer.profile
        self.lexer = Lexer(bytes)
        self.program = Program()
        self.uses = []
        self.depth = outer.depth
        self.offset = offset
    }

    /// Parses the whole text: statements to its end.
    mutating func parseAll() throws(TemplateError) -> Int32 {
        let start = self.lexer.place
        let block = try self.block(from: start)
        guard try self.peek() == .endOfFile else { throw try self.unexpected("text or a directive") }
        return block
    }

    /// Parses a text in quotes as a template of its own.
    mutating func parseWithin(_ bytes: [UInt8], offset: Int) throws(TemplateError) -> Int32 {
        var inner = Parser(bytes, offset: offset, within: self)
        // Held by one parser at a time, or each text in quotes would copy it all.
        swap(&self.program, &inner.program)
        swap(&self.uses, &inner.uses)
        swap(&self.indexes, &inner.indexes)
        let block = try inner.parseAll()
        swap(&self.program, &inner.program)
        swap(&self.uses, &inner.uses)
        swap(&self.indexes, &inner.indexes)
        return block
    }

    // MARK: Tokens

    mutating func token(_ distance: Int = 0) throws(TemplateError) -> Token {
        while self.ahead.count <= distance {
            let place = self.lexer.place
            guard let token = self.lexer.next() else {
                throw self.error("\(self.describe(at: self.lexer.place)) can't stand here", at: place)
            }
            self.ahead.append(token)
        }
        return self.ahead[distance]
    }

    mutating func peek(_ distance: Int = 0) throws(TemplateError) -> TokenKind {
        try self.token(distance).kind
    }

    @discardableResult
    mutating func take() throws(TemplateError) -> Token {
        self.last = try self.token()
        self.ahead.removeFirst()
        if self.takers > 0 { self.taken.append(self.last) }
        return self.last
    }

    @discardableResult
    mutating func take(_ kind: TokenKind, _ expectation: (borrowing Parser) -> String) throws(TemplateError) -> Token {
        guard try self.peek() == kind else { throw try self.unexpected(expectation(self)) }
        return try self.take()
    }

    @discardableResult
    mutating func take(_ kind: TokenKind, _ expectation: StaticString) throws(TemplateError) -> Token {
        try self.take(kind) { _ in expectation.description }
    }

    mutating func skipWhitespace() throws(TemplateError) {
        if try self.peek() == .whitespace { try self.take() }
    }

    /// Begins to keep the tokens taken; answers where in `taken` they begin.
    mutating func beginTaking() -> Int {
        self.takers += 1
        return self.taken.count
    }

    mutating func endTaking() {
        self.takers -= 1
        if self.takers == 0 { self.taken.removeAll(keepingCapacity: true) }
    }

    // MARK: Errors

    func error(_ message: String, at place: Int) -> TemplateError {
        self.source.error(.syntax, message, at: place + self.offset)
    }

    mutating func unexpected(_ expectation: String) throws(TemplateError) -> TemplateError {
        let token = try self.token()
        let found = token.kind == .endOfFile ? "the end of the template" : "`\(self.text(of: token))`"
        return self.error("expected \(expectation), found \(found)", at: token.start)
    }

    private func describe(at place: Int) -> String {
        guard place < self.lexer.bytes.count else { return "the end of the template" }
        return "`" + String(decoding: self.lexer.bytes[place...].prefix(1), as: UTF8.self) + "`"
    }

    mutating func nest<Result>(_ body: (inout Parser) throws(TemplateError) -> Result) throws(TemplateError) -> Result {
        guard self.depth < Self.depthMax else {
            throw self.source.error(
                .limit("depth", Self.depthMax), "nested more than \(Self.depthMax) deep", at: self.last.start + self.offset)
        }
        self.depth += 1
        let result = try body(&self)
        self.depth -= 1
        return result
    }

    // MARK: The program

    func bytes(of token: Token) -> ArraySlice<UInt8> {
        self.lexer.bytes[token.start..<token.end]
    }

    func text(of token: Token) -> String {
        String(decoding: self.bytes(of: token), as: UTF8.self)
    }

    mutating func add(_ operation: Program.Operation, a: Int32 = 0, b: Int32 = 0, c: Int32 = 0, from start: Int) -> Int32 {
        let end = Int32(self.last.end + self.offset)
        self.program.nodes.append(.init(operation: operation, a: a, b: b, c: c, start: Int32(start + self.offset), end: end))
        return Int32(self.program.nodes.count - 1)
    }

    mutating func addChildren(_ nodes: [Int32]) -> Range<Int32> {
        let start = Int32(self.program.children.count)
        self.program.children.append(contentsOf: nodes)
        return start..<Int32(self.program.children.count)
    }

    mutating func addText(_ bytes: some Sequence<UInt8>) -> Range<Int32> {
        let start = Int32(self.program.text.count)
        self.program.text.append(contentsOf: bytes)
        return start..<Int32(self.program.text.count)
    }

    mutating func addString(_ string: String) -> Int32 {
        self.program.strings.append(string)
        return Int32(self.program.strings.count - 1)
    }

    mutating func variable(_ name: String) -> Int32 {
        if let index = self.indexes.variables[name] { return index }
        let index = Int32(self.program.variables.count)
        self.program.variables.append(name)
        self.indexes.variables[name] = index
        switch name {
        case "foreach": self.program.loopNames.scope = Int(index)
        case "velocityCount": self.program.loopNames.count = Int(index)
        case "velocityHasNext": self.program.loopNames.hasNext = Int(index)
        default: break
        }
        return index
    }

    mutating func name(_ name: String) -> Int32 {
        if let index = self.indexes.names[name] { return index }
        let index = Int32(self.program.names.count)
        self.program.names.append(name)
        self.indexes.names[name] = index
        return index
    }

    func position(_ place: Int) -> Position {
        self.source.position(at: place + self.offset)
    }
}
