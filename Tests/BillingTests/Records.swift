import Billing
import CoreTypes

extension InvocationRecord {
    /// A warm, successful invocation of a 128 MB function unless told otherwise.
    static func sample(
        duration: Duration, initDuration: Duration? = nil, memoryMB: Int = 128, ephemeralStorageMB: Int = 512,
        isARM: Bool = false,
        maxMemoryUsedMB: Int = 36, outcome: Outcome = .success, responseBytes: Int = 15, isStreamed: Bool = false,
        traceHeader: String = ""
    ) -> InvocationRecord {
        InvocationRecord(
            requestID: RequestID("8f4d2c1b-0a39-4e58-9f67-0123456789ab")!, functionName: "Hello", version: "$LATEST",
            source: .invoke,
            startedAt: Timestamp(milliseconds: 1_790_856_000_000), initDuration: initDuration, duration: duration,
            memoryMB: memoryMB, ephemeralStorageMB: ephemeralStorageMB, isARM: isARM, maxMemoryUsedMB: maxMemoryUsedMB,
            outcome: outcome, requestBytes: 2, responseBytes: responseBytes, isStreamed: isStreamed, traceHeader: traceHeader)
    }
}
