package import NIOCore
import NIOHTTP1
import NIOPosix

/// A listening socket. Each of its connections lives on one event loop.
package struct HTTPListener {
    package let channel: any Channel

    package var port: Int { self.channel.localAddress?.port ?? 0 }

    /// The largest piece that one read takes: with 64 KB, the default, a 6 MB body costs a hundred reads and copies.
    private static let readBytes = 256 * 1024

    /// What the head of a request may have, all of it; more is answered with 431. Services ask for less in their own words.
    private static let headLimits: NIOHTTPDecoderLimitConfiguration = {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = 64 * 1024
        limits.maxHeaderListSize = 128 * 1024
        return limits
    }()

    /// Binds and accepts.
    /// - Parameters:
    ///   - host: a literal address or a name; port 0 takes a free one.
    ///   - eventLoop: that accepts.
    package static func bind(
        host: String, port: Int, eventLoop: any EventLoop, doors: HTTPDoors
    ) -> EventLoopFuture<HTTPListener> {
        let open: @Sendable (any Channel, ConnectionSecurity?, HTTPWire) throws -> Void = { channel, security, wire in
            let door = doors.door(on: channel.eventLoop)
            let connection = HTTPConnection(service: door.service, security: security)
            connection.bounds = door.bounds
            connection.flushes = door.flushes
            let decoder = HTTPRequestDecoder(
                leftOverBytesStrategy: .dropBytes, limitConfiguration: door.bounds == nil ? .init() : Self.headLimits)
            let handler: any ChannelHandler =
                switch wire {
                case .bytes: ByteToMessageHandler(decoder)
                case .stream: HTTPAnswerParts()
                }
            try channel.pipeline.syncOperations.addHandlers(handler, connection)
            door.onConnection?(connection)
        }
        return ServerBootstrap(group: eventLoop, childGroup: doors.group)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(
                .recvAllocator, value: AdaptiveRecvByteBufferAllocator(minimum: 512, initial: 4096, maximum: Self.readBytes)
            )
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let door = doors.door(on: channel.eventLoop)
                    doors.opened(channel)
                    if let bounds = door.bounds {
                        guard bounds.totals.opened() else { throw TooManyConnections() }
                        channel.closeFuture.assumeIsolated().whenComplete { _ in bounds.totals.closed() }
                    }
                    guard let security = door.security else { return try open(channel, nil, .bytes) }
                    try security.secure(channel, open: open)
                }
            }
            .bind(host: host, port: port)
            .map { HTTPListener(channel: $0) }
    }
}

/// Ends a connection before anything is read from it.
private struct TooManyConnections: Error {}
