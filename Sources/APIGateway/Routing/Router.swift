/// Finds API, stage and method of a request. Compiled once from the configuration; a lookup reads only.
///
/// Which API is meant (the first rule that applies):
/// 1. A host that is a custom domain: the longest base path mapping, in whole segments, names API and stage.
/// 2. A host `{api-id}.execute-api.…` or `{api-id}-{vpce-id}.execute-api.…`, or the header `x-apigw-api-id`, which a host
///    `{vpce-id}-….execute-api.…` needs; an id that no API has is refused.
/// 3. The first path segment is a stage of a REST API: that API. Where several have a stage of the name, the first in template
///    order that has a method for the request, else the first.
/// 4. An HTTP API, in template order: one with a stage named by the first path segment, else one with a `$default` stage; where
///    several fit, the first with a route for the request.
/// 5. The first API of the template, which then refuses the stage in its own words.
package struct Router: Sendable {
    /// A method with the path that led to it.
    struct Match: Sendable {
        let method: ServedMethod
        /// The path behind the stage segment or base path, with one leading slash.
        let path: Substring
        /// Of a custom domain's mapping.
        let basePath: String?
        /// As sent, percent-encoding and all.
        let parameters: [(name: String, value: Substring)]
    }

    enum Outcome: Sendable {
        case match(Match)
        /// With the API where one was found, whose CORS configuration and answers count.
        /// `unrouted`: where a stage was found and no method: what its customized answers and its access log speak of.
        case fault(GatewayFault, API.Kind, ServedAPI?, unrouted: Match? = nil)

        var kind: API.Kind {
            switch self {
            case .match(let match): match.method.api.kind
            case .fault(_, let kind, _, _): kind
            }
        }

        var api: ServedAPI? {
            switch self {
            case .match(let match): match.method.api
            case .fault(_, _, let api, _): api
            }
        }

        var stage: ServedStage? {
            switch self {
            case .match(let match): match.method.stage
            case .fault(_, _, _, let unrouted): unrouted?.method.stage
            }
        }
    }

    /// The methods of a stage, in the order of the tree's routes, with those of its canary.
    final class StageMethods: Sendable {
        let name: String
        let methods: [ServedMethod]
        /// Stands for a request that has no method.
        let unrouted: ServedMethod
        let canary: [ServedMethod]?
        /// 0 to 1.
        let canaryShare: Double

        init(
            name: String, methods: [ServedMethod], unrouted: ServedMethod, canary: [ServedMethod]? = nil, canaryShare: Double = 0
        ) {
            self.name = name
            self.methods = methods
            self.unrouted = unrouted
            self.canary = canary
            self.canaryShare = canaryShare
        }

        func method(_ index: Int, share: Double) -> ServedMethod {
            if let canary, share < self.canaryShare { return canary[index] }
            return self.methods[index]
        }
    }

    final class Entry: Sendable {
        let api: ServedAPI
        let tree: RouteTree
        let stages: [String: StageMethods]
        /// The `$default` route of an HTTP API.
        let defaultRoute: Int?

        init(_ api: ServedAPI, operations: [Operation], stages: [StageMethods]) {
            self.api = api
            self.stages = Dictionary(stages.map { ($0.name, $0) }) { first, _ in first }
            self.defaultRoute = operations.firstIndex { $0.path == "$default" }
            var tree = RouteTree()
            for (index, operation) in operations.enumerated() where operation.path != "$default" {
                tree.insert(method: operation.method, path: operation.path, route: index)
            }
            self.tree = tree
        }
    }

    private let entries: [Entry]
    private let byID: [String: Int]
    private let domains: CustomDomains
    /// The entries that have a stage of the name, in template order; REST APIs and HTTP APIs apart.
    private let restByStage: [String: [Int]]
    private let httpByStage: [String: [Int]]

    init(entries: [Entry], domains: [CustomDomain] = []) {
        self.entries = entries
        self.byID = Dictionary(entries.enumerated().map { ($1.api.id, $0) }) { first, _ in first }
        self.domains = CustomDomains(domains)
        func byStage(_ kind: API.Kind) -> [String: [Int]] {
            var places: [String: [Int]] = [:]
            for (index, entry) in entries.enumerated() where entry.api.kind == kind {
                for name in entry.stages.keys { places[name, default: []].append(index) }
            }
            return places
        }
        self.restByStage = byStage(.rest)
        self.httpByStage = byStage(.http)
    }

    /// What of a request decides its way.
    struct Question {
        let verb: String
        /// With one leading slash, as sent.
        let path: Substring
        let host: String?
        /// The header `x-apigw-api-id`.
        var apiID: String?
        /// 0 to 1: decides for or against a canary.
        var share = 0.0
    }

    func resolve(_ question: Question) -> Outcome {
        if let host = question.host, let domain = self.domains.domain(ofHost: host) {
            return self.resolve(in: domain, question)
        }
        let labels = question.host.flatMap(Self.hostLabels)
        if labels != nil || question.apiID != nil {
            guard let id = labels?.apiID ?? question.apiID, let index = self.byID[id] else {
                return .fault(.unknownStage, .rest, nil)
            }
            return self.resolveByStage(in: self.entries[index], question)
        }
        let first = String(RequestTarget.splitFirstSegment(question.path).segment)
        guard let fitting = self.restByStage[first] ?? self.httpByStage[first] ?? self.httpByStage["$default"] else {
            guard let entry = self.entries.first else { return .fault(.routeNotFound, .http, nil) }
            return self.resolveByStage(in: entry, question)
        }
        var refusal: Outcome?
        for index in fitting {
            let outcome = self.resolveByStage(in: self.entries[index], question)
            if case .match = outcome { return outcome }
            refusal = refusal ?? outcome
        }
        return refusal ?? .fault(.routeNotFound, .http, nil)
    }

    func isCustomDomain(_ host: String) -> Bool { self.domains.domain(ofHost: host) != nil }

    /// The custom domain of a host whose clients have to show certificates.
    func mutualTLSDomain(ofHost host: String) -> String? {
        guard let domain = self.domains.domain(ofHost: host), domain.asksForCertificates else { return nil }
        return domain.name
    }

    /// `abc123-vpce-0a1b.execute-api.eu-west-1.localhost:3000` gives `abc123` and `vpce-0a1b`; a name of the endpoint's own,
    /// `vpce-0a1b-4e5f.execute-api.eu-west-1.vpce.localhost`, the latter alone.
    static func hostLabels(_ host: String) -> (apiID: String?, vpcEndpointID: String?)? {
        guard let label = HostLabels.first(of: host, before: "execute-api") else { return nil }
        if label.hasPrefix("vpce-") { return (nil, label.split(separator: "-").prefix(2).joined(separator: "-")) }
        let mark = "-vpce-".utf8
        guard label.utf8.contains(UInt8(ascii: "-")),
            let start = label.utf8.indices.first(where: { label.utf8[$0...].starts(with: mark) })
        else { return (label, nil) }
        return (String(label[..<start]), String(label[label.utf8.index(after: start)...]))
    }

    private func resolve(in domain: CustomDomains.Domain, _ question: Question) -> Outcome {
        guard let found = domain.mapping(for: question.path), let index = self.byID[found.mapping.apiID] else {
            return .fault(.unknownStage, .rest, nil)
        }
        let entry = self.entries[index]
        let path = RequestTarget.collapsingLeadingSlashes(found.rest)
        let basePath = found.mapping.path
        if let name = found.mapping.stage {
            guard let stage = entry.stages[name] else { return .fault(.unknownStage, entry.api.kind, entry.api) }
            return self.resolve(in: entry, stage: stage, path: path, basePath: basePath, question)
        }
        let (segment, rest) = RequestTarget.splitFirstSegment(path)
        guard let stage = entry.stages[String(segment)] else { return .fault(.unknownStage, entry.api.kind, entry.api) }
        return self.resolve(
            in: entry, stage: stage, path: RequestTarget.collapsingLeadingSlashes(rest), basePath: basePath, question)
    }

    private func resolveByStage(in entry: Entry, _ question: Question) -> Outcome {
        let kind = entry.api.kind
        guard !entry.api.disablesDefaultEndpoint else {
            return .fault(kind == .rest ? .unknownStage : .routeNotFound, kind, entry.api)
        }
        let (segment, rest) = RequestTarget.splitFirstSegment(question.path)
        if let named = entry.stages[String(segment)], named.name != "$default" {
            let path = RequestTarget.collapsingLeadingSlashes(rest)
            return self.resolve(in: entry, stage: named, path: path, basePath: nil, question)
        }
        if kind == .http, let fallback = entry.stages["$default"] {
            return self.resolve(in: entry, stage: fallback, path: question.path, basePath: nil, question)
        }
        return .fault(kind == .rest ? .unknownStage : .routeNotFound, kind, entry.api)
    }

    private func resolve(
        in entry: Entry, stage: StageMethods, path: Substring, basePath: String?, _ question: Question
    ) -> Outcome {
        let kind = entry.api.kind
        let path = kind == .rest ? path : HTTPAPIPath.routed(path)
        let order: RouteTree.Order = kind == .rest ? .bySegment : .greedyLast
        if let match = entry.tree.match(method: question.verb, path: path, order: order) {
            let method = stage.method(match.route, share: question.share)
            return .match(Match(method: method, path: path, basePath: basePath, parameters: match.parameters))
        }
        if let index = entry.defaultRoute {
            let method = stage.method(index, share: question.share)
            return .match(Match(method: method, path: path, basePath: basePath, parameters: []))
        }
        return .fault(
            kind == .rest ? .missingAuthenticationToken : .routeNotFound, kind, entry.api,
            unrouted: Match(method: stage.unrouted, path: path, basePath: basePath, parameters: []))
    }
}
