import APIGateway

/// Reads an OpenAPI 3 document into an HTTP API, as ImportApi does (API Gateway developer guide, "Working with OpenAPI
/// definitions for HTTP APIs").
struct HTTPAPIDefinition {
    private static let root = PropertyTable(
        emulated: [
            "openapi", "swagger", "info", "paths", "basePath", "servers", "security", "securityDefinitions", "components",
            "parameters", "responses", "x-amazon-apigateway-cors", "x-amazon-apigateway-endpoint-configuration",
        ],
        ignorable: [
            "definitions", "tags", "externalDocs", "consumes", "produces", "host", "schemes",
            "x-amazon-apigateway-importexport-version", "x-amazon-apigateway-tag-value", "x-amazon-apigateway-documentation",
        ])
    private static let operation = PropertyTable(
        emulated: ["operationId", "security", "x-amazon-apigateway-integration", "isDefaultRoute", "x-amazon-apigateway-auth"],
        ignorable: [
            "summary", "description", "tags", "deprecated", "externalDocs", "schemes", "servers", "callbacks", "parameters",
            "requestBody", "responses", "consumes", "produces",
        ])

    /// `nil` once an error is reported.
    static func read(
        _ root: PropertyReader, into api: HTTPAPI, basePath mode: OpenAPIDocument.BasePathMode = .ignore
    ) -> HTTPAPI? {
        let root = PseudoParameters(root.evaluation.options).replaced(in: root)
        guard let document = OpenAPIDocument(root) else { return nil }
        root.check(Self.root.passingExtensions(of: root))
        var api = api
        if let description = document.description { api.description = description }
        if let version = document.version { api.version = version }
        if let cors = root.map("x-amazon-apigateway-cors") { api.cors = self.cors(cors) }
        for holder in [root] + (root.maps("servers") ?? []) {
            guard let configuration = holder.map("x-amazon-apigateway-endpoint-configuration") else { continue }
            configuration.check(PropertyTable(emulated: ["disableExecuteApiEndpoint"], ignorable: ["vpcEndpointIds"]))
            if let disables = configuration.boolean("disableExecuteApiEndpoint") { api.disablesExecuteAPIEndpoint = disables }
        }
        let security = SecurityReader(document, apiID: api.id, kind: .http)
        api.authorizers = security.authorizers
        var routes = HTTPRoutes(evaluation: root.evaluation, apiID: api.id)
        for operation in document.operations() {
            let isDefault = operation.reader.boolean("isDefaultRoute") ?? false
            operation.reader.check(Self.operation.passingExtensions(of: operation.reader))
            guard let integrationReader = document.member("x-amazon-apigateway-integration", of: operation.reader) else {
                operation.reader.warning(
                    "A route without an integration answers with an error. Add x-amazon-apigateway-integration.",
                    at: "x-amazon-apigateway-integration")
                continue
            }
            guard let integration = IntegrationReader(kind: .http, reader: integrationReader).read() else { continue }
            let isNamedDefault = operation.path == "/$default" || operation.path == "$default"
            var route = HTTPAPI.Route(
                method: isDefault || isNamedDefault ? nil : operation.method,
                path: isDefault || isNamedDefault ? "$default" : document.path(operation.path, mode), integration: integration)
            route.operationName = operation.reader.text("operationId")
            route.authorization = security.requirements(of: operation.reader, root: root).authorization
            let name = operation.method == "ANY" ? OpenAPIDocument.anyMethod : operation.method.lowercased()
            routes.add(route, at: operation.location, errorPath: operation.item.path(name))
        }
        api.routes = routes.routes
        return api
    }

    /// `allowOrigins allowCredentials exposeHeaders maxAge allowMethods allowHeaders`, and the same with capitals.
    static func cors(_ reader: PropertyReader) -> HTTPAPI.CORS {
        let names = ["allowOrigins", "allowCredentials", "exposeHeaders", "maxAge", "allowMethods", "allowHeaders"]
        let isCapital = !reader.members.names.contains { names.contains($0) }
        func name(_ name: String) -> String { isCapital ? name.prefix(1).uppercased() + name.dropFirst() : name }
        reader.check(PropertyTable(emulated: names.map(name)))
        var cors = HTTPAPI.CORS()
        cors.allowsCredentials = reader.boolean(name("allowCredentials")) ?? false
        cors.allowHeaders = reader.texts(name("allowHeaders")) ?? []
        cors.allowMethods = reader.texts(name("allowMethods")) ?? []
        cors.allowOrigins = reader.texts(name("allowOrigins")) ?? []
        cors.exposeHeaders = reader.texts(name("exposeHeaders")) ?? []
        // API Gateway V2 API reference, "Cors": from -1 to a day.
        cors.maxAgeSeconds = reader.integer(name("maxAge"), in: -1...86_400)
        if cors.allowsCredentials, cors.allowOrigins.contains("*") {
            reader.error(
                "Credentials can't be allowed for any origin. Name the origins, or leave allowCredentials out.",
                at: name("allowCredentials"))
        }
        return cors
    }
}
