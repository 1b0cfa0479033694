/// What changes from request to request and outlives them: tokens, counters, cached authorizations, the health of targets. One
/// value beside one ``Gateway``; a new deployment changes the gateway and keeps this.
package struct GatewayState: Sendable {
    package var throttle: Throttle
    package var usage: UsageCounters
    package var authorizations: AuthorizerCache
    package var loadBalancers: LoadBalancerState
    /// Answers that stages keep.
    package var responses = ResponseCache()

    /// - Parameter usage: from the last run, so that quotas are not forgotten.
    package init(usage: UsageCounters = UsageCounters(), accountLimit: ThrottleLimit = .account) {
        self.throttle = Throttle(account: accountLimit)
        self.usage = usage
        self.authorizations = AuthorizerCache()
        self.loadBalancers = LoadBalancerState()
    }
}
