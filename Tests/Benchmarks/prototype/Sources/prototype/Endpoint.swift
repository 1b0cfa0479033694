import NIOCore
import NIOHTTP1

/// One connection of a client or of a runtime process.
final class Endpoint: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart

    enum Side { case client, runtime }

    private static let accepted = ByteBuffer(string: "{\"status\":\"OK\"}\n")

    private let broker: Broker
    private let side: Side
    private var uri = ""
    private var body = ByteBuffer()

    init(_ broker: Broker, _ side: Side) {
        self.broker = broker
        self.side = side
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch self.unwrapInboundIn(data) {
        case .head(let head):
            self.uri = head.uri
            self.body = ByteBuffer()
        case .body(var part):
            if self.body.readableBytes == 0 { self.body = part } else { self.body.writeBuffer(&part) }
        case .end:
            self.received(context)
        }
    }

    func channelInactive(context: ChannelHandlerContext) { self.broker.gone(context) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func received(_ context: ChannelHandlerContext) {
        if self.side == .client {
            self.broker.invoke(self.body, from: context)
        } else if self.uri.hasSuffix("/next") {
            self.broker.next(context)
        } else {
            let parts = self.uri.split(separator: "/")  // 2018-06-01, runtime, invocation, the id, response
            if parts.count == 5 { self.broker.response(String(parts[3]), self.body) }
            let headers: HTTPHeaders = [
                "content-type": "application/json", "content-length": String(Self.accepted.readableBytes),
            ]
            context.answer(.accepted, headers, Self.accepted)
        }
    }
}
