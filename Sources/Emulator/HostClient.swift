package import CoreTypes
import NIOCore
import NIOHTTP1
import NIOPosix

/// Invokes functions through the AWS endpoint of a host that runs already. One request a connection; over plain HTTP on this
/// machine, a client library with TLS would cost more than the call.
package struct HostClient {
    private let host: HostFile

    package init(host: HostFile) { self.host = host }

    /// The answer to an Invoke with its log and, from a host of this version, its report.
    package struct Answer: Sendable {
        package var status: Int
        package var payload: [UInt8]
        package var functionError: String?
        package var requestID: String
        package var log: [UInt8]
        package var report: JSON?
        package var costLine: String?
    }

    /// Longer than any function may take.
    private static let timeout = TimeAmount.seconds(1_000)

    package func invoke(_ name: String, qualifier: String?, payload: [UInt8], clientContext: String?) async throws -> Answer {
        guard let (address, port) = self.endpoint else { throw HostError("the host's address \(self.host.aws) is no address") }
        let group = MultiThreadedEventLoopGroup.singleton
        let answered = group.next().makePromise(of: Answer.self)
        do {
            let channel = try await ClientBootstrap(group: answered.futureResult.eventLoop)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHTTPClientHandlers()
                        try channel.pipeline.syncOperations.addHandler(AnswerCollector(answered))
                    }
                }
                .connect(host: address, port: port).get()
            let timer = channel.eventLoop.scheduleTask(in: Self.timeout) { channel.close(promise: nil) }
            defer {
                timer.cancel()
                channel.close(promise: nil)
            }
            let head = self.head(name, qualifier, payload.count, clientContext)
            channel.write(HTTPClientRequestPart.head(head), promise: nil)
            channel.write(HTTPClientRequestPart.body(.byteBuffer(ByteBuffer(bytes: payload))), promise: nil)
            channel.writeAndFlush(HTTPClientRequestPart.end(nil), promise: nil)
            return try await answered.futureResult.get()
        } catch {
            // Without a connection nobody else completes it.
            answered.fail(error)
            throw HostError("the host at \(self.host.aws) doesn't answer: \(error)")
        }
    }

    private var endpoint: (String, Int)? {
        let parts = self.host.aws.dropFirst("http://".count).split(separator: ":")
        guard parts.count == 2, let port = Int(parts[1]) else { return nil }
        return (String(parts[0]), port)
    }

    private func head(_ name: String, _ qualifier: String?, _ length: Int, _ clientContext: String?) -> HTTPRequestHead {
        let query = qualifier.map { "?Qualifier=\($0)" } ?? ""
        var headers: HTTPHeaders = [
            "host": String(self.host.aws.dropFirst("http://".count)), "content-length": String(length),
            "content-type": "application/json",
            "x-amz-log-type": "Tail", "x-martlet-want": "report",
        ]
        if let clientContext { headers.add(name: "x-amz-client-context", value: Base64.encode(clientContext.utf8)) }
        return HTTPRequestHead(
            version: .http1_1, method: .POST, uri: "/2015-03-31/functions/\(name)/invocations\(query)", headers: headers)
    }
}

/// Gathers one answer.
private final class AnswerCollector: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    private var promise: EventLoopPromise<HostClient.Answer>?
    private var head: HTTPResponseHead?
    private var body = ByteBuffer()

    init(_ promise: EventLoopPromise<HostClient.Answer>) { self.promise = promise }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch self.unwrapInboundIn(data) {
        case .head(let head): self.head = head
        case .body(var part): self.body.writeBuffer(&part)
        case .end:
            guard let head else { return }
            let headers = head.headers
            self.promise?.succeed(
                HostClient.Answer(
                    status: Int(head.status.code), payload: Array(buffer: self.body),
                    functionError: headers.first(name: "x-amz-function-error"),
                    requestID: headers.first(name: "x-amzn-requestid") ?? "",
                    log: headers.first(name: "x-amz-log-result").flatMap { Base64.decode($0) } ?? [],
                    // From a host of another version there may be none.
                    report: headers.first(name: "x-martlet-report").flatMap { try? JSON(parsing: $0) },
                    costLine: headers.first(name: "x-martlet-cost")))
            self.promise = nil
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.promise?.fail(ChannelError.eof)
        self.promise = nil
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        self.promise?.fail(error)
        self.promise = nil
        context.close(promise: nil)
    }
}
