import CoreTypes
import ExecutionEnvironments

/// Prints the logs of all functions as CloudWatch Logs would hold them. Lives on the invoker's event loop.
final class LogPrinter: ExecutionObserver {
    private let writer: LogWriter
    /// Told of a function that waits for a runtime which somebody has to start.
    var waits: (String) -> Void = { _ in }

    init(writer: LogWriter) { self.writer = writer }

    func logged(
        _ line: ArraySlice<UInt8>, from origin: LogOrigin, requestID: RequestID?, at time: Timestamp,
        in environment: EnvironmentDescription
    ) {
        self.writer.write { $0.append(contentsOf: line) }
    }

    func waitsForAttachment(function: String) { self.waits(function) }
}
