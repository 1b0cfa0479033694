/// What holds for all queues of a service.
package struct QueueSettings: Hashable, Sendable {
    package var account: String
    package var limits: QueueLimits
    /// Turns a policy's conditions and principals into refusals; without it policies are stored and read back only.
    package var enforcesPolicies: Bool

    package init(account: String = "000000000000", limits: QueueLimits = .aws, enforcesPolicies: Bool = true) {
        self.account = account
        self.limits = limits
        self.enforcesPolicies = enforcesPolicies
    }
}

/// Quotas (developer guide, "Amazon SQS quotas") and our own bounds.
package struct QueueLimits: Hashable, Sendable {
    /// The wait between two purges, and between a deletion and a queue of the same name.
    package var purgeIntervalSeconds = 60
    package var recreateIntervalSeconds = 60
    /// Messages in flight, of one queue.
    package var inFlightMessages = 120_000
    /// Of a message, and of all messages of a batch together.
    package var messageBytes = 1_048_576
    package var batchEntries = 10
    package var messageAttributes = 10
    package var tags = 50
    package var activeMoveTasks = 100
    /// Ours: receives that wait, of all queues together.
    package var parkedReceives = 100_000
    /// Ours: ended move tasks that are listed, for each source queue (ListMessageMoveTasks: up to 10).
    package var endedMoveTasks = 10

    package static let aws = QueueLimits()

    /// Without what only gets in a test suite's way: the two waits of 60 s.
    package static let relaxed: QueueLimits = {
        var limits = QueueLimits()
        limits.purgeIntervalSeconds = 0
        limits.recreateIntervalSeconds = 0
        return limits
    }()

    package init() {}
}
