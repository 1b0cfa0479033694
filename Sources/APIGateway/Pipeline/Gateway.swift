/// The gateway as a pure value: everything of a configuration that requests need, prepared for them. One value serves all
/// requests, which hold it by reference; a new deployment is a new value. A request is one ``GatewayExchange``.
package final class Gateway: Sendable {
    let router: Router
    let urls: [String: FunctionURL]
    let plans: UsagePlans
    let links: VPCLinks
    package let place: GatewayPlace
    /// What of the configuration can't be served as written.
    package let problems: [GatewayProblem]

    package init(
        _ configuration: GatewayConfiguration, functionURLs: [FunctionURL] = [], place: GatewayPlace = GatewayPlace()
    ) {
        var problems: [GatewayProblem] = []
        let entries = configuration.apis.map { api -> Router.Entry in
            switch api {
            case .rest(let rest): Self.entry(rest, place: place, configuration.vpcEndpoints, &problems)
            case .http(let http): Self.entry(http, place: place, &problems)
            }
        }
        self.router = Router(entries: entries, domains: configuration.domains)
        self.urls = Self.byID(functionURLs)
        self.plans = UsagePlans(configuration.usagePlans, keys: configuration.apiKeys)
        self.links = VPCLinks(configuration)
        self.place = place
        var seen: Set<GatewayProblem> = []
        self.problems = problems.filter { seen.insert($0).inserted }
    }

    package convenience init(apis: [API], functionURLs: [FunctionURL] = [], place: GatewayPlace = GatewayPlace()) {
        self.init(GatewayConfiguration(apis: apis), functionURLs: functionURLs, place: place)
    }

    /// The same gateway with other function URLs: nothing else is prepared again.
    package func serving(_ functionURLs: [FunctionURL]) -> Gateway {
        Gateway(self, functionURLs)
    }

    private init(_ other: Gateway, _ functionURLs: [FunctionURL]) {
        self.router = other.router
        self.urls = Self.byID(functionURLs)
        self.plans = other.plans
        self.links = other.links
        self.place = other.place
        self.problems = other.problems
    }

    private static func byID(_ urls: [FunctionURL]) -> [String: FunctionURL] {
        Dictionary(urls.map { ($0.id.lowercased(), $0) }) { first, _ in first }
    }

    private static func entry(
        _ api: RestAPI, place: GatewayPlace, _ vpcEndpoints: [String: String], _ problems: inout [GatewayProblem]
    ) -> Router.Entry {
        let served = ServedAPI(api, place: place, vpcEndpoints: vpcEndpoints, problems: &problems)
        let operations = API.rest(api).operations
        let methods = api.resources.flatMap(\.methods)
        var found = StageProblems()
        func serve(_ stage: ServedStage, _ settings: RestAPI.Stage) -> [ServedMethod] {
            zip(operations, methods).map { operation, method in
                let verb = operation.method ?? "ANY"
                func note(_ reason: String) {
                    found.add(
                        GatewayProblem(apiID: api.id, place: "\(verb) \(operation.path)", reason: reason), stage: stage.name)
                }
                let own = settings.settings(resourcePath: operation.path, method: verb)
                return ServedMethod(
                    api: served, stage: stage, operation: operation, throttle: own?.throttle,
                    validation: RequestValidation(method, of: api, note: note),
                    integration: .rest(method, stage: stage, note: note),
                    cache: ServedCache(
                        method, resource: operation.resourceID ?? operation.path, settings: own, stage: settings, note: note))
            }
        }
        let stages = api.stages.map { stage -> Router.StageMethods in
            let log = Self.format(stage.accessLog, apiID: api.id, stage: stage.name, &problems)
            let plain = ServedStage(
                name: stage.name, deploymentID: stage.deploymentID, variables: stage.variables, accessLog: log,
                webACL: stage.webACL)
            let methods = serve(plain, stage)
            let canary = stage.canary.map { canary in
                serve(
                    ServedStage(
                        name: stage.name, deploymentID: canary.deploymentID,
                        variables: stage.variables.merging(canary.variableOverrides) { $1 }, accessLog: log, isCanary: true,
                        usesStageCache: canary.usesStageCache, webACL: stage.webACL), stage)
            }
            return Router.StageMethods(
                name: stage.name, methods: methods, unrouted: ServedMethod(unroutedIn: plain, of: served), canary: canary,
                canaryShare: (stage.canary?.percentTraffic ?? 0) / 100)
        }
        problems += found.told(stages: api.stages.map(\.name))
        return Router.Entry(served, operations: operations, stages: stages)
    }

    private static func entry(_ api: HTTPAPI, place: GatewayPlace, _ problems: inout [GatewayProblem]) -> Router.Entry {
        let served = ServedAPI(api, place: place, problems: &problems)
        let operations = API.http(api).operations
        var found = StageProblems()
        let stages = api.stages.map { stage -> Router.StageMethods in
            let log = Self.format(stage.accessLog, apiID: api.id, stage: stage.name, &problems)
            let plain = ServedStage(
                name: stage.name, deploymentID: stage.deploymentID, variables: stage.variables, accessLog: log)
            let methods = zip(operations, api.routes).map { operation, route in
                ServedMethod(
                    api: served, stage: plain, operation: operation, throttle: stage.throttle(routeKey: route.routeKey),
                    validation: .none,
                    integration: .http(route, stage: plain) {
                        found.add(GatewayProblem(apiID: api.id, place: route.routeKey, reason: $0), stage: stage.name)
                    })
            }
            return Router.StageMethods(
                name: stage.name, methods: methods, unrouted: ServedMethod(unroutedIn: plain, of: served))
        }
        problems += found.told(stages: api.stages.map(\.name))
        return Router.Entry(served, operations: operations, stages: stages)
    }

    private static func format(
        _ settings: AccessLogSettings?, apiID: String, stage: String, _ problems: inout [GatewayProblem]
    ) -> AccessLogFormat? {
        guard let settings else { return nil }
        do throws(AccessLogFormat.Problem) {
            return try AccessLogFormat(settings.format)
        } catch {
            problems.append(GatewayProblem(apiID: apiID, place: "access log of stage \(stage)", reason: error.rawValue))
            return nil
        }
    }
}

/// What can't be served of an API's methods, each of which is looked at in each stage: a stage variable may be missing in one.
private struct StageProblems {
    private var order: [GatewayProblem] = []
    private var stages: [GatewayProblem: Set<String>] = [:]

    mutating func add(_ problem: GatewayProblem, stage: String) {
        if self.stages[problem] == nil { self.order.append(problem) }
        self.stages[problem, default: []].insert(stage)
    }

    /// Those that not every stage has say which.
    func told(stages names: [String]) -> [GatewayProblem] {
        self.order.map { problem in
            let found = self.stages[problem] ?? []
            guard found.count < Set(names).count else { return problem }
            return GatewayProblem(
                apiID: problem.apiID, place: problem.place, reason: problem.reason, stages: names.filter(found.contains))
        }
    }
}
