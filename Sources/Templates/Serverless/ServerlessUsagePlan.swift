/// `Auth.UsagePlan` of a REST API: a plan, a key and the tie between them, for this API or shared by all that ask for it.
struct ServerlessUsagePlan {
    /// What the shared plan gathers, written once all APIs are known.
    struct Shared {
        var stages: [TemplateNode] = []
        var settings: [String: TemplateNode] = [:]
        var source: Resource?
        var path: (@Sendable (String) -> String)?

        func finish(_ expansion: ServerlessExpansion) {
            guard let source, let path else { return }
            ServerlessUsagePlan.add(
                expansion, source, plan: "ServerlessUsagePlan", key: "ServerlessApiKey", tie: "ServerlessUsagePlanKey",
                stages: self.stages, settings: self.settings, path: path)
        }
    }

    private static let settings = ["Description", "Quota", "Tags", "Throttle", "UsagePlanName"]
    private static let choices = ["PER_API", "SHARED", "NONE"]

    private let api: ServerlessRestAPI
    private let reader: PropertyReader

    init(_ api: ServerlessRestAPI, _ reader: PropertyReader) {
        self.api = api
        self.reader = reader
    }

    func expand() {
        self.reader.check(PropertyTable(emulated: ["CreateUsagePlan"] + Self.settings))
        let location = self.reader.location
        guard let choice = self.reader.text("CreateUsagePlan") else {
            self.reader.error("'CreateUsagePlan' is a required field for UsagePlan.", at: "CreateUsagePlan")
            return
        }
        guard Self.choices.contains(choice) else {
            self.reader.error("'CreateUsagePlan' accepts one of \(Self.choices.joined(separator: ", ")).", at: "CreateUsagePlan")
            return
        }
        guard choice != "NONE" else { return }
        let stage = TemplateNode.map([("ApiId", self.api.apiID), ("Stage", self.api.stageName)], at: location)
        var settings: [String: TemplateNode] = [:]
        for name in Self.settings { settings[name] = self.reader.value(name) }
        let base = self.reader.path("")
        let path: @Sendable (String) -> String = { base + $0 }
        if choice == "SHARED" {
            self.api.expansion.sharedPlan.stages.append(stage)
            self.api.expansion.sharedPlan.settings.merge(settings) { _, last in last }
            self.api.expansion.sharedPlan.source = self.api.resource
            self.api.expansion.sharedPlan.path = path
            self.name(plan: "ServerlessUsagePlan", key: "ServerlessApiKey", tie: "ServerlessUsagePlanKey")
        } else {
            let name = self.api.resource.logicalID
            Self.add(
                self.api.expansion, self.api.resource, plan: name + "UsagePlan", key: name + "ApiKey",
                tie: name + "UsagePlanKey", stages: [stage], settings: settings, path: path)
            self.name(plan: name + "UsagePlan", key: name + "ApiKey", tie: name + "UsagePlanKey")
        }
    }

    private func name(plan: String, key: String, tie: String) {
        let name = self.api.resource.logicalID
        self.api.expansion.name("\(name).UsagePlan", plan)
        self.api.expansion.name("\(name).ApiKey", key)
        self.api.expansion.name("\(name).UsagePlanKey", tie)
    }

    private static func add(
        _ expansion: ServerlessExpansion, _ source: Resource, plan: String, key: String, tie: String, stages: [TemplateNode],
        settings: [String: TemplateNode], path: @escaping @Sendable (String) -> String
    ) {
        let location = source.location
        func reference(_ name: String) -> TemplateNode { .map([("Ref", .text(name, at: location))], at: location) }
        expansion.add(
            plan, "AWS::ApiGateway::UsagePlan",
            [("ApiStages", .list(stages, at: location))] + Self.settings.map { ($0, settings[$0]) }, from: source, path: path)
        expansion.add(
            key, "AWS::ApiGateway::ApiKey", [("Enabled", .bool(true, at: location))], from: source, path: path)
        expansion.add(
            tie, "AWS::ApiGateway::UsagePlanKey", [("KeyId", reference(key)), ("UsagePlanId", reference(plan))], from: source,
            path: path)
    }
}
