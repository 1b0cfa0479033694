import CoreTypes

extension OpenAPIExport {
    func document(of api: RestAPI) -> JSON {
        var document = self.head(name: api.name, description: api.description, version: api.version, id: api.id)
        document["paths"] = .object(
            JSONObject(api.resources.filter { $0.path != "/" || !$0.methods.isEmpty }.map { ($0.path, self.item($0)) }))
        let methods = api.resources.flatMap(\.methods)
        let schemes = self.schemes(
            api.authorizers, usesIAM: methods.contains { $0.authorization == .iam },
            usesKeys: methods.contains(where: \.apiKeyRequired), kind: .rest)
        let schemas = JSONObject(api.models.map { ($0.name, self.schema($0.schema, depth: 0)) })
        if self.format == .swagger {
            if !schemes.isEmpty { document["securityDefinitions"] = .object(schemes) }
            if !schemas.isEmpty { document["definitions"] = .object(schemas) }
        } else if !schemes.isEmpty || !schemas.isEmpty {
            var components = JSONObject()
            if !schemas.isEmpty { components["schemas"] = .object(schemas) }
            if !schemes.isEmpty { components["securitySchemes"] = .object(schemes) }
            document["components"] = .object(components)
        }
        self.addExtensions(of: api, to: &document)
        return .object(document)
    }

    private func addExtensions(of api: RestAPI, to document: inout JSONObject) {
        if !api.gatewayResponses.isEmpty {
            document["x-amazon-apigateway-gateway-responses"] = .object(
                JSONObject(api.gatewayResponses.map { ($0.type.rawValue, Self.gatewayResponse($0)) }))
        }
        if !api.requestValidators.isEmpty {
            document["x-amazon-apigateway-request-validators"] = .object(
                JSONObject(
                    api.requestValidators.map { validator in
                        (
                            validator.name,
                            [
                                "validateRequestParameters": .bool(validator.validatesParameters),
                                "validateRequestBody": .bool(validator.validatesBody),
                            ] as JSON
                        )
                    }))
        }
        if !api.binaryMediaTypes.isEmpty {
            document["x-amazon-apigateway-binary-media-types"] = .array(api.binaryMediaTypes.map(JSON.string))
        }
        if let bytes = api.minimumCompressionBytes {
            document["x-amazon-apigateway-minimum-compression-size"] = .number(JSONNumber(bytes))
        }
        if api.apiKeySource != .header {
            document["x-amazon-apigateway-api-key-source"] = .string(api.apiKeySource.rawValue)
        }
        if let policy = api.policy { document["x-amazon-apigateway-policy"] = policy }
        var endpoint = JSONObject()
        if api.disablesExecuteAPIEndpoint { endpoint["disableExecuteApiEndpoint"] = true }
        if !api.vpcEndpointIDs.isEmpty { endpoint["vpcEndpointIds"] = .array(api.vpcEndpointIDs.map(JSON.string)) }
        if !endpoint.isEmpty { document["x-amazon-apigateway-endpoint-configuration"] = .object(endpoint) }
    }

    private static func gatewayResponse(_ response: RestAPI.GatewayResponse) -> JSON {
        var json = JSONObject()
        if let status = response.statusCode { json["statusCode"] = .string(status) }
        if !response.parameters.isEmpty { json["responseParameters"] = self.mappings(response.parameters) }
        if !response.templates.isEmpty { json["responseTemplates"] = self.templates(response.templates) }
        return .object(json)
    }

    // MARK: Operations

    private func item(_ resource: RestAPI.Resource) -> JSON {
        .object(JSONObject(resource.methods.map { (self.key(of: $0.httpMethod), self.operation($0)) }))
    }

    private func operation(_ method: RestAPI.Method) -> JSON {
        var json = JSONObject()
        if let name = method.operationName { json["operationId"] = .string(name) }
        var parameters = method.requestParameters.map(self.parameter)
        if self.format == .swagger {
            if let model = method.requestModels.first {
                json["consumes"] = .array(method.requestModels.map { .string($0.contentType) })
                parameters.append(
                    ["in": "body", "name": .string(model.model), "required": true, "schema": self.reference(to: model.model)])
            }
            let produced = method.responses.first { !$0.models.isEmpty }?.models ?? []
            if !produced.isEmpty { json["produces"] = .array(produced.map { .string($0.contentType) }) }
        } else if !method.requestModels.isEmpty {
            json["requestBody"] = ["content": self.content(method.requestModels), "required": true]
        }
        if !parameters.isEmpty { json["parameters"] = .array(parameters) }
        json["responses"] = .object(JSONObject(method.responses.map { ($0.statusCode, self.response($0)) }))
        let security = self.security(method.authorization, apiKeyRequired: method.apiKeyRequired)
        if security != [] { json["security"] = security }
        if let validator = method.requestValidator { json["x-amazon-apigateway-request-validator"] = .string(validator) }
        json["x-amazon-apigateway-integration"] = Self.integration(method.integration, .rest)
        return .object(json)
    }

    private func parameter(_ parameter: RestAPI.RequestParameter) -> JSON {
        var json = JSONObject()
        json["name"] = .string(parameter.name)
        json["in"] = .string(parameter.location == .querystring ? "query" : parameter.location.rawValue)
        if parameter.isRequired { json["required"] = true }
        if self.format == .swagger { json["type"] = "string" } else { json["schema"] = ["type": "string"] }
        return .object(json)
    }

    private func response(_ response: RestAPI.MethodResponse) -> JSON {
        var json = JSONObject()
        json["description"] = .string(response.description ?? "")
        if !response.headers.isEmpty {
            let header: JSON = self.format == .swagger ? ["type": "string"] : ["schema": ["type": "string"]]
            json["headers"] = .object(JSONObject(response.headers.map { ($0.name, header) }))
        }
        if self.format == .swagger {
            if let model = response.models.first { json["schema"] = self.reference(to: model.model) }
        } else if !response.models.isEmpty {
            json["content"] = self.content(response.models)
        }
        return .object(json)
    }

    // MARK: Schemas

    private var schemaPlace: String { self.format == .swagger ? "#/definitions/" : "#/components/schemas/" }

    private func reference(to model: String) -> JSON { ["$ref": .string(self.schemaPlace + model)] }

    private func content(_ models: [RestAPI.ModelReference]) -> JSON {
        .object(JSONObject(models.map { ($0.contentType, ["schema": self.reference(to: $0.model)] as JSON) }))
    }

    /// Levels of a schema; a parser of ours takes no more.
    private static let schemaDepth = 128

    /// References to models become references within the document.
    private func schema(_ json: JSON, depth: Int) -> JSON {
        guard depth < Self.schemaDepth else { return json }
        switch json {
        case .array(let elements): return .array(elements.map { self.schema($0, depth: depth + 1) })
        case .object(let members):
            return .object(
                JSONObject(
                    members.members.map { name, value in
                        if name == "$ref", let model = value.stringValue.flatMap(RestAPI.Model.name(inReference:)) {
                            return (name, .string(self.schemaPlace + model))
                        }
                        return (name, self.schema(value, depth: depth + 1))
                    }))
        case .null, .bool, .number, .string: return json
        }
    }
}
