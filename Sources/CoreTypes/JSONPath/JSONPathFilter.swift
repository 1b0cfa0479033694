import RegularExpressions

/// What stands in `[?(…)]`: criteria joined by `&&` and `||`. Parentheses within are read over, they don't group.
struct JSONPathFilter: Hashable, Sendable {
    /// One of these has to hold, each when all its criteria do. In the order of evaluation, which runs from right to left.
    let alternatives: [[Criterion]]

    enum Criterion: Hashable, Sendable {
        /// `@.isbn`, and `!@.isbn` with `isWanted` false. The path is taken from the element, even one that begins with `$`.
        case exists(JSONPath, isWanted: Bool)
        case comparison(Operand, Comparison, Operand)
    }

    enum Operand: Hashable, Sendable {
        case path(JSONPath, fromRoot: Bool)
        /// With or without its quotes in the path: `10`, `true` and `null` are texts too, that are compared as what they
        /// meet.
        case text(String)
        /// `/…/`, or `/…/i`, which ignores case.
        case pattern(JavaRegex)
    }

    /// In the order in which a criterion is searched for them.
    enum Comparison: String, Hashable, Sendable, CaseIterable {
        case equal = "=="
        case atLeast = ">="
        case atMost = "<="
        case unequal = "!="
        case less = "<"
        case greater = ">"
        case matches = "=~"
    }
}

extension JSONPathFilter {
    /// - Parameter fragment: from `[` to `]`.
    init(parsing fragment: [UInt8]) throws(JSONPathError) {
        let source = String(decoding: fragment, as: UTF8.self)
        var rest = trimmedOfControls(fragment.dropFirst().dropLast())
        guard rest.first == UInt8(ascii: "?") else { throw .invalidPath("a filter begins with '[?(', not as in '\(source)'") }
        rest = trimmedOfControls(rest.dropFirst())
        guard rest.count > 1, rest.first == UInt8(ascii: "("), rest.last == UInt8(ascii: ")") else {
            throw .invalidPath("a filter stands between '[?(' and ')]', not as in '\(source)'")
        }
        rest = trimmedOfControls(rest.dropFirst().dropLast())
        var criteria: [Criterion] = []
        var joins: [Bool] = []
        for part in Self.split(Array(rest)) {
            let text = trimmedOfControls(part)
            if Self.isJoin(text) {
                joins.append(text.first == UInt8(ascii: "&"))
            } else {
                criteria.append(try Self.criterion(text))
            }
        }
        guard let last = criteria.last, criteria.count == joins.count + 1 else {
            throw .invalidPath("criteria and operators in '\(source)' don't alternate")
        }
        var alternatives = [[last]]
        for (isAnd, criterion) in zip(joins.reversed(), criteria.dropLast().reversed()) {
            if isAnd { alternatives[alternatives.count - 1].append(criterion) } else { alternatives.append([criterion]) }
        }
        self.alternatives = alternatives
    }

    private static func isJoin(_ text: ArraySlice<UInt8>) -> Bool {
        text.elementsEqual("&&".utf8) || text.elementsEqual("||".utf8)
    }

    /// Cuts before and behind each `&&` and `||`, in quotes too.
    private static func split(_ text: [UInt8]) -> [ArraySlice<UInt8>] {
        var parts: [ArraySlice<UInt8>] = []
        var start = 0
        for cut in text.indices.dropFirst()
        where self.isJoin(text[cut..<min(cut + 2, text.count)]) || self.isJoin(text[max(cut - 2, 0)..<cut]) {
            parts.append(text[start..<cut])
            start = cut
        }
        return parts + [text[start...]]
    }

    private static func criterion(_ text: ArraySlice<UInt8>) throws(JSONPathError) -> Criterion {
        var rest = text
        while let first = rest.first, "[?( ".utf8.contains(first) { rest.removeFirst() }
        while let last = rest.last, ") ".utf8.contains(last) { rest.removeLast() }
        guard !rest.isEmpty else { throw .invalidPath("a criterion of a filter is empty") }
        for comparison in Comparison.allCases {
            guard let range = Self.range(of: comparison.rawValue, in: rest) else { continue }
            let left = String(decoding: trimmedOfControls(rest[..<range.lowerBound]), as: UTF8.self)
            let right = String(decoding: trimmedOfControls(rest[range.upperBound...]), as: UTF8.self)
            guard !right.hasPrefix("!@") else { throw .invalidPath("'!' can only ask whether a member is missing: [?(!@.name)]") }
            return .comparison(try Self.operand(left), comparison, try Self.operand(right))
        }
        let source = String(decoding: trimmedOfControls(rest), as: UTF8.self)
        guard case .path(let path, _) = try Self.operand(source) else {
            throw .invalidPath("the criterion '\(source)' has no operator; there are == != < <= > >= =~")
        }
        return .exists(path, isWanted: !source.hasPrefix("!"))
    }

    private static func range(of mark: String, in text: ArraySlice<UInt8>) -> Range<Int>? {
        let mark = Array(mark.utf8)
        guard text.count >= mark.count else { return nil }
        for start in text.startIndex...(text.endIndex - mark.count) where text[start..<(start + mark.count)].elementsEqual(mark) {
            return start..<(start + mark.count)
        }
        return nil
    }

    private static func operand(_ text: String) throws(JSONPathError) -> Operand {
        if text.hasPrefix("$") || text.hasPrefix("@") || text.hasPrefix("!@") {
            let path = try JSONPath(text.hasPrefix("!") ? String(text.dropFirst()) : text)
            guard path.isDefinite else { throw .invalidPath("the path '\(text)' in a filter is not definite") }
            return .path(path, fromRoot: text.hasPrefix("$"))
        }
        if text.hasPrefix("'"), text.hasSuffix("'") {
            guard text.utf8.count > 1 else { throw .invalidPath("a single quote alone in a filter") }
            return .text(String(text.dropFirst().dropLast()))
        }
        if text.hasPrefix("/"), text.hasSuffix("/") || text.hasSuffix("/i") {
            guard let end = text.dropFirst().lastIndex(of: "/") else {
                throw .invalidPath("the pattern '\(text)' is not closed")
            }
            let expression = String(text[text.index(after: text.startIndex)..<end])
            do {
                return .pattern(try JavaRegex(text.hasSuffix("i") ? "(?i)" + expression : expression))
            } catch {
                throw .invalidPath("the pattern /\(expression)/ can't be read: \(error.message)")
            }
        }
        return .text(text)
    }
}
