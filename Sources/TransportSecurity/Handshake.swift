import HTTPServing
import NIOCore
import NIOHTTP2
import NIOTLS

/// Waits for the end of a handshake, then has the handlers of HTTP put in its own place: on the connection, or on each stream
/// where the two sides agreed on HTTP/2 (RFC 7301).
///
///     waiting ──handshake completed──► open (this handler is gone)
///        └──time over, any error──► closed
final class Handshake: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer

    /// From the connection to the end of the handshake.
    private static let time = TimeAmount.seconds(10)

    private let serverName: String?
    private let open: @Sendable (any Channel, ConnectionSecurity, HTTPWire) throws -> Void
    private let deadline: Scheduled<Void>
    /// Set while the handshake runs.
    var peer: PeerCertificate?

    /// A connection that says nothing is closed, too: the time runs from here.
    static func deadline(of channel: any Channel) -> Scheduled<Void> {
        channel.eventLoop.scheduleTask(in: Self.time) { channel.close(promise: nil) }
    }

    init(
        serverName: String?, deadline: Scheduled<Void>,
        open: @escaping @Sendable (any Channel, ConnectionSecurity, HTTPWire) throws -> Void
    ) {
        self.serverName = serverName
        self.deadline = deadline
        self.open = open
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard let event = event as? TLSUserEvent, case .handshakeCompleted(let protocolName) = event else {
            return context.fireUserInboundEventTriggered(event)
        }
        self.deadline.cancel()
        do {
            let security = ConnectionSecurity(serverName: self.serverName, peer: self.peer)
            if protocolName == "h2" {
                try self.openStreams(context, security)
            } else {
                try self.open(context.channel, security, .bytes)
            }
            context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
        } catch {
            context.close(promise: nil)
        }
    }

    private func openStreams(_ context: ChannelHandlerContext, _ security: ConnectionSecurity) throws {
        let open = self.open
        _ = try context.pipeline.syncOperations.configureHTTP2Pipeline(
            mode: .server, connectionConfiguration: .init(), streamConfiguration: .init()
        ) { stream in
            stream.eventLoop.makeCompletedFuture {
                try stream.pipeline.syncOperations.addHandler(HTTP2FramePayloadToHTTP1ServerCodec())
                try open(stream, security, .stream)
            }
        }
        try context.pipeline.syncOperations.addHandler(HTTP2Faults())
    }

    /// A connection on which HTTP/2 itself went wrong is of no use any more.
    private final class HTTP2Faults: ChannelInboundHandler {
        typealias InboundIn = Never

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.deadline.cancel()
        context.fireChannelInactive()
    }

    /// A client that doesn't trust us, speaks no TLS, or has no certificate to show.
    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
