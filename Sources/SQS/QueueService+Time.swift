package import CoreTypes

extension QueueService {
    /// The earliest time at which ``timePassed(now:into:)`` has something to do; may be early, is never late. One timer is enough.
    package var nextDeadline: Timestamp? {
        let times = [
            self.wheel.nextDeadline, self.expiries.first?.time, self.waiterTimes.first?.time, self.moveTasks.nextDeadline,
            self.awake.isEmpty ? nil : 0,
        ]
        return times.compactMap { $0 }.min().map { Timestamp(milliseconds: $0) }
    }

    /// Ends delays, visibility timeouts, waits and retention that are over, and moves what move tasks may move by now.
    package mutating func timePassed(now: Timestamp, into effects: inout Effects) {
        self.advance(to: now, &effects)
        self.serveAwakeQueues(now, &effects)
    }

    mutating func advance(to now: Timestamp, _ effects: inout Effects) {
        let milliseconds = now.milliseconds
        var budget = Self.timersPerStep
        self.expireMessages(milliseconds, &budget, &effects)
        while budget > 0, let slot = self.wheel.popDue(at: milliseconds, in: &self.messages) {
            self.show(slot)
            budget -= 1
        }
        if let deadline = self.moveTasks.nextDeadline, deadline <= milliseconds { self.runMoveTasks(now, &effects) }
        self.forgetDeletions(now)
        guard let first = self.waiterTimes.first, first.time <= milliseconds else { return }
        // Who has waited to the end gets what came in the meantime, or nothing.
        self.serveAwakeQueues(now, &effects)
        while let first = self.waiterTimes.first, first.time <= milliseconds {
            self.waiterTimes.removeFirst()
            if let waiter = self.takeWaiter(first.element) { self.answer(waiter, [], now, &effects) }
        }
    }

    private mutating func expireMessages(_ now: Int64, _ budget: inout Int, _ effects: inout Effects) {
        while let next = self.expiries.first, next.time <= now, budget > 0 {
            self.expiries.removeFirst()
            guard let queue = self.slotsByID[next.element], self.queues[queue]!.scheduledExpiry == next.time else { continue }
            self.queues[queue]!.scheduledExpiry = .max
            let bound = now - self.queues[queue]!.retentionMilliseconds
            while budget > 0, let slot = self.nextExpired(in: queue, sentBy: bound) {
                effects.changes.append(.messageDeleted(MessageSerial(self.messages[slot].serial)))
                self.discard(slot)
                budget -= 1
            }
            self.scheduleExpiry(of: queue)
        }
    }

    private mutating func nextExpired(in queue: Int, sentBy bound: Int64) -> MessageSlot? {
        let first = self.queues[queue]!.arrivals.first
        if first != .none, self.messages[first].sentAt <= bound { return first }
        while let late = self.queues[queue]!.lateArrivals.first, late.time <= bound {
            let isThere = self.messages.slot(of: late.element.serial) == late.element.slot
            if isThere { return late.element.slot }
            self.queues[queue]!.lateArrivals.removeFirst()
        }
        return nil
    }

    private mutating func forgetDeletions(_ now: Timestamp) {
        while let oldest = self.deletionTimes.first,
            now - oldest.time >= .seconds(self.settings.limits.recreateIntervalSeconds)
        {
            self.deletionTimes.removeFirst()
            if self.deletions[oldest.name] == oldest.time { self.deletions[oldest.name] = nil }
        }
    }
}
