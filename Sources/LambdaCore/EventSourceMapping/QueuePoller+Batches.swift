import CoreTypes

// From messages to batches, and what becomes of them.
extension QueuePoller {
    /// AWS: ten entries a batch request.
    static let handlesPerRequest = 10

    static func inTens(_ handles: [String], _ action: ([String]) -> Action) -> [Action] {
        stride(from: 0, to: handles.count, by: self.handlesPerRequest).map { start in
            action(Array(handles[start..<min(start + self.handlesPerRequest, handles.count)]))
        }
    }

    mutating func take(_ messages: [ReceivedMessage], now: Timestamp) -> [Action] {
        guard self.phase == .running else { return Self.inTens(messages.map(\.receiptHandle), Action.makeVisible) }
        self.lastMessageAt = now
        self.limit = max(self.limit, self.settings.scaling.base)
        // There is traffic: nobody rests any longer because of emptiness.
        self.resting = []
        self.rested = []
        var dropped: [String] = []
        for message in messages {
            if self.settings.filters.passes(message, from: self.settings.source) {
                self.gather(message, now: now)
            } else {
                dropped.append(message.receiptHandle)
            }
        }
        self.counts.filtered += dropped.count
        if self.settings.batchingWindow == .zero { self.closeGathering() }
        return self.delete(dropped)
    }

    private mutating func gather(_ message: ReceivedMessage, now: Timestamp) {
        let record = QueueRecord.bytes(of: message, from: self.settings.source)
        if self.gathering?.hasRoom(forRecordOf: record.count) == false { self.closeGathering() }
        if self.gathering == nil { self.gathering = MessageBatch(receivedAt: now) }
        // In place: a batch of thousands is not copied for each message.
        self.gathering?.append(message, record: record)
        if self.gathering.map(\.count) ?? 0 >= self.settings.batchSize { self.closeGathering() }
    }

    mutating func closeGathering() {
        guard let gathering = self.gathering else { return }
        self.ready.append(gathering)
        self.gathering = nil
    }

    /// The window begins at the first message. One that outlives half of the visibility timeout ends there: else its messages
    /// would be back in the queue before the function is done with them.
    var gatheringEndsAt: Timestamp? {
        self.gathering.map { $0.receivedAt + min(self.settings.batchingWindow, self.settings.visibilityTimeout / 2) }
    }

    /// From here on other receivers may have the batch's messages.
    func visibleAgain(_ batch: MessageBatch) -> Timestamp { batch.receivedAt + self.settings.visibilityTimeout }

    func isExpired(_ batch: MessageBatch, now: Timestamp) -> Bool {
        batch.receivedAt < now && self.visibleAgain(batch) <= now
    }

    /// Hands batches to the function while there are slots. On a FIFO queue one whose group is there already waits, and so does
    /// what comes behind it in the same groups.
    mutating func startReady(now: Timestamp) -> [Action] {
        var actions: [Action] = []
        var waiting: [MessageBatch] = []
        var blocked = self.lockedGroups
        for (index, batch) in self.ready.enumerated() {
            if self.running.count >= self.concurrency {
                waiting += self.ready[index...]
                break
            }
            if self.isExpired(batch, now: now) {
                self.counts.failed += batch.count
                continue
            }
            let groups = self.settings.source.isFIFO ? batch.groups : []
            guard blocked.isDisjoint(with: groups) else {
                waiting.append(batch)
                blocked.formUnion(groups)
                continue
            }
            self.lockedGroups.formUnion(groups)
            blocked.formUnion(groups)
            let id = BatchID(sequence: self.nextSequence())
            self.running[id] = Running(batch: batch)
            self.counts.batches += 1
            self.counts.invocations += 1
            actions.append(.invoke(id, batch))
        }
        self.ready = waiting
        return actions
    }

    /// Throttled batches: again when their time has come, given up when their messages are about to reappear.
    mutating func retryThrottled(now: Timestamp) -> [Action] {
        var actions: [Action] = []
        let due = self.running.filter { _, entry in
            entry.retryAt.map { $0 <= now || self.visibleAgain(entry.batch) <= now } ?? false
        }
        for (id, entry) in due.sorted(by: { $0.key.sequence < $1.key.sequence }) {
            if self.visibleAgain(entry.batch) <= now {
                self.running[id] = nil
                let outcome = BatchOutcome(
                    id: id, batch: entry.batch, attempts: entry.attempts, answer: nil, ending: .throttledUntilVisible,
                    endedAt: now)
                actions += self.settle(outcome, nil)
            } else {
                self.running[id]?.retryAt = nil
                self.running[id]?.attempts += 1
                self.counts.invocations += 1
                actions.append(.invoke(id, entry.batch))
            }
        }
        return actions
    }

    /// Deletes what succeeded and lets go of what failed.
    mutating func settle(_ outcome: BatchOutcome, _ verdict: BatchVerdict?) -> [Action] {
        let messages = outcome.batch.messages
        let failed = Set(outcome.failed)
        let succeeded = messages.indices.filter { !failed.contains($0) }.map { messages[$0].receiptHandle }
        self.counts.succeeded += succeeded.count
        self.counts.failed += failed.count
        self.unlock(outcome.batch)
        if self.settings.source.isFIFO, !failed.isEmpty { self.letGo(groups: Set(failed.compactMap { messages[$0].groupID })) }
        switch verdict?.reason {
        case .succeeded: self.penalty = max(0, self.penalty - 1)
        case .partialFailure:
            self.penalty = max(0, self.penalty - 1)
            if failed.count == messages.count { self.counts.failedBatches += 1 } else { self.counts.partialBatches += 1 }
        case .failed, .malformedAnswer:
            self.counts.failedBatches += 1
            // Failed invocations do not slow a mapping that reports its failures.
            if !self.settings.reportsBatchItemFailures { self.penalty = min(self.penalty + 1, self.limit) }
        case nil: self.counts.failedBatches += 1
        }
        return self.delete(succeeded) + [.batchEnded(outcome)]
    }

    private mutating func letGo(groups: Set<String>) {
        self.ready = self.ready.compactMap { batch in
            var batch = batch
            self.counts.failed += batch.remove(groups: groups).count
            return batch.isEmpty ? nil : batch
        }
    }

    mutating func unlock(_ batch: MessageBatch) {
        if self.settings.source.isFIFO { self.lockedGroups.subtract(batch.groups) }
    }

    private mutating func delete(_ handles: [String]) -> [Action] {
        let actions = Self.inTens(handles, Action.delete)
        self.counts.deleteRequests += actions.count
        return actions
    }
}
