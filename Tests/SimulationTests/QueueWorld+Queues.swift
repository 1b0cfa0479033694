import CoreTypes
import SQS

/// What happens to queues as a whole, and to the process.
extension QueueWorld {
    // MARK: - Queues

    /// Attributes that a queue may have, `RedrivePolicy` only where its target is there.
    private mutating func someAttributes(of name: String) -> [String: String] {
        var attributes = [
            "VisibilityTimeout": String(Int.random(in: 0...40, using: &self.random)),
            "DelaySeconds": String([0, 0, 3, 12].randomElement(using: &self.random)!),
            "MessageRetentionPeriod": String([60, 300, 1_200].randomElement(using: &self.random)!),
        ]
        if self.model.isFIFO {
            attributes["DeduplicationScope"] = ["queue", "messageGroup"].randomElement(using: &self.random)!
        }
        let count = Int.random(in: 1...4, using: &self.random)
        if name != self.names[0], self.model.queues[self.names[0]] != nil {
            let target = "arn:aws:sqs:us-east-1:000000000000:\(self.names[0])"
            attributes["RedrivePolicy"] = #"{"deadLetterTargetArn":"\#(target)","maxReceiveCount":\#(count)}"#
        }
        return attributes
    }

    mutating func createQueue(_ name: String) {
        var attributes = self.someAttributes(of: name)
        if self.model.isFIFO {
            attributes["FifoQueue"] = "true"
            attributes["ContentBasedDeduplication"] = "true"
        }
        let (now, caller) = (self.now, self.caller)
        let request = CreateQueueRequest(queueName: name, attributes: attributes)
        let isTooEarly = self.model.deletions[name].map {
            now - $0 < .seconds(self.settings.limits.recreateIntervalSeconds)
        }
        let answer = self.commit { service, effects throws(SQSError) in
            try service.createQueue(request, from: caller, now: now, into: &effects)
        } beforeDeliveries: { world, answer in
            if case .success = answer { world.model.created(name, attributes) }
        }
        switch answer {
        case .success?:
            if isTooEarly == true { self.fault("\(name) was made again too early") }
            if isTooEarly == false { self.note("queue made again") }
        case .failure(let error)? where error.kind == .queueDeletedRecently && isTooEarly == true: self.note("too early")
        case .failure(let error)?: self.fault("creating \(name): \(error.message)")
        // The process ended before the answer; the next step that finds a queue missing makes it.
        case nil: break
        }
    }

    /// A queue that was deleted is not there until it is made again, and then it is empty.
    mutating func createMissingQueue() {
        guard let name = self.names.first(where: { self.model.queues[$0] == nil }) else { return }
        let (now, caller) = (self.now, self.caller)
        let answer = self.commit { service, effects throws(SQSError) in
            try service.receiveMessage(ReceiveMessageRequest(queueURL: name), from: caller, now: now, into: &effects)
        }
        switch answer {
        case .failure(let error)? where error.kind == .queueDoesNotExist: self.note("no such queue")
        case nil: return
        default: self.fault("\(name) answers, but was deleted")
        }
        self.createQueue(name)
    }

    mutating func deleteQueue() {
        guard self.model.queues.count > 1 else { return }
        let (queue, now, caller) = (self.anyQueue(), self.now, self.caller)
        let answer = self.commit { service, effects throws(SQSError) in
            try service.deleteQueue(QueueRequest(queueURL: queue), from: caller, now: now, into: &effects)
        } beforeDeliveries: { world, answer in
            if case .success = answer { world.model.deleted(queue, now: now) }
        }
        switch answer {
        case .success?: self.note("queue deleted")
        case .failure(let error)?: self.fault("deleting \(queue): \(error.message)")
        case nil: break
        }
    }

    /// Other values for some of a queue's attributes, which hold at once.
    mutating func changeSettings() {
        let (queue, now, caller) = (self.anyQueue(), self.now, self.caller)
        var attributes = self.someAttributes(of: queue).filter { _ in Bool.random(using: &self.random) }
        if attributes["RedrivePolicy"] != nil, Bool.random(using: &self.random) { attributes["RedrivePolicy"] = "" }
        // As with receives: two that hide nothing would get the same message in one step.
        if attributes["VisibilityTimeout"] == "0" { attributes["VisibilityTimeout"] = "1" }
        guard !attributes.isEmpty else { return }
        let request = SetQueueAttributesRequest(queueURL: queue, attributes: attributes)
        let answer = self.commit { service, effects throws(SQSError) in
            try service.setQueueAttributes(request, from: caller, now: now, into: &effects)
        } beforeDeliveries: { world, answer in
            if case .success = answer { world.model.set(attributes, of: queue, now: now) }
        }
        switch answer {
        case .success?: self.note("settings")
        case .failure(let error)?: self.fault("settings of \(queue): \(error.message)")
        case nil: break
        }
    }

    mutating func purge() {
        let (queue, now, caller) = (self.anyQueue(), self.now, self.caller)
        guard
            case .success? = self.commit({ service, effects throws(SQSError) in
                try service.purgeQueue(QueueRequest(queueURL: queue), from: caller, now: now, into: &effects)
            })
        else { return }
        self.note("purge")
        self.model.purged(queue)
    }

    mutating func startMoveTask() {
        let (now, caller) = (self.now, self.caller)
        let request = StartMessageMoveTaskRequest(
            sourceARN: "arn:aws:sqs:us-east-1:000000000000:\(self.names[0])",
            destinationARN: Bool.random(using: &self.random) ? "arn:aws:sqs:us-east-1:000000000000:\(self.names[2])" : nil,
            maximumMessagesPerSecond: [nil, 1, 10].randomElement(using: &self.random)!)
        // A second task at a time is refused, which is as it should be.
        _ = self.commit({ service, effects throws(SQSError) in
            try service.startMessageMoveTask(request, from: caller, now: now, into: &effects)
        })
    }

    // MARK: - Crashes

    mutating func crash() {
        self.note("crash")
        let before = self.live()
        self.restart()
        if self.live() != before { self.fault("the journal gives another state than the one that was lost") }
    }

    /// From the journal alone; those who waited have lost their connection.
    mutating func restart() {
        self.model.restarted()
        do throws(SQSError) {
            self.service = try QueueService(
                settings: self.settings, seed: (self.random.next(), self.random.next()), replaying: self.journal, now: self.now)
        } catch { self.fault("replay: \(error.message)") }
    }

    func live() -> Set<Change> {
        var changes: Set<Change> = []
        self.service.forEachLiveChange { change in
            // What has run out of its five minutes may be held until it is looked for.
            if case .deduplicationSaved(let record) = change, record.expiresAt <= self.now { return }
            // So may the name of a deleted queue.
            let interval = Duration.seconds(self.settings.limits.recreateIntervalSeconds)
            if case .queueDeleted(_, _, let time) = change, self.now - time >= interval { return }
            changes.insert(change)
        }
        return changes
    }

    mutating func compact() {
        self.note("compaction")
        self.journal = []
        var changes: [Change] = []
        self.service.forEachLiveChange { changes.append($0) }
        self.journal = changes
        self.restart()
    }
}
