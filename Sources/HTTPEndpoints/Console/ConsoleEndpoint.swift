package import APIGateway
import CoreTypes
import Dispatch
import ExecutionEnvironments
package import HTTPServing
import LambdaCore
import NIOCore
import NIOHTTP1

/// The console's page, and what it and test suites ask of a running host, below `/_martlet` on the AWS endpoint's port
/// (docs/console.md, docs/test-help.md). What AWS has an action for is asked of AWS's own interfaces: invoking, sending, purging.
/// Lives on the event loop.
package final class ConsoleEndpoint {
    /// What is known before the first request.
    package struct Place {
        package var host: String
        /// Of the gateway, as clients write it and as the host connects to it.
        package var gatewayURL: String
        package var gatewayAddress: TargetAddress
        package var awsURL: String
        package var region: String
        package var account: String

        package init(
            host: String, gatewayURL: String, gatewayAddress: TargetAddress, awsURL: String, region: String, account: String
        ) {
            self.host = host
            self.gatewayURL = gatewayURL
            self.gatewayAddress = gatewayAddress
            self.awsURL = awsURL
            self.region = region
            self.account = account
        }
    }

    let place: Place
    let service: LambdaService
    let queues: QueueHost
    let recorder: InvocationRecorder
    let requests: RequestHistory
    let feed: EventFeed
    let configuration: GatewayConfiguration
    private(set) var session: SessionUsage
    let startedAt = HostClock.now()
    /// Asks the gateway what the console's user wants to try.
    let client: BackendClient
    /// Makes known what has become of invocations and requests so far.
    let settle: () -> Void
    var waits: [ObjectIdentifier: InvocationWait] = [:]

    private let browsers: BrowserGuard
    /// Renders templates, which may take a while.
    private static let renderQueue = DispatchQueue(label: "martlet.template-playground")
    private static let path = "/_martlet/"

    package init(
        place: Place, service: LambdaService, queues: QueueHost, monitoring: MonitoringHost, recorder: InvocationRecorder,
        requests: RequestHistory, feed: EventFeed, configuration: GatewayConfiguration, security: any EndpointSecurity,
        settle: @escaping () -> Void
    ) {
        self.settle = settle
        self.place = place
        self.service = service
        self.queues = queues
        self.recorder = recorder
        self.requests = requests
        self.feed = feed
        self.configuration = configuration
        self.session = SessionUsage(monitoring: monitoring, queues: queues)
        self.client = BackendClient(eventLoop: service.eventLoop, security: security)
        self.browsers = BrowserGuard(boundHost: place.host)
        recorder.onChange = { [weak self] in self?.invocationEnded() }
    }

    private func invocationEnded() {
        self.feed.changed(.invocations)
        if !self.waits.isEmpty { self.endWaits() }
    }

    package func stop() {
        self.feed.stop()
        self.client.stop()
        for wait in Array(self.waits.values) { wait.end() }
    }

    // MARK: Requests

    /// Answers what is the console's; also what other sites' pages ask, whatever it is.
    /// - Returns: whether it did.
    func answer(_ request: HTTPRequest, on connection: HTTPConnection) -> Bool {
        let head = request.head
        if head.uri == "/" || head.uri.hasPrefix("/?"), ConsolePage.isWanted(head) {
            self.respond(to: head, isPage: true, on: connection) { ConsolePage.respond(ConsolePage.index, on: connection) }
            return true
        }
        if head.uri.hasPrefix(Self.path) {
            var isAnswered = true
            self.respond(to: head, on: connection) { isAnswered = self.answer(AWSRequest(request), on: connection) }
            return isAnswered
        }
        guard BrowserGuard.comesFromElsewhere(head) else { return false }
        self.refuse(.forbidden, BrowserGuard.Refusal.foreignOrigin.rawValue, on: connection)
        return true
    }

    private func respond(
        to head: HTTPRequestHead, isPage: Bool = false, on connection: HTTPConnection, _ body: () -> Void
    ) {
        if let refusal = self.browsers.refusal(of: head, isPage: isPage) {
            self.refuse(.forbidden, refusal.rawValue, on: connection)
        } else {
            body()
        }
    }

    /// - Returns: `false` for paths that others answer: queues, triggers, metrics and logs.
    private func answer(_ call: AWSRequest, on connection: HTTPConnection) -> Bool {
        let segments = call.segments.dropFirst()
        let name = segments.first ?? ""
        // Joined, since a request id of an HTTP API is Base64 and may hold a slash.
        let item = segments.count > 1 ? segments.dropFirst().joined(separator: "/") : nil
        switch (call.method, name, item) {
        case ("GET", "console", let file?): ConsolePage.respond(file, on: connection)
        case ("GET", "events", nil): self.feed.follow(connection)
        case ("GET", "overview", nil): self.respond(self.overview, on: connection)
        case ("GET", "functions", nil): self.respond(self.functions, on: connection)
        case ("GET", "invocations", nil): self.answerInvocations(call, on: connection)
        case ("GET", "invocations", let id?): self.answerInvocation(id, on: connection)
        case ("GET", "requests", nil): self.answerRequests(call, on: connection)
        case ("GET", "requests", let id?): self.answerRequest(id, on: connection)
        case ("POST", "requests", nil): self.tryRequest(call, on: connection)
        case ("GET", "routes", nil): self.respond(self.routes, on: connection)
        case ("POST", "templates", "render"): self.render(call, on: connection)
        case ("GET", "bill", nil): self.answerBill(call, on: connection)
        case ("POST", "reset", nil): self.reset(call, on: connection)
        case (_, "queues", _), (_, "triggers", _), (_, "top", nil), (_, "logs", nil): return false
        case (_, "console", _), (_, "events", nil), (_, "overview", nil), (_, "functions", nil), (_, "invocations", _),
            (_, "requests", _), (_, "routes", nil), (_, "templates", "render"), (_, "bill", nil), (_, "reset", nil):
            self.refuse(.methodNotAllowed, "\(call.method) is no method of \(call.path)", on: connection)
        default: self.refuse(.notFound, "there is no \(call.path); docs/test-help.md lists what there is", on: connection)
        }
        return true
    }

    // MARK: Answers

    func respond(_ json: JSON, status: HTTPResponseStatus = .ok, on connection: HTTPConnection) {
        connection.respond(status: status, body: ByteBuffer(bytes: json.bytes)) { head in
            head.writeStaticString(
                "content-type: application/json\r\ncache-control: no-store\r\nx-content-type-options: nosniff\r\n")
        }
    }

    func refuse(_ status: HTTPResponseStatus, _ message: String, on connection: HTTPConnection) {
        self.respond(["error": .string(message)], status: status, on: connection)
    }

    /// The body as a JSON object; an empty one where there is no body. Answers itself where it is none.
    func object(in call: AWSRequest, on connection: HTTPConnection) -> JSONObject? {
        guard !call.body.isEmpty else { return [:] }
        switch Result(catching: { () throws(JSONError) in try JSON(parsing: call.body) }) {
        case .success(.object(let object)): return object
        case .success(let other): self.refuse(.badRequest, "the body is an object, not \(other.kind)", on: connection)
        case .failure(let error): self.refuse(.badRequest, "the body is no JSON: \(error)", on: connection)
        }
        return nil
    }

    private func render(_ call: AWSRequest, on connection: HTTPConnection) {
        guard let object = self.object(in: call, on: connection) else { return }
        let eventLoop = self.service.eventLoop
        let waiting = NIOLoopBound((self, connection), eventLoop: eventLoop)
        Self.renderQueue.async {
            let answer = TemplateTrial.answer(to: .object(object))
            eventLoop.execute {
                let (console, connection) = waiting.value
                console.respond(answer, on: connection)
            }
        }
    }

    // MARK: Reset

    /// What a reset can clear.
    private enum Part: String, CaseIterable {
        /// Records, details, counts and what they come to on the bill.
        case invocations
        case requests
        /// Messages; the queues stay.
        case queues
    }

    /// `{"parts":["invocations","queues"]}`; all parts without a body.
    private func reset(_ call: AWSRequest, on connection: HTTPConnection) {
        guard let object = self.object(in: call, on: connection) else { return }
        var parts = Part.allCases
        if let names = object["parts"] {
            let wanted = names.arrayValue?.map { $0.stringValue.flatMap(Part.init(rawValue:)) } ?? [nil]
            guard wanted.allSatisfy({ $0 != nil }) else {
                let known = Part.allCases.map(\.rawValue).joined(separator: ", ")
                return self.refuse(.badRequest, "'parts' is a list of \(known), not \(names)", on: connection)
            }
            parts = wanted.compactMap { $0 }
        }
        for part in parts {
            switch part {
            case .invocations:
                self.session.forgetFunctions()
                self.recorder.removeAll()
            case .requests:
                self.session.forgetAPIs()
                self.requests.removeAll()
            case .queues: self.queues.empty()
            }
        }
        let answer: JSON = ["reset": .array(parts.map { .string($0.rawValue) })]
        self.queues.whenDurable { [weak self] failure in
            if let failure {
                self?.refuse(.internalServerError, failure, on: connection)
            } else {
                self?.respond(answer, on: connection)
            }
        }
    }
}

extension AWSRequest {
    init(_ request: HTTPRequest) {
        self.init(
            method: request.head.method.rawValue, target: request.head.uri,
            headers: request.head.headers.map { AWSRequest.Header($0.name, $0.value) }, body: Array(buffer: request.body))
    }

    /// A whole number within bounds; `nil` where it is none.
    func number(_ name: String, default fallback: Int, in range: ClosedRange<Int>) -> Int? {
        guard let text = self.parameter(name) else { return fallback }
        return Int(text).flatMap { range ~= $0 ? $0 : nil }
    }
}
