import APIGateway

/// The parameters of an operation: its own and those of its path item, whose place they take by name and location.
struct OperationParameters {
    private var declared: [RestAPI.RequestParameter] = []
    /// Swagger's parameter with `in: body`.
    private(set) var body: PropertyReader?

    init(_ operation: OpenAPIDocument.Operation, document: OpenAPIDocument) {
        for holder in [operation.item, operation.reader] {
            for reader in holder.maps("parameters") ?? [] { self.add(document.followed(reader)) }
        }
    }

    private mutating func add(_ reader: PropertyReader) {
        let location: RestAPI.RequestParameter.Location
        switch reader.text("in") {
        case "body":
            self.body = reader
            return
        case "query": location = .querystring
        case "header": location = .header
        case "path": location = .path
        case "formData", "cookie":
            reader.warning("API Gateway knows parameters in query, header, path and body only; it has no effect.", at: "in")
            return
        case nil, .some:
            if !reader.members.entries.isEmpty {
                reader.error("A parameter is in query, header, path or body.", at: "in")
            }
            return
        }
        guard let name = reader.required("name") else { return }
        let parameter = RestAPI.RequestParameter(location, name, isRequired: reader.boolean("required") ?? false)
        if let place = self.declared.firstIndex(where: { $0.location == location && $0.name == name }) {
            self.declared[place] = parameter
        } else {
            self.declared.append(parameter)
        }
    }

    /// With the variables of the path, which are required whether declared or not (recorded).
    func parameters(path: String) -> [RestAPI.RequestParameter] {
        var parameters = self.declared
        for part in path.split(separator: "/") {
            guard let name = RoutePath.parameter(part).map(String.init) else { continue }
            if let place = parameters.firstIndex(where: { $0.location == .path && $0.name == name }) {
                parameters[place].isRequired = true
            } else {
                parameters.append(RestAPI.RequestParameter(.path, name, isRequired: true))
            }
        }
        return parameters
    }
}
