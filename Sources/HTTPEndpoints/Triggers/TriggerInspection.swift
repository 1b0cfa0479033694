import Billing
import CoreTypes
import HTTPServing
import LambdaCore
import NIOCore
import NIOHTTP1

/// What `martlet triggers`, `record` and `replay` ask of a running host:
///
/// - `GET /_martlet/triggers`: each mapping with its pollers, counts and what its receives cost.
/// - `GET /_martlet/triggers/batches?queue=NAME`: a line of JSON, a ``BatchRecording``, for each batch that was with a function,
///   until the client goes.
struct TriggerInspection {
    let triggers: TriggerHost
    let region: String
    private static let path = "/_martlet/triggers"

    static func serves(_ path: some StringProtocol) -> Bool { path == Self.path || path.hasPrefix(Self.path + "/") }

    func answer(_ request: HTTPRequest, on connection: HTTPConnection) {
        let call = AWSRequest(method: request.head.method.rawValue, target: request.head.uri, headers: [], body: [])
        guard call.method == "GET" else { return self.respond(.methodNotAllowed, ["error": "only GET"], on: connection) }
        switch call.path {
        case Self.path: self.respond(.ok, self.overview(), on: connection)
        case Self.path + "/batches": self.follow(queue: call.parameter("queue"), on: connection)
        default: self.respond(.notFound, ["error": "batches"], on: connection)
        }
    }

    private func respond(_ status: HTTPResponseStatus, _ json: JSON, on connection: HTTPConnection) {
        connection.respond(status: status, body: ByteBuffer(bytes: json.bytes)) { head in
            head.writeStaticString("content-type: application/json\r\n")
        }
    }

    private func follow(queue: String?, on connection: HTTPConnection) {
        connection.startStream(status: .ok) { $0.writeStaticString("content-type: application/x-ndjson\r\n") }
        let id = ObjectIdentifier(connection)
        let triggers = self.triggers
        let prices = PriceTable.table(for: self.region)
        triggers.observe(id) { [weak connection] mapping, outcome, record in
            guard queue.map({ $0 == mapping.queue.resource }) ?? true, let connection, connection.isOpen else { return }
            let recording = BatchRecording(
                mappingID: mapping.id, queueARN: mapping.queue.description, functionARN: mapping.function.arn, outcome: outcome,
                report: record.map { InvocationReport($0, prices: prices).json })
            connection.stream(ByteBuffer(bytes: recording.json.bytes + [0x0A]))
        }
        connection.onClose = { triggers.observe(id, nil) }
    }

    // MARK: The overview

    private func overview() -> JSON {
        let prices = PriceTable.table(for: self.region)
        return [
            "region": .string(self.region), "pricesOf": .string(prices.pricesOf),
            "freeRequestsPerMonth": .number(JSONNumber(PriceTable.freeQueueRequests)),
            "triggers": .array(self.triggers.all.map { .object(self.row($0.mapping, $0.trigger, $0.refusal, prices)) }),
        ]
    }

    private func row(_ mapping: EventSourceMapping, _ trigger: Trigger?, _ refusal: String?, _ prices: PriceTable) -> JSONObject {
        func number(_ value: Int) -> JSON { .number(JSONNumber(value)) }
        var row: JSONObject = [
            "uuid": .string(mapping.id.description), "queue": .string(mapping.queue.resource),
            "queueArn": .string(mapping.queue.description), "functionArn": .string(mapping.function.arn),
            "function": .string(mapping.function.qualifier.map { "\(mapping.function.name):\($0)" } ?? mapping.function.name),
            "state": .string(mapping.state.rawValue), "problem": JSON(trigger?.problem ?? refusal),
        ]
        row["idleReceivesPerMonth"] = Self.idlePattern(mapping.settings).receivesPerMonth.map(number)
        guard let trigger else { return row }
        let counts = trigger.counts
        let rate = mapping.queue.resource.hasSuffix(".fifo") ? prices.fifoQueueRequests : prices.queueRequests
        row["since"] = .string(trigger.startedAt.iso8601)
        row["pollers"] = number(trigger.pollers)
        row["concurrency"] = number(trigger.concurrency)
        row["batchesInFlight"] = number(trigger.batchesInFlight)
        row["messagesInFlight"] = number(trigger.messagesInFlight)
        row["receives"] = number(counts.receives)
        row["emptyReceives"] = number(counts.emptyReceives)
        row["failedReceives"] = number(counts.failedReceives)
        row["messages"] = number(counts.messages)
        row["filtered"] = number(counts.filtered)
        row["batches"] = number(counts.batches)
        row["invocations"] = number(counts.invocations)
        row["throttles"] = number(counts.throttles)
        row["failedBatches"] = number(counts.failedBatches)
        row["partialBatches"] = number(counts.partialBatches)
        row["succeeded"] = number(counts.succeeded)
        row["failed"] = number(counts.failed)
        row["deleteRequests"] = number(counts.deleteRequests)
        row["emptyReceiveCost"] = .string(rate.amount(for: Int128(counts.emptyReceives)).exactText)
        row["requestCost"] = .string(rate.amount(for: Int128(counts.receives + counts.deleteRequests)).exactText)
        return row
    }

    /// What the mapping asks an empty queue for when it has settled. A rest that grows is counted at its longest.
    private static func idlePattern(_ settings: EventSourceMappingSettings) -> ReceivePattern {
        let polling = settings.polling
        let scaling = settings.pollerScaling
        let wait = Duration.seconds(polling.waitTimeSeconds ?? 0)
        let shortest = max(PollingSettings.shortestEmptyRound - wait, .zero)
        return ReceivePattern(
            pollers: scaling.idlePollers, wait: wait, pause: max(polling.idlePauseMaximum, shortest))
    }
}
