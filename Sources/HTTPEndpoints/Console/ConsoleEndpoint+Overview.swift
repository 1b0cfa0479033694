import Billing
import CoreTypes
import ExecutionEnvironments
import HTTPServing
import LambdaCore
import NIOHTTP1

/// `/_martlet/overview`, `/_martlet/functions` and `/_martlet/bill`
extension ConsoleEndpoint {
    /// Percentiles are those of so many invocations at most, of the time that ``ActivityMeter`` remembers.
    private static let percentileRecordsMax = 10_000

    var overview: JSON {
        let now = HostClock.now()
        let meter = self.recorder.activity
        let totals = self.session.totals
        let bill = self.bill(for: self.usage)
        let series = meter.series(until: now).map { second -> JSON in
            [
                .number(JSONNumber(second.time)), .number(JSONNumber(second.invocations)), .number(JSONNumber(second.errors)),
                .number(JSONNumber(second.coldStarts)),
            ]
        }
        return [
            "startedAt": .string(self.startedAt.iso8601), "now": .number(JSONNumber(now.milliseconds)),
            "region": .string(self.place.region), "account": .string(self.place.account),
            "gateway": .string(self.place.gatewayURL), "aws": .string(self.place.awsURL),
            "invocations": [
                "total": .number(JSONNumber(totals.invocations)), "errors": .number(JSONNumber(totals.errors)),
                "throttles": .number(JSONNumber(totals.throttles)),
                "running": .number(JSONNumber(self.service.invoker.invocationsInFlight)),
            ],
            "environments": [
                "all": .number(JSONNumber(self.service.invoker.environmentCount)),
                "free": .number(JSONNumber(self.service.invoker.freeEnvironmentCount)),
            ],
            "requests": ["total": .number(JSONNumber(self.requests.total))],
            "durations": self.durations(now), "seriesSeconds": .number(JSONNumber(ActivityMeter.secondsMax)),
            "series": .array(series),
            "cost": ["gross": .string(bill.gross.exactText), "total": .string(bill.total.exactText), "currency": "USD"],
        ]
    }

    /// Of the function's own time, by nearest rank; `null` without invocations.
    private func durations(_ now: Timestamp) -> JSON {
        let since = Timestamp(seconds: now.seconds - Int64(ActivityMeter.secondsMax))
        var durations = self.recorder.ring.durations(since: since, limit: Self.percentileRecordsMax)
        guard !durations.isEmpty else { return .null }
        durations.sort()
        func percentile(_ percent: Int) -> JSON {
            let rank = (durations.count * percent + 99) / 100
            return .number(JSONNumber(Self.milliseconds(durations[max(rank, 1) - 1])))
        }
        return [
            "count": .number(JSONNumber(durations.count)), "p50": percentile(50), "p90": percentile(90), "p99": percentile(99),
        ]
    }

    var functions: JSON {
        let registry = self.service.registry
        let rows = registry.sortedRecords.map { record -> JSON in
            let configuration = record.latest.configuration
            let counts = self.session.counts(of: record.name)
            return [
                "name": .string(record.name), "arn": .string(registry.functionARN(record.name)),
                "description": .string(configuration.description), "runtime": .string(configuration.runtime.rawValue),
                "handler": .string(configuration.handler), "memoryMB": .number(JSONNumber(configuration.memoryMB)),
                "timeoutSeconds": .number(JSONNumber(configuration.timeoutSeconds)),
                "architecture": .string(configuration.architecture.rawValue),
                "versions": .array(record.sortedVersions.map { .string($0.id.version) }),
                "aliases": .array(record.sortedAliases.map { .string($0.name) }),
                "invocations": .number(JSONNumber(counts.invocations)), "errors": .number(JSONNumber(counts.errors)),
                "throttles": .number(JSONNumber(counts.throttles)),
            ]
        }
        return ["functions": .array(rows)]
    }

    // MARK: The bill

    /// Of this host since it started, or since the last reset of invocations and requests.
    private var usage: Usage { self.session.usage(in: self.place.region) }

    private func bill(for usage: Usage) -> Bill { PriceBook.embedded.bill(for: usage, region: self.place.region) }

    /// `?rate=50`: the measured mix at so many requests a second, in place of the measured pace.
    func answerBill(_ call: AWSRequest, on connection: HTTPConnection) {
        guard let rate = call.number("rate", default: 0, in: 0...1_000_000) else {
            return self.refuse(.badRequest, "'rate' is a whole number of requests a second, 1 to 1000000", on: connection)
        }
        let usage = self.usage
        let elapsed = max(HostClock.now() - self.startedAt, .seconds(1))
        let wanted = RequestRate(requests: rate, per: .seconds(1))
        let month =
            rate > 0
            ? usage.month(
                at: wanted, of: self.session.incoming, idle: self.session.idle(in: self.place.region), measuredOver: elapsed)
            : usage.month(.measured(over: elapsed))
        self.respond(
            [
                "since": .string(self.startedAt.iso8601), "seconds": .number(JSONNumber(elapsed.nanoseconds / 1_000_000_000)),
                "bill": self.bill(for: usage).json(), "month": month.map { self.bill(for: $0).json() } ?? .null,
            ], on: connection)
    }
}
