package import CoreTypes

/// From the journal back to the live state, and from the live state to the shortest journal.
extension QueueService {
    /// The live state that these changes make, in their order, as it stands at `now`: timers that ended meanwhile have ended at
    /// the first ``timePassed(now:into:)``. Running move tasks go on from here.
    ///
    /// Messages are visible in the order in which they became so; costs O(n log n) in the number of live messages.
    /// - Throws: `invalidParameterValue` for a change that names a queue or message that there is not: a damaged journal.
    package init(
        settings: QueueSettings, seed: (UInt64, UInt64), replaying changes: some Sequence<Change>, now: Timestamp
    ) throws(SQSError) {
        self.init(settings: settings, seed: seed)
        var journal = JournalReader()
        for change in changes { try journal.apply(change) }
        self.nextSerial = journal.reservedSerial + 1
        self.reservedSerial = journal.reservedSerial
        for stored in journal.queues.values.sorted(by: { $0.id < $1.id }) {
            self.add(stored)
            self.queues[self.slotsByID[stored.id]!]!.purgedAt = journal.purges[stored.id]
        }
        for (name, time) in journal.deletions.sorted(by: { $0.value < $1.value }) {
            self.deletions[name] = time
            self.deletionTimes.append((name, time))
        }
        self.restore(Array(journal.messages.values), now: now.milliseconds)
        for record in journal.deduplication.values.sorted(by: { $0.expiresAt < $1.expiresAt }) where record.expiresAt > now {
            self.queues[self.slotsByID[record.queue]!]!.deduplication.remember(record)
        }
        for task in journal.moveTasks.values.sorted(by: { $0.startedAt < $1.startedAt }) {
            _ = self.moveTasks.save(task, endedCountMax: self.settings.limits.endedMoveTasks)
            if task.status == .running { self.moveTasks.nextMoves[task.source] = now.nanoseconds }
        }
    }

    /// Arrival is in the order of serials; visibility in the order of times, which the timers give.
    private mutating func restore(_ messages: [StoredMessage], now: Int64) {
        for message in messages.sorted(by: { $0.serial < $1.serial }) {
            self.place(message, in: self.slotsByID[message.queue]!, now: .min)
        }
        while let slot = self.wheel.popDue(at: now, in: &self.messages) { self.show(slot) }
        // Whether the end of a timeout opened a group while others of it are held is not in the journal: closed is safe.
        for slot in self.queues.indices { self.queues[slot]?.groups.lockHeld() }
    }

    /// The changes that make the live state, and nothing more: a compacted journal.
    package func forEachLiveChange(_ body: (Change) throws -> Void) rethrows {
        try body(.serialsReserved(upTo: self.reservedSerial))
        for (name, time) in self.deletions { try body(.queueDeleted(QueueID(0), name, at: time)) }
        for case let queue? in self.queues {
            try body(.queueSaved(queue.stored))
            var next = queue.arrivals.first
            while next != .none {
                try body(.messageAdded(self.stored(next)))
                next = self.messages[next].arrival.next
            }
            for record in queue.deduplication.records.values { try body(.deduplicationSaved(record)) }
            for task in self.moveTasks.tasks[queue.stored.id] ?? [] { try body(.moveTaskSaved(task)) }
        }
    }

    func stored(_ slot: MessageSlot) -> StoredMessage {
        let record = self.messages[slot]
        func time(_ value: Int64) -> Timestamp? { value == 0 ? nil : Timestamp(milliseconds: value) }
        return StoredMessage(
            serial: MessageSerial(record.serial), queue: self.queues[Int(record.queue)]!.stored.id, messageID: record.messageID,
            body: record.body, bodyMD5: record.bodyMD5, sentAt: Timestamp(milliseconds: record.sentAt),
            visibleAt: Timestamp(milliseconds: record.visibleAt), receiveCount: Int(record.receiveCount),
            firstReceivedAt: time(record.firstReceivedAt), lastReceivedAt: time(record.lastReceivedAt), details: record.details)
    }
}

/// Reads a journal into what is live at its end.
private struct JournalReader {
    struct DeduplicationKey: Hashable {
        let queue: QueueID
        let groupID: String?
        let id: String
    }

    var queues: [QueueID: StoredQueue] = [:]
    var messages: [MessageSerial: StoredMessage] = [:]
    var deduplication: [DeduplicationKey: DeduplicationRecord] = [:]
    var moveTasks: [RequestID: MessageMoveTask] = [:]
    var deletions: [QueueName: Timestamp] = [:]
    var purges: [QueueID: Int64] = [:]
    var reservedSerial: UInt64 = 0

    mutating func apply(_ change: Change) throws(SQSError) {
        switch change {
        case .queueSaved(let queue):
            self.queues[queue.id] = queue
            self.deletions[queue.name] = nil
        case .queueDeleted(let id, let name, let time):
            self.queues[id] = nil
            self.drop(id)
            self.moveTasks = self.moveTasks.filter { $0.value.source != id }
            self.deletions[name] = time
        case .queuePurged(let id, let time):
            self.drop(id)
            self.purges[id] = time.milliseconds
        case .messageAdded(let message):
            try self.check(message.queue)
            self.messages[message.serial] = message
        case .messageReceived(let serial, let receipt):
            let message = try self.message(serial)
            self.messages[serial] = message.with(
                visibleAt: receipt.visibleAt, receiveCount: receipt.receiveCount, firstReceivedAt: receipt.firstReceivedAt,
                lastReceivedAt: receipt.lastReceivedAt)
        case .visibilityChanged(let serial, let time):
            self.messages[serial] = try self.message(serial).with(visibleAt: time)
        case .messageMoved(let serial, let move):
            try self.check(move.queue)
            let message = try self.message(serial)
            self.messages[serial] = nil
            self.messages[move.serial] = message.moved(by: move)
        case .messageDeleted(let serial): self.messages[serial] = nil
        case .deduplicationSaved(let record):
            try self.check(record.queue)
            let key = DeduplicationKey(queue: record.queue, groupID: record.groupID, id: record.deduplicationID)
            self.deduplication[key] = record
        case .moveTaskSaved(let task):
            try self.check(task.source)
            self.moveTasks[task.id] = task
        case .moveTaskForgotten(let id): self.moveTasks[id] = nil
        case .serialsReserved(let serial): self.reservedSerial = max(self.reservedSerial, serial)
        }
    }

    private mutating func drop(_ queue: QueueID) {
        self.messages = self.messages.filter { $0.value.queue != queue }
        self.deduplication = self.deduplication.filter { $0.key.queue != queue }
    }

    private func check(_ queue: QueueID) throws(SQSError) {
        if self.queues[queue] == nil {
            throw SQSError(
                .invalidParameterValue, "The journal is damaged: it names queue \(queue.value), which it doesn't hold.")
        }
    }

    private func message(_ serial: MessageSerial) throws(SQSError) -> StoredMessage {
        guard let message = self.messages[serial] else {
            throw SQSError(
                .invalidParameterValue, "The journal is damaged: it names message \(serial.value), which it doesn't hold.")
        }
        return message
    }
}

extension StoredMessage {
    /// After a visibility change or a receive.
    package func with(
        visibleAt: Timestamp, receiveCount: Int? = nil, firstReceivedAt: Timestamp? = nil, lastReceivedAt: Timestamp? = nil
    ) -> StoredMessage {
        StoredMessage(
            serial: self.serial, queue: self.queue, messageID: self.messageID, body: self.body, bodyMD5: self.bodyMD5,
            sentAt: self.sentAt, visibleAt: visibleAt, receiveCount: receiveCount ?? self.receiveCount,
            firstReceivedAt: firstReceivedAt ?? self.firstReceivedAt, lastReceivedAt: lastReceivedAt ?? self.lastReceivedAt,
            details: self.details)
    }

    /// In the dead-letter queue.
    package func moved(by move: MessageMove) -> StoredMessage {
        StoredMessage(
            serial: move.serial, queue: move.queue, messageID: self.messageID, body: self.body, bodyMD5: self.bodyMD5,
            sentAt: move.sentAt, visibleAt: move.visibleAt, receiveCount: self.receiveCount,
            firstReceivedAt: self.firstReceivedAt, lastReceivedAt: self.lastReceivedAt,
            details: self.details.moved(from: move.deadLetterSourceARN))
    }
}
