package import CoreTypes

/// From the journal back to the live state, and from the live state to the shortest journal.
extension QueueService {
    /// The live state that these changes make, in their order, as it stands at `now`: hidden messages whose time has come are
    /// visible, in the order in which they became so; all else that is due happens at the first ``timePassed(now:into:)``.
    /// Running move tasks go on from here.
    ///
    /// A store of tables gives queues first, then messages by rising serial. O(1) for each change.
    /// - Throws: `invalidParameterValue` for a change that names a queue or message that there is not: a damaged journal.
    package init(
        settings: QueueSettings, seed: (UInt64, UInt64), replaying changes: some Sequence<Change>, now: Timestamp
    ) throws(SQSError) {
        self.init(settings: settings, seed: seed)
        for change in changes { try self.apply(change) }
        self.nextSerial = self.reservedSerial + 1
        while let slot = self.wheel.popDue(at: now.milliseconds, in: &self.messages) { self.show(slot) }
        // Whether the end of a timeout opened a group while others of it are held is not in the journal: closed is safe.
        for slot in self.queues.indices { self.queues[slot]?.groups.lockHeld() }
        for source in self.moveTasks.tasks.keys where self.moveTasks.running(source: source) != nil {
            self.moveTasks.nextMoves[source] = now.nanoseconds
        }
    }

    /// The clock stands before all times, so that every message is hidden until the replay is over.
    private mutating func apply(_ change: Change) throws(SQSError) {
        switch change {
        case .queueSaved(let stored):
            if let slot = self.slotsByID[stored.id] { self.replace(stored, in: slot) } else { self.add(stored) }
            self.deletions[stored.name] = nil
        case .queueDeleted(let id, let name, let time):
            if let slot = self.slotsByID[id] {
                self.remove(slot, at: time)
            } else {
                self.deletions[name] = time
                self.deletionTimes.append((name, time))
            }
        case .queuePurged(let id, let time): self.purge(try self.replayed(id), at: time.milliseconds)
        case .messageAdded(let message): self.place(message, in: try self.replayed(message.queue), now: .min)
        case .messageReceived(let serial, let receipt):
            let slot = try self.replayed(serial)
            self.lift(slot)
            self.mark(slot, receipt, now: .min)
        case .visibilityChanged(let serial, let time):
            self.setVisibility(try self.replayed(serial), until: time.milliseconds, now: .min)
        case .messageMoved(let serial, let move):
            self.move(try self.replayed(serial), move, to: try self.replayed(move.queue), now: .min)
        case .messageDeleted(let serial): self.discard(try self.replayed(serial))
        case .deduplicationSaved(let record): self.queues[try self.replayed(record.queue)]!.deduplication.remember(record)
        case .moveTaskSaved(let task):
            _ = try self.replayed(task.source)
            _ = self.moveTasks.save(task, endedCountMax: self.settings.limits.endedMoveTasks)
        case .moveTaskForgotten(let id): self.moveTasks.forget(id)
        case .serialsReserved(let serial): self.reservedSerial = max(self.reservedSerial, serial)
        }
    }

    private func replayed(_ queue: QueueID) throws(SQSError) -> Int {
        guard let slot = self.slotsByID[queue] else {
            throw SQSError(
                .invalidParameterValue, "The journal is damaged: it names queue \(queue.value), which it doesn't hold.")
        }
        return slot
    }

    private func replayed(_ serial: MessageSerial) throws(SQSError) -> MessageSlot {
        guard let slot = self.messages.slot(of: serial.value) else {
            throw SQSError(
                .invalidParameterValue, "The journal is damaged: it names message \(serial.value), which it doesn't hold.")
        }
        return slot
    }

    /// The changes that make the live state, and nothing more: a compacted journal.
    package func forEachLiveChange(_ body: (Change) throws -> Void) rethrows {
        try body(.serialsReserved(upTo: self.reservedSerial))
        // The oldest first, as they are forgotten in the order in which they are replayed.
        for (name, time) in self.deletionTimes.all where self.deletions[name] == time {
            try body(.queueDeleted(QueueID(0), name, at: time))
        }
        for case let queue? in self.queues {
            try body(.queueSaved(queue.stored))
            var next = queue.arrivals.first
            while next != .none {
                try body(.messageAdded(self.stored(next)))
                next = self.messages[next].arrival.next
            }
            try queue.deduplication.forEach { try body(.deduplicationSaved($0)) }
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
