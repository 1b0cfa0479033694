package import CoreTypes

/// What a step of the service orders besides its answer. The caller passes one value through as many steps as it likes, then
/// writes ``changes`` to the journal, and only then answers those requests and ``deliveries``: so commits group themselves.
package struct Effects: Sendable {
    /// In the order in which they must be applied.
    package var changes: [Change] = []
    /// Answers to parked receives; each waiter is named once and then forgotten.
    package var deliveries: [Delivery] = []
    package var usage: [UsageEvent] = []

    package init() {}

    /// Empties the lists and keeps their storage.
    package mutating func removeAll() {
        self.changes.removeAll(keepingCapacity: true)
        self.deliveries.removeAll(keepingCapacity: true)
        self.usage.removeAll(keepingCapacity: true)
    }
}

/// The answer to a parked receive: messages, or none at its deadline, at shutdown and when its queue is deleted. When the
/// client has gone before the answer could be written, give the messages back by ``QueueService/putBack(_:in:now:into:)``.
package struct Delivery: Hashable, Sendable {
    package let waiter: WaiterID
    package let messages: [ReceivedMessage]
}

/// One billable request: a row of the ledger.
package struct UsageEvent: Hashable, Sendable {
    package let time: Timestamp
    package let region: String
    /// `nil` for an action that names no queue, and for one whose queue does not exist.
    package let queue: String?
    package let action: QueueAction
    /// Billed at the FIFO rate.
    package let isFIFO: Bool
    /// Chunks of 64 KiB, at least 1.
    package let units: Int
    /// Of the bodies and attributes that were sent or returned.
    package let bytes: Int
    /// Messages sent, returned, deleted or changed.
    package let messages: Int
    /// A receive that returned nothing.
    package let isEmptyReceive: Bool
    /// A send or receive of messages with a group id on a standard queue, which carries a surcharge.
    package let isFair: Bool
    /// ``Caller/source``: who caused it.
    package let source: String
    /// The wait of a receive, so that a report can blame short polls.
    package let waitTimeSeconds: Int?
    package let isRefused: Bool
}

/// Who calls: from the request's signature and connection.
package struct Caller: Hashable, Sendable {
    /// Of the credential scope.
    package var region: String
    package var principal: PolicyPrincipal
    /// `SenderId` of the messages it sends.
    package var senderID: String
    /// The client's user agent, the UUID of an event source mapping, or the part of the host that calls.
    package var source: String
    /// Condition keys of the request, such as `aws:SourceIp`, for queue policies.
    package var conditions: [String: [String]]

    package init(
        region: String, principal: PolicyPrincipal, senderID: String, source: String, conditions: [String: [String]] = [:]
    ) {
        self.region = region
        self.principal = principal
        self.senderID = senderID
        self.source = source
        self.conditions = conditions
    }
}
