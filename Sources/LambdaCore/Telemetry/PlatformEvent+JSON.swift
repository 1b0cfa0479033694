import Billing
package import CoreTypes

extension PlatformEvent {
    /// One record, `{"time":…,"type":"platform.start","record":{…}}`, without a line break: a line of the JSON log (by the schema
    /// 2022-12-13), or an item for a subscriber. `nil` where the schema has no such record.
    package func json(at time: Timestamp, schema: TelemetrySchema = .telemetry2022December) -> [UInt8]? {
        guard self.exists(in: schema) else { return nil }
        var object = JSONObjectBytes()
        object.member("time", time.iso8601)
        object.member("type", self.typeName)
        if case .fault(let text) = self {
            object.member("record", text)
        } else {
            object.member("record") { self.writeRecord(schema, &$0) }
        }
        return object.closed()
    }

    private func exists(in schema: TelemetrySchema) -> Bool {
        switch self {
        case .start, .report, .extensionState, .logsDropped: true
        case .runtimeDone: schema != .logs2020
        case .initStart, .initRuntimeDone, .initReport, .telemetrySubscription: schema.api == .telemetry
        case .end, .fault, .logsSubscription: schema.api == .logs
        }
    }

    private func writeRecord(_ schema: TelemetrySchema, _ record: inout JSONObjectBytes) {
        switch self {
        case .initStart(let event): event.write(schema, &record)
        case .initRuntimeDone(let event):
            record.member("initializationType", event.initializationType)
            record.member("phase", event.phase.rawValue)
            record.member("status", event.status.rawValue)
            if schema.hasErrorTypes { record.member("errorType", event.errorType) }
        case .initReport(let event):
            record.member("initializationType", event.initializationType)
            record.member("phase", event.phase.rawValue)
            record.member("metrics") { $0.member("durationMs", milliseconds: event.duration) }
            if schema.hasErrorTypes {
                record.member("status", event.status.rawValue)
                record.member("errorType", event.errorType)
            }
        case .start(let event): event.write(schema, &record)
        case .runtimeDone(let event): event.write(schema, &record)
        case .end(let requestID): record.member("requestId", requestID)
        case .report(let event): event.write(schema, &record)
        case .extensionState(let event):
            record.member("name", event.name)
            record.member("state", event.state)
            record.member("events", event.events)
            record.member("errorType", event.errorType)
        case .telemetrySubscription(let event), .logsSubscription(let event):
            record.member("name", event.name)
            record.member("state", "Subscribed")
            record.member("types", event.types)
        case .logsDropped(let event):
            record.member("reason", event.reason)
            record.member("droppedRecords", event.droppedRecords)
            record.member("droppedBytes", event.droppedBytes)
        case .fault: preconditionFailure("a fault is a string, not an object")
        }
    }

    fileprivate static func write(_ tracing: Tracing?, _ record: inout JSONObjectBytes) {
        guard let tracing else { return }
        record.member("tracing") {
            $0.member("spanId", tracing.spanID)
            $0.member("type", "X-Amzn-Trace-Id")
            $0.member("value", tracing.value)
        }
    }

    fileprivate static func write(_ spans: [Span], _ record: inout JSONObjectBytes) {
        record.member("spans", objects: spans) { span, object in
            object.member("name", span.name)
            object.member("start", span.start.iso8601)
            object.member("durationMs", milliseconds: span.duration)
        }
    }
}

extension TelemetrySchema {
    fileprivate var hasErrorTypes: Bool { self == .telemetry2022December || self == .telemetry2025 }
}

extension PlatformEvent.InitStart {
    fileprivate func write(_ schema: TelemetrySchema, _ record: inout JSONObjectBytes) {
        record.member("initializationType", self.initializationType)
        record.member("phase", self.phase.rawValue)
        record.member("runtimeVersion", self.runtimeVersion)
        record.member("runtimeVersionArn", self.runtimeVersionARN)
        guard schema != .telemetry2022July else { return }
        record.member("functionName", self.functionName)
        record.member("functionVersion", self.functionVersion)
        record.member("instanceId", self.instanceID)
        record.member("instanceMaxMemory", self.instanceMaxMemoryBytes)
    }
}

extension PlatformEvent.Start {
    fileprivate func write(_ schema: TelemetrySchema, _ record: inout JSONObjectBytes) {
        record.member("requestId", self.requestID)
        if schema.hasErrorTypes { record.member("functionArn", self.functionARN) }
        record.member("version", self.version)
        guard schema.api == .telemetry else { return }
        PlatformEvent.write(self.tracing, &record)
        record.member("tenantId", self.tenantID)
    }
}

extension PlatformEvent.RuntimeDone {
    fileprivate func write(_ schema: TelemetrySchema, _ record: inout JSONObjectBytes) {
        record.member("requestId", self.requestID)
        guard schema.api == .telemetry else {
            // The Logs API knows success, failure and timeout only.
            record.member("status", self.status == .error ? "failure" : self.status.rawValue)
            return
        }
        record.member("status", self.status.rawValue)
        if schema.hasErrorTypes { record.member("errorType", self.errorType) }
        record.member("metrics") {
            $0.member("durationMs", milliseconds: self.duration)
            $0.member("producedBytes", self.producedBytes)
        }
        PlatformEvent.write(self.spans, &record)
        PlatformEvent.write(self.tracing, &record)
    }
}

extension PlatformEvent.Report {
    fileprivate func write(_ schema: TelemetrySchema, _ object: inout JSONObjectBytes) {
        let record = self.record
        object.member("requestId", record.requestID)
        object.member("metrics") {
            $0.member("durationMs", milliseconds: record.duration)
            $0.member("billedDurationMs", record.billedMilliseconds)
            $0.member("memorySizeMB", record.memoryMB)
            $0.member("maxMemoryUsedMB", record.maxMemoryUsedMB)
            $0.member("initDurationMs", milliseconds: record.initDuration)
        }
        guard schema.api == .telemetry else { return }
        PlatformEvent.write(self.spans, &object)
        PlatformEvent.write(self.tracing, &object)
        object.member("status", self.status.rawValue)
        if schema.hasErrorTypes { object.member("errorType", self.errorType) }
    }
}
