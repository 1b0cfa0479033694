import APIGateway
import HTTPServing
import NIOCore
import NIOHTTP1
import NIOTLS

/// One connection to an HTTP endpoint: one request at a time.
///
///     idle ──send──► waiting ──answer's end──► idle, or closed where either side doesn't keep it
///     closed or broken while waiting: the call fails, or is sent again by its client
///
/// What is sent before a handshake is through waits in front of it.
///
/// Requests don't pass through NIO's encoder: their head is written as bytes, so that it leaves with a small body in one write.
/// Answers do pass through its decoder, which is told of each request, as what follows a head depends on the method.
final class BackendConnection: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = ByteBuffer

    let place: BackendClient.Place
    /// Among the open ones of its client.
    var isCounted = false
    private var hasServed = false
    private weak var client: BackendClient?
    private var context: ChannelHandlerContext?
    private let decoder = HTTPResponseDecoder(leftOverBytesStrategy: .dropBytes)
    /// To be added in front of this one.
    let decoding: ByteToMessageHandler<HTTPResponseDecoder>
    /// Where bytes are written: behind the decoder's handler, which takes requests in parts only.
    private var writing: ChannelHandlerContext?
    private var call: BackendCall?
    private var answer: BackendAnswer?
    private var keepsAlive = false
    /// A handshake is still to come or under way.
    private var isShakingHands: Bool

    init(place: BackendClient.Place, client: BackendClient) {
        self.place = place
        self.client = client
        self.decoding = ByteToMessageHandler(self.decoder)
        self.isShakingHands = place.security != nil
    }

    func send(_ call: BackendCall) {
        guard let writing, writing.channel.isActive else {
            // Nothing of the request has left, so it may go elsewhere.
            if self.hasServed, let client { client.sendAnew(call) } else { self.end(call, .failure(.badAnswer)) }
            return
        }
        self.call = call
        call.connection = self
        self.decoder.write(
            data: .head(HTTPRequestHead(version: .http1_1, method: HTTPMethod(rawValue: call.request.method), uri: "")))
        writing.write(self.wrapOutboundOut(Self.bytes(of: call.request, writing.channel.allocator)), promise: nil)
        if let client { client.flushes.add(writing) } else { writing.flush() }
    }

    func close() { self.context?.close(promise: nil) }

    /// Head and body. The client has seen that no part of the head breaks out of its place.
    private static func bytes(of request: BackendRequest, _ allocator: ByteBufferAllocator) -> ByteBuffer {
        var bytes = allocator.buffer(capacity: self.headBytes + request.body.count)
        bytes.writeString(request.method)
        bytes.writeStaticString(" ")
        bytes.writeString(request.target)
        bytes.writeStaticString(" HTTP/1.1\r\n")
        for header in request.headers where !self.isOwn(header) {
            bytes.writeString(header.name)
            bytes.writeStaticString(": ")
            bytes.writeString(header.value)
            bytes.writeStaticString("\r\n")
        }
        if !request.body.isEmpty || ["POST", "PUT", "PATCH"].contains(request.method) {
            bytes.writeStaticString("content-length: ")
            bytes.writeDecimal(request.body.count)
            bytes.writeStaticString("\r\n")
        }
        bytes.writeStaticString("\r\n")
        bytes.writeBytes(request.body)
        return bytes
    }

    /// What most heads fit in.
    private static let headBytes = 1_024

    /// How a body travels is this connection's to say (RFC 9110 section 7.6.1).
    private static func isOwn(_ header: HTTPHeader) -> Bool {
        self.own.contains { header.isNamed($0) }
    }

    private static let own = [
        "connection", "content-length", "transfer-encoding", "keep-alive", "proxy-connection", "te", "trailer", "upgrade",
        "expect",
    ]

    // MARK: ChannelInboundHandler

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        // Absent only where the channel closed at once.
        self.writing = try? context.pipeline.syncOperations.context(handler: self.decoding)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        self.writing = nil
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted? = event as? TLSUserEvent { self.isShakingHands = false }
        context.fireUserInboundEventTriggered(event)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard let call else { return context.close(promise: nil) }
        switch self.unwrapInboundIn(data) {
        case .head(let head):
            self.keepsAlive = head.isKeepAlive
            self.answer = BackendAnswer(
                status: Int(head.status.code), headers: head.headers.map { HTTPHeader($0.name, $0.value) }, body: [])
        case .body(let part):
            self.answer?.body.append(contentsOf: part.readableBytesView)
            guard let answer, answer.body.count > call.answerBytesMax else { return }
            self.end(call, .failure(.tooLarge))
            context.close(promise: nil)
        case .end:
            guard let answer else { return }
            self.answer = nil
            self.hasServed = true
            if self.keepsAlive, context.channel.isActive { self.client?.isIdle(self) } else { context.close(promise: nil) }
            self.end(call, .success(answer))
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A reset is an error first and the end of the connection next, which decides whether the request is sent again.
        if let call, !self.maySendAgain(call) { self.end(call, .failure(self.failure)) }
        context.close(promise: nil)
    }

    /// A kept connection may close as the request leaves. Nothing came back, so what can be repeated is sent once more.
    private func maySendAgain(_ call: BackendCall) -> Bool { self.hasServed && self.answer == nil && call.isRepeatable }

    func channelInactive(context: ChannelHandlerContext) {
        self.client?.closed(self)
        guard let call else { return }
        if self.maySendAgain(call), let client {
            self.call = nil
            client.sendAnew(call)
        } else {
            self.end(call, .failure(self.failure))
        }
    }

    private var failure: BackendFailure { self.isShakingHands ? .tlsRefused : .badAnswer }

    private func end(_ call: BackendCall, _ result: Result<BackendAnswer, BackendFailure>) {
        self.call = nil
        call.end(result)
    }
}

/// A request on its way. Whoever waits may give up by ``cancel()``.
final class BackendCall {
    let request: BackendRequest
    let answerBytesMax: Int
    weak var connection: BackendConnection?
    private var completion: ((Result<BackendAnswer, BackendFailure>) -> Void)?

    init(
        _ request: BackendRequest, answerBytesMax: Int, completion: @escaping (Result<BackendAnswer, BackendFailure>) -> Void
    ) {
        self.request = request
        self.answerBytesMax = answerBytesMax
        self.completion = completion
    }

    var isOver: Bool { self.completion == nil }

    /// Idempotent methods (RFC 9110 section 9.2.2).
    var isRepeatable: Bool { ["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"].contains(self.request.method) }

    func end(_ result: Result<BackendAnswer, BackendFailure>) {
        let completion = self.completion
        self.completion = nil
        self.connection = nil
        completion?(result)
    }

    /// No answer will be given; the connection, of which nothing good can come any more, is closed. Does nothing to a call that
    /// is over.
    func cancel() {
        self.completion = nil
        self.connection?.close()
    }
}
