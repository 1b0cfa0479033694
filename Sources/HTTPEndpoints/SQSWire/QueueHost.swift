package import CoreTypes
import ExecutionEnvironments
package import NIOCore
package import SQS

/// The queues of the host: owns the engine on the event loop, and tells nobody what it has decided before that is written.
///
/// All that the requests of one turn of the loop decide is handed to the journal at its end, together; their answers wait in
/// ``groups`` until the journal has committed it. An answer that changed nothing waits as well while a commit is under way, as it
/// may tell of something that is not written yet.
package final class QueueHost {
    /// What makes changes durable. A sentence says why they are not.
    package struct Journal {
        /// Writes a few changes at once where that is quick; `nil` where it isn't, and nothing is written.
        let commitNow: (_ changes: [Change]) -> Result<Void, NotWritten>?
        /// Writes changes and calls back, on any thread.
        let commit: (_ changes: [Change], _ completion: @escaping @Sendable (String?) -> Void) -> Void

        package init(
            commitNow: @escaping (_ changes: [Change]) -> Result<Void, NotWritten>?,
            commit: @escaping (_ changes: [Change], _ completion: @escaping @Sendable (String?) -> Void) -> Void
        ) {
            self.commitNow = commitNow
            self.commit = commit
        }
    }

    package struct NotWritten: Error {
        let sentence: String

        package init(_ sentence: String) { self.sentence = sentence }
    }

    /// An answer that waits. Gets a sentence instead of `nil` when what it tells could not be written.
    package typealias Answer = (_ failure: String?) -> Void
    /// Takes the messages of a receive; `false` when nobody is there to take them, and they are visible again.
    package typealias Receiver = (Result<[ReceivedMessage], QueueFailure>) -> Bool

    /// The queue that a receive asked, as it was named: read once more only if its messages go back.
    private struct Home {
        let queueURL: String
        let region: String
    }

    package let eventLoop: any EventLoop
    package let account: String
    /// Of callers that name none.
    package let region: String
    /// Since the host started.
    package var usage: QueueUsage {
        self.countUsage()
        return self.counted
    }
    private var counted: QueueUsage
    private let earlier: QueueUsage
    /// Told once, when the journal fails.
    package var report: (String) -> Void = { _ in }
    /// Told of every request as it is billed, for metrics and the ledger.
    package var onUsage: (UsageEvent) -> Void = { _ in }
    /// Follows what is added to queues, for `martlet queues tail`.
    var observers: [ObjectIdentifier: (StoredMessage) -> Void] = [:]
    /// Follows how much queues hold, for the console.
    package var depths: DepthHistory?

    private var service: QueueService
    private let journal: Journal?
    private var effects = Effects()
    /// Of this turn.
    private var answers: [Answer] = []
    /// Of each commit under way, the oldest first.
    private var groups = CircularBuffer<[Answer]>()
    private var parked: [WaiterID: (home: Home, receiver: Receiver)] = [:]
    private var isTurnScheduled = false
    private var timer: (deadline: Timestamp, task: Scheduled<Void>)?
    private var lastTime = Timestamp(nanoseconds: 0)
    private var failure: String?
    private var stopped: EventLoopPromise<Void>?

    /// - Parameters:
    ///   - earlier: what was asked before, and since when.
    ///   - journal: `nil` for queues that live in memory alone.
    package init(
        service: QueueService, account: String, region: String, earlier: QueueUsage, journal: Journal?, eventLoop: any EventLoop
    ) {
        self.service = service
        self.account = account
        self.region = region
        self.journal = journal
        self.eventLoop = eventLoop
        self.earlier = earlier
        self.counted = QueueUsage(since: HostClock.now())
    }

    /// With what the hosts before this one were asked in the month.
    package var usageOfMonth: QueueUsage { self.usage.following(self.earlier) }

    /// What the host itself does with queues, such as making those of the template.
    package func hostCaller(_ source: String) -> Caller {
        Caller(region: self.region, principal: .root(of: self.account), senderID: self.account, source: source)
    }

    // MARK: Verbs

    /// Lets the engine decide. What it decided is told by ``whenDurable(_:)`` only.
    package func perform<Result>(
        _ body: (inout QueueService, Timestamp, inout Effects) throws(SQSError) -> Result
    ) throws(SQSError) -> Result {
        let now = self.now()
        defer { self.settle() }
        return try body(&self.service, now, &self.effects)
    }

    /// Looks at the queues; what is seen may not be written yet.
    package func inspect<Result>(_ body: (QueueService, Timestamp) -> Result) -> Result { body(self.service, self.now()) }

    /// Calls `answer` when all that has been decided so far is written: now, or after the commits under way.
    package func whenDurable(_ answer: @escaping Answer) {
        if let failure {
            answer(failure)
        } else if self.journal == nil || self.effects.changes.isEmpty && self.answers.isEmpty && self.groups.isEmpty {
            answer(nil)
        } else {
            self.answers.append(answer)
            self.scheduleTurn()
        }
    }

    /// Receives now, or parks the receiver until a message or the end of its wait comes.
    /// - Returns: the waiter of a parked receive, for ``cancel(_:)``.
    package func receive(
        _ request: ReceiveMessageRequest, from caller: Caller, _ receiver: @escaping Receiver
    ) throws(SQSError) -> WaiterID? {
        let response = try self.perform { service, now, effects throws(SQSError) in
            try service.receiveMessage(request, from: caller, now: now, into: &effects)
        }
        let home = Home(queueURL: request.queueURL, region: caller.region)
        switch response {
        case .messages(let messages):
            self.whenDurable { [unowned self] in self.hand(messages, of: home, to: receiver, failure: $0) }
            return nil
        case .parked(let waiter, deadline: _):
            self.parked[waiter] = (home, receiver)
            return waiter
        }
    }

    /// Whoever waited has gone.
    package func cancel(_ waiter: WaiterID) {
        guard self.parked.removeValue(forKey: waiter) != nil else { return }
        let now = self.now()
        self.service.cancel(waiter, now: now, into: &self.effects)
        self.settle()
    }

    package var parkedReceives: Int { self.parked.count }

    /// Ends every wait; done when all is written and answered.
    package func stop() -> EventLoopFuture<Void> {
        let promise = self.eventLoop.makePromise(of: Void.self)
        self.stopped = promise
        self.service.shutDown(now: self.now(), into: &self.effects)
        self.settle()
        self.scheduleTurn()
        return promise.futureResult
    }

    /// From now on every request is refused: nothing can be written any more.
    package func end() { self.failure = self.failure ?? "the host is stopping" }

    /// After a start from stored changes: what has become due while nobody ran.
    package func resume() {
        self.service.timePassed(now: self.now(), into: &self.effects)
        self.settle()
        self.scheduleTurn()
    }

    // MARK: A turn of the loop

    /// A clock that is set back doesn't turn time around.
    private func now() -> Timestamp {
        self.lastTime = max(self.lastTime, HostClock.now())
        return self.lastTime
    }

    /// After each verb: who waited and now has an answer.
    private func settle() {
        if !self.effects.deliveries.isEmpty {
            let deliveries = self.effects.deliveries
            self.effects.deliveries.removeAll(keepingCapacity: true)
            for delivery in deliveries {
                guard let waiting = self.parked.removeValue(forKey: delivery.waiter) else { continue }
                self.whenDurable { [unowned self] in
                    self.hand(delivery.messages, of: waiting.home, to: waiting.receiver, failure: $0)
                }
            }
        }
        self.scheduleTurn()
    }

    private func hand(_ messages: [ReceivedMessage], of home: Home, to receiver: Receiver, failure: String?) {
        if let failure {
            _ = receiver(.failure(.notWritten(failure)))  // Who is gone has nothing to lose any more.
        } else if !receiver(.success(messages)), !messages.isEmpty,
            let queue = QueueName(queueURL: home.queueURL, region: home.region, account: self.account)
        {
            self.service.putBack(messages, in: queue, now: self.now(), into: &self.effects)
            self.settle()
        }
    }

    private func scheduleTurn() {
        guard !self.isTurnScheduled else { return }
        self.isTurnScheduled = true
        let bound = NIOLoopBound(self, eventLoop: self.eventLoop)
        self.eventLoop.execute { bound.value.endTurn() }
    }

    /// What the turn's requests are billed as: told when their answers have gone, which need not wait for it.
    private func countUsage() {
        guard !self.effects.usage.isEmpty else { return }
        for event in self.effects.usage {
            self.counted.add(event)
            self.onUsage(event)
        }
        self.effects.usage.removeAll(keepingCapacity: true)
    }

    /// Hands over what this turn has decided.
    private func endTurn() {
        self.isTurnScheduled = false
        let changes = self.effects.changes
        if !changes.isEmpty {
            self.effects.changes = []
            self.effects.changes.reserveCapacity(changes.count)
            if !self.observers.isEmpty { self.tell(changes) }
        }
        let answers = self.answers
        if !answers.isEmpty {
            self.answers = []
            self.answers.reserveCapacity(answers.count)
        }
        if let journal, self.failure == nil, !changes.isEmpty {
            self.groups.append(answers)
            // One request that nobody else waits with gains nothing from a group, and would wait for two threads to wake.
            if self.groups.count == 1, answers.count <= 1, let result = journal.commitNow(changes) {
                self.committed(result)
            } else {
                let bound = NIOLoopBound(self, eventLoop: self.eventLoop)
                journal.commit(changes) { [eventLoop] failure in
                    let result = failure.map { Result.failure(NotWritten($0)) } ?? .success(())
                    eventLoop.execute { bound.value.committed(result) }
                }
            }
        } else if self.groups.isEmpty {
            for answer in answers { answer(self.failure) }
        } else {
            self.groups[self.groups.index(before: self.groups.endIndex)].append(contentsOf: answers)
        }
        self.countUsage()
        self.setTimer()
        self.depths?.turnEnded()
        self.finishStop()
    }

    private func committed(_ result: Result<Void, NotWritten>) {
        if case .failure(let failure) = result, self.failure == nil {
            self.failure = failure.sentence
            self.report(failure.sentence)
        }
        let answers = self.groups.removeFirst()
        for answer in answers { answer(self.failure) }
        self.finishStop()
    }

    private func finishStop() {
        guard let stopped, self.groups.isEmpty, self.answers.isEmpty, self.effects.changes.isEmpty else { return }
        self.stopped = nil
        self.timer?.task.cancel()
        self.depths?.stop()
        self.depths = nil
        stopped.succeed()
    }

    private func tell(_ changes: [Change]) {
        for case .messageAdded(let message) in changes {
            for observer in self.observers.values { observer(message) }
        }
    }

    /// One timer; early when a deadline went away, never late.
    private func setTimer() {
        guard let deadline = self.service.nextDeadline else { return }
        if let timer, timer.deadline <= deadline { return }
        self.timer?.task.cancel()
        let bound = NIOLoopBound(self, eventLoop: self.eventLoop)
        let delay = max((deadline - HostClock.now()).nanoseconds, 0)
        let task = self.eventLoop.scheduleTask(in: .nanoseconds(delay)) { bound.value.timeCame() }
        self.timer = (deadline, task)
    }

    private func timeCame() {
        self.timer = nil
        self.service.timePassed(now: self.now(), into: &self.effects)
        self.settle()
    }
}

/// Why an action has no result.
package enum QueueFailure: Error, Hashable, Sendable {
    case refused(SQSError)
    /// What was decided could not be written, and nothing that came after it either; a sentence.
    case notWritten(String)
}
