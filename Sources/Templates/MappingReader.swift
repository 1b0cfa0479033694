import CoreTypes
import LambdaCore

/// Reads event source mappings of queues: events of type SQS at a serverless function, and `AWS::Lambda::EventSourceMapping`.
struct MappingReader {
    static let resourceType = "AWS::Lambda::EventSourceMapping"
    static let eventType = "SQS"

    let evaluation: Evaluation

    func read(_ functions: [DeployedFunction]) -> [DeployedMapping] {
        var mappings: [DeployedMapping] = []
        for resource in self.evaluation.resourceOrder.compactMap({ self.evaluation.resources[$0] }) {
            switch resource.type {
            case "AWS::Serverless::Function": mappings += self.events(of: resource, functions)
            case Self.resourceType: mappings += self.mapping(resource, functions).map { [$0] } ?? []
            default: break
            }
        }
        return mappings
    }

    // MARK: SAM

    private func events(of resource: Resource, _ functions: [DeployedFunction]) -> [DeployedMapping] {
        guard let events = PropertyReader(self.evaluation, resource).map("Events"),
            let function = functions.first(where: { $0.logicalID == resource.logicalID })?.configuration
        else { return [] }
        let settings = self.metadata(of: resource)?.map("Triggers")
        return events.members.entries.compactMap { entry in
            guard let event = events.map(entry.name), event.text("Type") == Self.eventType else { return nil }
            let path = "\(events.path(entry.name))/Properties"
            guard let properties = event.map("Properties") else {
                self.evaluation.error("Property 'Queue' is required. Give the queue's ARN.", at: entry.location, path: path)
                return nil
            }
            properties.check(.queueEvent)
            // SAM maps the alias that it publishes.
            let name = function.alias.map { "\(function.name):\($0)" } ?? function.name
            return self.mapping(
                logicalID: resource.logicalID + entry.name, functionName: name, queueProperty: "Queue", properties,
                settings: settings?.map(entry.name))
        }
    }

    // MARK: CloudFormation

    private func mapping(_ resource: Resource, _ functions: [DeployedFunction]) -> DeployedMapping? {
        let properties = PropertyReader(self.evaluation, resource)
        if let source = properties.text("EventSourceArn"),
            ARN(source).map({ $0.service != "sqs" }) ?? false
                || properties.members["SelfManagedEventSource"] != nil
        {
            self.evaluation.notice(
                "Only queues are emulated as event sources; nothing triggers the function from it.", at: resource.location,
                path: resource.pathWithType)
            return nil
        }
        properties.check(.eventSourceMapping)
        guard let name = properties.text("FunctionName") else {
            if properties.members["FunctionName"] == nil {
                properties.error("Property 'FunctionName' is required. Name a function.", at: "FunctionName")
            }
            return nil
        }
        let isHere = functions.contains { $0.configuration.name == AttachedResourceReader.functionName(in: name) }
        guard isHere || !self.evaluation.diagnostics.errors.isEmpty else {
            self.evaluation.notice(
                "\(name) is no function of this template; this has no effect.", at: resource.location, path: resource.pathWithType
            )
            return nil
        }
        return self.mapping(
            logicalID: resource.logicalID, functionName: name, queueProperty: "EventSourceArn", properties,
            settings: self.metadata(of: resource))
    }

    // MARK: Both

    private func metadata(of resource: Resource) -> PropertyReader? {
        let path = "\(resource.path)/Metadata"
        return PropertyReader(self.evaluation, resource.metadata, at: resource.location) { "\(path)/\($0)" }.map("Martlet")
    }

    private func mapping(
        logicalID: String, functionName: String, queueProperty: String, _ properties: PropertyReader, settings: PropertyReader?
    ) -> DeployedMapping? {
        guard let text = properties.text(queueProperty) else {
            if properties.members[queueProperty] == nil {
                properties.error("Property '\(queueProperty)' is required. Give the queue's ARN.", at: queueProperty)
            }
            return nil
        }
        guard let queue = ARN(text), queue.service == "sqs" else {
            properties.error(
                "\(queueProperty) is \"\(text)\"; it has to be the ARN of a queue, such as !GetAtt Orders.Arn.", at: queueProperty
            )
            return nil
        }
        var change = self.change(properties)
        var queueURL: String?
        if let settings {
            settings.check(.trigger)
            change.polling = self.polling(settings)
            queueURL = settings.text("QueueUrl")
        }
        do throws(LambdaAPIError) {
            _ = try change.applied(to: EventSourceMappingSettings(), queue: QueueSource(queue))
        } catch {
            self.evaluation.error(error.message, at: properties.location, path: properties.path(queueProperty))
            return nil
        }
        return DeployedMapping(
            logicalID: logicalID, queue: queue, queueURL: queueURL, functionName: functionName, change: change,
            tags: self.tags(properties))
    }

    private func change(_ properties: PropertyReader) -> EventSourceMappingChange {
        var change = EventSourceMappingChange()
        change.isEnabled = self.flag("Enabled", properties)
        change.batchSize = properties.integer("BatchSize", in: EventSourceMappingChange.batchSizeRange)
        change.maximumBatchingWindowSeconds = properties.integer(
            "MaximumBatchingWindowInSeconds", in: EventSourceMappingChange.windowSecondsRange)
        change.functionResponseTypes = properties.texts("FunctionResponseTypes")
        change.filterPatterns = self.patterns(properties)
        if let scaling = properties.map("ScalingConfig"),
            let maximum = scaling.integer("MaximumConcurrency", in: EventSourceMappingChange.maximumConcurrencyRange)
        {
            change.maximumConcurrency = .set(maximum)
        }
        if let pollers = properties.map("ProvisionedPollerConfig") {
            let minimum = pollers.integer("MinimumPollers", in: ProvisionedPollers.minimumRange)
            let maximum = pollers.integer("MaximumPollers", in: ProvisionedPollers.maximumRange)
            change.provisionedPollers = .set(
                ProvisionedPollers(minimum: minimum ?? 2, maximum: maximum ?? max(200, minimum ?? 0)))
        }
        change.metrics = properties.map("MetricsConfig")?.texts("Metrics")
        if let key = properties.text("KmsKeyArn") {
            change.kmsKeyARN = key
            properties.notice("Filters are not encrypted here.", at: "KmsKeyArn")
        }
        return change
    }

    private func flag(_ name: String, _ properties: PropertyReader) -> Bool? {
        guard let text = properties.text(name) else { return nil }
        switch text.lowercased() {
        case "true": return true
        case "false": return false
        default:
            properties.error("\(name) is \"\(text)\"; it has to be true or false.", at: name)
            return nil
        }
    }

    /// A pattern is JSON text; one written as a map is a frequent mistake, which AWS refuses.
    private func patterns(_ properties: PropertyReader) -> [String]? {
        guard let criteria = properties.map("FilterCriteria") else { return nil }
        guard let filters = criteria.list("Filters") else { return [] }
        return filters.enumerated().compactMap { index, filter in
            if filter.isUnknown { return nil }
            if let pattern = filter.map?["Pattern"]?.text { return pattern }
            self.evaluation.error(
                "A filter has a Pattern that is a text of JSON, such as '{\"body\":{\"kind\":[\"order\"]}}'.",
                at: filter.location,
                path: "\(criteria.path("Filters"))/\(index)")
            return nil
        }
    }

    /// `[{Key: …, Value: …}]` of CloudFormation, a map in SAM.
    private func tags(_ properties: PropertyReader) -> [String: String] {
        guard let value = properties.value("Tags") else { return [:] }
        if value.map != nil { return properties.textMap("Tags") ?? [:] }
        var tags: [String: String] = [:]
        for tag in value.list ?? [] {
            if let key = tag.map?["Key"]?.text { tags[key] = tag.map?["Value"]?.text ?? "" }
        }
        return tags
    }

    private func polling(_ settings: PropertyReader) -> PollingSettings {
        var polling = PollingSettings.aws
        if settings.text("WaitTimeSeconds") == "queue" {
            polling.waitTimeSeconds = nil
        } else if let seconds = settings.integer("WaitTimeSeconds", in: PollingSettings.waitTimeSecondsRange) {
            polling.waitTimeSeconds = seconds
        }
        if let pollers = settings.integer("Pollers", in: PollingSettings.pollerRange) {
            polling.initialPollers = pollers
            polling.idlePollers = min(polling.idlePollers, pollers)
        }
        if let idle = settings.integer("IdlePollers", in: PollingSettings.pollerRange) { polling.idlePollers = idle }
        if let pause = settings.integer("IdlePauseSeconds", in: PollingSettings.idlePauseSeconds) {
            polling.idlePause = .seconds(pause)
            polling.idlePauseMaximum = polling.idlePause
        }
        if let longest = settings.integer("MaximumIdlePauseSeconds", in: PollingSettings.idlePauseSeconds) {
            polling.idlePauseMaximum = .seconds(longest)
            if polling.idlePause == .zero { polling.idlePause = min(.seconds(1), polling.idlePauseMaximum) }
        }
        return polling
    }
}

extension PropertyTable {
    private static let mappingSettings = [
        "BatchSize", "Enabled", "FilterCriteria", "FunctionResponseTypes", "KmsKeyArn", "MaximumBatchingWindowInSeconds",
        "MetricsConfig", "ProvisionedPollerConfig", "ScalingConfig", "Tags",
    ]

    /// SAM developer guide, "SQS" event source.
    static let queueEvent = PropertyTable(emulated: mappingSettings + ["Queue"], unemulated: ["LoggingConfig"])

    /// CloudFormation template reference, "AWS::Lambda::EventSourceMapping".
    static let eventSourceMapping = PropertyTable(
        emulated: mappingSettings + ["EventSourceArn", "FunctionName"],
        unemulated: [
            "AmazonManagedKafkaEventSourceConfig", "BisectBatchOnFunctionError", "DestinationConfig",
            "DocumentDBEventSourceConfig", "LoggingConfig", "MaximumRecordAgeInSeconds", "MaximumRetryAttempts",
            "ParallelizationFactor", "Queues", "SelfManagedEventSource", "SelfManagedKafkaEventSourceConfig",
            "SourceAccessConfigurations", "StartingPosition", "StartingPositionTimestamp", "Topics", "TumblingWindowInSeconds",
        ])

    /// Ours: `Metadata: {Martlet: …}` of a mapping, or `Metadata: {Martlet: {Triggers: {<Event>: …}}}` of a function.
    static let trigger = PropertyTable(emulated: [
        "IdlePauseSeconds", "IdlePollers", "MaximumIdlePauseSeconds", "Pollers", "QueueUrl", "WaitTimeSeconds",
    ])
}
