package import CoreTypes

/// An event source mapping: which queue's messages go to which function, and how (Lambda API reference,
/// "EventSourceMappingConfiguration").
package struct EventSourceMapping: Hashable, Sendable {
    package enum State: String, Hashable, Sendable, CaseIterable {
        case creating = "Creating"
        case enabling = "Enabling"
        case enabled = "Enabled"
        case disabling = "Disabling"
        case disabled = "Disabled"
        case updating = "Updating"
        case deleting = "Deleting"
    }

    package let id: RequestID
    package let queue: ARN
    package internal(set) var function: MappedFunction
    package internal(set) var settings: EventSourceMappingSettings
    package internal(set) var state: State
    package internal(set) var lastModified: Timestamp
    package internal(set) var tags: [String: String]
    /// While ``state`` is passing: when it ends.
    var settlesAt: Timestamp?

    /// `StateTransitionReason`, as observed for queues.
    package static let transitionReason = "USER_INITIATED"

    package var isEnabled: Bool { self.state == .enabled }
}

/// The function of a mapping, as it stood when the mapping was made or changed.
package struct MappedFunction: Hashable, Sendable {
    package let name: String
    /// A version or an alias.
    package let qualifier: String?
    /// With the qualifier, if there is one.
    package let arn: String
    package let timeoutSeconds: Int

    package init(name: String, qualifier: String?, arn: String, timeoutSeconds: Int) {
        self.name = name
        self.qualifier = qualifier
        self.arn = arn
        self.timeoutSeconds = timeoutSeconds
    }
}

/// What is asked of a queue when a mapping is made.
package enum MappedQueue: Hashable, Sendable {
    case exists(visibilityTimeoutSeconds: Int)
    case doesNotExist
    /// Queues elsewhere are not asked: their pollers say what is wrong.
    case unknown
}

/// Everything about a mapping that its owner chooses.
package struct EventSourceMappingSettings: Hashable, Sendable {
    /// `Enabled`
    package var isEnabled = true
    package var batchSize = defaultBatchSize
    package var maximumBatchingWindowSeconds = 0
    /// `FunctionResponseTypes: [ReportBatchItemFailures]`
    package var reportsBatchItemFailures = false
    package var filters = FilterCriteria.none
    /// `ScalingConfig.MaximumConcurrency`
    package var maximumConcurrency: Int?
    package var provisionedPollers: ProvisionedPollers?
    /// `MetricsConfig.Metrics`
    package var metrics: [String] = []
    package var kmsKeyARN: String?
    /// Not AWS's: see ``PollingSettings``.
    package var polling = PollingSettings.aws

    package static let defaultBatchSize = 10
    package static let reportBatchItemFailures = "ReportBatchItemFailures"

    package init() {}

    package var pollerScaling: PollerScaling {
        self.provisionedPollers.map(PollerScaling.provisioned)
            ?? .standard(self.polling, maximumConcurrency: self.maximumConcurrency)
    }

    /// What the pollers of such a mapping are told.
    package func pollerSettings(source: QueueSource, visibilityTimeout: Duration) -> PollerSettings {
        PollerSettings(
            source: source, batchSize: self.batchSize, batchingWindow: .seconds(self.maximumBatchingWindowSeconds),
            reportsBatchItemFailures: self.reportsBatchItemFailures, filters: self.filters,
            visibilityTimeout: visibilityTimeout, scaling: self.pollerScaling, polling: self.polling)
    }
}

/// The members of a Create or Update call, or of a template's resource: `nil` keeps what is there.
package struct EventSourceMappingChange: Hashable, Sendable {
    package enum Replacement<Value: Hashable & Sendable>: Hashable, Sendable {
        case keep
        /// An empty structure: `ScalingConfig: {}`.
        case remove
        case set(Value)
    }

    package var isEnabled: Bool?
    package var batchSize: Int?
    package var maximumBatchingWindowSeconds: Int?
    package var functionResponseTypes: [String]?
    /// Patterns; an empty list removes all.
    package var filterPatterns: [String]?
    package var maximumConcurrency = Replacement<Int>.keep
    package var provisionedPollers = Replacement<ProvisionedPollers>.keep
    package var metrics: [String]?
    package var kmsKeyARN: String?
    package var polling: PollingSettings?

    package init() {}
}
