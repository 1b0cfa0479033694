import Billing
import CoreTypes
import ExecutionEnvironments
import HTTPServing
import LambdaCore
import NIOCore
import NIOHTTP1

/// `/_martlet/invocations`
extension ConsoleEndpoint {
    static let pageMax = 1_000
    /// Seconds that a client may wait for invocations.
    static let waitSecondsMax = 60

    /// `?function=&source=&status=&cold=true&since=&through=&offset=&limit=`, and `wait=5&atLeast=3` to be answered when so many
    /// match, or when the seconds are over.
    func answerInvocations(_ call: AWSRequest, on connection: HTTPConnection) {
        var query = InvocationQuery()
        query.function = call.parameter("function")
        query.coldStartsOnly = call.parameter("cold") == "true"
        if let text = call.parameter("status") {
            guard let outcome = InvocationRecord.Outcome.Kind(rawValue: text) else {
                return self.refuse(.badRequest, "'status' is success, error or timeout, not \(text)", on: connection)
            }
            query.outcome = outcome
        }
        if let text = call.parameter("source") {
            guard let source = InvocationRecord.Source(rawValue: text) else {
                return self.refuse(
                    .badRequest, "'source' is invoke, asynchronous, gateway, function-url or queue, not \(text)", on: connection)
            }
            query.source = source
        }
        guard let offset = call.number("offset", default: 0, in: 0...InvocationRing.recordsMax),
            let limit = call.number("limit", default: 50, in: 0...Self.pageMax),
            let wait = call.number("wait", default: 0, in: 0...Self.waitSecondsMax),
            let atLeast = call.number("atLeast", default: 1, in: 1...InvocationRing.recordsMax),
            let since = call.number("since", default: 0, in: 0...Int(Int64.max / 1_000_000)),
            let through = call.number("through", default: Int.max, in: 0...Int.max)
        else {
            return self.refuse(
                .badRequest,
                "offset, limit (0 to \(Self.pageMax)), wait (0 to \(Self.waitSecondsMax) s), atLeast, since "
                    + "(milliseconds since 1970) and through are whole numbers", on: connection)
        }
        (query.offset, query.limit) = (offset, limit)
        if since > 0 { query.since = Timestamp(milliseconds: Int64(since)) }
        if through < Int.max { query.through = UInt64(through) }
        let page = self.recorder.ring.page(query)
        guard wait > 0, page.total < atLeast else { return self.respond(self.json(page), on: connection) }
        self.wait(for: query, missing: atLeast - page.total, seconds: wait, on: connection)
    }

    func json(_ page: InvocationPage) -> JSON {
        let prices = PriceTable.table(for: self.place.region)
        return [
            "total": .number(JSONNumber(page.total)), "last": .number(JSONNumber(self.recorder.ring.lastNumber)),
            "invocations": .array(page.invocations.map { .object(Self.row($0, prices)) }),
        ]
    }

    /// The members of ``InvocationReport`` with the place in the history and the time in the queue.
    private static func row(_ invocation: RecordedInvocation, _ prices: PriceTable) -> JSONObject {
        var row: JSONObject = [
            "number": .number(JSONNumber(invocation.number)), "source": .string(invocation.record.source.rawValue),
            "queueMs": .number(JSONNumber(Self.milliseconds(invocation.queueDuration))),
        ]
        for (name, value) in InvocationReport(invocation.record, prices: prices).json.objectValue?.members ?? [] {
            row[name] = value
        }
        return row
    }

    /// To a hundredth, as AWS gives times.
    static func milliseconds(_ duration: Duration) -> Double { (duration.milliseconds * 100).rounded() / 100 }

    func answerInvocation(_ text: String, on connection: HTTPConnection) {
        guard let id = RequestID(text), let invocation = self.recorder.ring.invocation(id) else {
            return self.refuse(
                .notFound, "there is no record of an invocation \(text); the latest \(InvocationRing.recordsMax) are kept",
                on: connection)
        }
        let record = invocation.record
        var answer = Self.row(invocation, PriceTable.table(for: self.place.region))
        answer["receivedAt"] = .string(invocation.receivedAt.iso8601)
        answer["streamed"] = .bool(record.isStreamed)
        var report: [UInt8] = []
        ReportLine.append(record, to: &report)
        answer["report"] = .string(String(decoding: report, as: UTF8.self))
        // Dropped earlier than records are.
        if let details = self.recorder.details(of: id) {
            answer["traceHeader"] = .string(details.traceHeader)
            answer["logGroup"] = .string(details.logGroup)
            answer["logStream"] = .string(details.logStream)
            answer["payload"] = details.payload.json
            answer["response"] = details.response.json
            answer["log"] = (details.log ?? KeptLog()).json
        }
        self.respond(.object(answer), on: connection)
    }

    // MARK: Waiting

    private func wait(for query: InvocationQuery, missing: Int, seconds: Int, on connection: HTTPConnection) {
        let id = ObjectIdentifier(connection)
        let wait = InvocationWait(query: query, missing: missing) { [weak self] in
            guard let self, self.waits.removeValue(forKey: id) != nil, connection.isOpen else { return }
            connection.onClose = nil
            self.respond(self.json(self.recorder.ring.page(query)), on: connection)
        }
        self.waits[id] = wait
        connection.onClose = { [weak self] in self?.waits.removeValue(forKey: id)?.timer?.cancel() }
        let bound = NIOLoopBound(wait, eventLoop: self.service.eventLoop)
        wait.timer = self.service.eventLoop.scheduleTask(in: .seconds(Int64(seconds))) { bound.value.end() }
    }

    /// Called after each invocation while somebody waits.
    func endWaits() {
        for wait in Array(self.waits.values) where self.recorder.ring.newestMatches(wait.query) {
            wait.missing -= 1
            if wait.missing <= 0 { wait.end() }
        }
    }
}

/// A client that waits for invocations.
final class InvocationWait {
    let query: InvocationQuery
    /// How many more have to come.
    var missing: Int
    var timer: Scheduled<Void>?
    private let answer: () -> Void

    init(query: InvocationQuery, missing: Int, answer: @escaping () -> Void) {
        self.query = query
        self.missing = missing
        self.answer = answer
    }

    func end() {
        self.timer?.cancel()
        self.answer()
    }
}
