import CoreTypes
import LambdaCore
import NIOCore
import NIOHTTP1
import NIOPosix

/// Delivers one subscriber's telemetry: performs what ``TelemetryBuffer`` decides. Batches go to the loopback interface only, as
/// `sandbox.localdomain` is this machine.
final class TelemetrySender {
    private var buffer: TelemetryBuffer
    private let destination: TelemetrySubscription.Destination
    private let eventLoop: any EventLoop
    /// The open connection of a TCP subscriber.
    private var stream: (any Channel)?

    private static let connectTimeout = TimeAmount.seconds(1)
    private static let answerTimeout = TimeAmount.seconds(2)

    init(_ subscription: TelemetrySubscription, format: LoggingConfiguration.Format, eventLoop: any EventLoop) {
        self.buffer = TelemetryBuffer(subscription, format: format)
        self.destination = subscription.destination
        self.eventLoop = eventLoop
    }

    func record(_ event: TelemetryEvent, at time: Timestamp) { self.perform(self.buffer.append(event, at: time)) }

    func flush() { self.perform(self.buffer.flush(at: HostClock.now())) }

    private func perform(_ action: TelemetryBuffer.Action) {
        let bound = NIOLoopBound(self, eventLoop: self.eventLoop)
        switch action {
        case .none: break
        case .armTimer(let number, let delay):
            self.eventLoop.scheduleTask(in: .nanoseconds(delay.nanoseconds)) {
                bound.value.perform(bound.value.buffer.timerFired(number, at: HostClock.now()))
            }
        case .deliver(let batch):
            self.send(batch).whenComplete { result in
                let sender = bound.value
                switch result {
                case .success: sender.perform(sender.buffer.delivered(at: HostClock.now()))
                case .failure: sender.perform(sender.buffer.deliveryFailed(at: HostClock.now()))
                }
            }
        case .retry(let delay):
            self.eventLoop.scheduleTask(in: .nanoseconds(delay.nanoseconds)) {
                bound.value.perform(bound.value.buffer.retryTimerFired())
            }
        }
    }

    private func send(_ batch: TelemetryBuffer.Batch) -> EventLoopFuture<Void> {
        switch self.destination {
        case .http(let port, let path, let method): self.post(batch.body, port: port, path: path, method: method)
        case .tcp(let port): self.write(batch.body, port: port)
        }
    }

    private func post(_ body: [UInt8], port: Int, path: String, method: String) -> EventLoopFuture<Void> {
        let answered = self.eventLoop.makePromise(of: Void.self)
        return ClientBootstrap(group: self.eventLoop)
            .connectTimeout(Self.connectTimeout)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHTTPClientHandlers()
                    try channel.pipeline.syncOperations.addHandler(TelemetryAnswer(answered))
                }
            }
            .connect(host: "127.0.0.1", port: port)
            .flatMap { channel in
                let head = HTTPRequestHead(
                    version: .http1_1, method: method == "PUT" ? .PUT : .POST, uri: path,
                    headers: [
                        "host": "sandbox.localdomain:\(port)", "content-type": "application/json",
                        "content-length": String(body.count),
                        "connection": "close",
                    ])
                channel.write(HTTPClientRequestPart.head(head), promise: nil)
                channel.write(HTTPClientRequestPart.body(.byteBuffer(ByteBuffer(bytes: body))), promise: nil)
                channel.writeAndFlush(HTTPClientRequestPart.end(nil), promise: nil)
                let timer = channel.eventLoop.scheduleTask(in: Self.answerTimeout) { channel.close(promise: nil) }
                return answered.futureResult.always { _ in
                    timer.cancel()
                    channel.close(promise: nil)
                }
            }
            .flatMapErrorThrowing { error in
                // The handler never ran when there was no connection.
                answered.fail(error)
                throw error
            }
    }

    private func write(_ body: [UInt8], port: Int) -> EventLoopFuture<Void> {
        if let stream, stream.isActive { return stream.writeAndFlush(ByteBuffer(bytes: body)) }
        let bound = NIOLoopBound(self, eventLoop: self.eventLoop)
        return ClientBootstrap(group: self.eventLoop).connectTimeout(Self.connectTimeout).connect(host: "127.0.0.1", port: port)
            .flatMap { channel in
                bound.value.stream = channel
                return channel.writeAndFlush(ByteBuffer(bytes: body))
            }
    }

    deinit { self.stream?.close(promise: nil) }
}

/// Waits for the status of one delivery: any 2xx takes it over.
private final class TelemetryAnswer: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    private var promise: EventLoopPromise<Void>?

    init(_ promise: EventLoopPromise<Void>) { self.promise = promise }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .head(let head) = self.unwrapInboundIn(data) else { return }
        self.finish(200..<300 ~= head.status.code ? .success(()) : .failure(TelemetryRefused(status: head.status)))
    }

    func channelInactive(context: ChannelHandlerContext) { self.finish(.failure(ChannelError.eof)) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        self.finish(.failure(error))
        context.close(promise: nil)
    }

    private func finish(_ result: Result<Void, any Error>) {
        self.promise?.completeWith(result)
        self.promise = nil
    }
}

struct TelemetryRefused: Error {
    let status: HTTPResponseStatus
}
