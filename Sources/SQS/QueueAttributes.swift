/// The attributes of a queue that can be set, checked and typed (API Reference, SetQueueAttributes).
package struct QueueAttributes: Hashable, Sendable {
    package enum DeduplicationScope: String, Hashable, Sendable { case queue, messageGroup }
    package enum FIFOThroughputLimit: String, Hashable, Sendable { case perQueue, perMessageGroupId }

    /// What only FIFO queues have.
    package struct FIFO: Hashable, Sendable {
        package var contentBasedDeduplication = false
        package var deduplicationScope = DeduplicationScope.queue
        package var throughputLimit = FIFOThroughputLimit.perQueue

        package init() {}
    }

    package internal(set) var delaySeconds = 0
    package internal(set) var maximumMessageSize = 1_048_576
    package internal(set) var messageRetentionPeriodSeconds = 345_600
    package internal(set) var receiveMessageWaitTimeSeconds = 0
    package internal(set) var visibilityTimeoutSeconds = 30
    /// The document as it was set.
    package internal(set) var policy: String?
    package internal(set) var redrivePolicy: RedrivePolicy?
    package internal(set) var redriveAllowPolicy: RedriveAllowPolicy?
    package internal(set) var kmsMasterKeyID: String?
    package internal(set) var kmsDataKeyReusePeriodSeconds = 300
    package internal(set) var isManagedEncryptionEnabled = true
    /// `nil` for a standard queue.
    package internal(set) var fifo: FIFO?

    package init() {}

    package var isFIFO: Bool { self.fifo != nil }

    /// Reads back what ``wireValues`` wrote, as a journal keeps it. The names and values were checked when they were set.
    package init(stored values: [String: String]) throws(SQSError) {
        try self.init(creating: values)
    }
}

extension QueueAttributes {
    /// Every attribute that was set or has a default, by its name on the wire, as GetQueueAttributes shows it; without counts,
    /// times and the ARN.
    package var wireValues: [String: String] {
        var values = [
            Name.delaySeconds.rawValue: String(self.delaySeconds),
            Name.maximumMessageSize.rawValue: String(self.maximumMessageSize),
            Name.messageRetentionPeriod.rawValue: String(self.messageRetentionPeriodSeconds),
            Name.receiveMessageWaitTimeSeconds.rawValue: String(self.receiveMessageWaitTimeSeconds),
            Name.visibilityTimeout.rawValue: String(self.visibilityTimeoutSeconds),
            Name.sqsManagedSSEEnabled.rawValue: String(self.isManagedEncryptionEnabled),
        ]
        values[Name.policy.rawValue] = self.policy
        values[Name.redrivePolicy.rawValue] = self.redrivePolicy?.text
        values[Name.redriveAllowPolicy.rawValue] = self.redriveAllowPolicy?.text
        values[Name.kmsMasterKeyID.rawValue] = self.kmsMasterKeyID
        if self.kmsMasterKeyID != nil, self.kmsDataKeyReusePeriodSeconds != 300 {
            values[Name.kmsDataKeyReusePeriodSeconds.rawValue] = String(self.kmsDataKeyReusePeriodSeconds)
        }
        if let fifo = self.fifo {
            values[Name.fifoQueue.rawValue] = "true"
            values[Name.contentBasedDeduplication.rawValue] = String(fifo.contentBasedDeduplication)
            values[Name.deduplicationScope.rawValue] = fifo.deduplicationScope.rawValue
            values[Name.fifoThroughputLimit.rawValue] = fifo.throughputLimit.rawValue
        }
        return values
    }

    /// All names of the API, those that can only be read too.
    package enum Name: String, CaseIterable, Hashable, Sendable {
        case delaySeconds = "DelaySeconds"
        case maximumMessageSize = "MaximumMessageSize"
        case messageRetentionPeriod = "MessageRetentionPeriod"
        case receiveMessageWaitTimeSeconds = "ReceiveMessageWaitTimeSeconds"
        case visibilityTimeout = "VisibilityTimeout"
        case policy = "Policy"
        case redrivePolicy = "RedrivePolicy"
        case redriveAllowPolicy = "RedriveAllowPolicy"
        case kmsMasterKeyID = "KmsMasterKeyId"
        case kmsDataKeyReusePeriodSeconds = "KmsDataKeyReusePeriodSeconds"
        case sqsManagedSSEEnabled = "SqsManagedSseEnabled"
        case fifoQueue = "FifoQueue"
        case contentBasedDeduplication = "ContentBasedDeduplication"
        case deduplicationScope = "DeduplicationScope"
        case fifoThroughputLimit = "FifoThroughputLimit"
        case approximateNumberOfMessages = "ApproximateNumberOfMessages"
        case approximateNumberOfMessagesNotVisible = "ApproximateNumberOfMessagesNotVisible"
        case approximateNumberOfMessagesDelayed = "ApproximateNumberOfMessagesDelayed"
        case createdTimestamp = "CreatedTimestamp"
        case lastModifiedTimestamp = "LastModifiedTimestamp"
        case queueARN = "QueueArn"
    }
}
