extension QueueAttributes {
    /// The attributes of a new queue: defaults, and over them the given ones. Whether a redrive target exists and allows it is
    /// the service's to say.
    package init(creating values: [String: String]) throws(SQSError) {
        self.init()
        if let text = values[Name.fifoQueue.rawValue] {
            // CreateQueue refuses FifoQueue=false as well: a standard queue has no such attribute.
            guard try Self.flag(.fifoQueue, text) else {
                throw SQSError(.invalidAttributeName, "Unknown Attribute FifoQueue.")
            }
            self.fifo = FIFO()
        }
        try self.set(values.filter { $0.key != Name.fifoQueue.rawValue })
    }

    /// Changes the given attributes, or none of them and throws.
    package mutating func set(_ values: [String: String]) throws(SQSError) {
        var changed = self
        // In the order of the table, so that the first of several faults is the same each time.
        let known = Set(Name.allCases.map(\.rawValue))
        if let unknown = values.keys.sorted().first(where: { !known.contains($0) }) {
            throw SQSError(.invalidAttributeName, "Unknown Attribute \(unknown).")
        }
        for name in Name.allCases {
            if let text = values[name.rawValue] { try changed.set(name, text) }
        }
        if changed.fifo?.throughputLimit == .perMessageGroupId, changed.fifo?.deduplicationScope != .messageGroup {
            throw Self.invalidValue(.fifoThroughputLimit)
        }
        if values[Name.kmsMasterKeyID.rawValue].map({ !$0.isEmpty }) ?? false {
            if values[Name.sqsManagedSSEEnabled.rawValue].map({ $0.lowercased() == "true" }) ?? false {
                throw SQSError(
                    .invalidAttributeValue,
                    "You can use one type of server-side encryption (SSE) at one time. You can either enable KMS SSE or SQS SSE.")
            }
            changed.isManagedEncryptionEnabled = false
        } else if values[Name.sqsManagedSSEEnabled.rawValue]?.lowercased() == "true" {
            changed.kmsMasterKeyID = nil
        }
        self = changed
    }

    private mutating func set(_ name: Name, _ text: String) throws(SQSError) {
        switch name {
        case .delaySeconds: self.delaySeconds = try Self.number(name, text, 0...900)
        case .maximumMessageSize: self.maximumMessageSize = try Self.number(name, text, 1_024...1_048_576)
        case .messageRetentionPeriod: self.messageRetentionPeriodSeconds = try Self.number(name, text, 60...1_209_600)
        case .receiveMessageWaitTimeSeconds: self.receiveMessageWaitTimeSeconds = try Self.number(name, text, 0...20)
        case .visibilityTimeout: self.visibilityTimeoutSeconds = try Self.number(name, text, 0...43_200)
        case .policy: self.policy = try QueuePolicy.checked(text)
        case .redrivePolicy: self.redrivePolicy = text.isEmpty ? nil : try RedrivePolicy(text)
        case .redriveAllowPolicy: self.redriveAllowPolicy = text.isEmpty ? nil : try RedriveAllowPolicy(text)
        case .kmsMasterKeyID: self.kmsMasterKeyID = text.isEmpty ? nil : text
        case .kmsDataKeyReusePeriodSeconds: self.kmsDataKeyReusePeriodSeconds = try Self.number(name, text, 60...86_400)
        case .sqsManagedSSEEnabled: self.isManagedEncryptionEnabled = try Self.flag(name, text)
        case .fifoQueue:
            if try Self.flag(name, text) != self.isFIFO {
                throw SQSError(
                    .invalidAttributeValue,
                    "Invalid value for the parameter FifoQueue. Reason: Modifying queue type is not supported.")
            }
        case .contentBasedDeduplication, .deduplicationScope, .fifoThroughputLimit: try self.setFIFO(name, text)
        case .approximateNumberOfMessages, .approximateNumberOfMessagesNotVisible, .approximateNumberOfMessagesDelayed,
            .createdTimestamp, .lastModifiedTimestamp, .queueARN:
            throw SQSError(.invalidAttributeName, "Unknown Attribute \(name.rawValue).")
        }
    }

    private mutating func setFIFO(_ name: Name, _ text: String) throws(SQSError) {
        guard var fifo = self.fifo else {
            if name == .contentBasedDeduplication {
                throw SQSError(.invalidAttributeName, "Unknown Attribute \(name.rawValue).")
            }
            throw SQSError(
                .invalidAttributeName, "You can specify the \(name.rawValue) only when FifoQueue is set to true.")
        }
        if name == .contentBasedDeduplication {
            fifo.contentBasedDeduplication = try Self.flag(name, text)
        } else if name == .deduplicationScope {
            guard let scope = DeduplicationScope(rawValue: text) else { throw Self.invalidValue(name) }
            fifo.deduplicationScope = scope
        } else {
            guard let limit = FIFOThroughputLimit(rawValue: text) else { throw Self.invalidValue(name) }
            fifo.throughputLimit = limit
        }
        self.fifo = fifo
    }

    private static func number(_ name: Name, _ text: String, _ range: ClosedRange<Int>) throws(SQSError) -> Int {
        guard let value = Int(text), range.contains(value) else { throw self.invalidValue(name) }
        return value
    }

    /// In any case: it reads back in lower case.
    private static func flag(_ name: Name, _ text: String) throws(SQSError) -> Bool {
        switch text.lowercased() {
        case "true": return true
        case "false": return false
        default: throw self.invalidValue(name)
        }
    }

    private static func invalidValue(_ name: Name) -> SQSError {
        SQSError(.invalidAttributeValue, "Invalid value for the parameter \(name.rawValue).")
    }
}
