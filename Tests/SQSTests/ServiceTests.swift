import CoreTypes
import SQS
import Testing

@Suite("Permissions, tags, move tasks, usage")
struct ServiceTests {
    private static let arn = "arn:aws:sqs:us-east-1:000000000000:"

    /// Recorded by LocalStack's snapshot tests.
    @Test("AddPermission writes a statement; the last RemovePermission takes the policy away")
    func permissions() throws {
        var bench = Bench()
        try bench.create()
        func add(_ label: String, _ accounts: [String], _ actions: [String]) throws(SQSError) {
            try bench.call(
                { s, r, c, n, e throws(SQSError) in try s.addPermission(r, from: c, now: n, into: &e) },
                AddPermissionRequest(queueURL: "q", label: label, accountIDs: accounts, actions: actions))
        }
        func remove(_ label: String) throws(SQSError) {
            try bench.call(
                { s, r, c, n, e throws(SQSError) in try s.removePermission(r, from: c, now: n, into: &e) },
                RemovePermissionRequest(queueURL: "q", label: label))
        }
        try add("a", ["111111111111"], ["SendMessage"])
        #expect(
            try bench.attributes()["Policy"]
                == #"{"Version":"2008-10-17","Id":"\#(Self.arn)q/SQSDefaultPolicy","Statement":[{"Sid":"a","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111111111111:root"},"Action":"SQS:SendMessage","Resource":"\#(Self.arn)q"}]}"#
        )
        expect(.invalidParameterValue, "Value a for parameter Label is invalid. Reason: Already exists.") { () throws(SQSError) in
            try add("a", ["111111111111"], ["*"])
        }
        expect(
            .invalidParameterValue,
            "Value SQS:DeleteQueue for parameter ActionName is invalid. Reason: Please refer to the appropriate WSDL for a list of valid actions. "
        ) { () throws(SQSError) in
            try add("b", ["111111111111"], ["DeleteQueue"])
        }
        expect(.overLimit) { () throws(SQSError) in try add("b", ["111111111111"], Array(repeating: "*", count: 8)) }
        let owner = bench.caller
        bench.caller.principal = .root(of: "111111111111")
        try bench.send("a")
        expect(.accessDenied) { () throws(SQSError) in _ = try bench.take() }
        #expect(bench.last.usage.isEmpty)
        bench.caller = owner
        expect(.invalidParameterValue, "Value z for parameter Label is invalid. Reason: can't find label.") {
            () throws(SQSError) in try remove("z")
        }
        try remove("a")
        #expect(try bench.attributes()["Policy"] == nil)
    }

    @Test("an explicit deny binds the owner too; an empty policy lifts it")
    func deny() throws {
        var bench = Bench()
        try bench.create()
        try bench.set([
            "Policy":
                #"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Principal":"*","Action":"sqs:SendMessage","Resource":"*"}}"#
        ])
        expect(.accessDenied) { () throws(SQSError) in try bench.send("a") }
        try bench.set(["Policy": ""])
        try bench.send("a")
        expect(.invalidAttributeValue) { () throws(SQSError) in try bench.set(["Policy": "{"]) }
        expect(.invalidAttributeValue) { () throws(SQSError) in try bench.set(["Policy": String(repeating: " ", count: 8_193)]) }
    }

    private func deadLetters(_ count: Int) throws -> Bench {
        var bench = Bench()
        try bench.create("dlq")
        try bench.create("q", ["RedrivePolicy": #"{"deadLetterTargetArn":"\#(Self.arn)dlq","maxReceiveCount":1}"#])
        for number in 0..<count { try bench.send("\(number)") }
        while !(try bench.take(timeout: 0)).isEmpty {}
        return bench
    }

    private func start(_ bench: inout Bench, _ request: StartMessageMoveTaskRequest) throws(SQSError) -> String {
        try bench.call({ s, r, c, n, e throws(SQSError) in try s.startMessageMoveTask(r, from: c, now: n, into: &e) }, request)
            .taskHandle
    }

    private func tasks(_ bench: inout Bench) throws -> [ListMessageMoveTasksResponse.Entry] {
        try bench.call(
            { s, r, c, n, e throws(SQSError) in try s.listMessageMoveTasks(r, from: c, now: n, into: &e) },
            ListMessageMoveTasksRequest(sourceARN: Self.arn + "dlq", maximumResults: 10)
        ).results
    }

    @Test("a move task sends each message anew to its source, at its rate, and goes on after a restart")
    func moveTask() throws {
        var bench = try deadLetters(5)
        let handle = try start(&bench, StartMessageMoveTaskRequest(sourceARN: Self.arn + "dlq", maximumMessagesPerSecond: 1))
        expect(
            .invalidParameterValue,
            "There is already a task running. Only one active task is allowed for a source queue arn at a given time."
        ) { () throws(SQSError) in
            _ = try start(&bench, StartMessageMoveTaskRequest(sourceARN: Self.arn + "dlq"))
        }
        bench.pass(.zero)
        bench.pass(.milliseconds(1_999))
        #expect(try tasks(&bench)[0].task.messagesMoved == 2)
        #expect(try tasks(&bench)[0].taskHandle == handle)
        try bench.restart()
        for _ in 0..<4 { bench.pass(.seconds(1)) }
        let done = try tasks(&bench)[0]
        #expect(done.task.status == .completed)
        #expect(done.task.messagesMoved == 5)
        #expect(done.task.messagesToMove == 5)
        #expect(done.taskHandle == nil)
        let moved = try bench.take()
        #expect(moved.bodies == ["0", "1", "2", "3", "4"])
        #expect(moved[0].value(.receiveCount) == "1")
        #expect(moved[0].value(.deadLetterQueueSourceARN) == nil)
    }

    @Test("what a move task is refused for, how it is cancelled, and how it fails")
    func moveTaskErrors() throws {
        var bench = try deadLetters(3)
        expect(.resourceNotFound, "The resource that you specified for the SourceArn parameter doesn't exist.") {
            () throws(SQSError) in
            _ = try start(&bench, StartMessageMoveTaskRequest(sourceARN: Self.arn + "none"))
        }
        expect(.resourceNotFound, "The resource that you specified for the DestinationArn parameter doesn't exist.") {
            () throws(SQSError) in
            _ = try start(&bench, StartMessageMoveTaskRequest(sourceARN: Self.arn + "dlq", destinationARN: Self.arn + "none"))
        }
        expect(.invalidParameterValue, "Source queue must be configured as a Dead Letter Queue.") { () throws(SQSError) in
            _ = try start(&bench, StartMessageMoveTaskRequest(sourceARN: Self.arn + "q"))
        }
        func cancel(_ handle: String) throws(SQSError) -> Int {
            try bench.call(
                { s, r, c, n, e throws(SQSError) in try s.cancelMessageMoveTask(r, from: c, now: n, into: &e) },
                CancelMessageMoveTaskRequest(taskHandle: handle)
            ).messagesMoved
        }
        expect(.invalidParameterValue, "Value for parameter TaskHandle is invalid.") { () throws(SQSError) in _ = try cancel("x")
        }
        let handle = try start(&bench, StartMessageMoveTaskRequest(sourceARN: Self.arn + "dlq", maximumMessagesPerSecond: 1))
        bench.pass(.zero)
        #expect(try cancel(handle) == 1)
        expect(.resourceNotFound, "Task does not exist.") { () throws(SQSError) in _ = try cancel(handle) }
        _ = try start(&bench, StartMessageMoveTaskRequest(sourceARN: Self.arn + "dlq"))
        try bench.create("other", ["RedrivePolicy": #"{"deadLetterTargetArn":"\#(Self.arn)dlq","maxReceiveCount":1}"#])
        #expect(try tasks(&bench).map(\.task.status) == [.completed, .cancelled])
        try bench.send("sent to the dead-letter queue itself", to: "dlq")
        _ = try start(&bench, StartMessageMoveTaskRequest(sourceARN: Self.arn + "dlq"))
        bench.pass(.zero)
        #expect(try tasks(&bench)[0].task.status == .failed)
    }

    /// Developer guide, dead-letter queue redrive: a task runs for at most 36 hours, which is 129,600 s.
    @Test("a move task ends after 36 hours, whatever is left, also over a restart")
    func moveTaskLimit() throws {
        var bench = try deadLetters(130)
        try bench.set(["MessageRetentionPeriod": "1209600"], of: "dlq")
        _ = try start(&bench, StartMessageMoveTaskRequest(sourceARN: Self.arn + "dlq", maximumMessagesPerSecond: 1))
        bench.pass(.seconds(129_599))
        let running = try tasks(&bench)[0]
        #expect(running.task.status == .running)
        try bench.restart()
        bench.pass(.seconds(1))
        let ended = try tasks(&bench)[0]
        #expect(ended.task.status == .failed)
        #expect(ended.task.failureReason == "TaskExceededMaximumDuration")
        #expect(ended.taskHandle == nil)
        #expect(ended.task.messagesMoved == running.task.messagesMoved)
        #expect(ended.task.messagesMoved < 130)
    }

    /// Amazon SQS pricing: chunks of 64 KB, empty receives count.
    @Test("usage: units, messages, empties, refusals, groups on standard queues")
    func usage() throws {
        var bench = Bench()
        try bench.create()
        try bench.send(String(repeating: "a", count: 65_536))
        #expect(bench.last.usage.map(\.units) == [1])
        try bench.send(String(repeating: "a", count: 65_537))
        #expect(bench.last.usage.map(\.units) == [2])
        _ = try bench.take()
        #expect(bench.last.usage.map(\.units) == [3])
        #expect(bench.last.usage.map(\.messages) == [2])
        _ = try bench.take()
        #expect(bench.last.usage.map(\.isEmptyReceive) == [true])
        try bench.send("a", group: "tenant")
        #expect(bench.last.usage.map(\.isFair) == [true])
        expect(.missingParameter) { () throws(SQSError) in try bench.send("") }
        #expect(bench.last.usage.map(\.isRefused) == [true])
        try bench.createFIFO()
        #expect(bench.last.usage.map(\.isFIFO) == [false])
        try bench.send("a", to: "q.fifo", group: "g")
        #expect(bench.last.usage.map(\.isFIFO) == [true])
        _ = try bench.attributes("q.fifo")
        #expect(bench.last.usage.map(\.isFIFO) == [false])
    }

    @Test("no text as a URL, a handle, an attribute or an id traps")
    func fuzz() throws {
        var random = SystemRandomNumberGenerator()
        let seed = random.next()
        var state = seed
        func pick(_ count: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % count
        }
        let pieces = [
            "a", "/", "", "-1", "99999999999999999999", "{", "}", "\"", ":", ",", "[", "]", "\u{0}", "é", ".fifo", "true", "AQ==",
            "arn:aws:sqs:us-east-1:000000000000:q", "maxReceiveCount", "🙂",
        ]
        func text() -> String { (0..<pick(6)).map { _ in pieces[pick(pieces.count)] }.joined() }
        var bench = Bench()
        try bench.create()
        for _ in 0..<3_000 {
            do throws(SQSError) {
                switch pick(7) {
                case 0:
                    try bench.send(
                        text(), to: pick(2) == 0 ? "q" : text(), group: text(), id: pick(2) == 0 ? nil : text(),
                        delay: pick(2_000) - 500)
                case 1: try bench.delete(text())
                case 2: try bench.change(text(), pick(100_000) - 50_000)
                case 3: try bench.set([QueueAttributes.Name.allCases[pick(21)].rawValue: text()])
                case 4: try bench.create(text(), [QueueAttributes.Name.allCases[pick(21)].rawValue: text()])
                case 5: _ = try bench.take(pick(20) - 5, timeout: pick(50_000) - 1_000)
                default:
                    try bench.send(
                        OutgoingMessage(
                            body: Array(text().utf8),
                            attributes: [MessageAttribute(name: text(), dataType: text(), value: .string(text()))]))
                }
            } catch { #expect(!error.message.isEmpty, "seed \(seed)") }
            bench.pass(.milliseconds(pick(3_000)))
        }
        try bench.restart()
    }
}
