/// A resource-based policy (IAM User Guide, "IAM JSON policy reference"), read once and evaluated against many requests: queue
/// policies, resource policies of APIs, and the policies that Lambda authorizers return.
package struct PolicyDocument: Hashable, Sendable {
    package enum Effect: String, Hashable, Sendable {
        case allow = "Allow"
        case deny = "Deny"
    }

    package struct Statement: Hashable, Sendable {
        package let id: String?
        package let effect: Effect
        /// `nil` in policies that are about one caller, such as an authorizer's answer.
        package let principals: Scope<[PrincipalPattern]>?
        package let actions: Scope<[String]>
        /// `nil` when absent: the resource that carries the policy.
        package let resources: Scope<[String]>?
        package let conditions: [PolicyCondition]
    }

    /// `Action` or `NotAction`, `Resource` or `NotResource`, `Principal` or `NotPrincipal`.
    package enum Scope<Values: Hashable & Sendable>: Hashable, Sendable {
        case matching(Values)
        case except(Values)
    }

    /// `*`, or a kind (`AWS`, `Service`, `Federated`, `CanonicalUser`) with a value.
    package struct PrincipalPattern: Hashable, Sendable {
        package let kind: String
        package let value: String
    }

    /// What a policy says of a request.
    package enum Decision: Hashable, Sendable {
        case explicitDeny
        case allow
        /// No statement speaks of the request: refused, unless something else allows it.
        case implicitDeny
    }

    package let version: String?
    package let id: String?
    package let statements: [Statement]

    /// A deny counts more than any allow.
    package func decision(for request: PolicyRequest) -> Decision {
        var decision = Decision.implicitDeny
        for statement in self.statements where statement.applies(to: request) {
            switch statement.effect {
            case .deny: return .explicitDeny
            case .allow: decision = .allow
            }
        }
        return decision
    }
}

/// Who makes a request, as policies name callers.
package struct PolicyPrincipal: Hashable, Sendable {
    /// `AWS`, `Service`, `Federated`.
    package let kind: String
    /// An ARN such as `arn:aws:iam::123456789012:root`, or a service such as `sns.amazonaws.com`.
    package let value: String
    /// 12 digits; `nil` for a service.
    package let account: String?

    package init(kind: String, value: String, account: String?) {
        self.kind = kind
        self.value = value
        self.account = account
    }

    package static func root(of account: String) -> PolicyPrincipal {
        PolicyPrincipal(kind: "AWS", value: "arn:aws:iam::\(account):root", account: account)
    }
    package static func service(_ name: String) -> PolicyPrincipal {
        PolicyPrincipal(kind: "Service", value: name, account: nil)
    }
}

package struct PolicyRequest: Hashable, Sendable {
    /// `nil` for an anonymous caller, and for policies without principals.
    package var principal: PolicyPrincipal?
    /// `sqs:SendMessage`, `execute-api:Invoke`.
    package var action: String
    /// An ARN.
    package var resource: String
    /// Condition keys with their values, all lower case: `aws:sourceip`. Keys of one value have a list of one.
    package var context: [String: [String]]

    /// Names of condition keys are taken in any case.
    package init(principal: PolicyPrincipal?, action: String, resource: String, context: [String: [String]] = [:]) {
        self.principal = principal
        self.action = action
        self.resource = resource
        self.context = Dictionary(context.map { ($0.key.lowercased(), $0.value) }, uniquingKeysWith: { $1 })
    }
}

extension PolicyDocument.Statement {
    func applies(to request: PolicyRequest) -> Bool {
        self.namesPrincipal(request.principal) && self.namesAction(request.action) && self.namesResource(request.resource)
            && self.conditions.allSatisfy { $0.holds(in: request.context) }
    }

    private func namesPrincipal(_ principal: PolicyPrincipal?) -> Bool {
        switch self.principals {
        case nil: true
        case .matching(let patterns): patterns.contains { $0.matches(principal) }
        case .except(let patterns): !patterns.contains { $0.matches(principal) }
        }
    }

    /// Actions match in any case.
    private func namesAction(_ action: String) -> Bool {
        let action = action.lowercased()
        func matches(_ patterns: [String]) -> Bool { patterns.contains { Wildcards.match(action, pattern: $0.lowercased()) } }
        return switch self.actions {
        case .matching(let patterns): matches(patterns)
        case .except(let patterns): !matches(patterns)
        }
    }

    private func namesResource(_ resource: String) -> Bool {
        switch self.resources {
        case nil: true
        case .matching(let patterns): patterns.contains { Wildcards.match(resource, pattern: $0) }
        case .except(let patterns): !patterns.contains { Wildcards.match(resource, pattern: $0) }
        }
    }
}

extension PolicyDocument.PrincipalPattern {
    /// `*` is everyone, anonymous callers too; an account (12 digits or `arn:aws:iam::account:root`) is everyone in it.
    func matches(_ principal: PolicyPrincipal?) -> Bool {
        if self.value == "*", self.kind == "*" || self.kind == "AWS" { return true }
        guard let principal, principal.kind == self.kind else { return false }
        if self.value == principal.value { return true }
        guard self.kind == "AWS", let account = principal.account else { return false }
        return self.value == account || self.value == "arn:aws:iam::\(account):root"
    }
}

/// `*` for any run of characters and `?` for any one.
package enum Wildcards {
    /// Linear in the text for each star: a failed star is tried again one character on, and only the last star counts.
    package static func match(_ text: String, pattern: String) -> Bool {
        let (text, pattern) = (Array(text.unicodeScalars), Array(pattern.unicodeScalars))
        var (place, rule) = (0, 0)
        var lastStar: (rule: Int, place: Int)?
        while place < text.count {
            if rule < pattern.count, pattern[rule] == "*" {
                lastStar = (rule, place)
                rule += 1
            } else if rule < pattern.count, pattern[rule] == "?" || pattern[rule] == text[place] {
                place += 1
                rule += 1
            } else if let star = lastStar {
                lastStar = (star.rule, star.place + 1)
                rule = star.rule + 1
                place = star.place + 1
            } else {
                return false
            }
        }
        return pattern[rule...].allSatisfy { $0 == "*" }
    }
}
