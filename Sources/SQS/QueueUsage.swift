package import Billing
package import CoreTypes

/// What the queues were asked in some time, as a bill counts it: per queue and action.
package struct QueueUsage: Sendable {
    package struct Key: Hashable, Sendable {
        package let region: String
        /// `nil` for actions that name no queue, or none that exists.
        package let queue: String?
        package let action: QueueAction

        package init(region: String, queue: String?, action: QueueAction) {
            self.region = region
            self.queue = queue
            self.action = action
        }

        package init(_ event: UsageEvent) { self.init(region: event.region, queue: event.queue, action: event.action) }
    }

    package struct Tally: Hashable, Sendable {
        package var requests = 0
        /// Of 64 KB; each request is at least one.
        package var standardUnits = 0
        package var fifoUnits = 0
        /// Requests of messages with a group id on standard queues: they carry a surcharge.
        package var fairRequests = 0
        package var messages = 0
        package var emptyReceives = 0
        /// Empty receives that did not wait: the ones that cost money for nothing.
        package var shortEmptyReceives = 0
        package var refused = 0

        package init() {}

        /// The receives that found nothing; a queue has one kind of units.
        package var idle: Tally {
            var idle = Tally()
            (idle.requests, idle.emptyReceives, idle.shortEmptyReceives) = (
                self.emptyReceives, self.emptyReceives, self.shortEmptyReceives
            )
            if self.fifoUnits > 0 { idle.fifoUnits = self.emptyReceives } else { idle.standardUnits = self.emptyReceives }
            return idle
        }

        /// What of it is paid for.
        package var billed: QueueRequests {
            QueueRequests(standardUnits: self.standardUnits, fifoUnits: self.fifoUnits, fairRequests: self.fairRequests)
        }

        package static func + (left: Self, right: Self) -> Self {
            var sum = left
            sum += right
            return sum
        }

        package static func += (left: inout Self, right: Self) {
            left.requests += right.requests
            left.standardUnits += right.standardUnits
            left.fifoUnits += right.fifoUnits
            left.fairRequests += right.fairRequests
            left.messages += right.messages
            left.emptyReceives += right.emptyReceives
            left.shortEmptyReceives += right.shortEmptyReceives
            left.refused += right.refused
        }
    }

    package let since: Timestamp
    package private(set) var tallies: [Key: Tally] = [:]

    /// - Parameter tallies: of before, such as a ledger has them.
    package init(since: Timestamp, tallies: [Key: Tally] = [:]) {
        self.since = since
        self.tallies = tallies
    }

    package mutating func add(_ event: UsageEvent) { self.tallies[Key(event), default: Tally()].add(event) }

    /// With what was asked before.
    package func following(_ earlier: QueueUsage) -> QueueUsage {
        QueueUsage(since: earlier.since, tallies: earlier.tallies.merging(self.tallies) { $0 + $1 })
    }

    /// Of one queue, by action.
    package func actions(of queue: QueueName) -> [QueueAction: Tally] {
        var actions: [QueueAction: Tally] = [:]
        for (key, tally) in self.tallies where key.region == queue.region && key.queue == queue.name {
            actions[key.action] = tally
        }
        return actions
    }
}

extension QueueUsage.Tally {
    package mutating func add(_ event: UsageEvent) {
        self.requests += 1
        if event.isFIFO { self.fifoUnits += event.units } else { self.standardUnits += event.units }
        if event.isFair { self.fairRequests += 1 }
        self.messages += event.messages
        if event.isEmptyReceive {
            self.emptyReceives += 1
            if event.waitTimeSeconds ?? 0 == 0 { self.shortEmptyReceives += 1 }
        }
        if event.isRefused { self.refused += 1 }
    }
}
