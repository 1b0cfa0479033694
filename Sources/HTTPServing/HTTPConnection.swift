package import NIOCore
package import NIOHTTP1

/// One HTTP/1.1 connection of a listener: reads requests, keeps them in order, and writes answers as bytes.
///
/// Answers don't pass through NIO's response encoder: a head is a few literal lines, and building it as bytes beside its body
/// lets both leave in one write without header collections on the way. Requests do pass through NIO's decoder (llhttp), as
/// what comes from outside deserves a real parser.
///
/// States: `idle → reading (head seen) → answering (body seen) → idle`, or `closed` from any of them. A request that arrives
/// while another is answered (pipelining) waits in `parts`, and reading stops, so that a client can't make the queue grow.
package final class HTTPConnection: ChannelInboundHandler, ChannelOutboundHandler {
    package typealias InboundIn = HTTPServerRequestPart
    package typealias OutboundIn = ByteBuffer
    package typealias OutboundOut = ByteBuffer

    /// Something that wants to know that this client has gone, such as a parked long poll.
    package var onClose: (() -> Void)?
    package private(set) var isOpen = false
    /// Set by a consumer of a request's body that can't take more at present: nothing is read from the client meanwhile.
    package var isReadingHeld = false {
        didSet { if !self.isReadingHeld { self.readOn() } }
    }

    /// Of an encrypted connection; `nil` for a plain one.
    package let security: ConnectionSecurity?
    /// Set before the connection is used. `nil`: a peer that this host trusts may take its time.
    package var bounds: ConnectionBounds?
    /// Set before the connection is used. `nil`: each answer is sent at once, as its client is one process with one call.
    package var flushes: FlushBatch?
    /// Since when the client owes the rest of a request.
    private var waitsSince = NIODeadline.uptimeNanoseconds(0)
    /// What ``bounds`` counts for the body under way.
    private var bodyBytesTaken = 0
    private let service: any HTTPService
    private var context: ChannelHandlerContext?
    private var head: HTTPRequestHead?
    /// Of the request that ``head`` begins.
    private var announcement = BodyAnnouncement()
    private var body = ByteBuffer()
    private var plan = HTTPBodyPlan.discard
    private var isBodyOpen = false
    private var answer = Answer.none
    private var parts = CircularBuffer<HTTPServerRequestPart>()
    private var hasHeldRead = false
    private var isTakingParts = false
    private var isDraining = false
    /// The last answer has been given: what still comes in is thrown away.
    private var isFinished = false
    private var isSent = false
    /// What a client sent in one go is being taken. Answers given meanwhile leave together at its end, in one write: where a
    /// request follows another at once, that is one system call and one wake-up of the client instead of two.
    private var isReading = false
    private var owesFlush = false

    private enum Answer {
        case none, streaming(Framing), done
    }

    private enum Framing {
        case chunked
        /// The end of the connection is the end of the answer.
        case untilClose
        /// Answers to HEAD and of status 204 and 304 end with their head, whatever follows.
        case headOnly
    }

    /// Bodies up to this size are copied behind their head, so that one buffer leaves; larger ones follow as they are.
    private static let joinedBodyBytes = 16 * 1024

    /// How long a client that was answered before its body was through may go on sending it.
    private static let lingerTime = TimeAmount.seconds(5)

    package init(service: any HTTPService, security: ConnectionSecurity? = nil) {
        self.service = service
        self.security = security
    }

    package var eventLoop: any EventLoop { self.context!.eventLoop }
    /// A stream of HTTP/2 has that of its connection, which its channel knows and its context doesn't.
    package var remoteAddress: SocketAddress? { self.context?.channel.remoteAddress }
    /// The client's address as text, made once: a connection has many requests.
    package private(set) lazy var remoteIPAddress: String? = self.remoteAddress?.ipAddress
    package var localPort: Int? { self.context?.channel.localAddress?.port }

    /// Closes when the request under way has been answered; at once when there is none.
    package func drain() {
        self.isDraining = true
        if self.head == nil { self.finishConnection() }
    }

    package func close() { self.context?.close(promise: nil) }

    // MARK: Answers

    /// Answers the request under way. `headers` writes whole lines, each with its CR LF; Content-Length and Connection are added
    /// here.
    package func respond(status: HTTPResponseStatus, body: ByteBuffer?, headers: (inout ByteBuffer) -> Void = { _ in }) {
        guard let context = self.beginAnswer() else { return }
        let length = body?.readableBytes ?? 0
        let joins = length <= Self.joinedBodyBytes
        var buffer = context.channel.allocator.buffer(capacity: 512 + (joins ? length : 0))
        buffer.writeStatusLine(status)
        headers(&buffer)
        if status.mayHaveBody {
            buffer.writeStaticString("content-length: ")
            buffer.writeDecimal(length)
            buffer.writeStaticString("\r\n")
        }
        self.finishHead(&buffer)
        self.answer = .done
        let sendsBody = status.mayHaveBody && self.head?.method != .HEAD && length > 0
        if var body, sendsBody {
            if joins {
                buffer.writeBuffer(&body)
                context.write(self.wrapOutboundOut(buffer), promise: nil)
            } else {
                context.write(self.wrapOutboundOut(buffer), promise: nil)
                context.write(self.wrapOutboundOut(body), promise: nil)
            }
        } else {
            context.write(self.wrapOutboundOut(buffer), promise: nil)
        }
        if let flushes {
            flushes.add(context)
        } else if self.isReading {
            self.owesFlush = true
        } else {
            context.flush()
        }
        self.finishRequest()
    }

    /// Sends at once what has been answered, also where answers wait for others of their turn.
    package func flush() { self.context?.flush() }

    /// Begins an answer whose length isn't known: chunked for HTTP/1.1, until the end of the connection for HTTP/1.0.
    package func startStream(status: HTTPResponseStatus, headers: (inout ByteBuffer) -> Void) {
        guard let context = self.beginAnswer(), let head else { return }
        var buffer = context.channel.allocator.buffer(capacity: 512)
        let isChunked = head.version.major == 1 && head.version.minor >= 1
        buffer.writeStatusLine(status)
        headers(&buffer)
        if status.mayHaveBody {
            if isChunked { buffer.writeStaticString("transfer-encoding: chunked\r\n") } else { self.isDraining = true }
        }
        self.finishHead(&buffer)
        let hasBody = status.mayHaveBody && head.method != .HEAD
        self.answer = .streaming(!hasBody ? .headOnly : isChunked ? .chunked : .untilClose)
        context.writeAndFlush(self.wrapOutboundOut(buffer), promise: nil)
    }

    /// One piece of a streamed answer. `completion` runs when it has been handed to the network, or has failed to be.
    package func stream(_ part: ByteBuffer, completion: EventLoopPromise<Void>? = nil) {
        guard case .streaming(let framing) = self.answer, let context, part.readableBytes > 0 else {
            completion?.succeed()
            return
        }
        switch framing {
        case .chunked:
            var head = context.channel.allocator.buffer(capacity: 18)
            head.writeString(String(part.readableBytes, radix: 16))
            head.writeStaticString("\r\n")
            context.write(self.wrapOutboundOut(head), promise: nil)
            context.write(self.wrapOutboundOut(part), promise: completion)
            context.writeAndFlush(self.wrapOutboundOut(ByteBuffer(staticString: "\r\n")), promise: nil)
        case .untilClose: context.writeAndFlush(self.wrapOutboundOut(part), promise: completion)
        case .headOnly: completion?.succeed()
        }
    }

    package func endStream() {
        guard case .streaming(let framing) = self.answer, let context else { return }
        self.answer = .done
        switch framing {
        case .chunked: context.writeAndFlush(self.wrapOutboundOut(ByteBuffer(staticString: "0\r\n\r\n")), promise: nil)
        // For HTTP/2; elsewhere nobody takes it.
        case .untilClose: context.triggerUserOutboundEvent(HTTPAnswerParts.AnswerEnded(), promise: nil)
        case .headOnly: break
        }
        self.finishRequest()
    }

    /// Breaks a streamed answer off, so that the client sees that it isn't whole.
    package func abortStream() { self.close() }

    private func beginAnswer() -> ChannelHandlerContext? {
        guard let context, self.isOpen else { return nil }
        guard case .none = self.answer else { preconditionFailure("a request is answered once") }
        self.onClose = nil
        return context
    }

    private func finishHead(_ buffer: inout ByteBuffer) {
        if self.isDraining || self.hasUnreadBody || self.head?.isKeepAlive != true {
            self.isDraining = true
            buffer.writeStaticString("connection: close\r\n")
        } else if self.head?.version == .http1_0 {
            buffer.writeStaticString("connection: keep-alive\r\n")
        }
        buffer.writeStaticString("\r\n")
    }

    /// After the last byte of an answer: the next request, or the end.
    private func finishRequest() {
        if self.isDraining {
            self.finishConnection()
            return
        }
        self.head = nil
        self.answer = .none
        self.body = ByteBuffer()
        self.releaseBody()
        if self.bounds != nil, let context { self.waitsSince = context.eventLoop.now }
        self.takeParts()
    }

    /// Whether bytes of a request's body may still come. The end of a request without one follows its head at once.
    private var hasUnreadBody: Bool { self.isBodyOpen && self.head != nil && self.announcement.isOfBody }

    /// Closes when all has been sent: NIO gives up what it still holds at a close. A client in the middle of its body is read on
    /// for a while, as closing would make the system reset the connection and take the answer away from it (RFC 9112 section
    /// 9.6).
    private func finishConnection() {
        guard !self.isFinished, let context, self.isOpen else { return }
        self.isFinished = true
        while let part = self.parts.popFirst() {
            if case .end = part { self.isBodyOpen = false }
        }
        let lingers = self.hasUnreadBody
        let sent = context.eventLoop.makePromise(of: Void.self)
        sent.futureResult.assumeIsolated().whenComplete { [self] _ in
            self.isSent = true
            guard lingers, self.isBodyOpen else {
                self.close()
                return
            }
            self.context?.close(mode: .output, promise: nil)
            // Ends with the body, with the client, or with the time.
            context.eventLoop.assumeIsolated().scheduleTask(in: Self.lingerTime) { [weak self] in self?.close() }
        }
        context.writeAndFlush(self.wrapOutboundOut(context.channel.allocator.buffer(capacity: 0)), promise: sent)
    }

    // MARK: Requests

    package func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        // Behind a handshake the channel has long been active.
        self.isOpen = context.channel.isActive
        if self.isOpen { self.watch(context.eventLoop) }
    }

    package func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    package func channelActive(context: ChannelHandlerContext) {
        self.isOpen = true
        self.watch(context.eventLoop)
        context.fireChannelActive()
    }

    package func channelInactive(context: ChannelHandlerContext) {
        self.isOpen = false
        self.releaseBody()
        self.bounds?.forget(self)
        if self.isBodyOpen, case .stream(let consumer) = self.plan {
            self.plan = .discard
            consumer.failed()
        }
        let onClose = self.onClose
        self.onClose = nil
        onClose?()
        self.service.connectionClosed(self)
        context.fireChannelInactive()
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        self.isReading = true
        let part = self.unwrapInboundIn(data)
        if self.isFinished {
            if case .end = part {
                self.isBodyOpen = false
                if self.isSent { self.close() }
            }
            return
        }
        if self.parts.isEmpty, self.accepts(part) { self.take(part) } else { self.parts.append(part) }
    }

    package func channelReadComplete(context: ChannelHandlerContext) {
        self.isReading = false
        if self.owesFlush {
            self.owesFlush = false
            context.flush()
        }
        context.fireChannelReadComplete()
    }

    package func read(context: ChannelHandlerContext) {
        if self.parts.isEmpty && !self.isReadingHeld || self.isFinished { context.read() } else { self.hasHeldRead = true }
    }

    private func accepts(_ part: HTTPServerRequestPart) -> Bool {
        if case .head = part { self.head == nil } else { true }
    }

    private func takeParts() {
        // Requests that are answered at once would otherwise nest, one in the other, as deep as there are of them in one read.
        guard !self.isTakingParts else { return }
        self.isTakingParts = true
        while !self.isFinished, let part = self.parts.first, self.accepts(part) {
            self.parts.removeFirst()
            self.take(part)
        }
        self.isTakingParts = false
        self.readOn()
    }

    private func readOn() {
        guard self.hasHeldRead, self.parts.isEmpty, !self.isReadingHeld else { return }
        self.hasHeldRead = false
        self.context?.read()
    }

    private func take(_ part: HTTPServerRequestPart) {
        switch part {
        case .head(let head):
            self.head = head
            self.isBodyOpen = true
            self.announcement = BodyAnnouncement(head.headers)
            self.plan = self.service.plan(for: head, on: self)
            if case .discard = self.plan { return }
            if case .collect(let limit) = self.plan, let announced = self.announcement.length, announced > limit {
                self.plan = .discard
                self.service.refuseBody(of: head, limit: limit, on: self)
                return
            }
            if self.announcement.waitsForContinue, let context {
                context.writeAndFlush(
                    self.wrapOutboundOut(ByteBuffer(staticString: "HTTP/1.1 100 Continue\r\n\r\n")), promise: nil)
            }
        case .body(var buffer):
            guard self.keepsBody(buffer.readableBytes) else { return self.refuse(.serviceUnavailable) }
            switch self.plan {
            case .discard: break
            case .stream(let consumer): consumer.received(buffer)
            case .collect(let limit):
                if self.body.readableBytes + buffer.readableBytes > limit {
                    self.plan = .discard
                    if let head { self.service.refuseBody(of: head, limit: limit, on: self) }
                } else if self.body.readableBytes == 0 {
                    self.body = self.reserve(for: buffer, limit: limit)
                } else {
                    self.body.writeBuffer(&buffer)
                }
            }
        case .end(let trailers):
            self.isBodyOpen = false
            switch self.plan {
            case .discard: break
            case .stream(let consumer): consumer.ended(trailers: trailers)
            case .collect:
                if let head { self.service.handle(HTTPRequest(head: head, body: self.body), on: self) }
            }
        }
    }

    // MARK: Bounds

    private func watch(_ eventLoop: any EventLoop) {
        guard let bounds else { return }
        self.waitsSince = eventLoop.now
        bounds.watch(self, on: eventLoop)
    }

    /// Leaves a client that never ends its request.
    func check(_ bounds: ConnectionBounds, at now: NIODeadline) {
        // Whoever waits for an answer owes nothing, nor does a body that its consumer takes at its own pace.
        guard self.isOpen, !self.isFinished, self.owesRequest else {
            self.waitsSince = now
            return
        }
        guard now >= bounds.deadline(since: self.waitsSince) else { return }
        if self.head == nil { self.close() } else { self.refuse(.requestTimeout) }
    }

    private var owesRequest: Bool {
        guard self.head != nil else { return true }
        guard self.isBodyOpen, case .collect = self.plan else { return false }
        return true
    }

    /// Whether a piece of a body that is gathered may be kept.
    private func keepsBody(_ bytes: Int) -> Bool {
        guard let bounds, case .collect = self.plan else { return true }
        guard bounds.totals.take(bytes) else { return false }
        self.bodyBytesTaken += bytes
        return true
    }

    private func releaseBody() {
        guard self.bodyBytesTaken > 0 else { return }
        self.bounds?.totals.release(self.bodyBytesTaken)
        self.bodyBytesTaken = 0
    }

    /// Ends a request in the middle of its body, and with it the connection.
    private func refuse(_ status: HTTPResponseStatus) {
        self.plan = .discard
        self.body = ByteBuffer()
        self.releaseBody()
        self.isDraining = true
        self.respond(status: status, body: nil)
    }

    /// The first piece of a body; room for the rest is made at once where its length was announced.
    private func reserve(for part: ByteBuffer, limit: Int) -> ByteBuffer {
        guard let announced = self.announcement.length, announced > part.readableBytes, announced <= limit, let context
        else { return part }
        var part = part
        var body = context.channel.allocator.buffer(capacity: announced)
        body.writeBuffer(&part)
        return body
    }

    private static let badRequest: StaticString =
        "HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    private static let headersTooLarge: StaticString =
        "HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"

    package func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // What follows a head that was refused.
        if self.isFinished, error is ByteToMessageDecoderError { return }
        // A text that is no HTTP is answered once; any other fault (reset, timeout) leaves nobody to answer.
        guard error is HTTPParserError, self.isOpen, !self.isFinished else {
            context.close(promise: nil)
            return
        }
        if self.head != nil, !self.isBodyOpen {
            // It follows a request that was whole: the next answer is that one's, and the last.
            self.isDraining = true
            return
        }
        if case .none = self.answer {
            let isTooLarge = error as? HTTPParserError == .headerOverflow
            let refusal = ByteBuffer(staticString: isTooLarge ? Self.headersTooLarge : Self.badRequest)
            context.writeAndFlush(self.wrapOutboundOut(refusal), promise: nil)
            // Such a client is in the middle of its head as a rule, and would lose the answer to a reset.
            if isTooLarge { return self.linger(context) }
        }
        context.close(promise: nil)
    }

    /// Throws away what still comes until the client goes, for a while.
    private func linger(_ context: ChannelHandlerContext) {
        self.isFinished = true
        context.close(mode: .output, promise: nil)
        context.eventLoop.assumeIsolated().scheduleTask(in: Self.lingerTime) { [weak self] in self?.close() }
    }
}
