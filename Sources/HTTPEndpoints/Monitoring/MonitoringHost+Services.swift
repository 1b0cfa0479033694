package import APIGateway
package import Billing
package import CoreTypes
import ExecutionEnvironments
import Monitoring
import NIOCore
package import SQS

/// How much a queue holds.
package struct QueueLevel: Hashable, Sendable {
    package let name: String
    package let visible: Int
    package let inFlight: Int
    package let delayed: Int
    package let oldestSentAt: Timestamp?

    package init(_ summary: QueueSummary) {
        self.name = summary.name.name
        self.visible = summary.visibleMessages
        self.inFlight = summary.inFlightMessages
        self.delayed = summary.delayedMessages
        self.oldestSentAt = summary.oldestSentAt
    }

    var isEmpty: Bool { self.visible + self.inFlight + self.delayed == 0 }
}

/// What the gateway and the queues tell.
extension MonitoringHost {
    // MARK: APIs

    struct GatewayStage: Hashable {
        let apiID: String
        let stage: String?
    }

    /// The metrics of an API, and of its stage where one was found. REST APIs go by name and HTTP APIs by id, and their errors
    /// have different names (API Gateway developer guide, "Amazon API Gateway dimensions and metrics", "Monitor CloudWatch
    /// metrics for HTTP APIs").
    struct GatewaySeries {
        static let namespace = "AWS/ApiGateway"

        private struct Places {
            let count: MetricStore.Place
            let clientErrors: MetricStore.Place
            let serverErrors: MetricStore.Place
            let latency: MetricStore.Place
            let integrationLatency: MetricStore.Place
            let dataProcessed: MetricStore.Place?
        }

        private let places: [Places]

        init(_ outcome: GatewayOutcome, in store: inout MetricStore) {
            let label = Self.label(outcome.kind, name: outcome.apiName, id: outcome.apiID)
            let api = Dimension(outcome.kind == .rest ? "ApiName" : "ApiId", label)
            var sets = [[api]]
            if let stage = outcome.stage { sets.append([api, Dimension("Stage", stage)]) }
            self.places = sets.map { Self.places($0, outcome.kind, in: &store) }
        }

        /// Characters outside of ASCII are left out of a name, as the service does.
        static func label(_ kind: API.Kind, name: String, id: String) -> String {
            kind == .rest ? String(name.filter(\.isASCII)) : id
        }

        private static func places(_ dimensions: [Dimension], _ kind: API.Kind, in store: inout MetricStore) -> Places {
            func place(_ name: String, _ unit: MetricUnit) -> MetricStore.Place {
                store.place(of: MetricIdentity(self.namespace, name, dimensions), unit: unit)
            }
            return Places(
                count: place("Count", .count), clientErrors: place(kind == .rest ? "4XXError" : "4xx", .count),
                serverErrors: place(kind == .rest ? "5XXError" : "5xx", .count), latency: place("Latency", .milliseconds),
                integrationLatency: place("IntegrationLatency", .milliseconds),
                dataProcessed: kind == .http ? place("DataProcessed", .bytes) : nil)
        }

        func record(_ outcome: GatewayOutcome, in store: inout MetricStore) {
            let isClientError = 400...499 ~= outcome.status
            for places in self.places {
                store.record(1, in: places.count, at: outcome.time)
                store.record(isClientError ? 1 : 0, in: places.clientErrors, at: outcome.time)
                store.record(outcome.status >= 500 ? 1 : 0, in: places.serverErrors, at: outcome.time)
                store.record(outcome.latency.milliseconds, in: places.latency, at: outcome.time)
                if let latency = outcome.integrationLatency {
                    store.record(latency.milliseconds, in: places.integrationLatency, at: outcome.time)
                }
                if let place = places.dataProcessed {
                    store.record(Double(outcome.requestBytes + outcome.responseBytes), in: place, at: outcome.time)
                }
            }
        }
    }

    /// A request to an API: what it was for metrics, and what is billed of it.
    package func answered(_ outcome: GatewayOutcome, _ billed: APIUsage.Event) {
        self.apiUsage.add(billed)
        let key = GatewayStage(apiID: outcome.apiID, stage: outcome.stage)
        let series = self.gatewaySeries[key] ?? GatewaySeries(outcome, in: &self.metrics)
        self.gatewaySeries[key] = series
        series.record(outcome, in: &self.metrics)
        self.watchMinutes()
    }

    /// Reads what APIs are called, and where their stages want their access logs.
    package func follow(_ configuration: GatewayConfiguration) {
        for api in configuration.apis {
            self.apiLabels[api.logicalID] = GatewaySeries.label(api.kind, name: api.name, id: api.id)
            let logs: [(stage: String, settings: AccessLogSettings?)] =
                switch api {
                case .rest(let api): api.stages.map { ($0.name, $0.accessLog) }
                case .http(let api): api.stages.map { ($0.name, $0.accessLog) }
                }
            for (stage, settings) in logs {
                // Another destination than a log group, a delivery stream, is none here.
                guard let group = settings?.destinationARN.flatMap(LogsWire.groupName(ofARN:)) else { continue }
                self.accessLogGroups[GatewayStage(apiID: api.id, stage: stage)] = group
            }
        }
    }

    /// A line of an access log: goes to the log group that the stage names, if it names one.
    package func wroteAccessLog(_ line: String, of outcome: GatewayOutcome?) {
        guard let outcome,
            let group = self.accessLogGroups[GatewayStage(apiID: outcome.apiID, stage: outcome.stage)]
        else { return }
        self.add(Array(line.utf8)[...], group: group, stream: Self.gatewayStream, at: outcome.time)
    }

    /// The execution log of a request: lines go where API Gateway has them.
    package func wroteExecutionLog(_ text: String, of outcome: GatewayOutcome?) {
        guard let outcome else { return }
        let group = "API-Gateway-Execution-Logs_\(outcome.apiID)" + (outcome.stage.map { "/\($0)" } ?? "")
        for line in text.split(separator: "\n") {
            self.add(Array(line.utf8)[...], group: group, stream: Self.gatewayStream, at: outcome.time)
        }
    }

    /// The service spreads its lines over streams of no meaning; one is enough.
    private static let gatewayStream = "gateway"

    // MARK: Queues

    /// The metrics of a queue (Amazon SQS developer guide, "Available CloudWatch metrics for Amazon SQS").
    struct QueueSeries {
        static let namespace = "AWS/SQS"

        let sent: MetricStore.Place
        let received: MetricStore.Place
        let deleted: MetricStore.Place
        let emptyReceives: MetricStore.Place
        let sentSize: MetricStore.Place
        let visible: MetricStore.Place
        let notVisible: MetricStore.Place
        let delayed: MetricStore.Place
        let oldestAge: MetricStore.Place

        init(queue: String, in store: inout MetricStore) {
            func place(_ name: String, _ unit: MetricUnit = .count) -> MetricStore.Place {
                store.place(of: MetricIdentity(Self.namespace, name, [Dimension("QueueName", queue)]), unit: unit)
            }
            self.sent = place("NumberOfMessagesSent")
            self.received = place("NumberOfMessagesReceived")
            self.deleted = place("NumberOfMessagesDeleted")
            self.emptyReceives = place("NumberOfEmptyReceives")
            self.sentSize = place("SentMessageSize", .bytes)
            self.visible = place("ApproximateNumberOfMessagesVisible")
            self.notVisible = place("ApproximateNumberOfMessagesNotVisible")
            self.delayed = place("ApproximateNumberOfMessagesDelayed")
            self.oldestAge = place("ApproximateAgeOfOldestMessage", .seconds)
        }
    }

    private func series(ofQueue name: String) -> QueueSeries {
        if let series = self.queueSeries[name] { return series }
        let series = QueueSeries(queue: name, in: &self.metrics)
        self.queueSeries[name] = series
        return series
    }

    /// A request to a queue. The sizes of a batch count as its average, each.
    package func used(_ event: UsageEvent) {
        guard let queue = event.queue, !event.isRefused else { return }
        let series = self.series(ofQueue: queue)
        switch event.action {
        case .sendMessage, .sendMessageBatch:
            guard event.messages > 0 else { return }
            self.metrics.record(Double(event.messages), in: series.sent, at: event.time)
            self.metrics.record(
                Double(event.bytes) / Double(event.messages), times: Double(event.messages), in: series.sentSize, at: event.time)
        case .receiveMessage:
            self.metrics.record(event.isEmptyReceive ? 1 : 0, in: series.emptyReceives, at: event.time)
            if event.messages > 0 { self.metrics.record(Double(event.messages), in: series.received, at: event.time) }
        case .deleteMessage, .deleteMessageBatch:
            if event.messages > 0 { self.metrics.record(Double(event.messages), in: series.deleted, at: event.time) }
        default: return
        }
        self.watchMinutes()
    }

    // MARK: Levels

    /// Takes what the queues hold. Queues that are empty and were never used have no metrics.
    package func sampleLevels() {
        let now = HostClock.now()
        for level in self.queueLevels() where !level.isEmpty || self.queueSeries[level.name] != nil {
            let series = self.series(ofQueue: level.name)
            self.metrics.record(Double(level.visible), in: series.visible, at: now)
            self.metrics.record(Double(level.inFlight), in: series.notVisible, at: now)
            self.metrics.record(Double(level.delayed), in: series.delayed, at: now)
            let age = level.oldestSentAt.map { max((now - $0).milliseconds / 1_000, 0) } ?? 0
            self.metrics.record(age.rounded(.down), in: series.oldestAge, at: now)
        }
    }

    /// Levels are taken at the end of each minute in which something happened, and as long as a queue holds something: an idle
    /// host sleeps.
    func watchMinutes() {
        guard self.minuteTimer == nil else { return }
        let minute: Int64 = 60_000_000_000
        let now = HostClock.now().nanoseconds
        let host = NIOLoopBound(self, eventLoop: self.eventLoop)
        // A little before the minute is over, so that the values are that minute's.
        let delay = minute - now % minute - 1_000_000_000
        self.minuteTimer = self.eventLoop.scheduleTask(in: .nanoseconds(delay > 0 ? delay : delay + minute)) {
            let host = host.value
            host.minuteTimer = nil
            host.sampleLevels()
            if host.queueLevels().contains(where: { !$0.isEmpty }) { host.watchMinutes() }
        }
    }

    package func stop() { self.minuteTimer?.cancel() }

    // MARK: Asynchronous invocations

    struct AsynchronousKey: Hashable {
        let function: String
        let happening: AsynchronousInvoker.Happening
    }

    package func happened(_ happening: AsynchronousInvoker.Happening, function: String) {
        let key = AsynchronousKey(function: function, happening: happening)
        let place =
            self.asynchronousPlaces[key]
            ?? self.metrics.place(
                of: MetricIdentity(FunctionSeries.namespace, happening.metricName, [Dimension("FunctionName", function)]),
                unit: .count)
        self.asynchronousPlaces[key] = place
        self.metrics.record(1, in: place, at: HostClock.now())
    }
}

extension AsynchronousInvoker.Happening {
    fileprivate var metricName: String {
        switch self {
        case .received: "AsyncEventsReceived"
        case .dropped: "AsyncEventsDropped"
        case .destinationFailed: "DestinationDeliveryFailures"
        case .deadLetterFailed: "DeadLetterErrors"
        }
    }
}
