import CoreTypes
import LambdaCore
import SQS

/// The queue engine as mappings see it.
struct EngineQueue: SimulatedQueue {
    let isFIFO: Bool
    private var service = QueueService(settings: QueueSettings(), seed: (1, 2))
    private var effects = Effects()
    private let url: String
    private let deadLetterQueue: QueueName
    private let caller = Caller(
        region: "us-east-1", principal: .root(of: "000000000000"), senderID: "000000000000", source: "simulation")

    init(isFIFO: Bool, visibilityTimeout: Duration, maximumReceiveCount: Int) {
        self.isFIFO = isFIFO
        let suffix = isFIFO ? ".fifo" : ""
        self.url = "/000000000000/work\(suffix)"
        self.deadLetterQueue = QueueName(region: "us-east-1", name: "dead\(suffix)")
        let fifo = isFIFO ? ["FifoQueue": "true"] : [:]
        let redrive =
            #"{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:dead\#(suffix)","maxReceiveCount":\#(maximumReceiveCount)}"#
        let seconds = String(visibilityTimeout.components.seconds)
        self.create("dead\(suffix)", fifo)
        self.create(
            "work\(suffix)", fifo.merging(["RedrivePolicy": redrive, "VisibilityTimeout": seconds]) { given, _ in given })
    }

    private mutating func create(_ name: String, _ attributes: [String: String]) {
        self.must { service, effects, caller throws(SQSError) in
            _ = try service.createQueue(
                CreateQueueRequest(queueName: name, attributes: attributes), from: caller, now: Timestamp(seconds: 1_000_000),
                into: &effects)
        }
    }

    /// What a simulation asks is never refused.
    private mutating func must<Result>(
        _ body: (inout QueueService, inout Effects, Caller) throws(SQSError) -> Result
    ) -> Result {
        defer { self.effects.removeAll() }
        do throws(SQSError) {
            return try body(&self.service, &self.effects, self.caller)
        } catch {
            preconditionFailure("the engine refused: \(error)")
        }
    }

    var isEmpty: Bool {
        self.service.summaries.allSatisfy { queue in
            queue.name == self.deadLetterQueue || queue.visibleMessages + queue.inFlightMessages + queue.delayedMessages == 0
        }
    }

    var deadLetters: Set<String> {
        Set((self.service.peek(self.deadLetterQueue, limit: .max) ?? []).map(\.messageID.description))
    }

    mutating func send(_ number: Int, body: String, group: String?, now: Timestamp) -> String {
        let message = OutgoingMessage(
            body: Array(body.utf8), deduplicationID: self.isFIFO ? "d\(number)" : nil, groupID: group)
        let url = self.url
        return self.must { service, effects, caller throws(SQSError) in
            try service.sendMessage(SendMessageRequest(queueURL: url, message: message), from: caller, now: now, into: &effects)
        }.messageID.description
    }

    mutating func receive(_ maximum: Int, now: Timestamp) -> [LambdaCore.ReceivedMessage] {
        let request = ReceiveMessageRequest(
            queueURL: self.url, maximumMessages: maximum, waitTimeSeconds: 0, systemAttributeNames: ["All"])
        let response = self.must { service, effects, caller throws(SQSError) in
            service.timePassed(now: now, into: &effects)
            return try service.receiveMessage(request, from: caller, now: now, into: &effects)
        }
        guard case .messages(let messages) = response else { preconditionFailure("a short poll is not parked") }
        return messages.map { message in
            var received = LambdaCore.ReceivedMessage(
                messageID: message.messageID.description, receiptHandle: message.receiptHandle,
                body: String(decoding: message.body, as: UTF8.self), md5OfBody: message.bodyMD5.description)
            for attribute in message.systemAttributes { received.attributes[attribute.name.rawValue] = attribute.value }
            return received
        }
    }

    mutating func delete(_ handles: [String], now: Timestamp) {
        let entries = handles.enumerated().map { BatchEntry<String?>(id: String($0), content: $1) }
        let url = self.url
        // Entries fail alone, as handles of FIFO queues do when their time is over.
        _ = self.must { service, effects, caller throws(SQSError) in
            try service.deleteMessageBatch(
                DeleteMessageBatchRequest(queueURL: url, entries: entries), from: caller, now: now, into: &effects)
        }
    }

    mutating func makeVisible(_ handles: [String], now: Timestamp) {
        let entries = handles.enumerated().map { number, handle in
            BatchEntry(id: String(number), content: VisibilityChange(receiptHandle: handle, visibilityTimeoutSeconds: 0))
        }
        let url = self.url
        _ = self.must { service, effects, caller throws(SQSError) in
            try service.changeMessageVisibilityBatch(
                ChangeMessageVisibilityBatchRequest(queueURL: url, entries: entries), from: caller, now: now, into: &effects)
        }
    }

    /// A deadline that is over has been seen to by the receive of the same moment, or waits for the next one.
    func nextChange(after now: Timestamp) -> Timestamp? { self.service.nextDeadline.flatMap { $0 > now ? $0 : nil } }
}
