import CoreTypes

/// A month of requests to queues: a number of them, or an empty queue that is asked by a pattern.
package struct QueueWorkload: Workload {
    package enum Requests: Hashable, Sendable {
        case count(Int)
        case polling(ReceivePattern)
    }

    package var requests: Requests
    /// Of each request that carries messages; decides how many 64 KB units it is.
    package var payloadBytes = 0
    package var isFIFO = false
    /// Messages with a group id on a standard queue.
    package var isFair = false

    package init(_ requests: Requests) { self.requests = requests }

    private var unitsEach: Int { QueueRequests.units(forBytes: self.payloadBytes) }

    /// `nil` when nothing slows the pattern down.
    package var requestCount: Int? {
        switch self.requests {
        case .count(let count): count
        case .polling(let pattern): pattern.receivesPerMonth
        }
    }

    package var title: String {
        let queue = self.isFIFO ? "a FIFO queue" : self.isFair ? "a fair queue" : "a standard queue"
        return switch self.requests {
        case .count(let count): "\(DecimalText.grouped(count)) requests a month to \(queue)"
        case .polling(let pattern):
            "\(pattern.pollers) \(pattern.pollers == 1 ? "poller" : "pollers") on \(queue) that stays empty, 30 days"
        }
    }

    package var usage: Usage {
        let count = self.requestCount ?? 0
        let units = count * self.unitsEach
        var usage = Usage()
        usage.add(
            QueueRequests(
                standardUnits: self.isFIFO ? 0 : units, fifoUnits: self.isFIFO ? units : 0, fairRequests: self.isFair ? count : 0),
            of: Consumer(.queue, "estimate"))
        return usage
    }

    package var steps: [Estimate.Step] {
        var steps: [Estimate.Step] = []
        if case .polling(let pattern) = self.requests, let count = pattern.receivesPerMonth {
            let round = pattern.wait + pattern.pause + pattern.roundTrip
            steps.append(
                Estimate.Step(
                    "One round",
                    "\(pattern.wait.secondsText) s wait + \(pattern.pause.secondsText) s sleep + \(pattern.roundTrip.secondsText) s round trip",
                    "\(round.secondsText) s"))
            let pollers = pattern.pollers == 1 ? "1 poller" : "\(DecimalText.grouped(pattern.pollers)) pollers"
            steps.append(
                Estimate.Step(
                    "Receives", "30 × 86,400 s ÷ \(round.secondsText) s × \(pollers)", "\(DecimalText.grouped(count)) requests"))
        }
        if self.unitsEach > 1, let count = self.requestCount {
            steps.append(
                Estimate.Step(
                    "Units of 64 KB", "\(DecimalText.grouped(count)) × \(self.unitsEach)",
                    "\(DecimalText.grouped(count * self.unitsEach)) requests"))
        }
        return steps
    }

    package var notes: [String] {
        guard case .polling(let pattern) = self.requests, pattern.wait < .seconds(20), let count = pattern.receivesPerMonth,
            let waiting = ReceivePattern(
                pollers: pattern.pollers, wait: .seconds(20), pause: pattern.pause, roundTrip: pattern.roundTrip
            ).receivesPerMonth
        else { return [] }
        return [
            "With WaitTimeSeconds 20 the same loop makes \(DecimalText.grouped(waiting)) requests instead of "
                + "\(DecimalText.grouped(count)), and messages arrive sooner."
        ]
    }
}

extension Duration {
    /// `0.02`: seconds with as many decimals as there are.
    var secondsText: String {
        let (seconds, attoseconds) = self.components
        return DecimalText.text(
            Int128(seconds) * 1_000_000_000 + Int128(attoseconds / 1_000_000_000), scale: 9, minimumFraction: 0)
    }
}
