package import CoreTypes
package import LambdaCore
package import SQS

/// What the host itself does with its queues.
extension QueueHost {
    /// Makes a queue, or changes the one of that name until it is as asked for.
    package func deploy(_ name: String, attributes: [String: String], tags: [String: String], from caller: Caller)
        throws(SQSError)
    {
        let url = "/\(self.account)/\(name)"
        let exists = self.inspect { service, _ in
            service.peek(QueueName(region: caller.region, name: name), limit: 0) != nil
        }
        try self.perform { (service, now, effects) throws(SQSError) in
            guard exists else {
                _ = try service.createQueue(
                    CreateQueueRequest(queueName: name, attributes: attributes, tags: tags), from: caller, now: now,
                    into: &effects)
                return
            }
            if !attributes.isEmpty {
                try service.setQueueAttributes(
                    SetQueueAttributesRequest(queueURL: url, attributes: attributes), from: caller, now: now, into: &effects)
            }
            if !tags.isEmpty {
                try service.tagQueue(TagQueueRequest(queueURL: url, tags: tags), from: caller, now: now, into: &effects)
            }
        }
    }

    /// Drops every message of every queue.
    func empty() {
        let names = self.inspect { service, _ in service.summaries.map(\.name) }
        // The typed throw is that of the verbs; this one has nothing to refuse.
        try? self.perform { (service, now, effects) throws(SQSError) in
            for name in names { service.empty(name, now: now, into: &effects) }
        }
    }

    /// Sends what an asynchronous invocation leaves behind to a queue of this host.
    /// - Returns: why it could not be sent.
    package func deliver(_ delivery: DestinationDelivery, to queue: ARN) -> String? {
        guard let name = QueueName(arn: queue.description, account: self.account) else {
            return "the queue \(queue) is not of this host's account, \(self.account)"
        }
        var caller = self.hostCaller("lambda \(delivery.kind.rawValue)")
        caller.region = name.region
        let message = OutgoingMessage(
            body: delivery.body,
            attributes: delivery.attributes.map {
                SQS.MessageAttribute(name: $0.name, dataType: $0.dataType.rawValue, value: .string($0.value))
            },
            deduplicationID: nil, groupID: nil)
        do throws(SQSError) {
            _ = try self.perform { (service, now, effects) throws(SQSError) in
                try service.sendMessage(
                    SendMessageRequest(queueURL: name.path(account: self.account), message: message), from: caller, now: now,
                    into: &effects)
            }
            return nil
        } catch {
            return error.message
        }
    }
}
