package import CoreTypes
import NIOCore
import NIOHTTP1
import NIOPosix

/// Talks to the AWS endpoint of a host that runs already. One request a connection; over plain HTTP on this
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
        try await self.send(self.head(name, qualifier, payload.count, clientContext), payload)
    }

    /// An action of SQS in its JSON protocol.
    package func queues(_ action: String, _ body: JSON, region: String) async throws -> Answer {
        let bytes = body.bytes
        return try await self.send(
            HTTPRequestHead(
                version: .http1_1, method: .POST, uri: "/",
                headers: [
                    "host": self.hostHeader, "content-length": String(bytes.count), "content-type": "application/x-amz-json-1.0",
                    "x-amz-target": "AmazonSQS.\(action)", "user-agent": "martlet",
                    "authorization":
                        "AWS4-HMAC-SHA256 Credential=martlet/20260101/\(region)/sqs/aws4_request, SignedHeaders=host, Signature=0",
                ]), bytes)
    }

    /// An action of a service whose protocol is REST-JSON: `POST` with a body.
    package func post(_ path: String, _ body: JSON, service: String, region: String) async throws -> Answer {
        let bytes = body.bytes
        return try await self.send(
            HTTPRequestHead(
                version: .http1_1, method: .POST, uri: path,
                headers: [
                    "host": self.hostHeader, "content-length": String(bytes.count), "content-type": "application/json",
                    "user-agent": "martlet",
                    "authorization":
                        "AWS4-HMAC-SHA256 Credential=martlet/20260101/\(region)/\(service)/aws4_request, SignedHeaders=host, Signature=0",
                ]), bytes)
    }

    /// A page of the host's own.
    package func get(_ path: String) async throws -> Answer {
        try await self.send(HTTPRequestHead(version: .http1_1, method: .GET, uri: path, headers: ["host": self.hostHeader]), [])
    }

    /// Hands over each piece of an answer that has no end, until the host or the task ends.
    package func follow(_ path: String, _ received: @escaping @Sendable ([UInt8]) -> Void) async throws {
        let head = HTTPRequestHead(version: .http1_1, method: .GET, uri: path, headers: ["host": self.hostHeader])
        let answer = try await self.send(head, [], timeout: nil, received)
        guard answer.status == 200 else {
            // What is no JSON is told as it came.
            let told = try? JSON(parsing: answer.payload)
            throw HostError(told?["error"]?.stringValue ?? String(decoding: answer.payload, as: UTF8.self))
        }
    }

    private var hostHeader: String { String(self.host.aws.dropFirst("http://".count)) }

    private func send(
        _ head: HTTPRequestHead, _ payload: [UInt8], timeout: TimeAmount? = Self.timeout,
        _ received: (@Sendable ([UInt8]) -> Void)? = nil
    ) async throws -> Answer {
        guard let (address, port) = self.endpoint else { throw HostError("the host's address \(self.host.aws) is no address") }
        let group = MultiThreadedEventLoopGroup.singleton
        let answered = group.next().makePromise(of: Answer.self)
        do {
            let channel = try await ClientBootstrap(group: answered.futureResult.eventLoop)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHTTPClientHandlers()
                        try channel.pipeline.syncOperations.addHandler(AnswerCollector(answered, received))
                    }
                }
                .connect(host: address, port: port).get()
            let timer = timeout.map { channel.eventLoop.scheduleTask(in: $0) { channel.close(promise: nil) } }
            defer {
                timer?.cancel()
                channel.close(promise: nil)
            }
            channel.write(HTTPClientRequestPart.head(head), promise: nil)
            channel.write(HTTPClientRequestPart.body(.byteBuffer(ByteBuffer(bytes: payload))), promise: nil)
            channel.writeAndFlush(HTTPClientRequestPart.end(nil), promise: nil)
            // A future knows nothing of tasks: whoever is cancelled closes the connection, and that ends the wait.
            return try await withTaskCancellationHandler {
                try await answered.futureResult.get()
            } onCancel: {
                channel.close(promise: nil)
            }
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
            "host": self.hostHeader, "content-length": String(length),
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

    private let received: (@Sendable ([UInt8]) -> Void)?

    /// - Parameter received: takes the body of a good answer piece by piece.
    init(_ promise: EventLoopPromise<HostClient.Answer>, _ received: (@Sendable ([UInt8]) -> Void)?) {
        self.promise = promise
        self.received = received
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch self.unwrapInboundIn(data) {
        case .head(let head): self.head = head
        case .body(var part):
            if let received, self.head?.status == .ok { received(Array(buffer: part)) } else { self.body.writeBuffer(&part) }
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
