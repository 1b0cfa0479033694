import CoreTypes

/// What happens to one message, without changes, answers and rules: the bookkeeping that verbs, time and replay share.
extension QueueService {
    /// Puts a message into its queue: visible, delayed or held, as its times say.
    mutating func place(_ message: StoredMessage, in queue: Int, now: Int64) {
        let record = MessageRecord(
            serial: message.serial.value, messageID: message.messageID, body: message.body, bodyMD5: message.bodyMD5,
            details: message.details, sentAt: message.sentAt.milliseconds, visibleAt: message.visibleAt.milliseconds,
            firstReceivedAt: message.firstReceivedAt?.milliseconds ?? 0,
            lastReceivedAt: message.lastReceivedAt?.milliseconds ?? 0,
            receiveCount: UInt32(clamping: message.receiveCount), queue: UInt32(queue))
        let slot = self.messages.insert(record)
        self.enter(slot, queue, now: now)
    }

    /// A message that is in the table joins a queue: when its time has come it is visible.
    private mutating func enter(_ slot: MessageSlot, _ queue: Int, now: Int64) {
        let sentAt = self.messages[slot].sentAt
        self.messages[slot].queue = UInt32(queue)
        self.queues[queue]!.arrivals.append(slot, .arrival, in: &self.messages)
        if sentAt < self.queues[queue]!.latestSentAt {
            let key = MessageKey(slot: slot, serial: self.messages[slot].serial)
            self.queues[queue]!.lateArrivals.push(key, at: sentAt)
        } else {
            self.queues[queue]!.latestSentAt = sentAt
        }
        if self.queues[queue]!.isFIFO, let id = self.messages[slot].details.groupID {
            let group = self.queues[queue]!.groups.find(orAdd: id)
            self.messages[slot].group = group
            self.queues[queue]!.groups[group].messages.append(slot, .order, in: &self.messages)
        } else {
            self.messages[slot].group = .max
        }
        self.joinByTime(slot, queue, now: now)
        self.scheduleExpiry(of: queue)
    }

    /// Takes a message out of its queue and forgets it.
    mutating func discard(_ slot: MessageSlot) {
        self.leave(slot)
        self.messages.remove(slot)
    }

    private mutating func leave(_ slot: MessageSlot) {
        let queue = Int(self.messages[slot].queue)
        if self.messages[slot].state != .visible { self.wheel.clear(slot, in: &self.messages) }
        let group = self.messages[slot].group
        if self.queues[queue]!.isFIFO, group != .max {
            self.queues[queue]!.groups[group].messages.remove(slot, .order, in: &self.messages)
        }
        self.part(slot, queue, unlocks: false)
        self.queues[queue]!.arrivals.remove(slot, .arrival, in: &self.messages)
        let late = self.queues[queue]!.lateArrivals.count
        if late > 64, late > 2 * (self.queues[queue]!.arrivals.count) {
            let messages = self.messages
            self.queues[queue]!.lateArrivals.removeAll { messages.slot(of: $0.serial) != $0.slot }
        }
    }

    /// Moves a message to the end of another queue under a new serial, visible at once.
    mutating func move(_ slot: MessageSlot, _ move: MessageMove, to queue: Int, now: Int64) {
        self.leave(slot)
        self.messages.rename(slot, to: move.serial.value)
        self.messages[slot].sentAt = move.sentAt.milliseconds
        self.messages[slot].visibleAt = move.visibleAt.milliseconds
        self.messages[slot].details = self.messages[slot].details.moved(from: move.deadLetterSourceARN)
        self.enter(slot, queue, now: now)
    }

    /// Hides a message until its `visibleAt`, or shows it where that has come.
    mutating func setVisibility(_ slot: MessageSlot, until time: Int64, now: Int64) {
        self.lift(slot)
        self.lay(slot, until: time, now: now)
    }

    /// Takes a message out of its state. ``mark(_:_:now:)`` or ``lay(_:until:now:)`` must give it the next one.
    mutating func lift(_ slot: MessageSlot) {
        if self.messages[slot].state != .visible { self.wheel.clear(slot, in: &self.messages) }
        self.part(slot, Int(self.messages[slot].queue), unlocks: true)
    }

    /// A message that was lifted is hidden until then, or visible.
    private mutating func lay(_ slot: MessageSlot, until time: Int64, now: Int64) {
        self.messages[slot].visibleAt = time
        self.joinByTime(slot, Int(self.messages[slot].queue), now: now)
    }

    /// The timer of a message has fired, which took it out of the wheel.
    mutating func show(_ slot: MessageSlot) {
        let queue = Int(self.messages[slot].queue)
        self.part(slot, queue, unlocks: true)
        self.join(.visible, slot, queue)
    }

    /// Marks a received message that was lifted: counted, and held until then.
    mutating func mark(_ slot: MessageSlot, _ receipt: Receipt, now: Int64) {
        self.messages[slot].receiveCount = UInt32(clamping: receipt.receiveCount)
        self.messages[slot].firstReceivedAt = receipt.firstReceivedAt.milliseconds
        self.messages[slot].lastReceivedAt = receipt.lastReceivedAt.milliseconds
        self.lay(slot, until: receipt.visibleAt.milliseconds, now: now)
    }

    // MARK: - States

    /// Visible, or hidden until its time: delayed when it was never received, else held.
    private mutating func joinByTime(_ slot: MessageSlot, _ queue: Int, now: Int64) {
        let isHidden = self.messages[slot].visibleAt > now && self.wheel.set(slot, in: &self.messages)
        let hidden: MessageRecord.State = self.messages[slot].receiveCount == 0 ? .delayed : .held
        self.join(isHidden ? hidden : .visible, slot, queue)
    }

    private mutating func join(_ state: MessageRecord.State, _ slot: MessageSlot, _ queue: Int) {
        self.messages[slot].state = state
        let group = self.messages[slot].group
        switch state {
        case .visible:
            self.queues[queue]!.visibleCount += 1
            if group == .max {
                self.queues[queue]!.ready.append(slot, in: &self.messages)
            } else {
                self.queues[queue]!.groups[group].visibleCount += 1
            }
            self.wake(queue)
        case .held:
            self.queues[queue]!.heldCount += 1
            if group != .max {
                self.queues[queue]!.groups[group].heldCount += 1
                self.queues[queue]!.groups[group].isLocked = true
            }
        case .delayed: self.queues[queue]!.delayedCount += 1
        }
        if group != .max { self.queues[queue]!.groups.settle(group) }
    }

    /// - Parameter unlocks: a held message becomes visible, which opens its group even where others of it are held. When it is
    ///   deleted instead, the last one held opens the group.
    private mutating func part(_ slot: MessageSlot, _ queue: Int, unlocks: Bool) {
        let group = self.queues[queue]!.isFIFO ? self.messages[slot].group : .max
        switch self.messages[slot].state {
        case .visible:
            self.queues[queue]!.visibleCount -= 1
            if group == .max {
                self.queues[queue]!.ready.remove(slot, in: &self.messages)
            } else {
                self.queues[queue]!.groups[group].visibleCount -= 1
            }
        case .held:
            self.queues[queue]!.heldCount -= 1
            if group != .max {
                self.queues[queue]!.groups[group].heldCount -= 1
                if unlocks || self.queues[queue]!.groups[group].heldCount == 0 {
                    self.queues[queue]!.groups[group].isLocked = false
                }
            }
            // Room below the limit of messages in flight, or an open group.
            self.wake(queue)
        case .delayed: self.queues[queue]!.delayedCount -= 1
        }
        // A message that only changes its state is still linked: its group is settled when it has joined the next one.
        if group != .max, self.queues[queue]!.groups[group].messages.isEmpty || !unlocks {
            self.queues[queue]!.groups.settle(group)
        }
    }

    mutating func wake(_ queue: Int) {
        guard self.queues[queue]!.waiterCount > 0, !self.queues[queue]!.isAwake else { return }
        self.queues[queue]!.isAwake = true
        self.awake.append(queue)
    }

    /// Makes sure that a timer stands at or before the end of the oldest message's retention.
    mutating func scheduleExpiry(of queue: Int) {
        guard let oldest = self.oldestSentAt(in: queue) else { return }
        let time = oldest + self.queues[queue]!.retentionMilliseconds
        guard time < self.queues[queue]!.scheduledExpiry else { return }
        self.queues[queue]!.scheduledExpiry = time
        self.expiries.push(self.queues[queue]!.stored.id, at: time)
    }

    func oldestSentAt(in queue: Int) -> Int64? {
        let first = self.queues[queue]!.arrivals.first
        guard first != .none else { return nil }
        let late = self.queues[queue]!.lateArrivals.first?.time ?? .max
        return min(self.messages[first].sentAt, late)
    }
}
