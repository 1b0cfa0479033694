package import CoreTypes

/// What an extension gets as the answer to `GET /extension/event/next`.
package enum ExtensionEvent: Hashable, Sendable {
    case invoke(requestID: RequestID, invokedFunctionARN: String, deadline: Timestamp, traceHeader: String)
    case shutdown(ShutdownReason, deadline: Timestamp)

    package enum ShutdownReason: String, Hashable, Sendable, CaseIterable {
        /// The environment is no longer needed.
        case spindown
        case timeout
        case failure
    }

    /// The names by which an extension subscribes.
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        case invoke = "INVOKE"
        case shutdown = "SHUTDOWN"
    }

    /// 200 with `Lambda-Extension-Event-Identifier`, which is the request's id for an INVOKE, and the event as body.
    func response(identifier: RequestID) -> PlatformAPIResponse {
        let body: JSON =
            switch self {
            case .invoke(let requestID, let arn, let deadline, let trace):
                [
                    "eventType": "INVOKE", "deadlineMs": .number(JSONNumber(deadline.milliseconds)),
                    "requestId": .string(requestID.description), "invokedFunctionArn": .string(arn),
                    "tracing": ["type": "X-Amzn-Trace-Id", "value": .string(trace)],
                ]
            case .shutdown(let reason, let deadline):
                [
                    "eventType": "SHUTDOWN", "shutdownReason": .string(reason.rawValue),
                    "deadlineMs": .number(JSONNumber(deadline.milliseconds)),
                ]
            }
        let header = PlatformAPIResponse.Header(name: "Lambda-Extension-Event-Identifier", value: identifier.description)
        return PlatformAPIResponse(status: 200, headers: [header], json: body)
    }
}

/// How long an environment's processes get to end (Lambda developer guide, "Shutdown phase").
package struct ShutdownBudget: Hashable, Sendable {
    /// Until all are killed; also the deadline that a SHUTDOWN event names.
    package let total: Duration
    /// Until the runtime is killed, after its SIGTERM.
    package let runtime: Duration

    /// Without extensions SIGKILL follows at once.
    package static let none = ShutdownBudget(total: .zero, runtime: .zero)
    /// An internal extension lives in the runtime's process, which has all of the time.
    package static let internalOnly = ShutdownBudget(total: .milliseconds(500), runtime: .milliseconds(500))
    package static let external = ShutdownBudget(total: .milliseconds(2_000), runtime: .milliseconds(300))

    /// After a time-out or a failure within an environment that has extensions: the runtime gets 30 % of what is left.
    package func afterReset(remaining: Duration) -> ShutdownBudget {
        let total = min(self.total, max(remaining, .zero))
        return ShutdownBudget(total: total, runtime: total * 3 / 10)
    }

    /// Whether the runtime is asked by SIGTERM before it is killed.
    package var signalsRuntime: Bool { self.runtime > .zero }
}
