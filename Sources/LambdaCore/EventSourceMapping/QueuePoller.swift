package import CoreTypes

/// The pollers of one event source mapping, as a state machine: receives from a queue, gathers batches, has the function invoked,
/// deletes what succeeded (Lambda developer guide, "Using Lambda with Amazon SQS" and the pages below it).
///
/// ```
/// receive ──messages──► filter ──► gathering ──full, window over──► ready ──slot free──► with the function ──► deleted
///    ▲ └─empty─► rest?    └► deleted                                                      │   ▲   └─failed─► left to its
///    └──────────┘                                                               throttled └───┘ back-off     visibility timeout
/// ```
/// - A receive begins only while there is a place for its messages, so that none waits hidden in a full mapping.
/// - Nothing is deleted before the function has succeeded: whoever loses this value loses no message.
/// - FIFO: a group is with the function at most once at a time. When it fails, what is held of it is let go, so that its later
///   messages come again behind the failed one.
/// - Nothing here ticks: the owner keeps one timer, and a new ``Action/scheduleWake(at:)`` replaces the former.
package struct QueuePoller: Sendable {
    package struct ReceiveID: Hashable, Sendable { let sequence: UInt64 }
    package struct BatchID: Hashable, Sendable { package let sequence: UInt64 }

    package enum Action: Hashable, Sendable {
        /// ReceiveMessage; report by ``receiveEnded(_:_:now:)``. `waitSeconds` is `nil` for the queue's own.
        case receive(ReceiveID, maximumMessages: Int, waitSeconds: Int?)
        /// End a receive early; it still reports.
        case cancelReceive(ReceiveID)
        /// Invoke the function and report by ``invocationEnded(_:_:now:)``.
        case invoke(BatchID, MessageBatch)
        /// DeleteMessageBatch of at most ten receipt handles.
        case delete([String])
        /// ChangeMessageVisibilityBatch to 0 of at most ten receipt handles: messages that the function won't get from here.
        case makeVisible([String])
        /// A batch that was with the function is done with.
        case batchEnded(BatchOutcome)
        /// Call ``wake(now:)`` then.
        case scheduleWake(at: Timestamp)
        /// After ``stop(now:)``: nothing is under way any more.
        case stopped
    }

    package enum ReceiveResult: Hashable, Sendable {
        /// An empty list is an empty receive.
        case messages([ReceivedMessage])
        /// The queue could not be asked: deleted, not reachable, not allowed.
        case failed
        case cancelled
    }

    struct Receive {
        let startedAt: Timestamp
        let maximumMessages: Int
        /// Empty receives of this poller in a row before this one.
        let emptyBefore: Int
    }

    struct Rest {
        let until: Timestamp
        let emptyReceives: Int
    }

    struct Running {
        let batch: MessageBatch
        var attempts = 1
        /// While throttled: when to try again.
        var retryAt: Timestamp?
    }

    enum Phase: Hashable { case running, stopping, stopped }

    package internal(set) var settings: PollerSettings
    package internal(set) var counts = PollerCounts()
    var phase = Phase.running
    var receives: [ReceiveID: Receive] = [:]
    var resting: [Rest] = []
    /// Counts of empty receives of pollers whose rest is over and that have not asked again yet.
    var rested: [Int] = []
    var gathering: MessageBatch?
    var ready: [MessageBatch] = []
    var running: [BatchID: Running] = [:]
    /// FIFO: groups that are with the function.
    var lockedGroups: Set<String> = []
    /// What scaling allows; failures and throttles take ``penalty`` off it.
    var limit: Int
    var penalty = 0
    var growthAt: Timestamp?
    var lastMessageAt: Timestamp
    var failedReceivesInARow = 0
    var scheduledWake: Timestamp?
    var lastSequence: UInt64 = 0

    /// Call ``wake(now:)`` to begin.
    package init(_ settings: PollerSettings, now: Timestamp) {
        self.settings = settings
        self.limit = settings.scaling.base
        self.lastMessageAt = now
    }

    // MARK: What there is to see

    /// Batches that may be with the function at present.
    package var concurrency: Int {
        let floor = min(2, self.settings.scaling.idle)
        return min(self.settings.scaling.ceiling, max(floor, self.limit - self.penalty))
    }
    /// Receives under way and pollers at rest.
    package var pollers: Int { self.receives.count + self.resting.count }
    /// Batches with the function, throttled ones too.
    package var batchesInFlight: Int { self.running.count }
    /// Messages received and neither deleted nor let go.
    package var messagesInFlight: Int {
        self.running.values.reduce(0) { $0 + $1.batch.count } + self.ready.reduce(0) { $0 + $1.count }
            + (self.gathering?.count ?? 0)
    }
    package var isStopped: Bool { self.phase == .stopped }

    // MARK: Events

    /// The time of ``Action/scheduleWake(at:)`` has come. Harmless at any other time.
    package mutating func wake(now: Timestamp) -> [Action] {
        self.scheduledWake = nil
        return self.advance(now: now)
    }

    /// New settings hold for what begins from here on.
    package mutating func update(_ settings: PollerSettings, now: Timestamp) -> [Action] {
        self.settings = settings
        self.limit = min(max(self.limit, settings.scaling.base), settings.scaling.ceiling)
        return self.advance(now: now)
    }

    /// Ends the mapping: no new receive, no new batch; what is with the function may finish, everything else goes back to the
    /// queue.
    package mutating func stop(now: Timestamp) -> [Action] {
        guard self.phase == .running else { return [] }
        self.phase = .stopping
        self.resting = []
        var actions = self.receives.keys.sorted { $0.sequence < $1.sequence }.map(Action.cancelReceive)
        var held = self.gathering.map { [$0] } ?? []
        held += self.ready
        for (id, entry) in self.running where entry.retryAt != nil {
            held.append(entry.batch)
            self.running[id] = nil
        }
        self.gathering = nil
        self.ready = []
        actions += Self.inTens(held.flatMap(\.messages).map(\.receiptHandle), Action.makeVisible)
        return actions + self.advance(now: now)
    }

    package mutating func receiveEnded(_ id: ReceiveID, _ result: ReceiveResult, now: Timestamp) -> [Action] {
        guard let receive = self.receives.removeValue(forKey: id) else { preconditionFailure("a receive ends once") }
        var actions: [Action] = []
        switch result {
        case .messages(let messages) where messages.isEmpty:
            self.failedReceivesInARow = 0
            self.counts.receives += 1
            self.counts.emptyReceives += 1
            if self.phase == .running { self.pollerFoundNothing(receive, now: now) }
        case .messages(let messages):
            self.failedReceivesInARow = 0
            self.counts.receives += 1
            self.counts.messages += messages.count
            actions = self.take(messages, now: now)
        case .failed:
            self.counts.failedReceives += 1
            self.failedReceivesInARow += 1
            let pause = self.settings.timing.receiveBackOff(afterFailures: self.failedReceivesInARow)
            if self.phase == .running { self.resting.append(Rest(until: now + pause, emptyReceives: receive.emptyBefore)) }
        case .cancelled:
            break
        }
        return actions + self.advance(now: now)
    }

    package mutating func invocationEnded(_ id: BatchID, _ result: BatchInvocationResult, now: Timestamp) -> [Action] {
        guard var entry = self.running.removeValue(forKey: id), entry.retryAt == nil else {
            preconditionFailure("an invocation ends once, while it is under way")
        }
        if result == .throttled { return self.throttled(id, &entry, now: now) }
        var answer: [UInt8]?
        if case .answered(let bytes) = result { answer = bytes }
        let verdict = BatchVerdict.of(
            result, for: entry.batch.messages, reportsFailures: self.settings.reportsBatchItemFailures,
            isFIFO: self.settings.source.isFIFO)
        let outcome = BatchOutcome(
            id: id, batch: entry.batch, attempts: entry.attempts, answer: answer, ending: .judged(verdict), endedAt: now)
        return self.settle(outcome, verdict) + self.advance(now: now)
    }

    private mutating func throttled(_ id: BatchID, _ entry: inout Running, now: Timestamp) -> [Action] {
        self.counts.throttles += 1
        self.penalty = min(self.penalty + 1, self.limit)
        guard self.phase == .running else {
            self.unlock(entry.batch)
            return Self.inTens(entry.batch.messages.map(\.receiptHandle), Action.makeVisible) + self.advance(now: now)
        }
        entry.retryAt = now + self.settings.timing.throttleBackOff(afterThrottles: entry.attempts)
        self.running[id] = entry
        return self.advance(now: now)
    }
}

/// All that a mapping's pollers are told about it.
package struct PollerSettings: Hashable, Sendable {
    package var source: QueueSource
    package var batchSize: Int
    package var batchingWindow: Duration
    package var reportsBatchItemFailures: Bool
    package var filters: FilterCriteria
    /// The queue's visibility timeout: how long received messages stay hidden.
    package var visibilityTimeout: Duration
    package var scaling: PollerScaling
    package var polling: PollingSettings
    package var timing: PollerTiming

    package init(
        source: QueueSource, batchSize: Int = 10, batchingWindow: Duration = .zero, reportsBatchItemFailures: Bool = false,
        filters: FilterCriteria = .none, visibilityTimeout: Duration = .seconds(30), scaling: PollerScaling? = nil,
        polling: PollingSettings = .aws, timing: PollerTiming = .aws
    ) {
        self.source = source
        self.batchSize = batchSize
        self.batchingWindow = batchingWindow
        self.reportsBatchItemFailures = reportsBatchItemFailures
        self.filters = filters
        self.visibilityTimeout = visibilityTimeout
        self.scaling = scaling ?? .standard(polling, maximumConcurrency: nil)
        self.polling = polling
        self.timing = timing
    }
}

/// Waits that AWS does not publish; chosen here.
package struct PollerTiming: Hashable, Sendable {
    /// Without a message for so long, pollers go down to the idle number.
    package var quietPeriod = Duration.seconds(60)
    /// The wait after a throttled invocation; doubles with each in a row.
    package var throttleMinimum = Duration.milliseconds(250)
    package var throttleMaximum = Duration.seconds(10)
    /// The wait after a receive that failed; doubles with each in a row.
    package var receiveFailureMinimum = Duration.seconds(1)
    package var receiveFailureMaximum = Duration.seconds(60)

    package static let aws = PollerTiming()
    package init() {}

    func throttleBackOff(afterThrottles count: Int) -> Duration {
        Self.doubled(self.throttleMinimum, count - 1, upTo: self.throttleMaximum)
    }

    func receiveBackOff(afterFailures count: Int) -> Duration {
        Self.doubled(self.receiveFailureMinimum, count - 1, upTo: self.receiveFailureMaximum)
    }

    private static func doubled(_ duration: Duration, _ times: Int, upTo maximum: Duration) -> Duration {
        var duration = duration
        var left = times
        while left > 0, duration < maximum {
            duration *= 2
            left -= 1
        }
        return min(duration, maximum)
    }
}
