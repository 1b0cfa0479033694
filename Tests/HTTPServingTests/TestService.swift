import HTTPServing
import NIOCore
import NIOEmbedded
import NIOHTTP1
import NIOPosix

/// Answers by path: `/echo` gives the body back, `/later` waits for ``answerLater()``, `/stream` streams three pieces, `/bytes/N`
/// gives N bytes, `/refused` is answered from its head alone.
final class TestService: HTTPService {
    static let limit = 64

    var handled: [String] = []
    private var waiting: [(connection: HTTPConnection, body: ByteBuffer)] = []
    private(set) var closed = 0
    private(set) var consumers: [TestConsumer] = []

    func plan(for head: HTTPRequestHead, on connection: HTTPConnection) -> HTTPBodyPlan {
        if head.uri == "/refused" {
            connection.respond(status: .notFound, body: ByteBuffer(string: "no"))
            return .discard
        }
        if head.uri == "/consume" {
            let consumer = TestConsumer(connection)
            self.consumers.append(consumer)
            return .stream(consumer)
        }
        return .collect(limit: Self.limit)
    }

    func handle(_ request: HTTPRequest, on connection: HTTPConnection) {
        self.handled.append(request.head.uri)
        if request.head.uri.hasPrefix("/bytes/"), let count = Int(request.head.uri.dropFirst(7)) {
            connection.respond(status: .ok, body: ByteBuffer(repeating: UInt8(ascii: "b"), count: count))
            return
        }
        switch request.head.uri {
        case "/later": self.waiting.append((connection, request.body))
        case "/stream", "/stream204":
            connection.startStream(status: request.head.uri == "/stream" ? .ok : .noContent) { _ in }
            for text in ["one", "", "three"] { connection.stream(ByteBuffer(string: text)) }
            connection.endStream()
        case "/204": connection.respond(status: .noContent, body: ByteBuffer(string: "never sent"))
        case "/headers":
            connection.respond(status: .ok, body: nil) { head in
                head.writeHeader("x-own" as StaticString, "a\r\nx-evil: 1\u{0}b\tc")
                head.writeForeignHeader("x-foreign", "v\nx-evil: 2")
                head.writeForeignHeader("x evil: 3\r\nx-evil", "v")
                head.writeForeignHeader("", "v")
            }
        default: connection.respond(status: .ok, body: request.body)
        }
    }

    func refuseBody(of head: HTTPRequestHead, limit: Int, on connection: HTTPConnection) {
        self.handled.append("refused over \(limit)")
        connection.respond(status: .payloadTooLarge, body: ByteBuffer(string: "too large"))
    }

    func connectionClosed(_ connection: HTTPConnection) { self.closed += 1 }

    /// Answers the request to `/later` that came first.
    func answerLater() {
        let (connection, body) = self.waiting.removeFirst()
        connection.respond(status: .ok, body: body)
    }
}

/// Notes what comes, and answers with the number of bytes at the end.
final class TestConsumer: HTTPBodyConsumer {
    enum Event: Equatable {
        case received(String)
        case ended(trailer: String?)
        case failed
    }

    private(set) var events: [Event] = []
    private let connection: HTTPConnection

    init(_ connection: HTTPConnection) { self.connection = connection }

    func received(_ part: ByteBuffer) { self.events.append(.received(String(buffer: part))) }

    func ended(trailers: HTTPHeaders?) {
        self.events.append(.ended(trailer: trailers?.first(name: "x-trailer")))
        self.connection.respond(status: .accepted, body: nil)
    }

    func failed() { self.events.append(.failed) }
}

/// A connection without a network: what goes in are bytes, what comes out are bytes.
final class Wire {
    let service = TestService()
    let connection: HTTPConnection
    let channel: EmbeddedChannel

    init(bounds: ConnectionBounds? = nil) throws {
        self.connection = HTTPConnection(service: self.service)
        self.connection.bounds = bounds
        self.channel = EmbeddedChannel()
        let decoder = ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes))
        try self.channel.pipeline.syncOperations.addHandlers(HalfClosing(), decoder, self.connection)
        try self.channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    }

    /// Gives bytes to the connection and takes what it has answered.
    func exchange(_ text: String) throws -> String {
        // What a parser says of the bytes is the connection's to answer.
        do {
            try self.channel.writeInbound(ByteBuffer(string: text))
        } catch is HTTPParserError {
            // Seen in the answer below.
        }
        return try self.output()
    }

    func output() throws -> String {
        self.channel.embeddedEventLoop.run()
        var all = ""
        while let part = try self.channel.readOutbound(as: ByteBuffer.self) { all += String(buffer: part) }
        return all
    }

    func advance(seconds: Int64) { self.channel.embeddedEventLoop.advanceTime(by: .seconds(seconds)) }

    var isOpen: Bool { self.channel.isActive }

    /// The client goes.
    func leave() {
        self.channel.close(promise: nil)
        self.channel.embeddedEventLoop.run()
    }
}

/// An embedded channel closes both directions whichever it is told; a socket doesn't.
private final class HalfClosing: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        if case .output = mode { promise?.succeed() } else { context.close(mode: mode, promise: promise) }
    }
}
