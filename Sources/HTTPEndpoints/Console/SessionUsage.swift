import Billing
import SQS

/// What functions, APIs and queues used since the host started, out of the same meters as metrics have and fed by the same events
/// as the ledger, less what a reset has forgotten. Lives on the event loop.
struct SessionUsage {
    struct Counts: Hashable {
        var invocations = 0
        var errors = 0
        /// Calls that were refused; they are no invocations.
        var throttles = 0
    }

    private let monitoring: MonitoringHost
    private let queues: QueueHost
    private var forgottenFunctions: [String: MonitoringHost.FunctionActivity] = [:]
    private var forgottenAPIs = Usage()
    private var forgottenRequests = 0

    init(monitoring: MonitoringHost, queues: QueueHost) {
        self.monitoring = monitoring
        self.queues = queues
    }

    mutating func forgetFunctions() { self.forgottenFunctions = self.monitoring.functionActivities }
    mutating func forgetAPIs() { (self.forgottenAPIs, self.forgottenRequests) = (self.apis, self.requests) }

    // MARK: The bill

    /// Of all together.
    /// - Parameter region: of functions and APIs.
    func usage(in region: String) -> Usage {
        var usage = Self.usage(self.monitoring.functionActivities).since(Self.usage(self.forgottenFunctions))
        usage += self.apis.since(self.forgottenAPIs)
        for (key, tally) in self.queues.usage.tallies {
            usage.add(tally.billed, of: .queue(key.queue, in: key.region, of: region))
        }
        return usage
    }

    /// The part of it that empty receives are.
    func idle(in region: String) -> Usage {
        self.queues.usage.tallies.reduce(into: Usage()) {
            $0.add($1.value.idle.billed, of: .queue($1.key.queue, in: $1.key.region, of: region))
        }
    }

    var incoming: IncomingRequests {
        IncomingRequests(
            apis: self.requests - self.forgottenRequests, invocations: self.totals.invocations,
            queues: self.queues.usage.tallies.values.reduce(0) { $0 + $1.requests - $1.emptyReceives })
    }

    /// To APIs, also those that nothing is paid for.
    private var requests: Int { self.monitoring.apiUsage.tallies.values.reduce(0) { $0 + $1.requests } }

    private var apis: Usage {
        var usage = Usage()
        for (key, tally) in self.monitoring.apiUsage.tallies {
            usage.add(tally.billed(key.kind), to: key.api)
        }
        return usage
    }

    private static func usage(_ functions: [String: MonitoringHost.FunctionActivity]) -> Usage {
        functions.reduce(into: Usage()) { usage, function in
            usage += Usage(of: Consumer(.function, function.key), function.value.tally.quantities)
        }
    }

    // MARK: Counts

    func counts(of function: String) -> Counts {
        self.monitoring.functionActivities[function].map { $0.counts - self.forgotten(function) } ?? Counts()
    }

    var totals: Counts {
        self.monitoring.functionActivities.reduce(into: Counts()) { $0 += $1.value.counts - self.forgotten($1.key) }
    }

    private func forgotten(_ function: String) -> Counts { self.forgottenFunctions[function]?.counts ?? Counts() }
}

extension SessionUsage.Counts {
    fileprivate static func - (left: Self, right: Self) -> Self {
        Self(
            invocations: left.invocations - right.invocations, errors: left.errors - right.errors,
            throttles: left.throttles - right.throttles)
    }

    fileprivate static func += (left: inout Self, right: Self) {
        left.invocations += right.invocations
        left.errors += right.errors
        left.throttles += right.throttles
    }
}

extension MonitoringHost.FunctionActivity {
    fileprivate var counts: SessionUsage.Counts {
        SessionUsage.Counts(invocations: self.invocations, errors: self.errors, throttles: self.throttles)
    }
}
