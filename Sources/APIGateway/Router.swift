/// Finds API, stage and route of a request. Compiled once from the deployment; a lookup reads only.
///
/// Which API is meant (the first rule that applies):
/// 1. A host `{api-id}.execute-api.…` names it; an id that no API has is refused.
/// 2. The first path segment is a stage of a REST API: that API. Where several have a stage of the name, the first in template
///    order that has a route for the request, else the first.
/// 3. An HTTP API, in template order: one with a stage named by the first path segment, else one with a `$default` stage; where
///    several fit, the first with a route for the request.
/// 4. The first API of the template, which then refuses the stage in its own words.
package struct Router: Sendable {
    /// A route with what its event says of it.
    package struct Match: Sendable {
        package let api: API
        package let stage: Stage
        package let route: Route
        let binaryMediaTypes: [String]
        /// The path behind the stage segment, with one leading slash.
        let path: Substring
        /// As sent, percent-encoding and all.
        package let parameters: [(name: String, value: Substring)]
    }

    /// What the events say of a stage.
    package struct Stage: Sendable {
        package let name: String
        package let variables: [String: String]
        let deploymentID: String
    }

    /// A method of a resource or a route, with the function that it calls.
    package struct Route: Sendable {
        /// `ANY`, or a verb in capitals; `nil` for the route `$default`.
        package let method: String?
        package let path: String
        /// Empty for HTTP APIs.
        let resourceID: String
        let function: FunctionTarget?
        let payload: PayloadFormat

        init(_ operation: Operation) {
            self.method = operation.method
            self.path = operation.path
            self.resourceID = operation.resourceID ?? ""
            if case .success(.function(let function, streams: _)) = operation.integration.target {
                self.function = function
            } else {
                self.function = nil
            }
            self.payload = operation.integration.payloadFormat
        }
    }

    package enum Outcome: Sendable {
        case match(Match)
        case fault(GatewayFault, API.Kind)
    }

    private struct Entry: Sendable {
        let api: API
        let tree: RouteTree
        let routes: [Route]
        let stages: [String: Stage]
        /// The `$default` route of an HTTP API.
        let defaultRoute: Int?
        let binaryMediaTypes: [String]

        init(_ api: API) {
            self.api = api
            self.routes = api.operations.map(Route.init)
            let stages: [Stage]
            switch api {
            case .rest(let rest):
                stages = rest.stages.map { Stage(name: $0.name, variables: $0.variables, deploymentID: $0.deploymentID) }
                self.binaryMediaTypes = rest.binaryMediaTypes
            case .http(let http):
                stages = http.stages.map { Stage(name: $0.name, variables: $0.variables, deploymentID: $0.deploymentID) }
                self.binaryMediaTypes = []
            }
            self.stages = Dictionary(stages.map { ($0.name, $0) }) { first, _ in first }
            self.defaultRoute = self.routes.firstIndex { $0.path == "$default" }
            var tree = RouteTree()
            for (index, route) in self.routes.enumerated() where route.path != "$default" {
                tree.insert(method: route.method, path: route.path, route: index)
            }
            self.tree = tree
        }
    }

    private let entries: [Entry]
    private let byID: [String: Int]
    /// The entries that have a stage of the name, in template order; REST APIs and HTTP APIs apart.
    private let restByStage: [String: [Int]]
    private let httpByStage: [String: [Int]]

    package init(apis: [API]) {
        self.entries = apis.map(Entry.init)
        self.byID = Dictionary(apis.enumerated().map { ($1.id, $0) }) { first, _ in first }
        func byStage(_ kind: API.Kind) -> [String: [Int]] {
            var places: [String: [Int]] = [:]
            for (index, api) in apis.enumerated() where api.kind == kind {
                for name in Set(api.stageNames) { places[name, default: []].append(index) }
            }
            return places
        }
        self.restByStage = byStage(.rest)
        self.httpByStage = byStage(.http)
    }

    /// - Parameters:
    ///   - path: with one leading slash, as sent.
    ///   - host: the Host header.
    func resolve(method: String, path: Substring, host: String?) -> Outcome {
        let (segment, rest) = RequestTarget.splitFirstSegment(path)
        if let host, let id = Self.apiID(ofHost: host) {
            guard let index = self.byID[id] else { return .fault(.unknownStage, .rest) }
            return self.resolve(in: self.entries[index], method: method, path: path, segment: segment, rest: rest)
        }
        let first = String(segment)
        let fitting = self.restByStage[first] ?? self.httpByStage[first] ?? self.httpByStage["$default"]
        guard let fitting else {
            guard let entry = self.entries.first else { return .fault(.routeNotFound, .http) }
            return self.resolve(in: entry, method: method, path: path, segment: segment, rest: rest)
        }
        var refusal: Outcome?
        for index in fitting {
            let outcome = self.resolve(in: self.entries[index], method: method, path: path, segment: segment, rest: rest)
            if case .match = outcome { return outcome }
            refusal = refusal ?? outcome
        }
        return refusal ?? .fault(.routeNotFound, .http)
    }

    /// `abc123.execute-api.eu-west-1.localhost:3000` gives `abc123`.
    static func apiID(ofHost host: String) -> String? {
        let labels = host.split(separator: ".", maxSplits: 2, omittingEmptySubsequences: false)
        guard labels.count == 3, labels[1].lowercased() == "execute-api" else { return nil }
        return labels[0].lowercased()
    }

    private func resolve(in entry: Entry, method: String, path: Substring, segment: Substring, rest: Substring) -> Outcome {
        let kind = entry.api.kind
        let stage: Stage
        let pathInStage: Substring
        if let named = entry.stages[String(segment)], named.name != "$default" {
            (stage, pathInStage) = (named, RequestTarget.collapsingLeadingSlashes(rest))
        } else if kind == .http, let fallback = entry.stages["$default"] {
            (stage, pathInStage) = (fallback, path)
        } else {
            return .fault(kind == .rest ? .unknownStage : .routeNotFound, kind)
        }
        let found: (index: Int, parameters: [(name: String, value: Substring)])
        if let match = entry.tree.match(method: method, path: pathInStage, order: kind == .rest ? .bySegment : .greedyLast) {
            found = (match.route, match.parameters)
        } else if let index = entry.defaultRoute {
            found = (index, [])
        } else {
            return .fault(kind == .rest ? .missingAuthenticationToken : .routeNotFound, kind)
        }
        return .match(
            Match(
                api: entry.api, stage: stage, route: entry.routes[found.index],
                binaryMediaTypes: entry.binaryMediaTypes, path: pathInStage, parameters: found.parameters))
    }
}
