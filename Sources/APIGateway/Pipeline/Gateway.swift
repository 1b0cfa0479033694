/// The gateway as a pure value: everything of a configuration that requests need, prepared for them. One value serves all
/// requests; a new deployment is a new value. A request is one ``GatewayExchange``.
package struct Gateway: Sendable {
    let router: Router
    private(set) var urls: [String: FunctionURL]
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
            case .rest(let rest): Self.entry(rest, place: place, &problems)
            case .http(let http): Self.entry(http, place: place, &problems)
            }
        }
        self.router = Router(entries: entries, domains: configuration.domains)
        self.urls = Self.byID(functionURLs)
        self.plans = UsagePlans(configuration.usagePlans, keys: configuration.apiKeys)
        self.links = VPCLinks(configuration)
        self.place = place
        // One problem of a method is found in each of its stages.
        var seen: Set<GatewayProblem> = []
        self.problems = problems.filter { seen.insert($0).inserted }
    }

    package init(apis: [API], functionURLs: [FunctionURL] = [], place: GatewayPlace = GatewayPlace()) {
        self.init(GatewayConfiguration(apis: apis), functionURLs: functionURLs, place: place)
    }

    /// The same gateway with other function URLs: nothing else is prepared again.
    package func serving(_ functionURLs: [FunctionURL]) -> Gateway {
        var gateway = self
        gateway.urls = Self.byID(functionURLs)
        return gateway
    }

    private static func byID(_ urls: [FunctionURL]) -> [String: FunctionURL] {
        Dictionary(urls.map { ($0.id.lowercased(), $0) }) { first, _ in first }
    }

    private static func entry(_ api: RestAPI, place: GatewayPlace, _ problems: inout [GatewayProblem]) -> Router.Entry {
        let served = ServedAPI(api, place: place, problems: &problems)
        let operations = API.rest(api).operations
        let methods = api.resources.flatMap(\.methods)
        func serve(_ stage: ServedStage, _ settings: RestAPI.Stage) -> [ServedMethod] {
            zip(operations, methods).map { operation, method in
                let verb = operation.method ?? "ANY"
                func note(_ reason: String) {
                    problems.append(GatewayProblem(apiID: api.id, place: "\(verb) \(operation.path)", reason: reason))
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
                name: stage.name, deploymentID: stage.deploymentID, variables: stage.variables, accessLog: log)
            var methods = Router.StageMethods(
                name: stage.name, methods: serve(plain, stage), unrouted: ServedMethod(unroutedIn: plain, of: served))
            if let canary = stage.canary {
                let variables = stage.variables.merging(canary.variableOverrides) { $1 }
                let served = ServedStage(
                    name: stage.name, deploymentID: canary.deploymentID, variables: variables, accessLog: log, isCanary: true,
                    usesStageCache: canary.usesStageCache)
                methods.canary = serve(served, stage)
                methods.canaryShare = canary.percentTraffic / 100
            }
            return methods
        }
        return Router.Entry(served, operations: operations, stages: stages)
    }

    private static func entry(_ api: HTTPAPI, place: GatewayPlace, _ problems: inout [GatewayProblem]) -> Router.Entry {
        let served = ServedAPI(api, place: place, problems: &problems)
        let operations = API.http(api).operations
        let stages = api.stages.map { stage -> Router.StageMethods in
            let log = Self.format(stage.accessLog, apiID: api.id, stage: stage.name, &problems)
            let plain = ServedStage(
                name: stage.name, deploymentID: stage.deploymentID, variables: stage.variables, accessLog: log)
            let methods = zip(operations, api.routes).map { operation, route in
                ServedMethod(
                    api: served, stage: plain, operation: operation, throttle: stage.throttle(routeKey: route.routeKey),
                    validation: .none,
                    integration: .http(route, stage: plain) {
                        problems.append(GatewayProblem(apiID: api.id, place: route.routeKey, reason: $0))
                    })
            }
            return Router.StageMethods(
                name: stage.name, methods: methods, unrouted: ServedMethod(unroutedIn: plain, of: served))
        }
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
