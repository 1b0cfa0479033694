import CoreTypes
import LambdaCore
import Testing

@Suite struct BatchRecordingTests {
    private func recording(_ result: BatchInvocationResult) throws -> BatchRecording {
        var world = PollerWorld { $0.reportsBatchItemFailures = true }
        world.start()
        world.receive(MappingSamples.messages(1...2))
        world.end(result)
        return BatchRecording(
            mappingID: RequestID(random: 1, 2), queueARN: MappingSamples.source.arn,
            functionARN: MappingSamples.function().arn, outcome: try #require(world.outcomes.first), report: ["status": "success"]
        )
    }

    @Test func `a recording is read back as the messages that were delivered`() throws {
        let recording = try self.recording(.answered(Array(#"{"batchItemFailures":[{"itemIdentifier":"m2"}]}"#.utf8)))
        let file = ReplayFile(Array(recording.json.prettyText.utf8), name: "r.json")
        #expect(file.form == .recording)
        #expect(file.problems.isEmpty)
        #expect(file.items.map(\.message.messageID) == ["m1", "m2"])
        #expect(file.items.map(\.message.receiptHandle) == ["handle-m1", "handle-m2"])
    }

    @Test func `a recording says what came of the batch`() throws {
        let partial = try self.recording(.answered(Array(#"{"batchItemFailures":[{"itemIdentifier":"m2"}]}"#.utf8))).json
        #expect(partial["result"] == "partialFailure")
        #expect(partial["failedMessageIds"] == ["m2"])
        #expect(partial["answer"]?["batchItemFailures"]?.arrayValue?.count == 1)
        #expect(partial["report"]?["status"] == "success")
        let failed = try self.recording(.failed(type: "ValueError")).json
        #expect(failed["result"] == "failed")
        #expect(failed["reason"] == "ValueError")
        #expect(failed["answer"]?.isNull == true)
        let malformed = try self.recording(.answered(Array("oops".utf8))).json
        #expect(malformed["result"] == "malformedAnswer")
        #expect(malformed["answer"] == "oops")
        #expect(malformed["failedMessageIds"] == ["m1", "m2"])
    }

    @Test func `names sort by time and are names only`() {
        let name = BatchRecording.fileName(recordedAt: "2026-11-18T11:06:40.000Z", number: 17)
        #expect(name == "20261118T110640.000Z-000017.json")
        #expect(!BatchRecording.fileName(recordedAt: "/../x", number: 1).contains("/"))
    }
}
