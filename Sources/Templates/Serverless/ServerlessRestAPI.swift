import APIGateway

/// `AWS::Serverless::Api`: its definition with the events, CORS, authorizers and models worked in, a deployment, a stage, and
/// what `Auth.UsagePlan` and `Domain` ask for.
struct ServerlessRestAPI {
    let expansion: ServerlessExpansion
    let evaluation: Evaluation
    let resource: Resource
    let reader: PropertyReader
    private let events: [RouteEvent]
    let stageName: TemplateNode
    private let id: String
    private let paths: @Sendable (String) -> String

    init(_ expansion: ServerlessExpansion, _ resource: Resource, _ events: [RouteEvent], stageName: String?) {
        self.expansion = expansion
        self.evaluation = expansion.evaluation
        self.resource = resource
        self.reader = PropertyReader(expansion.evaluation, resource)
        self.events = events
        self.id = API.id(forLogicalID: resource.logicalID)
        self.paths = ServerlessExpansion.paths(resource)
        let written = self.reader.value("StageName")
        if stageName == nil, self.reader.members["StageName"] == nil {
            self.reader.error("Property 'StageName' is required. Set it, for example to Prod.", at: "StageName")
        }
        self.stageName = stageName.map { .text($0, at: resource.location) } ?? written ?? .text("Prod", at: resource.location)
    }

    func expand() {
        self.reader.check(.api)
        let name = self.resource.logicalID
        let endpoint = self.endpointConfiguration()
        let document = self.document()
        self.expansion.add(
            name, "AWS::ApiGateway::RestApi",
            [
                ("Body", document), ("Name", self.reader.value("Name")), ("Description", self.reader.value("Description")),
                ("EndpointConfiguration", endpoint), ("BinaryMediaTypes", self.reader.value("BinaryMediaTypes")),
                ("MinimumCompressionSize", self.reader.value("MinimumCompressionSize")),
                ("ApiKeySourceType", self.reader.value("ApiKeySourceType")), ("Policy", self.reader.value("Policy")),
                ("FailOnWarnings", self.reader.value("FailOnWarnings")),
            ], from: self.resource, path: self.bodyPaths(self.paths))
        let deployment = name + "Deployment"
        // SAM's deployment makes a stage of that very name, unless the API is written in OpenAPI 3.
        let extraStage: TemplateNode? =
            self.reader.members["OpenApiVersion"] == nil ? .text("Stage", at: self.resource.location) : nil
        self.expansion.add(
            deployment, "AWS::ApiGateway::Deployment",
            [("RestApiId", self.apiID), ("StageName", extraStage)], from: self.resource, path: self.paths)
        let stage = self.stageLogicalID
        self.expansion.add(
            stage, "AWS::ApiGateway::Stage",
            [
                ("RestApiId", self.apiID), ("StageName", self.stageName),
                ("DeploymentId", .map([("Ref", .text(deployment, at: self.resource.location))], at: self.resource.location)),
                ("Variables", self.reader.value("Variables")), ("MethodSettings", self.reader.value("MethodSettings")),
                ("AccessLogSetting", self.reader.value("AccessLogSetting")),
                ("CanarySetting", self.reader.value("CanarySetting")), ("TracingEnabled", self.reader.value("TracingEnabled")),
                ("CacheClusterEnabled", self.reader.value("CacheClusterEnabled")),
                ("CacheClusterSize", self.reader.value("CacheClusterSize")),
            ], from: self.resource, path: self.paths)
        self.expansion.name("\(name).Stage", stage)
        self.expansion.name("\(name).Deployment", deployment)
        if let auth = self.reader.map("Auth"), let plan = auth.map("UsagePlan") {
            ServerlessUsagePlan(self, plan).expand()
        }
        if let domain = self.reader.map("Domain") {
            ServerlessDomain(self.expansion, self.resource, domain, kind: .rest).expand(stage: self.stageName)
        }
    }

    var apiID: TemplateNode { .text(self.id, at: self.resource.location) }

    /// `ApiProdStage`; of a name that is more than letters and digits, SAM takes a hash.
    private var stageLogicalID: String {
        let text = self.stageName.text ?? ""
        let isPlain = !text.isEmpty && text.utf8.allSatisfy(\.isLetterOrDigit)
        let wasWritten = self.resource.properties["StageName"].map { $0.intrinsic == nil } ?? true
        return self.resource.logicalID + (isPlain && wasWritten ? text : "") + "Stage"
    }

    /// The body is written under another name.
    private func bodyPaths(_ paths: @escaping @Sendable (String) -> String) -> @Sendable (String) -> String {
        { $0 == "Body" ? paths("DefinitionBody") : paths($0) }
    }

    /// A type, or a map with `Type` and `VPCEndpointIds`; SAM leaves an API without one to the service.
    private func endpointConfiguration() -> TemplateNode? {
        guard let value = self.reader.value("EndpointConfiguration") else { return nil }
        let location = value.location
        if value.text != nil { return .map([("Types", .list([value], at: location))], at: location) }
        guard let settings = self.reader.map("EndpointConfiguration") else { return nil }
        settings.check(PropertyTable(emulated: ["Type", "VPCEndpointIds", "VpcEndpointIds", "IpAddressType"]))
        var members: [(String, TemplateNode)] = []
        if let type = settings.value("Type") { members.append(("Types", .list([type], at: location))) }
        if let ids = settings.value("VPCEndpointIds") ?? settings.value("VpcEndpointIds") {
            members.append(("VpcEndpointIds", ids))
        }
        if let type = settings.value("IpAddressType") { members.append(("IpAddressType", type)) }
        return .map(members, at: location)
    }

    // MARK: The definition

    private func document() -> TemplateNode? {
        let given = DefinitionBody(self.reader, body: "DefinitionBody", location: "DefinitionUri").read()
        let isManaged = self.reader.members["DefinitionBody"] == nil && self.reader.members["DefinitionUri"] == nil
        // What is wrong with the given one is told already.
        if given == nil, !isManaged { return nil }
        let location = self.resource.location
        var document =
            given.map { ServerlessDocument($0.members, at: $0.location) }
            ?? ServerlessDocument(
                header: [("swagger", .text("2.0", at: location))], title: self.evaluation.options.stackName, at: location)
        let merges = self.reader.boolean("MergeDefinitions") ?? false
        let auth = ServerlessRestAuth(self)
        for event in self.events {
            if isManaged || merges {
                ServerlessOperation(self, event).add(to: &document, auth: auth, merges: merges)
            } else {
                self.check(event, against: document)
                if event.properties.map("Auth")?.boolean("OverrideApiAuth") == true { auth.apply(event, to: &document) }
            }
        }
        ServerlessCORS(self).add(to: &document)
        auth.add(to: &document)
        self.addGatewayResponses(to: &document)
        self.addModels(to: &document)
        if let disables = self.reader.value("DisableExecuteApiEndpoint") { self.add(disables, to: &document) }
        return document.node
    }

    /// SAM doesn't touch a definition of the user's: an event beside it only gives a permission.
    private func check(_ event: RouteEvent, against document: ServerlessDocument) {
        guard let method = event.method, document[event.routePath, ServerlessDocument.key(of: method)] == nil else { return }
        guard document.methods(of: event.routePath).isEmpty || document[event.routePath, ServerlessDocument.anyMethod] == nil
        else { return }
        self.evaluation.notice(
            "The definition of \(self.resource.logicalID) has no \(method) \(event.routePath), and SAM adds none to it without MergeDefinitions: true.",
            at: event.location, path: event.path)
    }

    private func add(_ disables: TemplateNode, to document: inout ServerlessDocument) {
        let extensionName = "x-amazon-apigateway-endpoint-configuration"
        func set(in holder: inout TemplateNode) {
            var configuration = holder[member: extensionName] ?? .map([], at: disables.location)
            configuration[member: "disableExecuteApiEndpoint"] = disables
            holder[member: extensionName] = configuration
        }
        if document.isOpenAPI3 {
            var servers = document[root: "servers"]?.list ?? [.map([], at: disables.location)]
            for place in servers.indices { set(in: &servers[place]) }
            document[root: "servers"] = .list(servers, at: disables.location)
        } else {
            var configuration = document[root: extensionName] ?? .map([], at: disables.location)
            configuration[member: "disableExecuteApiEndpoint"] = disables
            document[root: extensionName] = configuration
        }
    }

    private func addGatewayResponses(to document: inout ServerlessDocument) {
        guard let responses = self.reader.map("GatewayResponses") else { return }
        let extensionName = "x-amazon-apigateway-gateway-responses"
        var holder = document[root: extensionName] ?? .map([], at: responses.location)
        for name in responses.members.names {
            guard let response = responses.map(name) else { continue }
            response.check(PropertyTable(emulated: ["ResponseParameters", "ResponseTemplates", "StatusCode"]))
            var parameters: [(String, TemplateNode)] = []
            if let map = response.map("ResponseParameters") {
                map.check(PropertyTable(emulated: ["Headers", "Paths", "QueryStrings"]))
                for (property, prefix) in [("Headers", "header."), ("Paths", "path."), ("QueryStrings", "querystring.")] {
                    guard let values = map.map(property) else { continue }
                    for key in values.members.names {
                        if let value = values.value(key) { parameters.append(("gatewayresponse." + prefix + key, value)) }
                    }
                }
            }
            var members: [(String, TemplateNode)] = [("responseParameters", .map(parameters, at: response.location))]
            if let templates = response.value("ResponseTemplates") { members.append(("responseTemplates", templates)) }
            if let status = response.value("StatusCode") { members.append(("statusCode", status)) }
            holder[member: name] = .map(members, at: response.location)
        }
        document[root: extensionName] = holder
    }

    /// SAM writes the names of models in lower case.
    private func addModels(to document: inout ServerlessDocument) {
        guard let models = self.reader.map("Models") else { return }
        for name in models.members.names {
            guard let schema = models.value(name) else { continue }
            guard schema.map?["type"] != nil else {
                models.error("'Models' schema is missing 'type'.", at: name)
                continue
            }
            document.add(name.lowercased(), schema, to: "schemas", swagger: "definitions")
        }
    }
}
