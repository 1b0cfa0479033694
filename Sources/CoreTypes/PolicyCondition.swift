/// One line of a statement's `Condition` (IAM User Guide, "IAM JSON policy elements: Condition operators").
package struct PolicyCondition: Hashable, Sendable {
    /// How many of a request's values must match.
    package enum Quantifier: Hashable, Sendable {
        /// The usual: any of the request's values.
        case one
        /// `ForAllValues:`, which also holds when the request has no such key.
        case all
        /// `ForAnyValue:`.
        case any
    }

    package enum Operator: String, CaseIterable, Hashable, Sendable {
        case stringEquals = "StringEquals"
        case stringNotEquals = "StringNotEquals"
        case stringEqualsIgnoreCase = "StringEqualsIgnoreCase"
        case stringNotEqualsIgnoreCase = "StringNotEqualsIgnoreCase"
        case stringLike = "StringLike"
        case stringNotLike = "StringNotLike"
        case numericEquals = "NumericEquals"
        case numericNotEquals = "NumericNotEquals"
        case numericLessThan = "NumericLessThan"
        case numericLessThanEquals = "NumericLessThanEquals"
        case numericGreaterThan = "NumericGreaterThan"
        case numericGreaterThanEquals = "NumericGreaterThanEquals"
        case dateEquals = "DateEquals"
        case dateNotEquals = "DateNotEquals"
        case dateLessThan = "DateLessThan"
        case dateLessThanEquals = "DateLessThanEquals"
        case dateGreaterThan = "DateGreaterThan"
        case dateGreaterThanEquals = "DateGreaterThanEquals"
        case bool = "Bool"
        case binaryEquals = "BinaryEquals"
        case ipAddress = "IpAddress"
        case notIPAddress = "NotIpAddress"
        case arnEquals = "ArnEquals"
        case arnLike = "ArnLike"
        case arnNotEquals = "ArnNotEquals"
        case arnNotLike = "ArnNotLike"
        /// True: the key must be absent; false: present.
        case null = "Null"

        /// Operators of negation hold when no value of the policy matches.
        fileprivate var positive: Operator? {
            switch self {
            case .stringNotEquals: .stringEquals
            case .stringNotEqualsIgnoreCase: .stringEqualsIgnoreCase
            case .stringNotLike: .stringLike
            case .numericNotEquals: .numericEquals
            case .dateNotEquals: .dateEquals
            case .notIPAddress: .ipAddress
            case .arnNotEquals: .arnEquals
            case .arnNotLike: .arnLike
            default: nil
            }
        }
    }

    package let `operator`: Operator
    package let quantifier: Quantifier
    /// `…IfExists`: holds when the request has no such key.
    package let ifExists: Bool
    /// Lower case.
    package let key: String
    package let values: [String]

    package init(operator: Operator, quantifier: Quantifier = .one, ifExists: Bool = false, key: String, values: [String]) {
        self.operator = `operator`
        self.quantifier = quantifier
        self.ifExists = ifExists
        self.key = key.lowercased()
        self.values = values
    }

    /// All lines of a statement must hold.
    package func holds(in context: [String: [String]]) -> Bool {
        let given = context[self.key] ?? []
        if self.operator == .null { return self.values.contains { ($0.lowercased() == "true") == given.isEmpty } }
        let isNegated = self.operator.positive != nil
        guard !given.isEmpty else { return self.ifExists || self.quantifier == .all || isNegated && self.quantifier == .one }
        let test = self.operator.positive ?? self.operator
        func matches(_ value: String) -> Bool { self.values.contains { test.matches(value, $0) } }
        return switch (self.quantifier, isNegated) {
        case (.one, false), (.any, false): given.contains(where: matches)
        case (.one, true): !given.contains(where: matches)
        case (.any, true): given.contains { !matches($0) }
        case (.all, false): given.allSatisfy(matches)
        case (.all, true): given.allSatisfy { !matches($0) }
        }
    }
}

extension PolicyCondition.Operator {
    /// Compares one value of the request with one of the policy. Values that are no number, date or address match nothing.
    fileprivate func matches(_ given: String, _ wanted: String) -> Bool {
        func numbers(_ compare: (Double, Double) -> Bool) -> Bool {
            guard let left = Double(given), let right = Double(wanted) else { return false }
            return compare(left, right)
        }
        func dates(_ compare: (Timestamp, Timestamp) -> Bool) -> Bool {
            guard let left = Timestamp(policyDate: given), let right = Timestamp(policyDate: wanted) else { return false }
            return compare(left, right)
        }
        return switch self {
        case .stringEquals, .binaryEquals: given == wanted
        case .stringEqualsIgnoreCase: given.lowercased() == wanted.lowercased()
        case .stringLike: Wildcards.match(given, pattern: wanted)
        case .numericEquals: numbers(==)
        case .numericLessThan: numbers(<)
        case .numericLessThanEquals: numbers(<=)
        case .numericGreaterThan: numbers(>)
        case .numericGreaterThanEquals: numbers(>=)
        case .dateEquals: dates(==)
        case .dateLessThan: dates(<)
        case .dateLessThanEquals: dates(<=)
        case .dateGreaterThan: dates(>)
        case .dateGreaterThanEquals: dates(>=)
        case .bool: given.lowercased() == wanted.lowercased()
        case .ipAddress: AddressRange(wanted)?.contains(given) ?? false
        case .arnEquals, .arnLike: Self.arnMatches(given, pattern: wanted)
        case .stringNotEquals, .stringNotEqualsIgnoreCase, .stringNotLike, .numericNotEquals, .dateNotEquals, .notIPAddress,
            .arnNotEquals, .arnNotLike, .null:
            preconditionFailure("an operator of negation is evaluated by its positive, and Null without values")
        }
    }

    /// Each of the six parts of an ARN is matched for itself: a star in one doesn't reach into the next.
    private static func arnMatches(_ given: String, pattern: String) -> Bool {
        let given = given.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        let pattern = pattern.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        guard given.count == 6, pattern.count == 6 else { return pattern == ["*"] }
        return zip(given, pattern).allSatisfy { Wildcards.match(String($0), pattern: String($1)) }
    }
}

extension PolicyCondition {
    static func read(_ json: JSON?, place: String) throws(PolicyError) -> [PolicyCondition] {
        guard let json else { return [] }
        guard let blocks = json.objectValue else {
            throw PolicyError("Condition of \(place) must be an object, not \(json.kind)")
        }
        var conditions: [PolicyCondition] = []
        for (name, block) in blocks.members {
            let (quantifier, ifExists, spelled) = self.parts(of: name)
            guard let operation = Operator.allCases.first(where: { $0.rawValue.lowercased() == spelled.lowercased() }) else {
                throw PolicyError("Condition of \(place) has the unknown operator \(name)")
            }
            guard let keys = block.objectValue else {
                throw PolicyError("\(name) of \(place) must be an object, not \(block.kind)")
            }
            for (key, values) in keys.members {
                conditions.append(
                    PolicyCondition(
                        operator: operation, quantifier: quantifier, ifExists: ifExists, key: key,
                        values: try PolicyDocument.Statement.texts(values, "\(name) \(key)", place)))
            }
        }
        return conditions
    }

    private static func parts(of name: String) -> (Quantifier, ifExists: Bool, String) {
        var name = name[...]
        var quantifier = Quantifier.one
        if name.hasPrefix("ForAllValues:") {
            quantifier = .all
            name = name.dropFirst("ForAllValues:".count)
        } else if name.hasPrefix("ForAnyValue:") {
            quantifier = .any
            name = name.dropFirst("ForAnyValue:".count)
        }
        let ifExists = name.hasSuffix("IfExists")
        return (quantifier, ifExists, String(ifExists ? name.dropLast("IfExists".count) : name))
    }
}
