import CoreTypes
import LambdaCore
import Testing

/// Records and attributes: as observed on the service (Lambda developer guide, "Invocation record", "Dead-letter queues").
@Suite("Destinations and dead letters")
struct DestinationTests {
    private let queueARN = "arn:aws:sqs:us-east-1:000000000000:Failures"

    /// One event through the queue, first to last, without a retry.
    private func ending(
        _ result: AsynchronousResult, payload: [UInt8] = Array(#"{"a": [1.50, "세계"]}"#.utf8), qualifier: String? = nil,
        policy: AsynchronousPolicy
    ) throws -> AsynchronousEnding {
        var queue = AsynchronousQueue()
        let accepted = try queue.accept(event(7, qualifier: qualifier, payload: payload), policy: policy, now: at(0))
        let attempt = try #require(accepted.attempts.first)
        return try #require(
            queue.attemptEnded(attempt.id, result, now: Timestamp(milliseconds: 1_573_755_365_568)).endings.first)
    }

    private var requestID: String { event(7).requestID.description }

    @Test("a success goes to the on-success destination, its payloads byte for byte")
    func success() throws {
        let ending = try ending(.answered(succeeded), policy: policy { $0.onSuccess = queueARN })
        let delivery = try #require(ending.deliveries.first)
        #expect(ending.deliveries.count == 1)
        #expect(delivery.kind == .destination)
        #expect(delivery.attributes.isEmpty)
        #expect(
            String(decoding: delivery.body, as: UTF8.self)
                == #"{"version":"1.0","timestamp":"2019-11-14T18:16:05.568Z","requestContext":{"requestId":"\#(requestID)","#
                + #""functionArn":"arn:aws:lambda:us-east-1:000000000000:function:Orders:$LATEST","condition":"Success","#
                + #""approximateInvokeCount":1},"requestPayload":{"a": [1.50, "세계"]},"#
                + #""responseContext":{"statusCode":200,"executedVersion":"$LATEST"},"responsePayload":{"ok": 1.0}}"#)
    }

    @Test("a failure goes to the on-failure destination, then to the dead-letter queue")
    func failure() throws {
        let ending = try ending(
            .answered(failed), qualifier: "prod",
            policy: policy(deadLetters: queueARN) {
                $0.maximumRetryAttempts = 0
                $0.onFailure = "arn:aws:lambda:us-east-1:000000000000:function:Failed"
                $0.onSuccess = queueARN
            })
        #expect(ending.deliveries.map(\.kind) == [.destination, .deadLetter])
        let record = try JSON(parsing: ending.deliveries[0].body)
        #expect(record["requestContext"]?["functionArn"] == .string("\(functionARN):prod"))
        #expect(record["requestContext"]?["condition"] == "RetriesExhausted")
        #expect(
            record["responseContext"] == ["statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"])
        #expect(record["responsePayload"] == ["errorMessage": "kaputt", "errorType": "Boom"])
        let deadLetter = ending.deliveries[1]
        #expect(deadLetter.body == Array(#"{"a": [1.50, "세계"]}"#.utf8))
        #expect(deadLetter.attributes.map(\.name) == ["RequestID", "ErrorCode", "ErrorMessage"])
        #expect(deadLetter.attributes.map(\.dataType) == [.string, .number, .string])
        #expect(deadLetter.attributes.map(\.value) == [requestID, "200", "kaputt"])
    }

    @Test("with reserved concurrency 0 the record has no response and counts no try")
    func zeroReservedConcurrency() throws {
        let ending = try ending(.reservedConcurrencyIsZero, policy: policy { $0.onFailure = queueARN })
        let record = try #require(try JSON(parsing: ending.deliveries[0].body).objectValue)
        #expect(record.names == ["version", "timestamp", "requestContext", "requestPayload"])
        #expect(record["requestContext"]?["condition"] == "ZeroReservedConcurrency")
        #expect(record["requestContext"]?["approximateInvokeCount"] == 0)
    }

    @Test("an event that grew too old tells of its last try")
    func eventAge() throws {
        var queue = AsynchronousQueue()
        let onFailure = policy {
            $0.onFailure = queueARN
            $0.maximumEventAgeSeconds = 60
        }
        let attempt = try #require(try queue.accept(event(1), policy: onFailure, now: at(0)).attempts.first)
        let ending = try #require(queue.attemptEnded(attempt.id, .answered(failed), now: at(5)).endings.first)
        let record = try JSON(parsing: ending.deliveries[0].body)
        #expect(record["requestContext"]?["condition"] == "EventAgeExceeded")
        #expect(record["responsePayload"]?["errorMessage"] == "kaputt")
    }

    @Test("an empty event is {}")
    func emptyEvent() throws {
        let ending = try ending(.answered(succeeded), payload: [], policy: policy { $0.onSuccess = queueARN })
        #expect(try JSON(parsing: ending.deliveries[0].body)["requestPayload"] == [:])
    }

    @Test(
        "an answer that is no JSON is quoted, so that the record stays JSON",
        arguments: [
            ("", JSON.null), ("oops \"1\"", "oops \"1\""), ("{\"a\":", "{\"a\":"), ("\"text\"", "text"), ("1 2", "1 2"),
        ])
    func malformedAnswer(payload: String, expected: JSON) throws {
        let answer = AsynchronousAnswer(executedVersion: "1", payload: Array(payload.utf8))
        let ending = try ending(.answered(answer), policy: policy { $0.onSuccess = queueARN })
        #expect(try JSON(parsing: ending.deliveries[0].body)["responsePayload"] == expected)
    }

    @Test(
        "the error message of a dead letter is its first 1 KB, whole characters, and fit for a queue",
        arguments: [
            (String(repeating: "é", count: 600), String(repeating: "é", count: 512)),
            ("a" + String(repeating: "é", count: 600), "a" + String(repeating: "é", count: 511)),
            ("bell\u{7} line\n", "bell  line\n"),
        ])
    func errorMessage(message: String, expected: String) throws {
        let answer = AsynchronousAnswer(
            executedVersion: "1", functionError: "Unhandled", payload: (["errorMessage": .string(message)] as JSON).bytes)
        let ending = try ending(.answered(answer), policy: policy(deadLetters: queueARN) { $0.maximumRetryAttempts = 0 })
        #expect(ending.deliveries[0].attributes.last?.value == expected)
    }

    @Test("a dead letter without an error message has no such attribute, as a queue refuses empty ones")
    func noErrorMessage() throws {
        let refused = AsynchronousResult.refused(statusCode: 404, payload: [])
        let ending = try ending(refused, policy: policy(deadLetters: queueARN))
        #expect(ending.deliveries[0].attributes.map(\.name) == ["RequestID", "ErrorCode"])
        #expect(ending.deliveries[0].attributes.last?.value == "404")
    }

    @Test(
        "targets that are emulated",
        arguments: [
            ("arn:aws:lambda:us-east-1:000000000000:function:Next", "Next", String?.none),
            ("arn:aws:lambda:us-east-1:000000000000:function:Next:prod", "Next", "prod"),
        ])
    func functionTarget(text: String, name: String, qualifier: String?) throws {
        #expect(DestinationTarget(arn: text) == .function(arn: try #require(ARN(text)), name: name, qualifier: qualifier))
    }

    @Test("a standard queue is a target for both")
    func queueTarget() throws {
        let expected = DestinationTarget.queue(arn: try #require(ARN(queueARN)), name: "Failures")
        #expect(DestinationTarget(arn: queueARN) == expected)
        #expect(DestinationTarget(deadLetterARN: queueARN) == expected)
    }

    @Test(
        "other targets say why they get nothing",
        arguments: [
            ("nonsense", "invalid"), ("arn:aws:dynamodb:us-east-1:0:table/x", "invalid"),
            ("arn:aws:lambda:us-east-1:0:layer:x", "invalid"), ("arn:aws:lambda:us-east-1:0:function:", "invalid"),
            ("arn:aws:sqs:us-east-1:0:a.fifo", "FIFO"), ("arn:aws:sns:us-east-1:0:topic", "not emulated"),
            ("arn:aws:events:us-east-1:0:event-bus/default", "not emulated"),
        ])
    func unsupportedTarget(text: String, word: String) throws {
        guard case .unsupported(let arn, let reason) = DestinationTarget(arn: text) else {
            Issue.record("\(text) was taken as a target")
            return
        }
        #expect(arn == text)
        #expect(reason.contains(word))
    }

    @Test("a function is no dead-letter queue")
    func functionAsDeadLetterQueue() {
        let target = DestinationTarget(deadLetterARN: "\(functionARN)")
        #expect(
            target
                == .unsupported(
                    arn: "\(functionARN)", reason: "A dead-letter queue is a queue or a topic, and \(functionARN) is a function.")
        )
    }
}
