import CoreTypes

extension GatewayExchange {
    /// API key, usage plan and throttling; then on to the integration. A request that is refused takes no token and counts
    /// nothing.
    func admit(_ shared: GatewayState, at now: Timestamp) throws(GatewayFault) -> GatewayAction {
        guard let context = self.context else { return .nothing }
        var checks: [Throttle.Check] = []
        var counted: GatewayState.Counted?
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
            checks += self.checks(grant, context)
            counted = GatewayState.Counted(
                key: UsageCounters.Key(planID: grant.planID, keyID: grant.keyID), quota: grant.quota)
        }
        if let throttle = context.served.throttle { checks.append(throttle) }
        try shared.admit(counted, checks, at: now)
        return try self.integrate(shared, at: now)
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
