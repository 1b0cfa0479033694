package import CoreTypes

/// An API as an OpenAPI document with API Gateway's extensions, as GetExport and ExportApi write it (API Gateway developer
/// guide, "Export a REST API from API Gateway", "Export an HTTP API"). What has no place in such a document is left out:
/// stages but for the one that is named, usage plans, domains, the type of endpoint.
package struct OpenAPIExport {
    package enum Format: String, Hashable, Sendable, CaseIterable {
        /// OpenAPI 3.0.1
        case openAPI = "openapi"
        /// Swagger 2.0; REST APIs only.
        case swagger
    }

    let format: Format
    let region: String
    /// The stage that addresses name; `nil` for none.
    let stage: String?

    package init(format: Format = .openAPI, stage: String? = nil, region: String = "us-east-1") {
        self.format = format
        self.stage = stage
        self.region = region
    }

    /// - Precondition: Swagger is for REST APIs only.
    package func document(of api: API) -> JSON {
        switch api {
        case .rest(let api): return self.document(of: api)
        case .http(let api):
            precondition(self.format == .openAPI, "an HTTP API has no Swagger form")
            return self.document(of: api)
        }
    }

    // MARK: Parts of both kinds

    func head(name: String, description: String, version: String, id: String) -> JSONObject {
        var document = JSONObject()
        document[self.format == .swagger ? "swagger" : "openapi"] = self.format == .swagger ? "2.0" : "3.0.1"
        var info = JSONObject()
        info["title"] = .string(name)
        if !description.isEmpty { info["description"] = .string(description) }
        info["version"] = .string(version)
        document["info"] = .object(info)
        let host = "\(id).execute-api.\(self.region).amazonaws.com"
        let basePath = self.stage.map { $0 == "$default" ? "" : "/\($0)" }
        if self.format == .swagger {
            document["host"] = .string(host)
            if let basePath, !basePath.isEmpty { document["basePath"] = .string(basePath) }
            document["schemes"] = ["https"]
        } else if let basePath {
            var server = JSONObject()
            server["url"] = .string(basePath.isEmpty ? "https://\(host)" : "https://\(host)/{basePath}")
            if !basePath.isEmpty { server["variables"] = ["basePath": ["default": .string(basePath)]] }
            document["servers"] = .array([.object(server)])
        }
        return document
    }

    func key(of method: String) -> String { method == "ANY" ? "x-amazon-apigateway-any-method" : method.lowercased() }

    func security(_ authorization: Authorization, apiKeyRequired: Bool) -> JSON {
        var requirements: [JSON] = []
        switch authorization {
        case .none: break
        case .iam: requirements.append([Self.iamScheme: []])
        case .authorizer(let name, let scopes):
            requirements.append(.object(JSONObject([(name, .array(scopes.map(JSON.string)))])))
        }
        if apiKeyRequired { requirements.append([Self.keyScheme: []]) }
        return .array(requirements)
    }

    static let iamScheme = "sigv4"
    static let keyScheme = "api_key"

    static func mappings(_ mappings: [ParameterMapping]) -> JSON {
        .object(JSONObject(mappings.map { ($0.destination, .string($0.source)) }))
    }

    static func templates(_ templates: [TemplateForContentType]) -> JSON {
        .object(JSONObject(templates.map { ($0.contentType, .string($0.template.text)) }))
    }

    // MARK: Schemes

    /// The schemes that operations name: authorizers, signatures, API keys.
    func schemes(_ authorizers: [Authorizer], usesIAM: Bool, usesKeys: Bool, kind: API.Kind) -> JSONObject {
        var schemes = JSONObject()
        for authorizer in authorizers { schemes[authorizer.name] = .object(self.scheme(authorizer, kind)) }
        if usesIAM { schemes[Self.iamScheme] = .object(Self.scheme(header: "Authorization", type: "awsSigv4")) }
        if usesKeys { schemes[Self.keyScheme] = .object(Self.scheme(header: "x-api-key", type: nil)) }
        return schemes
    }

    private static func scheme(header: String, type: String?) -> JSONObject {
        var scheme: JSONObject = ["type": "apiKey", "name": .string(header), "in": "header"]
        if let type { scheme["x-amazon-apigateway-authtype"] = .string(type) }
        return scheme
    }

    private func scheme(_ authorizer: Authorizer, _ kind: API.Kind) -> JSONObject {
        var details = JSONObject()
        details["type"] = .string(authorizer.kind.typeName)
        switch authorizer.kind {
        case .token(let function, let expression):
            Self.add(function, kind, to: &details)
            if let expression { details["identityValidationExpression"] = .string(expression) }
        case .request(let function): Self.add(function, kind, to: &details)
        case .cognitoUserPools(let arns): details["providerARNs"] = .array(arns.map(JSON.string))
        case .jwt(let issuer, let audiences):
            details["jwtConfiguration"] = ["issuer": .string(issuer), "audience": .array(audiences.map(JSON.string))]
        }
        if !authorizer.identitySources.isEmpty {
            details["identitySource"] = .string(authorizer.identitySources.joined(separator: ", "))
        }
        if case .jwt = authorizer.kind {
            return ["type": "oauth2", "x-amazon-apigateway-authorizer": .object(details)]
        }
        details["authorizerResultTtlInSeconds"] = .number(JSONNumber(authorizer.resultTTLSeconds))
        let prefix = "method.request.header."
        let first = authorizer.identitySources.first ?? ""
        let header =
            first.hasPrefix(prefix) && authorizer.kind.typeName != "request"
            ? String(first.dropFirst(prefix.utf8.count)) : "Unused"
        var scheme = Self.scheme(header: header, type: kind == .rest ? authorizer.kind.authorizationTypeName : nil)
        scheme["x-amazon-apigateway-authorizer"] = .object(details)
        return scheme
    }

    private static func add(_ function: LambdaAuthorizer, _ kind: API.Kind, to details: inout JSONObject) {
        details["authorizerUri"] = .string(function.uri)
        if let credentials = function.credentials { details["authorizerCredentials"] = .string(credentials) }
        guard kind == .http else { return }
        details["authorizerPayloadFormatVersion"] = .string(function.payloadFormat.rawValue)
        if function.enablesSimpleResponses { details["enableSimpleResponses"] = true }
    }
}

extension Authorizer.Kind {
    /// As the extension writes it.
    fileprivate var typeName: String {
        switch self {
        case .token: "token"
        case .request: "request"
        case .cognitoUserPools: "cognito_user_pools"
        case .jwt: "jwt"
        }
    }

    fileprivate var authorizationTypeName: String {
        switch self {
        case .token, .request: "custom"
        case .cognitoUserPools: "cognito_user_pools"
        case .jwt: "oauth2"
        }
    }
}
