package import Billing
package import CoreTypes
package import ExecutionEnvironments
package import LambdaCore
package import Monitoring
package import NIOCore

/// What CloudWatch would know of this host: metrics and logs, taken from what the invoker, the gateway and the queues tell, and
/// from clients that put their own. Lives on the event loop; every number that is shown anywhere is read here.
///
/// ```
/// let errors = monitoring.metrics[MetricIdentity("AWS/Lambda", "Errors", [Dimension("FunctionName", "Hello")])]?.total.sum
/// let lines = monitoring.logs.events(group: "/aws/lambda/Hello", LogQuery(start: tenMinutesAgo, requestID: id))?.events
/// ```
package final class MonitoringHost: ExecutionObserver {
    package let eventLoop: any EventLoop
    package let account: String
    package let region: String
    package let startedAt: Timestamp
    package internal(set) var metrics: MetricStore
    package internal(set) var logs = LogStore()
    /// What the APIs were asked since the host started.
    package internal(set) var apiUsage = APIUsage()
    /// Told of every event that is added to a log group, with the group's name.
    package var logObservers: [ObjectIdentifier: (_ group: String, LogEvent) -> Void] = [:]
    /// What the queues hold, for metrics that are levels; asked once a minute, and when somebody looks.
    package var queueLevels: () -> [QueueLevel] = { [] }

    /// What metrics call an API, by its name on the bill.
    var apiLabels: [String: String] = [:]
    /// Where stages want their access logs.
    var accessLogGroups: [GatewayStage: String] = [:]
    private var functions: [String: FunctionState] = [:]
    private var accountConcurrency = 0
    private let accountConcurrencyPlace: MetricStore.Place
    var gatewaySeries: [GatewayStage: GatewaySeries] = [:]
    var queueSeries: [String: QueueSeries] = [:]
    var asynchronousPlaces: [AsynchronousKey: MetricStore.Place] = [:]
    var minuteTimer: Scheduled<Void>?

    package init(eventLoop: any EventLoop, account: String, region: String) {
        self.eventLoop = eventLoop
        self.account = account
        self.region = region
        self.startedAt = HostClock.now()
        var metrics = MetricStore()
        self.accountConcurrencyPlace = FunctionSeries.accountConcurrency(in: &metrics)
        self.metrics = metrics
    }

    /// What a function did and does, since the host started.
    package struct FunctionActivity: Sendable {
        /// What is billed.
        package fileprivate(set) var tally = FunctionTally()
        package fileprivate(set) var billedMilliseconds = 0
        package fileprivate(set) var invocations = 0
        package fileprivate(set) var errors = 0
        package fileprivate(set) var coldStarts = 0
        package fileprivate(set) var throttles = 0
        /// Invocations under way.
        package fileprivate(set) var concurrency = 0
        package fileprivate(set) var lastInvokedAt: Timestamp?
    }

    /// By name; functions that nobody has called have none.
    package var functionActivities: [String: FunctionActivity] { self.functions.mapValues(\.activity) }

    /// A function, found once for each thing that it does.
    private final class FunctionState {
        var activity = FunctionActivity()
        /// Of each version; as a rule there is one.
        private var series: [(version: String, series: FunctionSeries)] = []

        func series(function: String, version: String, in store: inout MetricStore) -> FunctionSeries {
            if let known = self.series.first(where: { $0.version == version }) { return known.series }
            let series = FunctionSeries(function: function, version: version, in: &store)
            self.series.append((version, series))
            return series
        }
    }

    private func state(of function: String) -> FunctionState {
        if let state = self.functions[function] { return state }
        let state = FunctionState()
        self.functions[function] = state
        return state
    }

    // MARK: What the invoker tells

    package func platformEvent(_ event: PlatformEvent, at time: Timestamp, in environment: EnvironmentDescription) {
        if case .start = event { self.began(environment, at: time) }
    }

    package func logged(
        _ line: ArraySlice<UInt8>, from origin: LogOrigin, requestID: RequestID?, at time: Timestamp,
        in environment: EnvironmentDescription
    ) {
        self.add(line, group: environment.logGroup, stream: environment.logStream, at: time, requestID: requestID)
    }

    package func throttled(function: String, at time: Timestamp) {
        let state = self.state(of: function)
        state.activity.throttles += 1
        state.series(function: function, version: FunctionVersion.latest, in: &self.metrics)
            .record(throttleAt: time, in: &self.metrics)
    }

    package func finished(_ record: InvocationRecord, of invocation: Invocation, in environment: EnvironmentDescription) {
        self.accountConcurrency = max(self.accountConcurrency - 1, 0)
        let state = self.state(of: record.functionName)
        state.activity.finished(record)
        state.series(function: record.functionName, version: record.version, in: &self.metrics).record(record, in: &self.metrics)
        self.watchMinutes()
    }

    private func began(_ environment: EnvironmentDescription, at time: Timestamp) {
        self.accountConcurrency += 1
        let state = self.state(of: environment.functionName)
        let own = state.activity.began(at: time)
        state.series(function: environment.functionName, version: environment.version, in: &self.metrics)
            .record(concurrency: own, at: time, in: &self.metrics)
        self.metrics.record(Double(self.accountConcurrency), in: self.accountConcurrencyPlace, at: time)
    }

    // MARK: Logs

    func record(_ data: [MetricDatum]) {
        for datum in data { self.metrics.record(datum) }
    }

    func makeLogGroup(_ name: String) -> Bool { self.logs.makeGroup(name, at: HostClock.now()) }
    func makeLogStream(_ name: String, in group: String) { self.logs.makeStream(name, in: group, at: HostClock.now()) }
    func removeLogGroup(_ name: String) { self.logs.removeGroup(name) }
    func removeLogStream(_ name: String, of group: String) { self.logs.removeStream(name, of: group) }

    /// Adds an event to a log, and the metrics that stand in it to those of the host.
    package func add(
        _ message: ArraySlice<UInt8>, group: String, stream: String, at time: Timestamp, requestID: RequestID? = nil
    ) {
        let now = HostClock.now()
        self.logs.append(message, group: group, stream: stream, at: time, ingestedAt: now, requestID: requestID)
        if message.first == UInt8(ascii: "{") {
            for datum in EmbeddedMetrics.metrics(in: message, at: now) { self.metrics.record(datum) }
        }
        guard !self.logObservers.isEmpty, let event = self.logs.lastEvents(group: group, limit: 1)?.last else { return }
        for observer in self.logObservers.values { observer(group, event) }
    }
}

extension MonitoringHost.FunctionActivity {
    fileprivate mutating func began(at time: Timestamp) -> Int {
        self.concurrency += 1
        self.lastInvokedAt = time
        return self.concurrency
    }

    fileprivate mutating func finished(_ record: InvocationRecord) {
        self.concurrency = max(self.concurrency - 1, 0)
        self.invocations += 1
        if record.outcome != .success { self.errors += 1 }
        if record.isColdStart { self.coldStarts += 1 }
        self.tally.add(record)
        self.billedMilliseconds += record.billedMilliseconds
    }
}
