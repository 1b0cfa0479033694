import APIGateway

/// `AWS::ApiGateway::Resource` and `AWS::ApiGateway::Method` of one API.
struct RestMethodReader {
    let evaluation: Evaluation
    let apiID: String

    /// Parents are looked up to this depth; API Gateway's paths are shorter.
    private static let depth = GatewayLimits.routeSegments

    func read(into api: inout RestAPI) {
        let resources = GatewayReader.resources("AWS::ApiGateway::Resource", in: self.evaluation).filter(self.belongs)
        let methods = GatewayReader.resources("AWS::ApiGateway::Method", in: self.evaluation).filter(self.belongs)
        guard !resources.isEmpty || !methods.isEmpty else { return }
        var tree = RestResources(evaluation: self.evaluation, apiID: self.apiID)
        // Resources of a body and of their own may be mixed; those of the body come first.
        for resource in api.resources {
            _ = tree.add(path: resource.path, at: SourceLocation(file: self.evaluation.file, line: 1, column: 1), errorPath: "")
        }
        var paths: [String: String] = [self.rootID: "/"]
        for resource in resources {
            let reader = PropertyReader(self.evaluation, resource)
            reader.check(PropertyTable(emulated: ["RestApiId", "ParentId", "PathPart"]))
            guard let path = self.path(of: resource, resources) else { continue }
            if let added = tree.add(path: path, at: resource.location, errorPath: reader.path("PathPart")) {
                let id = self.evaluation.gatewayID(of: resource, length: 6)
                paths[id] = added
                tree.setID(id, of: added)
            }
        }
        for resource in api.resources {
            for method in resource.methods {
                tree.add(
                    method, to: resource.path, at: SourceLocation(file: self.evaluation.file, line: 1, column: 1), errorPath: "")
            }
        }
        for resource in methods { self.add(resource, to: &tree, paths, api) }
        api.resources = tree.resources
    }

    /// What `GetAtt RootResourceId` gives.
    private var rootID: String { RestAPI.resourceID(apiID: self.apiID, path: "/") }

    private func belongs(_ resource: Resource) -> Bool {
        PropertyReader(self.evaluation, resource).text("RestApiId") == self.apiID
    }

    private func path(of resource: Resource, _ all: [Resource]) -> String? {
        var parts: [String] = []
        var current = resource
        for _ in 0..<Self.depth {
            let reader = PropertyReader(self.evaluation, current)
            guard let part = reader.required("PathPart"), let parent = reader.required("ParentId") else { return nil }
            parts.append(part)
            if parent == self.rootID { return "/" + parts.reversed().joined(separator: "/") }
            guard let next = all.first(where: { self.evaluation.gatewayID(of: $0, length: 6) == parent }) else {
                reader.error(
                    "\"\(parent)\" is no resource of this API. Use !Ref of an AWS::ApiGateway::Resource, or !GetAtt of the API's RootResourceId.",
                    at: "ParentId")
                return nil
            }
            current = next
        }
        self.evaluation.error("The parents of this resource go in a circle.", at: resource.location, path: resource.path)
        return nil
    }

    // MARK: Methods

    private static let known = PropertyTable(
        emulated: [
            "RestApiId", "ResourceId", "HttpMethod", "AuthorizationType", "AuthorizerId", "AuthorizationScopes",
            "ApiKeyRequired", "Integration", "MethodResponses", "OperationName", "RequestModels", "RequestParameters",
            "RequestValidatorId",
        ])

    private func add(_ resource: Resource, to tree: inout RestResources, _ paths: [String: String], _ api: RestAPI) {
        let reader = PropertyReader(self.evaluation, resource)
        reader.check(Self.known)
        guard let verb = reader.required("HttpMethod")?.uppercased(), let place = reader.required("ResourceId") else { return }
        guard EventReader.methods.contains(verb) else {
            reader.error(
                "There is no method \"\(verb)\"; use one of \(EventReader.methods.joined(separator: ", "))."
                    + Suggestion.sentence(for: verb, among: EventReader.methods), at: "HttpMethod")
            return
        }
        guard let path = paths[place] else {
            if self.evaluation.diagnostics.errors.isEmpty {
                reader.error("\"\(place)\" is no resource of this API.", at: "ResourceId")
            }
            return
        }
        guard let integrationReader = reader.map("Integration") else {
            reader.error("No integration defined for method \(verb) \(path). Add an Integration.", at: "Integration")
            return
        }
        guard let integration = CloudFormationIntegration(integrationReader).read() else { return }
        var method = RestAPI.Method(httpMethod: verb, integration: integration)
        method.operationName = reader.text("OperationName")
        method.apiKeyRequired = reader.boolean("ApiKeyRequired") ?? false
        method.authorization = self.authorization(reader, api)
        method.requestParameters = self.parameters(reader, path: path)
        method.requestModels = (reader.textPairs("RequestModels") ?? []).map { .init(contentType: $0.name, model: $0.value) }
        method.requestValidator = self.validator(reader, api)
        method.responses = (reader.maps("MethodResponses") ?? []).compactMap(self.response)
        tree.add(method, to: path, at: resource.location, errorPath: resource.path)
    }

    private enum AuthorizationType: String, CaseIterable {
        case none = "NONE"
        case iam = "AWS_IAM"
        case custom = "CUSTOM"
        case cognito = "COGNITO_USER_POOLS"
    }

    private func authorization(_ reader: PropertyReader, _ api: RestAPI) -> Authorization {
        let id = reader.text("AuthorizerId")
        switch reader.choice("AuthorizationType", of: AuthorizationType.allCases) {
        case nil, .some(.none): return .none
        case .iam: return .iam
        case .custom, .cognito:
            guard let authorizer = api.authorizers.first(where: { self.reference(to: $0) == id || $0.id == id }) else {
                if self.evaluation.diagnostics.errors.isEmpty {
                    reader.error(
                        "Invalid authorizer ID specified. Setting the authorization type to CUSTOM or COGNITO_USER_POOLS requires a valid authorizer.",
                        at: "AuthorizerId")
                }
                return .none
            }
            return .authorizer(name: authorizer.name, scopes: reader.texts("AuthorizationScopes") ?? [])
        }
    }

    /// What `Ref` of the resource that describes an authorizer gives.
    private func reference(to authorizer: Authorizer) -> String? {
        GatewayReader.resources("AWS::ApiGateway::Authorizer", in: self.evaluation).first {
            self.belongs($0) && PropertyReader(self.evaluation, $0).text("Name") == authorizer.name
        }.map { self.evaluation.gatewayID(of: $0, length: 6) }
    }

    private func validator(_ reader: PropertyReader, _ api: RestAPI) -> String? {
        guard let id = reader.text("RequestValidatorId") else { return nil }
        let resource = GatewayReader.resources("AWS::ApiGateway::RequestValidator", in: self.evaluation).first {
            self.belongs($0) && self.evaluation.gatewayID(of: $0, length: 6) == id
        }
        guard let resource else {
            reader.error("Invalid Request Validator identifier specified: \"\(id)\".", at: "RequestValidatorId")
            return nil
        }
        return PropertyReader(self.evaluation, resource).text("Name") ?? resource.logicalID
    }

    private func parameters(_ reader: PropertyReader, path: String) -> [RestAPI.RequestParameter] {
        guard let map = reader.map("RequestParameters") else { return [] }
        return map.members.names.compactMap { name in
            let parts = name.split(separator: ".", maxSplits: 3).map(String.init)
            guard parts.count == 4, parts[0] == "method", parts[1] == "request",
                let location = RestAPI.RequestParameter.Location(rawValue: parts[2])
            else {
                map.error(
                    "Invalid mapping expression specified: \(name). Use method.request.header.X, method.request.querystring.X or method.request.path.X.",
                    at: name)
                return nil
            }
            return RestAPI.RequestParameter(location, parts[3], isRequired: map.boolean(name) ?? false)
        }
    }

    private func response(_ reader: PropertyReader) -> RestAPI.MethodResponse? {
        reader.check(PropertyTable(emulated: ["StatusCode", "ResponseModels", "ResponseParameters"]))
        guard let status = reader.required("StatusCode") else { return nil }
        var response = RestAPI.MethodResponse(statusCode: status)
        response.models = (reader.textPairs("ResponseModels") ?? []).map { .init(contentType: $0.name, model: $0.value) }
        let prefix = "method.response.header."
        if let map = reader.map("ResponseParameters") {
            response.headers = map.members.names.compactMap { name in
                guard name.hasPrefix(prefix) else {
                    map.error("Invalid mapping expression specified: \(name). Use method.response.header.X.", at: name)
                    return nil
                }
                return .init(String(name.dropFirst(prefix.utf8.count)), isRequired: map.boolean(name) ?? false)
            }
        }
        return response
    }
}
