import APIGateway
import Billing
import CoreTypes
import ExecutionEnvironments
import HTTPServing
import LambdaCore
import NIOCore

/// One request of a client: does what the exchange says, and tells it what happened, until it answers.
///
/// A conversation waits for one thing at a time. What comes after the time-out of that thing is dropped by the exchange, or
/// here where a later wait has begun.
final class GatewayConversation {
    /// Who gets the answer.
    enum Client {
        case connection(HTTPConnection)
        /// Somebody who tests the method.
        case test((MethodTestResult) -> Void)
    }

    private(set) var exchange: GatewayExchange
    private let client: Client
    private let endpoint: GatewayEndpoint
    private var hasTimer = false
    /// To an HTTP endpoint.
    private var call: BackendCall?
    /// What a stream began with.
    private var streamed: GatewayResponse?
    /// Counts the waits, so that a late result is known as one.
    private var wait = 0
    /// The exchange has been told of, and is no longer this conversation's.
    private var isOver = false

    init(_ exchange: GatewayExchange, endpoint: GatewayEndpoint, client: Client) {
        self.exchange = exchange
        self.endpoint = endpoint
        self.client = client
    }

    func start() { self.perform(self.exchange.start(self.endpoint.service.state, at: HostClock.now())) }

    func resume(_ event: GatewayEvent) {
        guard !self.isOver else { return }
        self.cutTimer()
        self.call?.cancel()
        self.call = nil
        self.perform(self.exchange.resume(event, self.endpoint.service.state, at: HostClock.now()))
    }

    func finished(_ result: InvocationResult) {
        result.payload.withUnsafeReadableBytes { self.resume(.functionEnded(result.outcome($0))) }
        // What the loop still does for the invocation in this turn, the client need not wait for.
        if case .connection(let connection) = self.client { connection.flush() }
    }

    /// Status and headers of a stream; `nil` where the exchange went on without it.
    func beginStream(status: Int, headers: [HTTPHeader]) -> GatewayResponse? {
        guard !self.isOver else { return nil }
        self.cutTimer()
        let response = self.exchange.beginStream(status: status, headers: headers, at: HostClock.now())
        if response != nil { self.endpoint.tellLines(self.exchange) }
        self.streamed = response
        return response
    }

    /// All of a stream has been handed on that will be.
    func endStream(bytes: Int) {
        guard let streamed, !self.isOver else { return }
        self.isOver = true
        self.endpoint.tellEnd(self.exchange, streamed, streamedBytes: bytes)
    }

    private func perform(_ action: GatewayAction) {
        self.wait += 1
        switch action {
        case .respond(let response):
            switch self.client {
            case .connection(let connection):
                self.endpoint.tellLines(self.exchange)
                self.isOver = true
                self.endpoint.tellEnd(self.exchange, response)
                connection.respond(with: response)
            // Its log is part of the answer, and it counts as no request.
            case .test(let completion): completion(self.exchange.testResult(response))
            }
        case .decompress(let coding): self.decompress(coding)
        case .invoke(let call): self.invoke(call)
        case .callAuthorizer(let call): self.invoke(call)
        case .verifySignature:
            self.resume(
                self.endpoint.verifySignature(
                    self.exchange.request, body: self.exchange.body, isURL: self.exchange.door == .functionURL))
        case .verifyToken(let verification):
            let wait = self.wait
            self.endpoint.home.verify(verification) { verdict in
                guard self.wait == wait else { return }
                switch verdict {
                case .verified: self.resume(.tokenVerified)
                case .refused(let reason): self.resume(.tokenRefused(reason))
                }
            }
        case .sendHTTP(let request): self.send(request)
        case .callService(let request):
            self.send(self.endpoint.serviceRequest(request), isService: true)
        case .nothing: break
        }
    }

    private func decompress(_ coding: ContentCoding) {
        let body = Result { () throws(ContentCoding.Failure) in
            try coding.decompress(self.exchange.body, limit: GatewayLimits.payloadBytes)
        }
        switch body {
        case .success(let body): self.resume(.decompressed(body))
        case .failure(.damaged): self.resume(.damagedBody)
        case .failure(.tooLarge): self.resume(.bodyTooLarge)
        }
    }

    private func send(_ request: BackendRequest, isService: Bool = false) {
        let wait = self.wait
        self.startTimer(milliseconds: request.timeoutMilliseconds)
        let call = self.endpoint.client.send(request) { result in
            guard self.wait == wait else { return }
            switch result {
            // What the host's own endpoint says of services that it hasn't: a template would turn it into a success.
            case .success(let answer) where answer.status == 501 && isService: self.resume(.backendFailed(.unresolvable))
            case .success(let answer): self.resume(.backendAnswered(answer))
            case .failure(let failure): self.resume(.backendFailed(failure))
            }
        }
        if self.wait == wait { self.call = call }
    }

    private func invoke(_ call: FunctionCall) {
        let isURL = self.exchange.door == .functionURL
        let client: any GatewayInvocationClient =
            if isURL || call.streams, case .connection(let connection) = self.client {
                StreamedAnswer(self, to: connection)
            } else {
                GatewayAnswer(self, wait: self.wait)
            }
        // A function URL's request id is the invocation's; an API's is its own.
        let id = isURL ? self.exchange.stamp.requestID : self.endpoint.makeRequestID()
        self.exchange.invoked(as: id)
        self.endpoint.home.invoke(
            GatewayInvocation(call: call, id: id, isFunctionURL: isURL, traceHeader: self.exchange.trace.header.text),
            client: client)
    }

    func isNotAwaited(_ reason: UnawaitedCall) {
        guard !self.isOver else { return }
        switch reason {
        case .accepted:
            self.resume(.functionEnded(.success(UnsafeRawBufferPointer(start: nil, count: 0))))
            return
        case .missing, .eventTooLarge, .throttled: self.exchange.invoked(as: nil)
        }
        switch reason {
        case .missing: self.resume(.functionEnded(.missing))
        case .eventTooLarge: self.resume(.functionEnded(.eventTooLarge))
        case .throttled, .accepted: self.resume(.functionEnded(.throttled))
        }
    }

    func startTimer(milliseconds: Int) {
        guard !self.isOver else { return }
        self.hasTimer = true
        self.endpoint.timeouts.start(self, milliseconds: milliseconds)
    }

    private func cutTimer() {
        guard self.hasTimer else { return }
        self.hasTimer = false
        self.endpoint.timeouts.cut(self)
    }

    /// Turns the result of one call into an event, unless the conversation went on without it.
    private final class GatewayAnswer: GatewayInvocationClient {
        private let conversation: GatewayConversation
        private let wait: Int

        init(_ conversation: GatewayConversation, wait: Int) {
            self.conversation = conversation
            self.wait = wait
        }

        func isNotAwaited(_ reason: UnawaitedCall) {
            if self.conversation.wait == self.wait { self.conversation.isNotAwaited(reason) }
        }

        func mayOutlast(milliseconds: Int) {
            if self.conversation.wait == self.wait { self.conversation.startTimer(milliseconds: milliseconds) }
        }

        func finished(_ result: InvocationResult) {
            if self.conversation.wait == self.wait { self.conversation.finished(result) }
        }
    }
}

extension InvocationResult {
    fileprivate func outcome(_ payload: UnsafeRawBufferPointer) -> FunctionResult {
        switch self.failure {
        case nil: .success(payload)
        case .function, .unavailable: .failed(payload)
        case .timeout: .timedOut(payload)
        case .throttled: .throttled
        }
    }
}
