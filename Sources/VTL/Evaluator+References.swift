/// `$name` and what follows it.
extension Evaluator {
    mutating func renderReference(_ index: Int32, at node: Int32) throws(Interruption) {
        let reference = self.references[Int(index)]
        if reference.isRunt { return self.writeText(reference.source) }
        let start = self.output.count
        let value = try self.resolve(reference, at: node)
        if reference.isEscaped {
            self.writeText(reference.escapePrefix)
            if value.isNull { self.output.append(UInt8(ascii: "\\")) }
            self.writeSource(of: reference)
        } else if value.isNull {
            // The backslashes were no escapes after all.
            self.writeText(reference.escapePrefix)
            self.writeText(reference.escapePrefix)
            self.writeText(reference.prefix)
            self.writeSource(of: reference)
        } else {
            try self.renderValue(value, of: reference, at: node)
        }
        if self.trace != nil { self.record(.reference, node, value, from: start) }
    }

    /// What a reference prints without a value, or escaped: within a macro, `$parameter` is what stands for it in the call.
    private mutating func writeSource(of reference: Program.Reference) {
        if !self.macroCalls.isEmpty, reference.members.isEmpty, let argument = self.argument(of: reference) {
            return self.output.append(utf8: argument)
        }
        self.writeText(reference.source)
    }

    /// The text of the argument that a reference such as `$name`, and no other form of it, stands for.
    private func argument(of reference: Program.Reference) -> String? {
        guard reference.variable >= 0, let node = self.argumentNode(of: reference.variable) else { return nil }
        let name = self.program.variables[Int(reference.variable)].utf8
        let source = self.textBytes[Int(reference.source.lowerBound)..<Int(reference.source.upperBound)]
        guard source.count == name.count + 1, source.first == UInt8(ascii: "$") else { return nil }
        return self.literal(node)
    }

    private mutating func writeText(_ range: Range<Int32>) {
        if !range.isEmpty {
            self.output.append(UnsafeBufferPointer(rebasing: self.textBytes[Int(range.lowerBound)..<Int(range.upperBound)]))
        }
    }

    @inline(__always)
    private mutating func renderValue(_ value: Value, of reference: Program.Reference, at node: Int32) throws(Interruption) {
        if case .object(let object) = value, type(of: object) == DefinedBlock.self {
            // A definition renders itself, without the marks before the reference; too deep, the reference prints as it stands.
            guard try !self.renderDefinition(unsafeDowncast(object, to: DefinedBlock.self)) else { return }
            self.writeText(reference.escapePrefix)
            self.writeText(reference.escapePrefix)
            self.writeText(reference.prefix)
            return self.writeText(reference.source)
        }
        self.writeText(reference.escapePrefix)
        self.writeText(reference.prefix)
        try self.write(value, at: node)
    }

    /// The value of a reference in an expression.
    mutating func referenceValue(_ index: Int32, at node: Int32) throws(Interruption) -> Value {
        let reference = self.references[Int(index)]
        // Not even the profile's stand-in for what is missing.
        if reference.isRunt { return .null }
        let value = try self.resolve(reference, at: node)
        if self.trace != nil { self.record(.reference, node, value, from: self.output.count) }
        return value
    }

    /// The value; where there is none, what the profile says stands for it.
    @inline(__always)
    private mutating func resolve(_ reference: Program.Reference, at node: Int32) throws(Interruption) -> Value {
        if reference.members.isEmpty, reference.variable >= 0 {
            let value = try self.variable(reference.variable)
            return value.isNull && self.profile.missingIsEmptyText ? .string("") : value
        }
        let value = try self.follow(reference, to: reference.members.upperBound, at: node)
        return value.isNull && self.profile.missingIsEmptyText ? .string("") : value
    }

    /// The value after the members up to one, null where one of them is missing.
    private mutating func follow(_ reference: Program.Reference, to end: Int32, at node: Int32) throws(Interruption) -> Value {
        guard reference.variable >= 0 else { return .null }
        var value = try self.variable(reference.variable)
        var place = reference.members.lowerBound
        while place < end, !value.isNull {
            value = try self.member(Int(place), of: value, at: node)
            place += 1
        }
        return value
    }

    private mutating func member(_ place: Int, of value: Value, at node: Int32) throws(Interruption) -> Value {
        try self.step(at: node)
        let member = self.members[place]
        switch member.kind {
        case .property: return try self.property(place, of: value)
        case .method:
            guard member.arguments.count != 1 else {
                let argument = try self.value(self.children[Int(member.arguments.lowerBound)])
                return try self.invoke(member, on: value, argument, at: node)
            }
            var arguments: [Value] = []
            arguments.reserveCapacity(member.arguments.count)
            for child in member.arguments { arguments.append(try self.value(self.children[Int(child)])) }
            return try self.invoke(member, on: value, arguments, at: node)
        case .index:
            let key = try self.key(member, of: value)
            return try self.invoke(member, on: value, key, at: node)
        }
    }

    /// A call with one argument, which most have, in an array that the next one uses again.
    private mutating func invoke(
        _ member: Program.Member, on value: Value, _ argument: Value, at node: Int32
    ) throws(Interruption) -> Value {
        var arguments: [Value] = []
        swap(&arguments, &self.spareArguments)
        arguments.append(argument)
        let result = try self.invoke(member, on: value, arguments, at: node)
        arguments.removeLast()
        swap(&arguments, &self.spareArguments)
        return result
    }

    /// A negative index counts from the end, of whatever has a size.
    private mutating func key(_ member: Program.Member, of value: Value) throws(Interruption) -> Value {
        let key = try self.value(member.name)
        guard case .int(let number) = key, number < 0 else { return key }
        switch value {
        case .list(let list): return .int(Int32(truncatingIfNeeded: list.elements.count) &+ number)
        case .map(let map): return .int(Int32(truncatingIfNeeded: map.count) &+ number)
        case .object(let object):
            let size = try self.call(at: member.start) { () throws(MethodFailure) -> Value? in try object.call("size", []) }
            guard case .int(let count)? = size else {
                throw .failed(Failure(self.source.error(.methodFailed, Self.noSize, at: Int(member.start))))
            }
            return .int(count &+ number)
        default: throw .failed(Failure(self.source.error(.methodFailed, Self.noSize, at: Int(member.start))))
        }
    }

    private static let noSize = "a negative index counts from the end of what has a size(), which this has not"

    @inline(__always)
    private mutating func property(_ place: Int, of value: Value) throws(Interruption) -> Value {
        let member = self.members[place]
        switch value {
        case .map(let map) where member.method != .class:
            return map.value(of: self.names[Int(member.name)], stamp: member.stamp, expectedAt: &self.places[place])
        case .object(let object):
            if type(of: object) == LoopScope.self,
                let value = unsafeDowncast(object, to: LoopScope.self).property(member.method)
            {
                return value
            }
            let name = self.names[Int(member.name)]
            return try self.call(at: member.start) { () throws(MethodFailure) -> Value in try object.property(name) ?? .null }
        default: return JavaMethods.property(member.method, of: value)
        }
    }

    private mutating func invoke(
        _ member: Program.Member, on value: Value, _ arguments: [Value], at node: Int32
    ) throws(Interruption) -> Value {
        if case .object(let object) = value {
            if type(of: object) == DefinedBlock.self, member.method == .toString, arguments.isEmpty {
                return try self.text(of: unsafeDowncast(object, to: DefinedBlock.self))
            }
            let name = member.kind == .index ? "get" : self.names[Int(member.name)]
            return try self.call(at: member.start) { () throws(MethodFailure) -> Value in
                try object.call(name, arguments) ?? .null
            }
        }
        // A definition among the arguments or elements is rendered by the method's own `toString`, which has no evaluator.
        var work = 0
        let bytesMax = self.limits.outputBytes
        let result = try self.call(at: member.start) { () throws(MethodFailure) -> Value in
            try JavaMethods.call(member.method, on: value, arguments, bytesMax: bytesMax, work: &work) ?? .null
        }
        try self.step(work, at: node)
        return result
    }

    /// A definition's `toString()` renders it; null where it is too deep within itself.
    private mutating func text(of block: DefinedBlock) throws(Interruption) -> Value {
        var isRendered = false
        let text = try self.capture { evaluator throws(Interruption) in isRendered = try evaluator.renderDefinition(block) }.text
        return isRendered ? .string(text) : .null
    }

    // MARK: #set

    mutating func assign(_ value: Value, to reference: Program.Reference, at node: Int32) throws(Interruption) {
        let last = self.members[Int(reference.members.upperBound) - 1]
        let target = try self.follow(reference, to: reference.members.upperBound - 1, at: node)
        guard !target.isNull else { return }
        if last.kind == .index {
            let key = try self.key(last, of: target)
            switch target {
            case .list(let list):
                guard case .int(let index) = key else { return }
                guard list.elements.indices.contains(Int(index)) else {
                    let message = "IndexOutOfBoundsException: Index \(index) out of bounds for length \(list.elements.count)"
                    throw .failed(Failure(self.source.error(.methodFailed, message, at: Int(last.start))))
                }
                list.elements[Int(index)] = value
            case .map(let map): map.put(key, value)
            case .object(let object):
                _ = try self.call(at: last.start) { () throws(MethodFailure) -> Value? in
                    if let old = try object.call("set", [key, value]) { return old }
                    return try object.call("put", [key, value])
                }
            default: break
            }
            return
        }
        let name = self.program.names[Int(last.name)]
        switch target {
        case .map(let map): map[name] = value
        case .object(let object):
            _ = try self.call(at: last.start) { () throws(MethodFailure) -> Bool in try object.setProperty(name, to: value) }
        default: break
        }
    }
}
