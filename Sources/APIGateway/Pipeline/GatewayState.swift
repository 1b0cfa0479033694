import CoreTypes
import Synchronization

/// What changes from request to request and outlives them: tokens, counters, cached authorizations, rates of web ACLs, the health
/// of targets. One beside one ``Gateway``; a new deployment changes the gateway and keeps this. Requests on several threads share
/// it: each part is behind a lock of its own, which is held for one look or change.
package final class GatewayState: Sendable {
    /// Behind one lock, as a request that is refused by the one must not count in the other.
    private struct Admissions: Sendable {
        var throttle: Throttle
        var usage: UsageCounters
    }

    private let admissions: Mutex<Admissions>
    private let authorizations = Mutex(AuthorizerCache())
    private let balancers = Mutex(LoadBalancerState())
    /// Requests that rate-based rules of web ACLs saw.
    private let rates = Mutex(RateCounters())
    /// Answers that stages keep.
    private let responses = Mutex(ResponseCache())

    /// - Parameter usage: from the last run, so that quotas are not forgotten.
    package init(usage: UsageCounters = UsageCounters(), accountLimit: ThrottleLimit = .account) {
        self.admissions = Mutex(Admissions(throttle: Throttle(account: accountLimit), usage: usage))
    }

    // MARK: Keys and plans

    /// What a request with an API key counts in.
    struct Counted {
        let key: UsageCounters.Key
        let quota: UsagePlan.Quota?
    }

    /// Lets a request through, which takes a token of each limit and counts, or refuses it, which changes nothing.
    func admit(_ counted: Counted?, _ checks: [Throttle.Check], at now: Timestamp) throws(GatewayFault) {
        try self.admissions.withLock { (admissions) throws(GatewayFault) in
            if let counted, admissions.usage.remaining(counted.key, quota: counted.quota, at: now) == 0 { throw .quotaExceeded }
            guard admissions.throttle.admit(checks, at: now) == nil else { throw .throttled }
            if let counted { admissions.usage.count(counted.key, quota: counted.quota, at: now) }
        }
    }

    package var usage: UsageCounters { self.admissions.withLock { $0.usage } }

    package func changeUsage(_ change: (inout UsageCounters) -> Void) { self.admissions.withLock { change(&$0.usage) } }

    // MARK: Kept answers

    func authorization(_ key: AuthorizerCache.Key, at now: Timestamp) -> AuthorizerAnswer? {
        self.authorizations.withLock { $0.answer(key, at: now) }
    }

    func keep(_ answer: AuthorizerAnswer, for key: AuthorizerCache.Key, ttlSeconds: Int, at now: Timestamp) {
        self.authorizations.withLock { $0.keep(answer, for: key, ttlSeconds: ttlSeconds, at: now) }
    }

    var authorizationCount: Int { self.authorizations.withLock { $0.count } }

    func response(_ key: ResponseCache.Key, at now: Timestamp) -> GatewayResponse? {
        self.responses.withLock { $0.response(key, at: now) }
    }

    func keep(_ response: GatewayResponse, for key: ResponseCache.Key, ttlSeconds: Int, at now: Timestamp) {
        self.responses.withLock { $0.keep(response, for: key, ttlSeconds: ttlSeconds, at: now) }
    }

    // MARK: Web ACLs

    func countRate(_ instance: RateCounters.Instance, windowSeconds: Int, at now: Timestamp) -> Int {
        self.rates.withLock { $0.count(instance, windowSeconds: windowSeconds, at: now) }
    }

    // MARK: Load balancers

    package var loadBalancers: LoadBalancerState { self.balancers.withLock { $0 } }

    package func changeLoadBalancers<Result: Sendable>(_ change: (inout LoadBalancerState) -> Result) -> Result {
        self.balancers.withLock { change(&$0) }
    }
}
