package import Billing
package import CoreTypes
package import LambdaCore

/// Hears what happens in execution environments: for logs, the bill, and extensions that subscribed to telemetry.
/// Called on the invoker's event loop, in the order of events; must not block.
package protocol ExecutionObserver: AnyObject {
    /// A platform event with its place: INIT_START, START, END, REPORT and the like.
    func platformEvent(_ event: PlatformEvent, at time: Timestamp, in environment: EnvironmentDescription)
    /// What the runtime and its children wrote. Cut anywhere; `requestID` is the invocation under way, if there is one.
    func functionOutput(_ bytes: [UInt8], requestID: RequestID?, at time: Timestamp, in environment: EnvironmentDescription)
    /// A line that an external extension wrote, without its line break.
    func extensionOutput(
        line: ArraySlice<UInt8>, requestID: RequestID?, at time: Timestamp, in environment: EnvironmentDescription)
    /// An invocation was refused because too many were under way; it leaves no record.
    func throttled(function: String, at time: Timestamp)
    /// An invocation waits for a runtime that is to be started by hand.
    func waitsForAttachment(function: String)
    /// An invocation has ended, with its one record.
    func finished(_ record: InvocationRecord, of invocation: Invocation, in environment: EnvironmentDescription)
}

/// Tells several observers, one after the other.
package final class ExecutionObservers: ExecutionObserver {
    private var observers: [any ExecutionObserver]

    package init(_ observers: [any ExecutionObserver]) { self.observers = observers }

    package func add(_ observer: any ExecutionObserver) { self.observers.append(observer) }

    package func platformEvent(_ event: PlatformEvent, at time: Timestamp, in environment: EnvironmentDescription) {
        for observer in self.observers { observer.platformEvent(event, at: time, in: environment) }
    }

    package func functionOutput(
        _ bytes: [UInt8], requestID: RequestID?, at time: Timestamp, in environment: EnvironmentDescription
    ) {
        for observer in self.observers { observer.functionOutput(bytes, requestID: requestID, at: time, in: environment) }
    }

    package func extensionOutput(
        line: ArraySlice<UInt8>, requestID: RequestID?, at time: Timestamp, in environment: EnvironmentDescription
    ) {
        for observer in self.observers { observer.extensionOutput(line: line, requestID: requestID, at: time, in: environment) }
    }

    package func throttled(function: String, at time: Timestamp) {
        for observer in self.observers { observer.throttled(function: function, at: time) }
    }

    package func waitsForAttachment(function: String) {
        for observer in self.observers { observer.waitsForAttachment(function: function) }
    }

    package func finished(_ record: InvocationRecord, of invocation: Invocation, in environment: EnvironmentDescription) {
        for observer in self.observers { observer.finished(record, of: invocation, in: environment) }
    }
}

/// What logs need to know of an environment.
package struct EnvironmentDescription: Hashable, Sendable {
    package let functionName: String
    package let version: String
    package let logGroup: String
    /// `2026/11/21/[$LATEST]` and 32 hexadecimal digits.
    package let logStream: String
    package let logging: LoggingConfiguration
}
