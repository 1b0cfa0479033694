/// A template, parsed once and rendered as often as you like, by any number of tasks at a time.
///
/// ```swift
/// let template = try Template("Hello $name!")
/// let output = try template.render(["name": "Velocity"])
/// ```
public struct Template: Sendable {
    /// What errors call it, usually the file's name.
    public let name: String
    public let profile: Profile
    /// Every use of a variable, in order of the text: what a checker compares with the names that there are.
    public let references: [ReferenceUse]
    private let source: SourceText
    private let program: Program
    private let outputSize = OutputSize()

    /// - Throws: ``TemplateError`` of kind `syntax` with line and column; of kind `limit` where directives or expressions nest
    /// more
    ///   than 100 deep.
    public init(_ source: String, name: String = "template", profile: Profile = .velocity1_7) throws(TemplateError) {
        self.name = name
        self.profile = profile
        self.source = SourceText(source, name: name)
        guard self.source.bytes.count <= Self.sourceBytesMax else {
            throw TemplateError(
                kind: .limit("sourceBytes", Self.sourceBytesMax), message: "a template of more than \(Self.sourceBytesMax) bytes",
                template: name, position: Position(line: 1, column: 1))
        }
        var parser = Parser(self.source, profile: profile)
        parser.program.root = try parser.parseAll()
        self.program = parser.program
        self.references = parser.uses.sorted { $0.position < $1.position }
    }

    /// A longer text is no template: places in it are counted in 32 bits.
    public static let sourceBytesMax = 64 << 20

    /// Renders the template as UTF-8.
    /// - Parameters:
    ///   - variables: what `$name` stands for. `#set` does not change this dictionary; it may change the lists and maps in it.
    ///   - trace: records what happened, for people.
    /// - Throws: ``TemplateError`` where a method throws or a limit is reached.
    public func render(
        _ variables: [String: Value] = [:], limits: Limits = Limits(), trace: EvaluationTrace? = nil
    ) throws(TemplateError) -> [UInt8] {
        var output: [UInt8] = []
        try self.run(variables, limits, trace) { evaluator in output = evaluator.output.bytes }
        return output
    }

    /// Renders, and answers the variables as the template left them.
    func evaluate(
        _ variables: [String: Value], limits: Limits, trace: EvaluationTrace?
    ) throws(TemplateError) -> (output: [UInt8], variables: [String: Value], stepsLeft: Int) {
        var result: (output: [UInt8], variables: [String: Value], stepsLeft: Int) = ([], variables, 0)
        try self.run(variables, limits, trace) { evaluator in
            result.output = evaluator.output.bytes
            result.stepsLeft = evaluator.stepsLeft
            for (name, value) in zip(self.program.variables, evaluator.variables) { result.variables[name] = value }
        }
        return result
    }

    private func run(
        _ variables: [String: Value], _ limits: Limits, _ trace: EvaluationTrace?, _ finish: (borrowing Evaluator) -> Void
    ) throws(TemplateError) {
        let program = self.program
        var failure: TemplateError?
        program.nodes.withUnsafeBufferPointer { nodes in
            program.children.withUnsafeBufferPointer { children in
                program.references.withUnsafeBufferPointer { references in
                    program.members.withUnsafeBufferPointer { members in
                        program.text.withUnsafeBufferPointer { text in
                            program.names.withUnsafeBufferPointer { names in
                                var evaluator = Evaluator(
                                    program, source: self.source, profile: self.profile, variables: variables, limits: limits,
                                    trace: trace, nodes: nodes, children: children, references: references, members: members,
                                    text: text, names: names, outputSize: self.outputSize.expected)
                                failure = evaluator.renderAll(program.root)
                                finish(evaluator)
                                self.outputSize.expected = evaluator.output.count
                            }
                        }
                    }
                }
            }
        }
        if let failure { throw failure }
    }
}

extension Evaluator {
    /// Renders the whole template; `#stop`, and `#break` outside of loops, end it without an error.
    fileprivate mutating func renderAll(_ root: Int32) -> TemplateError? {
        do {
            try self.render(root)
        } catch .failed(let failure) {
            return failure.error
        } catch {
            return nil
        }
        return nil
    }
}

/// One use of a variable in a template's text.
public struct ReferenceUse: Sendable, Hashable {
    public enum Kind: Sendable, Hashable {
        case read
        /// The target of a `#set`, or a loop's variable, or a `#define`d block: from there on the name is known.
        case defined
    }

    /// The variable's name, without `$`.
    public let name: String
    /// The properties and methods after the name, up to the first index: `["path", "b"]` for `$input.path('$.a').b`.
    public let members: [String]
    public let kind: Kind
    public let position: Position
}
