import APIGateway

/// The routes of an HTTP API as they are added. Paths that differ only in the names of their parameters are one route.
struct HTTPRoutes {
    let evaluation: Evaluation
    let apiID: String
    private(set) var routes: [HTTPAPI.Route] = []
    private var keys: Set<String> = []

    init(evaluation: Evaluation, apiID: String) {
        self.evaluation = evaluation
        self.apiID = apiID
    }

    /// API Gateway quotas for HTTP APIs: "Scopes per route".
    private static let scopesMax = 10

    mutating func add(_ route: HTTPAPI.Route, at location: SourceLocation, errorPath: String) {
        if case .authorizer(_, let scopes) = route.authorization, scopes.count > Self.scopesMax {
            self.evaluation.error(
                "A route has \(Self.scopesMax) scopes at most; \(route.routeKey) has \(scopes.count).", at: location,
                path: errorPath)
        }
        if route.path != "$default", let problem = RoutePath.problem(with: route.path, kind: .http) {
            self.evaluation.error(problem, at: location, path: errorPath)
            return
        }
        let shape = route.path.split(separator: "/", omittingEmptySubsequences: false).map { part in
            guard RoutePath.parameter(part) != nil else { return String(part) }
            return part.hasSuffix("+}") ? "{+}" : "{}"
        }.joined(separator: "/")
        guard self.keys.insert("\(route.method ?? "") \(shape)").inserted else {
            self.evaluation.error(
                "Route with key \(route.routeKey) already exists for this API. Remove one.", at: location, path: errorPath)
            return
        }
        self.routes.append(route)
        self.evaluation.gatewayPlaces.add(operation: route.routeKey, of: self.apiID, at: location, path: errorPath)
    }
}
