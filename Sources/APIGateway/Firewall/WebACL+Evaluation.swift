import CoreTypes

/// What a web ACL says of a request.
struct FirewallVerdict: Hashable, Sendable {
    let webACLARN: String
    let isBlocked: Bool
    /// `nil`: the gateway's own answer.
    var customResponse: WebACL.CustomResponse?
    /// For the backend.
    var insertedHeaders: [HTTPHeader] = []
    /// For those who look: `Web ACL Shop: COUNT by Watch, BLOCK by Bots`.
    var text: String

    /// `$context.wafResponseCode`
    var responseCode: String { self.isBlocked ? "WAF_BLOCK" : "WAF_ALLOW" }
}

extension WebACL {
    /// Asks the rules one by one until one allows or blocks the request (AWS WAF developer guide, "How AWS WAF handles rule and
    /// rule group actions in a web ACL").
    /// - Parameter count: counts a request for a rate, and says how many there were in so many seconds.
    func verdict(
        on request: InspectedRequest, count: @escaping (RateCounters.Instance, _ windowSeconds: Int) -> Int
    ) -> FirewallVerdict {
        var evaluation = RuleEvaluation(acl: self, request: request, count: count)
        return evaluation.run()
    }
}

/// The rules of a web ACL over one request, with what they leave behind for those that follow.
private struct RuleEvaluation {
    /// A rule is not applied to requests without the header that tells its address.
    struct NotApplied: Error {}

    let acl: WebACL
    let request: InspectedRequest
    let count: (RateCounters.Instance, Int) -> Int
    private var labels: [String] = []
    private var insertedHeaders: [HTTPHeader] = []
    /// `COUNT by Watch`
    private var notes: [String] = []

    init(acl: WebACL, request: InspectedRequest, count: @escaping (RateCounters.Instance, Int) -> Int) {
        self.acl = acl
        self.request = request
        self.count = count
    }

    mutating func run() -> FirewallVerdict {
        for step in self.acl.steps {
            switch step {
            case .rule(let rule):
                if let verdict = self.verdict(rule, as: rule.name) { return verdict }
            case .group(let name, let rules, let countsOnly):
                for rule in rules {
                    guard let verdict = self.verdict(rule, as: "\(name)/\(rule.name)") else { continue }
                    if countsOnly {
                        self.notes[self.notes.count - 1] = "COUNT by \(name)/\(rule.name)"
                        break
                    }
                    return verdict
                }
            }
        }
        return self.verdict(self.acl.defaultAction, by: "default")
    }

    /// `nil` where the rule doesn't decide.
    private mutating func verdict(_ rule: WebACL.Rule, as name: String) -> FirewallVerdict? {
        let matches: Bool
        do throws(NotApplied) {
            matches = try self.matches(rule.statement, rule)
        } catch {
            return nil
        }
        guard matches else { return nil }
        self.labels += rule.labels
        if case .count(let headers) = rule.action {
            self.insertedHeaders += headers
            self.notes.append("COUNT by \(name)")
            return nil
        }
        return self.verdict(rule.action, by: name)
    }

    private mutating func verdict(_ action: WebACL.Action, by name: String) -> FirewallVerdict {
        var verdict: FirewallVerdict
        switch action {
        case .allow(let headers), .count(let headers):
            self.notes.append("ALLOW by \(name)")
            verdict = FirewallVerdict(webACLARN: self.acl.arn, isBlocked: false, text: "")
            verdict.insertedHeaders = self.insertedHeaders + headers
        case .block(let response):
            self.notes.append("BLOCK by \(name)")
            verdict = FirewallVerdict(webACLARN: self.acl.arn, isBlocked: true, customResponse: response, text: "")
        }
        verdict.text = "Web ACL \(self.acl.name): \(self.notes.joined(separator: ", "))"
        return verdict
    }

    // MARK: Statements

    private func matches(_ statement: WebACL.Statement, _ rule: WebACL.Rule) throws(NotApplied) -> Bool {
        switch statement {
        case .byteMatch(let inspection, let constraint, let wanted):
            return self.anyContent(inspection) { constraint.holds($0, wanted) }
        case .regexMatch(let inspection, let patterns):
            return self.anyContent(inspection) { content in
                let text = String(decoding: content, as: UTF8.self)
                return patterns.contains { $0.isFound(in: text) }
            }
        case .size(let inspection, let comparison, let size):
            return self.anyContent(inspection) { comparison.holds($0.count, size) }
        case .addresses(let ranges, let forwarded): return try self.contains(ranges, forwarded)
        case .label(let key): return self.labels.contains { key.matches($0, namespace: rule.labelNamespace) }
        case .rate(let rate): return try self.exceeds(rate, rule)
        case .and(let statements):
            for statement in statements where try !self.matches(statement, rule) { return false }
            return true
        case .or(let statements):
            for statement in statements where try self.matches(statement, rule) { return true }
            return false
        case .not(let statement): return try !self.matches(statement, rule)
        }
    }

    private func anyContent(_ inspection: WebACL.Inspection, _ holds: ([UInt8]) -> Bool) -> Bool {
        switch self.request.content(inspection.component) {
        case .decided(let decision): decision
        case .values(let values): values.contains { holds(inspection.transformed($0)) }
        }
    }

    private func contains(_ ranges: [AddressRange], _ forwarded: WebACL.ForwardedAddress?) throws(NotApplied) -> Bool {
        guard let forwarded else { return ranges.contains { $0.contains(self.request.sourceIP) } }
        let addresses = try self.addresses(forwarded)
        guard !addresses.isEmpty else { return forwarded.matchesWithoutAddress }
        return addresses.contains { address in ranges.contains { $0.contains(address) } }
    }

    /// Those at the position; none where there stands something else.
    private func addresses(_ forwarded: WebACL.ForwardedAddress) throws(NotApplied) -> [String] {
        let lines = self.request.headers.filter { $0.isNamed(forwarded.header) }
        guard !lines.isEmpty else { throw NotApplied() }
        let texts = lines.flatMap { $0.value.split(separator: ",") }.map { String($0.filter { $0 != " " }) }
        let chosen =
            switch forwarded.position {
            case .first: texts.prefix(1)
            case .last: texts.suffix(1)
            // "If the header contains more than 10 IP addresses, WAF inspects the last 10."
            case .any: texts.suffix(10)
            }
        return chosen.filter { !$0.utf8.contains(UInt8(ascii: "/")) && AddressRange($0) != nil }
    }

    private func exceeds(_ rate: WebACL.RateLimit, _ rule: WebACL.Rule) throws(NotApplied) -> Bool {
        if let scope = rate.scope, try !self.matches(scope, rule) { return false }
        var values: [[UInt8]] = []
        for key in rate.keys {
            switch key {
            case .sourceIP: values.append(Array(self.request.sourceIP.utf8))
            case .forwardedIP(let forwarded):
                guard let address = try self.addresses(forwarded).first else { return forwarded.matchesWithoutAddress }
                values.append(Array(address.utf8))
            case .component(let inspection):
                // Requests without a part of the key are left out.
                guard case .values(let contents) = self.request.content(inspection.component), let first = contents.first else {
                    return false
                }
                values.append(inspection.transformed(first))
            }
        }
        let instance = RateCounters.Instance(acl: self.acl.arn, rule: rule.labelNamespace + rule.name, values: values)
        return self.count(instance, rate.windowSeconds) > rate.limit
    }
}

extension WebACL.Inspection {
    fileprivate func transformed(_ content: [UInt8]) -> [UInt8] {
        self.transformations.reduce(content) { $1.apply(to: $0) }
    }
}

extension WebACL.PositionalConstraint {
    fileprivate func holds(_ content: [UInt8], _ wanted: [UInt8]) -> Bool {
        switch self {
        case .exactly: content == wanted
        case .startsWith: content.starts(with: wanted)
        case .endsWith: content.suffix(wanted.count) == wanted[...]
        case .contains: content.firstRange(of: wanted) != nil
        case .containsWord: Self.containsWord(content, wanted)
        }
    }

    /// With nothing of a word, letters, digits and underscores, at either side.
    private static func containsWord(_ content: [UInt8], _ wanted: [UInt8]) -> Bool {
        func isPart(_ byte: UInt8?) -> Bool { byte.map { $0.isLetterOrDigit || $0 == UInt8(ascii: "_") } ?? false }
        var rest = content[...]
        while !wanted.isEmpty, let found = rest.firstRange(of: wanted) {
            let before = found.lowerBound > content.startIndex ? content[found.lowerBound - 1] : nil
            let after = found.upperBound < content.endIndex ? content[found.upperBound] : nil
            if !isPart(before), !isPart(after) { return true }
            rest = content[(found.lowerBound + 1)...]
        }
        return false
    }
}
