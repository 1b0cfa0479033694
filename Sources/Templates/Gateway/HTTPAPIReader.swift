import APIGateway

/// `AWS::ApiGatewayV2::Api` with the resources that name it.
struct HTTPAPIReader {
    private let own: APIResource
    private var evaluation: Evaluation { self.own.evaluation }
    private var properties: PropertyReader { self.own.properties }
    private var id: String { self.own.id }

    init(_ own: APIResource) { self.own = own }

    /// `nil` once an error is reported, and for WebSocket APIs, which are told of.
    func read() -> HTTPAPI? {
        self.properties.check(.httpAPIResource)
        if let type = self.properties.text("ProtocolType"), type != "HTTP" {
            if type == "WEBSOCKET" {
                self.properties.notice("WebSocket APIs are not emulated; nothing is served.", at: "ProtocolType")
            } else {
                self.properties.error("ProtocolType is \"\(type)\"; it has to be HTTP or WEBSOCKET.", at: "ProtocolType")
            }
            return nil
        }
        let empty = HTTPAPI(id: self.id, logicalID: self.own.resource.logicalID, name: "")
        guard
            var api = self.own.read(
                empty, name: \.name, basePath: (self.properties, "Basepath"), by: HTTPAPIDefinition.read(_:into:basePath:))
        else { return nil }
        self.readSettings(into: &api)
        self.readAuthorizers(into: &api)
        self.readRoutes(into: &api)
        self.readQuickRoute(into: &api)
        self.readStages(into: &api)
        return api
    }

    private func readSettings(into api: inout HTTPAPI) {
        if let description = self.properties.text("Description") { api.description = description }
        if let version = self.properties.text("Version") { api.version = version }
        if let disables = self.properties.boolean("DisableExecuteApiEndpoint") { api.disablesExecuteAPIEndpoint = disables }
        api.ipAddressType = self.properties.choice("IpAddressType", of: IPAddressType.allCases)
        if let cors = self.properties.map("CorsConfiguration") { api.cors = HTTPAPIDefinition.cors(cors) }
    }

    private func parts(_ type: String) -> [(resource: Resource, reader: PropertyReader)] {
        self.own.parts(type, by: "ApiId")
    }

    // MARK: Authorizers

    private enum AuthorizerType: String, CaseIterable {
        case request = "REQUEST"
        case jwt = "JWT"
    }

    private func readAuthorizers(into api: inout HTTPAPI) {
        for (_, part) in self.parts("AWS::ApiGatewayV2::Authorizer") {
            part.check(
                PropertyTable(
                    emulated: [
                        "ApiId", "Name", "AuthorizerType", "AuthorizerUri", "AuthorizerCredentialsArn",
                        "AuthorizerPayloadFormatVersion", "AuthorizerResultTtlInSeconds", "EnableSimpleResponses",
                        "IdentitySource", "JwtConfiguration",
                    ], unemulated: ["IdentityValidationExpression"]))
            guard let name = part.required("Name"), part.required("AuthorizerType") != nil,
                let type = part.choice("AuthorizerType", of: AuthorizerType.allCases)
            else { continue }
            var authorizer = Authorizer(
                id: Authorizer.id(apiID: self.id, name: name), name: name, kind: .jwt(issuer: "", audiences: []),
                identitySources: part.texts("IdentitySource") ?? [], resultTTLSeconds: 0)
            if type == .jwt {
                let configuration = part.map("JwtConfiguration")
                configuration?.check(PropertyTable(emulated: ["Audience", "Issuer"]))
                if configuration == nil { part.error("A JWT authorizer needs a JwtConfiguration.", at: "JwtConfiguration") }
                authorizer.kind = .jwt(
                    issuer: configuration?.text("Issuer") ?? "", audiences: configuration?.texts("Audience") ?? [])
            } else {
                guard let uri = part.required("AuthorizerUri", hint: "Name the function that authorizes.") else { continue }
                AuthorizerCheck.check(uri: uri, in: part, at: "AuthorizerUri")
                authorizer.kind = .request(
                    LambdaAuthorizer(
                        uri: uri, credentials: part.text("AuthorizerCredentialsArn"),
                        payloadFormat: part.choice("AuthorizerPayloadFormatVersion", of: PayloadFormat.allCases) ?? .version1,
                        enablesSimpleResponses: part.boolean("EnableSimpleResponses") ?? false))
            }
            authorizer.resultTTLSeconds = AuthorizerCheck.resultTTL("AuthorizerResultTtlInSeconds", in: part, for: authorizer)
            AuthorizerCheck.check(authorizer, kind: .http, in: part, at: "AuthorizerType", sources: "IdentitySource")
            api.authorizers.append(authorizer)
        }
    }

    // MARK: Routes

    private enum AuthorizationType: String, CaseIterable {
        case none = "NONE"
        case iam = "AWS_IAM"
        case custom = "CUSTOM"
        case jwt = "JWT"
    }

    private func readRoutes(into api: inout HTTPAPI) {
        let integrations = self.parts("AWS::ApiGatewayV2::Integration").map { part in
            (id: self.evaluation.gatewayID(of: part.resource, length: 7), value: V2IntegrationReader(part.reader).read())
        }
        var routes = HTTPRoutes(evaluation: self.evaluation, apiID: self.id)
        let place = SourceLocation(file: self.evaluation.file, line: 1, column: 1)
        for route in api.routes { routes.add(route, at: place, errorPath: "") }
        for (resource, part) in self.parts("AWS::ApiGatewayV2::Route") {
            part.check(
                PropertyTable(
                    emulated: [
                        "ApiId", "RouteKey", "Target", "AuthorizationType", "AuthorizerId", "AuthorizationScopes",
                        "OperationName",
                    ],
                    ignorable: [
                        "ApiKeyRequired", "ModelSelectionExpression", "RequestModels", "RequestParameters",
                        "RouteResponseSelectionExpression",
                    ]))
            guard let key = part.required("RouteKey"), let (method, path) = self.routeKey(key, part) else { continue }
            guard let target = part.required("Target", hint: "Name an integration: integrations/{id}.") else { continue }
            let id = target.hasPrefix("integrations/") ? String(target.dropFirst("integrations/".utf8.count)) : target
            guard let integration = integrations.first(where: { $0.id == id }) else {
                part.error(
                    "\"\(target)\" is no integration of this API. Write !Sub integrations/${Name} with the logical id of one.",
                    at: "Target")
                continue
            }
            // A wrong integration is told already.
            guard let value = integration.value else { continue }
            var route = HTTPAPI.Route(method: method, path: path, integration: value)
            route.operationName = part.text("OperationName")
            route.authorization = self.authorization(part, api)
            routes.add(route, at: resource.location, errorPath: resource.path)
        }
        api.routes = routes.routes
    }

    private func routeKey(_ key: String, _ reader: PropertyReader) -> (method: String?, path: String)? {
        if key == "$default" { return (nil, key) }
        let parts = key.split(separator: " ")
        guard parts.count == 2, EventReader.methods.contains(parts[0].uppercased()) else {
            reader.error(
                "The provided route key is not formatted properly for HTTP protocol. "
                    + "Format should be \"<HTTP METHOD> /<RESOURCE PATH>\" or \"$default\"; this is \"\(key)\".",
                at: "RouteKey")
            return nil
        }
        return (parts[0].uppercased(), String(parts[1]))
    }

    private func authorization(_ reader: PropertyReader, _ api: HTTPAPI) -> Authorization {
        let id = reader.text("AuthorizerId")
        switch reader.choice("AuthorizationType", of: AuthorizationType.allCases) {
        case nil, .some(.none): return .none
        case .iam: return .iam
        case .custom, .jwt:
            let named = self.parts("AWS::ApiGatewayV2::Authorizer").first {
                self.evaluation.gatewayID(of: $0.resource, length: 6) == id
            }?.reader.text("Name")
            guard let authorizer = api.authorizers.first(where: { $0.name == named || $0.id == id }) else {
                if self.evaluation.diagnostics.errors.isEmpty {
                    reader.error("\"\(id ?? "")\" is no authorizer of this API.", at: "AuthorizerId")
                }
                return .none
            }
            return .authorizer(name: authorizer.name, scopes: reader.texts("AuthorizationScopes") ?? [])
        }
    }

    /// `Target` of the API itself: one route to one integration, and a stage `$default`.
    private func readQuickRoute(into api: inout HTTPAPI) {
        guard let target = self.properties.text("Target") else { return }
        let key = self.properties.text("RouteKey") ?? "$default"
        guard let (method, path) = self.routeKey(key, self.properties) else { return }
        let isHTTP = target.lowercased().hasPrefix("http")
        var integration = Integration(
            type: isHTTP ? .httpProxy : .awsProxy, httpMethod: isHTTP ? "ANY" : "POST", uri: target)
        integration.credentials = self.properties.text("CredentialsArn")
        integration.payloadFormat = isHTTP ? .version1 : .version2
        IntegrationCheck.check(integration, kind: .http, in: self.properties, uri: "Target", method: "Target")
        api.routes.append(HTTPAPI.Route(method: method, path: path, integration: integration))
        api.stages.append(HTTPAPI.Stage(name: "$default"))
    }

    // MARK: Stages

    private func readStages(into api: inout HTTPAPI) {
        for (_, part) in self.parts("AWS::ApiGatewayV2::Stage") {
            part.check(
                PropertyTable(
                    emulated: [
                        "ApiId", "StageName", "AutoDeploy", "DeploymentId", "Description", "StageVariables", "AccessLogSettings",
                        "DefaultRouteSettings", "RouteSettings",
                    ], ignorable: ["Tags", "AccessPolicyId"], unemulated: ["ClientCertificateId"]))
            guard let name = part.required("StageName") == nil ? nil : StageProperties.name(part, kind: .http) else { continue }
            var stage = HTTPAPI.Stage(name: name, variables: StageProperties.variables("StageVariables", part))
            stage.description = part.text("Description") ?? ""
            stage.deploymentID = part.text("DeploymentId") ?? String(API.id(forLogicalID: self.id + "/deployment").prefix(6))
            stage.autoDeploy = part.boolean("AutoDeploy") ?? false
            stage.accessLog = StageProperties.accessLog("AccessLogSettings", part)
            if let settings = part.map("DefaultRouteSettings") { stage.defaultThrottle = self.throttle(settings) }
            if let routes = part.map("RouteSettings") {
                let keys = Set(api.routes.map(\.routeKey))
                for key in routes.members.names {
                    guard let settings = routes.map(key) else { continue }
                    stage.routeThrottles[key] = self.throttle(settings)
                    if !keys.contains(key), self.evaluation.diagnostics.errors.isEmpty {
                        routes.error(
                            "Unable to find Route by key \(key) within the provided RouteSettings."
                                + Suggestion.sentence(for: key, among: keys.sorted()), at: key)
                    }
                }
            }
            if api.stages.contains(where: { $0.name == name }) {
                part.error("Stage already exists: \(name). Give each stage of an API its own name.", at: "StageName")
            } else {
                api.stages.append(stage)
            }
        }
        for (resource, part) in self.parts("AWS::ApiGatewayV2::Deployment") {
            part.check(PropertyTable(emulated: ["ApiId", "StageName"], ignorable: ["Description"]))
            guard let name = StageProperties.name(part, kind: .http), !api.stages.contains(where: { $0.name == name }) else {
                continue
            }
            var stage = HTTPAPI.Stage(name: name)
            stage.deploymentID = self.evaluation.gatewayID(of: resource, length: 6)
            api.stages.append(stage)
        }
    }

    private func throttle(_ reader: PropertyReader) -> ThrottleSettings {
        reader.check(
            PropertyTable(
                emulated: ["ThrottlingBurstLimit", "ThrottlingRateLimit"], ignorable: ["DetailedMetricsEnabled"],
                unemulated: ["LoggingLevel", "DataTraceEnabled"]))
        return StageProperties.throttle(reader, rate: "ThrottlingRateLimit", burst: "ThrottlingBurstLimit")
    }
}
