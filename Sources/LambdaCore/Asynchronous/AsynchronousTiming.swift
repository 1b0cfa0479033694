/// When a failed asynchronous invocation is tried again (Lambda developer guide, "How Lambda handles errors and retries with
/// asynchronous invocation").
package struct AsynchronousTiming: Hashable, Sendable {
    /// The wait after the first function error, the second, …; the last one serves for all further errors.
    package let retryDelays: [Duration]
    /// The wait after a throttle or a 5xx; doubles with each in a row.
    package let backOffMinimum: Duration
    package let backOffMaximum: Duration

    /// One minute, then two; back-off from one second to five minutes.
    package static let aws = AsynchronousTiming(
        retryDelays: [.seconds(60), .seconds(120)], backOffMinimum: .seconds(1), backOffMaximum: .seconds(300))

    /// A hundred times faster than AWS: 0.6 s, then 1.2 s; back-off from 10 ms to 3 s. For trying things out and for tests.
    package static let local = AsynchronousTiming.aws.faster(by: 100)

    /// - Precondition: at least one retry delay.
    package init(retryDelays: [Duration], backOffMinimum: Duration, backOffMaximum: Duration) {
        precondition(!retryDelays.isEmpty, "a retry needs a delay")
        self.retryDelays = retryDelays
        self.backOffMinimum = backOffMinimum
        self.backOffMaximum = backOffMaximum
    }

    /// All waits divided by `speed`; a speed below 1 is taken as 1. The age of an event is not scaled: it is the user's setting.
    package func faster(by speed: Int) -> AsynchronousTiming {
        let speed = max(1, speed)
        return AsynchronousTiming(
            retryDelays: self.retryDelays.map { $0 / speed }, backOffMinimum: self.backOffMinimum / speed,
            backOffMaximum: self.backOffMaximum / speed)
    }

    func retryDelay(afterErrors count: Int) -> Duration {
        self.retryDelays[min(max(count, 1), self.retryDelays.count) - 1]
    }

    func backOff(afterRefusals count: Int) -> Duration {
        var delay = self.backOffMinimum
        var refusals = 1
        while refusals < count, delay < self.backOffMaximum {
            delay *= 2
            refusals += 1
        }
        return min(delay, self.backOffMaximum)
    }
}

/// Bounds of the queue behind asynchronous invocation. AWS publishes none for its own; these keep a host's memory bounded.
package struct AsynchronousLimits: Hashable, Sendable {
    /// Events accepted and not yet ended.
    package var events = 100_000
    /// Bytes of their payloads and of the answers kept for destinations.
    package var bytes = 268_435_456
    /// Tries under way at once; more can't succeed, as an account has no more concurrency.
    package var concurrentAttempts = FunctionLimits.accountConcurrency
    package init() {}
}

/// Why an event was not accepted.
package enum AsynchronousRefusal: Error, Hashable, Sendable {
    /// 429 TooManyRequestsException. AWS has no answer of its own for a full queue, so it is the one a caller gets who sends
    /// faster than his rate.
    case queueIsFull
    /// 413 RequestTooLargeException.
    case payloadTooLarge(bytes: Int)

    package var statusCode: Int {
        switch self {
        case .queueIsFull: 429
        case .payloadTooLarge: 413
        }
    }

    /// `Reason` of a TooManyRequestsException.
    package var throttleReason: String? {
        switch self {
        case .queueIsFull: "CallerRateLimitExceeded"
        case .payloadTooLarge: nil
        }
    }

    package var message: String {
        switch self {
        case .queueIsFull: "Rate exceeded"
        case .payloadTooLarge(let bytes):
            "\(bytes) byte payload is too large for the Event invocation type "
                + "(limit \(FunctionLimits.asynchronousRequestBytes) bytes)"
        }
    }
}
