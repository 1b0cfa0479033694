import APIGateway
import CoreTypes

/// Reads an OpenAPI document into a REST API, as ImportRestApi does (API Gateway developer guide, "Develop REST APIs using
/// OpenAPI"; api-gateway facts, section 11).
struct RestAPIDefinition {
    let evaluation: Evaluation
    let document: OpenAPIDocument
    private(set) var api: RestAPI
    private let basePathMode: OpenAPIDocument.BasePathMode
    private let security: SecurityReader
    private var resources: RestResources
    private var schemas: SchemaReader

    private static let root = PropertyTable(
        emulated: [
            "openapi", "swagger", "info", "paths", "basePath", "servers", "security", "securityDefinitions", "definitions",
            "components", "parameters", "responses", "consumes", "produces", "x-amazon-apigateway-api-key-source",
            "x-amazon-apigateway-binary-media-types", "x-amazon-apigateway-minimum-compression-size",
            "x-amazon-apigateway-gateway-responses", "x-amazon-apigateway-request-validators",
            "x-amazon-apigateway-request-validator", "x-amazon-apigateway-policy",
            "x-amazon-apigateway-endpoint-configuration",
        ],
        ignorable: [
            "host", "schemes", "tags", "externalDocs", "x-amazon-apigateway-documentation",
            "x-amazon-apigateway-importexport-version", "x-amazon-apigateway-tag-value",
        ],
        unemulated: ["x-amazon-apigateway-security-policy", "x-amazon-apigateway-endpoint-access-mode"])

    /// `nil` once an error is reported.
    /// - Parameter api: its id, logical id and name; the rest comes from the document.
    static func read(
        _ root: PropertyReader, into api: RestAPI, basePath mode: OpenAPIDocument.BasePathMode = .ignore
    ) -> RestAPI? {
        let root = PseudoParameters(root.evaluation.options).replaced(in: root)
        guard let document = OpenAPIDocument(root) else { return nil }
        var definition = RestAPIDefinition(document, api, mode)
        definition.read()
        return definition.api
    }

    private init(_ document: OpenAPIDocument, _ api: RestAPI, _ mode: OpenAPIDocument.BasePathMode) {
        self.evaluation = document.root.evaluation
        self.document = document
        self.api = api
        self.basePathMode = mode
        self.security = SecurityReader(document, apiID: api.id, kind: .rest)
        self.resources = RestResources(evaluation: self.evaluation, apiID: api.id)
        self.schemas = SchemaReader(document, apiID: api.id)
    }

    private mutating func read() {
        let root = self.document.root
        root.check(Self.root.passingExtensions(of: root))
        self.readSettings(root)
        self.readGatewayResponses(root)
        self.readValidators(root)
        self.api.authorizers = self.security.authorizers
        for (path, location) in self.document.paths {
            _ = self.resources.add(
                path: self.document.path(path, self.basePathMode), at: location, errorPath: root.path("paths/\(path)"))
        }
        for operation in self.document.operations() { self.read(operation) }
        self.api.resources = self.resources.resources
        self.api.models = self.schemas.models
    }

    // MARK: The API

    private mutating func readSettings(_ root: PropertyReader) {
        if let description = self.document.description { self.api.description = description }
        if let version = self.document.version { self.api.version = version }
        if let types = root.texts("x-amazon-apigateway-binary-media-types") { self.api.binaryMediaTypes += types }
        if let source = root.choice("x-amazon-apigateway-api-key-source", of: RestAPI.APIKeySource.allCases) {
            self.api.apiKeySource = source
        }
        if let bytes = root.integer("x-amazon-apigateway-minimum-compression-size", in: RestAPILimits.compressionBytes) {
            self.api.minimumCompressionBytes = bytes
        }
        if let policy = root.value("x-amazon-apigateway-policy") {
            self.api.policy = PolicyReader.read(policy, at: "x-amazon-apigateway-policy", of: root)
        }
        for holder in [root] + (root.maps("servers") ?? []) {
            guard let configuration = holder.map("x-amazon-apigateway-endpoint-configuration") else { continue }
            configuration.check(
                PropertyTable(emulated: ["vpcEndpointIds", "disableExecuteApiEndpoint"], unemulated: ["ipAddressType"]))
            if let ids = configuration.texts("vpcEndpointIds") { self.api.vpcEndpointIDs = ids }
            if let disables = configuration.boolean("disableExecuteApiEndpoint") {
                self.api.disablesExecuteAPIEndpoint = disables
            }
        }
    }

    private mutating func readGatewayResponses(_ root: PropertyReader) {
        guard let map = root.map("x-amazon-apigateway-gateway-responses") else { return }
        for name in map.members.names {
            guard let reader = map.map(name) else { continue }
            guard let type = GatewayResponseType(rawValue: name) else {
                map.error(
                    "There is no gateway response \(name)."
                        + Suggestion.sentence(for: name, among: GatewayResponseType.allCases.map(\.rawValue)), at: name)
                continue
            }
            reader.check(PropertyTable(emulated: ["statusCode", "responseParameters", "responseTemplates"]))
            var response = RestAPI.GatewayResponse(type: type, statusCode: reader.text("statusCode"))
            response.parameters = (reader.textPairs("responseParameters") ?? []).map { ParameterMapping($0.name, $0.value) }
            response.templates = MappingTemplates.read("responseTemplates", of: reader)
            self.api.gatewayResponses.append(response)
        }
    }

    private mutating func readValidators(_ root: PropertyReader) {
        guard let map = root.map("x-amazon-apigateway-request-validators") else { return }
        for name in map.members.names {
            guard let reader = map.map(name) else { continue }
            reader.check(PropertyTable(emulated: ["validateRequestBody", "validateRequestParameters"]))
            self.api.requestValidators.append(
                RestAPI.RequestValidator(
                    name: name, validatesBody: reader.boolean("validateRequestBody") ?? false,
                    validatesParameters: reader.boolean("validateRequestParameters") ?? false))
        }
    }

    // MARK: Operations

    private static let operation = PropertyTable(
        emulated: [
            "operationId", "parameters", "requestBody", "responses", "security", "consumes", "produces",
            "x-amazon-apigateway-integration", "x-amazon-apigateway-request-validator", "x-amazon-apigateway-auth",
        ],
        ignorable: [
            "summary", "description", "tags", "deprecated", "externalDocs", "schemes", "servers", "callbacks",
            "x-amazon-apigateway-documentation",
        ])

    private mutating func read(_ operation: OpenAPIDocument.Operation) {
        let reader = operation.reader
        reader.check(Self.operation.passingExtensions(of: reader))
        let errorPath = operation.item.path(operation.method == "ANY" ? OpenAPIDocument.anyMethod : operation.method.lowercased())
        guard
            let path = self.resources.add(
                path: self.document.path(operation.path, self.basePathMode), at: operation.location, errorPath: errorPath)
        else { return }
        guard let integrationReader = self.document.member("x-amazon-apigateway-integration", of: reader) else {
            if reader.members["x-amazon-apigateway-integration"] == nil {
                self.evaluation.error(
                    "No integration defined for method \(operation.method) \(path). Add x-amazon-apigateway-integration.",
                    at: operation.location, path: errorPath)
            }
            return
        }
        guard let integration = IntegrationReader(kind: .rest, reader: integrationReader).read() else { return }
        var method = RestAPI.Method(httpMethod: operation.method, integration: integration)
        method.operationName = reader.text("operationId")
        let requirements = self.security.requirements(of: reader, root: self.document.root)
        method.authorization = requirements.authorization
        method.apiKeyRequired = requirements.apiKeyRequired
        method.requestValidator = self.validator(of: reader)
        let parameters = OperationParameters(operation, document: self.document)
        method.requestParameters = parameters.parameters(path: path)
        method.requestModels = self.schemas.requestModels(of: operation, body: parameters.body)
        method.responses = self.schemas.responses(of: operation)
        self.resources.add(method, to: path, at: operation.location, errorPath: errorPath)
    }

    private func validator(of operation: PropertyReader) -> String? {
        let property = "x-amazon-apigateway-request-validator"
        let holder = operation.members[property] == nil ? self.document.root : operation
        guard let name = holder.text(property) else { return nil }
        let names = self.api.requestValidators.map(\.name)
        if names.contains(name) { return name }
        holder.error("There is no request validator \(name)." + Suggestion.sentence(for: name, among: names), at: property)
        return nil
    }
}

extension PropertyTable {
    /// With the extensions of other tools, which API Gateway passes over.
    func passingExtensions(of reader: PropertyReader) -> PropertyTable {
        var table = self
        table.ignorable += reader.members.names.filter { $0.hasPrefix("x-") && !$0.hasPrefix("x-amazon-apigateway-") }
        return table
    }
}

enum RestAPILimits {
    /// API Gateway API reference, "RestApi": `minimumCompressionSize`.
    static let compressionBytes = 0...10_485_760
    /// API Gateway quotas: "Length of API Gateway resource policy", in characters.
    static let policyLength = 8192
}
