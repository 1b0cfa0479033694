/// Calls of macros. A parameter stands for the argument's expression, not for its value: it is evaluated at each use, with the
/// variables as they are outside of the macro. What a macro sets is set outside too.
extension Evaluator {
    /// A call that is being rendered.
    struct MacroCall {
        struct Argument {
            let variable: Int32
            /// The argument's expression; -1 for the block handed to the macro.
            let node: Int32
            /// The variable of that name outside of the macro.
            var outside: Value
        }

        var arguments: [Argument]
    }

    /// What a parameter's variable holds until the macro sets it.
    final class ArgumentProxy: TemplateObject {
        let node: Int32
        /// Its call's place among those around.
        let call: Int

        init(node: Int32, call: Int) {
            self.node = node
            self.call = call
        }

        var text: String { "" }
    }

    /// `velocimacro.max.depth`
    private static let macroDepthMax = 20

    mutating func renderMacroCall(_ node: Program.Node, _ index: Int32) throws(Interruption) {
        let name = self.program.names[Int(node.a)]
        guard let macro = self.program.macros[name] else {
            return try self.render(self.children[Int(node.b)])
        }
        guard self.macroCalls.count < Self.macroDepthMax else {
            throw self.failure(.methodFailed, "macro calls nested more than \(Self.macroDepthMax) deep", at: index)
        }
        let nodes = self.children[Int(node.b + 2)..<Int(node.c)]
        for node in nodes where self.nodes[Int(node)].operation == .fault { try self.render(node) }
        var arguments: [MacroCall.Argument] = []
        for (parameter, node) in zip(macro.parameters, nodes) where parameter >= 0 {
            arguments.append(.init(variable: parameter, node: node, outside: self.variables[Int(parameter)]))
        }
        let call = self.macroCalls.count
        let body = self.children[Int(node.b + 1)]
        let block = self.program.variables.firstIndex(of: Program.bodyName)
        if body >= 0, let block {
            arguments.append(.init(variable: Int32(block), node: -1, outside: self.variables[block]))
        }
        self.macroCalls.append(MacroCall(arguments: arguments))
        for argument in arguments {
            self.variables[Int(argument.variable)] = .object(
                argument.node < 0
                    ? DefinedBlock(body: body, depthMax: Self.macroDepthMax)
                    : ArgumentProxy(node: argument.node, call: call))
        }
        defer {
            for argument in self.macroCalls.removeLast().arguments.reversed() {
                self.variables[Int(argument.variable)] = argument.outside
            }
        }
        try self.renderUpToBreak(macro.body)
    }

    // MARK: Variables

    /// The value of a variable, which within a macro may stand for an expression.
    @inline(__always)
    mutating func variable(_ index: Int32) throws(Interruption) -> Value {
        let value = self.variables[Int(index)]
        return self.macroCalls.isEmpty ? value : try self.evaluated(value)
    }

    private mutating func evaluated(_ value: Value) throws(Interruption) -> Value {
        guard case .object(let object) = value, type(of: object) == ArgumentProxy.self else { return value }
        let proxy = unsafeDowncast(object, to: ArgumentProxy.self)
        // As it was before that call, with what has been set since.
        let inner = Array(self.macroCalls[proxy.call...])
        var parameters: [(variable: Int32, value: Value)] = []
        for call in inner.reversed() {
            for argument in call.arguments.reversed() {
                parameters.append((argument.variable, self.variables[Int(argument.variable)]))
                self.variables[Int(argument.variable)] = argument.outside
            }
        }
        self.macroCalls.removeLast(inner.count)
        defer {
            self.macroCalls += inner
            for parameter in parameters.reversed() { self.variables[Int(parameter.variable)] = parameter.value }
        }
        return try self.value(proxy.node)
    }

    /// Gives a variable a value, here and outside of all macros around.
    @inline(__always)
    mutating func setVariable(_ index: Int32, _ value: Value) {
        self.variables[Int(index)] = value
        if !self.macroCalls.isEmpty { self.setOutside(index, value) }
    }

    private mutating func setOutside(_ index: Int32, _ value: Value) {
        for call in self.macroCalls.indices {
            for place in self.macroCalls[call].arguments.indices where self.macroCalls[call].arguments[place].variable == index {
                self.macroCalls[call].arguments[place].outside = value
            }
        }
    }

    /// Takes over what `#evaluate` left: within a macro only what it changed, as a parameter goes on standing for its argument.
    mutating func adopt(_ value: Value, before: Value, as index: Int32) {
        if self.macroCalls.isEmpty {
            self.variables[Int(index)] = value
        } else if !value.isSame(as: before) {
            self.setVariable(index, value)
        }
    }

    /// The expression that a parameter of the innermost macro with such a one stands for; not if that is a number or `true` or `false`.
    func argumentNode(of variable: Int32) -> Int32? {
        for call in self.macroCalls.reversed() {
            let argument = call.arguments.last { $0.variable == variable && $0.node >= 0 && !self.isPlainConstant($0.node) }
            if let argument { return argument.node }
        }
        return nil
    }

    private func isPlainConstant(_ node: Int32) -> Bool {
        switch self.nodes[Int(node)].operation {
        case .int, .long, .bigInteger, .double, .decimal, .true, .false: true
        default: false
        }
    }
}

extension Value {
    /// Whether both are one object, or equal where they are none.
    fileprivate func isSame(as other: Value) -> Bool {
        switch (self, other) {
        case (.list(let left), .list(let right)): left === right
        case (.map(let left), .map(let right)): left === right
        default: self.isEqual(to: other)
        }
    }
}
