import CoreTypes
import SQS
import Testing

/// Wake-ups as the developer guide and the recorded behaviour have them; the spread over waiters is ours.
@Suite("Long polls")
struct LongPollTests {
    @Test("a send wakes the oldest waiter alone")
    func oneMessage() throws {
        var bench = Bench()
        try bench.create()
        let waiters = [try bench.park(), try bench.park()]
        try bench.send("a")
        #expect(bench.last.deliveries.map(\.waiter) == [waiters[0]])
        #expect(bench.last.deliveries[0].messages.bodies == ["a"])
        try bench.send("b")
        #expect(bench.last.deliveries.map(\.waiter) == [waiters[1]])
    }

    @Test("a batch wakes as many waiters as it has messages", arguments: [(3, [1, 1, 1]), (4, [2, 1, 1]), (12, [4, 4, 4])])
    func batch(count: Int, shares: [Int]) throws {
        var bench = Bench()
        try bench.create()
        for _ in 0..<3 { _ = try bench.park(count: 10) }
        try bench.create("elsewhere")
        if count <= 10 {
            _ = try bench.sendBatch((0..<count).map { BatchEntry(id: "e\($0)", content: OutgoingMessage(body: [97])) })
        } else {
            // Delayed messages that become visible in one step.
            for _ in 0..<count { try bench.send("a", delay: 1) }
            bench.pass(.seconds(1))
        }
        #expect(bench.last.deliveries.map(\.messages.count) == shares)
    }

    @Test("the wait ends with nothing, and counts as an empty receive")
    func deadline() throws {
        var bench = Bench()
        try bench.create("q", ["ReceiveMessageWaitTimeSeconds": "5"])
        let waiter = try bench.park(wait: nil)
        #expect(bench.last.usage.isEmpty)
        #expect(bench.service.nextDeadline == Timestamp(seconds: 1_700_000_005))
        bench.pass(.seconds(5))
        #expect(bench.last.deliveries.map(\.waiter) == [waiter])
        #expect(bench.last.usage.map(\.isEmptyReceive) == [true])
        #expect(bench.last.usage.map(\.waitTimeSeconds) == [5])
    }

    @Test(
        "delay end, timeout end, change to 0, an opened group and a redrive wake",
        arguments: ["delay", "timeout", "change", "group", "redrive"])
    func wakes(cause: String) throws {
        var bench = Bench()
        let isFIFO = cause == "group"
        let queue = isFIFO ? "q.fifo" : "q"
        if isFIFO { try bench.createFIFO() } else { try bench.create() }
        try bench.create(
            "source",
            [
                "RedrivePolicy":
                    #"{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:\#(isFIFO ? "x" : "q")","maxReceiveCount":1}"#
            ].filter { _ in !isFIFO })
        if cause == "redrive" {
            try bench.send("a", to: "source")
            _ = try bench.take(from: "source", timeout: 0)
        } else {
            try bench.send("a", to: queue, group: isFIFO ? "g" : nil, delay: cause == "delay" ? 7 : nil)
            if isFIFO { try bench.send("b", to: queue, group: "g") }
        }
        let held = cause == "delay" || cause == "redrive" ? [] : try bench.take(1, from: queue)
        let waiter = try bench.park(queue)
        switch cause {
        case "delay": bench.pass(.seconds(7))
        case "timeout":
            bench.pass(.seconds(19))
            #expect(bench.last.deliveries.isEmpty)
            let next = try #require(bench.service.nextDeadline)
            #expect(next <= Timestamp(seconds: 1_700_000_030))
            return
        case "change": try bench.change(held[0].receiptHandle, 0)
        case "group": try bench.delete(held[0].receiptHandle, from: queue)
        default: _ = try bench.take(from: "source")
        }
        #expect(bench.last.deliveries.map(\.waiter) == [waiter])
        #expect(bench.last.deliveries.first?.messages.bodies == [isFIFO ? "b" : "a"])
    }

    @Test("a cancelled waiter takes no message; an answer that could not be written gives its messages back")
    func gone() throws {
        var bench = Bench()
        try bench.create()
        let first = try #require(try bench.park())
        let second = try bench.park()
        var effects = Effects()
        bench.service.cancel(first, now: bench.now, into: &effects)
        #expect(effects.deliveries.isEmpty)
        try bench.send("a")
        let delivery = bench.last.deliveries[0]
        #expect(delivery.waiter == second)
        bench.service.putBack(delivery.messages, in: QueueName(region: "us-east-1", name: "q"), now: bench.now, into: &effects)
        let again = try bench.take()
        #expect(again.bodies == ["a"])
        #expect(again[0].value(.receiveCount) == "2")
    }

    @Test("a deleted queue and the end of the host answer every waiter with nothing")
    func ends() throws {
        var bench = Bench()
        try bench.create()
        _ = try bench.park()
        _ = try bench.park()
        try bench.deleteQueue()
        #expect(bench.last.deliveries.map(\.messages.count) == [0, 0])
        try bench.create("r")
        _ = try bench.park("r")
        var effects = Effects()
        bench.service.shutDown(now: bench.now, into: &effects)
        #expect(effects.deliveries.count == 1)
    }
}
