import Billing
import CoreTypes
import LambdaCore
package import NIOCore

/// What happens in the execution environments of a host, in its order, on its way to those who look on. It is written down at
/// once and told in batches, so that an invocation doesn't wait for the log lines, the metrics and the bill of the one before it;
/// and what is told in one go costs a part of what it costs piece by piece. Lives on the event loop.
package final class ExecutionJournal {
    /// Each lies in a box of its own: entries are handed on several times, and some are large.
    private indirect enum Entry {
        case event(PlatformEvent, RequestID?, at: Timestamp, EnvironmentDescription)
        /// A line of the function or of an extension, without its line break.
        case line(ArraySlice<UInt8>, LogOrigin, RequestID?, at: Timestamp, EnvironmentDescription)
        case began(Invocation, EnvironmentDescription)
        case ended(InvocationRecord, Invocation, at: Timestamp, EnvironmentDescription)
        case throttled(function: String, at: Timestamp)
        case waitsForAttachment(function: String)
    }

    private let eventLoop: any EventLoop
    private let observers: [any ExecutionObserver]
    private var entries: [Entry] = []
    /// Payloads and output that the entries hold.
    private var heldBytes = 0
    private var isScheduled = false
    private var lineBuffer: [UInt8] = []

    /// The longest that anything waits to be told.
    private static let delay = TimeAmount.milliseconds(5)
    private static let entriesMax = 512
    private static let heldBytesMax = 4 * 1024 * 1024

    package init(eventLoop: any EventLoop, observers: [any ExecutionObserver]) {
        self.eventLoop = eventLoop
        self.observers = observers
    }

    /// Tells all that has happened. For those who are about to look at what observers keep.
    package func settle() {
        guard !self.entries.isEmpty else { return }
        var told: [Entry] = []
        swap(&told, &self.entries)
        self.heldBytes = 0
        for entry in told { self.tell(entry) }
        // The room is used again, unless telling made something happen.
        guard self.entries.isEmpty else { return }
        told.removeAll(keepingCapacity: true)
        self.entries = told
    }

    /// Tells it as soon as the loop has done what it is at: for a moment in which it would only wait.
    func settleSoon() {
        guard !self.entries.isEmpty else { return }
        self.eventLoop.assumeIsolated().execute { [weak self] in self?.settle() }
    }

    // MARK: Writing down

    func event(
        _ event: PlatformEvent, requestID: RequestID? = nil, at time: Timestamp, in environment: EnvironmentDescription
    ) {
        self.append(.event(event, requestID, at: time, environment), holding: 0)
    }

    func line(
        _ line: ArraySlice<UInt8>, from origin: LogOrigin, requestID: RequestID?, at time: Timestamp,
        in environment: EnvironmentDescription
    ) {
        self.append(.line(line, origin, requestID, at: time, environment), holding: line.count)
    }

    func began(_ invocation: Invocation, in environment: EnvironmentDescription) {
        self.append(.began(invocation, environment), holding: 0)
    }

    func ended(
        _ record: InvocationRecord, of invocation: Invocation, at time: Timestamp, in environment: EnvironmentDescription
    ) {
        self.append(
            .ended(record, invocation, at: time, environment),
            holding: invocation.payload.readableBytes + (invocation.response?.readableBytes ?? 0))
    }

    func throttled(function: String, at time: Timestamp) {
        self.append(.throttled(function: function, at: time), holding: 0)
    }

    func waitsForAttachment(function: String) { self.append(.waitsForAttachment(function: function), holding: 0) }

    private func append(_ entry: Entry, holding bytes: Int) {
        self.entries.append(entry)
        self.heldBytes += bytes
        if self.entries.count >= Self.entriesMax || self.heldBytes > Self.heldBytesMax { return self.settle() }
        guard !self.isScheduled else { return }
        self.isScheduled = true
        self.eventLoop.assumeIsolated().scheduleTask(in: Self.delay) { [weak self] in
            self?.isScheduled = false
            self?.settle()
        }
    }

    // MARK: Telling

    private func tell(_ entry: Entry) {
        switch entry {
        case .event(let event, let requestID, let time, let environment):
            self.tell(event, requestID: requestID, at: time, in: environment)
        case .line(let line, let origin, let requestID, let time, let environment):
            self.tellLog(from: origin, requestID: requestID, at: time, in: environment) { bytes in
                bytes.append(contentsOf: line)
                bytes.append(UInt8(ascii: "\n"))
            }
        case .began(let invocation, let environment):
            let start = PlatformEvent.start(invocation.start)
            self.tell(start, requestID: invocation.id, at: invocation.startedAt, in: environment)
        case .ended(let record, let invocation, let time, let environment):
            self.tell(.end(invocation.id), requestID: invocation.id, at: time, in: environment)
            self.tell(.report(.init(record)), requestID: invocation.id, at: time, in: environment)
            for observer in self.observers { observer.finished(record, of: invocation, in: environment) }
        case .throttled(let function, let time):
            for observer in self.observers { observer.throttled(function: function, at: time) }
        case .waitsForAttachment(let function):
            for observer in self.observers { observer.waitsForAttachment(function: function) }
        }
    }

    /// An event, and the log's form of it, made once for all who read it.
    private func tell(_ event: PlatformEvent, requestID: RequestID?, at time: Timestamp, in environment: EnvironmentDescription) {
        for observer in self.observers { observer.platformEvent(event, at: time, in: environment) }
        self.tellLog(from: .platform, requestID: requestID, at: time, in: environment) {
            LogFilter(environment.logging).append(event, at: time, to: &$0)
        }
    }

    private func tellLog(
        from origin: LogOrigin, requestID: RequestID?, at time: Timestamp, in environment: EnvironmentDescription,
        _ write: (inout [UInt8]) -> Void
    ) {
        self.lineBuffer.removeAll(keepingCapacity: true)
        write(&self.lineBuffer)
        guard !self.lineBuffer.isEmpty else { return }
        for observer in self.observers {
            observer.logged(self.lineBuffer[...], from: origin, requestID: requestID, at: time, in: environment)
        }
    }
}
