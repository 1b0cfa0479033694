package import CoreTypes

/// Gathers one subscriber's records into batches and decides when they leave. One batch is on its way at a time; what comes
/// meanwhile waits, up to twice the buffer, and what finds no room is counted and told with the next batch as
/// `platform.logsDropped` (Lambda developer guide, "Telemetry API", destination protocols and buffering).
///
/// States: empty → filling (timer armed) → sending (a batch is out, others may fill) → empty or filling. A batch that could not
/// be delivered is tried again after a pause, at most ``attempts`` times.
package struct TelemetryBuffer: Sendable {
    package enum Action: Hashable, Sendable {
        case none
        /// Call ``timerFired(_:at:)`` with this number after the subscription's time-out.
        case armTimer(Int, after: Duration)
        /// Send, then call ``delivered(at:)`` or ``deliveryFailed(at:)``.
        case deliver(Batch)
        /// Call ``retryTimerFired()`` after the pause.
        case retry(after: Duration)
    }

    /// A body ready for the wire: a JSON array for HTTP, a record a line for TCP.
    package struct Batch: Hashable, Sendable {
        package let body: [UInt8]
        package let recordCount: Int
    }

    package static let attempts = 5
    package static let firstPause = Duration.milliseconds(50)
    /// How many buffers may wait while a batch is out.
    static let backlogFactor = 2

    private let subscription: TelemetrySubscription
    private let format: LoggingConfiguration.Format
    private var pending = Pending()
    private var dropped = (records: 0, bytes: 0)
    private var delivery: Delivery?
    private var timer = 0
    private var isTimerArmed = false
    private var isFlushing = false

    private struct Pending {
        /// Records with their separators, without the brackets.
        var bytes: [UInt8] = []
        var count = 0
    }

    private struct Delivery {
        let batch: Batch
        var failures = 0
    }

    package init(_ subscription: TelemetrySubscription, format: LoggingConfiguration.Format) {
        self.subscription = subscription
        self.format = format
    }

    package var isIdle: Bool { self.pending.count == 0 && self.delivery == nil && self.dropped.records == 0 }

    /// An event has happened. Those that the subscriber did not ask for are passed over.
    package mutating func append(_ event: TelemetryEvent, at time: Timestamp) -> Action {
        guard self.subscription.types.contains(event.type),
            let record = event.json(at: time, schema: self.subscription.schema, format: self.format)
        else { return .none }
        let limits = self.subscription.buffering
        let factor = self.delivery == nil ? 1 : Self.backlogFactor
        let isFull =
            self.pending.count >= factor * limits.maxItems
            || self.pending.count > 0 && self.pending.bytes.count + record.count > factor * limits.maxBytes
        if isFull, self.delivery != nil {
            self.dropped.records += 1
            self.dropped.bytes += record.count
            return .none
        }
        // A record that no longer fits sends those before it; one too large for any buffer goes alone.
        let overflow = isFull ? self.deliver(at: time) : .none
        self.add(record)
        if case .deliver = overflow { return overflow }
        return self.next(at: time)
    }

    /// The timer with this number fired; numbers of timers no longer wanted are passed over.
    package mutating func timerFired(_ timer: Int, at time: Timestamp) -> Action {
        guard self.isTimerArmed, timer == self.timer else { return .none }
        self.isTimerArmed = false
        self.isFlushing = true
        return self.next(at: time)
    }

    /// A stream was closed or the environment shuts down: what there is leaves now.
    package mutating func flush(at time: Timestamp) -> Action {
        guard self.pending.count > 0 || self.dropped.records > 0 else { return .none }
        self.isFlushing = true
        return self.next(at: time)
    }

    /// The subscriber took the batch that was out.
    package mutating func delivered(at time: Timestamp) -> Action {
        precondition(self.delivery != nil, "only a batch that is out can be delivered")
        self.delivery = nil
        return self.next(at: time)
    }

    /// The subscriber did not take it. After the last attempt its records count as dropped.
    package mutating func deliveryFailed(at time: Timestamp) -> Action {
        guard var delivery else { preconditionFailure("only a batch that is out can fail") }
        delivery.failures += 1
        if delivery.failures < Self.attempts {
            self.delivery = delivery
            return .retry(after: Self.firstPause * (1 << (delivery.failures - 1)))
        }
        self.dropped.records += delivery.batch.recordCount
        self.dropped.bytes += delivery.batch.body.count
        self.delivery = nil
        return self.next(at: time)
    }

    package func retryTimerFired() -> Action {
        guard let delivery else { return .none }
        return .deliver(delivery.batch)
    }

    private mutating func add(_ record: [UInt8]) {
        if case .http = self.subscription.destination, self.pending.count > 0 { self.pending.bytes.append(UInt8(ascii: ",")) }
        self.pending.bytes.append(contentsOf: record)
        if case .tcp = self.subscription.destination { self.pending.bytes.append(UInt8(ascii: "\n")) }
        self.pending.count += 1
    }

    private mutating func next(at time: Timestamp) -> Action {
        guard self.delivery == nil else { return .none }
        let limits = self.subscription.buffering
        let isFull = self.pending.count >= limits.maxItems || self.pending.bytes.count >= limits.maxBytes
        if isFull || self.isFlushing { return self.deliver(at: time) }
        guard self.pending.count > 0 || self.dropped.records > 0, !self.isTimerArmed else { return .none }
        self.isTimerArmed = true
        self.timer += 1
        return .armTimer(self.timer, after: .milliseconds(limits.timeoutMilliseconds))
    }

    private mutating func deliver(at time: Timestamp) -> Action {
        if self.dropped.records > 0 {
            let event = PlatformEvent.logsDropped(.init(droppedRecords: self.dropped.records, droppedBytes: self.dropped.bytes))
            self.dropped = (0, 0)
            if let record = event.json(at: time, schema: self.subscription.schema) { self.add(record) }
        }
        self.isFlushing = false
        self.isTimerArmed = false
        guard self.pending.count > 0 else { return .none }
        var body = self.pending.bytes
        if case .http = self.subscription.destination { body = [UInt8(ascii: "[")] + body + [UInt8(ascii: "]")] }
        let batch = Batch(body: body, recordCount: self.pending.count)
        self.pending = Pending()
        self.delivery = Delivery(batch: batch)
        return .deliver(batch)
    }
}
