import Billing
import CoreTypes
import HTTPServing
import NIOCore
import NIOHTTP1
import SQS

/// What `martlet queues` asks of a running host and SQS has no action for, under `/_martlet/queues`:
///
/// - `GET /_martlet/queues`: every queue with its depth, its requests and what they cost.
/// - `GET /_martlet/queues/NAME`: its attributes, and how many messages it held over time.
/// - `GET /_martlet/queues/NAME/messages?limit=10`: the oldest messages, without receiving them.
/// - `GET /_martlet/queues/NAME/tail`: a line of JSON for each message that is added, until the client goes.
///
/// `region` names another region than the host's.
struct QueueInspection {
    let queues: QueueHost

    private static let path = "/_martlet/queues"
    private static let peekMax = 100_000
    private static let peekDefault = 10

    static func serves(_ head: SQSRequestHead) -> Bool {
        head.path.hasPrefix(Self.path)
            && (head.path.count == Self.path.count || head.path.dropFirst(Self.path.count).first == "/")
    }

    func answer(_ request: HTTPRequest, _ head: SQSRequestHead, on connection: HTTPConnection) {
        guard request.head.method == .GET else {
            self.respond(.methodNotAllowed, ["error": "only GET"], on: connection)
            return
        }
        let parts = head.path.dropFirst(Self.path.count).split(separator: "/").map {
            PercentEncoding.decode($0, plusIsSpace: false)
        }
        let query = AWSRequest.parameters(head.query)
        func parameter(_ name: String) -> String? { query.first { $0.name == name }?.value }
        if parts.isEmpty {
            self.respond(.ok, self.overview(), on: connection)
            return
        }
        let queue = QueueName(region: parameter("region") ?? self.queues.region, name: parts[0])
        guard let summary = self.queues.inspect({ service, _ in service.summaries.first { $0.name == queue } }) else {
            self.respond(.notFound, ["error": .string("there is no queue \(queue.name) in \(queue.region)")], on: connection)
            return
        }
        switch (parts.count, parts.last) {
        case (1, _): self.respond(.ok, self.details(of: summary), on: connection)
        case (2, "messages"):
            let limit = min(max(parameter("limit").flatMap { Int($0) } ?? Self.peekDefault, 1), Self.peekMax)
            let messages = self.queues.inspect { service, now in
                (service.peek(queue, limit: limit) ?? []).map { Self.json($0, now: now) }
            }
            self.respond(.ok, ["messages": .array(messages)], on: connection)
        case (2, "tail"): self.tail(summary, on: connection)
        default: self.respond(.notFound, ["error": "messages or tail"], on: connection)
        }
    }

    private func respond(_ status: HTTPResponseStatus, _ json: JSON, on connection: HTTPConnection) {
        connection.respond(status: status, body: ByteBuffer(bytes: json.bytes)) { head in
            head.writeStaticString("content-type: application/json\r\n")
        }
    }

    // MARK: Answers

    private func overview() -> JSON {
        let usage = self.queues.usageOfMonth
        let prices = PriceTable.table(for: self.queues.region)
        let (summaries, now) = self.queues.inspect { service, now in (service.summaries, now) }
        let rows = summaries.map { summary -> JSON in
            var row: JSONObject = [
                "name": .string(summary.name.name), "region": .string(summary.name.region), "arn": .string(summary.arn),
                "isFifo": .bool(summary.isFIFO), "visible": Self.number(summary.visibleMessages),
                "inFlight": Self.number(summary.inFlightMessages), "delayed": Self.number(summary.delayedMessages),
                "waiting": Self.number(summary.parkedReceives),
            ]
            row["oldestAgeMilliseconds"] = summary.oldestSentAt.map {
                Self.number(max(Int(now.milliseconds - $0.milliseconds), 0))
            }
            row["deadLetterTargetArn"] = summary.deadLetterTargetARN.map(JSON.string)
            let actions = usage.actions(of: summary.name)
            row["usage"] = Self.json(actions.values.reduce(into: QueueUsage.Tally()) { $0 += $1 }, prices)
            row["actions"] = .object(
                JSONObject(
                    actions.sorted { $0.key.rawValue < $1.key.rawValue }.map { ($0.key.rawValue, Self.json($0.value, prices)) }))
            return .object(row)
        }
        let total = usage.tallies.values.reduce(into: QueueUsage.Tally()) { $0 += $1 }
        return [
            "since": .string(usage.since.iso8601), "region": .string(self.queues.region), "pricesOf": .string(prices.pricesOf),
            "pricesRegion": .string(prices.region), "freeRequestsPerMonth": Self.number(PriceTable.freeQueueRequests),
            "queues": .array(rows), "total": Self.json(total, prices),
        ]
    }

    /// `depth` has a point `[milliseconds since 1970, visible, in flight, delayed]` for each change, the oldest first.
    private func details(of summary: QueueSummary) -> JSON {
        let points = self.queues.depths?.points(of: summary.id) ?? []
        return [
            "name": .string(summary.name.name), "region": .string(summary.name.region),
            "attributes": .object(
                JSONObject(sorted: self.queues.inspect { service, _ in service.attributes(of: summary.name) ?? [:] })),
            "depth": .array(
                points.map {
                    [
                        .number(JSONNumber($0.time.milliseconds)), Self.number($0.visible), Self.number($0.inFlight),
                        Self.number($0.delayed),
                    ]
                }),
        ]
    }

    private static func json(_ tally: QueueUsage.Tally, _ prices: PriceTable) -> JSON {
        [
            "requests": self.number(tally.requests), "units": self.number(tally.standardUnits + tally.fifoUnits),
            "messages": self.number(tally.messages), "emptyReceives": self.number(tally.emptyReceives),
            "shortEmptyReceives": self.number(tally.shortEmptyReceives), "refused": self.number(tally.refused),
            "cost": .string(tally.cost(prices).exactText),
        ]
    }

    private static func json(_ message: StoredMessage, now: Timestamp) -> JSON {
        var row: JSONObject = [
            "messageId": .string(message.messageID.description), "sentAt": .string(message.sentAt.iso8601),
            "receiveCount": self.number(message.receiveCount), "isVisible": .bool(message.visibleAt <= now),
            "body": .string(String(decoding: message.body, as: UTF8.self)), "md5OfBody": .string(message.bodyMD5.description),
        ]
        if message.visibleAt > now { row["visibleAt"] = .string(message.visibleAt.iso8601) }
        row["messageGroupId"] = message.details.groupID.map(JSON.string)
        row["messageDeduplicationId"] = message.details.deduplicationID.map(JSON.string)
        row["deadLetterSourceArn"] = message.details.deadLetterSourceARN.map(JSON.string)
        if !message.details.attributes.isEmpty {
            row["messageAttributes"] = .object(JSONObject(message.details.attributes.map { ($0.name, self.json($0)) }))
        }
        return .object(row)
    }

    private static func json(_ attribute: MessageAttribute) -> JSON {
        switch attribute.value {
        case .string(let text): ["dataType": .string(attribute.dataType), "stringValue": .string(text)]
        case .binary(let bytes): ["dataType": .string(attribute.dataType), "binaryValue": .string(Base64.encode(bytes))]
        case .list, .missing: preconditionFailure("a message with such a value is refused when it is sent")
        }
    }

    private static func number(_ value: Int) -> JSON { .number(JSONNumber(value)) }

    private func tail(_ summary: QueueSummary, on connection: HTTPConnection) {
        let id = ObjectIdentifier(connection)
        let queues = self.queues
        let follower = LineFollower(connection)
        queues.observers[id] = { message in
            if message.queue == summary.id { follower.send(Self.json(message, now: message.sentAt)) }
        }
        connection.onClose = { queues.observers[id] = nil }
    }
}
