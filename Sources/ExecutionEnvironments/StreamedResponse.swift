import CoreTypes
import HTTPServing
import LambdaCore
import NIOCore
import NIOHTTP1

/// A response that the function writes piece by piece. A client that streams gets each piece as it comes; for one that doesn't,
/// the whole is collected.
///
/// A client that takes its pieces slowly holds the function up: its connection isn't read while more than ``pendingBytesMax`` wait
/// to be sent, nor while the response is ahead of what Lambda's bandwidth lets through. So the host holds that much of a response
/// and one read more, however long it is. A client that has gone takes everything at once: the function runs to its end.
final class StreamedResponse: HTTPBodyConsumer {
    private unowned let environment: ExecutionEnvironment
    private let invocation: Invocation
    private let connection: HTTPConnection
    private let contentType: String?
    private var collected = ByteBuffer()
    private var isOver = false
    /// Handed to the client and not yet sent.
    private var pendingBytes = 0
    private var bandwidth: StreamingBandwidth?
    private var throttle: Scheduled<Void>?

    /// Enough to keep a fast client busy from one read to the next.
    static let pendingBytesMax = 1024 * 1024

    init(environment: ExecutionEnvironment, invocation: Invocation, head: HTTPRequestHead, connection: HTTPConnection) {
        self.environment = environment
        self.invocation = invocation
        self.connection = connection
        self.contentType = head.headers.first(name: "content-type")
        if invocation.streamsResponse, environment.context.settings.capsStreamingBandwidth {
            self.bandwidth = StreamingBandwidth(at: Self.now)
        }
        if invocation.streamsResponse { invocation.client.streamBegan(contentType: self.contentType) }
    }

    private var limit: Int {
        self.invocation.streamsResponse ? FunctionLimits.streamedResponseBytes : FunctionLimits.responseBytes
    }

    func received(_ part: ByteBuffer) {
        guard !self.isOver else { return }
        self.invocation.streamedBytes += part.readableBytes
        guard self.invocation.streamedBytes <= self.limit else {
            self.end(.responseTooLarge)
            _ = RuntimeListener.refuse(.entityTooLarge, on: self.connection)
            return
        }
        if self.invocation.streamsResponse {
            self.passOn(part)
        } else {
            var part = part
            self.collected.writeBuffer(&part)
        }
    }

    private func passOn(_ part: ByteBuffer) {
        let count = part.readableBytes
        self.pendingBytes += count
        let consumed = self.connection.eventLoop.makePromise(of: Void.self)
        // Failed: the client has gone, and nothing waits for it.
        consumed.futureResult.assumeIsolated().whenComplete { [self] _ in
            self.pendingBytes -= count
            self.updateReading()
        }
        self.invocation.client.streamed(part, consumed: consumed)
        if let wait = self.bandwidth?.spend(count, at: Self.now) { self.throttle(for: .nanoseconds(wait.nanoseconds)) }
        self.updateReading()
    }

    /// What came with one read can go over the limit several times: the last time counts.
    private func throttle(for wait: TimeAmount) {
        self.throttle?.cancel()
        self.throttle = self.connection.eventLoop.assumeIsolated().scheduleTask(in: wait) { [self] in
            self.throttle = nil
            self.updateReading()
        }
    }

    private func updateReading() {
        self.connection.isReadingHeld = !self.isOver && (self.throttle != nil || self.pendingBytes > Self.pendingBytesMax)
    }

    private static var now: Duration { .nanoseconds(Int64(NIODeadline.now().uptimeNanoseconds)) }

    func ended(trailers: HTTPHeaders?) {
        guard !self.isOver else { return }
        self.isOver = true
        if let type = trailers?.first(name: "lambda-runtime-function-error-type") {
            let text = trailers?.first(name: "lambda-runtime-function-error-body") ?? ""
            // The Swift client of AWS sends a text that is no base64 here: then the text itself is all there is.
            let payload = Base64.decode(text) ?? Array(text.utf8)
            self.finish(
                .init(
                    payload: ByteBuffer(bytes: payload), error: .function(type: type), contentType: self.contentType,
                    isStreamed: true))
        } else {
            self.finish(.init(payload: self.collected, contentType: self.contentType, isStreamed: true))
        }
        RuntimeListener.accept(on: self.connection)
    }

    func failed() {
        guard !self.isOver else { return }
        self.end(.truncatedResponse)
    }

    private func end(_ error: FunctionError) {
        self.isOver = true
        var answer = EnvironmentFailure.platform(error).answer(to: self.invocation.id)
        answer.isStreamed = true
        self.finish(answer)
    }

    private func finish(_ answer: Invocation.Answer) {
        // A timeout or a crash may have answered meanwhile.
        guard self.environment.invocation === self.invocation, self.invocation.answer == nil else { return }
        self.environment.answered(answer)
    }
}
