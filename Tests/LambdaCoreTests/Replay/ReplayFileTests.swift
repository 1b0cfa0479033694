import CoreTypes
import LambdaCore
import Testing

@Suite struct ReplayFileTests {
    private func file(_ text: String) -> ReplayFile { ReplayFile(Array(text.utf8), name: "f.json") }

    /// The record of the Lambda developer guide, "Using Lambda with Amazon SQS", shortened.
    @Test func `an event is read record by record`() throws {
        let file = self.file(
            #"""
            {"Records":[{"messageId":"059f36b4","receiptHandle":"AQEB","body":"hello","attributes":{"SentTimestamp":"1545082649183"},
              "messageAttributes":{"n":{"stringValue":"1","dataType":"Number","stringListValues":[],"binaryListValues":[]},
              "b":{"binaryValue":"7LGF","dataType":"Binary"}},"md5OfMessageAttributes":null,"md5OfBody":"5d41","eventSource":"aws:sqs"},
             {"body":"two"}]}
            """#)
        #expect(file.form == .event)
        #expect(file.problems.isEmpty)
        let first = try #require(file.items.first?.message)
        #expect(first.messageID == "059f36b4")
        #expect(first.body == "hello")
        #expect(first.sentAt == Timestamp(milliseconds: 1_545_082_649_183))
        #expect(first.messageAttributes["n"] == .init(dataType: "Number", value: .text("1")))
        #expect(first.messageAttributes["b"] == .init(dataType: "Binary", value: .binary(base64: "7LGF")))
        #expect(file.batches(ofBodies: 1).map(\.count) == [2])
    }

    /// The output of `aws sqs receive-message` in the AWS CLI command reference.
    @Test func `output of receive-message is read`() throws {
        let file = self.file(
            #"""
            {
                "Messages": [
                    {
                        "Body": "My first message.", "ReceiptHandle": "AQEBzbVv", "MD5OfBody": "1000f835",
                        "MD5OfMessageAttributes": "9424c491", "MessageId": "d6790f8d-d575-4f01-bc51-40122EXAMPLE",
                        "Attributes": { "SenderId": "AIDAIAZKMSNQ7TEXAMPLE", "SentTimestamp": "1442428276921" },
                        "MessageAttributes": { "PostalCode": { "DataType": "String", "StringValue": "ABC123" } }
                    }
                ]
            }
            """#)
        #expect(file.form == .receive)
        #expect(file.items.first?.message.attributes["SenderId"] == "AIDAIAZKMSNQ7TEXAMPLE")
        #expect(file.items.first?.message.messageAttributes["PostalCode"]?.dataType == "String")
        #expect(file.problems.isEmpty)
    }

    @Test func `each line of any other text is a body`() {
        let file = self.file("{\"order\":1}\n\n{\"order\":2}\r\nplain text\n")
        #expect(file.form == .bodies)
        #expect(file.items.map(\.message.body) == [#"{"order":1}"#, #"{"order":2}"#, "plain text"])
        #expect(file.items.map(\.index) == [1, 3, 4])
        #expect(file.batches(ofBodies: 2).map(\.count) == [2, 1])
        #expect(self.file(#"{"order":1}"#).items.count == 1)
        #expect(self.file("").items.isEmpty)
    }

    @Test func `a document of an unknown kind is told about and not sent line by line`() {
        let file = self.file("{\n  \"order\": 1\n}\n")
        #expect(file.items.isEmpty)
        #expect(file.problems.count == 1)
    }

    @Test(arguments: [
        (#"{"Records":[{"messageId":"x"}]}"#, "has no body"), (#"{"Records":[17]}"#, "a JSON number, not an object"),
        (#"{"Records":[{"body":5}]}"#, "body is a number, not a text"),
        (#"{"Records":[{"body":"x","attributes":{"A":1}}]}"#, "attribute A is a number, not a text"),
        (#"{"Records":[{"body":"x","attributes":[]}]}"#, "attributes is a array, not an object"),
        (#"{"Records":[{"body":"x","messageAttributes":{"a":{"stringValue":"v"}}}]}"#, "message attribute a has no dataType"),
        (
            #"{"Records":[{"body":"x","messageAttributes":{"a":{"dataType":"String"}}}]}"#,
            "message attribute a has neither stringValue nor binaryValue"
        ),
        (
            #"{"Records":[{"body":"x","messageAttributes":{"a":{"dataType":"Binary","binaryValue":"*"}}}]}"#,
            "binaryValue of message attribute a is not base64"
        ),
    ])
    func `a bad message is told by file and index, and the others go on`(text: String, problem: String) {
        let withGood = text.replacing("]}", with: #",{"body":"good"}]}"#, maxReplacements: 1)
        for (text, good) in [(text, 0), (text.hasSuffix("[]}]}") ? text : withGood, text.hasSuffix("[]}]}") ? 0 : 1)] {
            let file = self.file(text)
            #expect(file.problems.map(\.description) == ["f.json[0]: \(problem)"])
            #expect(file.items.count == good)
        }
    }

    @Test func `bytes of any kind are read without a trap`() {
        var random = SeededNumbers(seed: 31)
        let seed = Array(#"{"Records":[{"body":"x","attributes":{"SentTimestamp":"9"},"messageAttributes":{}}]}"#.utf8)
        for _ in 0..<3_000 {
            var bytes = seed
            for _ in 0..<Int.random(in: 0...5, using: &random) {
                bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: .min ... .max, using: &random)
            }
            let file = ReplayFile(bytes, name: "f")
            for item in file.items { _ = item.message.sentAt }
        }
    }

    // MARK: Completion

    @Test func `what a file doesn't say is filled in`() {
        let message = RecordedMessage(body: "x").received(
            number: 3, now: MappingSamples.start, source: MappingSamples.fifoSource, md5: { "md5 of \($0)" })
        #expect(RequestID(message.messageID) != nil)
        #expect(message.md5OfBody == "md5 of x")
        #expect(message.groupID == "replay")
        #expect(message.attributes["SequenceNumber"] == "00000000000000000003")
        let standard = RecordedMessage(body: "x").received(
            number: 4, now: MappingSamples.start, source: MappingSamples.source, md5: { $0 })
        #expect(standard.groupID == nil)
        #expect(standard.messageID != message.messageID)
        #expect(
            standard.attributes.keys.sorted() == [
                "ApproximateFirstReceiveTimestamp", "ApproximateReceiveCount", "SenderId", "SentTimestamp",
            ])
    }

    // MARK: Speed

    @Test func `messages keep their spacing, or a part of it`() {
        let seconds: [Int64?] = [10, 12, nil, 11, 20]
        let times = seconds.map { $0.map { Timestamp(seconds: $0) } }
        #expect(ReplaySpeed("1x")?.offsets(of: times) == [.zero, .seconds(2), .seconds(2), .seconds(2), .seconds(10)])
        #expect(ReplaySpeed("10x")?.offsets(of: times).last == .seconds(1))
        #expect(ReplaySpeed("max")?.offsets(of: times) == Array(repeating: .zero, count: 5))
        #expect(ReplaySpeed("2.5")?.factor == 2.5)
        for text in ["", "x", "0x", "-1x", "fast", "1e9x", "nan"] { #expect(ReplaySpeed(text) == nil) }
    }
}
