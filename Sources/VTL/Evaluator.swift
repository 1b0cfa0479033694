/// Renders a ``Program``: walks its nodes and appends to one buffer.
///
/// The arrays of the program are read through pointers, as a bounds check and a reference count for each node would take most of
/// the
/// time. Sound because: the program outlives the evaluator (``Template/render(_:limits:trace:)`` holds it), nothing writes to it,
/// and
/// every index in it was made by the parser for these arrays.
struct Evaluator: ~Copyable {
    let program: Program
    let nodes: UnsafeBufferPointer<Program.Node>
    let children: UnsafeBufferPointer<Int32>
    let references: UnsafeBufferPointer<Program.Reference>
    let members: UnsafeBufferPointer<Program.Member>
    let textBytes: UnsafeBufferPointer<UInt8>
    let names: UnsafeBufferPointer<String>
    let source: SourceText
    let profile: Profile
    let limits: Limits
    let trace: EvaluationTrace?

    var output: OutputBuffer
    var variables: [Value]
    /// For each member, where its name was found in the last map: the maps of a list are mostly alike.
    var places: [Int]
    /// An array for the arguments of the next call.
    var spareArguments: [Value] = []
    /// What the caller gave, for `#evaluate`: its text may name what this template doesn't.
    let given: [String: Value]
    var stepsLeft: Int
    var depth = 0
    /// The loops around the present place, if the template asks for `$foreach`.
    var loop: LoopScope?
    /// Variables of loops whose present element is null: they stay null for the round, whatever is `#set`.
    var nullElements: [Int32] = []
    /// The calls of macros around the present place, the innermost last.
    var macroCalls: [MacroCall] = []
    /// True while a text is rendered for its value: it has no place in the output.
    var isCapturing = false

    init(
        _ program: Program, source: SourceText, profile: Profile, variables: [String: Value], limits: Limits,
        trace: EvaluationTrace?,
        nodes: UnsafeBufferPointer<Program.Node>, children: UnsafeBufferPointer<Int32>,
        references: UnsafeBufferPointer<Program.Reference>, members: UnsafeBufferPointer<Program.Member>,
        text: UnsafeBufferPointer<UInt8>, names: UnsafeBufferPointer<String>, outputSize: Int
    ) {
        self.program = program
        self.nodes = nodes
        self.children = children
        self.references = references
        self.members = members
        self.textBytes = text
        self.names = names
        self.source = source
        self.profile = profile
        self.limits = limits
        self.trace = trace
        self.variables = program.variables.map { variables[$0] ?? .null }
        self.given = variables
        self.stepsLeft = limits.steps
        self.output = OutputBuffer(capacity: max(outputSize, text.count + 256))
        self.places = Array(repeating: 0, count: members.count)
    }

    /// Why a rendering does not go on.
    enum Interruption: Error {
        /// `#stop`: what is rendered so far is the result.
        case stop
        /// `#break`: up to the innermost loop, definition or macro.
        case breakNearest
        /// `$foreach.stop()` and the like: up to that loop.
        case breakLoop(ObjectIdentifier)
        case failed(Failure)
    }

    /// An error on its way; a class, as an error is passed at every call and should be small.
    final class Failure: Sendable {
        let error: TemplateError

        init(_ error: TemplateError) {
            self.error = error
        }
    }

    // MARK: Bounds and errors

    func failure(_ kind: TemplateError.Kind, _ message: String, at node: Int32) -> Interruption {
        let place = node >= 0 ? Int(self.nodes[Int(node)].start) : 0
        return .failed(Failure(self.source.error(kind, message, at: place)))
    }

    func limitReached(_ name: String, _ bound: Int, at node: Int32) -> Interruption {
        self.failure(.limit(name, bound), "the limit of \(bound) \(name) is reached", at: node)
    }

    @inline(__always)
    mutating func step(_ count: Int = 1, at node: Int32) throws(Interruption) {
        self.stepsLeft -= count
        if self.stepsLeft < 0 { throw self.limitReached("steps", self.limits.steps, at: node) }
    }

    @inline(__always)
    func checkOutput(at node: Int32) throws(Interruption) {
        if self.output.count > self.limits.outputBytes {
            throw self.limitReached("outputBytes", self.limits.outputBytes, at: node)
        }
    }

    @inline(__always)
    mutating func descend(at node: Int32) throws(Interruption) {
        self.depth += 1
        if self.depth > self.limits.depth { throw self.limitReached("depth", self.limits.depth, at: node) }
    }

    /// Runs a method and gives what it throws the place.
    func call<Result>(at start: Int32, _ body: () throws(MethodFailure) -> Result) throws(Interruption) -> Result {
        do {
            return try body()
        } catch {
            throw .failed(Failure(self.source.error(.methodFailed, error.message, at: Int(start))))
        }
    }

    // MARK: Statements

    mutating func render(_ index: Int32) throws(Interruption) {
        let node = self.nodes[Int(index)]
        switch node.operation {
        case .text:
            let start = self.output.count
            self.output.append(UnsafeBufferPointer(rebasing: self.textBytes[Int(node.a)..<Int(node.b)]))
            if self.trace != nil { self.record(.text, index, nil, from: start) }
        case .block: try self.renderBlock(node, index)
        case .reference: try self.renderReference(node.a, at: index)
        case .set: try self.renderSet(node, index)
        case .if: try self.renderIf(node, index)
        case .foreach: try self.renderLoop(node, index)
        case .breakLoop: throw .breakNearest
        case .breakScope: try self.breakScope(node.a, at: index)
        case .stop: throw .stop
        case .define:
            if node.a >= 0, !self.nullElements.contains(node.a) {
                self.setVariable(node.a, .object(DefinedBlock(body: node.b)))
            }
        case .macroCall: try self.renderMacroCall(node, index)
        case .evaluate: try self.renderEvaluate(node, index)
        case .refused:
            throw self.failure(.refused, "#\(self.program.names[Int(node.a)]) has nothing to load from", at: index)
        case .fault: throw self.failure(.syntax, self.program.strings[Int(node.a)], at: index)
        default:
            // An expression in the place of a block, as in `#foreach($x in $list 'text')`: Velocity renders nothing for a
            // literal.
            break
        }
    }

    private mutating func renderBlock(_ node: Program.Node, _ index: Int32) throws(Interruption) {
        try self.descend(at: index)
        for child in node.a..<node.b {
            try self.step(at: index)
            try self.render(self.children[Int(child)])
        }
        self.depth -= 1
        try self.checkOutput(at: index)
    }

    private mutating func renderIf(_ node: Program.Node, _ index: Int32) throws(Interruption) {
        var branch = node.a
        while branch < node.b {
            let condition = self.children[Int(branch)]
            let isTrue = try self.isTrue(condition)
            if self.trace != nil { self.record(.condition, condition, .bool(isTrue), from: self.output.count) }
            if isTrue { return try self.render(self.children[Int(branch) + 1]) }
            branch += 2
        }
        if node.c >= 0 { try self.render(node.c) }
    }

    private mutating func renderSet(_ node: Program.Node, _ index: Int32) throws(Interruption) {
        let value = try self.value(node.b)
        guard !value.isNull else { return }
        let reference = self.references[Int(node.a)]
        if reference.members.isEmpty {
            if reference.variable >= 0, !self.nullElements.contains(reference.variable) {
                self.setVariable(reference.variable, value)
            }
        } else {
            try self.assign(value, to: reference, at: index)
        }
        if self.trace != nil { self.record(.assignment, index, value, from: self.output.count) }
    }

    private mutating func breakScope(_ node: Int32, at index: Int32) throws(Interruption) {
        guard case .object(let object) = try self.value(node), let scope = object as? LoopScope else {
            throw self.failure(.methodFailed, "#break takes a scope such as $foreach", at: index)
        }
        throw .breakLoop(ObjectIdentifier(scope))
    }

    /// Renders a text as a template that shares the variables.
    private mutating func renderEvaluate(_ node: Program.Node, _ index: Int32) throws(Interruption) {
        let value = try self.value(node.a)
        guard !value.isNull else { return }
        let text = try self.text(of: value, at: index)
        var values = self.given
        for (place, name) in self.program.variables.enumerated() { values[name] = try self.variable(Int32(place)) }
        try self.descend(at: index)
        let inner: Template
        do {
            inner = try Template(text, name: self.source.name, profile: self.profile)
        } catch {
            throw .failed(
                Failure(self.source.error(.syntax, "in #evaluate: \(error.message)", at: Int(self.nodes[Int(index)].start))))
        }
        var limits = self.limits
        limits.steps = self.stepsLeft
        limits.depth = self.limits.depth - self.depth
        limits.outputBytes -= self.output.count
        let result: (output: [UInt8], variables: [String: Value], stepsLeft: Int)
        do {
            result = try inner.evaluate(values, limits: limits, trace: nil)
        } catch {
            throw .failed(
                Failure(self.source.error(error.kind, "in #evaluate: \(error.message)", at: Int(self.nodes[Int(index)].start))))
        }
        self.stepsLeft = result.stepsLeft
        self.output.append(result.output)
        for (place, name) in self.program.variables.enumerated() {
            self.adopt(result.variables[name] ?? .null, before: values[name] ?? .null, as: Int32(place))
        }
        self.depth -= 1
    }

    // MARK: Text of its own

    /// Renders into a buffer of its own and answers it.
    mutating func capture(_ body: (inout Evaluator) throws(Interruption) -> Void) throws(Interruption) -> OutputBuffer {
        var outer = OutputBuffer(capacity: 0)
        swap(&outer, &self.output)
        let wasCapturing = self.isCapturing
        self.isCapturing = true
        // An interruption puts nothing back but what is before it: `#stop` in a text in quotes drops the text.
        do {
            try body(&self)
        } catch {
            swap(&outer, &self.output)
            self.isCapturing = wasCapturing
            throw error
        }
        swap(&outer, &self.output)
        self.isCapturing = wasCapturing
        return outer
    }

    /// The value's `toString()`.
    mutating func text(of value: Value, at index: Int32) throws(Interruption) -> String {
        if case .string(let text) = value { return text }
        return try self.capture { evaluator throws(Interruption) in try evaluator.write(value, at: index) }.text
    }

    /// Appends the value as it renders.
    @inline(__always)
    mutating func write(_ value: Value, at index: Int32) throws(Interruption) {
        switch value {
        case .string(let text): self.output.append(utf8: text)
        case .int(let number): self.output.append(decimal: Int64(number))
        case .double(let number): self.output.append(utf8: number.javaText)
        case .bool(let flag): self.output.append(utf8: flag ? "true" : "false")
        default: try self.writeSlowly(value, at: index)
        }
    }

    private mutating func writeSlowly(_ value: Value, at index: Int32) throws(Interruption) {
        if case .object(let object) = value, type(of: object) == DefinedBlock.self {
            _ = try self.renderDefinition(unsafeDowncast(object, to: DefinedBlock.self))
            return
        }
        let bytesMax = self.limits.outputBytes
        let bytes = try self.call(at: self.nodes[Int(index)].start) { () throws(MethodFailure) -> [UInt8] in
            var writer = TextWriter(bytesMax: bytesMax)
            try writer.write(value)
            return writer.bytes
        }
        try self.step(bytes.count / 16, at: index)
        self.output.append(bytes)
    }

    /// Answers false where it is too deep within itself.
    @discardableResult
    mutating func renderDefinition(_ block: DefinedBlock) throws(Interruption) -> Bool {
        guard block.depth < block.depthMax else { return false }
        block.depth += 1
        // What leaves by an error or by a `#break` out of a loop around leaves the block open, in Velocity as well.
        try self.renderUpToBreak(block.body)
        block.depth -= 1
        return true
    }

    /// Renders the body of a macro or definition, which `#break` leaves.
    mutating func renderUpToBreak(_ body: Int32) throws(Interruption) {
        let depth = self.depth
        do {
            try self.render(body)
        } catch .breakNearest {
            self.depth = depth
        }
    }

    // MARK: The record

    func record(_ kind: EvaluationTrace.Event.Kind, _ index: Int32, _ value: Value?, from start: Int) {
        let node = self.nodes[Int(index)]
        self.record(kind, Int(node.start)..<Int(node.end), value, from: start)
    }

    func record(_ kind: EvaluationTrace.Event.Kind, _ range: Range<Int>, _ value: Value?, from start: Int) {
        guard let trace = self.trace else { return }
        guard trace.events.count < EvaluationTrace.eventsMax else {
            trace.isCut = true
            return
        }
        let text = value.flatMap { $0.isNull ? nil : String($0.text.prefix(EvaluationTrace.valueBytesMax)) }
        let written = self.isCapturing ? 0..<0 : start..<self.output.count
        trace.events.append(
            .init(
                kind: kind, position: self.source.position(at: range.lowerBound), source: self.source.text(range), value: text,
                output: written))
    }
}
