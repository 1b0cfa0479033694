package import CoreTypes

/// Messages that go to the function together, with their records written once.
package struct MessageBatch: Hashable, Sendable {
    package private(set) var messages: [ReceivedMessage] = []
    private var records: [[UInt8]] = []
    /// The size of ``event``.
    package private(set) var byteCount = QueueRecord.eventOverhead
    /// When the first of its messages was received.
    package private(set) var receivedAt: Timestamp

    /// Lambda developer guide, "Using Lambda with Amazon SQS": a batch ends at the payload limit of an invocation.
    package static let byteLimit = FunctionLimits.requestBytes

    init(receivedAt: Timestamp) { self.receivedAt = receivedAt }

    package var count: Int { self.messages.count }
    package var isEmpty: Bool { self.messages.isEmpty }
    /// What the function is invoked with.
    package var event: [UInt8] { QueueRecord.event(records: self.records) }
    package var groups: Set<String> { Set(self.messages.compactMap(\.groupID)) }

    /// Whether a record of `size` bytes still fits. A batch of one message is never refused: the invocation says what is wrong
    /// with it.
    func hasRoom(forRecordOf size: Int) -> Bool { self.isEmpty || self.byteCount + size + 1 <= Self.byteLimit }

    mutating func append(_ message: ReceivedMessage, record: [UInt8]) {
        self.byteCount += record.count + (self.isEmpty ? 0 : 1)
        self.messages.append(message)
        self.records.append(record)
    }

    /// Takes out the messages of some groups and returns them.
    mutating func remove(groups: Set<String>) -> [ReceivedMessage] {
        let all = Array(zip(self.messages, self.records))
        var kept = MessageBatch(receivedAt: self.receivedAt)
        var removed: [ReceivedMessage] = []
        for (message, record) in all {
            if let group = message.groupID, groups.contains(group) {
                removed.append(message)
            } else {
                kept.append(message, record: record)
            }
        }
        self = kept
        return removed
    }
}

/// How a batch ended, for records, reports and whoever waits for it.
package struct BatchOutcome: Hashable, Sendable {
    package enum Ending: Hashable, Sendable {
        /// The function ran and its answer was judged.
        case judged(BatchVerdict)
        /// Throttled until its messages were about to reappear in the queue.
        case throttledUntilVisible
    }

    package let id: QueuePoller.BatchID
    package let batch: MessageBatch
    /// Invocations, throttled ones too.
    package let attempts: Int
    /// The function's answer, if it gave one.
    package let answer: [UInt8]?
    package let ending: Ending
    package let endedAt: Timestamp

    /// Places of the messages that stay in the queue.
    package var failed: [Int] {
        switch self.ending {
        case .judged(let verdict): verdict.failed
        case .throttledUntilVisible: Array(self.batch.messages.indices)
        }
    }
}

/// What a mapping has done since it started. All counts only rise.
package struct PollerCounts: Hashable, Sendable {
    /// Receives that were answered, each a billed request.
    package internal(set) var receives = 0
    package internal(set) var emptyReceives = 0
    package internal(set) var failedReceives = 0
    package internal(set) var messages = 0
    /// Deleted because no filter let them pass.
    package internal(set) var filtered = 0
    package internal(set) var batches = 0
    package internal(set) var invocations = 0
    package internal(set) var throttles = 0
    /// Batches that failed as a whole.
    package internal(set) var failedBatches = 0
    /// Batches of which some messages failed.
    package internal(set) var partialBatches = 0
    /// Messages whose deletion was ordered after success.
    package internal(set) var succeeded = 0
    /// Messages left to their visibility timeout.
    package internal(set) var failed = 0
    /// DeleteMessageBatch requests, for filtered messages too.
    package internal(set) var deleteRequests = 0

    package init() {}
}
