import CoreTypes

/// The routes of one API as a tree of path segments, built once. A lookup visits one node a segment, and more only where a more
/// specific branch has no route for the verb; never more nodes than the tree has.
struct RouteTree: Sendable {
    private struct Node: Sendable {
        var literals: [Substring: Int] = [:]
        /// The node behind `{name}`.
        var parameter: Int?
        /// The node of `{name+}`, which has no children.
        var greedy: Int?
        var verbs: [String: Leaf] = [:]
        var anyVerb: Leaf?

        func leaf(_ verb: String) -> Leaf? { self.verbs[verb] ?? self.anyVerb }

        /// `%68ello` names the same resource as `hello` (RFC 3986 section 6.2.2.2); `%2F` never becomes a separator.
        func decodedLiteral(_ segment: Substring) -> Int? {
            guard !self.literals.isEmpty, segment.utf8.contains(UInt8(ascii: "%")) else { return nil }
            return self.literals[PercentEncoding.decode(segment, plusIsSpace: false)[...]]
        }
    }

    /// A route and the names of its path variables. They are the route's own: `/a/{x}` and `/a/{y}/b` may share a node.
    struct Leaf: Sendable {
        let route: Int
        let parameters: [String]
    }

    struct Match {
        let route: Int
        /// Name and text as sent, in the order of the path.
        let parameters: [(name: String, value: Substring)]
    }

    private enum Part {
        case literal(Substring)
        case parameter(String)
        case greedy(String)

        init(_ segment: Substring) {
            guard segment.hasPrefix("{"), segment.hasSuffix("}") else {
                self = .literal(segment)
                return
            }
            let name = segment.dropFirst().dropLast()
            self = name.hasSuffix("+") ? .greedy(String(name.dropLast())) : .parameter(String(name))
        }
    }

    private var nodes = [Node()]

    /// Adds a route; of two with the same verb and path shape the first stays. What stands behind a greedy part can't match
    /// and is left out, as API Gateway refuses to create it; a route with more segments than the limit never matches.
    mutating func insert(method: String?, path: String, route: Int) {
        let segments = path.split(separator: "/")
        guard segments.count <= GatewayLimits.routeSegments else { return }
        var node = 0
        var names: [String] = []
        segments: for segment in segments {
            switch Part(segment) {
            case .literal(let text):
                node = self.child(self.nodes[node].literals[text], adopt: { $0.literals[text] = $1 }, of: node)
            case .parameter(let name):
                names.append(name)
                node = self.child(self.nodes[node].parameter, adopt: { $0.parameter = $1 }, of: node)
            case .greedy(let name):
                names.append(name)
                node = self.child(self.nodes[node].greedy, adopt: { $0.greedy = $1 }, of: node)
                break segments
            }
        }
        let leaf = Leaf(route: route, parameters: names)
        if let method, method != "ANY" {
            if self.nodes[node].verbs[method] == nil { self.nodes[node].verbs[method] = leaf }
        } else if self.nodes[node].anyVerb == nil {
            self.nodes[node].anyVerb = leaf
        }
    }

    private mutating func child(_ existing: Int?, adopt: (inout Node, Int) -> Void, of node: Int) -> Int {
        if let existing { return existing }
        self.nodes.append(Node())
        adopt(&self.nodes[node], self.nodes.count - 1)
        return self.nodes.count - 1
    }

    /// How greedy routes stand to the others.
    enum Order {
        /// REST: at each segment literal, variable, greedy.
        case bySegment
        /// HTTP APIs: any full match of the path before any greedy one.
        case greedyLast
    }

    /// The route for a path whose leading and trailing slashes mean nothing. Inner empty segments match only greedy parts.
    func match(method: String, path: Substring, order: Order) -> Match? {
        var search = Search(path: path, method: method)
        if order == .greedyLast, let leaf = self.find(node: 0, at: 0, greedy: false, &search) { return search.match(leaf) }
        guard let leaf = self.find(node: 0, at: 0, greedy: true, &search) else { return nil }
        return search.match(leaf)
    }

    private struct Search {
        let path: Substring
        let segments: [Substring]
        let method: String
        var values: [Substring] = []

        init(path: Substring, method: String) {
            func isPlain(_ byte: UInt8) -> Bool { byte != UInt8(ascii: "/") }
            if let start = path.utf8.firstIndex(where: isPlain), let end = path.utf8.lastIndex(where: isPlain) {
                self.path = path[start..<path.utf8.index(after: end)]
                self.segments = self.path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
                    .map(Substring.init)
            } else {
                self.path = ""
                self.segments = []
            }
            self.method = method
        }

        func match(_ leaf: Leaf) -> Match {
            Match(route: leaf.route, parameters: zip(leaf.parameters, self.values).map { (name: $0, value: $1) })
        }
    }

    /// Recursion ends with the tree's depth: each step goes to a child.
    private func find(node: Int, at index: Int, greedy: Bool, _ search: inout Search) -> Leaf? {
        guard index < search.segments.count else { return self.nodes[node].leaf(search.method) }
        let segment = search.segments[index]
        if !segment.isEmpty {
            if let child = self.nodes[node].literals[segment] ?? self.nodes[node].decodedLiteral(segment),
                let leaf = self.find(node: child, at: index + 1, greedy: greedy, &search)
            {
                return leaf
            }
            if let child = self.nodes[node].parameter {
                search.values.append(segment)
                if let leaf = self.find(node: child, at: index + 1, greedy: greedy, &search) { return leaf }
                search.values.removeLast()
            }
        }
        guard greedy, let child = self.nodes[node].greedy else { return nil }
        // The last segment is never empty, so a first one that is not is always found.
        let first = search.segments[index...].first { !$0.isEmpty } ?? segment
        guard let leaf = self.nodes[child].leaf(search.method) else { return nil }
        search.values.append(search.path[first.startIndex...])
        return leaf
    }
}
