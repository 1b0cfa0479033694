/// The values of expressions, and what is true.
extension Evaluator {
    mutating func value(_ index: Int32) throws(Interruption) -> Value {
        let node = self.nodes[Int(index)]
        switch node.operation {
        case .reference:
            // `$\!name` is null as a value, whatever the profile says of what is missing.
            guard self.references[Int(node.a)].variable >= 0 else { return .null }
            return try self.referenceValue(node.a, at: index)
        case .string: return .string(self.program.strings[Int(node.a)])
        case .interpolation: return .string(try self.interpolated(node))
        case .int: return .int(node.a)
        case .long: return .long(self.program.longs[Int(node.a)])
        case .bigInteger: return .bigInteger(self.program.bigIntegers[Int(node.a)])
        case .double: return .double(self.program.doubles[Int(node.a)])
        case .decimal: return .decimal(self.program.decimals[Int(node.a)])
        case .true: return .bool(true)
        case .false: return .bool(false)
        case .list: return try self.list(node, index)
        case .map: return try self.map(node, index)
        case .range: return try self.range(node, index)
        case .add, .subtract, .multiply, .divide, .modulus: return try self.calculate(node, index)
        case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .and, .or, .not:
            return .bool(try self.isTrue(index))
        default:
            // A block where a value is asked for, as in `#foreach($x $y)…#end`, has none.
            return .null
        }
    }

    /// Whether a condition holds. A literal as such never does: that is Velocity's rule, not only its boolean ones.
    mutating func isTrue(_ index: Int32) throws(Interruption) -> Bool {
        let node = self.nodes[Int(index)]
        switch node.operation {
        case .reference:
            switch try self.referenceValue(node.a, at: index) {
            case .null: return false
            case .bool(let value): return value
            case .object(let object) where type(of: object) == DefinedBlock.self:
                // Velocity asks for the text, so that what the block sets is set.
                let block = unsafeDowncast(object, to: DefinedBlock.self)
                var isRendered = false
                _ = try self.capture { evaluator throws(Interruption) in isRendered = try evaluator.renderDefinition(block) }
                return isRendered
            default: return true
            }
        case .true: return true
        case .not: return try !self.isTrue(node.a)
        case .and:
            guard try self.isTrue(node.a) else { return false }
            return try self.isTrue(node.b)
        case .or:
            if try self.isTrue(node.a) { return true }
            return try self.isTrue(node.b)
        case .equal: return try self.areEqual(node, index)
        case .notEqual: return try !self.areEqual(node, index)
        case .less, .lessOrEqual, .greater, .greaterOrEqual: return try self.compares(node)
        default: return false
        }
    }

    private mutating func interpolated(_ node: Program.Node) throws(Interruption) -> String {
        var captured = try self.capture { evaluator throws(Interruption) in try evaluator.render(node.a) }
        // The blank that the parser put behind; what stops a text early takes its last character.
        if node.b == 1 { captured.removeLastCharacter() }
        return captured.text
    }

    private mutating func list(_ node: Program.Node, _ index: Int32) throws(Interruption) -> Value {
        try self.step(Int(node.b - node.a), at: index)
        var elements: [Value] = []
        elements.reserveCapacity(Int(node.b - node.a))
        for child in node.a..<node.b { elements.append(try self.value(self.children[Int(child)])) }
        return .list(ListValue(elements))
    }

    private mutating func map(_ node: Program.Node, _ index: Int32) throws(Interruption) -> Value {
        try self.step(Int(node.b - node.a), at: index)
        let map = MapValue()
        var child = node.a
        while child < node.b {
            let key = try self.value(self.children[Int(child)])
            map.put(key, try self.value(self.children[Int(child) + 1]))
            child += 2
        }
        return .map(map)
    }

    private mutating func range(_ node: Program.Node, _ index: Int32) throws(Interruption) -> Value {
        let first = try self.value(node.a)
        let last = try self.value(node.b)
        guard first.isNumber, last.isNumber else { return .null }
        let (low, high) = (Int(first.intValue), Int(last.intValue))
        let count = abs(high - low) + 1
        guard count <= Limits.elementsMax else { throw self.limitReached("elements", Limits.elementsMax, at: index) }
        try self.step(count, at: index)
        let numbers = stride(from: low, through: high, by: low >= high ? -1 : 1)
        return .list(ListValue(numbers.map { .int(Int32(truncatingIfNeeded: $0)) }))
    }

    private mutating func calculate(_ node: Program.Node, _ index: Int32) throws(Interruption) -> Value {
        let left = try self.value(node.a)
        let right = try self.value(node.b)
        if node.operation == .add, left.isText || right.isText {
            var text = try left.isNull ? self.literal(node.a) : self.text(of: left, at: index)
            text += try right.isNull ? self.literal(node.b) : self.text(of: right, at: index)
            try self.step(text.utf8.count / 16, at: index)
            guard text.utf8.count <= self.limits.outputBytes else {
                throw self.limitReached("outputBytes", self.limits.outputBytes, at: index)
            }
            return .string(text)
        }
        return try self.call(at: node.start) { () throws(MethodFailure) -> Value in
            try Arithmetic.calculate(node.operation, left, right) ?? .null
        }
    }

    /// What Velocity prints for an operand without a value: what stands in the template, but for the marks before references.
    func literal(_ index: Int32) -> String {
        let node = self.nodes[Int(index)]
        var start = node.start
        switch node.operation {
        case .reference:
            let text = self.program.references[Int(node.a)].literal
            return String(decoding: self.program.text[Int(text.lowerBound)..<Int(text.upperBound)], as: UTF8.self)
        case .add, .subtract, .multiply, .divide, .modulus:
            // Velocity counts the left operand and the operator out, but for what is in parentheses.
            let isEnclosed =
                self.source.byte(at: Int(start) - 1) == UInt8(ascii: "(")
                && self.source.byte(at: Int(node.end)) == UInt8(ascii: ")")
            if !isEnclosed {
                start = self.nodes[Int(node.b)].start
                while let byte = self.source.byte(at: Int(start) - 1), Lexer.isWhitespace(byte) { start -= 1 }
            }
        default: break
        }
        return self.source.text(Int(start)..<Int(node.end))
    }

    private mutating func compares(_ node: Program.Node) throws(Interruption) -> Bool {
        let left = try self.value(node.a)
        let right = try self.value(node.b)
        guard let order = Arithmetic.compare(left, right) else { return false }
        return switch node.operation {
        case .less: order < 0
        case .lessOrEqual: order <= 0
        case .greater: order > 0
        default: order >= 0
        }
    }

    private mutating func areEqual(_ node: Program.Node, _ index: Int32) throws(Interruption) -> Bool {
        let left = try self.value(node.a)
        let right = try self.value(node.b)
        switch (left, right) {
        case (.string(let left), .string(let right)): return left.hasSameCodeUnits(as: right)
        case (.null, .null): return true
        case (.null, _), (_, .null): return false
        case (.list, .list), (.map, .map), (.bool, .bool), (.character, .character):
            try self.step(16, at: index)
            return left.isEqual(to: right)
        case (.object(let left), .object(let right)) where type(of: left) == type(of: right): return left === right
        default: break
        }
        if let order = Arithmetic.compare(left, right) { return order == 0 }
        return try self.text(of: left, at: index).hasSameCodeUnits(as: self.text(of: right, at: index))
    }
}

extension Value {
    var isText: Bool {
        if case .string = self { return true }
        return false
    }
}
