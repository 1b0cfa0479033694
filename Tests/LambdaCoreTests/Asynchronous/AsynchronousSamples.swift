import CoreTypes
import LambdaCore

/// Values that the tests of asynchronous invocation share.
let succeeded = AsynchronousAnswer(executedVersion: "$LATEST", payload: Array(#"{"ok": 1.0}"#.utf8))
let failed = AsynchronousAnswer(
    executedVersion: "$LATEST", functionError: "Unhandled", payload: Array(#"{"errorMessage":"kaputt","errorType":"Boom"}"#.utf8))
let functionARN = ARN(service: "lambda", region: "us-east-1", account: "000000000000", resource: "function:Orders")

func at(_ seconds: Int64) -> Timestamp { Timestamp(seconds: 1_573_755_365 + seconds) }

func event(_ number: UInt64, qualifier: String? = nil, payload: [UInt8] = Array(#"{"a":1}"#.utf8)) -> AsynchronousEvent {
    AsynchronousEvent(requestID: RequestID(random: number, number), function: functionARN, qualifier: qualifier, payload: payload)
}

func policy(deadLetters: String? = nil, _ change: (inout EventInvokeConfiguration) -> Void = { _ in }) -> AsynchronousPolicy {
    var configuration = EventInvokeConfiguration()
    change(&configuration)
    return AsynchronousPolicy(configuration, deadLetterTargetARN: deadLetters)
}

extension [AsynchronousQueue.Action] {
    var attempts: [AsynchronousAttempt] { self.compactMap { if case .invoke(let attempt) = $0 { attempt } else { nil } } }
    var endings: [AsynchronousEnding] { self.compactMap { if case .finish(let ending) = $0 { ending } else { nil } } }
    var wakes: [Timestamp] { self.compactMap { if case .scheduleWake(let time) = $0 { time } else { nil } } }
}
