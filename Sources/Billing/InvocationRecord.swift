package import CoreTypes

/// What one invocation was and used. Every invocation, from whichever door, leaves exactly one; REPORT lines, the bill and the
/// metrics are computed from it and nothing else.
package struct InvocationRecord: Hashable, Sendable {
    /// How the invocation came in.
    package enum Source: String, Hashable, Sendable {
        case invoke
        case asynchronous
        case gateway
        case functionURL = "function-url"
        case queue
    }

    package enum Outcome: Hashable, Sendable {
        case success
        /// The function or its runtime failed; the type is the platform's (`Runtime.ExitError`) or the function's own.
        case error(type: String)
        case timeout

        /// Without the type.
        package enum Kind: String, Hashable, Sendable, CaseIterable {
            case success, error, timeout
        }

        package var kind: Kind {
            switch self {
            case .success: .success
            case .error: .error
            case .timeout: .timeout
            }
        }
    }

    package var requestID: RequestID
    package var functionName: String
    /// `$LATEST` or a number.
    package var version: String
    package var source: Source
    /// When the event was delivered to the runtime.
    package var startedAt: Timestamp
    /// The time of the init phase when this invocation had its environment started; `nil` for a warm one.
    package var initDuration: Duration?
    /// From the delivery of the event until the runtime and its extensions asked for the next one.
    package var duration: Duration
    package var memoryMB: Int
    package var ephemeralStorageMB: Int
    package var isARM: Bool
    /// The high-water mark of the environment's process tree, rounded up.
    package var maxMemoryUsedMB: Int
    package var outcome: Outcome
    package var requestBytes: Int
    package var responseBytes: Int
    /// Whether the response went out as a stream (billed beyond its first 6 MB).
    package var isStreamed: Bool
    /// `X-Amzn-Trace-Id` as the function saw it.
    package var traceHeader: String

    package var isColdStart: Bool { self.initDuration != nil }

    package init(
        requestID: RequestID, functionName: String, version: String, source: Source, startedAt: Timestamp,
        initDuration: Duration?,
        duration: Duration, memoryMB: Int, ephemeralStorageMB: Int = 512, isARM: Bool = false, maxMemoryUsedMB: Int,
        outcome: Outcome, requestBytes: Int, responseBytes: Int, isStreamed: Bool = false, traceHeader: String = ""
    ) {
        self.requestID = requestID
        self.functionName = functionName
        self.version = version
        self.source = source
        self.startedAt = startedAt
        self.initDuration = initDuration
        self.duration = duration
        self.memoryMB = memoryMB
        self.ephemeralStorageMB = ephemeralStorageMB
        self.isARM = isARM
        self.maxMemoryUsedMB = maxMemoryUsedMB
        self.outcome = outcome
        self.requestBytes = requestBytes
        self.responseBytes = responseBytes
        self.isStreamed = isStreamed
        self.traceHeader = traceHeader
    }
}
