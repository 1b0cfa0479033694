package import CoreTypes

/// The queue behind asynchronous invocation: accepts events, says when to invoke which function, and where results go.
///
/// ```
/// accepted ──► due ──► running ──► ended: success, RetriesExhausted, EventAgeExceeded or ZeroReservedConcurrency
///               ▲         │
///               └─────────┘ function error (1 min, 2 min), throttle or 5xx (back-off)
/// ```
/// Each accepted event ends exactly once, by one ``Action/finish(_:)``. The owner keeps one timer: a new
/// ``Action/scheduleWake(at:)`` replaces the former. Events live in memory and end with the host: ``count`` says how many.
package struct AsynchronousQueue: Sendable {
    /// Names an event within this queue, in the order of acceptance.
    package struct EventID: Hashable, Sendable {
        let sequence: UInt64
    }

    package enum Action: Hashable, Sendable {
        /// Invoke the function and report by ``attemptEnded(_:_:now:)``.
        case invoke(AsynchronousAttempt)
        /// The event has ended: make its deliveries.
        case finish(AsynchronousEnding)
        /// Call ``wake(now:)`` then.
        case scheduleWake(at: Timestamp)
    }

    private struct Entry: Sendable {
        let event: AsynchronousEvent
        let policy: AsynchronousPolicy
        let acceptedAt: Timestamp
        var isRunning = false
        /// Tries in which the function ran.
        var invokeCount = 0
        /// Throttles and 5xx in a row.
        var refusals = 0
        var lastAnswer: AsynchronousAnswer?

        var byteCount: Int { self.event.payload.count + (self.lastAnswer?.payload.count ?? 0) }
        var expiresAt: Timestamp { self.acceptedAt + self.policy.maximumEventAge }
    }

    private let timing: AsynchronousTiming
    private let limits: AsynchronousLimits
    private var entries: [EventID: Entry] = [:]
    private var due = DueTimes()
    private var scheduledWake: Timestamp?
    private var nextSequence: UInt64 = 0
    /// Tries under way.
    package private(set) var runningCount = 0
    /// Payloads of all events held and the answers kept with them.
    package private(set) var byteCount = 0

    package init(timing: AsynchronousTiming = .aws, limits: AsynchronousLimits = AsynchronousLimits()) {
        self.timing = timing
        self.limits = limits
    }

    /// Events accepted and not yet ended.
    package var count: Int { self.entries.count }

    /// Takes an event into the queue; from here on it is answered with 202.
    package mutating func accept(
        _ event: AsynchronousEvent, policy: AsynchronousPolicy, now: Timestamp
    ) throws(AsynchronousRefusal) -> [Action] {
        guard event.payload.count <= FunctionLimits.asynchronousRequestBytes else {
            throw .payloadTooLarge(bytes: event.payload.count)
        }
        guard self.count < self.limits.events, self.byteCount + event.payload.count <= self.limits.bytes else {
            throw .queueIsFull
        }
        let id = EventID(sequence: self.nextSequence)
        self.nextSequence += 1
        self.entries[id] = Entry(event: event, policy: policy, acceptedAt: now)
        self.byteCount += event.payload.count
        self.due.insert(id, at: now)
        return self.advance(now: now)
    }

    /// The time of ``Action/scheduleWake(at:)`` has come. Harmless at any other time.
    package mutating func wake(now: Timestamp) -> [Action] {
        self.scheduledWake = nil
        return self.advance(now: now)
    }

    /// A try that ``Action/invoke(_:)`` ordered has ended.
    package mutating func attemptEnded(_ id: EventID, _ result: AsynchronousResult, now: Timestamp) -> [Action] {
        guard var entry = self.entries[id], entry.isRunning else { preconditionFailure("a try ends once, while it is under way") }
        entry.isRunning = false
        self.runningCount -= 1
        let actions: [Action]
        switch Self.decide(result, for: &entry, timing: self.timing, now: now) {
        case .tryAgain(let time):
            if !entry.policy.reportsFailures { entry.lastAnswer = nil }
            self.byteCount += entry.byteCount - (self.entries[id]?.byteCount ?? 0)
            self.entries[id] = entry
            self.due.insert(id, at: time)
            actions = []
        case .end(let condition):
            actions = [self.end(id, entry, condition, now: now)]
        }
        return actions + self.advance(now: now)
    }

    private enum Decision {
        case tryAgain(at: Timestamp)
        case end(AsynchronousEnding.Condition)
    }

    /// - A retry after a function error that would come too late is not waited for: the event has failed already.
    /// - A throttled event uses its whole age: the last try is made when it is just as old as it may be.
    private static func decide(
        _ result: AsynchronousResult, for entry: inout Entry, timing: AsynchronousTiming, now: Timestamp
    ) -> Decision {
        switch result {
        case .answered(let answer):
            entry.invokeCount += 1
            entry.refusals = 0
            entry.lastAnswer = answer
            if answer.functionError == nil { return .end(.success) }
            if entry.invokeCount > entry.policy.maximumRetryAttempts { return .end(.retriesExhausted) }
            let next = now + timing.retryDelay(afterErrors: entry.invokeCount)
            return next <= entry.expiresAt ? .tryAgain(at: next) : .end(.eventAgeExceeded)
        case .refused(let statusCode, let payload):
            entry.refusals += 1
            entry.lastAnswer = AsynchronousAnswer(statusCode: statusCode, executedVersion: nil, payload: payload)
            guard statusCode == 429 || statusCode >= 500 else { return .end(.retriesExhausted) }
            guard now < entry.expiresAt else { return .end(.eventAgeExceeded) }
            return .tryAgain(at: min(now + timing.backOff(afterRefusals: entry.refusals), entry.expiresAt))
        case .reservedConcurrencyIsZero:
            return .end(.zeroReservedConcurrency)
        }
    }

    private mutating func advance(now: Timestamp) -> [Action] {
        var actions: [Action] = []
        while self.runningCount < self.limits.concurrentAttempts, let id = self.due.removeFirst(dueAt: now) {
            guard let entry = self.entries[id] else { preconditionFailure("only events that are held can be due") }
            guard now <= entry.expiresAt else {
                actions.append(self.end(id, entry, .eventAgeExceeded, now: now))
                continue
            }
            self.entries[id]?.isRunning = true
            self.runningCount += 1
            actions.append(.invoke(AsynchronousAttempt(id: id, event: entry.event, number: entry.invokeCount + 1)))
        }
        // With every try taken, the end of one of them is what goes on.
        guard self.runningCount < self.limits.concurrentAttempts, let next = self.due.first?.time else { return actions }
        if let scheduledWake, scheduledWake <= next { return actions }
        self.scheduledWake = next
        actions.append(.scheduleWake(at: next))
        return actions
    }

    private mutating func end(
        _ id: EventID, _ entry: Entry, _ condition: AsynchronousEnding.Condition, now: Timestamp
    ) -> Action {
        self.byteCount -= self.entries.removeValue(forKey: id)?.byteCount ?? 0
        return .finish(
            AsynchronousEnding(
                event: entry.event, policy: entry.policy, condition: condition, invokeCount: entry.invokeCount,
                answer: entry.lastAnswer, now: now))
    }
}

/// One try of an event.
package struct AsynchronousAttempt: Hashable, Sendable {
    package let id: AsynchronousQueue.EventID
    package let event: AsynchronousEvent
    /// 1 for the first; counts the times the function runs, so that a throttled try keeps its number.
    package let number: Int
}
