/// Finds the action of a request by method, path and the few queries that tell actions apart.
package struct LambdaRouter: Sendable {
    package struct Match: Sendable {
        package let operation: LambdaOperation
        /// The decoded values of the URI's placeholders by name: `FunctionName`, `Qualifier` …
        package let labels: [String: String]
    }

    private struct Route: Sendable {
        enum Segment: Sendable {
            case literal(String)
            case label(String)
        }
        let operation: LambdaOperation
        let segments: [Segment]
        let query: AWSRequest.Parameter?

        init(_ operation: LambdaOperation) {
            self.operation = operation
            let parts = operation.uri.split(separator: "?", maxSplits: 1)
            self.segments = parts[0].split(separator: "/").map { part in
                part.hasPrefix("{") ? .label(String(part.dropFirst().dropLast())) : .literal(String(part))
            }
            self.query = parts.count > 1 ? AWSRequest.parameters(parts[1]).first : nil
        }

        func labels(of segments: [String], _ request: AWSRequest) -> [String: String]? {
            guard segments.count == self.segments.count, request.method == self.operation.method else { return nil }
            if let query, request.parameter(query.name) != query.value { return nil }
            var labels: [String: String] = [:]
            for (segment, text) in zip(self.segments, segments) {
                switch segment {
                case .literal(let literal): guard literal == text else { return nil }
                case .label(let name): labels[name] = text
                }
            }
            return labels
        }
    }

    /// Routes that demand a query stand before those with the same path and none.
    private let routes: [Route]

    package init() {
        let routes = LambdaOperation.allCases.map { Route($0) }
        self.routes = routes.filter { $0.query != nil } + routes.filter { $0.query == nil }
    }

    /// `nil` for paths that are no action of Lambda.
    package func match(_ request: AWSRequest) -> Match? {
        let segments = request.segments
        for route in self.routes {
            if let labels = route.labels(of: segments, request) { return Match(operation: route.operation, labels: labels) }
        }
        return nil
    }
}
