import Billing
import CoreTypes

extension PlatformEvent {
    /// Appends what the text log says of this event, with its line breaks; nothing where it says nothing (a good init phase, the
    /// end of the runtime's part). Fields are apart by tabs:
    /// ```
    /// INIT_START Runtime Version: python:3.12.v30→Runtime Version ARN: arn:aws:lambda:us-east-1::runtime:…
    /// INIT_REPORT Init Duration: 10000.12 ms→Phase: init→Status: timeout
    /// START RequestId: 8f… Version: $LATEST
    /// END RequestId: 8f…
    /// EXTENSION→Name: agent→State: Ready→Events: [INVOKE, SHUTDOWN]
    /// TELEMETRY→Name: agent→State: Subscribed→Types: [Platform, Function]
    /// ```
    /// and the REPORT line, see ``ReportLine``.
    package func appendText(to bytes: inout [UInt8]) {
        switch self {
        case .initStart(let event): event.appendText(to: &bytes)
        case .initReport(let event): event.appendText(to: &bytes)
        case .start(let event):
            bytes.append(contentsOf: "START RequestId: ".utf8)
            event.requestID.append(to: &bytes)
            bytes.append(contentsOf: " Version: ".utf8)
            bytes.append(contentsOf: event.version.utf8)
            bytes.append(UInt8(ascii: "\n"))
        case .end(let requestID):
            bytes.append(contentsOf: "END RequestId: ".utf8)
            requestID.append(to: &bytes)
            bytes.append(UInt8(ascii: "\n"))
        case .report(let event): ReportLine.append(event.record, to: &bytes)
        case .extensionState(let event):
            let error = event.errorType.map { "\tError Type: \($0)" } ?? ""
            Self.append(line: "EXTENSION", name: event.name, state: event.state, "Events", event.events, error, to: &bytes)
        case .telemetrySubscription(let event):
            let types = event.types.map { $0.prefix(1).uppercased() + $0.dropFirst() }
            Self.append(line: "TELEMETRY", name: event.name, state: "Subscribed", "Types", types, "", to: &bytes)
        case .logsSubscription(let event):
            Self.append(line: "LOGS", name: event.name, state: "Subscribed", "Types", event.types, "", to: &bytes)
        case .initRuntimeDone, .runtimeDone, .logsDropped, .fault: break
        }
    }

    /// The text log's line or lines, `nil` where there is none.
    package var text: String? {
        var bytes: [UInt8] = []
        self.appendText(to: &bytes)
        return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
    }

    private static func append(
        line: String, name: String, state: String, _ list: String, _ items: [String], _ end: String, to bytes: inout [UInt8]
    ) {
        bytes.append(contentsOf: "\(line)\tName: ".utf8)
        ReportLine.append(field: name.utf8, to: &bytes)
        bytes.append(contentsOf: "\tState: \(state)\t\(list): [\(items.joined(separator: ", "))]\(end)\n".utf8)
    }
}

extension PlatformEvent.InitStart {
    fileprivate func appendText(to bytes: inout [UInt8]) {
        guard let runtimeVersion else { return }
        bytes.append(contentsOf: "INIT_START Runtime Version: \(runtimeVersion)".utf8)
        if let runtimeVersionARN { bytes.append(contentsOf: "\tRuntime Version ARN: \(runtimeVersionARN)".utf8) }
        bytes.append(UInt8(ascii: "\n"))
    }
}

extension PlatformEvent.InitReport {
    fileprivate func appendText(to bytes: inout [UInt8]) {
        guard self.status != .success else { return }
        bytes.append(contentsOf: "INIT_REPORT Init Duration: ".utf8)
        DecimalText.append(hundredths: self.duration.hundredthsOfMilliseconds, to: &bytes)
        bytes.append(contentsOf: " ms\tPhase: \(self.phase.rawValue)\tStatus: \(self.status.rawValue)".utf8)
        if let errorType, !errorType.isEmpty {
            bytes.append(contentsOf: "\tError Type: ".utf8)
            ReportLine.append(field: errorType.utf8, to: &bytes)
        }
        bytes.append(UInt8(ascii: "\n"))
    }
}
