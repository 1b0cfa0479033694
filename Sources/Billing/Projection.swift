import CoreTypes

/// How often something happens: so many times in a period.
package struct RequestRate: Hashable, Sendable {
    package let requests: Int
    package let period: Duration

    package init(requests: Int, per period: Duration) {
        self.requests = requests
        self.period = period
    }

    /// In a month of 30 days, the month of AWS's own examples, rounded half up; no more than an `Int` holds.
    package var requestsPerMonth: Int {
        let month = Int128(ReceivePattern.month.nanoseconds)
        return Int(clamping: DecimalText.dividing(Int128(self.requests) * month, by: Int128(self.period.nanoseconds)))
    }
}

extension Usage {
    /// What decides how much more a month will bring than was measured.
    package enum Basis: Hashable, Sendable {
        /// The measured usage goes on as it was over this long.
        case measured(over: Duration)
        /// The measured mix of so many requests comes at this rate.
        case rate(RequestRate, of: IncomingRequests)
    }

    /// What a month of the same mix comes to; `nil` when nothing was measured that could be scaled.
    ///
    /// Each quantity is scaled by itself and rounded half up, so that the projection of a sum may differ from the sum of the
    /// projections by less than one request or MB·ms a consumer.
    package func month(_ basis: Basis) -> Usage? {
        let (wanted, measured): (Int128, Int128)
        switch basis {
        case .measured(let duration):
            (wanted, measured) = (Int128(ReceivePattern.month.nanoseconds), Int128(duration.nanoseconds))
        case .rate(let rate, let incoming): (wanted, measured) = (Int128(rate.requestsPerMonth), Int128(incoming.count))
        }
        guard measured > 0 else { return nil }
        var month = Usage()
        for (consumer, items) in self.quantities {
            for (item, quantity) in items {
                month.add(DecimalText.dividing(quantity * wanted, by: measured), of: item, by: consumer)
            }
        }
        return month
    }

    /// A month of the measured mix at a rate, where a part of it goes on by time alone: a poller that finds nothing asks as often
    /// whatever comes.
    /// - Parameters:
    ///   - idle: that part, as measured.
    ///   - duration: how long that took.
    package func month(at rate: RequestRate, of incoming: IncomingRequests, idle: Usage, measuredOver duration: Duration)
        -> Usage?
    {
        guard var month = self.since(idle).month(.rate(rate, of: incoming)) else { return nil }
        if let rest = idle.month(.measured(over: duration)) { month += rest }
        return month
    }
}

/// The requests of a measured mix that came in from outside, which a rate is of: those to APIs if there were any, otherwise
/// invocations, otherwise requests to queues. Not what is billed for them: one of them may be several units, or none.
package struct IncomingRequests: Hashable, Sendable {
    package var apis = 0
    package var invocations = 0
    /// But for receives that found nothing.
    package var queues = 0

    package init(apis: Int = 0, invocations: Int = 0, queues: Int = 0) {
        self.apis = apis
        self.invocations = invocations
        self.queues = queues
    }

    package var count: Int { [self.apis, self.invocations, self.queues].first { $0 > 0 } ?? 0 }
}
