import CoreTypes
import HTTPServing
import NIOCore
import SQS

/// Writes results as the JSON protocol has them, in the model's member names. An empty result has no member; actions without a
/// result have no body at all.
enum SQSResponseWriter {
    /// Makes the URLs of an answer: the host is the one that the caller used.
    struct URLs {
        let base: String
        let account: String

        func url(of queue: QueueName) -> String { self.base + queue.path(account: self.account) }
    }

    private static func object(capacity: Int = 256, _ members: (inout Members) -> Void) -> ByteBuffer {
        var writer = Members(buffer: ByteBufferAllocator().buffer(capacity: capacity))
        writer.buffer.writeStaticString("{")
        members(&writer)
        writer.buffer.writeStaticString("}")
        return writer.buffer
    }

    /// Writes members with the commas between them.
    struct Members {
        var buffer: ByteBuffer
        private var isFirst = true

        init(buffer: ByteBuffer) { self.buffer = buffer }

        mutating func separate() {
            if self.isFirst { self.isFirst = false } else { self.buffer.writeStaticString(",") }
        }

        /// `name` is written as it is.
        mutating func name(_ name: StaticString) {
            self.buffer.writeMember(name, comma: !self.isFirst)
            self.isFirst = false
        }

        /// A value of known length that needs no escapes, between quotes.
        private mutating func add(_ name: StaticString, length: Int, _ write: (UnsafeMutableBufferPointer<UInt8>) -> Void) {
            self.buffer.writeMember(name, comma: !self.isFirst, valueBytes: length + 2) { text in
                text[0] = UInt8(ascii: "\"")
                write(UnsafeMutableBufferPointer(rebasing: text[1...length]))
                text[length + 1] = UInt8(ascii: "\"")
            }
            self.isFirst = false
        }

        mutating func add(_ name: StaticString, _ text: String?) {
            guard let text else { return }
            self.name(name)
            self.buffer.writeJSON(text)
        }

        mutating func add(_ name: StaticString, _ number: Int) {
            self.name(name)
            self.buffer.writeDecimal(number)
        }

        mutating func add(_ name: StaticString, _ digest: MD5.Digest?) {
            guard let digest else { return }
            self.add(name, length: MD5.Digest.length, digest.write)
        }

        mutating func add(_ name: StaticString, _ id: RequestID) {
            self.add(name, length: RequestID.length, id.write)
        }

        mutating func add(_ name: StaticString, _ map: [String: String]) {
            self.name(name)
            self.nest("{", "}") { members in
                for (key, value) in map.sorted(by: { $0.key < $1.key }) { members.add(key: key, value) }
            }
        }

        mutating func add(key: String, _ value: String) {
            self.separate()
            self.buffer.writeJSON(key)
            self.buffer.writeStaticString(":")
            self.buffer.writeJSON(value)
        }

        mutating func list<Elements: Sequence>(
            _ name: StaticString, _ elements: Elements, _ write: (inout Members, Elements.Element) -> Void
        ) {
            self.name(name)
            self.nest("[", "]") { members in
                for element in elements {
                    members.separate()
                    write(&members, element)
                }
            }
        }

        /// Brackets around members or elements of their own.
        mutating func nest(_ open: StaticString, _ close: StaticString, _ body: (inout Members) -> Void) {
            let wasFirst = self.isFirst
            self.isFirst = true
            self.buffer.writeStaticString(open)
            body(&self)
            self.buffer.writeStaticString(close)
            self.isFirst = wasFirst
        }
    }

    // MARK: Messages

    static func write(_ response: SendMessageResponse) -> ByteBuffer { self.object { self.add(response, to: &$0) } }

    private static func add(_ response: SendMessageResponse, to members: inout Members) {
        members.add("MessageId", response.messageID)
        members.add("MD5OfMessageBody", response.bodyMD5)
        members.add("MD5OfMessageAttributes", response.attributesMD5)
        members.add("MD5OfMessageSystemAttributes", response.systemAttributesMD5)
        members.add("SequenceNumber", response.sequenceNumber)
    }

    static func write(_ response: SendMessageBatchResponse) -> ByteBuffer {
        self.batch(response, capacity: 2_048) { self.add($1, to: &$0) }
    }

    static func write(_ response: BatchResponse<EmptyResponse>) -> ByteBuffer { self.batch(response, capacity: 512) { _, _ in } }

    private static func batch<Success>(
        _ response: BatchResponse<Success>, capacity: Int, _ write: (inout Members, Success) -> Void
    ) -> ByteBuffer {
        self.object(capacity: capacity) { members in
            if !response.successful.isEmpty {
                members.list("Successful", response.successful) { members, entry in
                    members.nest("{", "}") { members in
                        members.add("Id", entry.id)
                        write(&members, entry.result)
                    }
                }
            }
            if !response.failed.isEmpty {
                members.list("Failed", response.failed) { members, entry in
                    members.nest("{", "}") { members in
                        members.add("Id", entry.id)
                        members.name("SenderFault")
                        members.buffer.writeStaticString(entry.error.isSenderFault ? "true" : "false")
                        members.add("Code", entry.error.queryCode)
                        members.add("Message", entry.error.message)
                    }
                }
            }
        }
    }

    static func write(_ messages: [ReceivedMessage]) -> ByteBuffer {
        let capacity = messages.reduce(16) { $0 + $1.body.count + 768 }
        return self.object(capacity: capacity) { members in
            guard !messages.isEmpty else { return }
            members.list("Messages", messages) { members, message in
                members.nest("{", "}") { self.add(message, to: &$0) }
            }
        }
    }

    private static func add(_ message: ReceivedMessage, to members: inout Members) {
        members.add("MessageId", message.messageID)
        members.add("ReceiptHandle", message.receiptHandle)
        members.add("MD5OfBody", message.bodyMD5)
        members.name("Body")
        members.buffer.writeJSON(message.body)
        if !message.systemAttributes.isEmpty {
            members.name("Attributes")
            members.nest("{", "}") { members in
                for attribute in message.systemAttributes { members.add(key: attribute.name.rawValue, attribute.value) }
            }
        }
        members.add("MD5OfMessageAttributes", message.attributesMD5)
        if !message.attributes.isEmpty {
            members.name("MessageAttributes")
            members.nest("{", "}") { members in
                for attribute in message.attributes { self.add(attribute, to: &members) }
            }
        }
    }

    private static func add(_ attribute: MessageAttribute, to members: inout Members) {
        members.separate()
        members.buffer.writeJSON(attribute.name)
        members.buffer.writeStaticString(":")
        members.nest("{", "}") { members in
            switch attribute.value {
            case .string(let text): members.add("StringValue", text)
            case .binary(let bytes): members.add("BinaryValue", Base64.encode(bytes))
            case .list, .missing: preconditionFailure("a message with such a value is refused when it is sent")
            }
            members.add("DataType", attribute.dataType)
        }
    }

    // MARK: Queues

    static func write(_ response: QueueURLResponse, _ urls: URLs) -> ByteBuffer {
        self.object { $0.add("QueueUrl", urls.url(of: response.queue)) }
    }

    static func writeQueues(_ response: QueueListResponse, _ urls: URLs) -> ByteBuffer {
        self.object { members in
            if !response.queues.isEmpty {
                members.list("QueueUrls", response.queues) { $0.buffer.writeJSON(urls.url(of: $1)) }
            }
            members.add("NextToken", response.nextToken)
        }
    }

    /// Its list is lower-case in the model, and required.
    static func writeSources(_ response: QueueListResponse, _ urls: URLs) -> ByteBuffer {
        self.object { members in
            members.list("queueUrls", response.queues) { $0.buffer.writeJSON(urls.url(of: $1)) }
            members.add("NextToken", response.nextToken)
        }
    }

    static func write(attributes: [String: String]) -> ByteBuffer {
        self.object { if !attributes.isEmpty { $0.add("Attributes", attributes) } }
    }

    static func write(tags: [String: String]) -> ByteBuffer { self.object { if !tags.isEmpty { $0.add("Tags", tags) } } }

    // MARK: Move tasks

    static func write(_ response: StartMessageMoveTaskResponse) -> ByteBuffer {
        self.object { $0.add("TaskHandle", response.taskHandle) }
    }

    static func write(_ response: CancelMessageMoveTaskResponse) -> ByteBuffer {
        self.object { $0.add("ApproximateNumberOfMessagesMoved", response.messagesMoved) }
    }

    static func write(_ response: ListMessageMoveTasksResponse) -> ByteBuffer {
        self.object { members in
            guard !response.results.isEmpty else { return }
            members.list("Results", response.results) { members, entry in
                members.nest("{", "}") { members in
                    members.add("TaskHandle", entry.taskHandle)
                    members.add("Status", entry.task.status.rawValue)
                    members.add("SourceArn", entry.task.sourceARN)
                    members.add("DestinationArn", entry.task.destinationARN)
                    if let rate = entry.task.maximumMessagesPerSecond { members.add("MaxNumberOfMessagesPerSecond", rate) }
                    members.add("ApproximateNumberOfMessagesMoved", entry.task.messagesMoved)
                    members.add("ApproximateNumberOfMessagesToMove", entry.task.messagesToMove)
                    members.add("FailureReason", entry.task.failureReason)
                    members.add("StartedTimestamp", Int(entry.task.startedAt.milliseconds))
                }
            }
        }
    }

    static func write(_ error: SQSError) -> ByteBuffer {
        self.object { members in
            members.add("__type", error.type)
            members.add("message", error.message)
        }
    }
}
