package import CoreTypes

/// One request on its way through the gateway: told what happened, it says what is to be done next, until it answers.
///
///     ready ──start──► [decompressing] ──► [authorizing | verifyingToken | verifyingSignature] ──► [integrating] ──► answered
///
/// The stages between two states run at once: route → web ACL → resource policy → authorizer → API key and usage plan → request
/// validation → integration request, and back: integration response → method response. Each may end the request with a gateway
/// response.
package final class GatewayExchange {
    enum State {
        case ready
        /// The client's body.
        case decompressing
        /// A Lambda authorizer was called.
        case authorizing(AuthorizerCall)
        case verifyingToken(TokenCheck)
        case verifyingSignature
        case integrating(Integrating)
        case answered
    }

    let gateway: Gateway
    package private(set) var request: GatewayRequest
    package private(set) var body: [UInt8]
    package internal(set) var stamp: RequestStamp
    var state = State.ready
    /// Once a method is found.
    var context: RequestContext?
    /// The API that was found, also where no method was.
    var api: ServedAPI?
    /// Once a function URL is found.
    var url: FunctionURL?
    /// Why the gateway answered itself, if it did.
    var fault: GatewayFault?
    /// Where the stage keeps the method's answers.
    var keeping: Keeping?
    /// The client asked for a new answer, and may not.
    var ignoresCacheControl = false
    /// Where the integration was asked.
    var integrationBegan: Timestamp?
    /// The one method of a test; `nil` for a client's request, which is routed.
    var testedMethod: ServedMethod?
    /// Until it answered.
    var integrationLatency: Duration?
    /// Set with the answer.
    package internal(set) var outcome: GatewayOutcome?
    /// Lines for those who test a method; `nil` where nobody asked for them.
    package internal(set) var executionLog: ExecutionLog?

    package init(
        gateway: Gateway, request: GatewayRequest, body: [UInt8], stamp: RequestStamp, logsExecution: Bool = false
    ) {
        self.gateway = gateway
        self.request = request
        self.body = body
        self.stamp = stamp
        self.executionLog = logsExecution ? ExecutionLog() : nil
    }

    /// For the backend.
    func insert(_ headers: [HTTPHeader]) { self.request.headers += headers }

    /// What a client showed to one domain is of no concern to another.
    func forgetClientCertificate() { self.request.clientCertificate = nil }

    package var trace: RequestTrace { RequestTrace(client: self.request.headers.last(TraceHeader.name), stamp: self.stamp) }

    private(set) lazy var host = self.request.headers.last("host")
    /// Of the function URL that the request is for.
    private(set) lazy var urlID = self.host.flatMap { FunctionURL.id(ofHost: $0) }

    package var isAnswered: Bool { if case .answered = self.state { true } else { false } }

    /// Function URLs have their own spelling of answers, and may stream.
    package var door: Door {
        if self.urlID != nil { return .functionURL }
        return self.api?.door ?? .http
    }

    /// Routes the request and goes as far as it can.
    package func start(_ shared: GatewayState, at now: Timestamp) -> GatewayAction {
        guard case .ready = self.state else { return .nothing }
        self.executionLog?.now = now
        let action = self.attempt(at: now) { () throws(GatewayFault) in try self.begin(shared, at: now) }
        self.keepResponse(shared, at: now)
        return action
    }

    /// Goes on with what happened. An event that the state does not wait for changes nothing: it came too late.
    package func resume(
        _ event: GatewayEvent, _ shared: GatewayState, at now: Timestamp
    ) -> GatewayAction {
        self.executionLog?.now = now
        let action = self.attempt(at: now) { () throws(GatewayFault) in
            switch (self.state, event) {
            case (.decompressing, .decompressed(let body)): try self.decompressed(body, shared, at: now)
            case (.decompressing, .damagedBody): throw .unsupportedMediaType
            case (.decompressing, .bodyTooLarge): throw .payloadTooLarge
            case (.authorizing(let call), .functionEnded(let result)):
                try self.authorizerEnded(result, call, shared, at: now)
            case (.authorizing, .timedOut):
                try self.authorizerFailed("Authorizer timed out", at: now)
            case (.verifyingToken(let check), .tokenVerified):
                try self.tokenVerified(check, shared, at: now)
            case (.verifyingToken, .tokenRefused(let reason)): throw .tokenRefused(reason)
            case (.verifyingToken, .timedOut): throw .tokenRefused("the keys of the issuer can't be read")
            case (.verifyingSignature, .signatureVerified(let identity)):
                try self.signatureVerified(identity, shared, at: now)
            case (.verifyingSignature, .signatureRefused(let refusal)): throw self.fault(for: refusal)
            case (.verifyingSignature, .timedOut): throw self.fault(for: .unknownKey)
            case (.integrating(let integrating), .functionEnded(let result)):
                try self.functionEnded(result, integrating, at: now)
            case (.integrating(let integrating), .backendAnswered(let answer)):
                try self.backendAnswered(answer, integrating, at: now)
            case (.integrating(let integrating), .backendFailed(let failure)):
                try self.backendFailed(failure, integrating, shared)
            case (.integrating, .timedOut): throw .integrationTimeout
            case (.ready, _), (.decompressing, _), (.answered, _), (.authorizing, _), (.verifyingToken, _),
                (.verifyingSignature, _),
                (.integrating, _):
                .nothing
            }
        }
        self.keepResponse(shared, at: now)
        return action
    }

    /// The function that was asked for is called under this id; `nil`: it wasn't called after all.
    package func invoked(as id: RequestID?) {
        switch self.state {
        case .authorizing: self.context?.record.authorizerRequestID = id
        case .integrating: self.context?.record.endpointRequestID = id
        case .ready, .decompressing, .verifyingToken, .verifyingSignature, .answered: break
        }
    }

    private func decompressed(
        _ body: [UInt8], _ shared: GatewayState, at now: Timestamp
    ) throws(GatewayFault) -> GatewayAction {
        self.body = body
        self.context?.body = body
        guard let context = self.context else { return .nothing }
        self.executionLog?.begin(context)
        return try self.authorize(context, shared, at: now)
    }

    /// Ends the request by a fault that the listener found: a body that it stopped reading, too many requests at once.
    package func refuse(_ fault: GatewayFault, at now: Timestamp) -> GatewayAction {
        guard !self.isAnswered else { return .nothing }
        if self.api == nil, self.url == nil { self.api = self.resolve().outcome.api }
        return self.answer(fault, at: now)
    }

    private func attempt(
        at now: Timestamp, _ step: () throws(GatewayFault) -> GatewayAction
    ) -> GatewayAction {
        do throws(GatewayFault) {
            return try step()
        } catch {
            return self.answer(error, at: now)
        }
    }
}
