import CoreTypes
import SQS
import Testing

/// The order, the locks and the texts are those that AWS shows, as LocalStack's snapshot tests recorded them.
@Suite("FIFO queues")
struct FIFOTests {
    private func bench(_ attributes: [String: String] = [:]) throws -> Bench {
        var bench = Bench()
        try bench.createFIFO("q.fifo", attributes)
        return bench
    }

    @Test("one receive takes several of a group, then fills up from other groups")
    func order() throws {
        var bench = try bench()
        for (group, body) in [("g1", "g1-1"), ("g2", "g2-1"), ("g1", "g1-2"), ("g1", "g1-3"), ("g2", "g2-2")] {
            try bench.send(body, to: "q.fifo", group: group)
        }
        #expect(try bench.take(4, from: "q.fifo").bodies == ["g1-1", "g1-2", "g1-3", "g2-1"])
        // Both groups are locked; a new send opens neither.
        try bench.send("g1-4", to: "q.fifo", group: "g1")
        #expect(try bench.take(from: "q.fifo").isEmpty)
        bench.pass(.seconds(30))
        #expect(try bench.take(from: "q.fifo").bodies == ["g1-1", "g1-2", "g1-3", "g1-4", "g2-1", "g2-2"])
    }

    @Test("a group opens when the last of its messages in flight is deleted, or the first is visible again")
    func locks() throws {
        var bench = try bench()
        for number in 1...4 { try bench.send("\(number)", to: "q.fifo", group: "g") }
        let first = try bench.take(2, from: "q.fifo")
        try bench.delete(first[0].receiptHandle, from: "q.fifo")
        #expect(try bench.take(from: "q.fifo").isEmpty)
        try bench.delete(first[1].receiptHandle, from: "q.fifo")
        let second = try bench.take(2, from: "q.fifo")
        #expect(second.bodies == ["3", "4"])
        try bench.change(second[0].receiptHandle, 0, in: "q.fifo")
        #expect(try bench.take(from: "q.fifo").bodies == ["3"])
    }

    @Test("a delete after the timeout is refused, unless it was extended in time")
    func lateDelete() throws {
        var bench = try bench()
        try bench.send("a", to: "q.fifo", group: "g")
        let handle = try bench.take(from: "q.fifo")[0].receiptHandle
        bench.pass(.seconds(20))
        try bench.change(handle, 30, in: "q.fifo")
        bench.pass(.seconds(29))
        try bench.delete(handle, from: "q.fifo")
        try bench.send("b", to: "q.fifo", group: "g")
        let late = try bench.take(from: "q.fifo")[0].receiptHandle
        bench.pass(.seconds(30))
        expect(
            .invalidParameterValue,
            "Value \(late) for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired."
        ) { () throws(SQSError) in
            try bench.delete(late, from: "q.fifo")
        }
    }

    @Test("a duplicate within five minutes is answered with the first message, also after its deletion and a restart")
    func deduplication() throws {
        var bench = try bench()
        let first = try bench.send("a", to: "q.fifo", group: "g", id: "d")
        try bench.delete(try bench.take(from: "q.fifo")[0].receiptHandle, from: "q.fifo")
        bench.pass(.seconds(299))
        try bench.restart()
        let second = try bench.send("b", to: "q.fifo", group: "other", id: "d")
        #expect(second.messageID == first.messageID)
        #expect(second.sequenceNumber == first.sequenceNumber)
        #expect(try bench.take(from: "q.fifo").isEmpty)
        bench.pass(.seconds(1))
        let third = try bench.send("b", to: "q.fifo", group: "g", id: "d")
        #expect(third.messageID != first.messageID)
        #expect(third.sequenceNumber! > first.sequenceNumber!)
        #expect(third.sequenceNumber!.utf8.count == 20)
    }

    @Test("content makes the id where the queue says so; the scope may be the group")
    func scopes() throws {
        var bench = try bench(["DeduplicationScope": "messageGroup", "FifoThroughputLimit": "perMessageGroupId"])
        let ids = Set(
            [
                try bench.send("a", to: "q.fifo", group: "g"), try bench.send("a", to: "q.fifo", group: "g"),
                try bench.send("a", to: "q.fifo", group: "h"),
            ].map(\.messageID))
        #expect(ids.count == 2)
        // SHA-256 of "a", as sha256sum has it.
        #expect(
            try bench.take(from: "q.fifo")[0].value(.deduplicationID)
                == "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb")
    }

    @Test("a purge forgets what was sent")
    func purge() throws {
        var bench = try bench()
        let first = try bench.send("a", to: "q.fifo", group: "g")
        try bench.purge("q.fifo")
        #expect(try bench.send("a", to: "q.fifo", group: "g").messageID != first.messageID)
    }

    @Test("what a FIFO message needs")
    func parameters() throws {
        var bench = try bench(["ContentBasedDeduplication": "false"])
        expect(.missingParameter, "The request must contain the parameter MessageGroupId.") { () throws(SQSError) in
            try bench.send("a", to: "q.fifo", id: "d")
        }
        expect(
            .invalidParameterValue,
            "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly"
        ) { () throws(SQSError) in
            try bench.send("a", to: "q.fifo", group: "g")
        }
        expect(
            .invalidParameterValue,
            "Value 2 for parameter DelaySeconds is invalid. Reason: The request include parameter that is not valid for this queue type."
        ) { () throws(SQSError) in
            try bench.send("a", to: "q.fifo", group: "g", id: "d", delay: 2)
        }
        for id in ["", "a b", String(repeating: "a", count: 129), "\u{e4}"] {
            expect(
                .invalidParameterValue,
                "Value \(id) for parameter MessageGroupId is invalid. Reason: MessageGroupId can only include alphanumeric and punctuation characters. 1 to 128 in length."
            ) { () throws(SQSError) in
                try bench.send("a", to: "q.fifo", group: id, id: "d")
            }
        }
        try bench.send("a", to: "q.fifo", group: "g!~", id: "d", delay: 0)
        expect(.invalidParameterValue) { () throws(SQSError) in
            _ = try bench.sendBatch(
                [BatchEntry(id: "a", content: OutgoingMessage(body: [97], deduplicationID: "d"))], to: "q.fifo")
        }
    }

    @Test("the delay of the queue holds for messages that are delayed already")
    func delay() throws {
        var bench = try bench(["DelaySeconds": "10"])
        try bench.send("a", to: "q.fifo", group: "g")
        bench.pass(.seconds(5))
        try bench.set(["DelaySeconds": "20"], of: "q.fifo")
        bench.pass(.seconds(14))
        #expect(try bench.take(from: "q.fifo").isEmpty)
        #expect(try bench.attributes("q.fifo")["ApproximateNumberOfMessagesDelayed"] == "1")
        bench.pass(.seconds(1))
        #expect(try bench.take(from: "q.fifo").bodies == ["a"])
    }

    @Test("an attempt made again gets the same messages and handles and a new timeout, until one is changed")
    func attempts() throws {
        var bench = try bench()
        for number in 1...3 { try bench.send("\(number)", to: "q.fifo", group: "g") }
        let first = try bench.take(2, from: "q.fifo", attempt: "x")
        bench.pass(.seconds(20))
        #expect(try bench.take(2, from: "q.fifo", attempt: "x") == first)
        bench.pass(.seconds(20))
        try bench.delete(first[0].receiptHandle, from: "q.fifo")
        #expect(try bench.take(2, from: "q.fifo", attempt: "x").isEmpty)
    }

    @Test("a message that goes to the dead-letter queue opens its group, and has a new sequence number and send time there")
    func deadLetters() throws {
        var bench = Bench()
        try bench.createFIFO("dlq.fifo")
        try bench.createFIFO(
            "q.fifo",
            ["RedrivePolicy": #"{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:dlq.fifo","maxReceiveCount":1}"#])
        let sent = try bench.send("a", to: "q.fifo", group: "g")
        try bench.send("b", to: "q.fifo", group: "g")
        #expect(try bench.take(1, from: "q.fifo").bodies == ["a"])
        bench.pass(.seconds(30))
        #expect(try bench.take(from: "q.fifo").bodies == ["b"])
        let dead = try bench.take(from: "dlq.fifo")
        #expect(dead.bodies == ["a"])
        #expect(dead[0].value(.sequenceNumber)! > sent.sequenceNumber!)
        #expect(dead[0].value(.sentTimestamp) == "1700000030000")
        #expect(dead[0].value(.deduplicationID) == sent.messageID.description)
    }
}
