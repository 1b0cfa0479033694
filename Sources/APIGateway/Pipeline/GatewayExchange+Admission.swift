import CoreTypes

extension GatewayExchange {
    /// API key, usage plan and throttling; then on to the integration. A request that is refused takes no token and counts
    /// nothing.
    func admit(_ shared: inout GatewayState, at now: Timestamp) throws(GatewayFault) -> GatewayAction {
        guard let context = self.context else { return .nothing }
        var checks: [Throttle.Check] = []
        var counted: (key: UsageCounters.Key, quota: UsagePlan.Quota?)?
        if context.served.apiKeyRequired {
            let value =
                switch context.api.apiKeySource {
                case .header: self.request.headers.last("x-api-key")
                case .authorizer: context.usageIdentifierKey
                }
            guard let value,
                let (key, grant) = self.gateway.plans.grant(value: value, apiID: context.api.id, stage: context.stage.name)
            else { throw .invalidAPIKey }
            self.context?.key = key
            let place = UsageCounters.Key(planID: grant.planID, keyID: grant.keyID)
            if shared.usage.remaining(place, quota: grant.quota, at: now) == 0 { throw .quotaExceeded }
            checks += self.checks(grant, context)
            counted = (place, grant.quota)
        }
        if let throttle = context.served.throttle { checks.append(throttle) }
        guard shared.throttle.admit(checks, at: now) == nil else { throw .throttled }
        if let counted { shared.usage.count(counted.key, quota: counted.quota, at: now) }
        return try self.integrate(&shared, at: now)
    }

    /// The plan's own limit, or that of the method in it: the latter counts instead.
    private func checks(_ grant: UsagePlans.Grant, _ context: RequestContext) -> [Throttle.Check] {
        let routeKey = context.served.routeKey
        if let limit = grant.methodThrottles[routeKey] {
            let scope = ThrottleScope.clientMethod(
                planID: grant.planID, keyID: grant.keyID, apiID: context.api.id, stage: context.stage.name, method: routeKey)
            return [Throttle.Check(scope, limit)]
        }
        return grant.throttle.map { [Throttle.Check(.client(planID: grant.planID, keyID: grant.keyID), $0)] } ?? []
    }
}
