package import CoreTypes
package import LambdaCore
import NIOCore
import SQS

/// A queue of this host, asked in the process itself: the same actions with the same bill as over the wire, without the wire.
package final class LocalQueueTransport: QueueTransport {
    private let queues: QueueHost
    private let queueURL: String
    private let caller: Caller

    /// - Parameter source: who is named in the usage of the queue: the id of the mapping.
    package init(queues: QueueHost, queue: ARN, source: String) {
        self.queues = queues
        self.queueURL = QueueName(region: queue.region, name: queue.resource).path(account: queues.account)
        var caller = queues.hostCaller(source)
        caller.region = queue.region
        self.caller = caller
    }

    package func receive(
        maximumMessages: Int, waitSeconds: Int?,
        completion: @escaping (Result<[LambdaCore.ReceivedMessage], QueueTransportError>) -> Void
    ) -> () -> Void {
        let request = ReceiveMessageRequest(
            queueURL: self.queueURL, maximumMessages: maximumMessages, waitTimeSeconds: waitSeconds,
            systemAttributeNames: ["All"], messageAttributeNames: ["All"])
        let receive = Receive(completion)
        do throws(SQSError) {
            receive.waiter = try self.queues.receive(request, from: self.caller) { [queues] result in
                // Ended early while its messages were being written down: they are visible again at once.
                if receive.isFinished { return false }
                switch result {
                case .success(let messages): receive.finish(.success(messages.map(Self.message)), on: queues.eventLoop)
                case .failure(.refused(let error)): receive.finish(.failure(.failed(error.message)), on: queues.eventLoop)
                case .failure(.notWritten(let why)): receive.finish(.failure(.failed(why)), on: queues.eventLoop)
                }
                return true
            }
        } catch {
            receive.finish(.failure(.failed(error.message)), on: self.queues.eventLoop)
        }
        return { [queues] in
            guard let waiter = receive.waiter, !receive.isFinished else { return }
            queues.cancel(waiter)
            receive.finish(.failure(.cancelled), on: queues.eventLoop)
        }
    }

    package func delete(_ handles: [String], completion: @escaping (String?) -> Void) {
        let entries = handles.enumerated().map { BatchEntry<String?>(id: String($0), content: $1) }
        do throws(SQSError) {
            let response = try self.queues.perform { (service, now, effects) throws(SQSError) in
                try service.deleteMessageBatch(
                    DeleteMessageBatchRequest(queueURL: self.queueURL, entries: entries), from: self.caller, now: now,
                    into: &effects)
            }
            let failure = response.failed.first?.error.message
            self.queues.whenDurable { completion($0 ?? failure) }
        } catch {
            completion(error.message)
        }
    }

    package func makeVisible(_ handles: [String], completion: @escaping (String?) -> Void) {
        let entries = handles.enumerated().map { number, handle in
            BatchEntry(id: String(number), content: VisibilityChange(receiptHandle: handle, visibilityTimeoutSeconds: 0))
        }
        do throws(SQSError) {
            let response = try self.queues.perform { (service, now, effects) throws(SQSError) in
                try service.changeMessageVisibilityBatch(
                    ChangeMessageVisibilityBatchRequest(queueURL: self.queueURL, entries: entries), from: self.caller, now: now,
                    into: &effects)
            }
            let failure = response.failed.first?.error.message
            self.queues.whenDurable { completion($0 ?? failure) }
        } catch {
            completion(error.message)
        }
    }

    package func lookUp(completion: @escaping (Result<QueueFacts, QueueTransportError>) -> Void) {
        do throws(SQSError) {
            let values = try self.queues.perform { (service, now, effects) throws(SQSError) in
                try service.getQueueAttributes(
                    GetQueueAttributesRequest(queueURL: self.queueURL, names: ["VisibilityTimeout", "RedrivePolicy"]),
                    from: self.caller, now: now, into: &effects)
            }
            completion(.success(QueueFacts(attributes: values)))
        } catch {
            completion(.failure(.failed(error.message)))
        }
    }

    package func close() {}

    /// A receive that ends once, and never while it begins.
    private final class Receive {
        var waiter: WaiterID?
        private(set) var isFinished = false
        private let completion: (Result<[LambdaCore.ReceivedMessage], QueueTransportError>) -> Void

        init(_ completion: @escaping (Result<[LambdaCore.ReceivedMessage], QueueTransportError>) -> Void) {
            self.completion = completion
        }

        func finish(_ result: Result<[LambdaCore.ReceivedMessage], QueueTransportError>, on eventLoop: any EventLoop) {
            guard !self.isFinished else { return }
            self.isFinished = true
            let bound = NIOLoopBound((self.completion, result), eventLoop: eventLoop)
            eventLoop.execute { bound.value.0(bound.value.1) }
        }
    }

    private static func message(_ message: SQS.ReceivedMessage) -> LambdaCore.ReceivedMessage {
        var received = LambdaCore.ReceivedMessage(
            messageID: message.messageID.description, receiptHandle: message.receiptHandle,
            body: String(decoding: message.body, as: UTF8.self), md5OfBody: message.bodyMD5.description)
        for attribute in message.systemAttributes { received.attributes[attribute.name.rawValue] = attribute.value }
        for attribute in message.attributes {
            let value: LambdaCore.ReceivedMessage.MessageAttribute.Value =
                switch attribute.value {
                case .string(let text): .text(text)
                case .binary(let bytes): .binary(base64: Base64.encode(bytes))
                case .list, .missing: preconditionFailure("a message with such a value is refused when it is sent")
                }
            received.messageAttributes[attribute.name] = .init(dataType: attribute.dataType, value: value)
        }
        received.md5OfMessageAttributes = message.attributesMD5?.description
        return received
    }
}

extension QueueFacts {
    /// From GetQueueAttributes.
    package init(attributes: [String: String]) {
        // The service writes the policy itself; without a count there is nothing to warn of.
        let policy = attributes["RedrivePolicy"].flatMap { try? JSON(parsing: $0) }
        let count = policy?["maxReceiveCount"]
        self.init(
            visibilityTimeoutSeconds: attributes["VisibilityTimeout"].flatMap(Int.init) ?? 30,
            maximumReceiveCount: count?.intValue ?? count?.stringValue.flatMap(Int.init))
    }
}

extension QueueHost {
    /// What a mapping to be made has to know of its queue.
    package func mappedQueue(_ arn: ARN) -> MappedQueue {
        guard let name = QueueName(arn: arn.description, account: self.account) else { return .unknown }
        let transport = LocalQueueTransport(queues: self, queue: arn, source: "lambda")
        var answer = MappedQueue.doesNotExist
        guard self.inspect({ service, _ in service.peek(name, limit: 0) != nil }) else { return answer }
        transport.lookUp { result in
            if case .success(let facts) = result {
                answer = .exists(visibilityTimeoutSeconds: facts.visibilityTimeoutSeconds)
            }
        }
        return answer
    }
}
