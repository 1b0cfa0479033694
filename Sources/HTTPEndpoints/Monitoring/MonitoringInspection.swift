package import Billing
import CoreTypes
import ExecutionEnvironments
import HTTPServing
import LambdaCore
import Monitoring
import NIOCore
import NIOHTTP1
import SQS

/// What `martlet top`, `martlet logs` and Prometheus ask of a running host:
///
/// - `GET /metrics`: all metrics in Prometheus's text format.
/// - `GET /_martlet/top`: functions, APIs and queues, with what they did since the start and in the last minutes.
/// - `GET /_martlet/logs?function=NAME&group=NAME&pattern=P&since=MILLISECONDS&follow=1`: a line of JSON for each event of a
///   log, the last 10,000 that there are, then those that come until the client goes. Without function and group: of all
///   groups.
struct MonitoringInspection {
    let monitoring: MonitoringHost
    let service: LambdaService
    let queues: QueueHost

    private static let metricsPath = "/metrics"
    private static let topPath = "/_martlet/top"
    private static let logsPath = "/_martlet/logs"
    /// What "the last minutes" are.
    private static let windowSeconds: Int64 = 300

    static func serves(_ path: some StringProtocol) -> Bool {
        path == self.metricsPath || path == self.topPath || path == self.logsPath
    }

    func answer(_ request: HTTPRequest, on connection: HTTPConnection) {
        let call = AWSRequest(method: request.head.method.rawValue, target: request.head.uri, headers: [], body: [])
        guard call.method == "GET" || call.method == "HEAD" else {
            return self.respond(.methodNotAllowed, ["error": "only GET"], on: connection)
        }
        switch call.path {
        case Self.metricsPath: self.respondMetrics(on: connection)
        case Self.topPath: self.respond(.ok, self.top(), on: connection)
        default: self.logs(call, on: connection)
        }
    }

    private func respond(_ status: HTTPResponseStatus, _ json: JSON, on connection: HTTPConnection) {
        connection.respond(status: status, body: ByteBuffer(bytes: json.bytes)) { head in
            head.writeStaticString("content-type: application/json\r\n")
        }
    }

    // MARK: Prometheus

    private func respondMetrics(on connection: HTTPConnection) {
        self.monitoring.sampleLevels()
        var page = PrometheusPage(self.monitoring.metrics, at: HostClock.now())
        let prices = PriceTable.table(for: self.monitoring.region)
        let activities = self.monitoring.functionActivities.sorted { $0.key < $1.key }
        for (name, activity) in activities {
            page.add(
                "martlet_lambda_concurrent_executions", .gauge, help: "Invocations under way.", labels: [("function", name)],
                value: String(activity.concurrency))
        }
        for (name, activity) in activities {
            page.add(
                "martlet_lambda_cold_starts_total", .counter, help: "Invocations that began with an init.",
                labels: [("function", name)], value: String(activity.coldStarts))
        }
        for (name, activity) in activities {
            page.add(
                "martlet_lambda_billed_seconds_total", .counter, help: "Billed duration of the invocations.",
                labels: [("function", name)],
                value: String(Double(activity.billedMilliseconds) / 1_000))
        }
        for (name, activity) in activities {
            page.add(
                "martlet_lambda_gigabyte_seconds_total", .counter, help: "Billed duration times memory.",
                labels: [("function", name)], value: PriceUnit.gigabyteSecond.decimalText(activity.tally.memoryDuration))
        }
        for (name, activity) in activities {
            page.add(
                "martlet_lambda_cost_dollars_total", .counter,
                help: "What the invocations would have cost, before the monthly free amounts.", labels: [("function", name)],
                value: activity.cost(prices).exactText)
        }
        for (api, cost) in self.apiCosts(prices).sorted(by: { $0.key < $1.key }) {
            page.add(
                "martlet_apigateway_cost_dollars_total", .counter,
                help: "What the requests to an API and their answers would have cost, before the monthly free amounts.",
                labels: [("api", api)], value: cost.exactText)
        }
        for (queue, tally) in self.queueTallies {
            page.add(
                "martlet_sqs_requests_total", .counter, help: "Requests to a queue.", labels: [("queue", queue)],
                value: String(tally.requests))
        }
        for (queue, cost) in self.queueCosts(prices) {
            page.add(
                "martlet_sqs_cost_dollars_total", .counter,
                help: "What the requests to a queue would have cost, before the monthly free amount.", labels: [("queue", queue)],
                value: cost.exactText)
        }
        page.add(
            "martlet_start_time_seconds", .gauge, help: "When the host started, since 1970.",
            value: String(self.monitoring.startedAt.seconds))
        let text = page.text
        connection.respond(status: .ok, body: ByteBuffer(string: text)) { head in
            head.writeHeader("content-type" as StaticString, PrometheusPage.contentType)
        }
    }

    /// By the label that an API's metrics have.
    private func apiCosts(_ prices: PriceTable) -> [String: Money] {
        self.monitoring.apiUsage.tallies.reduce(into: [:]) { costs, entry in
            let (key, tally) = entry
            var usage = Usage()
            usage.add(tally.billed(key.kind), to: key.api)
            costs[self.monitoring.apiLabels[key.api] ?? key.api, default: .zero] += prices.cost(of: usage.totals)
        }
    }

    private func queueCosts(_ prices: PriceTable) -> [(queue: String, cost: Money)] {
        self.queueTallies.map { ($0.queue, $0.tally.cost(prices)) }
    }

    /// By name.
    private var queueTallies: [(queue: String, tally: QueueUsage.Tally)] {
        var tallies: [String: QueueUsage.Tally] = [:]
        for (key, tally) in self.queues.usage.tallies {
            if let queue = key.queue { tallies[queue, default: QueueUsage.Tally()] += tally }
        }
        return tallies.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    // MARK: Top

    private func top() -> JSON {
        let now = HostClock.now()
        let prices = PriceTable.table(for: self.monitoring.region)
        let start = max(self.monitoring.startedAt, Timestamp(seconds: now.seconds - Self.windowSeconds))
        let window = Window(start: start, now: now)
        let activities = self.monitoring.functionActivities
        let names = Set(activities.keys).union(self.service.registry.records.keys).sorted()
        let total = activities.values.reduce(Money.zero) { $0 + $1.cost(prices) }
        let apiCosts = self.apiCosts(prices)
        let queueCosts = Dictionary(uniqueKeysWithValues: self.queueCosts(prices).map { ($0.queue, $0.cost) })
        return [
            "now": .string(now.iso8601), "since": .string(self.monitoring.startedAt.iso8601),
            "windowSeconds": .number(JSONNumber(window.seconds)), "region": .string(prices.region),
            "pricesOf": .string(prices.pricesOf),
            "functions": .array(names.map { self.function($0, activities[$0] ?? .init(), window, prices) }),
            "apis": .array(self.apis(window, apiCosts)), "queues": .array(self.queueRows(window, queueCosts)),
            "functionsCost": .string(total.exactText),
            "apisCost": .string(apiCosts.values.reduce(Money.zero, +).exactText),
            "queuesCost": .string(queueCosts.values.reduce(Money.zero, +).exactText),
        ]
    }

    /// The last minutes, from the beginning of the first of them.
    private struct Window {
        let start: Timestamp
        let now: Timestamp
        var end: Timestamp { Timestamp(seconds: self.now.seconds + 1) }
        /// What the values of whole minutes are divided by for a rate.
        var seconds: Int64 { max(self.now.seconds - self.start.seconds / 60 * 60, 1) }
    }

    private func values(_ namespace: String, _ name: String, _ dimension: Dimension, _ window: Window) -> Distribution {
        self.monitoring.metrics[MetricIdentity(namespace, name, [dimension])]?.values(from: window.start, to: window.end)
            ?? Distribution()
    }

    private func function(
        _ name: String, _ activity: MonitoringHost.FunctionActivity, _ window: Window, _ prices: PriceTable
    ) -> JSON {
        let dimension = Dimension("FunctionName", name)
        let duration = self.values(FunctionSeries.namespace, "Duration", dimension, window)
        let errors = self.values(FunctionSeries.namespace, "Errors", dimension, window)
        return [
            "name": .string(name), "invocations": Self.number(activity.invocations), "errors": Self.number(activity.errors),
            "throttles": Self.number(activity.throttles), "coldStarts": Self.number(activity.coldStarts),
            "concurrency": Self.number(activity.concurrency),
            "recent": .object(Self.recent(count: duration.count, duration, errors: errors.sum, window)),
            "cost": .string(activity.cost(prices).exactText), "lastInvokedAt": JSON(activity.lastInvokedAt?.iso8601),
        ]
    }

    /// Of the window: rate a second, errors, durations in milliseconds.
    private static func recent(count: Double, _ times: Distribution, errors: Double, _ window: Window) -> JSONObject {
        var object: JSONObject = [
            "count": .number(JSONNumber(count)), "perSecond": .number(JSONNumber(count / Double(window.seconds))),
            "errors": .number(JSONNumber(errors)),
        ]
        for (name, percent) in [("p50", 50.0), ("p99", 99.0)] {
            object[name] = times.percentile(percent).map { .number(JSONNumber($0)) } ?? .null
        }
        object["max"] = times.isEmpty ? .null : .number(JSONNumber(times.maximum))
        return object
    }

    private func apis(_ window: Window, _ costs: [String: Money]) -> [JSON] {
        let counts = self.monitoring.metrics.find(namespace: MonitoringHost.GatewaySeries.namespace, name: "Count")
        return counts.filter { $0.dimensions.count == 1 }.map { identity in
            let dimension = identity.dimensions[0]
            let isREST = dimension.name == "ApiName"
            func total(_ name: String) -> Double {
                self.monitoring.metrics[MetricIdentity(identity.namespace, name, [dimension])]?.total.sum ?? 0
            }
            let latency = self.values(identity.namespace, "Latency", dimension, window)
            let clientErrors = isREST ? "4XXError" : "4xx"
            let serverErrors = isREST ? "5XXError" : "5xx"
            let recentErrors = self.values(identity.namespace, serverErrors, dimension, window).sum
            return [
                "name": .string(dimension.value), "type": isREST ? "REST" : "HTTP",
                "requests": .number(JSONNumber(total("Count"))), "clientErrors": .number(JSONNumber(total(clientErrors))),
                "serverErrors": .number(JSONNumber(total(serverErrors))),
                "recent": .object(Self.recent(count: latency.count, latency, errors: recentErrors, window)),
                "cost": .string((costs[dimension.value] ?? .zero).exactText),
            ]
        }
    }

    private func queueRows(_ window: Window, _ costs: [String: Money]) -> [JSON] {
        self.monitoring.queueLevels().map { level in
            let dimension = Dimension("QueueName", level.name)
            func total(_ name: String) -> JSON {
                let series = self.monitoring.metrics[MetricIdentity(MonitoringHost.QueueSeries.namespace, name, [dimension])]
                return .number(JSONNumber(series?.total.sum ?? 0))
            }
            let age = level.oldestSentAt.map { max((window.now - $0).milliseconds / 1_000, 0) }
            return [
                "name": .string(level.name), "visible": Self.number(level.visible), "inFlight": Self.number(level.inFlight),
                "delayed": Self.number(level.delayed),
                "oldestAgeSeconds": age.map { .number(JSONNumber($0.rounded(.down))) } ?? .null,
                "sent": total("NumberOfMessagesSent"), "received": total("NumberOfMessagesReceived"),
                "deleted": total("NumberOfMessagesDeleted"), "emptyReceives": total("NumberOfEmptyReceives"),
                "cost": .string((costs[level.name] ?? .zero).exactText),
            ]
        }
    }

    private static func number(_ value: Int) -> JSON { .number(JSONNumber(value)) }

    // MARK: Logs

    private func logs(_ call: AWSRequest, on connection: HTTPConnection) {
        do throws(ServiceError) {
            let tail = LogTail(
                monitoring: self.monitoring, groups: try self.groups(call),
                query: LogQuery(
                    start: call.parameter("since").flatMap { Int64($0) }.flatMap(Self.time),
                    pattern: try LogsWire.pattern(call.parameter("pattern"))), follows: call.parameter("follow") == "1")
            tail.start(on: connection)
        } catch {
            self.respond(.badRequest, ["error": .string(error.message)], on: connection)
        }
    }

    private static func time(milliseconds: Int64) -> Timestamp? {
        (0...9_000_000_000_000).contains(milliseconds) ? Timestamp(milliseconds: milliseconds) : nil
    }

    /// `nil` for all.
    private func groups(_ call: AWSRequest) throws(ServiceError) -> Set<String>? {
        if let group = call.parameter("group") { return [group] }
        guard let name = call.parameter("function") else { return nil }
        guard let record = self.service.registry.records[name] else {
            let known = self.service.registry.records.keys.sorted().joined(separator: ", ")
            throw ServiceError(
                "ResourceNotFoundException", "there is no function '\(name)'\(known.isEmpty ? "" : "; there are: \(known)")")
        }
        return [record.latest.configuration.logging.logGroup ?? "/aws/lambda/\(name)"]
    }
}

extension MonitoringHost.FunctionActivity {
    /// At the first tier, before the monthly free amounts.
    package func cost(_ prices: PriceTable) -> Money {
        prices.cost(of: self.tally.quantities)
    }
}
