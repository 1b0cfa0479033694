import Billing
import CoreTypes
import ExecutionEnvironments
import LambdaCore

/// Prints the logs of all functions as CloudWatch Logs would hold them. Lives on the invoker's event loop.
final class LogPrinter: ExecutionObserver {
    private let writer: LogWriter
    /// Told of a function that waits for a runtime which somebody has to start.
    var waits: (String) -> Void = { _ in }
    /// Unfinished lines, by log stream.
    private var lines: [String: LogLineSplitter] = [:]

    init(writer: LogWriter) { self.writer = writer }

    func platformEvent(_ event: PlatformEvent, at time: Timestamp, in environment: EnvironmentDescription) {
        let filter = LogFilter(environment.logging)
        self.writer.write { bytes in
            // What was printed without a line break before END is a line all the same.
            if case .end = event { self.finishLine(of: environment, filter, &bytes) }
            filter.append(event, at: time, to: &bytes)
        }
    }

    func functionOutput(_ output: [UInt8], requestID: RequestID?, at time: Timestamp, in environment: EnvironmentDescription) {
        let filter = LogFilter(environment.logging)
        self.writer.write { bytes in
            self.lines[environment.logStream, default: LogLineSplitter()].append(output[...]) { Self.append($0, filter, &bytes) }
        }
    }

    func extensionOutput(
        line: ArraySlice<UInt8>, requestID: RequestID?, at time: Timestamp, in environment: EnvironmentDescription
    ) {
        let filter = LogFilter(environment.logging)
        self.writer.write { bytes in Self.append(line, filter, &bytes) }
    }

    func throttled(function: String, at time: Timestamp) {}

    func waitsForAttachment(function: String) { self.waits(function) }

    func finished(_ record: InvocationRecord, of invocation: Invocation, in environment: EnvironmentDescription) {}

    private func finishLine(of environment: EnvironmentDescription, _ filter: LogFilter, _ bytes: inout [UInt8]) {
        guard var splitter = self.lines.removeValue(forKey: environment.logStream) else { return }
        splitter.finish { Self.append($0, filter, &bytes) }
    }

    private static func append(_ line: ArraySlice<UInt8>, _ filter: LogFilter, _ bytes: inout [UInt8]) {
        guard filter.writes(functionLine: line) else { return }
        bytes.append(contentsOf: line)
        bytes.append(UInt8(ascii: "\n"))
    }
}
