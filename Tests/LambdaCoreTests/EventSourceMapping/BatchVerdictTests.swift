import CoreTypes
import LambdaCore
import Testing

/// The conditions of complete success, complete failure and partial failure: Lambda developer guide, "Implementing partial batch
/// responses".
@Suite struct BatchVerdictTests {
    private let batch = MappingSamples.messages(1...3)

    private func verdict(
        _ answer: String, reports: Bool = true, isFIFO: Bool = false, _ messages: [ReceivedMessage]? = nil
    ) -> BatchVerdict {
        .of(answer: Array(answer.utf8), for: messages ?? self.batch, reportsFailures: reports, isFIFO: isFIFO)
    }

    @Test(arguments: [
        "", " \n", "null", "{}", #"{"batchItemFailures":null}"#, #"{"batchItemFailures":[]}"#, #"{"status":"done"}"#,
    ])
    func `an empty or null report is a success`(answer: String) {
        #expect(self.verdict(answer).reason == .succeeded)
        #expect(self.verdict(answer).failed.isEmpty)
    }

    @Test func `reported messages stay in the queue`() {
        let verdict = self.verdict(
            #"{"batchItemFailures":[{"itemIdentifier":"m3"},{"itemIdentifier":"m1"},{"itemIdentifier":"m3"}]}"#)
        #expect(verdict.reason == .partialFailure)
        #expect(verdict.failed == [0, 2])
    }

    @Test(arguments: [
        "{", "not JSON", #""done""#, "[]", "17", #"{"batchItemFailures":"m1"}"#, #"{"batchItemFailures":{}}"#,
        #"{"batchItemFailures":[{"itemIdentifier":""}]}"#, #"{"batchItemFailures":[{"itemIdentifier":null}]}"#,
        #"{"batchItemFailures":[{"itemIdentifier":7}]}"#, #"{"batchItemFailures":[{"id":"m1"}]}"#,
        #"{"batchItemFailures":["m1"]}"#, #"{"batchItemFailures":[null]}"#,
        #"{"batchItemFailures":[{"itemIdentifier":"m1"},{"itemIdentifier":"m4"}]}"#,
    ])
    func `a report that can't be read fails the whole batch`(answer: String) {
        let verdict = self.verdict(answer)
        guard case .malformedAnswer = verdict.reason else {
            Issue.record("\(verdict.reason)")
            return
        }
        #expect(verdict.failed == [0, 1, 2])
    }

    @Test func `without the setting every return is a success`() {
        #expect(self.verdict("not JSON", reports: false).failed.isEmpty)
        #expect(self.verdict(#"{"batchItemFailures":[{"itemIdentifier":"m1"}]}"#, reports: false).reason == .succeeded)
    }

    @Test func `on a FIFO queue a failure keeps the rest of its group`() {
        let messages = [("a1", "a"), ("b1", "b"), ("a2", "a"), ("b2", "b"), ("a3", "a")].map {
            MappingSamples.message($0.0, group: $0.1)
        }
        let report = #"{"batchItemFailures":[{"itemIdentifier":"a2"}]}"#
        #expect(self.verdict(report, isFIFO: true, messages).failed == [2, 4])
        #expect(self.verdict(report, isFIFO: false, messages).failed == [2])
    }

    @Test func `no answer traps`() {
        var random = SeededNumbers(seed: 22)
        let seeds = [#"{"batchItemFailures":[{"itemIdentifier":"m1"}]}"#, "null", "{}"].map { Array($0.utf8) }
        for _ in 0..<4_000 {
            var answer = seeds.randomElement(using: &random) ?? []
            for _ in 0..<Int.random(in: 0...4, using: &random) where !answer.isEmpty {
                answer[Int.random(in: answer.indices, using: &random)] = UInt8.random(in: .min ... .max, using: &random)
            }
            let verdict = BatchVerdict.of(
                answer: answer, for: self.batch, reportsFailures: true, isFIFO: Bool.random(using: &random))
            #expect(verdict.failed.allSatisfy(self.batch.indices.contains))
        }
    }
}
