import APIGateway

/// `AWS::ApiGateway::Stage` and the stages that an `AWS::ApiGateway::Deployment` makes.
struct RestStageReader {
    let evaluation: Evaluation
    let apiID: String

    private static let stage = PropertyTable(
        emulated: [
            "RestApiId", "StageName", "DeploymentId", "Description", "Variables", "MethodSettings", "CanarySetting",
            "AccessLogSetting", "TracingEnabled", "CacheClusterEnabled",
        ], ignorable: ["Tags", "DocumentationVersion", "CacheClusterSize"],
        unemulated: ["ClientCertificateId"])
    private static let deployment = PropertyTable(
        emulated: ["RestApiId", "StageName", "StageDescription", "DeploymentCanarySettings"], ignorable: ["Description"])
    private static let stageDescription = PropertyTable(
        emulated: [
            "Variables", "MethodSettings", "CanarySetting", "AccessLogSetting", "TracingEnabled", "Description",
            "LoggingLevel", "DataTraceEnabled", "ThrottlingBurstLimit", "ThrottlingRateLimit", "CacheClusterEnabled",
            "CacheTtlInSeconds", "CachingEnabled",
        ],
        ignorable: ["Tags", "DocumentationVersion", "MetricsEnabled", "CacheClusterSize", "CacheDataEncrypted"],
        unemulated: ["ClientCertificateId"])

    func read(into api: inout RestAPI) {
        for resource in GatewayReader.resources("AWS::ApiGateway::Stage", in: self.evaluation) {
            let reader = PropertyReader(self.evaluation, resource)
            guard reader.text("RestApiId") == self.apiID else { continue }
            reader.check(Self.stage)
            guard let name = reader.required("StageName") == nil ? nil : StageProperties.name(reader, kind: .rest) else {
                continue
            }
            var stage = RestAPI.Stage(name: name)
            stage.deploymentID = reader.text("DeploymentId") ?? ""
            self.readSettings(reader, into: &stage, of: api)
            self.add(stage, to: &api, reader)
        }
        for resource in GatewayReader.resources("AWS::ApiGateway::Deployment", in: self.evaluation) {
            let reader = PropertyReader(self.evaluation, resource)
            guard reader.text("RestApiId") == self.apiID else { continue }
            reader.check(Self.deployment)
            guard let name = StageProperties.name(reader, kind: .rest) else { continue }
            var stage = RestAPI.Stage(name: name)
            stage.deploymentID = self.evaluation.gatewayID(of: resource, length: 6)
            if let description = reader.map("StageDescription") {
                description.check(Self.stageDescription)
                self.readSettings(description, into: &stage, of: api)
                self.readDefaults(description, into: &stage)
            }
            // A stage of its own by that name is the same one.
            if !api.stages.contains(where: { $0.name == name }) { self.add(stage, to: &api, reader) }
            if let settings = reader.map("DeploymentCanarySettings"),
                let place = api.stages.firstIndex(where: { $0.name == name })
            {
                api.stages[place].canary = self.canary(settings, deploymentID: stage.deploymentID)
            }
        }
    }

    /// - Parameter deploymentID: what the canary serves where its settings name nothing.
    private func canary(_ reader: PropertyReader, deploymentID: String) -> RestAPI.CanarySettings {
        reader.check(
            PropertyTable(emulated: ["DeploymentId", "PercentTraffic", "StageVariableOverrides", "UseStageCache"]))
        return RestAPI.CanarySettings(
            deploymentID: reader.text("DeploymentId") ?? deploymentID,
            percentTraffic: reader.number("PercentTraffic", in: 0...100) ?? 0,
            variableOverrides: StageProperties.variables("StageVariableOverrides", reader),
            usesStageCache: reader.boolean("UseStageCache") ?? false)
    }

    private func add(_ stage: RestAPI.Stage, to api: inout RestAPI, _ reader: PropertyReader) {
        guard !api.stages.contains(where: { $0.name == stage.name }) else {
            reader.error("Stage already exists: \(stage.name). Give each stage of an API its own name.", at: "StageName")
            return
        }
        api.stages.append(stage)
    }

    private func readSettings(_ reader: PropertyReader, into stage: inout RestAPI.Stage, of api: RestAPI) {
        stage.description = reader.text("Description") ?? ""
        stage.variables = StageProperties.variables("Variables", reader)
        stage.tracingEnabled = reader.boolean("TracingEnabled") ?? false
        stage.cachesResponses = reader.boolean("CacheClusterEnabled") ?? false
        stage.accessLog = StageProperties.accessLog("AccessLogSetting", reader)
        stage.methodSettings = (reader.maps("MethodSettings") ?? []).compactMap { self.methodSettings($0, of: api) }
        stage.canary = reader.map("CanarySetting").map { self.canary($0, deploymentID: stage.deploymentID) }
    }

    /// Settings of a stage description that count for all of its methods.
    private func readDefaults(_ reader: PropertyReader, into stage: inout RestAPI.Stage) {
        var settings = RestAPI.MethodSettings(resourcePath: "/*", httpMethod: "*")
        self.readShared(reader, into: &settings)
        if settings != RestAPI.MethodSettings(resourcePath: "/*", httpMethod: "*") {
            stage.methodSettings.insert(settings, at: 0)
        }
    }

    private func methodSettings(_ reader: PropertyReader, of api: RestAPI) -> RestAPI.MethodSettings? {
        reader.check(
            PropertyTable(
                emulated: [
                    "ResourcePath", "HttpMethod", "ThrottlingBurstLimit", "ThrottlingRateLimit", "LoggingLevel",
                    "DataTraceEnabled", "CacheTtlInSeconds", "CachingEnabled",
                ], ignorable: ["MetricsEnabled", "CacheDataEncrypted"]))
        // A path as written (`/orders/{id}`), or with its slashes escaped (`/~1orders~1{id}`).
        var path = reader.text("ResourcePath") ?? "/*"
        if path.contains("~1") { path = String(path.hasPrefix("/~1") ? path.dropFirst() : path[...]).replacing("~1", with: "/") }
        if !path.hasPrefix("/") { path = "/" + path }
        let method = reader.text("HttpMethod")?.uppercased() ?? "*"
        guard method == "*" || EventReader.methods.contains(method) else {
            reader.error(
                "There is no method \"\(method)\"; use * or one of \(EventReader.methods.joined(separator: ", ")).",
                at: "HttpMethod")
            return nil
        }
        let methods = api.resources.first { $0.path == path }?.methods ?? []
        let isMet = methods.contains { method == "*" || $0.httpMethod == method || $0.httpMethod == "ANY" }
        if path != "/*", !isMet {
            reader.notice("The API has no method \(method) \(path); these settings have no effect.", at: "ResourcePath")
        }
        var settings = RestAPI.MethodSettings(resourcePath: path, httpMethod: method)
        self.readShared(reader, into: &settings)
        return settings
    }

    /// What both shapes of settings have.
    private func readShared(_ reader: PropertyReader, into settings: inout RestAPI.MethodSettings) {
        settings.throttle = StageProperties.throttle(reader, rate: "ThrottlingRateLimit", burst: "ThrottlingBurstLimit")
        settings.logLevel = reader.choice("LoggingLevel", of: RestAPI.MethodSettings.LogLevel.allCases) ?? .off
        settings.tracesData = reader.boolean("DataTraceEnabled") ?? false
        settings.caches = reader.boolean("CachingEnabled") ?? false
        settings.cacheTTLSeconds = reader.integer("CacheTtlInSeconds", in: 0...3_600)
    }
}
