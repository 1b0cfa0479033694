/// `#foreach`.
extension Evaluator {
    /// What a loop goes through. A change of a list or map while it is gone through is an error, as in Java.
    private enum Elements {
        case list(ListValue, revision: UInt32)
        case map([Value], MapValue, revision: UInt32)
        case iterator(IteratorObject)
        case array([Value])

        func hasNext(_ index: Int) -> Bool {
            switch self {
            case .list(let list, _): index != list.elements.count
            case .map(let values, let map, _): index < values.count && index != map.count
            case .iterator(let iterator): iterator.hasNext
            case .array(let values): index < values.count
            }
        }

        /// Nil after a change.
        func next(_ index: Int) -> Value? {
            switch self {
            case .list(let list, let revision): list.revision == revision ? list.elements[index] : nil
            case .map(let values, let map, let revision): map.revision == revision ? values[index] : nil
            case .iterator(let iterator): iterator.next()
            case .array(let values): values[index]
            }
        }
    }

    private func elements(of value: Value) -> Elements? {
        switch value {
        case .list(let list): return .list(list, revision: list.revision)
        case .map(let map): return .map(map.values, map, revision: map.revision)
        case .object(let object):
            if let iterator = object as? IteratorObject { return .iterator(iterator) }
            if let view = object as? MapView { return .map(view.values, view.map, revision: view.map.revision) }
            return object.elements.map { .array($0) }
        default: return nil
        }
    }

    mutating func renderLoop(_ node: Program.Node, _ index: Int32) throws(Interruption) {
        let list = node.b >= 0 ? try self.value(node.b) : .null
        guard let elements = self.elements(of: list) else { return }
        let element = node.a
        let names = self.program.loopNames
        let saved = element >= 0 ? try self.variable(element) : .null
        let savedCount = names.count.map { self.variables[$0] }
        let savedHasNext = names.hasNext.map { self.variables[$0] }
        let outer = self.loop
        var scope: LoopScope?
        if let place = names.scope {
            scope = LoopScope(parent: outer, replaced: self.variables[place])
            self.loop = scope
            self.variables[place] = scope.map { .object($0) } ?? .null
        }
        let depth = self.depth
        var round = 0
        let roundsMax = self.profile.roundsMax ?? Int.max
        while round < roundsMax, elements.hasNext(round) {
            try self.step(at: index)
            guard let value = elements.next(round) else {
                throw self.failure(
                    .methodFailed, "ConcurrentModificationException: the list was changed in its own #foreach", at: index)
            }
            if element >= 0 { self.variables[Int(element)] = self.nullElements.contains(element) ? .null : value }
            round += 1
            let hasNext = elements.hasNext(round)
            if let place = names.count { self.variables[place] = .int(Int32(truncatingIfNeeded: round)) }
            if let place = names.hasNext { self.variables[place] = .bool(hasNext) }
            if let scope {
                scope.index = round - 1
                scope.hasNext = hasNext
            }
            if self.trace != nil { self.record(.round, index, value, from: self.output.count) }
            guard node.c >= 0 else { continue }
            let isNull = value.isNull && element >= 0
            if isNull { self.nullElements.append(element) }
            defer { if isNull { self.nullElements.removeLast() } }
            do {
                try self.render(node.c)
            } catch .breakNearest {
                break
            } catch .breakLoop(let stopped) where scope.map(ObjectIdentifier.init) == stopped {
                break
            }
        }
        self.depth = depth
        if element >= 0 { self.leave(element, saved) }
        if let place = names.count { self.variables[place] = savedCount ?? .null }
        if let place = names.hasNext { self.variables[place] = savedHasNext ?? .null }
        if let place = names.scope, let scope { self.variables[place] = scope.replaced }
        self.loop = outer
    }

    /// Gives a loop's variable back what it was before. If that was nothing, Velocity removes the variable, and with it what keeps
    /// it null for the rest of a round of a loop around.
    private mutating func leave(_ element: Int32, _ saved: Value) {
        self.setVariable(element, saved)
        guard saved.isNull else { return }
        for place in self.nullElements.indices where self.nullElements[place] == element { self.nullElements[place] = -1 }
    }
}
