package import APIGateway

/// Where APIs and their operations are written: for what is found out when they are to be served, after the template was read.
package struct GatewayPlaces: Hashable, Sendable {
    /// `template.yaml:12:3: Resources/Api`
    private var apis: [String: String] = [:]
    private var operations: [Operation: String] = [:]

    private struct Operation: Hashable, Sendable {
        var apiID: String
        /// `GET /orders`, `$default`
        var name: String
    }

    package init() {}

    mutating func add(api id: String, at location: SourceLocation, path: String) {
        self.apis[id] = Self.text(location, path)
    }

    /// The first place stands: an operation that is added anew, with others, was written there.
    mutating func add(operation name: String, of apiID: String, at location: SourceLocation, path: String) {
        let operation = Operation(apiID: apiID, name: name)
        if self.operations[operation] == nil { self.operations[operation] = Self.text(location, path) }
    }

    package mutating func merge(_ other: GatewayPlaces) {
        self.apis.merge(other.apis) { $1 }
        self.operations.merge(other.operations) { $1 }
    }

    /// `template.yaml:12:3: Resources/GetOrders: GET /orders: …`: with the place of the operation, or of the API for all else.
    package func text(of problem: GatewayProblem) -> String {
        let operation = Operation(apiID: problem.apiID, name: problem.place)
        guard let place = self.operations[operation] ?? self.apis[problem.apiID] else { return problem.description }
        return "\(place): \(problem.text)"
    }

    private static func text(_ location: SourceLocation, _ path: String) -> String {
        let place = "\(location.file):\(location.line):\(location.column)"
        return path.isEmpty ? place : "\(place): \(path)"
    }
}
