import APIGateway
import CoreTypes

/// `AWS::ApiGateway::RestApi` with the resources that name it.
struct RestAPIReader {
    private let own: APIResource
    private var evaluation: Evaluation { self.own.evaluation }
    private var properties: PropertyReader { self.own.properties }
    private var id: String { self.own.id }

    init(_ own: APIResource) { self.own = own }

    /// `nil` once an error is reported.
    func read() -> RestAPI? {
        self.properties.check(.restAPI)
        let empty = RestAPI(id: self.id, logicalID: self.own.resource.logicalID, name: "")
        guard
            var api = self.own.read(
                empty, name: \.name, basePath: (self.properties.map("Parameters"), "basepath"),
                by: RestAPIDefinition.read(_:into:basePath:))
        else { return nil }
        self.readSettings(into: &api)
        self.readParts(into: &api)
        RestMethodReader(evaluation: self.evaluation, apiID: self.id).read(into: &api)
        RestStageReader(evaluation: self.evaluation, apiID: self.id).read(into: &api)
        return api
    }

    private func readSettings(into api: inout RestAPI) {
        if let description = self.properties.text("Description") { api.description = description }
        for type in self.properties.texts("BinaryMediaTypes") ?? [] {
            let type = type.replacing("~1", with: "/")
            if !api.binaryMediaTypes.contains(type) { api.binaryMediaTypes.append(type) }
        }
        if let source = self.properties.choice("ApiKeySourceType", of: RestAPI.APIKeySource.allCases) {
            api.apiKeySource = source
        }
        if let bytes = self.properties.integer("MinimumCompressionSize", in: RestAPILimits.compressionBytes) {
            api.minimumCompressionBytes = bytes
        }
        if let disables = self.properties.boolean("DisableExecuteApiEndpoint") { api.disablesExecuteAPIEndpoint = disables }
        if let policy = self.properties.value("Policy") {
            api.policy = PolicyReader.read(policy, at: "Policy", of: self.properties)
        }
        if let endpoint = self.properties.map("EndpointConfiguration") {
            endpoint.check(PropertyTable(emulated: ["Types", "VpcEndpointIds", "IpAddressType"]))
            if let type = EndpointReader.type(endpoint) { api.endpointType = type }
            if let ids = endpoint.texts("VpcEndpointIds") { api.vpcEndpointIDs = ids }
            api.ipAddressType = endpoint.choice("IpAddressType", of: IPAddressType.allCases)
        }
        if api.endpointType == .private, api.policy == nil {
            self.properties.notice(
                "A private API needs a resource policy: without one, AWS refuses every request.", at: "EndpointConfiguration")
        }
    }

    // MARK: Parts

    private func parts(_ type: String) -> [PropertyReader] { self.own.parts(type, by: "RestApiId").map(\.reader) }

    private func readParts(into api: inout RestAPI) {
        for part in self.parts("AWS::ApiGateway::Model") {
            part.check(
                PropertyTable(emulated: ["RestApiId", "Name", "ContentType", "Description", "Schema"]))
            guard let value = part.value("Schema") else { continue }
            var schema = value.json
            if let text = value.text {
                do { schema = try JSON(parsing: text) } catch {
                    part.error("The schema is no JSON: \(error)", at: "Schema")
                    continue
                }
            }
            var model = RestAPI.Model(name: part.text("Name") ?? "", schema: schema)
            model.contentType = part.text("ContentType") ?? "application/json"
            model.description = part.text("Description")
            if model.name.isEmpty { part.error("Property 'Name' is required here. Name the model.", at: "Name") }
            api.models.append(model)
        }
        for (resource, part) in self.own.parts("AWS::ApiGateway::RequestValidator", by: "RestApiId") {
            part.check(
                PropertyTable(emulated: ["RestApiId", "Name", "ValidateRequestBody", "ValidateRequestParameters"]))
            api.requestValidators.append(
                RestAPI.RequestValidator(
                    name: part.text("Name") ?? resource.logicalID, validatesBody: part.boolean("ValidateRequestBody") ?? false,
                    validatesParameters: part.boolean("ValidateRequestParameters") ?? false))
        }
        for part in self.parts("AWS::ApiGateway::GatewayResponse") {
            part.check(
                PropertyTable(
                    emulated: ["RestApiId", "ResponseType", "StatusCode", "ResponseParameters", "ResponseTemplates"]))
            guard let type = part.choice("ResponseType", of: GatewayResponseType.allCases) else { continue }
            var response = RestAPI.GatewayResponse(type: type, statusCode: part.text("StatusCode"))
            response.parameters = (part.textPairs("ResponseParameters") ?? []).map { ParameterMapping($0.name, $0.value) }
            response.templates = MappingTemplates.read("ResponseTemplates", of: part)
            api.gatewayResponses.append(response)
        }
        for part in self.parts("AWS::ApiGateway::Authorizer") {
            if let authorizer = self.authorizer(part) { api.authorizers.append(authorizer) }
        }
    }

    private enum AuthorizerType: String, CaseIterable {
        case token = "TOKEN"
        case request = "REQUEST"
        case cognito = "COGNITO_USER_POOLS"
    }

    private func authorizer(_ part: PropertyReader) -> Authorizer? {
        part.check(
            PropertyTable(
                emulated: [
                    "RestApiId", "Name", "Type", "AuthorizerUri", "AuthorizerCredentials", "AuthorizerResultTtlInSeconds",
                    "IdentitySource", "IdentityValidationExpression", "ProviderARNs",
                ], ignorable: ["AuthType"]))
        guard let name = part.required("Name"), part.required("Type") != nil,
            let type = part.choice("Type", of: AuthorizerType.allCases)
        else { return nil }
        let sources = (part.text("IdentitySource") ?? "").split(separator: ",").map { String($0).trimmed }
        var authorizer = Authorizer(
            id: Authorizer.id(apiID: self.id, name: name), name: name, kind: .cognitoUserPools(providerARNs: []),
            identitySources: sources, resultTTLSeconds: 0)
        if type == .cognito {
            authorizer.kind = .cognitoUserPools(providerARNs: part.texts("ProviderARNs") ?? [])
        } else {
            guard let uri = part.required("AuthorizerUri", hint: "Name the function that authorizes.") else { return nil }
            AuthorizerCheck.check(uri: uri, in: part, at: "AuthorizerUri")
            let function = LambdaAuthorizer(uri: uri, credentials: part.text("AuthorizerCredentials"))
            authorizer.kind =
                type == .token
                ? .token(function, validationExpression: part.text("IdentityValidationExpression")) : .request(function)
        }
        if type != .request, sources.isEmpty {
            part.error(
                "Property 'IdentitySource' is required. Name the header of the token: method.request.header.Authorization.",
                at: "IdentitySource")
        }
        authorizer.resultTTLSeconds = AuthorizerCheck.resultTTL("AuthorizerResultTtlInSeconds", in: part, for: authorizer)
        AuthorizerCheck.check(authorizer, kind: .rest, in: part, at: "Type", sources: "IdentitySource")
        return authorizer
    }
}

/// `EndpointConfiguration` of APIs and domains.
enum EndpointReader {
    /// Of its `Types`, of which only one counts.
    static func type(_ reader: PropertyReader) -> EndpointType? {
        guard let text = reader.texts("Types")?.first else { return nil }
        if let type = EndpointType(rawValue: text) { return type }
        let known = EndpointType.allCases.map(\.rawValue)
        reader.error(
            "There is no endpoint type \"\(text)\"; use one of \(known.joined(separator: ", "))."
                + Suggestion.sentence(for: text, among: known), at: "Types")
        return nil
    }
}
