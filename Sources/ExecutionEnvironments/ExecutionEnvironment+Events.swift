import Billing
import CoreTypes
import LambdaCore
import NIOCore

/// What an environment tells: to the host's journal; and at once to the log that a client waits for, and to the extensions that
/// subscribed to telemetry.
extension ExecutionEnvironment {
    /// An event that is of no invocation.
    func emit(_ event: PlatformEvent) {
        let now = HostClock.now()
        self.context.journal.event(event, at: now, in: self.description)
        self.tellReaders(of: self.invocation, at: now) { event }
    }

    /// Those who don't wait for the journal. As a rule there are none, and the event isn't made.
    private func tellReaders(of invocation: Invocation?, at time: Timestamp, _ makeEvent: () -> PlatformEvent) {
        let reader = invocation.flatMap { $0.wantsLog ? $0 : nil }
        guard reader != nil || self.hasSubscribers else { return }
        let event = makeEvent()
        if let reader { LogFilter(self.configuration.logging).append(event, at: time, to: &reader.log) }
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
        self.context.journal.began(invocation, in: self.description)
        self.tellReaders(of: invocation, at: invocation.startedAt) { .start(invocation.start) }
    }

    /// The lines that followed a failure until about 2025 and that tools still look for.
    func invocationFailed(_ invocation: Invocation, _ failure: EnvironmentFailure) {
        guard case .platform(let error) = failure, self.configuration.logging.format == .text else { return }
        self.functionWrote(Array(error.logLines(requestID: invocation.id, at: HostClock.now()).utf8))
    }

    func invocationEnded(_ invocation: Invocation, _ record: InvocationRecord, at now: Timestamp) {
        // What was printed without a line break before END is a line all the same.
        self.finishLine(of: invocation, at: now)
        if self.hasDetailedReaders {
            var done = PlatformEvent.RuntimeDone(
                requestID: invocation.id, status: PlatformEvent.Report(record).status, duration: record.duration,
                producedBytes: record.responseBytes)
            if case .error(let type) = record.outcome { done.errorType = type }
            self.context.journal.event(.runtimeDone(done), requestID: invocation.id, at: now, in: self.description)
            self.tellReaders(of: invocation, at: now) { .runtimeDone(done) }
        }
        self.context.journal.ended(record, of: invocation, at: now, in: self.description)
        self.tellReaders(of: invocation, at: now) { .end(invocation.id) }
        self.tellReaders(of: invocation, at: now) { .report(.init(record)) }
    }

    func functionWrote(_ bytes: [UInt8]) {
        guard !bytes.isEmpty else { return }
        let now = HostClock.now()
        self.lines.append(bytes[...]) { self.wrote(line: $0, .function, of: self.invocation, at: now) }
    }

    /// Who wrote the beginning of a line writes no more of it: its invocation or its process has ended.
    func finishLine(of invocation: Invocation?, at now: Timestamp) {
        self.lines.finish { self.wrote(line: $0, .function, of: invocation, at: now) }
    }

    /// Extensions write whole lines, which stand in the same log between the function's (Lambda developer guide, "Extensions
    /// API", "Logging").
    func extensionWrote(line: ArraySlice<UInt8>) {
        self.wrote(line: line, .extension, of: self.invocation, at: HostClock.now())
    }

    private func wrote(line: ArraySlice<UInt8>, _ origin: LogOrigin, of invocation: Invocation?, at now: Timestamp) {
        if LogFilter(self.configuration.logging).writes(functionLine: line) {
            self.context.journal.line(line, from: origin, requestID: invocation?.id, at: now, in: self.description)
            if let invocation, invocation.wantsLog { invocation.append(logLine: line) }
        }
        guard self.hasSubscribers else { return }
        self.extensions?.record(origin == .extension ? .extension(line: Array(line)) : .function(line: Array(line)), at: now)
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
    /// As START tells it; a text log leaves the trace out.
    var start: PlatformEvent.Start {
        PlatformEvent.Start(
            requestID: self.id, version: self.function.executedVersion, functionARN: self.function.invokedARN,
            tracing: .init(value: self.traceHeader))
    }

    /// Keeps the log that the client waits for, up to ``EnvironmentLimits/keptLogBytes``: of more, the end.
    func append(logLine line: ArraySlice<UInt8>) {
        self.log.append(contentsOf: line)
        self.log.append(UInt8(ascii: "\n"))
        if self.log.count > EnvironmentLimits.keptLogBytes {
            self.log.removeFirst(self.log.count - EnvironmentLimits.keptLogBytes / 2)
        }
    }
}
