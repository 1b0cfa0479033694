import Billing
import LambdaCore
import NIOCore

/// What is said of an invocation, and of a process that has ended.
extension ExecutionEnvironment {
    func record(
        of invocation: Invocation, outcome: InvocationRecord.Outcome, duration: Duration
    ) -> InvocationRecord {
        InvocationRecord(
            requestID: invocation.id, functionName: self.configuration.name, version: self.function.executedVersion,
            source: invocation.source, startedAt: invocation.startedAt, initDuration: invocation.initDuration, duration: duration,
            memoryMB: self.configuration.memoryMB, ephemeralStorageMB: self.configuration.ephemeralStorageMB,
            isARM: self.configuration.architecture == .arm64, maxMemoryUsedMB: self.maxMemoryUsedMB, outcome: outcome,
            requestBytes: invocation.payload.readableBytes,
            responseBytes: max(invocation.streamedBytes, invocation.answer?.payload.readableBytes ?? 0),
            isStreamed: invocation.answer?.isStreamed ?? false, traceHeader: invocation.traceHeader)
    }

    /// Rounded up, and never above what the function may have: what it asked for beyond that it didn't get.
    private var maxMemoryUsedMB: Int { min((self.meter.peak + (1 << 20) - 1) >> 20, self.configuration.memoryMB) }

    /// Why an invocation or an init failed whose runtime has ended.
    func failure(of end: ProcessEnd) -> EnvironmentFailure {
        let isOverLimit = self.group?.ranOutOfMemory == true || self.meter.peak >= self.configuration.memoryMB << 20
        return switch end {
        case .exited(0): .platform(.exitZero)
        // A runtime that can't get memory may give up by itself.
        case .exited(let code): .platform(isOverLimit ? .outOfMemory(.killed) : .exit(status: Int(code)))
        case .signalled(let number, let dumpedCore):
            .platform(isOverLimit ? .outOfMemory(.killed) : .signal(ProcessSignal(number, coreDumped: dumpedCore)))
        }
    }
}
