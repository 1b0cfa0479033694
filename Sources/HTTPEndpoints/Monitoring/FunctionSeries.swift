import Billing
import CoreTypes
import Monitoring

/// The metrics of a function's version (Lambda developer guide, "Types of metrics for Lambda functions"). CloudWatch keeps each
/// value three times: of the function as the resource that was called, of the function, and of all functions together. The last
/// two are sums of the first.
struct FunctionSeries {
    static let namespace = "AWS/Lambda"
    /// Of all functions it is no sum: they needn't have had their most at the same time.
    private static let concurrencyName = "ConcurrentExecutions"

    private let invocations: MetricStore.Place
    private let errors: MetricStore.Place
    private let throttles: MetricStore.Place
    private let duration: MetricStore.Place
    private let concurrency: MetricStore.Place

    init(function: String, version: String, in store: inout MetricStore) {
        let name = Dimension("FunctionName", function)
        // The resource of an unqualified call is the function itself.
        let resource = Dimension("Resource", version == "$LATEST" ? function : "\(function):\(version)")
        func place(_ metric: String, _ unit: MetricUnit, in store: inout MetricStore) -> MetricStore.Place {
            let place = store.place(of: MetricIdentity(Self.namespace, metric, [name, resource]), unit: unit)
            store.add(place, to: MetricIdentity(Self.namespace, metric, [name]), unit: unit)
            if metric != Self.concurrencyName { store.add(place, to: MetricIdentity(Self.namespace, metric), unit: unit) }
            return place
        }
        self.invocations = place("Invocations", .count, in: &store)
        self.errors = place("Errors", .count, in: &store)
        self.throttles = place("Throttles", .count, in: &store)
        self.duration = place("Duration", .milliseconds, in: &store)
        self.concurrency = place(Self.concurrencyName, .count, in: &store)
    }

    /// Where the concurrency of all functions together goes.
    static func accountConcurrency(in store: inout MetricStore) -> MetricStore.Place {
        store.place(of: MetricIdentity(self.namespace, self.concurrencyName), unit: .count)
    }

    /// Each invocation counts 0 or 1 to errors and 0 to throttles, so that averages are rates. All are of the time when the
    /// function was invoked.
    func record(_ record: InvocationRecord, in store: inout MetricStore) {
        store.record(1, in: self.invocations, at: record.startedAt)
        store.record(record.outcome == .success ? 0 : 1, in: self.errors, at: record.startedAt)
        store.record(0, in: self.throttles, at: record.startedAt)
        store.record(record.duration.milliseconds, in: self.duration, at: record.startedAt)
    }

    func record(throttleAt time: Timestamp, in store: inout MetricStore) {
        store.record(1, in: self.throttles, at: time)
    }

    func record(concurrency: Int, at time: Timestamp, in store: inout MetricStore) {
        store.record(Double(concurrency), in: self.concurrency, at: time)
    }
}
