import APIGateway
import CoreTypes
import ExecutionEnvironments
import HTTPServing
import NIOCore
import NIOHTTP1

/// `/_martlet/requests` and `/_martlet/routes`
extension ConsoleEndpoint {
    var routes: JSON {
        ["gateway": .string(self.place.gatewayURL), "routes": .array(self.configuration.servedRoutes.map(\.json))]
    }

    /// `?status=5xx&api=&through=&offset=&limit=`
    func answerRequests(_ call: AWSRequest, on connection: HTTPConnection) {
        guard let offset = call.number("offset", default: 0, in: 0...self.requests.requestsMax),
            let limit = call.number("limit", default: 50, in: 0...Self.pageMax),
            let through = call.number("through", default: Int.max, in: 0...Int.max)
        else {
            return self.refuse(
                .badRequest, "offset, limit (0 to \(Self.pageMax)) and through are whole numbers", on: connection)
        }
        var query = RequestHistory.Query()
        query.status = call.parameter("status")
        query.apiID = call.parameter("api").map { self.apiID(named: $0) }
        (query.offset, query.limit) = (offset, limit)
        if through < Int.max { query.through = UInt64(through) }
        let page = self.requests.page(query)
        self.respond(
            [
                "total": .number(JSONNumber(page.total)), "last": .number(JSONNumber(self.requests.lastNumber)),
                "requests": .array(page.records.map { .object(self.row($0)) }),
            ], on: connection)
    }

    func answerRequest(_ id: String, on connection: HTTPConnection) {
        guard let entry = self.requests.record(id) else {
            return self.refuse(
                .notFound,
                "there is no record of a request \(id); the latest \(RequestBook.requestsMax) of each thread are kept",
                on: connection)
        }
        self.respond(.object(self.details(entry)), on: connection)
    }

    private func row(_ entry: AnsweredRequest) -> JSONObject {
        let (exchange, summary) = (entry.exchange, entry.exchange.summary)
        var row: JSONObject = [
            "number": .number(JSONNumber(entry.number)), "requestId": .string(summary.requestID),
            "time": .string(exchange.stamp.time.iso8601), "method": .string(exchange.request.method),
            "target": .string(exchange.request.target), "host": .string(exchange.request.headers.last("host") ?? ""),
            "status": .number(JSONNumber(entry.response.status)),
            "milliseconds": .number(JSONNumber((entry.milliseconds * 100).rounded() / 100)),
            "requestBytes": .number(JSONNumber(exchange.body.count)),
            "responseBytes": .number(JSONNumber(entry.responseBytes)),
        ]
        row["api"] = summary.apiID.map { .string(self.apiName($0)) }
        row["apiId"] = summary.apiID.map(JSON.string)
        row["stage"] = summary.stage.map(JSON.string)
        row["route"] = summary.routeKey.map(JSON.string)
        row["integrationMilliseconds"] = summary.integrationMilliseconds.map { .number(JSONNumber($0)) }
        row["error"] = summary.error.map(JSON.string)
        return row
    }

    /// `steps` is the execution log, line by line; `null` where nobody followed the host when the request came.
    private func details(_ entry: AnsweredRequest) -> JSONObject {
        var answer = self.row(entry)
        answer["requestHeaders"] = Self.pairs(entry.exchange.request.headers)
        answer["requestBody"] = BodyExcerpt(entry.exchange.body).json
        answer["responseHeaders"] = Self.pairs(entry.response.headers)
        answer["responseBody"] = BodyExcerpt(entry.response.body.bytes, of: entry.responseBytes).json
        answer["steps"] = entry.exchange.executionLog.map { .array($0.lines.map(JSON.string)) } ?? .null
        return answer
    }

    private static func pairs(_ headers: [HTTPHeader]) -> JSON {
        .array(headers.map { [.string($0.name), .string($0.value)] })
    }

    // MARK: Names

    /// The logical id of an API's id; the id where the template has none of it.
    func apiName(_ id: String) -> String { self.configuration.apis.first { $0.id == id }?.logicalID ?? id }

    private func apiID(named name: String) -> String {
        self.configuration.apis.first { $0.logicalID == name }?.id ?? name
    }

    // MARK: Trying

    /// Sends a request to the gateway's own door and gives the answer with its record:
    /// `{"method":"GET","target":"/Prod/hello","headers":{"Accept":"text/plain"},"body":"…"}`.
    func tryRequest(_ call: AWSRequest, on connection: HTTPConnection) {
        guard let object = self.object(in: call, on: connection) else { return }
        guard let request = self.composed(object) else {
            return self.refuse(
                .badRequest,
                "a request has a 'target' that begins with a slash and is percent-encoded, and may have a 'method', 'headers' "
                    + "(an object of texts) and a 'body' (a text)", on: connection)
        }
        self.requests.readers += 1
        let sentAt = HostClock.now()
        let call = self.client.send(request) { [weak self] result in
            guard let self else { return }
            self.requests.readers -= 1
            connection.onClose = nil
            guard connection.isOpen else { return }
            switch result {
            case .failure(let failure):
                self.refuse(.badGateway, "the gateway gave no answer: \(failure.rawValue)", on: connection)
            case .success(let answer): self.respond(self.tried(answer, sentAt: sentAt), on: connection)
            }
        }
        guard !call.isOver else { return }
        connection.onClose = { [weak self] in
            call.cancel()
            self?.requests.readers -= 1
        }
    }

    private func tried(_ answer: BackendAnswer, sentAt: Timestamp) -> JSON {
        let id = ["apigw-requestid", "x-amzn-requestid"].lazy.compactMap { answer.headers.last($0) }.first
        self.settle()
        // A streamed answer has more than the record knows of.
        var json = id.flatMap { self.requests.record($0) }.map { self.details($0) } ?? [:]
        json["status"] = .number(JSONNumber(answer.status))
        json["milliseconds"] = .number(JSONNumber(Self.milliseconds(HostClock.now() - sentAt)))
        json["responseHeaders"] = Self.pairs(answer.headers)
        json["responseBody"] = BodyExcerpt(answer.body).json
        return .object(json)
    }

    private func composed(_ object: JSONObject) -> BackendRequest? {
        guard let target = object["target"]?.stringValue, target.hasPrefix("/") else { return nil }
        var headers: [HTTPHeader] = []
        for (name, value) in object["headers"]?.objectValue?.members ?? [] {
            guard let text = value.stringValue else { return nil }
            headers.append(HTTPHeader(name, text))
        }
        if headers.first("host") == nil {
            headers.insert(HTTPHeader("Host", self.place.gatewayURL.replacing("http://", with: "")), at: 0)
        }
        let body = Array((object["body"]?.stringValue ?? "").utf8)
        headers.removeAll { $0.isNamed("content-length") || $0.isNamed("transfer-encoding") || $0.isNamed("connection") }
        return BackendRequest(
            method: (object["method"]?.stringValue ?? "GET").uppercased(), target: target, at: self.place.gatewayAddress,
            headers: headers, body: body)
    }
}
