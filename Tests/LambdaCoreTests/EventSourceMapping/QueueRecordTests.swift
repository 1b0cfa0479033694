import CoreTypes
import LambdaCore
import Testing

@Suite struct QueueRecordTests {
    /// The members, their order and the attributes' order are those of the sample events in the Lambda developer guide, "Using
    /// Lambda with Amazon SQS"; the null digest is from recorded events.
    @Test func `a standard record is written as the guide shows it`() {
        var message = ReceivedMessage(
            messageID: "059f36b4-87a3-44ab-83d2-661975830a7d", receiptHandle: "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a...",
            body: "Test \"message\".\n", md5OfBody: "e4e68fb7bd0e697a0ae8f1bb342846b3")
        message.attributes = [
            "SenderId": "AIDAIENQZJOLO23YVJ4VO", "ApproximateFirstReceiveTimestamp": "1545082649185",
            "SentTimestamp": "1545082649183", "ApproximateReceiveCount": "1",
        ]
        let expected =
            #"{"messageId":"059f36b4-87a3-44ab-83d2-661975830a7d","receiptHandle":"AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a...","body":"Test \"message\".\n","#
            + #""attributes":{"ApproximateReceiveCount":"1","SentTimestamp":"1545082649183","SenderId":"AIDAIENQZJOLO23YVJ4VO","ApproximateFirstReceiveTimestamp":"1545082649185"},"#
            + #""messageAttributes":{},"md5OfMessageAttributes":null,"md5OfBody":"e4e68fb7bd0e697a0ae8f1bb342846b3","eventSource":"aws:sqs","eventSourceARN":"arn:aws:sqs:us-east-1:123456789012:orders","awsRegion":"us-east-1"}"#
        #expect(String(decoding: QueueRecord.bytes(of: message, from: MappingSamples.source), as: UTF8.self) == expected)
    }

    @Test func `a FIFO record has its own attributes in the guide's order`() throws {
        var message = MappingSamples.message("m1", group: "1")
        message.attributes = [
            "ApproximateReceiveCount": "1", "SentTimestamp": "1573251510774", "SequenceNumber": "18849496460467696128",
            "MessageGroupId": "1", "SenderId": "AIDAIO23YVJENQZJOL4VO", "MessageDeduplicationId": "1",
            "ApproximateFirstReceiveTimestamp": "1573251510774", "Zebra": "z",
        ]
        let record = try JSON(parsing: QueueRecord.bytes(of: message, from: MappingSamples.fifoSource))
        #expect(
            record["attributes"]?.objectValue?.names == [
                "ApproximateReceiveCount", "SentTimestamp", "SequenceNumber", "MessageGroupId", "SenderId",
                "MessageDeduplicationId", "ApproximateFirstReceiveTimestamp", "Zebra",
            ])
    }

    @Test func `message attributes carry text or base64 and two empty lists`() throws {
        var message = MappingSamples.message("m1")
        message.messageAttributes = [
            "kind": .init(dataType: "String", value: .text("선물")),
            "label": .init(dataType: "Binary.png", value: .binary(base64: "7LGF")),
        ]
        message.md5OfMessageAttributes = "d41d8cd98f00b204e9800998ecf8427e"
        let record = try JSON(parsing: QueueRecord.bytes(of: message, from: MappingSamples.source))
        #expect(
            record["messageAttributes"]?.description
                == #"{"kind":{"stringValue":"선물","stringListValues":[],"binaryListValues":[],"dataType":"String"},"#
                + #""label":{"binaryValue":"7LGF","stringListValues":[],"binaryListValues":[],"dataType":"Binary.png"}}"#)
        #expect(record["md5OfMessageAttributes"] == "d41d8cd98f00b204e9800998ecf8427e")
    }

    @Test func `an event is its records and nothing else`() throws {
        let records = MappingSamples.messages(1...3).map { QueueRecord.bytes(of: $0, from: MappingSamples.source) }
        let event = try JSON(parsing: QueueRecord.event(records: records))
        #expect(event.objectValue?.names == ["Records"])
        #expect(event["Records"]?.arrayValue?.compactMap { $0["messageId"]?.stringValue } == ["m1", "m2", "m3"])
        #expect(QueueRecord.event(records: []) == Array("{\"Records\":[]}".utf8))
    }
}
