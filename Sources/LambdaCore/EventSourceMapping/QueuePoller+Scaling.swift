import CoreTypes

// How many pollers there are, and when the machine next has something to do.
extension QueuePoller {
    /// AWS: `MaxNumberOfMessages` is 1 to 10.
    static let messagesPerReceive = 10

    mutating func nextSequence() -> UInt64 {
        self.lastSequence += 1
        return self.lastSequence
    }

    mutating func advance(now: Timestamp) -> [Action] {
        guard self.phase == .running else { return self.finishStopping() }
        if let end = self.gatheringEndsAt, end <= now { self.closeGathering() }
        var actions = self.retryThrottled(now: now)
        // A rested poller takes its count of empty receives along, so that the next rest is longer.
        self.rested += self.resting.filter { $0.until <= now }.map(\.emptyReceives)
        self.resting.removeAll { $0.until <= now }
        repeat {
            actions += self.startReady(now: now)
            actions += self.startReceives(now: now)
        } while self.grow(now: now)
        return actions + self.scheduleWake(now: now)
    }

    private mutating func finishStopping() -> [Action] {
        guard self.phase == .stopping, self.receives.isEmpty, self.running.isEmpty else { return [] }
        self.phase = .stopped
        return [.stopped]
    }

    /// A poller came back with nothing: it retires where there are more than needed, rests where it was told to, or asks again.
    mutating func pollerFoundNothing(_ receive: Receive, now: Timestamp) {
        let scaling = self.settings.scaling
        let isQuiet = now - self.lastMessageAt >= self.settings.timing.quietPeriod
        if self.limit > (isQuiet ? scaling.idle : scaling.base) {
            self.limit -= 1
            return
        }
        let emptyReceives = receive.emptyBefore + 1
        let pause = self.settings.polling.pause(afterEmptyReceives: emptyReceives)
        let until = max(now + pause, receive.startedAt + PollingSettings.shortestEmptyRound)
        self.resting.append(Rest(until: until, emptyReceives: emptyReceives))
    }

    private mutating func startReceives(now: Timestamp) -> [Action] {
        var actions: [Action] = []
        while let maximum = self.roomForReceive {
            let id = ReceiveID(sequence: self.nextSequence())
            self.receives[id] = Receive(startedAt: now, maximumMessages: maximum, emptyBefore: self.rested.popLast() ?? 0)
            actions.append(.receive(id, maximumMessages: maximum, waitSeconds: self.settings.polling.waitTimeSeconds))
        }
        return actions
    }

    /// How many messages one more receive may bring; `nil` when none may begin.
    ///
    /// Without a window each receive becomes a batch and needs a slot for it. With one, all receives fill the same batch, and may
    /// bring together what the free slots hold.
    private var roomForReceive: Int? {
        let concurrency = self.concurrency
        guard self.pollers < self.settings.scaling.pollers(for: concurrency) else { return nil }
        let busy = self.running.count + self.ready.count
        let most = min(Self.messagesPerReceive, self.settings.batchSize)
        if self.settings.batchingWindow == .zero { return self.pollers + busy < concurrency ? most : nil }
        let expected = self.receives.values.reduce(self.gathering?.count ?? 0) { $0 + $1.maximumMessages }
        let room = (concurrency - busy) * self.settings.batchSize - expected
        return room > 0 ? min(most, room) : nil
    }

    /// While every slot is taken, one more is allowed each growth interval. Returns whether there is one more now.
    private mutating func grow(now: Timestamp) -> Bool {
        let scaling = self.settings.scaling
        let isSaturated = self.pollers == 0 && self.running.count >= self.concurrency && self.limit < scaling.ceiling
        guard isSaturated, self.penalty == 0 else {
            self.growthAt = nil
            return false
        }
        guard let growthAt = self.growthAt else {
            self.growthAt = now + scaling.growthInterval
            return false
        }
        guard growthAt <= now else { return false }
        self.limit += 1
        self.growthAt = growthAt + scaling.growthInterval
        return true
    }

    private mutating func scheduleWake(now: Timestamp) -> [Action] {
        var times = self.resting.map(\.until)
        if let end = self.gatheringEndsAt { times.append(end) }
        if let growthAt { times.append(growthAt) }
        for entry in self.running.values {
            if let retryAt = entry.retryAt { times.append(min(retryAt, self.visibleAgain(entry.batch))) }
        }
        guard let next = times.min(), self.scheduledWake.map({ next < $0 }) ?? true else { return [] }
        self.scheduledWake = next
        return [.scheduleWake(at: next)]
    }
}
