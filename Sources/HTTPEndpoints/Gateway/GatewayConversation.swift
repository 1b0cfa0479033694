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
    private var timer: Scheduled<Void>?
    /// To an HTTP endpoint.
    private var call: BackendCall?
    /// What a stream began with.
    private var streamed: GatewayResponse?
    /// Counts the waits, so that a late result is known as one.
    private var wait = 0

    init(_ exchange: GatewayExchange, endpoint: GatewayEndpoint, client: Client) {
        self.exchange = exchange
        self.endpoint = endpoint
        self.client = client
    }

    func start() { self.perform(self.exchange.start(&self.endpoint.state, at: HostClock.now())) }

    func resume(_ event: GatewayEvent) {
        self.timer?.cancel()
        self.timer = nil
        self.call?.cancel()
        self.call = nil
        self.perform(self.exchange.resume(event, &self.endpoint.state, at: HostClock.now()))
    }

    func finished(_ result: InvocationResult) {
        result.payload.withUnsafeReadableBytes { self.resume(.functionEnded(result.outcome($0))) }
    }

    /// Status and headers of a stream; `nil` where the exchange went on without it.
    func beginStream(status: Int, headers: [HTTPHeader]) -> GatewayResponse? {
        self.timer?.cancel()
        self.timer = nil
        let response = self.exchange.beginStream(status: status, headers: headers, at: HostClock.now())
        self.endpoint.log(self.exchange)
        self.streamed = response
        return response
    }

    /// All of a stream has been handed on that will be.
    func endStream(bytes: Int) {
        if let streamed { self.endpoint.ended(self.exchange, streamed, streamedBytes: bytes) }
    }

    private func perform(_ action: GatewayAction) {
        self.wait += 1
        switch action {
        case .respond(let response):
            switch self.client {
            case .connection(let connection):
                connection.respond(with: response)
                self.endpoint.log(self.exchange)
                self.endpoint.ended(self.exchange, response)
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
            self.endpoint.keys.verify(verification) { if self.wait == wait { self.resume($0) } }
        case .sendHTTP(let request): self.send(request)
        case .callService(let request):
            if let request = self.endpoint.serviceRequest(request) {
                self.send(request, isService: true)
            } else {
                self.resume(.backendFailed(.unresolvable))
            }
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
        let service = self.endpoint.service
        let function: ResolvedFunction
        do throws(LambdaAPIError) {
            function = try service.resolve(call.functionName, qualifier: call.qualifier)
        } catch {
            return self.resume(.functionEnded(.missing))
        }
        guard call.payload.count <= FunctionLimits.requestBytes else { return self.resume(.functionEnded(.eventTooLarge)) }
        if call.isAsynchronous { return self.accept(call, function: function) }
        let isURL = self.exchange.door == .functionURL
        let streams = isURL ? self.endpoint.streams(call) : call.streams
        if let limit = call.timeoutMilliseconds, limit < function.configuration.timeoutSeconds * 1_000 {
            self.startTimer(milliseconds: limit)
        }
        let client: any InvocationClient =
            if streams, case .connection(let connection) = self.client {
                StreamedAnswer(self, to: connection)
            } else {
                GatewayAnswer(self, wait: self.wait)
            }
        // A function URL's request id is the invocation's; an API's is its own.
        let id = isURL ? self.exchange.stamp.requestID : service.makeRequestID()
        self.exchange.invoked(as: id)
        service.invoker.invoke(
            Invocation(
                id: id, function: function,
                payload: ByteBuffer(bytes: call.payload), source: isURL ? .functionURL : .gateway,
                traceHeader: self.exchange.trace.header.text, streamsResponse: streams, client: client))
    }

    /// Invocation type `Event`: the answer is empty once the event is accepted.
    private func accept(_ call: FunctionCall, function: ResolvedFunction) {
        let service = self.endpoint.service
        let nothing = UnsafeRawBufferPointer(start: nil, count: 0)
        guard let asynchronous = service.asynchronous else { return self.resume(.functionEnded(.missing)) }
        do throws(LambdaAPIError) {
            try asynchronous.accept(
                function: function, qualifier: call.qualifier ?? function.aliasName, payload: ByteBuffer(bytes: call.payload),
                requestID: service.makeRequestID(), clientContext: nil, traceHeader: self.exchange.trace.header.text)
        } catch {
            return self.resume(.functionEnded(error.status == 413 ? .eventTooLarge : .throttled))
        }
        self.resume(.functionEnded(.success(nothing)))
    }

    private func startTimer(milliseconds: Int) {
        let eventLoop = self.endpoint.service.eventLoop
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        self.timer = eventLoop.scheduleTask(in: .milliseconds(Int64(milliseconds))) { bound.value.resume(.timedOut) }
    }

    /// Turns the result of one call into an event, unless the conversation went on without it.
    private final class GatewayAnswer: InvocationClient {
        private let conversation: GatewayConversation
        private let wait: Int

        init(_ conversation: GatewayConversation, wait: Int) {
            self.conversation = conversation
            self.wait = wait
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
