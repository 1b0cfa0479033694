package import NIOCore
import NIOHTTP1
import NIOPosix

/// A listening socket whose connections live on one event loop.
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

    /// Binds and accepts. `onConnection` is called on the loop for each new connection.
    /// - Parameters:
    ///   - host: a literal address or a name; port 0 takes a free one.
    ///   - service: must be used on `eventLoop` only.
    ///   - bounds: for clients of which nothing is known; `nil` for processes of this host's own.
    package static func bind(
        host: String, port: Int, eventLoop: any EventLoop, service: NIOLoopBound<any HTTPService>,
        bounds: NIOLoopBound<ConnectionBounds>? = nil, onConnection: NIOLoopBound<(HTTPConnection) -> Void>? = nil
    ) -> EventLoopFuture<HTTPListener> {
        ServerBootstrap(group: eventLoop)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(
                .recvAllocator, value: AdaptiveRecvByteBufferAllocator(minimum: 512, initial: 4096, maximum: Self.readBytes)
            )
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let bounds = bounds?.value {
                        guard bounds.opened() else { throw TooManyConnections() }
                        channel.closeFuture.assumeIsolated().whenComplete { _ in bounds.closed() }
                    }
                    let connection = HTTPConnection(service: service.value)
                    connection.bounds = bounds?.value
                    let decoder = HTTPRequestDecoder(
                        leftOverBytesStrategy: .dropBytes, limitConfiguration: bounds == nil ? .init() : Self.headLimits)
                    try channel.pipeline.syncOperations.addHandlers(ByteToMessageHandler(decoder), connection)
                    onConnection?.value(connection)
                }
            }
            .bind(host: host, port: port)
            .map { HTTPListener(channel: $0) }
    }
}

/// Ends a connection before anything is read from it.
private struct TooManyConnections: Error {}
