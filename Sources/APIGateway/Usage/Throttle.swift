package import CoreTypes

/// What a token bucket belongs to. The order of the limits is the guide's: usage plan, then method, then account.
package enum ThrottleScope: Hashable, Sendable {
    case account
    /// A method of a stage or a route; `method` is `VERB /path` or the route key.
    case method(apiID: String, stage: String, method: String)
    /// A key in a usage plan.
    case client(planID: String, keyID: String)
    /// A key in a usage plan, for one method of a stage.
    case clientMethod(planID: String, keyID: String, apiID: String, stage: String, method: String)
}

/// All token buckets. A request passes when every limit that concerns it has a token; then it takes one of each, else none.
package struct Throttle: Hashable, Sendable {
    package struct Check: Hashable, Sendable {
        package let scope: ThrottleScope
        package let limit: ThrottleLimit

        package init(_ scope: ThrottleScope, _ limit: ThrottleLimit) {
            self.scope = scope
            self.limit = limit
        }
    }

    private var buckets: [ThrottleScope: TokenBucket] = [:]
    private var account: TokenBucket?
    private let accountLimit: ThrottleLimit

    package init(account: ThrottleLimit = .account) { self.accountLimit = account }

    /// `nil` when the request may pass, else the first of `checks` (or the account's) that has no token.
    package mutating func admit(_ checks: [Check], at now: Timestamp) -> ThrottleScope? {
        for check in checks {
            guard self.buckets[check.scope, default: TokenBucket(check.limit, at: now)].hasToken(check.limit, at: now) else {
                return check.scope
            }
        }
        var account = self.account ?? TokenBucket(self.accountLimit, at: now)
        guard account.hasToken(self.accountLimit, at: now) else { return .account }
        account.take()
        self.account = account
        for check in checks { self.buckets[check.scope]?.take() }
        return nil
    }
}
