import APIGateway

/// `AWS::ApiGateway::ApiKey`, `UsagePlan` and `UsagePlanKey`.
struct UsagePlanReader {
    let evaluation: Evaluation

    /// API Gateway API reference, "ApiKey": 20 to 128 characters.
    private static let keyLength = 20...128
    /// API Gateway quotas: "Plans per key" and the length of ids here.
    static let idLength = 10
    private static let requests = 0...Int(Int32.max)

    func read(into configuration: inout GatewayConfiguration) {
        configuration.apiKeys = GatewayReader.resources("AWS::ApiGateway::ApiKey", in: self.evaluation).compactMap(self.key)
        self.checkValues(configuration.apiKeys)
        configuration.usagePlans = GatewayReader.resources("AWS::ApiGateway::UsagePlan", in: self.evaluation).map {
            self.plan($0, configuration)
        }
        for resource in GatewayReader.resources("AWS::ApiGateway::UsagePlanKey", in: self.evaluation) {
            let reader = PropertyReader(self.evaluation, resource)
            reader.check(PropertyTable(emulated: ["KeyId", "UsagePlanId"], ignorable: ["KeyType"]))
            guard let keyID = reader.required("KeyId"), let planID = reader.required("UsagePlanId") else { continue }
            guard configuration.apiKeys.contains(where: { $0.id == keyID }) else {
                reader.error("\"\(keyID)\" is no API key of this template. Use !Ref of an AWS::ApiGateway::ApiKey.", at: "KeyId")
                continue
            }
            guard let place = configuration.usagePlans.firstIndex(where: { $0.id == planID }) else {
                reader.error(
                    "\"\(planID)\" is no usage plan of this template. Use !Ref of an AWS::ApiGateway::UsagePlan.",
                    at: "UsagePlanId")
                continue
            }
            self.add(keyID, to: place, in: &configuration, reader)
        }
    }

    /// A key may be in several plans, but in one only for a stage.
    private func add(_ keyID: String, to place: Int, in configuration: inout GatewayConfiguration, _ reader: PropertyReader) {
        let stages = Set(configuration.usagePlans[place].stages.map { "\($0.apiID)/\($0.stage)" })
        for (index, plan) in configuration.usagePlans.enumerated() where index != place && plan.keyIDs.contains(keyID) {
            if let stage = plan.stages.first(where: { stages.contains("\($0.apiID)/\($0.stage)") }) {
                reader.error(
                    "The API Key is already associated with the stage \(stage.stage) by the usage plan \(plan.name). A key has one plan for a stage.",
                    at: "KeyId")
                return
            }
        }
        if !configuration.usagePlans[place].keyIDs.contains(keyID) { configuration.usagePlans[place].keyIDs.append(keyID) }
    }

    // MARK: Keys

    private func key(_ resource: Resource) -> APIKey? {
        let reader = PropertyReader(self.evaluation, resource)
        reader.check(
            PropertyTable(
                emulated: ["Name", "Value", "Enabled", "CustomerId", "Description"],
                ignorable: ["Tags", "GenerateDistinctId", "StageKeys"]))
        let value = reader.text("Value")
        if let value, !Self.keyLength.contains(value.utf8.count) {
            reader.error(
                "API Key value should be at least \(Self.keyLength.lowerBound) characters "
                    + "and at most \(Self.keyLength.upperBound); this has \(value.utf8.count).",
                at: "Value")
            return nil
        }
        var key = APIKey(
            id: self.evaluation.gatewayID(of: resource, length: Self.idLength), logicalID: resource.logicalID,
            name: reader.text("Name") ?? resource.logicalID, value: value ?? APIKey.value(forLogicalID: resource.logicalID),
            isEnabled: reader.boolean("Enabled") ?? false)
        key.description = reader.text("Description") ?? ""
        key.customerID = reader.text("CustomerId")
        if !key.isEnabled {
            reader.notice("The key is disabled: AWS needs Enabled: true. Requests with it are refused.", at: "Enabled")
        }
        return key
    }

    private func checkValues(_ keys: [APIKey]) {
        var owners: [String: String] = [:]
        for key in keys {
            if let other = owners[key.value], let resource = self.evaluation.resources[key.logicalID] {
                self.evaluation.error(
                    "API Key already exists: \(other) has the same value. Give another.", at: resource.location,
                    path: resource.path(of: "Value"))
            }
            owners[key.value] = key.logicalID
        }
    }

    // MARK: Plans

    private func plan(_ resource: Resource, _ configuration: GatewayConfiguration) -> UsagePlan {
        let reader = PropertyReader(self.evaluation, resource)
        reader.check(
            PropertyTable(
                emulated: ["ApiStages", "Description", "Quota", "Throttle", "UsagePlanName"], ignorable: ["Tags"]))
        var plan = UsagePlan(
            id: self.evaluation.gatewayID(of: resource, length: Self.idLength), logicalID: resource.logicalID,
            name: reader.text("UsagePlanName") ?? resource.logicalID)
        plan.description = reader.text("Description") ?? ""
        if let throttle = reader.map("Throttle") { plan.throttle = self.throttle(throttle) }
        if let quota = reader.map("Quota") {
            quota.check(PropertyTable(emulated: ["Limit", "Offset", "Period"]))
            if let limit = quota.integer("Limit", in: Self.requests), quota.required("Period") != nil,
                let period = quota.choice("Period", of: UsagePlan.Quota.Period.allCases)
            {
                plan.quota = UsagePlan.Quota(
                    limit: limit, period: period, offset: quota.integer("Offset", in: Self.requests) ?? 0)
            }
        }
        plan.stages = (reader.maps("ApiStages") ?? []).compactMap { self.stage($0, configuration) }
        return plan
    }

    private func stage(_ reader: PropertyReader, _ configuration: GatewayConfiguration) -> UsagePlan.Stage? {
        reader.check(PropertyTable(emulated: ["ApiId", "Stage", "Throttle"]))
        guard let apiID = reader.required("ApiId"), let name = reader.required("Stage") else { return nil }
        if self.evaluation.diagnostics.errors.isEmpty {
            let api = configuration.apis.first { $0.id == apiID }
            if api == nil { reader.notice("\"\(apiID)\" is no API of this template; the plan doesn't open it.", at: "ApiId") }
            if let api, !api.stageNames.contains(name) {
                reader.error(
                    "API Stage not found: \(apiID):\(name)." + Suggestion.sentence(for: name, among: api.stageNames), at: "Stage")
            }
        }
        var stage = UsagePlan.Stage(apiID: apiID, stage: name)
        if let throttles = reader.map("Throttle") {
            for key in throttles.members.names {
                guard let settings = throttles.map(key) else { continue }
                stage.throttles[key] = self.throttle(settings)
            }
        }
        return stage
    }

    private func throttle(_ reader: PropertyReader) -> ThrottleSettings {
        reader.check(PropertyTable(emulated: ["BurstLimit", "RateLimit"]))
        return StageProperties.throttle(reader, rate: "RateLimit", burst: "BurstLimit")
    }
}
