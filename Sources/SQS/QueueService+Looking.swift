package import CoreTypes

/// A queue at a glance.
package struct QueueSummary: Hashable, Sendable {
    package let id: QueueID
    package let name: QueueName
    package let arn: String
    package let isFIFO: Bool
    package let visibleMessages: Int
    package let inFlightMessages: Int
    package let delayedMessages: Int
    /// Of the oldest message, in flight or not.
    package let oldestSentAt: Timestamp?
    package let parkedReceives: Int
    package let deadLetterTargetARN: String?
}

/// Looking without receiving: no request, no usage.
extension QueueService {
    /// All queues, by region and name.
    package var summaries: [QueueSummary] {
        let summaries = self.queues.indices.compactMap { slot in
            self.queues[slot].map { queue in
                QueueSummary(
                    id: queue.stored.id, name: queue.stored.name, arn: queue.arn, isFIFO: queue.isFIFO,
                    visibleMessages: queue.visibleCount, inFlightMessages: queue.heldCount, delayedMessages: queue.delayedCount,
                    oldestSentAt: self.oldestSentAt(in: slot).map { Timestamp(milliseconds: $0) },
                    parkedReceives: queue.waiterCount, deadLetterTargetARN: queue.attributes.redrivePolicy?.deadLetterTargetARN)
            }
        }
        return summaries.sorted { ($0.name.region, $0.name.name) < ($1.name.region, $1.name.name) }
    }

    /// As GetQueueAttributes gives them; `nil` when there is no such queue.
    package func attributes(of queue: QueueName) -> [String: String]? { self.slots[queue].map { self.values(of: $0) } }

    /// The first messages of a queue in the order of arrival, visible or not; `nil` when there is no such queue.
    package func peek(_ queue: QueueName, limit: Int) -> [StoredMessage]? {
        guard let slot = self.slots[queue] else { return nil }
        var messages: [StoredMessage] = []
        var next = self.queues[slot]!.arrivals.first
        while next != .none, messages.count < limit {
            messages.append(self.stored(next))
            next = self.messages[next].arrival.next
        }
        return messages
    }
}
