import Billing
import CoreTypes

/// What the console and test suites ask of the invocations that have ended.
struct InvocationQuery: Hashable, Sendable {
    var function: String?
    var source: InvocationRecord.Source?
    var outcome: InvocationRecord.Outcome.Kind?
    var coldStartsOnly = false
    var since: Timestamp?
    /// Only records up to this number: pages stay where they are while more records come.
    var through: UInt64?
    /// How many matching records, the newest first, come before the page.
    var offset = 0
    var limit = 50

    /// Whether every record matches, so that nothing has to be looked at to count them.
    var takesAll: Bool {
        self.function == nil && self.source == nil && self.outcome == nil && !self.coldStartsOnly && self.since == nil
    }
}

/// One invocation that has ended, with its place in the order in which they did.
struct RecordedInvocation: Hashable, Sendable {
    /// From 1; never given twice by one host.
    let number: UInt64
    /// Without its trace header.
    let record: InvocationRecord
    let receivedAt: Timestamp

    /// Between its arrival and its delivery to the runtime, without the start of an environment.
    var queueDuration: Duration {
        max(self.record.startedAt - self.receivedAt - (self.record.initDuration ?? .zero), .zero)
    }
}

/// The matching records of a query.
struct InvocationPage: Hashable, Sendable {
    /// Of all that match, not of the page.
    var total = 0
    /// The newest first.
    var invocations: [RecordedInvocation] = []
}
