import CoreTypes

/// How something asks an empty queue for messages, and what that comes to in a month: every ReceiveMessage is a request on the
/// bill, an empty one too (SQS pricing, "Requests").
///
/// ```
/// ReceivePattern(pollers: 5, wait: .seconds(20)).receivesPerMonth            // 648,000: an idle event source mapping
/// ReceivePattern(pollers: 1, wait: .zero, pause: .seconds(1)).receivesPerMonth   // 2,592,000: asking each second
/// ```
package struct ReceivePattern: Hashable, Sendable {
    package let pollers: Int
    /// `WaitTimeSeconds`: how long an empty receive takes.
    package let wait: Duration
    /// The sleep after an empty receive.
    package let pause: Duration
    /// What a request takes beyond its wait. It sets the pace of a loop that neither waits nor sleeps.
    package let roundTrip: Duration

    /// The month of AWS's own examples: 30 days.
    package static let month = Duration.seconds(30 * 86_400)

    package init(pollers: Int, wait: Duration, pause: Duration = .zero, roundTrip: Duration = .zero) {
        self.pollers = pollers
        self.wait = wait
        self.pause = pause
        self.roundTrip = roundTrip
    }

    /// Of a queue that stays empty; `nil` when nothing slows the loop down.
    package var receivesPerMonth: Int? {
        let round = (self.wait + self.pause + self.roundTrip).nanoseconds
        guard round > 0 else { return nil }
        return Int(Int128(self.pollers) * Int128(Self.month.nanoseconds) / Int128(round))
    }
}

extension PriceTable {
    /// A month's requests to queues of one type, each of one unit, when nothing else uses up the free ones.
    package func monthlyQueueAmount(requests: Int, isFIFO: Bool = false) -> Money {
        (isFIFO ? self.fifoQueueRequests : self.queueRequests).amount(for: Int128(max(0, requests - Self.freeQueueRequests)))
    }
}
