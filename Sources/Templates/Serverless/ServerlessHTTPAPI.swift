import APIGateway

/// `AWS::Serverless::HttpApi`: its definition with the events, CORS and authorizers worked in, and a stage.
struct ServerlessHTTPAPI {
    private let expansion: ServerlessExpansion
    private let evaluation: Evaluation
    private let resource: Resource
    private let reader: PropertyReader
    private let events: [RouteEvent]
    private let auth: PropertyReader?

    private static let authTable = PropertyTable(emulated: ["Authorizers", "DefaultAuthorizer", "EnableIamAuthorizer"])
    private static let eventAuth = PropertyTable(emulated: ["Authorizer", "AuthorizationScopes"])
    private static let iam = "AWS_IAM"

    init(_ expansion: ServerlessExpansion, _ resource: Resource, _ events: [RouteEvent]) {
        self.expansion = expansion
        self.evaluation = expansion.evaluation
        self.resource = resource
        self.reader = PropertyReader(expansion.evaluation, resource)
        self.events = events
        self.auth = self.reader.map("Auth")
        self.auth?.check(Self.authTable)
    }

    func expand() {
        self.reader.check(.httpAPI)
        let name = self.resource.logicalID
        let location = self.resource.location
        let paths = ServerlessExpansion.paths(self.resource)
        let id = TemplateNode.text(API.id(forLogicalID: name), at: location)
        self.expansion.add(
            name, "AWS::ApiGatewayV2::Api",
            [
                ("Body", self.document()), ("Name", self.reader.value("Name")),
                ("Description", self.reader.value("Description")),
            ], from: self.resource, path: { $0 == "Body" ? paths("DefinitionBody") : paths($0) })
        let stageName = self.reader.value("StageName") ?? .text("$default", at: location)
        let text = stageName.text ?? ""
        let isPlain = !text.isEmpty && text.utf8.allSatisfy(\.isLetterOrDigit)
        let stage = name + (text == "$default" ? "ApiGatewayDefaultStage" : (isPlain ? text : "") + "Stage")
        self.expansion.add(
            stage, "AWS::ApiGatewayV2::Stage",
            [
                ("ApiId", id), ("StageName", stageName), ("AutoDeploy", .bool(true, at: location)),
                ("StageVariables", self.reader.value("StageVariables")),
                ("AccessLogSettings", self.reader.value("AccessLogSettings")),
                ("DefaultRouteSettings", self.reader.value("DefaultRouteSettings")), ("RouteSettings", self.routeSettings()),
            ], from: self.resource, path: paths)
        self.expansion.name("\(name).Stage", stage)
        if let domain = self.reader.map("Domain") {
            ServerlessDomain(self.expansion, self.resource, domain, kind: .http).expand(stage: stageName)
        }
    }

    /// Those of the API, and those of the events by their route.
    private func routeSettings() -> TemplateNode? {
        var settings = self.reader.value("RouteSettings")
        for event in self.events {
            guard let own = event.properties.value("RouteSettings") else { continue }
            if settings == nil { settings = .map([], at: own.location) }
            let key = event.method.map { "\($0) \(event.routePath)" } ?? "$default"
            if settings?[member: key] == nil { settings?[member: key] = own }
        }
        return settings
    }

    // MARK: The definition

    private func document() -> TemplateNode? {
        let location = self.resource.location
        let isGiven = self.reader.members["DefinitionBody"] != nil || self.reader.members["DefinitionUri"] != nil
        let given = DefinitionBody(self.reader, body: "DefinitionBody", location: "DefinitionUri").read()
        if given == nil, isGiven { return nil }
        var document =
            given.map { ServerlessDocument($0.members, at: $0.location) }
            ?? ServerlessDocument(
                header: [("openapi", .text("3.0.1", at: location))], title: self.evaluation.options.stackName, at: location)
        for event in self.events { self.add(event, to: &document, isGiven: isGiven) }
        self.addCORS(to: &document)
        self.addAuth(to: &document)
        if let disables = self.reader.value("DisableExecuteApiEndpoint") {
            var servers = document[root: "servers"]?.list ?? [.map([], at: location)]
            for place in servers.indices {
                servers[place][member: "x-amazon-apigateway-endpoint-configuration"] = .map(
                    [("disableExecuteApiEndpoint", disables)], at: disables.location)
            }
            document[root: "servers"] = .list(servers, at: disables.location)
        }
        return document.node
    }

    /// A route that the definition has already keeps its integration.
    private func add(_ event: RouteEvent, to document: inout ServerlessDocument, isGiven: Bool) {
        let location = event.location
        let key = ServerlessDocument.key(of: event.method ?? "ANY")
        let path = event.method == nil ? "$default" : event.routePath
        var operation = document[path, key] ?? .map([], at: location)
        if operation[member: "x-amazon-apigateway-integration"] != nil {
            if !isGiven {
                let method = event.method == nil ? "$default" : key
                self.evaluation.error(
                    "API method \"\(method)\" defined multiple times for path \"\(path)\".", at: location, path: event.path)
                return
            }
        } else {
            var integration: [(String, TemplateNode)] = [
                ("type", .text("aws_proxy", at: location)), ("httpMethod", .text("POST", at: location)),
                ("payloadFormatVersion", .text(event.payload.rawValue, at: location)), ("uri", event.uri(self.evaluation)),
            ]
            if let timeout = event.properties.value("TimeoutInMillis") { integration.append(("timeoutInMillis", timeout)) }
            operation[member: "x-amazon-apigateway-integration"] = .map(integration, at: location)
            if event.method == nil { operation[member: "isDefaultRoute"] = .bool(true, at: location) }
        }
        self.applyAuth(event, to: &operation)
        document[path, key] = operation
    }

    private func addCORS(to document: inout ServerlessDocument) {
        guard let value = self.reader.value("CorsConfiguration") else { return }
        let location = value.location
        var cors = document[root: "x-amazon-apigateway-cors"] ?? .map([], at: location)
        if value.text != nil {
            guard value.isTrue else { return }
            cors[member: "allowOrigins"] = .texts(["*"], at: location)
        } else if let map = self.reader.map("CorsConfiguration") {
            let names = ["AllowOrigins", "AllowHeaders", "AllowMethods", "ExposeHeaders", "MaxAge", "AllowCredentials"]
            map.check(PropertyTable(emulated: names))
            for name in names {
                if let value = map.value(name) { cors[member: name.prefix(1).lowercased() + name.dropFirst()] = value }
            }
        }
        document[root: "x-amazon-apigateway-cors"] = cors
    }

    // MARK: Authorizers

    private var authorizers: PropertyReader? { self.auth?.map("Authorizers") }
    private var enablesIAM: Bool { self.auth?.boolean("EnableIamAuthorizer") ?? false }
    private func scopes(_ name: String) -> [TemplateNode] { self.authorizers?.map(name)?.list("AuthorizationScopes") ?? [] }

    private func applyAuth(_ event: RouteEvent, to operation: inout TemplateNode) {
        guard let auth = event.properties.map("Auth") else { return }
        auth.check(Self.eventAuth)
        let fallback = self.auth?.text("DefaultAuthorizer")
        let subject = "on API method [\((event.method ?? "ANY").lowercased())] for path [\(event.routePath)] because"
        guard let name = auth.text("Authorizer") ?? fallback else {
            auth.error(
                "'Auth' section requires either an explicit 'Authorizer' set or a 'DefaultAuthorizer' configured on the HttpApi.",
                at: "Authorizer")
            return
        }
        if name == "NONE" {
            if fallback == nil {
                auth.error(
                    "Unable to set Authorizer \(subject) 'NONE' is only a valid value when a DefaultAuthorizer on the API is specified.",
                    at: "Authorizer")
            }
        } else if !(name == Self.iam && self.enablesIAM), self.authorizers?.members[name] == nil {
            auth.error(
                "Unable to set Authorizer [\(name)] \(subject) it wasn't defined in the API's Authorizers."
                    + Suggestion.sentence(for: name, among: self.authorizers?.members.names ?? []), at: "Authorizer")
            return
        }
        let own = auth.list("AuthorizationScopes") ?? []
        let hasScopes = name != "NONE" && name != Self.iam
        operation.appendSecurity(
            name, scopes: !hasScopes ? [] : own.isEmpty ? self.scopes(name) : own, at: event.location)
    }

    private func addAuth(to document: inout ServerlessDocument) {
        guard let auth = self.auth else { return }
        if self.enablesIAM {
            document.addScheme(
                Self.iam,
                .map(
                    [
                        ("type", .text("apiKey", at: auth.location)), ("name", .text("Authorization", at: auth.location)),
                        ("in", .text("header", at: auth.location)),
                        ("x-amazon-apigateway-authtype", .text("awsSigv4", at: auth.location)),
                    ], at: auth.location))
        }
        for name in self.authorizers?.members.names ?? [] {
            if let authorizer = self.authorizers?.map(name), let scheme = self.scheme(name, authorizer) {
                document.addScheme(name, scheme)
            }
        }
        guard let fallback = auth.text("DefaultAuthorizer") else { return }
        guard self.authorizers?.members[fallback] != nil || (fallback == Self.iam && self.enablesIAM) else {
            auth.error(
                "Unable to set DefaultAuthorizer because '\(fallback)' was not defined in 'Authorizers'.",
                at: "DefaultAuthorizer")
            return
        }
        let scopes = self.scopes(fallback)
        document.editOperations { _, method, operation in
            guard method.lowercased() != "options", operation.security.isEmpty else { return }
            operation.appendSecurity(fallback, scopes: scopes, at: auth.location)
        }
    }

    private static let authorizer = PropertyTable(
        emulated: [
            "AuthorizationScopes", "AuthorizerPayloadFormatVersion", "EnableSimpleResponses", "FunctionArn",
            "FunctionInvokeRole", "Identity", "IdentitySource", "JwtConfiguration",
        ], ignorable: ["EnableFunctionDefaultPermissions"])

    private func scheme(_ name: String, _ reader: PropertyReader) -> TemplateNode? {
        reader.check(Self.authorizer)
        let location = reader.location
        func text(_ text: String) -> TemplateNode { .text(text, at: location) }
        if let jwt = reader.map("JwtConfiguration") {
            jwt.check(PropertyTable(emulated: ["issuer", "audience", "Issuer", "Audience"]))
            guard let source = reader.required("IdentitySource", hint: "Write $request.header.Authorization.") else { return nil }
            var configuration = TemplateNode.map([], at: location)
            configuration[member: "issuer"] = jwt.value("issuer") ?? jwt.value("Issuer")
            configuration[member: "audience"] = jwt.value("audience") ?? jwt.value("Audience")
            return .map(
                [
                    ("type", text("oauth2")),
                    (
                        "x-amazon-apigateway-authorizer",
                        .map(
                            [("jwtConfiguration", configuration), ("identitySource", text(source)), ("type", text("jwt"))],
                            at: location)
                    ),
                ], at: location)
        }
        guard let function = reader.required("FunctionArn", hint: "Name a function, or give a JwtConfiguration."),
            let version = reader.required("AuthorizerPayloadFormatVersion", hint: "Use 1.0 or 2.0.")
        else { return nil }
        var authorizer: [(String, TemplateNode)] = [
            ("type", text("request")), ("authorizerUri", self.evaluation.invocationURI(function, at: location)),
            ("authorizerPayloadFormatVersion", text(version)),
        ]
        if let role = reader.value("FunctionInvokeRole"), role.text != "NONE" {
            authorizer.append(("authorizerCredentials", role))
        }
        if let simple = reader.value("EnableSimpleResponses") { authorizer.append(("enableSimpleResponses", simple)) }
        if let identity = reader.map("Identity") {
            identity.check(
                PropertyTable(emulated: ["Headers", "QueryStrings", "StageVariables", "Context", "ReauthorizeEvery"]))
            if let seconds = identity.value("ReauthorizeEvery") { authorizer.append(("authorizerResultTtlInSeconds", seconds)) }
            let kinds = [
                ("Headers", "$request.header."), ("QueryStrings", "$request.querystring."),
                ("StageVariables", "$stageVariables."), ("Context", "$context."),
            ]
            let sources = kinds.flatMap { property, prefix in (identity.texts(property) ?? []).map { prefix + $0 } }
            authorizer.append(("identitySource", .texts(sources, at: location)))
        }
        return .map(
            [
                ("type", text("apiKey")), ("name", text("Unused")), ("in", text("header")),
                ("x-amazon-apigateway-authorizer", .map(authorizer, at: location)),
            ], at: location)
    }
}
