package import Billing
package import CoreTypes

/// What the platform tells about an execution environment: one value, rendered as a line of the text log, as a record of the JSON
/// log, of the Telemetry API or of the older Logs API (Lambda developer guide, "Telemetry API event schema reference").
package enum PlatformEvent: Hashable, Sendable {
    case initStart(InitStart)
    case initRuntimeDone(InitRuntimeDone)
    case initReport(InitReport)
    case start(Start)
    case runtimeDone(RuntimeDone)
    /// The log's END line; a record of the Logs API only.
    case end(RequestID)
    case report(Report)
    case extensionState(ExtensionState)
    case telemetrySubscription(Subscription)
    case logsSubscription(Subscription)
    case logsDropped(LogsDropped)
    /// A record of the Logs API only: `RequestId: <id> Process exited before completing request`.
    case fault(String)

    package enum Status: String, Hashable, Sendable, CaseIterable {
        case success
        /// The code or its runtime failed.
        case error
        /// The sandbox failed.
        case failure
        case timeout
    }

    package enum Phase: String, Hashable, Sendable {
        /// Before the first invocation.
        case `init`
        /// Inside an invocation, after an init phase that failed.
        case invoke
    }

    /// `AWS_LAMBDA_INITIALIZATION_TYPE`
    package static let onDemand = "on-demand"

    package struct Tracing: Hashable, Sendable {
        package var spanID: String?
        /// The trace header.
        package var value: String
        package init(spanID: String? = nil, value: String) {
            self.spanID = spanID
            self.value = value
        }
    }

    /// `responseLatency`, `responseDuration`, `runtimeOverhead` of a `runtimeDone`; `extensionOverhead` of a `report`.
    package struct Span: Hashable, Sendable {
        package var name: String
        package var start: Timestamp
        package var duration: Duration
        package init(name: String, start: Timestamp, duration: Duration) {
            self.name = name
            self.start = start
            self.duration = duration
        }
    }
}

extension PlatformEvent {
    package struct InitStart: Hashable, Sendable {
        package var initializationType = PlatformEvent.onDemand
        package var phase: Phase
        package var functionName: String
        package var functionVersion: String
        /// `python:3.12.v30`; without it the log has no INIT_START line.
        package var runtimeVersion: String?
        package var runtimeVersionARN: String?
        /// The log stream's name.
        package var instanceID: String?
        package var instanceMaxMemoryBytes: Int?

        package init(phase: Phase, functionName: String, functionVersion: String) {
            self.phase = phase
            self.functionName = functionName
            self.functionVersion = functionVersion
        }
    }

    package struct InitRuntimeDone: Hashable, Sendable {
        package var initializationType = PlatformEvent.onDemand
        package var phase: Phase
        package var status: Status
        package var errorType: String?

        package init(phase: Phase, status: Status, errorType: String? = nil) {
            self.phase = phase
            self.status = status
            self.errorType = errorType
        }
    }

    package struct InitReport: Hashable, Sendable {
        package var initializationType = PlatformEvent.onDemand
        package var phase: Phase
        package var duration: Duration
        package var status: Status
        package var errorType: String?

        package init(phase: Phase, duration: Duration, status: Status, errorType: String? = nil) {
            self.phase = phase
            self.duration = duration
            self.status = status
            self.errorType = errorType
        }
    }

    package struct Start: Hashable, Sendable {
        package var requestID: RequestID
        package var version: String
        package var functionARN: String?
        package var tracing: Tracing?
        package var tenantID: String?

        package init(requestID: RequestID, version: String, functionARN: String? = nil, tracing: Tracing? = nil) {
            self.requestID = requestID
            self.version = version
            self.functionARN = functionARN
            self.tracing = tracing
        }
    }

    package struct RuntimeDone: Hashable, Sendable {
        package var requestID: RequestID
        package var status: Status
        package var errorType: String?
        /// Until the runtime asked for its next event.
        package var duration: Duration
        package var producedBytes: Int
        package var spans: [Span] = []
        package var tracing: Tracing?

        package init(requestID: RequestID, status: Status, errorType: String? = nil, duration: Duration, producedBytes: Int) {
            self.requestID = requestID
            self.status = status
            self.errorType = errorType
            self.duration = duration
            self.producedBytes = producedBytes
        }
    }

    /// The invocation's record, from which line and metrics are computed.
    package struct Report: Hashable, Sendable {
        package var record: InvocationRecord
        package var spans: [Span] = []
        package var tracing: Tracing?

        package init(_ record: InvocationRecord) { self.record = record }

        /// `Sandbox.*` errors are failures of the sandbox, all others of the function.
        package var status: Status {
            switch self.record.outcome {
            case .success: .success
            case .timeout: .timeout
            case .error(let type): type == "Sandbox.Failure" ? .failure : .error
            }
        }

        var errorType: String? { if case .error(let type) = self.record.outcome, !type.isEmpty { type } else { nil } }
    }

    package struct ExtensionState: Hashable, Sendable {
        package var name: String
        /// `Ready`, `Registered`, `LaunchError` …: the state machine's word.
        package var state: String
        package var events: [String]
        package var errorType: String?

        package init(name: String, state: String, events: [String], errorType: String? = nil) {
            self.name = name
            self.state = state
            self.events = events
            self.errorType = errorType
        }
    }

    package struct Subscription: Hashable, Sendable {
        package var name: String
        package var types: [String]

        package init(name: String, types: [String]) {
            self.name = name
            self.types = types
        }
    }

    package struct LogsDropped: Hashable, Sendable {
        package var reason = "Consumer seems to have fallen behind as it has not acknowledged receipt of logs."
        package var droppedRecords: Int
        package var droppedBytes: Int

        package init(droppedRecords: Int, droppedBytes: Int) {
            self.droppedRecords = droppedRecords
            self.droppedBytes = droppedBytes
        }
    }
}

extension PlatformEvent {
    package var typeName: String {
        switch self {
        case .initStart: "platform.initStart"
        case .initRuntimeDone: "platform.initRuntimeDone"
        case .initReport: "platform.initReport"
        case .start: "platform.start"
        case .runtimeDone: "platform.runtimeDone"
        case .end: "platform.end"
        case .report: "platform.report"
        case .extensionState: "platform.extension"
        case .telemetrySubscription: "platform.telemetrySubscription"
        case .logsSubscription: "platform.logsSubscription"
        case .logsDropped: "platform.logsDropped"
        case .fault: "platform.fault"
        }
    }

    /// The level by which `SystemLogLevel` filters (Lambda developer guide, "System log level event mapping").
    package var systemLevel: LoggingConfiguration.SystemLevel {
        switch self {
        case .initStart(let event): event.runtimeVersion == nil ? .debug : .info
        case .initRuntimeDone(let event): event.status == .success ? .debug : .warn
        case .initReport(let event): event.status == .success ? .debug : .warn
        case .start, .end, .extensionState, .telemetrySubscription, .logsSubscription: .info
        case .runtimeDone(let event): event.status == .success ? .debug : .warn
        case .report(let event): event.status == .success ? .info : .warn
        case .logsDropped, .fault: .warn
        }
    }
}
