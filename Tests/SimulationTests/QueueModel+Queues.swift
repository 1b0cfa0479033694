import CoreTypes
import SQS

/// Queues as a whole.
extension QueueModel {
    mutating func created(_ name: String, _ attributes: [String: String]) {
        self.queues[name] = Queue()
        self.apply(attributes, to: name)
    }

    mutating func set(_ attributes: [String: String], of name: String, now: Timestamp) {
        let oldDelay = self.queues[name]!.delay
        self.apply(attributes, to: name)
        let delay = self.queues[name]!.delay
        guard self.isFIFO, delay != oldDelay else { return }
        // A FIFO queue's delay holds for what is delayed already.
        for index in self.queues[name]!.messages.indices {
            let message = self.queues[name]!.messages[index]
            if message.receiveCount == 0, !message.isHeld, message.visibleAt > now {
                self.queues[name]!.messages[index].visibleAt = message.sentAt + .seconds(delay)
            }
        }
    }

    private mutating func apply(_ attributes: [String: String], to name: String) {
        func number(_ attribute: String) -> Int? { attributes[attribute].flatMap { Int($0) } }
        if let value = number("VisibilityTimeout") { self.queues[name]!.visibilityTimeout = value }
        if let value = number("DelaySeconds") { self.queues[name]!.delay = value }
        if let value = number("MessageRetentionPeriod") { self.queues[name]!.retention = value }
        if let scope = attributes["DeduplicationScope"] { self.queues[name]!.scopeIsGroup = scope == "messageGroup" }
        if let policy = attributes["RedrivePolicy"] {
            self.queues[name]!.maximumReceives = policy.split(separator: ":").last.flatMap { Int($0.dropLast()) }
        }
    }

    /// All that it held is gone, and whoever waits there may be sent away.
    mutating func deleted(_ name: String, now: Timestamp) {
        self.queues[name] = nil
        self.names = self.names.filter { $0.value != name }
        self.deletions[name] = now
        self.forgetHandles(of: name)
        for index in self.waiters[name, default: []].indices { self.waiters[name]![index].deadline = now }
    }
}
