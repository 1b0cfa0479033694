/// Why an invocation was throttled, as the `Reason` of a TooManyRequestsException names it (Lambda API, "Invoke").
package enum ThrottleReason: String, Hashable, Sendable {
    case concurrentInvocations = "ConcurrentInvocationLimitExceeded"
    case reservedConcurrency = "ReservedFunctionConcurrentInvocationLimitExceeded"
    case callerRate = "CallerRateLimitExceeded"
}

/// Counts invocations in flight against reserved concurrency and the account's pool (Lambda developer guide, "Understanding
/// Lambda function scaling"): a function with a reservation uses that and nothing else; the others share what is left of the
/// account.
package struct ConcurrencyAdmission: Sendable {
    package let accountLimit: Int
    package private(set) var inFlight = 0
    private var unreservedInFlight = 0
    private var reservedInFlight: [String: Int] = [:]
    private var reservations: [String: Int] = [:]

    package init(accountLimit: Int = FunctionLimits.accountConcurrency) { self.accountLimit = accountLimit }

    package var reservedTotal: Int { self.reservations.values.reduce(0, +) }

    /// A ticket given by ``admit(function:)``; hand it back to ``release(_:)`` once.
    package enum Ticket: Hashable, Sendable {
        case unreserved
        case reserved(String)
    }

    /// Sets or, with `nil`, lifts the reservation of a function. Invocations in flight keep their tickets.
    package mutating func reserve(_ count: Int?, for function: String) {
        self.reservations[function] = count
    }

    package func reservation(of function: String) -> Int? { self.reservations[function] }

    /// O(1).
    package mutating func admit(function: String) -> Result<Ticket, Throttled> {
        if !self.reservations.isEmpty, let reserved = self.reservations[function] {
            let used = self.reservedInFlight[function, default: 0]
            guard used < reserved else { return .failure(Throttled(reason: .reservedConcurrency)) }
            self.reservedInFlight[function] = used + 1
            self.inFlight += 1
            return .success(.reserved(function))
        }
        guard self.unreservedInFlight < self.accountLimit - self.reservedTotal else {
            return .failure(Throttled(reason: .concurrentInvocations))
        }
        self.unreservedInFlight += 1
        self.inFlight += 1
        return .success(.unreserved)
    }

    package mutating func release(_ ticket: Ticket) {
        self.inFlight -= 1
        switch ticket {
        case .unreserved: self.unreservedInFlight -= 1
        case .reserved(let function):
            let left = self.reservedInFlight[function, default: 1] - 1
            self.reservedInFlight[function] = left > 0 ? left : nil
        }
    }
}

package struct Throttled: Error, Hashable, Sendable {
    package let reason: ThrottleReason
    package init(reason: ThrottleReason) { self.reason = reason }
}
