import APIGateway

/// Adds routes to an API, one at a time, and refuses those that API Gateway would refuse.
struct APIBuilder {
    let evaluation: Evaluation
    private(set) var api: API
    private var keys: Set<String> = []
    /// REST: the one variable child that a resource may have, by the path of the parent.
    private var variableChildren: [String: Substring] = [:]

    init(evaluation: Evaluation, api: API) {
        self.evaluation = evaluation
        self.api = api
    }

    mutating func add(_ event: RouteEvent, integration: Integration) {
        let key = "\(event.method ?? "") \(self.shape(of: event.routePath))"
        guard self.keys.insert(key).inserted else {
            let method = event.method == "ANY" ? "x-amazon-apigateway-any-method" : event.method?.lowercased() ?? "$default"
            self.evaluation.error(
                "API method \"\(method)\" defined multiple times for path \"\(event.routePath)\".", at: event.location,
                path: event.path)
            return
        }
        if self.api.kind == .rest, let sibling = self.sibling(of: event.routePath) {
            self.evaluation.error(
                "A sibling (\(sibling)) of this resource already has a variable path part -- only one is allowed. Use the same name in both paths.",
                at: event.location, path: event.path)
            return
        }
        switch self.api {
        case .rest(var rest):
            let method = RestAPI.Method(httpMethod: event.method ?? "ANY", integration: integration)
            if let place = rest.resources.firstIndex(where: { $0.path == event.routePath }) {
                rest.resources[place].methods.append(method)
            } else {
                rest.resources.append(
                    RestAPI.Resource(
                        id: RestAPI.resourceID(apiID: rest.id, path: event.routePath), path: event.routePath, methods: [method]))
            }
            self.api = .rest(rest)
        case .http(var http):
            http.routes.append(HTTPAPI.Route(method: event.method, path: event.routePath, integration: integration))
            self.api = .http(http)
        }
    }

    /// Paths that differ only in the names of their parameters are one route of an HTTP API.
    private func shape(of path: String) -> String {
        guard self.api.kind == .http else { return path }
        return path.split(separator: "/", omittingEmptySubsequences: false).map { part in
            guard RoutePath.parameter(part) != nil else { return String(part) }
            return part.hasSuffix("+}") ? "{+}" : "{}"
        }.joined(separator: "/")
    }

    /// Another variable part below the same parent, if there is one: greedy or not, only one is allowed.
    private mutating func sibling(of path: String) -> Substring? {
        var parent = ""
        for part in path.split(separator: "/") {
            if RoutePath.parameter(part) != nil {
                if let other = self.variableChildren[parent], other != part { return other }
                self.variableChildren[parent] = part
            }
            parent += "/\(part)"
        }
        return nil
    }
}
