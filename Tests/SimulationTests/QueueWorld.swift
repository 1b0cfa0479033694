import CoreTypes
import SQS

/// Production queues, their journal, and the model, under one seed.
struct QueueWorld {
    private(set) var faults: [String] = []
    private(set) var seen: [String: Int] = [:]
    var random: SeededGenerator
    var now = Timestamp(seconds: 1_700_000_000)
    var service: QueueService
    var journal: [Change] = []
    var model: QueueModel
    let settings: QueueSettings
    let names: [String]
    let caller = Caller(region: "us-east-1", principal: .root(of: "000000000000"), senderID: "simulation", source: "test")

    init(seed: UInt64) {
        self.random = SeededGenerator(seed: seed)
        var limits = Bool.random(using: &self.random) ? QueueLimits.relaxed : .aws
        limits.inFlightMessages = [2, 7, 120_000, 120_000].randomElement(using: &self.random)!
        self.settings = QueueSettings(limits: limits)
        self.service = QueueService(settings: self.settings, seed: (seed, ~seed))
        let isFIFO = Bool.random(using: &self.random)
        let suffix = isFIFO ? ".fifo" : ""
        self.names = ["dead\(suffix)", "source\(suffix)", "other\(suffix)"]
        self.model = QueueModel(isFIFO: isFIFO, inFlightLimit: limits.inFlightMessages)
        for name in self.names {
            while self.model.queues[name] == nil, self.faults.isEmpty { self.createQueue(name) }
        }
    }

    mutating func run(steps: Int) {
        for _ in 0..<steps where self.faults.isEmpty {
            if Int.random(in: 0..<3, using: &self.random) == 0 { self.passTime() }
            switch Int.random(in: 0..<100, using: &self.random) {
            case 0..<27: self.send()
            case 27..<39: self.sendBatch()
            case 39..<66: self.receive()
            case 66..<78: self.delete()
            case 78..<86: self.change()
            case 86..<88: self.putBack()
            case 88..<90: self.cancelWaiter()
            case 90..<93: self.crash()
            case 93..<95: self.compact()
            case 95: self.purge()
            case 96: self.startMoveTask()
            case 97: self.changeSettings()
            case 98: self.deleteQueue()
            default: self.passTime()
            }
            if Int.random(in: 0..<8, using: &self.random) == 0 { self.createMissingQueue() }
            self.settle()
            self.checkCounts()
        }
        self.drain()
    }

    // MARK: - Steps

    mutating func note(_ event: String) { self.seen[event, default: 0] += 1 }
    mutating func fault(_ text: String) { self.faults.append("\(self.now.milliseconds): \(text)") }

    mutating func anyQueue() -> String {
        let wanted = self.names[[0, 1, 1, 1, 2].randomElement(using: &self.random)!]
        return self.model.queues[wanted] == nil ? self.names.first { self.model.queues[$0] != nil }! : wanted
    }

    /// A step whose changes reach the journal; now and then they don't, the process is gone, and nobody has had an answer.
    mutating func commit<Answer>(
        _ verb: (inout QueueService, inout Effects) throws(SQSError) -> Answer,
        beforeDeliveries tell: (inout QueueWorld, Result<Answer, SQSError>) -> Void = { _, _ in }
    ) -> Result<Answer, SQSError>? {
        // Time that passes is committed apart, so that the model sees its effects first.
        self.settle()
        var effects = Effects()
        let answer: Result<Answer, SQSError>
        do throws(SQSError) { answer = .success(try verb(&self.service, &effects)) } catch { answer = .failure(error) }
        if Int.random(in: 0..<60, using: &self.random) == 0 {
            self.note("lost commit")
            self.restart()
            return nil
        }
        tell(&self, answer)
        self.apply(effects)
        return answer
    }

    /// Lets the service and the model reach the present.
    mutating func settle() {
        var effects = Effects()
        var rounds = 0
        repeat {
            self.service.timePassed(now: self.now, into: &effects)
            rounds += 1
        } while (self.service.nextDeadline ?? self.now + .seconds(1)) <= self.now && rounds < 1_000
        if rounds >= 1_000 { self.fault("a deadline stays due") }
        self.note("expired", self.model.passTime(to: self.now))
        self.apply(effects)
    }

    mutating func note(_ event: String, _ count: Int) { if count > 0 { self.seen[event, default: 0] += count } }

    mutating func apply(_ effects: Effects) {
        self.journal += effects.changes
        for change in effects.changes {
            switch change {
            case .queueSaved(let stored): self.model.names[stored.id] = stored.name.name
            case .messageMoved(let serial, let move):
                self.note("moved")
                self.report(self.model.moved(serial, move, now: self.now))
            case .messageAdded(let message): self.model.added(message)
            case .messageDeleted(let serial):
                if self.model.removedByMoveTask(serial, effects.changes, now: self.now) { self.note("redriven") }
            default: break
            }
        }
        for delivery in effects.deliveries {
            guard let (queue, place, parked) = self.model.takeWaiter(delivery.waiter) else {
                self.fault("a waiter was answered twice")
                continue
            }
            if parked.request.attemptID != nil, self.model.isRepeat(delivery.messages, in: queue, now: self.now) {
                self.model.extended(delivery.messages, parked.request, now: self.now)
                continue
            }
            self.note(delivery.messages.isEmpty ? "empty delivery" : "delivered")
            if delivery.messages.isEmpty {
                if parked.deadline > self.now { self.fault("a waiter was sent away before its time") }
                continue
            }
            if place != 0 { self.fault("a younger waiter was served first") }
            self.report(self.model.received(delivery.messages, from: queue, parked.request, isWhole: false, now: self.now))
        }
    }

    mutating func report(_ faults: [String]) { for fault in faults { self.fault(fault) } }

    mutating func passTime() {
        let milliseconds = [1, 500, 1_000, 5_000, 20_000, 61_000, 300_000].randomElement(using: &self.random)!
        let target = self.now + .milliseconds(Int.random(in: 1...milliseconds, using: &self.random))
        // A timer at the edge fires at each deadline on the way; now and then all of them come late.
        if Int.random(in: 0..<4, using: &self.random) > 0 {
            var steps = 0
            while let next = self.service.nextDeadline, next <= target, steps < 5_000 {
                self.now = max(self.now, next)
                self.settle()
                steps += 1
            }
            if steps >= 5_000 { self.fault("time does not pass") }
        }
        self.now = target
        self.settle()
    }

    mutating func message() -> OutgoingMessage {
        let body = Array("body \(Int.random(in: 0..<40, using: &self.random))".utf8)
        var message = OutgoingMessage(body: body)
        if self.model.isFIFO {
            message.groupID = "group \(Int.random(in: 0..<4, using: &self.random))".replacing(" ", with: "-")
            if Bool.random(using: &self.random) {
                message.deduplicationID = "id-\(Int.random(in: 0..<400, using: &self.random))"
            }
        } else {
            if Int.random(in: 0..<5, using: &self.random) == 0 {
                message.delaySeconds = Int.random(in: 0...30, using: &self.random)
            }
            // Tenants, one of them noisy.
            message.groupID = [nil, nil, "loud", "loud", "loud", "b", "c"].randomElement(using: &self.random)!
        }
        return message
    }

    mutating func send() {
        let (queue, message, now, caller) = (self.anyQueue(), self.message(), self.now, self.caller)
        let request = SendMessageRequest(queueURL: queue, message: message)
        guard
            let answer = self.commit({ service, effects throws(SQSError) in
                try service.sendMessage(request, from: caller, now: now, into: &effects)
            })
        else { return }
        switch answer {
        case .success(let response): self.sent(message, to: queue, response)
        case .failure(let error): self.fault("send: \(error.message)")
        }
    }

    mutating func sent(_ message: OutgoingMessage, to queue: String, _ response: SendMessageResponse) {
        self.note("sent")
        let (isDuplicate, faults) = self.model.sent(message, to: queue, response, now: self.now)
        if isDuplicate { self.note("duplicate") }
        self.report(faults)
    }

    mutating func sendBatch() {
        let (queue, now, caller) = (self.anyQueue(), self.now, self.caller)
        let entries = (0..<Int.random(in: 1...10, using: &self.random)).map { BatchEntry(id: "e\($0)", content: self.message()) }
        let request = SendMessageBatchRequest(queueURL: queue, entries: entries)
        guard
            let answer = self.commit({ service, effects throws(SQSError) in
                try service.sendMessageBatch(request, from: caller, now: now, into: &effects)
            })
        else { return }
        switch answer {
        case .success(let response):
            if response.successful.count != entries.count { self.fault("a batch of good entries failed in part") }
            for (entry, result) in zip(entries, response.successful) { self.sent(entry.content, to: queue, result.result) }
        case .failure(let error): self.fault("batch: \(error.message)")
        }
    }

    mutating func receive() {
        let (queue, now, caller) = (self.anyQueue(), self.now, self.caller)
        var request = ReceiveMessageRequest(
            queueURL: queue, maximumMessages: Int.random(in: 1...10, using: &self.random),
            visibilityTimeoutSeconds: [nil, nil, 0, 5, 60].randomElement(using: &self.random)!,
            waitTimeSeconds: [0, 0, 5, 20].randomElement(using: &self.random)!, systemAttributeNames: ["All"])
        // Two receives that hide nothing would get the same message in one step, which the model takes apart by answers.
        let hasWaiters = !self.model.waiters[queue, default: []].isEmpty
        if request.waitTimeSeconds != 0 || hasWaiters,
            (request.visibilityTimeoutSeconds ?? self.model.queues[queue]!.visibilityTimeout) == 0
        {
            request.visibilityTimeoutSeconds = 5
        }
        if self.model.isFIFO, Int.random(in: 0..<4, using: &self.random) == 0 {
            request.attemptID = "attempt-\(Int.random(in: 0..<6, using: &self.random))"
        }
        let movesBefore = self.seen["moved"]
        guard
            let answer = self.commit({ [request] service, effects throws(SQSError) in
                try service.receiveMessage(request, from: caller, now: now, into: &effects)
            })
        else { return }
        switch answer {
        case .success(.messages(let messages)):
            if request.attemptID != nil, self.model.isRepeat(messages, in: queue, now: now) {
                self.note("repeated attempt")
                return self.model.extended(messages, request, now: now)
            }
            if !messages.isEmpty { self.note("received") }
            // A message that goes to the dead-letter queue takes its tenant's turn.
            if !self.model.isFIFO, self.seen["moved"] == movesBefore {
                if messages.count > 1 { self.note("turns") }
                self.report(self.model.turns(of: messages, in: queue, now: now))
            }
            self.report(self.model.received(messages, from: queue, request, isWhole: true, now: now))
        case .success(.parked(let waiter, let deadline)):
            self.report(self.model.received([], from: queue, request, isWhole: true, now: now))
            self.model.park(waiter, queue, request, deadline: deadline)
        case .failure(let error) where error.kind == .overLimit:
            self.note("too many in flight")
            if self.model.isFIFO || request.waitTimeSeconds != 0 || self.model.room(in: queue) > 0 {
                self.fault("a receive was refused for what is in flight")
            }
        case .failure(let error): self.fault("receive: \(error.message)")
        }
    }

    mutating func delete() {
        guard let (queue, handle) = self.model.handles.randomElement(using: &self.random) else { return }
        let (now, caller) = (self.now, self.caller)
        let request = DeleteMessageRequest(queueURL: queue, receiptHandle: handle)
        _ = self.commit { service, effects throws(SQSError) in
            try service.deleteMessage(request, from: caller, now: now, into: &effects)
        } beforeDeliveries: { world, answer in
            switch answer {
            case .success:
                world.note("deleted")
                world.report(world.model.deleted(handle, in: queue, now: now))
            case .failure(let error):
                world.note("expired handle")
                world.report(world.model.deleteRefused(handle, in: queue, error))
            }
        }
    }

    mutating func change() {
        guard let (queue, handle) = self.model.handles.randomElement(using: &self.random) else { return }
        let (now, caller) = (self.now, self.caller)
        let timeout = [0, 0, 1, 10, 45].randomElement(using: &self.random)!
        let request = ChangeMessageVisibilityRequest(
            queueURL: queue, change: VisibilityChange(receiptHandle: handle, visibilityTimeoutSeconds: timeout))
        _ = self.commit { service, effects throws(SQSError) in
            try service.changeMessageVisibility(request, from: caller, now: now, into: &effects)
        } beforeDeliveries: { world, answer in
            if case .success = answer {
                world.model.changed(handle, to: now + .seconds(timeout), in: queue, now: now)
            } else if world.model.message(of: handle, in: queue) != nil {
                world.fault("a visibility change was refused for a message that is there")
            }
        }
    }

    /// A receive whose answer can't be written.
    mutating func putBack() {
        let (queue, now, caller) = (self.anyQueue(), self.now, self.caller)
        let request = ReceiveMessageRequest(
            queueURL: queue, maximumMessages: 10, visibilityTimeoutSeconds: 30, waitTimeSeconds: 0, systemAttributeNames: ["All"])
        guard
            case .success(.messages(let messages))? = self.commit({ service, effects throws(SQSError) in
                try service.receiveMessage(request, from: caller, now: now, into: &effects)
            }), !messages.isEmpty
        else { return }
        self.report(self.model.received(messages, from: queue, request, isWhole: true, now: now))
        self.note("put back")
        var effects = Effects()
        self.service.putBack(messages, in: QueueName(region: "us-east-1", name: queue), now: now, into: &effects)
        for message in messages { self.model.changed(message.receiptHandle, to: now, in: queue, now: now) }
        self.apply(effects)
    }

    mutating func cancelWaiter() {
        guard let waiter = self.model.waiters.values.joined().randomElement(using: &self.random) else { return }
        var effects = Effects()
        self.settle()
        guard self.model.takeWaiter(waiter.id) != nil else { return }
        self.service.cancel(waiter.id, now: self.now, into: &effects)
        self.apply(effects)
    }

    // MARK: - Invariants

    mutating func checkCounts() {
        if Set(self.service.summaries.map(\.name.name)) != Set(self.model.queues.keys) { self.fault("there are other queues") }
        for summary in self.service.summaries {
            let counts = self.model.counts(of: summary.name.name, now: self.now)
            let actual = (summary.visibleMessages, summary.inFlightMessages, summary.delayedMessages)
            if counts != actual { self.fault("\(summary.name.name) counts \(actual), the model \(counts)") }
            if summary.parkedReceives != self.model.waiters[summary.name.name, default: []].count {
                self.fault("\(summary.name.name) has another number of waiters")
            }
            if summary.parkedReceives > 0, self.model.room(in: summary.name.name) > 0,
                self.model.hasDeliverable(in: summary.name.name, now: self.now)
            {
                self.fault("a receive waits in \(summary.name.name) with a message for it")
            }
        }
    }

    /// At the end every message that the model knows can be received or is gone for a reason.
    mutating func drain() {
        var rounds = 0
        while self.faults.isEmpty, rounds < 300 {
            rounds += 1
            self.receive()
            self.settle()
            self.checkCounts()
        }
        var effects = Effects()
        self.service.shutDown(now: self.now, into: &effects)
        let waiting = Set(self.model.waiters.values.joined().map(\.id))
        if Set(effects.deliveries.map(\.waiter)) != waiting { self.fault("shutdown left a waiter without an answer") }
    }
}
