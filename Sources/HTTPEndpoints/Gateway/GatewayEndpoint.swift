package import APIGateway
import Billing
import CoreTypes
import ExecutionEnvironments
package import HTTPServing
import LambdaCore
import NIOCore
package import NIOHTTP1

/// Serves the APIs of a deployment and function URLs: decodes a request, asks the gateway what it means, invokes, answers.
package final class GatewayEndpoint: HTTPService {
    private let service: LambdaService
    private let port: Int
    /// Checks what function URLs with `AuthType: AWS_IAM` are asked with; `nil` where any signature is good.
    private let signatures: SigV4?
    /// Replaced as a whole with each deployment.
    package var gateway: Gateway

    package init(service: LambdaService, gateway: Gateway, port: Int, signatures: SigV4? = nil) {
        self.signatures = signatures
        self.service = service
        self.gateway = gateway
        self.port = port
    }

    package func plan(for head: HTTPRequestHead, on connection: HTTPConnection) -> HTTPBodyPlan {
        .collect(limit: GatewayLimits.payloadBytes)
    }

    package func handle(_ request: HTTPRequest, on connection: HTTPConnection) {
        let stamp = self.makeStamp()
        let gatewayRequest = self.gatewayRequest(request.head, on: connection)
        let decision = request.body.withUnsafeReadableBytes { self.gateway.route(gatewayRequest, body: $0, stamp: stamp) }
        switch decision {
        case .respond(let response): connection.respond(with: response)
        case .invoke(let plan):
            if plan.requiresSignature, let fault = self.signatureFault(of: gatewayRequest, body: request.body) {
                connection.respond(with: plan.refusal(errorType: fault.code, message: fault.message))
                return
            }
            self.invoke(plan, on: connection)
        }
    }

    private func signatureFault(of request: GatewayRequest, body: ByteBuffer) -> SigV4.Fault? {
        guard let signatures else { return nil }
        do throws(SigV4.Fault) {
            // Only what is verified counts; who it was is not asked here.
            try body.withUnsafeReadableBytes { bytes throws(SigV4.Fault) in
                _ = try signatures.verify(request, body: bytes, now: HostClock.now())
            }
            return nil
        } catch {
            return error
        }
    }

    package func refuseBody(of head: HTTPRequestHead, limit: Int, on connection: HTTPConnection) {
        connection.respond(
            with: self.gateway.refusal(.payloadTooLarge, of: self.gatewayRequest(head, on: connection), stamp: self.makeStamp()))
    }

    private func makeStamp() -> RequestStamp {
        self.service.withRandom { RequestStamp(time: HostClock.now(), using: &$0) }
    }

    private func gatewayRequest(_ head: HTTPRequestHead, on connection: HTTPConnection) -> GatewayRequest {
        var request = GatewayRequest(
            method: head.method.rawValue, target: head.uri, headers: head.headers.map { HTTPHeader($0.name, $0.value) },
            sourceIP: connection.remoteAddress?.ipAddress ?? "127.0.0.1")
        request.port = self.port
        return request
    }

    private func invoke(_ plan: InvocationPlan, on connection: HTTPConnection) {
        let function: ResolvedFunction
        do throws(LambdaAPIError) {
            function = try self.service.resolve(plan.functionName, qualifier: plan.qualifier)
        } catch {
            connection.respond(with: plan.response(for: .missing))
            return
        }
        guard plan.event.count <= FunctionLimits.requestBytes else {
            connection.respond(with: plan.response(for: .eventTooLarge))
            return
        }
        let streams = plan.door == .functionURL && self.streams(plan)
        let client: any InvocationClient
        if streams {
            client = FunctionURLStream(plan: plan, connection: connection)
        } else {
            let answer = GatewayAnswer(plan: plan, connection: connection)
            if let seconds = plan.timeoutSeconds, seconds < function.configuration.timeoutSeconds {
                answer.startTimer(seconds: seconds, on: self.service.eventLoop)
            }
            client = answer
        }
        self.service.invoker.invoke(
            Invocation(
                id: plan.invocationID(self.service.makeRequestID()), function: function, payload: ByteBuffer(bytes: plan.event),
                source: plan.door == .functionURL ? .functionURL : .gateway, traceHeader: plan.trace.text,
                streamsResponse: streams, client: client))
    }

    /// Whether the function's URL has `InvokeMode: RESPONSE_STREAM`.
    private func streams(_ plan: InvocationPlan) -> Bool {
        let urls = self.service.registry.records[plan.functionName]?.urls
        return urls?[plan.qualifier ?? FunctionVersion.latest]?.configuration.invokeMode == .responseStream
    }
}

/// Turns the result of one invocation into the answer that the plan makes of it.
private final class GatewayAnswer: InvocationClient {
    private let plan: InvocationPlan
    private let connection: HTTPConnection
    private var timer: Scheduled<Void>?
    private var isOver = false

    init(plan: InvocationPlan, connection: HTTPConnection) {
        self.plan = plan
        self.connection = connection
    }

    /// Only where the gateway waits for less than the function may take.
    func startTimer(seconds: Int, on eventLoop: any EventLoop) {
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        self.timer = eventLoop.scheduleTask(in: .seconds(Int64(seconds))) {
            bound.value.respond { bound.value.plan.response(for: .integrationTimedOut) }
        }
    }

    func finished(_ result: InvocationResult) {
        self.timer?.cancel()
        self.respond { self.plan.response(to: result) }
    }

    private func respond(_ response: () -> GatewayResponse) {
        guard !self.isOver else { return }
        self.isOver = true
        self.connection.respond(with: response())
    }
}

extension InvocationPlan {
    func response(to result: InvocationResult) -> GatewayResponse {
        switch result.failure {
        case nil: result.payload.withUnsafeReadableBytes { self.response(for: .success($0)) }
        case .function, .unavailable: self.response(for: .failed)
        case .timeout: self.response(for: .functionTimedOut)
        case .throttled: self.response(for: .throttled)
        }
    }

    /// A function URL's request id is the invocation's; an API's is its own.
    func invocationID(_ other: RequestID) -> RequestID { self.door == .functionURL ? self.stamp.requestID : other }
}

extension HTTPConnection {
    func respond(with response: GatewayResponse) {
        let body =
            switch response.body {
            case .text(let text): ByteBuffer(string: text)
            case .bytes(let bytes): ByteBuffer(bytes: bytes)
            }
        self.respond(status: HTTPResponseStatus(statusCode: response.status), body: body) { head in
            for header in response.headers { head.writeForeignHeader(header.name, header.value) }
            head.writeHeader("date" as StaticString, HTTPDate.now)
        }
    }
}
