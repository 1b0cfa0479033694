/// How a mapping asks its queue for messages. AWS fixes these; here they are settings, since each receive is billed, empty ones
/// too, and the choice is what a bill of millions of empty receives comes from.
package struct PollingSettings: Hashable, Sendable {
    /// `WaitTimeSeconds` of each receive, 0 to 20; `nil` leaves it to the queue's `ReceiveMessageWaitTimeSeconds`.
    package var waitTimeSeconds: Int?
    /// Long polls at once when the mapping starts and while there is traffic.
    package var initialPollers: Int
    /// Long polls at once when the queue has been empty for a while.
    package var idlePollers: Int
    /// The rest of a poller after its first empty receive; doubles with each further one up to ``idlePauseMaximum``. A message
    /// that is sent meanwhile waits as long.
    package var idlePause: Duration
    package var idlePauseMaximum: Duration

    /// Five long polls of 20 s, two when idle, no rest: Lambda developer guide, "Configuring scaling behavior for SQS event source
    /// mappings".
    package static let aws = PollingSettings(
        waitTimeSeconds: 20, initialPollers: 5, idlePollers: 2, idlePause: .zero, idlePauseMaximum: .zero)

    /// A poller whose receive comes back empty sooner than this rests for what is left of it, so that no setting and no peer that
    /// ignores `WaitTimeSeconds` makes a busy loop.
    package static let shortestEmptyRound = Duration.seconds(1)

    package static let waitTimeSecondsRange = 0...20
    package static let pollerRange = 1...1_000
    package static let idlePauseSeconds = 0...3_600

    package init(
        waitTimeSeconds: Int?, initialPollers: Int, idlePollers: Int, idlePause: Duration, idlePauseMaximum: Duration
    ) {
        self.waitTimeSeconds = waitTimeSeconds
        self.initialPollers = initialPollers
        self.idlePollers = idlePollers
        self.idlePause = idlePause
        self.idlePauseMaximum = idlePauseMaximum
    }

    /// The first value out of its range, as a sentence; `nil` when all are fine.
    package var fault: String? {
        if let waitTimeSeconds, !Self.waitTimeSecondsRange.contains(waitTimeSeconds) {
            return "WaitTimeSeconds must be 0 to 20, not \(waitTimeSeconds)"
        }
        if !Self.pollerRange.contains(self.initialPollers) {
            return "Pollers must be 1 to 1000, not \(self.initialPollers)"
        }
        if !(1...self.initialPollers).contains(self.idlePollers) {
            return "IdlePollers must be 1 to Pollers (\(self.initialPollers)), not \(self.idlePollers)"
        }
        let longest = Duration.seconds(Self.idlePauseSeconds.upperBound)
        if self.idlePause < .zero || self.idlePause > longest || self.idlePauseMaximum > longest {
            return "IdlePauseSeconds and MaximumIdlePauseSeconds must be 0 to \(Self.idlePauseSeconds.upperBound)"
        }
        if self.idlePauseMaximum < self.idlePause { return "MaximumIdlePauseSeconds must not be less than IdlePauseSeconds" }
        return nil
    }

    /// The rest after `count` empty receives in a row.
    func pause(afterEmptyReceives count: Int) -> Duration {
        var pause = self.idlePause
        var receives = 1
        while receives < count, pause < self.idlePauseMaximum {
            pause *= 2
            receives += 1
        }
        return min(pause, self.idlePauseMaximum)
    }
}

/// How many batches of a mapping may be with the function at once, and how fast that number changes (Lambda developer guide,
/// "Configuring scaling behavior for SQS event source mappings", "Configuring maximum concurrency", "Using provisioned mode").
package struct PollerScaling: Hashable, Sendable {
    /// Where scaling begins and returns to.
    package let base: Int
    /// What remains when the queue has been empty for a while.
    package let idle: Int
    package let ceiling: Int
    /// The time in which one is added while all are busy.
    package let growthInterval: Duration
    /// Batches that one poller serves.
    package let batchesPerPoller: Int

    package static let standardCeiling = 1_250
    package static let standardGrowthPerMinute = 300
    package static let provisionedBatchesPerPoller = 10
    package static let provisionedGrowthPerMinute = 1_000

    /// Five batches, 300 more a minute, at most 1,250. The step down to fewer pollers than five is not taken by a mapping with a
    /// maximum concurrency.
    package static func standard(_ polling: PollingSettings, maximumConcurrency: Int?) -> PollerScaling {
        let ceiling = maximumConcurrency ?? Self.standardCeiling
        let base = min(polling.initialPollers, ceiling)
        return PollerScaling(
            base: base, idle: maximumConcurrency == nil ? min(polling.idlePollers, base) : base, ceiling: ceiling,
            growthInterval: .seconds(60) / Self.standardGrowthPerMinute, batchesPerPoller: 1)
    }

    /// Ten batches a poller, never fewer pollers than the minimum, 1,000 batches more a minute.
    package static func provisioned(_ pollers: ProvisionedPollers) -> PollerScaling {
        let base = pollers.minimum * Self.provisionedBatchesPerPoller
        return PollerScaling(
            base: base, idle: base, ceiling: pollers.maximum * Self.provisionedBatchesPerPoller,
            growthInterval: .seconds(60) / Self.provisionedGrowthPerMinute,
            batchesPerPoller: Self.provisionedBatchesPerPoller)
    }

    /// Receives at once of a mapping whose queue stays empty.
    package var idlePollers: Int { self.pollers(for: self.idle) }

    /// Receives at once while `concurrency` batches may be with the function.
    func pollers(for concurrency: Int) -> Int { (concurrency + self.batchesPerPoller - 1) / self.batchesPerPoller }
}

/// `ProvisionedPollerConfig`: a number of pollers that is paid for by the hour and scales faster.
package struct ProvisionedPollers: Hashable, Sendable {
    package let minimum: Int
    package let maximum: Int

    package static let minimumRange = 2...200
    package static let maximumRange = 2...2_000

    package init(minimum: Int = 2, maximum: Int = 200) {
        self.minimum = minimum
        self.maximum = maximum
    }
}
