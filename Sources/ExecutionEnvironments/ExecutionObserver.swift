package import Billing
package import CoreTypes
package import LambdaCore

/// Hears what happens in execution environments: for logs, the bill, metrics and those who look on. Each hears what it asks for.
/// Called on the invoker's event loop, in the order of events, some milliseconds after them; must not block.
package protocol ExecutionObserver: AnyObject {
    /// A platform event with its place: INIT_START, START, END, REPORT and the like.
    func platformEvent(_ event: PlatformEvent, at time: Timestamp, in environment: EnvironmentDescription)
    /// An event of the log, whole, with its line break: what of events and output the function's `LoggingConfig` lets through.
    /// `line` is to be copied by who keeps it; `requestID` is the invocation that it is of, if it is of one.
    func logged(
        _ line: ArraySlice<UInt8>, from origin: LogOrigin, requestID: RequestID?, at time: Timestamp,
        in environment: EnvironmentDescription)
    /// An invocation was refused because too many were under way; it leaves no record.
    func throttled(function: String, at time: Timestamp)
    /// An invocation waits for a runtime that is to be started by hand.
    func waitsForAttachment(function: String)
    /// An invocation has ended, with its one record.
    func finished(_ record: InvocationRecord, of invocation: Invocation, in environment: EnvironmentDescription)
}

extension ExecutionObserver {
    package func platformEvent(_ event: PlatformEvent, at time: Timestamp, in environment: EnvironmentDescription) {}
    package func logged(
        _ line: ArraySlice<UInt8>, from origin: LogOrigin, requestID: RequestID?, at time: Timestamp,
        in environment: EnvironmentDescription
    ) {}
    package func throttled(function: String, at time: Timestamp) {}
    package func waitsForAttachment(function: String) {}
    package func finished(_ record: InvocationRecord, of invocation: Invocation, in environment: EnvironmentDescription) {}
}

/// Who wrote a line of a log.
package enum LogOrigin: Hashable, Sendable {
    case platform
    /// The runtime and its children.
    case function
    case `extension`
}

/// What logs need to know of an environment.
package final class EnvironmentDescription: Sendable {
    package let functionName: String
    package let version: String
    package let logGroup: String
    /// `2026/11/21/[$LATEST]` and 32 hexadecimal digits.
    package let logStream: String
    package let logging: LoggingConfiguration

    init(functionName: String, version: String, logGroup: String, logStream: String, logging: LoggingConfiguration) {
        self.functionName = functionName
        self.version = version
        self.logGroup = logGroup
        self.logStream = logStream
        self.logging = logging
    }
}
