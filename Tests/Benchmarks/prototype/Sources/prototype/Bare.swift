import NIOCore
import NIOHTTP1
import NIOPosix

/// Reads each request whole and answers it with so many bytes: what a server costs that does nothing else.
///
///     prototype --bare PORT BODY-BYTES
final class Bare: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart

    private let body: ByteBuffer
    private let headers: HTTPHeaders

    init(bodyBytes: Int) {
        self.body = ByteBuffer(repeating: UInt8(ascii: "x"), count: bodyBytes)
        self.headers = [
            "content-type": "application/x-amz-json-1.0", "x-amzn-requestid": "00000000-0000-4000-8000-000000000000",
            "date": "Thu, 01 Jan 2026 00:00:00 GMT", "content-length": String(bodyBytes),
        ]
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .end = self.unwrapInboundIn(data) { context.answer(.ok, self.headers, self.body) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    static func serve(port: Int, bodyBytes: Int) throws {
        let loop = MultiThreadedEventLoopGroup(numberOfThreads: 1).next()
        let channel = try ServerBootstrap(group: loop)
            .serverChannelOption(.backlog, value: 512)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline(
                        withPipeliningAssistance: false, withErrorHandling: false)
                    try channel.pipeline.syncOperations.addHandler(Bare(bodyBytes: bodyBytes))
                }
            }
            .bind(host: "127.0.0.1", port: port).wait()
        try channel.closeFuture.wait()
    }
}
