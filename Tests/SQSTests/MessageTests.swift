import CoreTypes
import SQS
import Testing

/// Texts, codes and checksums are those that AWS answers, as LocalStack's snapshot tests recorded them.
@Suite("Messages of standard queues")
struct MessageTests {
    private func attribute(_ name: String, _ value: String, type: String = "String") -> MessageAttribute {
        MessageAttribute(name: name, dataType: type, value: .string(value))
    }

    @Test("checksums of attributes")
    func checksums() throws {
        var bench = Bench()
        try bench.create()
        let vectors: [([MessageAttribute], String)] = [
            ([attribute("Foo", "Bar")], "ae7155c6026991b6d54b11589678bf9c"),
            (
                [
                    attribute("Title", "The Whistler"), attribute("Author", "John Grisham"),
                    attribute("WeeksOn", "6", type: "Number"),
                ], "d25a6aea97eb8f585bfa92d314504a92"
            ),
            (
                [attribute("Hello", "There"), attribute("General", "Kenobi"), attribute("Help.Me", "Me")],
                "4c360f3fdafd970e05fae2f149d997f5"
            ),
        ]
        for (attributes, digest) in vectors {
            let response = try bench.send(OutgoingMessage(body: Array("b".utf8), attributes: attributes))
            #expect(response.attributesMD5?.description == digest)
            // RFC 1321 gives no vector of "b"; md5sum does.
            #expect(response.bodyMD5.description == "92eb5ffee6ae2fec3ad71c777531578f")
            let message = try bench.take(1, attributes: ["All"])[0]
            #expect(message.attributesMD5?.description == digest)
            #expect(message.attributes == attributes)
            try bench.delete(message.receiptHandle)
        }
        try bench.send(OutgoingMessage(body: Array("b".utf8), attributes: vectors[2].0))
        #expect(try bench.take(1, attributes: ["Hel.*"])[0].attributes.map(\.name) == ["Hello", "Help.Me"])
    }

    @Test(
        "attributes that are refused",
        arguments: [
            MessageAttribute(name: "X", dataType: "String", value: .string("")),
            MessageAttribute(name: "X", dataType: "Binary", value: .binary([])),
            MessageAttribute(name: "X", dataType: "String", value: .missing),
            MessageAttribute(name: "X", dataType: "", value: .string("a")),
            MessageAttribute(name: "X", dataType: "Text", value: .string("a")),
            MessageAttribute(name: "AWS.X", dataType: "String", value: .string("a")),
            MessageAttribute(name: "amazon.X", dataType: "String", value: .string("a")),
            MessageAttribute(name: ".X", dataType: "String", value: .string("a")),
            MessageAttribute(name: "X.", dataType: "String", value: .string("a")),
            MessageAttribute(name: "a..b", dataType: "String", value: .string("a")),
            MessageAttribute(name: "a b", dataType: "String", value: .string("a")),
            MessageAttribute(name: "", dataType: "String", value: .string("a")),
            MessageAttribute(name: String(repeating: "a", count: 257), dataType: "String", value: .string("a")),
            MessageAttribute(name: "X", dataType: "Number", value: .string("abc")),
            MessageAttribute(name: "X", dataType: "Number", value: .string("1e127")),
            MessageAttribute(name: "X", dataType: "Number", value: .string(String(repeating: "1", count: 39))),
        ])
    func badAttributes(attribute: MessageAttribute) throws {
        var bench = Bench()
        try bench.create()
        expect(.invalidParameterValue) { () throws(SQSError) in
            try bench.send(OutgoingMessage(body: [97], attributes: [attribute]))
        }
    }

    @Test(
        "numbers within the documented range",
        arguments: ["0", "-1", "+1.5", "1e126", "-1e128", "0.000001", "12345678901234567890123456789012345678", "1E-10", "00.10"])
    func numbers(text: String) throws {
        var bench = Bench()
        try bench.create()
        try bench.send(OutgoingMessage(body: [97], attributes: [attribute("n", text, type: "Number.big")]))
    }

    @Test("bodies that are refused")
    func badBodies() throws {
        var bench = Bench()
        try bench.create("q", ["MaximumMessageSize": "1024"])
        expect(.missingParameter, "The request must contain the parameter MessageBody.") { () throws(SQSError) in
            try bench.send("")
        }
        expect(.missingParameter) { () throws(SQSError) in try bench.send(OutgoingMessage(body: nil)) }
        expect(.invalidMessageContents) { () throws(SQSError) in try bench.send("a\u{0}b") }
        try bench.send(String(repeating: "a", count: 1_024))
        expect(.invalidParameterValue, "One or more parameters are invalid. Reason: Message must be shorter than 1024 bytes.") {
            () throws(SQSError) in
            try bench.send(String(repeating: "a", count: 1_025))
        }
        // Name, type and value count: 1 + 6 + 1.
        expect(.invalidParameterValue) { () throws(SQSError) in
            try bench.send(OutgoingMessage(body: [UInt8](repeating: 97, count: 1_017), attributes: [attribute("x", "y")]))
        }
        try bench.send(OutgoingMessage(body: [UInt8](repeating: 97, count: 1_016), attributes: [attribute("x", "y")]))
        expect(
            .invalidParameterValue,
            "Value d for parameter MessageDeduplicationId is invalid. Reason: The request include parameter that is not valid for this queue type."
        ) { () throws(SQSError) in
            try bench.send("a", id: "d")
        }
        expect(.invalidParameterValue) { () throws(SQSError) in try bench.send("a", delay: 901) }
        expect(.unsupportedOperation) { () throws(SQSError) in
            try bench.send(
                OutgoingMessage(body: [97], attributes: [MessageAttribute(name: "x", dataType: "String", value: .list)]))
        }
    }

    @Test("a message is hidden for its timeout, then comes again under a new handle")
    func visibility() throws {
        var bench = Bench()
        try bench.create()
        try bench.send("a")
        let first = try bench.take()
        #expect(first.bodies == ["a"])
        #expect(first[0].value(.receiveCount) == "1")
        #expect(first[0].value(.sentTimestamp) == "1700000000000")
        #expect(first[0].value(.senderID) == "AIDATEST")
        bench.pass(.milliseconds(29_999))
        #expect(try bench.take().isEmpty)
        bench.pass(.milliseconds(1))
        let second = try bench.take()
        #expect(second[0].value(.receiveCount) == "2")
        #expect(second[0].value(.firstReceiveTimestamp) == "1700000000000")
        // The older handle answers and deletes nothing.
        try bench.delete(first[0].receiptHandle)
        #expect(try bench.attributes()["ApproximateNumberOfMessagesNotVisible"] == "1")
        bench.pass(.seconds(40))
        // The last one deletes after its timeout, and again.
        try bench.delete(second[0].receiptHandle)
        try bench.delete(second[0].receiptHandle)
        #expect(try bench.take().isEmpty)
    }

    @Test("a visibility change counts from now, also by an older handle and on a visible message; 0 shows at once")
    func changes() throws {
        var bench = Bench()
        try bench.create()
        try bench.send("a")
        let handle = try bench.take()[0].receiptHandle
        try bench.change(handle, 0)
        let newer = try bench.take()[0].receiptHandle
        try bench.change(handle, 60)
        bench.pass(.seconds(59))
        #expect(try bench.take().isEmpty)
        bench.pass(.seconds(1))
        try bench.change(newer, 10)
        #expect(try bench.take().isEmpty)
        expect(.missingParameter) { () throws(SQSError) in try bench.change(newer, nil) }
        expect(.missingParameter) { () throws(SQSError) in try bench.change(nil, 1) }
        expect(.invalidParameterValue) { () throws(SQSError) in try bench.change(newer, 43_201) }
        expect(
            .invalidParameterValue,
            "Value 43200 for parameter VisibilityTimeout is invalid. Reason: Total VisibilityTimeout for the message is beyond the limit [43200 seconds]"
        ) { () throws(SQSError) in
            try bench.change(newer, 43_200)
        }
        expect(.receiptHandleIsInvalid, "The input receipt handle \"x\" is not a valid receipt handle.") { () throws(SQSError) in
            try bench.change("x", 1)
        }
        try bench.delete(newer)
        expect(
            .invalidParameterValue,
            "Value \(newer) for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for visibility timeout change."
        ) { () throws(SQSError) in
            try bench.change(newer, 1)
        }
        try bench.create("other")
        expect(.receiptHandleIsInvalid) { () throws(SQSError) in try bench.delete(newer, from: "other") }
    }

    @Test("a message's delay beats the queue's, 0 too")
    func delays() throws {
        var bench = Bench()
        try bench.create("q", ["DelaySeconds": "10"])
        try bench.send("queue")
        try bench.send("none", delay: 0)
        try bench.send("own", delay: 5)
        #expect(try bench.take().bodies == ["none"])
        #expect(try bench.attributes()["ApproximateNumberOfMessagesDelayed"] == "2")
        bench.pass(.seconds(5))
        #expect(try bench.take().bodies == ["own"])
        bench.pass(.seconds(5))
        #expect(try bench.take().bodies == ["queue"])
    }

    @Test("retention counts from the send, holds for messages in flight, and a shorter one holds at once")
    func retention() throws {
        var bench = Bench()
        try bench.create("q", ["MessageRetentionPeriod": "100"])
        try bench.send("a")
        let handle = try bench.take(timeout: 1_000)[0].receiptHandle
        bench.pass(.seconds(50))
        try bench.send("b")
        bench.pass(.seconds(50))
        #expect(try bench.attributes()["ApproximateNumberOfMessagesNotVisible"] == "0")
        try bench.delete(handle)
        try bench.set(["MessageRetentionPeriod": "60"])
        bench.pass(.seconds(9))
        #expect(try bench.attributes()["ApproximateNumberOfMessages"] == "1")
        bench.pass(.seconds(1))
        #expect(try bench.take().isEmpty)
    }

    @Test("what a receive asks for is checked")
    func receiveParameters() throws {
        var bench = Bench()
        try bench.create()
        expect(
            .invalidParameterValue,
            "Value 11 for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided."
        ) { () throws(SQSError) in _ = try bench.take(11) }
        expect(.invalidParameterValue) { () throws(SQSError) in _ = try bench.take(0) }
        for wait in [21, -1] {
            expect(
                .invalidParameterValue,
                "Value \(wait) for parameter WaitTimeSeconds is invalid. Reason: Must be >= 0 and <= 20, if provided."
            ) { () throws(SQSError) in
                _ = try bench.receive(ReceiveMessageRequest(queueURL: "q", waitTimeSeconds: wait))
            }
        }
        expect(.invalidParameterValue) { () throws(SQSError) in _ = try bench.take(timeout: 43_201) }
    }

    @Test("more in flight than the limit: refused on a short poll, parked on a long one")
    func inFlightLimit() throws {
        var limits = QueueLimits.aws
        limits.inFlightMessages = 2
        var bench = Bench(QueueSettings(limits: limits))
        try bench.create()
        for body in ["a", "b", "c"] { try bench.send(body) }
        let held = try bench.take()
        #expect(held.bodies == ["a", "b"])
        expect(.overLimit) { () throws(SQSError) in _ = try bench.take() }
        let waiter = try bench.park()
        try bench.delete(held[0].receiptHandle)
        #expect(bench.last.deliveries.map(\.waiter) == [waiter])
        #expect(bench.last.deliveries.first?.messages.bodies == ["c"])
    }

    @Test("batches fail whole for what is wrong with the request, and by entry for what is wrong with a message")
    func batches() throws {
        var bench = Bench()
        try bench.create("q", ["MaximumMessageSize": "1024"])
        func entry(_ id: String, _ body: String = "b") -> BatchEntry<OutgoingMessage> {
            BatchEntry(id: id, content: OutgoingMessage(body: Array(body.utf8)))
        }
        expect(.emptyBatchRequest, "There should be at least one SendMessageBatchRequestEntry in the request.") {
            () throws(SQSError) in _ = try bench.sendBatch([])
        }
        expect(.tooManyEntriesInBatchRequest, "Maximum number of entries per request are 10. You have sent 20.") {
            () throws(SQSError) in
            _ = try bench.sendBatch((0..<20).map { entry("e\($0)") })
        }
        expect(.batchEntryIDsNotDistinct, "Id a repeated.") { () throws(SQSError) in
            _ = try bench.sendBatch([entry("a"), entry("a")])
        }
        for id in ["", "a.b", String(repeating: "a", count: 81)] {
            expect(.invalidBatchEntryID) { () throws(SQSError) in _ = try bench.sendBatch([entry(id)]) }
        }
        expect(.batchRequestTooLong, "Batch requests cannot be longer than 1048576 bytes. You have sent 1048577 bytes.") {
            () throws(SQSError) in
            _ = try bench.sendBatch([entry("a", String(repeating: "a", count: 1_048_576)), entry("b")])
        }
        let response = try bench.sendBatch([
            entry("good"), entry("large", String(repeating: "a", count: 1_025)), entry("bad", "\u{1}"),
        ])
        #expect(response.successful.map(\.id) == ["good"])
        #expect(response.failed.map(\.id) == ["large", "bad"])
        #expect(response.failed.map(\.error.queryCode) == ["InvalidParameterValue", "InvalidMessageContents"])
        #expect(
            response.failed[0].error.message
                == "One or more parameters cannot be validated. Reason: Message must be shorter than 1024 bytes.")
    }

    @Test("a redriven message keeps id, send time and count and names its source; a restart changes nothing")
    func deadLetters() throws {
        var bench = Bench()
        try bench.create("dlq")
        try bench.create(
            "q", ["RedrivePolicy": #"{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:dlq","maxReceiveCount":2}"#])
        let id = try bench.send("a").messageID
        for count in 1...2 {
            #expect(try bench.take(timeout: 0)[0].value(.receiveCount) == String(count))
            try bench.restart()
        }
        #expect(try bench.take().isEmpty)
        try bench.restart()
        bench.pass(.seconds(1))
        let dead = try bench.take(from: "dlq")[0]
        #expect(dead.messageID == id)
        #expect(dead.value(.receiveCount) == "3")
        #expect(dead.value(.sentTimestamp) == "1700000000000")
        #expect(dead.value(.deadLetterQueueSourceARN) == "arn:aws:sqs:us-east-1:000000000000:q")
    }
}
