import CoreTypes
import SQS
import Testing

/// Developer guide, "How Amazon SQS fair queues work": a `MessageGroupId` names a tenant, a message without one is a tenant of its own,
/// and a tenant's backlog does not keep others waiting.
@Suite("Fair queues: tenants of a standard queue take turns")
struct FairQueueTests {
    private func bench(_ messages: [(String, String?)]) throws -> Bench {
        var bench = Bench()
        try bench.create()
        for (body, group) in messages { try bench.send(body, group: group) }
        return bench
    }

    @Test("a quiet tenant's message waits for one of the noisy one's, not for its backlog")
    func noisy() throws {
        var bench = try self.bench((1...1_000).map { ("a\($0)", "a") })
        try bench.send("b", group: "b")
        #expect(try bench.take(3).bodies == ["a1", "b", "a2"])
    }

    @Test("turns go round by tenant, and messages without a group are tenants of their own")
    func turns() throws {
        var bench = try self.bench([("a1", "a"), ("a2", "a"), ("x", nil), ("b1", "b"), ("y", nil), ("b2", "b"), ("a3", "a")])
        #expect(try bench.take().bodies == ["a1", "x", "b1", "y", "a2", "b2", "a3"])
        #expect(try bench.take().isEmpty)
    }

    @Test("without groups, and with one alone, messages come as they were sent")
    func oneTenant() throws {
        for group in [nil, "a"] {
            var bench = try self.bench((0..<25).map { ("\($0)", group) })
            var bodies: [String] = []
            while case let taken = try bench.take(4), !taken.isEmpty { bodies += taken.bodies }
            #expect(bodies == (0..<25).map(String.init))
        }
    }

    @Test("no receive has a message twice, also when it hides none")
    func noTimeout() throws {
        var bench = try self.bench([("a1", "a")] + (1...9).map { ("b\($0)", "b") })
        let bodies = try bench.take(10, timeout: 0).bodies
        #expect(Set(bodies).count == 10)
        #expect(try bench.attributes()["ApproximateNumberOfMessages"] == "10")
    }

    @Test("a message of a tenant can go, come back and expire wherever it stands")
    func leaving() throws {
        var bench = try self.bench([("a1", "a"), ("a2", "a"), ("a3", "a"), ("b1", "b")])
        let taken = try bench.take(2)
        #expect(taken.bodies == ["a1", "b1"])
        try bench.delete(taken[0].receiptHandle)
        try bench.change(taken[1].receiptHandle, 0)
        // It came back behind the turn that `a` has now.
        #expect(try bench.take(3).bodies == ["a2", "b1", "a3"])
        bench.pass(.seconds(30))
        #expect(try bench.attributes()["ApproximateNumberOfMessages"] == "3")
        try bench.restart()
        #expect(Set(try bench.take().bodies) == ["a2", "b1", "a3"])
        bench.pass(.seconds(345_600))
        #expect(try bench.attributes()["ApproximateNumberOfMessagesNotVisible"] == "0")
        try bench.send("a4", group: "a")
        #expect(try bench.take().bodies == ["a4"])
    }

    @Test("who waits gets the turns of those who come, whoever sent them")
    func waiters() throws {
        var bench = Bench()
        try bench.create()
        _ = try bench.park(count: 10)
        _ = try bench.park(count: 10)
        let entries = ["a1", "a2", "a3", "b1"].map {
            BatchEntry(id: $0, content: OutgoingMessage(body: Array($0.utf8), groupID: String($0.prefix(1))))
        }
        _ = try bench.sendBatch(entries)
        #expect(bench.last.deliveries.map(\.messages.bodies) == [["a1", "b1"], ["a2", "a3"]])
    }

    @Test("a tenant's dead letters move and are redriven with its name")
    func deadLetters() throws {
        var bench = Bench()
        try bench.create("dlq")
        let target = "arn:aws:sqs:us-east-1:000000000000:dlq"
        try bench.create("q", ["RedrivePolicy": #"{"deadLetterTargetArn":"\#(target)","maxReceiveCount":1}"#])
        for body in ["a1", "a2", "b1"] { try bench.send(body, group: String(body.prefix(1))) }
        #expect(try bench.take(timeout: 0).count == 3)
        #expect(try bench.take().isEmpty)
        let dead = try bench.take(from: "dlq", timeout: 0)
        #expect(dead.map { $0.value(.groupID) } == ["a", "b", "a"])
        _ = try bench.call(
            { s, r, c, n, e throws(SQSError) in try s.startMessageMoveTask(r, from: c, now: n, into: &e) },
            StartMessageMoveTaskRequest(sourceARN: target))
        bench.pass(.zero)
        #expect(try bench.take().count == 3)
    }
}
