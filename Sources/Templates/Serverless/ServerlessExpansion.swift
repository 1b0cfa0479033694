import APIGateway

/// What SAM makes of its API resources and of the Api and HttpApi events of functions: resources of API Gateway, as the
/// official translator writes them (SAM specification; api-gateway facts, section 12). They take the place of SAM's in the
/// evaluation, so that everything behind reads one language.
final class ServerlessExpansion {
    let evaluation: Evaluation
    /// Stages and keys of the usage plan that APIs share.
    var sharedPlan = ServerlessUsagePlan.Shared()

    init(evaluation: Evaluation) { self.evaluation = evaluation }

    func run() {
        var events: [String: [RouteEvent]] = [:]
        var implicit: [API.Kind] = []
        let functions = GatewayReader.resources("AWS::Serverless::Function", in: self.evaluation)
        let apis = GatewayReader.resources("AWS::Serverless::Api", "AWS::Serverless::HttpApi", in: self.evaluation)
        for function in functions {
            for event in EventReader(evaluation: self.evaluation, resource: function).read() {
                guard let target = self.target(of: event, apis) else { continue }
                events[target, default: []].append(event)
                let isImplicit = target == Evaluation.implicitRestAPI || target == Evaluation.implicitHTTPAPI
                if isImplicit, !apis.contains(where: { $0.logicalID == target }), !implicit.contains(event.kind) {
                    implicit.append(event.kind)
                }
            }
        }
        for api in apis { self.expand(api, events[api.logicalID] ?? [], stageName: nil) }
        for kind in implicit {
            let resource = self.implicitAPI(kind)
            self.expand(resource, events[resource.logicalID] ?? [], stageName: kind == .rest ? "Prod" : nil)
        }
        self.sharedPlan.finish(self)
    }

    private func expand(_ resource: Resource, _ events: [RouteEvent], stageName: String?) {
        if resource.type == "AWS::Serverless::Api" {
            ServerlessRestAPI(self, resource, events, stageName: stageName).expand()
        } else {
            ServerlessHTTPAPI(self, resource, events).expand()
        }
    }

    /// The logical id of the API that an event belongs to; `nil` once an error is reported.
    private func target(of event: RouteEvent, _ apis: [Resource]) -> String? {
        let type = event.kind == .rest ? "AWS::Serverless::Api" : "AWS::Serverless::HttpApi"
        guard let id = event.apiID else {
            return event.kind == .rest ? Evaluation.implicitRestAPI : Evaluation.implicitHTTPAPI
        }
        if let api = apis.first(where: { API.id(forLogicalID: $0.logicalID) == id }), api.type == type { return api.logicalID }
        let property = event.kind == .rest ? "RestApiId" : "ApiId"
        let plain = GatewayReader.resources("AWS::ApiGateway::RestApi", in: self.evaluation)
        if event.kind == .rest, plain.contains(where: { API.id(forLogicalID: $0.logicalID) == id }) {
            self.evaluation.notice(
                "SAM adds no route to an AWS::ApiGateway::RestApi; the event only gives a permission.", at: event.location,
                path: event.path)
            return nil
        }
        self.evaluation.error(
            "\(property) names no \(type) of this template. Use !Ref with the logical id of one, or leave \(property) out.",
            at: event.location, path: "\(event.path)/Properties/\(property)")
        return nil
    }

    private func implicitAPI(_ kind: API.Kind) -> Resource {
        let section = kind == .rest ? "Api" : "HttpApi"
        let globals = self.evaluation.globals[section] ?? TemplateMap()
        return Resource(
            logicalID: kind == .rest ? Evaluation.implicitRestAPI : Evaluation.implicitHTTPAPI,
            type: "AWS::Serverless::\(section)",
            location: globals.entries.first?.location ?? SourceLocation(file: self.evaluation.file, line: 1, column: 1),
            properties: globals, ownProperties: TemplateMap(), metadata: TemplateMap(), globalSection: section)
    }

    // MARK: Making resources

    /// Adds a resource, or puts it in the place of SAM's own. A resource of the template by that name stays.
    ///
    /// - Parameter path: where each of its properties was written.
    func add(
        _ logicalID: String, _ type: String, _ properties: [(String, TemplateNode?)], from source: Resource,
        path: @escaping @Sendable (String) -> String
    ) {
        let replaces = logicalID == source.logicalID
        if !replaces, self.evaluation.resources[logicalID] != nil { return }
        let members = TemplateMap(
            properties.compactMap { name, value in
                value.map { TemplateMap.Entry(name: name, location: $0.location, value: $0) }
            })
        self.evaluation.resources[logicalID] = Resource(
            logicalID: logicalID, type: type, location: source.location, properties: members, ownProperties: members,
            metadata: source.metadata, globalSection: nil, generatedFrom: path)
        if !self.evaluation.resourceOrder.contains(logicalID) { self.evaluation.resourceOrder.append(logicalID) }
    }

    /// `!Ref Api.Stage` names the resource of that logical id from now on.
    func name(_ alias: String, _ logicalID: String) { self.evaluation.generatedAliases[alias] = logicalID }

    /// Where a property of SAM's resource was written, as a closure that outlives the expansion.
    static func paths(_ resource: Resource) -> @Sendable (String) -> String {
        let own = Set(resource.ownProperties.names)
        let all = Set(resource.properties.names)
        let (section, path) = (resource.globalSection, resource.path)
        return { property in
            if let section, !own.contains(property), all.contains(property) { return "Globals/\(section)/\(property)" }
            return "\(path)/Properties/\(property)"
        }
    }
}
