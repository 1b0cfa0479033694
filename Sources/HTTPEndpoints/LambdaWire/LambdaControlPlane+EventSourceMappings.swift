import CoreTypes
package import LambdaCore

/// Event source mappings of queues (Lambda API reference, "CreateEventSourceMapping" and its neighbours).
extension LambdaControlPlane {
    /// The queue that a call has to be held against, if it is one about a mapping.
    func mappedQueue(of call: LambdaCall) -> ARN? {
        switch call.operation {
        case .createEventSourceMapping: call.body["EventSourceArn"]?.stringValue.flatMap { ARN($0) }
        // An unknown id is told by the call itself.
        case .updateEventSourceMapping: (try? self.mappings.mapping(call.label("UUID")))?.queue
        default: nil
        }
    }

    mutating func createMapping(_ call: LambdaCall, _ change: inout RegistryChange) throws(LambdaAPIError) -> Answer {
        var reader = MemberReader()
        let request = try Self.readMapping(call.body, &reader)
        let name = try reader.string("FunctionName", in: call.body, length: 1...140, isRequired: true)
        let source = try reader.string("EventSourceArn", in: call.body)
        let tags = try reader.map("Tags", in: call.body) ?? [:]
        try Self.check(reader, request)
        let function = try self.mappedFunction(name ?? "")
        let mapping = try self.mappings.create(
            request, eventSourceARN: source, queue: call.mappedQueue, function: function, tags: tags, &change)
        return Answer(AWSResponse(status: 202, json: .object(self.json(mapping))), notices: Self.notices(call.body, mapping))
    }

    func getMapping(_ call: LambdaCall) throws(LambdaAPIError) -> AWSResponse {
        AWSResponse(status: 200, json: .object(self.json(try self.mappings.mapping(call.label("UUID")))))
    }

    func listMappings(_ call: LambdaCall) throws(LambdaAPIError) -> AWSResponse {
        var limit = Self.mappingPageLimit
        if let text = call.parameter("MaxItems") {
            guard let number = Int(text) else { throw .serialization("STRING_VALUE can not be converted to an Integer") }
            var reader = MemberReader()
            reader.check(number, in: 1...10_000, at: "maxItems")
            try reader.check()
            limit = min(limit, number)
        }
        let page = self.mappings.list(
            eventSourceARN: call.parameter("EventSourceArn"), function: call.parameter("FunctionName"),
            marker: call.parameter("Marker"), maximumItems: limit)
        var answer = JSONObject()
        answer["NextMarker"] = page.nextMarker.map(JSON.string)
        answer["EventSourceMappings"] = .array(page.mappings.map { .object(self.json($0)) })
        return AWSResponse(status: 200, json: .object(answer))
    }

    /// Lambda API reference, ListEventSourceMappings: "returns a maximum of 100 items".
    private static let mappingPageLimit = 100

    mutating func updateMapping(_ call: LambdaCall, _ change: inout RegistryChange) throws(LambdaAPIError) -> Answer {
        var reader = MemberReader()
        let request = try Self.readMapping(call.body, &reader)
        let name = try reader.string("FunctionName", in: call.body, length: 1...140)
        try Self.check(reader, request)
        let id = call.label("UUID")
        // As the service: an unknown mapping comes before an unknown function.
        _ = try self.mappings.mapping(id)
        var function: MappedFunction??
        if let name { function = .some(try self.mappedFunction(name)) }
        let mapping = try self.mappings.update(id, request, queue: call.mappedQueue, function: function, &change)
        return Answer(AWSResponse(status: 202, json: .object(self.json(mapping))), notices: Self.notices(call.body, mapping))
    }

    mutating func deleteMapping(_ call: LambdaCall, _ change: RegistryChange) throws(LambdaAPIError) -> AWSResponse {
        let mapping = try self.mappings.delete(call.label("UUID"), now: change.time)
        return AWSResponse(status: 202, json: .object(self.json(mapping)))
    }

    // MARK: Functions

    /// `nil` when there is no such function, version or alias.
    package func mappedFunction(_ text: String) throws(LambdaAPIError) -> MappedFunction? {
        do throws(LambdaAPIError) {
            let (record, version, qualifier) = try self.registry.version(text)
            return MappedFunction(
                name: record.name, qualifier: qualifier, arn: self.registry.functionARN(record.name, qualifier),
                timeoutSeconds: version.contents.configuration.timeoutSeconds)
        } catch {
            guard error.status == 404 else { throw error }
            return nil
        }
    }

    // MARK: Members

    private static func check(_ reader: MemberReader, _ request: EventSourceMappingChange) throws(LambdaAPIError) {
        let failures = reader.failures + request.failures
        guard failures.isEmpty else { throw .validation(failures) }
    }

    /// The members that Create and Update share. Ranges are the change's own.
    private static func readMapping(
        _ body: JSONObject, _ reader: inout MemberReader
    ) throws(LambdaAPIError) -> EventSourceMappingChange {
        let any = Int.min...Int.max
        var change = EventSourceMappingChange()
        change.isEnabled = try reader.bool("Enabled", in: body)
        change.batchSize = try reader.integer("BatchSize", in: body, range: any)
        change.maximumBatchingWindowSeconds = try reader.integer("MaximumBatchingWindowInSeconds", in: body, range: any)
        change.functionResponseTypes = try reader.strings("FunctionResponseTypes", in: body)
        if let criteria = try reader.structure("FilterCriteria", in: body) {
            change.filterPatterns = try Self.patterns(criteria)
        }
        if let scaling = try reader.structure("ScalingConfig", in: body) {
            let maximum = try reader.integer("MaximumConcurrency", in: scaling, at: "scalingConfig", range: any)
            change.maximumConcurrency = maximum.map { .set($0) } ?? .remove
        }
        if let pollers = try reader.structure("ProvisionedPollerConfig", in: body) {
            let path = "provisionedPollerConfig"
            let minimum = try reader.integer("MinimumPollers", in: pollers, at: path, range: any)
            let maximum = try reader.integer("MaximumPollers", in: pollers, at: path, range: any)
            change.provisionedPollers =
                minimum == nil && maximum == nil
                ? .remove : .set(ProvisionedPollers(minimum: minimum ?? 2, maximum: maximum ?? max(200, minimum ?? 0)))
        }
        if let metrics = try reader.structure("MetricsConfig", in: body) {
            change.metrics = try reader.strings("Metrics", in: metrics, at: "metricsConfig") ?? []
        }
        change.kmsKeyARN = try reader.string("KMSKeyArn", in: body)
        return change
    }

    private static func patterns(_ criteria: JSONObject) throws(LambdaAPIError) -> [String] {
        guard let filters = criteria["Filters"], !filters.isNull else { return [] }
        guard let list = filters.arrayValue else {
            throw .serialization("Start of structure or map found where not expected, or the other way round")
        }
        var patterns: [String] = []
        for filter in list {
            guard let pattern = filter["Pattern"]?.stringValue else {
                throw .invalidParameter("Invalid filter pattern definition.")
            }
            patterns.append(pattern)
        }
        return patterns
    }

    private static let ignored = [
        "AmazonManagedKafkaEventSourceConfig", "BisectBatchOnFunctionError", "DestinationConfig", "DocumentDBEventSourceConfig",
        "LoggingConfig", "MaximumRecordAgeInSeconds", "MaximumRetryAttempts", "ParallelizationFactor", "Queues",
        "SelfManagedEventSource", "SelfManagedKafkaEventSourceConfig", "SourceAccessConfigurations", "StartingPosition",
        "StartingPositionTimestamp", "Topics", "TumblingWindowInSeconds",
    ]

    /// Members that mean nothing for a queue, and settings that are kept without an effect.
    private static func notices(_ body: JSONObject, _ mapping: EventSourceMapping) -> [String] {
        var notices = Self.ignored.filter { body[$0] != nil }.map {
            "event source mapping \(mapping.id): \($0) has no effect on a queue"
        }
        if body["KMSKeyArn"] != nil {
            notices.append("event source mapping \(mapping.id): filters are not encrypted with KMSKeyArn")
        }
        return notices
    }

    private func json(_ mapping: EventSourceMapping) -> JSONObject {
        let settings = mapping.settings
        var json: JSONObject = [
            "UUID": .string(mapping.id.description), "BatchSize": .number(JSONNumber(settings.batchSize)),
            "MaximumBatchingWindowInSeconds": .number(JSONNumber(settings.maximumBatchingWindowSeconds)),
            "EventSourceArn": .string(mapping.queue.description),
        ]
        if !settings.filters.isEmpty {
            json["FilterCriteria"] = ["Filters": .array(settings.filters.texts.map { ["Pattern": .string($0)] })]
        }
        json["KMSKeyArn"] = settings.kmsKeyARN.map(JSON.string)
        json["FunctionArn"] = .string(mapping.function.arn)
        json["LastModified"] = .number(JSONNumber(Double(mapping.lastModified.milliseconds) / 1_000))
        json["State"] = .string(mapping.state.rawValue)
        json["StateTransitionReason"] = .string(EventSourceMapping.transitionReason)
        json["FunctionResponseTypes"] =
            settings.reportsBatchItemFailures ? [.string(EventSourceMappingSettings.reportBatchItemFailures)] : []
        json["ScalingConfig"] = settings.maximumConcurrency.map { ["MaximumConcurrency": .number(JSONNumber($0))] }
        json["ProvisionedPollerConfig"] = settings.provisionedPollers.map {
            ["MinimumPollers": .number(JSONNumber($0.minimum)), "MaximumPollers": .number(JSONNumber($0.maximum))]
        }
        if !settings.metrics.isEmpty { json["MetricsConfig"] = ["Metrics": .array(settings.metrics.map(JSON.string))] }
        json["EventSourceMappingArn"] = .string(self.mappings.arn(of: mapping))
        return json
    }
}
