/// One reading of a document by a path.
struct JSONPathEvaluation<Tree: JSONTree> {
    let root: Tree
    /// Set while a filter asks whether a path exists: no member on the way may be missing.
    let requiresProperties: Bool
    private var results: [Tree] = []
    private var visits = 0

    init(root: Tree, requiresProperties: Bool) {
        self.root = root
        self.requiresProperties = requiresProperties
    }

    func value(of path: JSONPath, in document: Tree) throws(JSONPathError) -> Tree {
        if case .null = self.root.shape { throw .unfit("the document is null") }
        var evaluation = self
        try evaluation.step(path, 0, document)
        guard path.isDefinite else { return .makeArray(evaluation.results) }
        guard let first = evaluation.results.first else { throw .notFound }
        return first
    }

    private mutating func visit() throws(JSONPathError) {
        self.visits += 1
        guard self.visits <= JSONPath.visitLimit else { throw .tooManyVisits }
    }

    /// Hands a value to the token behind `place`, or keeps it when there is none.
    private mutating func pass(_ path: JSONPath, _ place: Int, _ value: Tree) throws(JSONPathError) {
        try self.visit()
        if place + 1 == path.tokens.count {
            self.results.append(value)
        } else {
            try self.step(path, place + 1, value)
        }
    }

    private mutating func step(_ path: JSONPath, _ place: Int, _ value: Tree) throws(JSONPathError) {
        switch path.tokens[place] {
        case .root: try self.pass(path, place, value)
        case .property(let names): try self.property(path, place, names, value)
        case .index, .indices, .fromEnd, .sliceFrom, .sliceTo, .slice: try self.elements(path, place, value)
        case .wildcard: try self.wildcard(path, place, value)
        case .filter(let filter): try self.filter(path, place, filter, value)
        case .scan:
            guard place + 1 < path.tokens.count else { throw .unfit("nothing follows '..'") }
            try self.scan(path, place + 1, value)
        }
    }

    private mutating func property(
        _ path: JSONPath, _ place: Int, _ names: [String], _ value: Tree
    ) throws(JSONPathError) {
        guard case .object = value.shape else { throw .notFound }
        guard names.count != 1 else { return try self.member(path, place, names[0], value) }
        guard place + 1 == path.tokens.count else { throw .unfit("several names can only stand at the end of a path") }
        var members: [(name: String, value: Tree)] = []
        for name in names where !members.contains(where: { $0.name == name }) {
            if let member = value.member(name) {
                members.append((name, member))
            } else if self.requiresProperties {
                throw .notFound
            }
        }
        self.results.append(.makeObject(members))
    }

    private mutating func member(_ path: JSONPath, _ place: Int, _ name: String, _ value: Tree) throws(JSONPathError) {
        if let member = value.member(name) { return try self.pass(path, place, member) }
        let isLeaf = place + 1 == path.tokens.count
        if !isLeaf, !path.isUpstreamDefinite(at: place), !self.requiresProperties { return }
        throw .notFound
    }

    private mutating func elements(_ path: JSONPath, _ place: Int, _ value: Tree) throws(JSONPathError) {
        switch value.shape {
        case .null: throw .notFound
        case .array(let count):
            switch path.tokens[place] {
            case .index(let index): try self.element(path, place, index, value)
            case .indices(let indices): for index in indices { try self.element(path, place, index, value) }
            case .fromEnd(let distance): try self.element(path, place, count + distance, value)
            case .sliceFrom(let from): try self.elements(path, place, max(0, from < 0 ? count + from : from), count, value)
            case .sliceTo(let to): try self.elements(path, place, 0, min(count, to < 0 ? count + to : to), value)
            case .slice(let from, let to): try self.elements(path, place, from, min(count, to), value)
            case .root, .property, .wildcard, .scan, .filter: preconditionFailure("only indices and slices select elements")
            }
        default: throw .unfit("an index can only be applied to an array")
        }
    }

    private mutating func elements(
        _ path: JSONPath, _ place: Int, _ from: Int, _ to: Int, _ value: Tree
    ) throws(JSONPathError) {
        guard from < to, case .array(let count) = value.shape, count > 0 else { return }
        for index in from..<to { try self.element(path, place, index, value) }
    }

    /// There are no negative indices in this version.
    private mutating func element(_ path: JSONPath, _ place: Int, _ index: Int, _ value: Tree) throws(JSONPathError) {
        guard case .array(let count) = value.shape, 0..<count ~= index else { throw .notFound }
        try self.pass(path, place, value.element(index))
    }

    /// Elements of an array that the rest of the path doesn't find in are left out; members of an object aren't.
    private mutating func wildcard(_ path: JSONPath, _ place: Int, _ value: Tree) throws(JSONPathError) {
        switch value.shape {
        case .object: for child in value.children { try self.pass(path, place, child.value) }
        case .array(let count):
            for index in 0..<count {
                do throws(JSONPathError) {
                    try self.pass(path, place, value.element(index))
                } catch {
                    guard case .notFound = error, !self.requiresProperties else { throw error }
                }
            }
        default: break
        }
    }

    private mutating func filter(
        _ path: JSONPath, _ place: Int, _ filter: JSONPathFilter, _ value: Tree
    ) throws(JSONPathError) {
        switch value.shape {
        case .object: if try self.accepts(filter, value) { try self.pass(path, place, value) }
        case .array(let count):
            for index in 0..<count where try self.accepts(filter, value.element(index)) {
                try self.element(path, place, index, value)
            }
        default: throw .unfit("a filter can only be applied to an array or an object")
        }
    }

    /// Applies the token at `place` to each value in the document that suits it, parents before children.
    private mutating func scan(_ path: JSONPath, _ place: Int, _ value: Tree) throws(JSONPathError) {
        switch value.shape {
        case .object:
            try self.visit()
            if try self.suits(path.tokens[place], value, isArray: false) { try self.step(path, place, value) }
            for child in value.children { try self.scan(path, place, child.value) }
        case .array(let count):
            try self.visit()
            if try self.suits(path.tokens[place], value, isArray: true) {
                if place + 1 == path.tokens.count {
                    try self.step(path, place, value)
                } else {
                    // The library skips the token itself here: every element is handed to the one behind it.
                    for index in 0..<count { try self.step(path, place + 1, value.element(index)) }
                }
            }
            for index in 0..<count { try self.scan(path, place, value.element(index)) }
        default: break
        }
    }

    private mutating func suits(_ token: JSONPath.Token, _ value: Tree, isArray: Bool) throws(JSONPathError) -> Bool {
        switch token {
        case .property(let names): !isArray && names.allSatisfy { value.member($0) != nil }
        case .index, .indices, .fromEnd, .sliceFrom, .sliceTo, .slice: isArray
        case .wildcard: true
        case .filter(let filter): try self.accepts(filter, value)
        case .root, .scan: false
        }
    }
}

// MARK: - Filters

extension JSONPathEvaluation {
    private mutating func accepts(_ filter: JSONPathFilter, _ item: Tree) throws(JSONPathError) -> Bool {
        try self.visit()
        for alternative in filter.alternatives {
            var holds = true
            for criterion in alternative where holds { holds = try self.holds(criterion, item) }
            if holds { return true }
        }
        return false
    }

    /// A criterion whose path leads nowhere doesn't hold, not even `!=`.
    private func holds(_ criterion: JSONPathFilter.Criterion, _ item: Tree) throws(JSONPathError) -> Bool {
        do throws(JSONPathError) {
            switch criterion {
            case .exists(let path, let isWanted):
                let evaluation = JSONPathEvaluation(root: self.root, requiresProperties: true)
                do throws(JSONPathError) {
                    let value = try evaluation.value(of: path, in: item)
                    if case .null = value.shape { return !isWanted }
                    return isWanted
                } catch .notFound {
                    return !isWanted
                }
            case .comparison(let left, let comparison, let right):
                let found = try self.side(left, comparison, item)
                let expected = try self.side(right, comparison, item)
                return try JSONPathComparison.holds(found, comparison, expected)
            }
        } catch .notFound {
            return false
        }
    }

    private func side(
        _ operand: JSONPathFilter.Operand, _ comparison: JSONPathFilter.Comparison, _ item: Tree
    ) throws(JSONPathError) -> JSONPathComparison.Side<Tree> {
        switch operand {
        case .text(let text): return .value(.string(text))
        case .pattern(let pattern): return .pattern(pattern)
        case .path(let path, let fromRoot):
            let evaluation = JSONPathEvaluation(root: self.root, requiresProperties: self.requiresProperties)
            return .value(try evaluation.value(of: path, in: fromRoot ? self.root : item))
        }
    }
}
