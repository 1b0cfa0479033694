import CoreTypes
import HTTPServing
import LambdaCore
import NIOCore
import NIOHTTP1

/// The environment as its processes see it: the Runtime API over HTTP.
extension ExecutionEnvironment {
    func plan(for head: HTTPRequestHead, on connection: HTTPConnection) -> HTTPBodyPlan {
        guard let route = RuntimeAPIRoute(method: head.method, uri: head.uri) else {
            return RuntimeListener.refuse(.notFound, on: connection)
        }
        switch route {
        case .response(let requestID):
            if let refusal = self.api.mayAnswer(requestID: requestID, with: "InvocationResponse") {
                return RuntimeListener.refuse(refusal, on: connection)
            }
            switch head.headers.first(name: "lambda-runtime-function-response-mode") {
            case nil: return .collect(limit: FunctionLimits.responseBytes)
            case let mode? where mode.lowercased() == "streaming":
                guard let invocation else { return RuntimeListener.refuse(.invalidRequestID, on: connection) }
                return .stream(StreamedResponse(environment: self, invocation: invocation, head: head, connection: connection))
            default:
                self.answered(with: .invalidResponseMode)
                return RuntimeListener.refuse(.invalidFunctionResponseMode, on: connection)
            }
        case .error(let requestID):
            if let refusal = self.api.mayAnswer(requestID: requestID, with: "InvocationErrorResponse") {
                return RuntimeListener.refuse(refusal, on: connection)
            }
            return .collect(limit: FunctionLimits.responseBytes)
        case .next, .ping, .extensionNext, .metadata: return .collect(limit: 0)
        case .initError, .registerExtension, .extensionInitError, .extensionExitError, .subscribeTelemetry, .subscribeLogs:
            return .collect(limit: Self.controlBodyBytes)
        }
    }

    /// Bodies that aren't payloads: an error with its stack trace, a registration.
    private static let controlBodyBytes = 1024 * 1024

    func handle(_ request: HTTPRequest, on connection: HTTPConnection) {
        guard let route = RuntimeAPIRoute(method: request.head.method, uri: request.head.uri) else {
            preconditionFailure("a request without a route was refused by its head")
        }
        switch route {
        case .next: self.runtimeAsksForNext(on: connection)
        case .response(let requestID):
            // The state may have changed while the body came in.
            if let refusal = self.api.mayAnswer(requestID: requestID, with: "InvocationResponse") {
                _ = RuntimeListener.refuse(refusal, on: connection)
                return
            }
            self.answered(.init(payload: request.body))
            RuntimeListener.accept(on: connection)
        case .error(let requestID):
            if let refusal = self.api.mayAnswer(requestID: requestID, with: "InvocationErrorResponse") {
                _ = RuntimeListener.refuse(refusal, on: connection)
                return
            }
            let type = normalisedErrorType(request.head.headers.first(name: "lambda-runtime-function-error-type") ?? "")
            self.answered(.init(payload: Self.errorPayload(request.body), error: .function(type: type)))
            RuntimeListener.accept(on: connection)
        case .initError:
            if let refusal = self.api.reportedInitError() {
                _ = RuntimeListener.refuse(refusal, on: connection)
                return
            }
            RuntimeListener.accept(on: connection)
            let type = normalisedErrorType(request.head.headers.first(name: "lambda-runtime-function-error-type") ?? "")
            self.failInit(.reported(type: type, payload: Self.errorPayload(request.body)))
        case .ping: connection.respond(status: .ok, body: ByteBuffer(staticString: "pong"))
        case .registerExtension, .extensionNext, .extensionInitError, .extensionExitError, .subscribeTelemetry, .subscribeLogs:
            self.extensions?.handle(route, request, on: connection)
        case .metadata: self.answerMetadata(request, on: connection)
        }
    }

    /// What the function reports goes to the invoker as it is; without a body the service has nothing to pass on.
    private static func errorPayload(_ body: ByteBuffer) -> ByteBuffer {
        body.readableBytes == 0 ? ByteBuffer(staticString: "{}") : body
    }

    /// The response is larger than a response may be.
    func refuseBody(of head: HTTPRequestHead, on connection: HTTPConnection) {
        if case .response(let requestID) = RuntimeAPIRoute(method: head.method, uri: head.uri),
            self.api.mayAnswer(requestID: requestID, with: "InvocationResponse") == nil
        {
            self.answered(with: .responseTooLarge)
        }
        _ = RuntimeListener.refuse(.entityTooLarge, on: connection)
    }

    func answered(with error: FunctionError) {
        guard let invocation else { return }
        self.answered(EnvironmentFailure.platform(error).answer(to: invocation.id))
    }

    private func runtimeAsksForNext(on connection: HTTPConnection) {
        let next = self.api.askedForNext()
        if case .refused(let refusal) = next {
            _ = RuntimeListener.refuse(refusal, on: connection)
            return
        }
        self.parked = connection
        connection.onClose = { [weak self, weak connection] in
            if let self, self.parked === connection {
                self.parked = nil
                if self.isAttached { self.attachedRuntimeLeft() }
            }
        }
        switch next {
        case .initialized, .finished: self.checkReady()
        case .abandoned:
            if let invocation, invocation.answer == nil {
                invocation.answer = EnvironmentFailure.abandoned.answer(to: invocation.id)
                if !invocation.wantsLog { self.handOver(invocation, record: nil) }
            }
            self.checkReady()
        case .waitsAgain: self.deliver()
        case .refused: break
        }
    }

    private func answerMetadata(_ request: HTTPRequest, on connection: HTTPConnection) {
        guard request.head.headers.first(name: "authorization") == "Bearer \(self.metadataToken)" else {
            connection.respond(status: .unauthorized, body: nil)
            return
        }
        let body = #"{"AvailabilityZoneID":"\#(self.context.settings.region)-az1"}"#
        connection.respond(status: .ok, body: ByteBuffer(string: body)) {
            $0.writeHeader("content-type" as StaticString, "application/json")
        }
    }
}
