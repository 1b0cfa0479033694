import APIGateway

/// How many of each thing API Gateway takes (developer guide, "Quotas for configuring and running a REST API", "… an HTTP API" and
/// "API Gateway account-level quotas"). Whatever exceeds one is served here and told of: AWS refuses to deploy it, unless the
/// quota is one that can be raised. Sizes of single values are checked where the values are read.
struct GatewayQuotas {
    let evaluation: Evaluation

    private struct Quota {
        /// `Resources per API`, as the guide's tables name it.
        let name: String
        let limit: Int
        let canBeRaised: Bool
        let count: Int

        init(_ name: String, _ limit: Int, canBeRaised: Bool, of count: Int) {
            (self.name, self.limit, self.canBeRaised, self.count) = (name, limit, canBeRaised, count)
        }
    }

    func check(_ configuration: GatewayConfiguration) {
        for api in configuration.apis {
            guard let resource = self.evaluation.resources[api.logicalID] else { continue }
            self.check(api, at: resource.location, path: resource.path)
        }
        for plan in configuration.usagePlans {
            let throttles = plan.stages.reduce(0) { $0 + $1.throttles.count }
            self.check(
                [Quota("API stage throttles in a usage plan", 20, canBeRaised: true, of: throttles)], of: plan.logicalID)
        }
        for key in configuration.apiKeys {
            let plans = configuration.usagePlans.count { $0.keyIDs.contains(key.id) }
            self.check([Quota("Usage plans per API key", 10, canBeRaised: true, of: plans)], of: key.logicalID)
        }
        for domain in configuration.domains {
            self.check(
                [Quota("Multi-level API mappings per domain", 200, canBeRaised: false, of: Self.multiLevelMappings(domain))],
                of: domain.logicalID)
        }
        self.checkAccount(configuration)
    }

    /// A stage's URL and everything below it.
    func check(_ api: API, at location: SourceLocation, path: String) {
        var quotas = [Quota("Stages per API", 10, canBeRaised: true, of: api.stageNames.count)]
        switch api {
        case .rest(let api):
            let functions = api.authorizers.count { $0.functionURI != nil }
            quotas.append(Quota("Resources per API", 300, canBeRaised: true, of: api.resources.count))
            quotas.append(Quota("AWS Lambda authorizers per API", 10, canBeRaised: true, of: functions))
        case .http(let api):
            quotas.append(Quota("Routes per API", 300, canBeRaised: true, of: api.routes.count))
            quotas.append(Quota("Integrations per API", 300, canBeRaised: false, of: Set(api.routes.map(\.integration)).count))
            quotas.append(Quota("Authorizers per API", 10, canBeRaised: true, of: api.authorizers.count))
        }
        self.check(quotas, at: location, path: path)
    }

    private func checkAccount(_ configuration: GatewayConfiguration) {
        let restLinks = configuration.vpcLinks.count {
            if case .loadBalancers = $0.kind { true } else { false }
        }
        let quotas = [
            Quota("API keys per account per Region", 10_000, canBeRaised: false, of: configuration.apiKeys.count),
            Quota("Usage plans per account per Region", 300, canBeRaised: true, of: configuration.usagePlans.count),
            Quota("Custom domain names per account per Region", 120, canBeRaised: true, of: configuration.domains.count),
            Quota("VPC links of REST APIs per account per Region", 20, canBeRaised: true, of: restLinks),
            Quota(
                "VPC links of HTTP APIs per account per Region", 10, canBeRaised: true,
                of: configuration.vpcLinks.count - restLinks),
        ]
        self.check(quotas, at: SourceLocation(file: self.evaluation.file, line: 1, column: 1), path: "Resources")
    }

    private static func multiLevelMappings(_ domain: CustomDomain) -> Int {
        domain.mappings.count { $0.path.utf8.contains(UInt8(ascii: "/")) }
    }

    private func check(_ quotas: [Quota], of logicalID: String) {
        guard let resource = self.evaluation.resources[logicalID] else { return }
        self.check(quotas, at: resource.location, path: resource.path)
    }

    private func check(_ quotas: [Quota], at location: SourceLocation, path: String) {
        for quota in quotas where quota.count > quota.limit {
            let consequence = quota.canBeRaised ? "AWS takes more only with a raised quota." : "AWS refuses more."
            self.evaluation.notice(
                "\(quota.name): \(quota.limit) on AWS, \(quota.count) here. \(consequence)", at: location,
                path: "\(path)/\(quota.name)")
        }
    }
}
