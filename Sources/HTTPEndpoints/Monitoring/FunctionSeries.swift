import Billing
import CoreTypes
import Monitoring

/// The metrics of a function's version (Lambda developer guide, "Types of metrics for Lambda functions"). CloudWatch keeps each
/// value three times: of the function, of the function as the resource that was called, and of all functions together.
struct FunctionSeries {
    static let namespace = "AWS/Lambda"

    /// One set of dimensions.
    private struct Places {
        let invocations: MetricStore.Place
        let errors: MetricStore.Place
        let throttles: MetricStore.Place
        let duration: MetricStore.Place
        let concurrency: MetricStore.Place

        init(_ dimensions: [Dimension], in store: inout MetricStore) {
            func place(_ name: String, _ unit: MetricUnit) -> MetricStore.Place {
                store.place(of: MetricIdentity(FunctionSeries.namespace, name, dimensions), unit: unit)
            }
            self.invocations = place("Invocations", .count)
            self.errors = place("Errors", .count)
            self.throttles = place("Throttles", .count)
            self.duration = place("Duration", .milliseconds)
            self.concurrency = place("ConcurrentExecutions", .count)
        }
    }

    private let own: Places
    private let resource: Places
    private let account: Places

    init(function: String, version: String, in store: inout MetricStore) {
        let name = Dimension("FunctionName", function)
        // The resource of an unqualified call is the function itself.
        let called = Dimension("Resource", version == "$LATEST" ? function : "\(function):\(version)")
        self.own = Places([name], in: &store)
        self.resource = Places([name, called], in: &store)
        self.account = Places([], in: &store)
    }

    /// Each invocation counts 0 or 1 to errors and 0 to throttles, so that averages are rates. All are of the time when the
    /// function was invoked.
    func record(_ record: InvocationRecord, in store: inout MetricStore) {
        let errors = record.outcome == .success ? 0.0 : 1.0
        for places in [self.own, self.resource, self.account] {
            store.record(1, in: places.invocations, at: record.startedAt)
            store.record(errors, in: places.errors, at: record.startedAt)
            store.record(0, in: places.throttles, at: record.startedAt)
            store.record(record.duration.milliseconds, in: places.duration, at: record.startedAt)
        }
    }

    func record(throttleAt time: Timestamp, in store: inout MetricStore) {
        for places in [self.own, self.resource, self.account] { store.record(1, in: places.throttles, at: time) }
    }

    func record(concurrency: Int, account: Int, at time: Timestamp, in store: inout MetricStore) {
        store.record(Double(concurrency), in: self.own.concurrency, at: time)
        store.record(Double(concurrency), in: self.resource.concurrency, at: time)
        store.record(Double(account), in: self.account.concurrency, at: time)
    }
}
