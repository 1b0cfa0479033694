import CoreTypes
import SQS
import Testing

/// Texts and codes are those that AWS answers, as LocalStack's snapshot tests recorded them, unless a comment says otherwise.
@Suite("Queues as a whole")
struct QueueTests {
    @Test("a fresh standard queue shows exactly these attributes")
    func standardDefaults() throws {
        var bench = Bench()
        try bench.create()
        #expect(
            try bench.attributes() == [
                "ApproximateNumberOfMessages": "0", "ApproximateNumberOfMessagesNotVisible": "0",
                "ApproximateNumberOfMessagesDelayed": "0",
                "CreatedTimestamp": "1700000000", "LastModifiedTimestamp": "1700000000", "DelaySeconds": "0",
                "MaximumMessageSize": "1048576",
                "MessageRetentionPeriod": "345600", "QueueArn": "arn:aws:sqs:us-east-1:000000000000:q",
                "ReceiveMessageWaitTimeSeconds": "0",
                "SqsManagedSseEnabled": "true", "VisibilityTimeout": "30",
            ])
        #expect(try bench.attributes("q", []) == [:])
        expect(.invalidAttributeName, "Unknown Attribute Foo.") { () throws(SQSError) in _ = try bench.attributes("q", ["Foo"]) }
    }

    @Test("a FIFO queue adds four")
    func fifoDefaults() throws {
        var bench = Bench()
        try bench.create("q.fifo", ["FifoQueue": "True"])
        let names = ["FifoQueue", "ContentBasedDeduplication", "DeduplicationScope", "FifoThroughputLimit"]
        #expect(
            try bench.attributes("q.fifo", names) == [
                "FifoQueue": "true", "ContentBasedDeduplication": "false", "DeduplicationScope": "queue",
                "FifoThroughputLimit": "perQueue",
            ])
    }

    @Test(
        "names that are refused",
        arguments: ["", "a/b", "a b", "a.fifo", String(repeating: "a", count: 81), "\u{e4}"])
    func badNames(name: String) {
        var bench = Bench()
        expect(.invalidParameterValue, "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length") {
            () throws(SQSError) in try bench.create(name)
        }
    }

    @Test(
        "names of FIFO queues end with .fifo, which counts",
        arguments: [
            ("a", false), (".fifo", false), (String(repeating: "a", count: 75) + ".fifo", true),
            (String(repeating: "a", count: 76) + ".fifo", false),
        ])
    func fifoNames(name: String, isGood: Bool) throws {
        var bench = Bench()
        if isGood { return try bench.createFIFO(name) }
        expect(.invalidParameterValue) { () throws(SQSError) in try bench.createFIFO(name) }
    }

    @Test(
        "attribute values out of range",
        arguments: [
            ("DelaySeconds", "901"), ("DelaySeconds", "-1"), ("DelaySeconds", "x"), ("DelaySeconds", ""),
            ("MaximumMessageSize", "1023"), ("MaximumMessageSize", "1048577"),
            ("MessageRetentionPeriod", "59"), ("MessageRetentionPeriod", "1209601"), ("ReceiveMessageWaitTimeSeconds", "21"),
            ("VisibilityTimeout", "43201"),
            ("KmsDataKeyReusePeriodSeconds", "59"), ("SqsManagedSseEnabled", "yes"),
        ])
    func badValues(name: String, value: String) throws {
        var bench = Bench()
        try bench.create()
        expect(.invalidAttributeValue, "Invalid value for the parameter \(name).") { () throws(SQSError) in
            try bench.set([name: value])
        }
    }

    @Test("attribute names that are refused")
    func badAttributeNames() throws {
        var bench = Bench()
        try bench.create()
        expect(.invalidAttributeName, "Unknown Attribute QueueArn.") { () throws(SQSError) in try bench.set(["QueueArn": "x"]) }
        expect(.invalidAttributeName, "Unknown Attribute ContentBasedDeduplication.") { () throws(SQSError) in
            try bench.set(["ContentBasedDeduplication": "true"])
        }
        expect(.invalidAttributeName, "You can specify the DeduplicationScope only when FifoQueue is set to true.") {
            () throws(SQSError) in
            try bench.set(["DeduplicationScope": "queue"])
        }
        expect(
            .invalidAttributeValue, "Invalid value for the parameter FifoQueue. Reason: Modifying queue type is not supported."
        ) { () throws(SQSError) in
            try bench.set(["FifoQueue": "true"])
        }
        try bench.createFIFO()
        expect(.invalidAttributeValue) { () throws(SQSError) in
            try bench.set(["FifoThroughputLimit": "perMessageGroupId"], of: "q.fifo")
        }
        try bench.set(["FifoThroughputLimit": "perMessageGroupId", "DeduplicationScope": "messageGroup"], of: "q.fifo")
    }

    @Test("a queue made again is the same where the given attributes are")
    func createTwice() throws {
        var bench = Bench()
        try bench.create("q", ["DelaySeconds": "5"])
        try bench.create("q")
        try bench.create("q", ["DelaySeconds": "5", "VisibilityTimeout": "30"])
        expect(.queueNameExists, "A queue already exists with the same name and a different value for attribute DelaySeconds") {
            () throws(SQSError) in
            try bench.create("q", ["DelaySeconds": "6"])
        }
    }

    @Test("a name is free again 60 s after its queue was deleted, at once with relaxed limits, and a restart forgets nothing")
    func recreate() throws {
        var bench = Bench()
        try bench.create()
        try bench.deleteQueue()
        expect(.queueDoesNotExist, "The specified queue does not exist.") { () throws(SQSError) in _ = try bench.attributes() }
        bench.pass(.seconds(59))
        try bench.restart()
        expect(
            .queueDeletedRecently,
            "You must wait 60 seconds after deleting a queue before you can create another with the same name."
        ) { () throws(SQSError) in
            try bench.create()
        }
        bench.pass(.seconds(1))
        try bench.create()
        var relaxed = Bench(QueueSettings(limits: .relaxed))
        try relaxed.create()
        try relaxed.deleteQueue()
        try relaxed.create()
    }

    @Test("after a compacted journal each name is free again by its own time, however many were deleted")
    func recreateAfterCompaction() throws {
        var bench = Bench()
        let names = (0..<20).map { "q\($0)" }
        for name in names { try bench.create(name) }
        for name in names {
            try bench.deleteQueue(name)
            bench.pass(.seconds(1))
        }
        var live: [Change] = []
        bench.service.forEachLiveChange { live.append($0) }
        bench.journal = live
        try bench.restart()
        bench.pass(.seconds(40))
        // The first was deleted 60 s ago, the others one second later each.
        for name in names {
            try bench.create(name)
            bench.pass(.seconds(1))
        }
    }

    @Test("a purge drops everything, once in 60 s")
    func purge() throws {
        var bench = Bench()
        try bench.create()
        try bench.send("held")
        let held = try bench.take()
        try bench.send("visible")
        try bench.send("delayed", delay: 60)
        try bench.purge()
        let counts = try bench.attributes()
        for name in ["", "NotVisible", "Delayed"] { #expect(counts["ApproximateNumberOfMessages\(name)"] == "0") }
        try bench.delete(held[0].receiptHandle)
        try bench.send("later")
        #expect(try bench.take().bodies == ["later"])
        expect(.purgeQueueInProgress, "Only one PurgeQueue operation on q is allowed every 60 seconds.") { () throws(SQSError) in
            try bench.purge()
        }
        bench.pass(.seconds(60))
        try bench.purge()
    }

    @Test("a host empties a queue as often as it likes, and nobody is billed for it")
    func emptied() throws {
        var bench = Bench()
        try bench.create()
        try bench.send("held")
        _ = try bench.take()
        try bench.send("delayed", delay: 60)
        for _ in 0..<2 {
            try bench.send("visible")
            var effects = Effects()
            bench.service.empty(QueueName(region: "us-east-1", name: "q"), now: bench.now, into: &effects)
            bench.journal += effects.changes
            #expect(effects.usage.isEmpty)
            let counts = try bench.attributes()
            for name in ["", "NotVisible", "Delayed"] { #expect(counts["ApproximateNumberOfMessages\(name)"] == "0") }
        }
        try bench.purge()
        try bench.restart()
        #expect(try bench.attributes()["ApproximateNumberOfMessages"] == "0")
    }

    @Test(
        "forms of a queue URL",
        arguments: [
            "http://localhost:3001/000000000000/q", "https://sqs.eu-west-1.amazonaws.com/000000000000/q",
            "https://queue.amazonaws.com/000000000000/q",
            "http://h/queue/us-east-1/000000000000/q", "/000000000000/q", "q",
        ])
    func urls(url: String) throws {
        var bench = Bench()
        try bench.create()
        try bench.send("a", to: url)
    }

    @Test(
        "URLs of no queue",
        arguments: [
            "", "http://h/q", "http://h/111111111111/q", "http://h/000000000000/", "http://h/queue/eu-west-1/000000000000/q", "r",
        ])
    func otherURLs(url: String) throws {
        var bench = Bench()
        try bench.create()
        expect(.queueDoesNotExist) { () throws(SQSError) in try bench.send("a", to: url) }
    }

    @Test("the same name in two regions is two queues")
    func regions() throws {
        var bench = Bench()
        try bench.create()
        bench.caller.region = "ap-northeast-2"
        expect(.queueDoesNotExist) { () throws(SQSError) in try bench.send("a") }
        try bench.create()
        try bench.send("a")
        bench.caller.region = "us-east-1"
        #expect(try bench.take().isEmpty)
    }

    @Test("lists are paged by token, only when a maximum was given")
    func lists() throws {
        var bench = Bench()
        for name in ["b1", "a2", "a1", "a3"] { try bench.create(name) }
        func list(_ request: ListQueuesRequest) throws -> QueueListResponse {
            try bench.call({ s, r, c, n, e throws(SQSError) in try s.listQueues(r, from: c, now: n, into: &e) }, request)
        }
        #expect(try list(ListQueuesRequest(prefix: "a")).queues.map(\.name) == ["a1", "a2", "a3"])
        let first = try list(ListQueuesRequest(prefix: "a", maximumResults: 2))
        #expect(first.queues.map(\.name) == ["a1", "a2"])
        let second = try list(ListQueuesRequest(prefix: "a", maximumResults: 2, nextToken: first.nextToken))
        #expect(second.queues.map(\.name) == ["a3"])
        #expect(second.nextToken == nil)
    }

    @Test("redrive policies are checked: target, type, count, and whether it is allowed")
    func redrivePolicies() throws {
        var bench = Bench()
        try bench.create("dlq")
        try bench.createFIFO("dlq.fifo")
        try bench.create()
        let arn = "arn:aws:sqs:us-east-1:000000000000:"
        try bench.set(["RedrivePolicy": #"{"deadLetterTargetArn":"\#(arn)dlq","maxReceiveCount":"3"}"#])
        #expect(try bench.attributes()["RedrivePolicy"] == #"{"deadLetterTargetArn":"\#(arn)dlq","maxReceiveCount":3}"#)
        try bench.set(["RedrivePolicy": ""])
        #expect(try bench.attributes()["RedrivePolicy"] == nil)
        for policy in [
            "x", "[]", "{}", #"{"deadLetterTargetArn":"\#(arn)dlq"}"#, #"{"maxReceiveCount":1}"#,
            #"{"deadLetterTargetArn":"\#(arn)dlq","maxReceiveCount":0}"#,
            #"{"deadLetterTargetArn":"\#(arn)dlq","maxReceiveCount":1001}"#,
            #"{"deadLetterTargetArn":"\#(arn)none","maxReceiveCount":1}"#,
            #"{"deadLetterTargetArn":"\#(arn)dlq.fifo","maxReceiveCount":1}"#,
        ] {
            expect(.invalidParameterValue) { () throws(SQSError) in try bench.set(["RedrivePolicy": policy]) }
        }
        let good = #"{"deadLetterTargetArn":"\#(arn)dlq","maxReceiveCount":1}"#
        try bench.set(["RedriveAllowPolicy": #"{"redrivePermission":"denyAll"}"#], of: "dlq")
        expect(.invalidParameterValue) { () throws(SQSError) in try bench.set(["RedrivePolicy": good]) }
        try bench.set(["RedriveAllowPolicy": #"{"redrivePermission":"byQueue","sourceQueueArns":["\#(arn)q"]}"#], of: "dlq")
        try bench.set(["RedrivePolicy": good])
        expect(.invalidParameterValue) { () throws(SQSError) in
            try bench.set(["RedriveAllowPolicy": #"{"redrivePermission":"allowAll","sourceQueueArns":["\#(arn)q"]}"#], of: "dlq")
        }
    }
}
