import CoreTypes

/// How an asynchronous invocation ended, and what has to be sent where because of it.
package struct AsynchronousEnding: Hashable, Sendable {
    /// `requestContext.condition` of a destination record.
    package enum Condition: String, Hashable, Sendable {
        case success = "Success"
        /// Also for an error that no retry can mend, such as a deleted function: AWS has no fifth word.
        case retriesExhausted = "RetriesExhausted"
        case eventAgeExceeded = "EventAgeExceeded"
        case zeroReservedConcurrency = "ZeroReservedConcurrency"
    }

    package let event: AsynchronousEvent
    package let condition: Condition
    /// Tries in which the function ran.
    package let invokeCount: Int
    /// On success the on-success destination; on failure the on-failure destination, then the dead-letter queue; each if
    /// configured.
    package let deliveries: [DestinationDelivery]

    /// A failure that nobody is told of: the event is lost, as on AWS (metric `AsyncEventsDropped`).
    package var isDropped: Bool { self.condition != .success && self.deliveries.isEmpty }

    init(
        event: AsynchronousEvent, policy: AsynchronousPolicy, condition: Condition, invokeCount: Int, answer: AsynchronousAnswer?,
        now: Timestamp
    ) {
        self.event = event
        self.condition = condition
        self.invokeCount = invokeCount
        var deliveries: [DestinationDelivery] = []
        if let destination = condition == .success ? policy.onSuccess : policy.onFailure {
            let record = DestinationRecord(
                timestamp: now, event: event, condition: condition, invokeCount: invokeCount,
                // Observed: such a record has neither response member.
                answer: condition == .zeroReservedConcurrency ? nil : answer)
            deliveries.append(
                DestinationDelivery(
                    kind: .destination, requestID: event.requestID, target: DestinationTarget(arn: destination),
                    body: record.bytes,
                    attributes: []))
        }
        if condition != .success, let queue = policy.deadLetterTargetARN {
            deliveries.append(
                DestinationDelivery(
                    kind: .deadLetter, requestID: event.requestID, target: DestinationTarget(deadLetterARN: queue),
                    body: event.payload, attributes: DeadLetterAttributes.of(event, answer: answer)))
        }
        self.deliveries = deliveries
    }
}
