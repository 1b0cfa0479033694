import NIOCore
import NIOHTTP1

/// Who waits for whom. Touched on the one event loop only, so it has no lock.
final class Broker {
    private struct Pending {
        var payload: ByteBuffer
        var client: ChannelHandlerContext
    }

    /// Runtime processes that wait in `/next`, the one that asked last on top: its caches are warm.
    private var idle: [ChannelHandlerContext] = []
    private var queue = CircularBuffer<Pending>()
    private var inFlight: [String: ChannelHandlerContext] = [:]
    private var count: UInt64 = 0
    /// Starts a process for each event and ends it after its answer, where there are none that wait: cold starts.
    var onDemand: (start: () -> Void, end: () -> Void)?

    func invoke(_ payload: ByteBuffer, from client: ChannelHandlerContext) {
        let pending = Pending(payload: payload, client: client)
        if let runtime = self.idle.popLast() {
            self.dispatch(pending, to: runtime)
        } else {
            self.queue.append(pending)
            self.onDemand?.start()
        }
    }

    func next(_ runtime: ChannelHandlerContext) {
        if let pending = self.queue.popFirst() { self.dispatch(pending, to: runtime) } else { self.idle.append(runtime) }
    }

    func response(_ id: String, _ payload: ByteBuffer) {
        guard let client = self.inFlight.removeValue(forKey: id) else { return }
        client.answer(
            .ok,
            [
                "content-type": "application/json", "x-amzn-requestid": id, "x-amz-executed-version": "$LATEST",
                "content-length": String(payload.readableBytes),
            ], payload)
        self.onDemand?.end()
    }

    func gone(_ runtime: ChannelHandlerContext) { self.idle.removeAll { $0 === runtime } }

    private func dispatch(_ pending: Pending, to runtime: ChannelHandlerContext) {
        self.count += 1
        let digits = String(self.count)
        let id = "00000000-0000-4000-8000-" + String(repeating: "0", count: 12 - digits.count) + digits
        self.inFlight[id] = pending.client
        runtime.answer(
            .ok,
            [
                "content-type": "application/json",
                "lambda-runtime-aws-request-id": id,
                "lambda-runtime-deadline-ms": "1893456000000",
                "lambda-runtime-invoked-function-arn": "arn:aws:lambda:us-east-1:000000000000:function:Bench",
                "lambda-runtime-trace-id": "Root=1-00000000-000000000000000000000000;Sampled=0",
                "content-length": String(pending.payload.readableBytes),
            ], pending.payload)
    }
}

extension ChannelHandlerContext {
    func answer(_ status: HTTPResponseStatus, _ headers: HTTPHeaders, _ body: ByteBuffer) {
        let head = HTTPResponseHead(version: .http1_1, status: status, headers: headers)
        self.write(NIOAny(HTTPServerResponsePart.head(head)), promise: nil)
        self.write(NIOAny(HTTPServerResponsePart.body(.byteBuffer(body))), promise: nil)
        self.writeAndFlush(NIOAny(HTTPServerResponsePart.end(nil)), promise: nil)
    }
}
