package import CoreTypes

/// The event source mappings of one account and region, and the states they pass through.
///
/// ```
/// create ──► Creating ──► Enabled ◄──► Updating            delete: any ──► Deleting ──► gone
///    └─────► Disabled ──► Enabling ──► Enabled ──► Disabling ──► Disabled
/// ```
/// A passing state lasts ``settlingTime``: the answer to a call still shows it, as observed from the service.
package struct EventSourceMappingRegistry: Sendable {
    package let region: String
    package let account: String
    package let settlingTime: Duration
    /// In the order of creation.
    private var order: [RequestID] = []
    private var mappings: [RequestID: EventSourceMapping] = [:]

    package init(region: String, account: String, settlingTime: Duration = .zero) {
        self.region = region
        self.account = account
        self.settlingTime = settlingTime
    }

    package var all: [EventSourceMapping] { self.order.compactMap { self.mappings[$0] } }

    package func arn(of mapping: EventSourceMapping) -> String {
        "arn:aws:lambda:\(self.region):\(self.account):event-source-mapping:\(mapping.id)"
    }

    // MARK: Calls

    /// CreateEventSourceMapping.
    /// - Parameters:
    ///   - eventSourceARN: the queue's ARN as it was given.
    ///   - function: `nil` when there is none of that name.
    ///   - id: for mappings of a template, whose ids stay the same from run to run.
    package mutating func create(
        _ request: EventSourceMappingChange, eventSourceARN: String?, queue: MappedQueue, function: MappedFunction?,
        tags: [String: String] = [:], id: RequestID? = nil, _ change: inout RegistryChange
    ) throws(LambdaAPIError) -> EventSourceMapping {
        guard let eventSourceARN, let arn = ARN(eventSourceARN), arn.service == "sqs" else {
            throw .invalidParameter("Unrecognized event source.")
        }
        let settings = try request.applied(to: EventSourceMappingSettings(), queue: QueueSource(arn))
        guard let function else { throw .invalidParameter("Function does not exist") }
        try Self.check(queue, function)
        try self.checkDuplicate(arn, function)
        let mapping = EventSourceMapping(
            id: id ?? change.nextID(), queue: arn, function: function, settings: settings,
            state: settings.isEnabled ? .creating : .disabled, lastModified: change.time, tags: tags,
            settlesAt: settings.isEnabled ? change.time + self.settlingTime : nil)
        self.order.append(mapping.id)
        self.mappings[mapping.id] = mapping
        return mapping
    }

    package func mapping(_ id: String) throws(LambdaAPIError) -> EventSourceMapping {
        guard let mapping = RequestID(id).flatMap({ self.mappings[$0] }) else { throw .resourceDoesNotExist }
        return mapping
    }

    /// ListEventSourceMappings: by queue, by function (its name, or its ARN with or without the qualifier), or all.
    /// - Parameter marker: the id of the first mapping to show.
    package func list(
        eventSourceARN: String?, function: String?, marker: String?, maximumItems: Int
    ) -> (mappings: [EventSourceMapping], nextMarker: String?) {
        var found = self.all.filter { mapping in
            (eventSourceARN.map { $0 == mapping.queue.description } ?? true)
                && (function.map { $0 == mapping.function.name || $0 == mapping.function.arn || self.isUnqualified($0, mapping) }
                    ?? true)
        }
        if let marker { found = Array(found.drop { $0.id.description != marker }) }
        let rest = found.dropFirst(maximumItems)
        return (Array(found.prefix(maximumItems)), rest.first?.id.description)
    }

    private func isUnqualified(_ text: String, _ mapping: EventSourceMapping) -> Bool {
        "\(text):\(mapping.function.qualifier ?? "")" == mapping.function.arn
    }

    /// UpdateEventSourceMapping.
    /// - Parameter function: the new function, when the call names one; `.some(nil)` when there is none of that name.
    package mutating func update(
        _ id: String, _ request: EventSourceMappingChange, queue: MappedQueue, function: MappedFunction??,
        _ change: inout RegistryChange
    ) throws(LambdaAPIError) -> EventSourceMapping {
        var mapping = try self.mapping(id)
        guard mapping.settlesAt == nil else { throw .mappingInUse("update") }
        let settings = try request.applied(to: mapping.settings, queue: QueueSource(mapping.queue))
        if let function {
            guard let function else { throw .invalidParameter("Function does not exist") }
            if function.arn != mapping.function.arn { try self.checkDuplicate(mapping.queue, function) }
            mapping.function = function
        }
        try Self.check(queue, mapping.function)
        mapping.state =
            switch (mapping.settings.isEnabled, settings.isEnabled) {
            case (true, false): .disabling
            case (false, true): .enabling
            default: .updating
            }
        mapping.settings = settings
        mapping.lastModified = change.time
        mapping.settlesAt = change.time + self.settlingTime
        self.mappings[mapping.id] = mapping
        return mapping
    }

    /// DeleteEventSourceMapping: the mapping is shown as Deleting until it is gone.
    package mutating func delete(_ id: String, now: Timestamp) throws(LambdaAPIError) -> EventSourceMapping {
        var mapping = try self.mapping(id)
        guard mapping.settlesAt == nil else { throw .mappingInUse("delete") }
        mapping.state = .deleting
        mapping.settlesAt = now + self.settlingTime
        self.mappings[mapping.id] = mapping
        return mapping
    }

    package mutating func setTags(_ tags: [String: String], of id: String) throws(LambdaAPIError) {
        let mapping = try self.mapping(id)
        self.mappings[mapping.id]?.tags = tags
    }

    // MARK: Time

    /// When the next passing state ends.
    package var nextSettling: Timestamp? { self.mappings.values.compactMap(\.settlesAt).min() }

    /// Ends the passing states whose time has come. Returns the mappings concerned: enabled or disabled, or for the last time
    /// as Deleting.
    package mutating func settle(now: Timestamp) -> [EventSourceMapping] {
        var settled: [EventSourceMapping] = []
        for id in self.order {
            guard var mapping = self.mappings[id], let settlesAt = mapping.settlesAt, settlesAt <= now else { continue }
            mapping.settlesAt = nil
            if mapping.state == .deleting {
                self.mappings[id] = nil
            } else {
                mapping.state = mapping.settings.isEnabled ? .enabled : .disabled
                self.mappings[id] = mapping
            }
            settled.append(mapping)
        }
        self.order.removeAll { self.mappings[$0] == nil }
        return settled
    }

    // MARK: Rules

    private static func check(_ queue: MappedQueue, _ function: MappedFunction) throws(LambdaAPIError) {
        switch queue {
        case .unknown: break
        case .doesNotExist:
            throw .invalidParameter(
                "Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue. "
                    + "SQS Error Message: The specified queue does not exist.")
        case .exists(let visibility):
            guard function.timeoutSeconds <= visibility else {
                throw .invalidParameter(
                    "Queue visibility timeout: \(visibility) seconds is less than Function timeout: \(function.timeoutSeconds) seconds"
                )
            }
        }
    }

    private func checkDuplicate(_ queue: ARN, _ function: MappedFunction) throws(LambdaAPIError) {
        guard let other = self.all.first(where: { $0.queue == queue && $0.function.arn == function.arn }) else { return }
        throw .conflict(
            "An event source mapping with SQS arn (\" \(queue) \") and function (\" \(function.name) \") already exists. "
                + "Please update or delete the existing mapping with UUID \(other.id)")
    }
}

extension LambdaAPIError {
    /// The code and text of the API's `ResourceInUseException`.
    static func mappingInUse(_ verb: String) -> Self {
        Self(
            status: 400, code: "ResourceInUseException",
            message: "Cannot \(verb) the event source mapping because it is in use.", hasCapitalMessage: true)
    }
}
