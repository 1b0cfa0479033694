import APIGateway

/// The resources of a REST API as they are added by path, with what API Gateway refuses (recorded; api-gateway facts, 5.1).
struct RestResources {
    let evaluation: Evaluation
    let apiID: String
    private(set) var resources: [RestAPI.Resource] = []
    private var places: [String: Int] = [:]
    /// The one variable child that a resource may have, by the path of the parent.
    private var variableChildren: [String: Substring] = [:]
    /// Paths that were refused: told once.
    private var refused: Set<String> = []

    init(evaluation: Evaluation, apiID: String) {
        self.evaluation = evaluation
        self.apiID = apiID
        self.append("/")
    }

    /// Makes the resource of a path and those above it. `/a` and `/a/` are one.
    /// - Returns: its path; `nil` once an error is reported.
    mutating func add(path: String, at location: SourceLocation, errorPath: String) -> String? {
        if self.refused.contains(path) { return nil }
        if let problem = RoutePath.problem(with: path, kind: .rest) {
            self.refused.insert(path)
            self.evaluation.error(problem, at: location, path: errorPath)
            return nil
        }
        if let sibling = self.sibling(of: path) {
            self.refused.insert(path)
            self.evaluation.error(
                "A sibling (\(sibling)) of this resource already has a variable path part -- only one is allowed. Use the same name in both paths.",
                at: location, path: errorPath)
            return nil
        }
        var place = ""
        for part in path.split(separator: "/") {
            place += "/\(part)"
            self.append(place)
        }
        return place.isEmpty ? "/" : place
    }

    /// A verb that is there already is an error.
    mutating func add(_ method: RestAPI.Method, to path: String, at location: SourceLocation, errorPath: String) {
        guard let place = self.places[path] else { return }
        guard !self.resources[place].methods.contains(where: { $0.httpMethod == method.httpMethod }) else {
            self.evaluation.error(
                "Method already exists for this resource: \(method.httpMethod) \(path). Remove one.", at: location,
                path: errorPath)
            return
        }
        self.resources[place].methods.append(method)
        self.evaluation.gatewayPlaces.add(
            operation: "\(method.httpMethod) \(path)", of: self.apiID, at: location, path: errorPath)
        self.tellOfUndeclaredResponses(method, path, at: location, errorPath: errorPath)
        self.tellOfUndeclaredHeaders(method, path, at: location, errorPath: errorPath)
    }

    /// A status that the method has no response for: AWS takes the definition, and fails the request in these words.
    private func tellOfUndeclaredResponses(
        _ method: RestAPI.Method, _ path: String, at location: SourceLocation, errorPath: String
    ) {
        // Proxies have no integration responses to choose from.
        guard ![.awsProxy, .httpProxy].contains(method.integration.type) else { return }
        let declared = Set(method.responses.map(\.statusCode))
        for status in Set(method.integration.responses.map(\.statusCode)).subtracting(declared).sorted() {
            self.evaluation.notice(
                "Output mapping refers to an invalid method response: \(status). Requests that get it fail with 500: "
                    + "add it to the responses of \(method.httpMethod) \(path).", at: location, path: "\(errorPath)/\(status)")
        }
    }

    /// A header that the method response doesn't declare is not set; AWS refuses to deploy that, in these words.
    private func tellOfUndeclaredHeaders(
        _ method: RestAPI.Method, _ path: String, at location: SourceLocation, errorPath: String
    ) {
        let prefix = "method.response.header."
        for response in method.integration.responses {
            let declared = method.responses.first { $0.statusCode == response.statusCode }?.headers.map { $0.name.lowercased() }
            for mapping in response.parameters where mapping.destination.hasPrefix(prefix) {
                let name = mapping.destination.dropFirst(prefix.utf8.count)
                guard !(declared ?? []).contains(name.lowercased()) else { continue }
                self.evaluation.diagnostics.notice(
                    "Invalid mapping expression parameter specified: \(mapping.destination). The response \(response.statusCode) of "
                        + "\(method.httpMethod) \(path) doesn't declare the header \(name); it is not set.",
                    at: location, path: errorPath, isImportWarning: true)
            }
        }
    }

    /// The resource is known by this id from now on.
    mutating func setID(_ id: String, of path: String) {
        if let place = self.places[path] { self.resources[place].id = id }
    }

    private mutating func append(_ path: String) {
        guard self.places[path] == nil else { return }
        self.places[path] = self.resources.count
        self.resources.append(RestAPI.Resource(id: RestAPI.resourceID(apiID: self.apiID, path: path), path: path))
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
