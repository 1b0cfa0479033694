import Billing
import CoreTypes
import ExecutionEnvironments
import LambdaCore

/// Tells several observers, in their order. Lives on the event loop.
final class ExecutionObservers: ExecutionObserver {
    private let observers: [any ExecutionObserver]

    init(_ observers: [any ExecutionObserver]) { self.observers = observers }

    func platformEvent(_ event: PlatformEvent, at time: Timestamp, in environment: EnvironmentDescription) {
        for observer in self.observers { observer.platformEvent(event, at: time, in: environment) }
    }

    func functionOutput(_ bytes: [UInt8], requestID: RequestID?, at time: Timestamp, in environment: EnvironmentDescription) {
        for observer in self.observers { observer.functionOutput(bytes, requestID: requestID, at: time, in: environment) }
    }

    func extensionOutput(
        line: ArraySlice<UInt8>, requestID: RequestID?, at time: Timestamp, in environment: EnvironmentDescription
    ) {
        for observer in self.observers { observer.extensionOutput(line: line, requestID: requestID, at: time, in: environment) }
    }

    func waitsForAttachment(function: String) {
        for observer in self.observers { observer.waitsForAttachment(function: function) }
    }

    func finished(_ record: InvocationRecord, in environment: EnvironmentDescription) {
        for observer in self.observers { observer.finished(record, in: environment) }
    }
}
