import APIGateway
import CoreTypes

/// The statement of a rule. What is not emulated is told, and then the whole rule is not applied: half of one would let in, or
/// keep out, requests that it doesn't speak of.
struct FirewallStatementReader {
    let parts: FirewallParts

    /// Ours: AWS bounds statements by their capacity units.
    private static let depthMax = 20
    private static let rates = 10...2_000_000_000
    private static let windows = [60, 120, 300, 600]
    /// AWS WAF API reference, "RateBasedStatement".
    private static let customKeys = 1...5
    /// AWS WAF API reference, "ByteMatchStatement" and "RegexMatchStatement".
    private static let searchBytesMax = 200
    private static let patternBytesMax = 512

    private static let emulated = [
        "AndStatement", "ByteMatchStatement", "IPSetReferenceStatement", "LabelMatchStatement", "NotStatement", "OrStatement",
        "RateBasedStatement", "RegexMatchStatement", "RegexPatternSetReferenceStatement", "SizeConstraintStatement",
    ]
    private static let unemulated = [
        "AsnMatchStatement": "the host doesn't know whose an address is",
        "GeoMatchStatement": "the host doesn't know the country of an address",
        "ManagedRuleGroupStatement": "its rules are their vendor's",
        "SqliMatchStatement": "AWS doesn't publish what it takes for SQL",
        "XssMatchStatement": "AWS doesn't publish what it takes for a script",
    ]

    /// The statement at the top of a rule; `nil` once it is told why there is none.
    func rule(_ reader: PropertyReader) -> WebACL.Statement? { self.statement(reader, depth: 0) }

    private func statement(_ reader: PropertyReader, depth: Int) -> WebACL.Statement? {
        guard depth < Self.depthMax else {
            reader.error("Statements stand in each other more than \(Self.depthMax) times.")
            return nil
        }
        guard reader.members.names.count == 1, let name = reader.members.names.first else {
            reader.error("One statement is wanted; to combine some use AndStatement or OrStatement.")
            return nil
        }
        if let reason = Self.unemulated[name] {
            reader.notice("Not emulated, as \(reason); the rule is not applied.", at: name)
            return nil
        }
        guard Self.emulated.contains(name) else {
            reader.error(
                name == "RuleGroupReferenceStatement"
                    ? "A rule group is named at the top of a web ACL's rule only."
                    : "There is no statement \(name)."
                        + Suggestion.sentence(for: name, among: Self.emulated + Self.unemulated.keys.sorted()),
                at: name)
            return nil
        }
        guard let settings = reader.map(name) else { return nil }
        switch name {
        case "AndStatement": return self.statements(settings, depth).map(WebACL.Statement.and)
        case "OrStatement": return self.statements(settings, depth).map(WebACL.Statement.or)
        case "NotStatement":
            return self.required("Statement", settings).flatMap { self.statement($0, depth: depth + 1) }.map(WebACL.Statement.not)
        case "ByteMatchStatement": return self.byteMatch(settings)
        case "RegexMatchStatement": return self.regexMatch(settings)
        case "RegexPatternSetReferenceStatement": return self.patternSet(settings)
        case "SizeConstraintStatement": return self.size(settings)
        case "IPSetReferenceStatement": return self.addresses(settings)
        case "LabelMatchStatement": return self.label(settings)
        default:
            guard depth == 0 else {
                reader.error("A rate-based statement stands at the top of a rule only.", at: name)
                return nil
            }
            return self.rate(settings)
        }
    }

    private func required(_ name: String, _ reader: PropertyReader) -> PropertyReader? {
        if reader.members[name] == nil {
            reader.evaluation.error("Property '\(name)' is required.", at: reader.location, path: reader.path(name))
        }
        return reader.map(name)
    }

    private func statements(_ reader: PropertyReader, _ depth: Int) -> [WebACL.Statement]? {
        let readers = reader.maps("Statements") ?? []
        guard readers.count > 1 else {
            reader.error("Two statements or more are wanted; AWS WAF refuses fewer.", at: "Statements")
            return nil
        }
        // All are read, so that all that is wrong with them is told.
        let statements = readers.map { self.statement($0, depth: depth + 1) }
        return statements.contains { $0 == nil } ? nil : statements.compactMap { $0 }
    }

    // MARK: What a component holds

    private func byteMatch(_ reader: PropertyReader) -> WebACL.Statement? {
        reader.check(
            PropertyTable(
                emulated: ["FieldToMatch", "PositionalConstraint", "SearchString", "SearchStringBase64", "TextTransformations"]))
        let inspection = FirewallComponentReader.inspection(reader)
        guard reader.required("PositionalConstraint") != nil,
            let constraint = reader.choice("PositionalConstraint", of: WebACL.PositionalConstraint.allCases)
        else { return nil }
        var wanted: [UInt8]?
        if let text = reader.text("SearchString") {
            wanted = Array(text.utf8)
        } else if let text = reader.text("SearchStringBase64") {
            wanted = Base64.decode(text)
        }
        guard let wanted, (1...Self.searchBytesMax).contains(wanted.count) else {
            reader.error(
                "What is looked for has 1 to \(Self.searchBytesMax) bytes, in SearchString or, as Base64, in SearchStringBase64.",
                at: "SearchString")
            return nil
        }
        return inspection.map { .byteMatch($0, constraint, wanted) }
    }

    private func regexMatch(_ reader: PropertyReader) -> WebACL.Statement? {
        reader.check(PropertyTable(emulated: ["FieldToMatch", "RegexString", "TextTransformations"]))
        let inspection = FirewallComponentReader.inspection(reader)
        guard let text = reader.required("RegexString"), let pattern = Self.pattern(text, at: "RegexString", reader) else {
            return nil
        }
        return inspection.map { .regexMatch($0, [pattern]) }
    }

    private func patternSet(_ reader: PropertyReader) -> WebACL.Statement? {
        reader.check(PropertyTable(emulated: ["Arn", "FieldToMatch", "TextTransformations"]))
        let inspection = FirewallComponentReader.inspection(reader)
        guard let patterns = self.part(\.patterns, "regex pattern set", reader) else { return nil }
        return inspection.map { .regexMatch($0, patterns) }
    }

    private func size(_ reader: PropertyReader) -> WebACL.Statement? {
        reader.check(PropertyTable(emulated: ["ComparisonOperator", "FieldToMatch", "Size", "TextTransformations"]))
        let inspection = FirewallComponentReader.inspection(reader)
        guard reader.required("ComparisonOperator") != nil, reader.required("Size") != nil,
            let comparison = reader.choice("ComparisonOperator", of: WebACL.Comparison.allCases),
            let size = reader.integer("Size", in: 0...21_474_836_480)
        else { return nil }
        return inspection.map { .size($0, comparison, size) }
    }

    /// `nil` for what is no regular expression, once that is told.
    static func pattern(_ text: String, at property: String, _ reader: PropertyReader) -> TextPattern? {
        guard let pattern = TextPattern(text), (1...Self.patternBytesMax).contains(text.utf8.count) else {
            reader.error(
                "\"\(text)\" is no regular expression of 1 to \(Self.patternBytesMax) characters that can be read here.",
                at: property)
            return nil
        }
        return pattern
    }

    // MARK: Addresses, labels, rates

    /// What a statement names by `Arn`.
    private func part<Part>(_ parts: KeyPath<FirewallParts, [String: Part]>, _ kind: String, _ reader: PropertyReader) -> Part? {
        guard let arn = reader.required("Arn") else { return nil }
        if let part = self.parts[keyPath: parts][arn] { return part }
        reader.notice("\"\(arn)\" is no \(kind) of this template; the rule is not applied.", at: "Arn")
        return nil
    }

    private func addresses(_ reader: PropertyReader) -> WebACL.Statement? {
        reader.check(PropertyTable(emulated: ["Arn", "IPSetForwardedIPConfig"]))
        guard let ranges = self.part(\.addresses, "IP set", reader) else { return nil }
        guard let settings = reader.map("IPSetForwardedIPConfig") else { return .addresses(ranges, nil) }
        guard settings.required("Position") != nil,
            let position = settings.choice("Position", of: WebACL.ForwardedAddress.Position.allCases),
            let forwarded = Self.forwarded(settings, position)
        else { return nil }
        return .addresses(ranges, forwarded)
    }

    private static func forwarded(
        _ reader: PropertyReader, _ position: WebACL.ForwardedAddress.Position
    ) -> WebACL.ForwardedAddress? {
        guard let header = reader.required("HeaderName"), let fallback = reader.required("FallbackBehavior") else { return nil }
        guard ["MATCH", "NO_MATCH"].contains(fallback) else {
            reader.error("FallbackBehavior is MATCH or NO_MATCH.", at: "FallbackBehavior")
            return nil
        }
        return WebACL.ForwardedAddress(header: header, position: position, matchesWithoutAddress: fallback == "MATCH")
    }

    private func label(_ reader: PropertyReader) -> WebACL.Statement? {
        reader.check(PropertyTable(emulated: ["Key", "Scope"]))
        guard let key = reader.required("Key"), reader.required("Scope") != nil,
            let scope = reader.choice("Scope", of: WebACL.LabelKey.Scope.allCases)
        else { return nil }
        guard key.contains(where: { $0 != ":" }) else {
            reader.error("A label such as namespace:name is wanted.", at: "Key")
            return nil
        }
        return .label(WebACL.LabelKey(scope, key))
    }

    private func rate(_ reader: PropertyReader) -> WebACL.Statement? {
        reader.check(
            PropertyTable(
                emulated: [
                    "AggregateKeyType", "CustomKeys", "EvaluationWindowSec", "ForwardedIPConfig", "Limit", "ScopeDownStatement",
                ]))
        let window = reader.integer("EvaluationWindowSec", in: 60...600) ?? 300
        guard Self.windows.contains(window) else {
            reader.error("EvaluationWindowSec is one of 60, 120, 300, 600.", at: "EvaluationWindowSec")
            return nil
        }
        let scopeReader = reader.map("ScopeDownStatement")
        let scope = scopeReader.flatMap { self.statement($0, depth: 1) }
        guard reader.required("Limit") != nil, let limit = reader.integer("Limit", in: Self.rates), let keys = self.keys(reader),
            scope != nil || scopeReader == nil
        else { return nil }
        return .rate(WebACL.RateLimit(keys: keys, limit: limit, windowSeconds: window, scope: scope))
    }

    private func keys(_ reader: PropertyReader) -> [WebACL.RateLimit.Key]? {
        func forwarded() -> WebACL.RateLimit.Key? {
            self.required("ForwardedIPConfig", reader).flatMap { Self.forwarded($0, .first) }.map(
                WebACL.RateLimit.Key.forwardedIP)
        }
        switch reader.required("AggregateKeyType") {
        case "IP": return [.sourceIP]
        case "FORWARDED_IP": return forwarded().map { [$0] }
        case "CONSTANT":
            if reader.members["ScopeDownStatement"] == nil {
                reader.error("CONSTANT needs a ScopeDownStatement, which says what is counted.", at: "AggregateKeyType")
            }
            return []
        case "CUSTOM_KEYS":
            let keys = (reader.maps("CustomKeys") ?? []).map { FirewallComponentReader.key($0, forwarded: forwarded) }
            if !Self.customKeys.contains(keys.count) {
                reader.error("CUSTOM_KEYS needs CustomKeys, one to five.", at: "CustomKeys")
            }
            return keys.contains { $0 == nil } ? nil : keys.compactMap { $0 }
        case nil: return nil
        case let type?:
            reader.error("\"\(type)\" is none of CONSTANT, CUSTOM_KEYS, FORWARDED_IP, IP.", at: "AggregateKeyType")
            return nil
        }
    }
}
