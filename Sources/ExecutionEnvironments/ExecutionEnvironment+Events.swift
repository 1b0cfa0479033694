import Billing
import CoreTypes
import LambdaCore
import NIOCore

/// What an environment tells: each event once to the observer, to the log that a client waits for, and to the extensions that
/// subscribed to telemetry.
extension ExecutionEnvironment {
    func emit(_ event: PlatformEvent) { self.emit(event, at: HostClock.now(), of: self.invocation) }

    private func emit(_ event: PlatformEvent, at time: Timestamp, of invocation: Invocation?) {
        self.context.observer?.platformEvent(event, at: time, in: self.description)
        if let invocation, invocation.wantsLog { invocation.log(event, at: time, self.configuration.logging) }
        if self.hasSubscribers { self.extensions?.record(.platform(event), at: time) }
    }

    private var hasSubscribers: Bool { self.extensions?.hasSubscribers ?? false }

    /// Events that no text log shows are made only for those who see them.
    private var hasDetailedReaders: Bool { self.hasSubscribers || self.configuration.logging.format == .json }

    func initBegan(_ phase: InitPhase) {
        var event = PlatformEvent.InitStart(
            phase: phase.name, functionName: self.configuration.name, functionVersion: self.function.executedVersion)
        event.runtimeVersion = self.configuration.runtime.versionText
        event.instanceID = self.description.logStream
        event.instanceMaxMemoryBytes = self.configuration.memoryMB << 20
        self.emit(.initStart(event))
    }

    func initSucceeded(_ phase: InitPhase, after duration: Duration) {
        guard self.hasDetailedReaders else { return }
        self.emit(.initRuntimeDone(.init(phase: phase.name, status: .success)))
        self.emit(.initReport(.init(phase: phase.name, duration: duration, status: .success)))
    }

    func initFailed(_ phase: InitPhase, _ failure: EnvironmentFailure, after duration: Duration) {
        let isTimeout = failure.isTimeout || failure == .initTimeout
        let status: PlatformEvent.Status = isTimeout ? .timeout : .error
        let errorType = isTimeout ? nil : failure.errorType
        if self.hasDetailedReaders { self.emit(.initRuntimeDone(.init(phase: phase.name, status: status, errorType: errorType))) }
        self.emit(.initReport(.init(phase: phase.name, duration: duration, status: status, errorType: errorType)))
    }

    func invocationBegan(_ invocation: Invocation) {
        var start = PlatformEvent.Start(
            requestID: invocation.id, version: self.function.executedVersion, functionARN: invocation.function.invokedARN)
        if self.hasDetailedReaders { start.tracing = .init(value: invocation.traceHeader) }
        self.emit(.start(start), at: invocation.startedAt, of: invocation)
    }

    /// The lines that followed a failure until about 2025 and that tools still look for.
    func invocationFailed(_ invocation: Invocation, _ failure: EnvironmentFailure) {
        guard case .platform(let error) = failure, self.configuration.logging.format == .text else { return }
        self.functionWrote(Array(error.logLines(requestID: invocation.id, at: HostClock.now()).utf8))
    }

    func invocationEnded(_ invocation: Invocation, _ record: InvocationRecord, at now: Timestamp) {
        if self.hasDetailedReaders {
            var done = PlatformEvent.RuntimeDone(
                requestID: invocation.id, status: PlatformEvent.Report(record).status, duration: record.duration,
                producedBytes: record.responseBytes)
            if case .error(let type) = record.outcome { done.errorType = type }
            self.emit(.runtimeDone(done), at: now, of: invocation)
        }
        self.emit(.end(invocation.id), at: now, of: invocation)
        self.emit(.report(.init(record)), at: now, of: invocation)
        self.context.observer?.finished(record, of: invocation, in: self.description)
    }

    func functionWrote(_ bytes: [UInt8]) {
        let now = HostClock.now()
        if let invocation, invocation.wantsLog { invocation.append(log: bytes) }
        self.context.observer?.functionOutput(bytes, requestID: self.invocation?.id, at: now, in: self.description)
        guard self.hasSubscribers else { return }
        self.lines.append(bytes[...]) { line in self.extensions?.record(.function(line: Array(line)), at: now) }
    }

    /// Extensions write whole lines, which stand in the same log between the function's (Lambda developer guide, "Extensions
    /// API", "Logging").
    func extensionWrote(line: ArraySlice<UInt8>) {
        let now = HostClock.now()
        if let invocation, invocation.wantsLog { invocation.append(log: line + [UInt8(ascii: "\n")]) }
        self.context.observer?.extensionOutput(line: line, requestID: self.invocation?.id, at: now, in: self.description)
        if self.hasSubscribers { self.extensions?.record(.extension(line: Array(line)), at: now) }
    }
}

extension ExecutionEnvironment.InitPhase {
    var name: PlatformEvent.Phase {
        switch self {
        case .initialize: .`init`
        case .invoke: .invoke
        }
    }
}

extension Runtime {
    /// `python:3.13`, `nodejs:22`, `provided:al2023`: the service adds its own build (`.v30`) and an ARN; there is none here.
    var versionText: String {
        switch self.family {
        case .python: "python:\(self.rawValue.dropFirst("python".count))"
        case .nodejs: "nodejs:\(self.rawValue.dropFirst("nodejs".count).dropLast(2))"
        case .provided: "provided:\(self.rawValue.dropFirst("provided.".count))"
        case nil: self.rawValue
        }
    }
}

extension Invocation {
    /// Keeps the log that the client waits for, up to ``EnvironmentLimits/keptLogBytes``: of more, the end.
    func append(log bytes: some Collection<UInt8>) {
        self.log.append(contentsOf: bytes)
        if self.log.count > EnvironmentLimits.keptLogBytes {
            self.log.removeFirst(self.log.count - EnvironmentLimits.keptLogBytes / 2)
        }
    }

    func log(_ event: PlatformEvent, at time: Timestamp, _ configuration: LoggingConfiguration) {
        if self.log.last.map({ $0 != UInt8(ascii: "\n") }) ?? false { self.log.append(UInt8(ascii: "\n")) }
        LogFilter(configuration).append(event, at: time, to: &self.log)
    }
}
