package import CoreTypes

/// A delivered batch with what came of it, one file each: what `martlet record` writes and `martlet replay` reads.
///
/// ```
/// {"martletRecording": 1, "recordedAt": "2026-11-21T13:00:00.000Z", "mapping": "<UUID>", "queueArn": "arn:aws:sqs:…",
///  "functionArn": "arn:aws:lambda:…", "event": {"Records": […]}, "attempts": 1,
///  "result": "partialFailure", "reason": null, "answer": {"batchItemFailures": […]}, "failedMessageIds": ["…"],
///  "report": {…}}
/// ```
/// `result` is `succeeded`, `partialFailure`, `failed`, `malformedAnswer` or `throttled`; `reason` says how it failed. `answer` is
/// the function's answer, as a text where it is no JSON. `report` is that of `martlet invoke --report json`, `null` when the
/// function did not run.
package struct BatchRecording: Sendable {
    package static let marker = "martletRecording"
    package static let version = 1

    package let mappingID: RequestID
    package let queueARN: String
    package let functionARN: String
    package let outcome: BatchOutcome
    package let report: JSON?

    package init(mappingID: RequestID, queueARN: String, functionARN: String, outcome: BatchOutcome, report: JSON?) {
        self.mappingID = mappingID
        self.queueARN = queueARN
        self.functionARN = functionARN
        self.outcome = outcome
        self.report = report
    }

    /// Sorts by time: `20261121T130000.000Z-000017.json`.
    package static func fileName(recordedAt: String, number: Int) -> String {
        let time = recordedAt.filter { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == ".") }
        return "\(time)-\(Timestamp.pad(number, 6)).json"
    }

    package var json: JSON {
        let event = self.outcome.batch.event
        guard case .success(let document) = event.withUnsafeBytes({ JSON.parse($0) }) else {
            preconditionFailure("a batch's event is JSON")
        }
        let (result, reason) = self.outcome.ending.words
        return [
            "martletRecording": .number(JSONNumber(Self.version)), "recordedAt": .string(self.outcome.endedAt.iso8601),
            "mapping": .string(self.mappingID.description), "queueArn": .string(self.queueARN),
            "functionArn": .string(self.functionARN), "event": document,
            "attempts": .number(JSONNumber(self.outcome.attempts)), "result": .string(result), "reason": JSON(reason),
            "answer": self.answer,
            "failedMessageIds": .array(self.outcome.failed.map { .string(self.outcome.batch.messages[$0].messageID) }),
            "report": self.report ?? .null,
        ]
    }

    private var answer: JSON {
        guard let answer = self.outcome.answer else { return .null }
        switch answer.withUnsafeBytes({ JSON.parse($0) }) {
        case .success(let value): return value
        case .failure: return .string(String(decoding: answer, as: UTF8.self))
        }
    }
}

extension BatchOutcome.Ending {
    /// A word for machines and, where there is one, the reason.
    package var words: (result: String, reason: String?) {
        switch self {
        case .throttledUntilVisible: ("throttled", "throttled until its messages were visible again")
        case .judged(let verdict):
            switch verdict.reason {
            case .succeeded: ("succeeded", nil)
            case .partialFailure: ("partialFailure", nil)
            case .failed(let reason): ("failed", reason)
            case .malformedAnswer(let reason): ("malformedAnswer", reason)
            }
        }
    }
}
