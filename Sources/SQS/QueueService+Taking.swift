import CoreTypes

/// How a receive finds its messages.
extension QueueService {
    /// - Parameter share: at most so many messages, or groups of a FIFO queue, so that others who wait get theirs.
    mutating func take(
        _ queue: Int, _ options: ReceiveOptions, share: Int = .max, _ now: Timestamp, _ effects: inout Effects
    ) -> [ReceivedMessage] {
        let time = now.milliseconds
        let timeout = options.visibilityTimeoutSeconds ?? self.queues[queue]!.attributes.visibilityTimeoutSeconds
        let visibleAt = time + Int64(timeout) * 1_000
        let isFIFO = self.queues[queue]!.isFIFO
        if isFIFO, let attempt = options.attemptID,
            let repeated = self.repeatAttempt(attempt, queue, options, visibleAt: visibleAt, time, &effects)
        {
            return repeated
        }
        let room = min(options.maximumMessages, self.settings.limits.inFlightMessages - self.queues[queue]!.heldCount)
        guard room > 0, self.queues[queue]!.hasReadyMessages else { return [] }
        var redrives = Self.redrivesPerReceive
        let slots =
            isFIFO
            ? self.pickFromGroups(queue, room, groups: share, &redrives, time, &effects)
            : self.pickReady(queue, min(room, share), &redrives, time, &effects)
        for slot in slots { self.hold(slot, visibleAt: visibleAt, time, &effects) }
        let messages = slots.map { self.received($0, queue, options) }
        if isFIFO, let attempt = options.attemptID, !messages.isEmpty {
            self.remember(attempt, queue, slots, visibleAt: visibleAt, time)
        }
        return messages
    }

    /// The messages of a standard queue whose turn it is, lifted: each makes room for the next of its tenant.
    private mutating func pickReady(
        _ queue: Int, _ count: Int, _ redrives: inout Int, _ now: Int64, _ effects: inout Effects
    ) -> [MessageSlot] {
        var picked: [MessageSlot] = []
        while picked.count < count {
            let slot = self.queues[queue]!.ready.first
            guard slot != .none else { break }
            switch self.fate(of: slot, queue, now) {
            case .deliver:
                self.lift(slot)
                picked.append(slot)
            case .expire: self.expire(slot, &effects)
            case .redrive(let target):
                guard redrives > 0 else { return picked }
                redrives -= 1
                self.redrive(slot, from: queue, to: target, now, &effects)
            }
        }
        return picked
    }

    /// Messages of each open group in turn, lifted: from its first visible one up to one that is hidden.
    private mutating func pickFromGroups(
        _ queue: Int, _ count: Int, groups: Int, _ redrives: inout Int, _ now: Int64, _ effects: inout Effects
    ) -> [MessageSlot] {
        var picked: [MessageSlot] = []
        var group = self.queues[queue]!.groups.firstReady
        var groupsLeft = groups
        search: while group != .max, picked.count < count, groupsLeft > 0 {
            let nextGroup = self.queues[queue]!.groups[group].next
            let before = picked.count
            var next = self.queues[queue]!.groups[group].messages.first
            while next != .none, picked.count < count {
                let slot = next
                next = self.messages[slot].order.next
                if self.messages[slot].state != .visible {
                    if picked.count > before { break }
                    continue
                }
                switch self.fate(of: slot, queue, now) {
                case .deliver: picked.append(slot)
                case .expire: self.expire(slot, &effects)
                case .redrive(let target):
                    guard redrives > 0 else { break search }
                    redrives -= 1
                    self.redrive(slot, from: queue, to: target, now, &effects)
                }
            }
            if picked.count > before { groupsLeft -= 1 }
            group = nextGroup
        }
        for slot in picked { self.lift(slot) }
        return picked
    }

    private enum Fate {
        case deliver
        case expire
        /// To the queue in this slot.
        case redrive(Int)
    }

    private func fate(of slot: MessageSlot, _ queue: Int, _ now: Int64) -> Fate {
        if self.messages[slot].sentAt + self.queues[queue]!.retentionMilliseconds <= now { return .expire }
        guard let redrive = self.queues[queue]!.attributes.redrivePolicy,
            Int(self.messages[slot].receiveCount) >= redrive.maximumReceiveCount,
            // A dead-letter queue that was deleted takes nothing, and a queue that names itself would take the same message for
            // ever: it is delivered on.
            let target = self.slot(ofARN: redrive.deadLetterTargetARN), target != queue,
            self.queues[target]!.isFIFO == self.queues[queue]!.isFIFO
        else { return .deliver }
        return .redrive(target)
    }

    private mutating func expire(_ slot: MessageSlot, _ effects: inout Effects) {
        effects.changes.append(.messageDeleted(MessageSerial(self.messages[slot].serial)))
        self.discard(slot)
    }

    private mutating func redrive(
        _ slot: MessageSlot, from queue: Int, to target: Int, _ now: Int64, _ effects: inout Effects
    ) {
        let time = Timestamp(milliseconds: now)
        let move = MessageMove(
            queue: self.queues[target]!.stored.id, serial: MessageSerial(self.takeSerial(&effects)),
            sentAt: self.queues[target]!.isFIFO ? time : Timestamp(milliseconds: self.messages[slot].sentAt), visibleAt: time,
            deadLetterSourceARN: self.queues[queue]!.arn)
        effects.changes.append(.messageMoved(MessageSerial(self.messages[slot].serial), move))
        self.move(slot, move, to: target, now: now)
    }

    private mutating func hold(_ slot: MessageSlot, visibleAt: Int64, _ now: Int64, _ effects: inout Effects) {
        let first = self.messages[slot].firstReceivedAt
        let receipt = Receipt(
            receiveCount: Int(self.messages[slot].receiveCount) + 1,
            firstReceivedAt: Timestamp(milliseconds: first == 0 ? now : first),
            visibleAt: Timestamp(milliseconds: visibleAt), lastReceivedAt: Timestamp(milliseconds: now))
        effects.changes.append(.messageReceived(MessageSerial(self.messages[slot].serial), receipt))
        self.mark(slot, receipt, now: now)
    }

    // MARK: - Attempts

    private mutating func remember(_ id: String, _ queue: Int, _ slots: [MessageSlot], visibleAt: Int64, _ now: Int64) {
        while let oldest = self.queues[queue]!.attemptTimes.first, oldest.expiresAt <= now {
            if let attempt = self.queues[queue]!.attempts[oldest.id], attempt.expiresAt <= now {
                self.queues[queue]!.attempts[oldest.id] = nil
            }
            self.queues[queue]!.attemptTimes.removeFirst()
        }
        let expiresAt = now + ReceiveAttempt.lifetimeMilliseconds
        self.queues[queue]!.attempts[id] = ReceiveAttempt(
            messages: slots.map { (self.messages[$0].serial, self.messages[$0].receiveCount) }, visibleAt: visibleAt,
            expiresAt: expiresAt)
        self.queues[queue]!.attemptTimes.append((id, expiresAt))
    }

    /// The messages of an attempt again, with the same handles and a new timeout; `nil` when it is too old or one of them has
    /// been deleted, changed or become visible.
    private mutating func repeatAttempt(
        _ id: String, _ queue: Int, _ options: ReceiveOptions, visibleAt: Int64, _ now: Int64, _ effects: inout Effects
    ) -> [ReceivedMessage]? {
        guard let attempt = self.queues[queue]!.attempts[id], attempt.expiresAt > now else { return nil }
        var slots: [MessageSlot] = []
        for (serial, receiveCount) in attempt.messages {
            guard let slot = self.messages.slot(of: serial), Int(self.messages[slot].queue) == queue,
                self.messages[slot].state == .held, self.messages[slot].receiveCount == receiveCount,
                self.messages[slot].visibleAt == attempt.visibleAt
            else { return nil }
            slots.append(slot)
        }
        for slot in slots {
            effects.changes.append(
                .visibilityChanged(MessageSerial(self.messages[slot].serial), until: Timestamp(milliseconds: visibleAt)))
            self.setVisibility(slot, until: visibleAt, now: now)
        }
        self.queues[queue]!.attempts[id]!.visibleAt = visibleAt
        return slots.map { self.received($0, queue, options) }
    }

    // MARK: - Answers

    private func received(_ slot: MessageSlot, _ queue: Int, _ options: ReceiveOptions) -> ReceivedMessage {
        let record = self.messages[slot]
        let handle = ReceiptHandle(
            queue: self.queues[queue]!.stored.id, serial: MessageSerial(record.serial), receiveCount: record.receiveCount)
        let attributes = options.messageAttributes.select(from: record.details.attributes)
        let isFIFO = self.queues[queue]!.isFIFO
        return ReceivedMessage(
            messageID: record.messageID, receiptHandle: handle.text, bodyMD5: record.bodyMD5, body: record.body,
            systemAttributes: options.systemAttributes.compactMap { name in
                Self.value(of: name, record, isFIFO: isFIFO).map { SystemAttribute(name: name, value: $0) }
            },
            attributes: attributes, attributesMD5: AttributeDigest.md5(of: attributes),
            billedBytes: record.details.attributes.reduce(record.body.count) { $0 + $1.byteCount },
            isFair: !isFIFO && record.details.groupID != nil)
    }

    private static func value(of name: SystemAttributeName, _ record: MessageRecord, isFIFO: Bool) -> String? {
        switch name {
        case .senderID: record.details.senderID
        case .sentTimestamp: String(record.sentAt)
        case .receiveCount: String(record.receiveCount)
        case .firstReceiveTimestamp: String(record.firstReceivedAt)
        case .traceHeader: record.details.traceHeader
        case .sequenceNumber: isFIFO ? MessageSerial(record.serial).sequenceNumber : nil
        case .deduplicationID: record.deduplicationID
        case .groupID: record.details.groupID
        case .deadLetterQueueSourceARN: record.details.deadLetterSourceARN
        }
    }
}
