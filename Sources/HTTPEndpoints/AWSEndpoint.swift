import CoreTypes
import Dispatch
import ExecutionEnvironments
package import HTTPServing
package import LambdaCore
import NIOCore
package import NIOHTTP1

/// The endpoint that `AWS_ENDPOINT_URL` names: tells the services apart and answers in their protocols. Lambda's invocations go
/// straight to the invoker, the queues' requests to their engine; the control plane answers from memory, and only storing code
/// leaves the event loop.
package final class AWSEndpoint: HTTPService {
    private let service: LambdaService
    private let invocations: InvokeEndpoint
    private let queues: SQSEndpoint
    /// API Gateway's own service; `nil` where no gateway runs.
    package var apis: APIGatewayEndpoint?
    private let queueHost: QueueHost
    private let monitoring: MonitoringHost
    /// Makes known what has become of invocations and requests so far.
    private let settle: () -> Void
    private let codeStore: any CodeStore
    private let account: String
    /// Told what a call asked for and is not emulated.
    private let report: (String) -> Void
    /// Answers browsers; and keeps pages of other sites away from all the rest.
    package var console: ConsoleEndpoint?

    /// Unpacks deployment packages.
    private static let codeQueue = DispatchQueue(label: "martlet.code-storage")

    /// - Parameter url: of this endpoint, for queue URLs in answers to requests that don't say which host they meant.
    package init(
        service: LambdaService, queues: QueueHost, monitoring: MonitoringHost, settle: @escaping () -> Void,
        codeStore: any CodeStore, account: String, url: String, report: @escaping (String) -> Void
    ) {
        self.service = service
        self.queueHost = queues
        self.monitoring = monitoring
        self.settle = settle
        self.queues = SQSEndpoint(queues: queues, endpointURL: url)
        self.invocations = InvokeEndpoint(service: service)
        self.codeStore = codeStore
        self.account = account
        self.report = report
    }

    package func plan(for head: HTTPRequestHead, on connection: HTTPConnection) -> HTTPBodyPlan {
        // An Event, and a request to the queues, may be shorter still; the call itself says so, in its own words.
        .collect(limit: InvokeRequest.Target(head) == nil ? LambdaControlPlane.requestBytes : FunctionLimits.requestBytes)
    }

    package func handle(_ request: HTTPRequest, on connection: HTTPConnection) {
        let invocation = InvokeRequest.Target(request.head)
        // Whoever asks for anything else may look at what has become of them.
        if invocation == nil { self.settle() }
        if self.console?.answer(request, on: connection) == true { return }
        if let invocation {
            self.invocations.handle(request, to: invocation, on: connection)
            return
        }
        let head = SQSRequestHead(request.head)
        if SQSEndpoint.serves(head) {
            self.queues.handle(request, head, on: connection)
            return
        }
        if let triggers = self.service.triggers, TriggerInspection.serves(request.head.uri.prefix { $0 != "?" }) {
            TriggerInspection(triggers: triggers, region: self.service.region).answer(request, on: connection)
            return
        }
        if MonitoringInspection.serves(request.head.uri.prefix { $0 != "?" }) {
            MonitoringInspection(monitoring: self.monitoring, service: self.service, queues: self.queueHost)
                .answer(request, on: connection)
            return
        }
        let requestID = self.service.makeRequestID()
        let call = AWSRequest(request)
        if let apis, apis.handle(call, requestID: requestID, on: connection) { return }
        if let response = self.monitoringResponse(to: call, requestID: requestID) {
            connection.respond(with: response)
            return
        }
        switch self.service.change({
            $0.handle(call, now: HostClock.now(), requestID: requestID, queue: self.service.mappedQueue)
        }) {
        case .answer(let answer): self.send(answer, on: connection)
        case .storeCode(let upload): self.store(upload, on: connection)
        case nil:
            let response = STSWire.response(to: call, account: self.account, requestID: requestID)
            connection.respond(with: response ?? UnsupportedWire.response(to: call, requestID: requestID))
        }
    }

    private func monitoringResponse(to call: AWSRequest, requestID: RequestID) -> AWSResponse? {
        LogsWire(host: self.monitoring).response(to: call, requestID: requestID)
            ?? MetricsWire(host: self.monitoring).response(to: call, requestID: requestID)
    }

    package func refuseBody(of head: HTTPRequestHead, limit: Int, on connection: HTTPConnection) {
        if let invocation = InvokeRequest.Target(head) {
            self.invocations.refuseBody(of: head, to: invocation, on: connection)
        } else if SQSEndpoint.serves(SQSRequestHead(head)) {
            self.queues.refuseBody(SQSRequestHead(head), on: connection)
        } else {
            connection.respond(
                with: .requestTooLarge("Request must be smaller than \(limit) bytes"), requestID: self.service.makeRequestID())
        }
    }

    private func store(_ upload: LambdaControlPlane.CodeUpload, on connection: HTTPConnection) {
        let eventLoop = self.service.eventLoop
        let waiting = NIOLoopBound((self, connection), eventLoop: eventLoop)
        let codeStore = self.codeStore
        Self.codeQueue.async {
            let stored = Result { () throws(CodeStoreError) in try codeStore.store(zip: upload.zip) }
            eventLoop.execute {
                let (endpoint, connection) = waiting.value
                let answer = endpoint.service.change { $0.finish(upload, with: stored, now: HostClock.now()) }
                endpoint.send(answer, on: connection)
            }
        }
    }

    private func send(_ answer: LambdaControlPlane.Answer, on connection: HTTPConnection) {
        for notice in answer.notices { self.report(notice) }
        connection.respond(with: answer.response)
    }
}

extension HTTPConnection {
    func respond(with response: AWSResponse) {
        self.respond(status: HTTPResponseStatus(statusCode: response.status), body: ByteBuffer(bytes: response.body)) { head in
            for header in response.headers { head.writeForeignHeader(header.name, header.value) }
            head.writeHeader("date" as StaticString, HTTPDate.now)
        }
    }

    func respond(with error: LambdaAPIError, requestID: RequestID) {
        self.respond(with: AWSResponse(error: error).adding("x-amzn-RequestId", requestID.description))
    }
}
