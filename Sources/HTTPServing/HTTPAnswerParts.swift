import NIOCore
import NIOHTTP1

/// Between an ``HTTPConnection`` and a stream of HTTP/2, which is a connection of one request to it: takes the bytes of the answer
/// apart again, as HTTP/2 has a form of its own for heads and ends.
///
///     head ──final head──► body(what is still to come; unknown for streamed answers) ──last byte, or told so──► ended
///
/// It relies on what the connection writes: a head leaves in one buffer, and an answer to HTTP/2 is never chunked.
final class HTTPAnswerParts: ChannelInboundHandler, ChannelOutboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = HTTPServerResponsePart

    /// Told by the connection: a streamed answer is whole. Without it the stream is broken off, so that the client sees that
    /// something is missing.
    struct AnswerEnded {}

    private enum State {
        case head
        /// `nil`: until the connection says so.
        case body(remaining: Int?)
        case ended(EventLoopFuture<Void>)
    }

    private var state = State.head
    private var isHEAD = false

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .head(let head) = self.unwrapInboundIn(data) { self.isHEAD = head.method == .HEAD }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        var buffer = self.unwrapOutboundIn(data)
        if case .head = self.state, buffer.readableBytes > 0 { self.writeHead(&buffer, context) }
        switch self.state {
        case .head: promise?.succeed()
        // Empty by now: the connection asks when all has left.
        case .ended(let end): end.cascade(to: promise)
        case .body(let remaining):
            guard buffer.readableBytes > 0 else {
                promise?.succeed()
                return
            }
            let rest = remaining.map { $0 - buffer.readableBytes }
            context.write(self.wrapOutboundOut(.body(.byteBuffer(buffer))), promise: promise)
            self.state = .body(remaining: rest)
            if rest == 0 { self.end(context) }
        }
    }

    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        guard event is AnswerEnded else { return context.triggerUserOutboundEvent(event, promise: promise) }
        if case .body = self.state {
            self.end(context)
            context.flush()
        }
        promise?.succeed()
    }

    private func end(_ context: ChannelHandlerContext) {
        let sent = context.eventLoop.makePromise(of: Void.self)
        self.state = .ended(sent.futureResult)
        context.write(self.wrapOutboundOut(.end(nil)), promise: sent)
    }

    /// `HTTP/1.1 200 OK`, lines of `name: value`, an empty line.
    private func writeHead(_ buffer: inout ByteBuffer, _ context: ChannelHandlerContext) {
        let bytes = buffer.readableBytesView
        guard let end = bytes.firstRange(of: [0x0D, 0x0A, 0x0D, 0x0A]) else {
            preconditionFailure("the head of an answer leaves in one buffer")
        }
        let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).split(separator: "\r\n")
        buffer.moveReaderIndex(to: end.upperBound)
        var head = HTTPResponseHead(version: .http2, status: .init(statusCode: Int(lines[0].split(separator: " ")[1]) ?? 500))
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            head.headers.add(name: String(line[..<colon]), value: String(line[line.index(after: colon)...].drop { $0 == " " }))
        }
        context.write(self.wrapOutboundOut(.head(head)), promise: nil)
        // 100 Continue: the answer is still to come.
        guard head.status.code >= 200 else { return }
        let length = head.headers.first(name: "content-length").flatMap { Int($0) }
        let hasBody = head.status.mayHaveBody && !self.isHEAD
        self.state = .body(remaining: hasBody ? length : 0)
        if !hasBody || length == 0 { self.end(context) }
    }
}
