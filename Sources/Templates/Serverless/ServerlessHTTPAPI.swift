import APIGateway

/// `AWS::Serverless::HttpApi`: its definition with the events, CORS and authorizers worked in, and a stage.
struct ServerlessHTTPAPI {
    private let expansion: ServerlessExpansion
    private let evaluation: Evaluation
    private let resource: Resource
    private let reader: PropertyReader
    private let events: [RouteEvent]
    private let auth: ServerlessHTTPAuth

    init(_ expansion: ServerlessExpansion, _ resource: Resource, _ events: [RouteEvent]) {
        self.expansion = expansion
        self.evaluation = expansion.evaluation
        self.resource = resource
        self.reader = PropertyReader(expansion.evaluation, resource)
        self.events = events
        self.auth = ServerlessHTTPAuth(expansion.evaluation, self.reader)
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
                ("Description", self.reader.value("Description")), ("FailOnWarnings", self.reader.value("FailOnWarnings")),
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
        self.auth.add(to: &document)
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
        self.auth.apply(event, to: &operation)
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
}
