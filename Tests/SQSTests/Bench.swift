import CoreTypes
import SQS
import Testing

/// Queues on a clock that the test moves.
struct Bench {
    var service: QueueService
    var now = Timestamp(seconds: 1_700_000_000)
    /// Of all steps so far.
    var journal: [Change] = []
    /// Of the last step.
    var last = Effects()
    var caller = Caller(region: "us-east-1", principal: .root(of: "000000000000"), senderID: "AIDATEST", source: "test")

    init(_ settings: QueueSettings = QueueSettings()) { self.service = QueueService(settings: settings, seed: (1, 2)) }

    /// Calls a verb, and keeps what it orders.
    mutating func call<Request, Response>(
        _ verb: (inout QueueService, Request, Caller, Timestamp, inout Effects) throws(SQSError) -> Response, _ request: Request
    ) throws(SQSError) -> Response {
        var effects = Effects()
        defer {
            self.journal += effects.changes
            self.last = effects
        }
        return try verb(&self.service, request, self.caller, self.now, &effects)
    }

    mutating func pass(_ duration: Duration) {
        self.now = self.now + duration
        var effects = Effects()
        self.service.timePassed(now: self.now, into: &effects)
        self.journal += effects.changes
        self.last = effects
    }

    mutating func create(_ name: String = "q", _ attributes: [String: String] = [:]) throws(SQSError) {
        _ = try self.call(
            { s, r, c, n, e throws(SQSError) in try s.createQueue(r, from: c, now: n, into: &e) },
            CreateQueueRequest(queueName: name, attributes: attributes))
    }

    mutating func createFIFO(_ name: String = "q.fifo", _ attributes: [String: String] = [:]) throws(SQSError) {
        try self.create(
            name, attributes.merging(["FifoQueue": "true", "ContentBasedDeduplication": "true"]) { given, _ in given })
    }

    @discardableResult
    mutating func send(_ body: String, to queue: String = "q", group: String? = nil, id: String? = nil, delay: Int? = nil)
        throws(SQSError) -> SendMessageResponse
    {
        try self.send(
            OutgoingMessage(body: Array(body.utf8), delaySeconds: delay, deduplicationID: id, groupID: group), to: queue)
    }

    @discardableResult
    mutating func send(_ message: OutgoingMessage, to queue: String = "q") throws(SQSError) -> SendMessageResponse {
        try self.call(
            { s, r, c, n, e throws(SQSError) in try s.sendMessage(r, from: c, now: n, into: &e) },
            SendMessageRequest(queueURL: queue, message: message))
    }

    mutating func sendBatch(_ entries: [BatchEntry<OutgoingMessage>], to queue: String = "q") throws(SQSError)
        -> SendMessageBatchResponse
    {
        try self.call(
            { s, r, c, n, e throws(SQSError) in try s.sendMessageBatch(r, from: c, now: n, into: &e) },
            SendMessageBatchRequest(queueURL: queue, entries: entries))
    }

    mutating func receive(_ request: ReceiveMessageRequest) throws(SQSError) -> ReceiveMessageResponse {
        try self.call({ s, r, c, n, e throws(SQSError) in try s.receiveMessage(r, from: c, now: n, into: &e) }, request)
    }

    mutating func take(
        _ count: Int = 10, from queue: String = "q", timeout: Int? = nil, attempt: String? = nil, attributes: [String] = []
    ) throws(SQSError) -> [ReceivedMessage] {
        let answer = try self.receive(
            ReceiveMessageRequest(
                queueURL: queue, maximumMessages: count, visibilityTimeoutSeconds: timeout, waitTimeSeconds: 0,
                systemAttributeNames: ["All"],
                messageAttributeNames: attributes, attemptID: attempt))
        guard case .messages(let messages) = answer else {
            Issue.record("a short poll was parked")
            return []
        }
        return messages
    }

    mutating func park(_ queue: String = "q", count: Int = 1, wait: Int? = 20) throws(SQSError) -> WaiterID? {
        guard
            case .parked(let id, _) = try self.receive(
                ReceiveMessageRequest(queueURL: queue, maximumMessages: count, waitTimeSeconds: wait))
        else {
            Issue.record("a long poll was answered at once")
            return nil
        }
        return id
    }

    mutating func delete(_ handle: String?, from queue: String = "q") throws(SQSError) {
        try self.call(
            { s, r, c, n, e throws(SQSError) in try s.deleteMessage(r, from: c, now: n, into: &e) },
            DeleteMessageRequest(queueURL: queue, receiptHandle: handle))
    }

    mutating func change(_ handle: String?, _ timeout: Int?, in queue: String = "q") throws(SQSError) {
        try self.call(
            { s, r, c, n, e throws(SQSError) in try s.changeMessageVisibility(r, from: c, now: n, into: &e) },
            ChangeMessageVisibilityRequest(
                queueURL: queue, change: VisibilityChange(receiptHandle: handle, visibilityTimeoutSeconds: timeout)))
    }

    mutating func attributes(_ queue: String = "q", _ names: [String] = ["All"]) throws(SQSError) -> [String: String] {
        try self.call(
            { s, r, c, n, e throws(SQSError) in try s.getQueueAttributes(r, from: c, now: n, into: &e) },
            GetQueueAttributesRequest(queueURL: queue, names: names))
    }

    mutating func set(_ attributes: [String: String], of queue: String = "q") throws(SQSError) {
        try self.call(
            { s, r, c, n, e throws(SQSError) in try s.setQueueAttributes(r, from: c, now: n, into: &e) },
            SetQueueAttributesRequest(queueURL: queue, attributes: attributes))
    }

    mutating func purge(_ queue: String = "q") throws(SQSError) {
        try self.call(
            { s, r, c, n, e throws(SQSError) in try s.purgeQueue(r, from: c, now: n, into: &e) }, QueueRequest(queueURL: queue))
    }

    mutating func deleteQueue(_ queue: String = "q") throws(SQSError) {
        try self.call(
            { s, r, c, n, e throws(SQSError) in try s.deleteQueue(r, from: c, now: n, into: &e) }, QueueRequest(queueURL: queue))
    }

    /// Ends the process and starts it from the journal.
    mutating func restart() throws(SQSError) {
        self.service = try QueueService(settings: self.service.settings, seed: (3, 4), replaying: self.journal, now: self.now)
    }
}

extension [ReceivedMessage] {
    var bodies: [String] { self.map { String(decoding: $0.body, as: UTF8.self) } }
}

extension ReceivedMessage {
    func value(_ name: SystemAttributeName) -> String? { self.systemAttributes.first { $0.name == name }?.value }
}

/// Expects a refusal with this kind and text.
func expect(
    _ kind: SQSError.Kind, _ message: String? = nil, sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () throws(SQSError) -> Void
) {
    do throws(SQSError) {
        try body()
        Issue.record("nothing was refused", sourceLocation: sourceLocation)
    } catch {
        #expect(error.kind == kind, sourceLocation: sourceLocation)
        if let message { #expect(error.message == message, sourceLocation: sourceLocation) }
    }
}
