import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import HTTPServing

/// What answers become on a stream of HTTP/2.
@Suite("Answers as parts")
struct HTTPAnswerPartsTests {
    /// A stream with a connection on it; `answer` is called with each request.
    private static func parts(
        method: HTTPMethod = .GET, expects: Bool = false, answer: @escaping (HTTPConnection) -> Void
    ) throws -> (parts: [HTTPServerResponsePart], isOpen: Bool) {
        let channel = EmbeddedChannel()
        let connection = HTTPConnection(service: AnsweringService(answer))
        try channel.pipeline.syncOperations.addHandlers(HTTPAnswerParts(), connection)
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        var head = HTTPRequestHead(version: .http2, method: method, uri: "/")
        if expects { head.headers.add(name: "expect", value: "100-continue") }
        try channel.writeInbound(HTTPServerRequestPart.head(head))
        try channel.writeInbound(HTTPServerRequestPart.end(nil))
        channel.embeddedEventLoop.run()
        var parts: [HTTPServerResponsePart] = []
        while let part = try channel.readOutbound(as: HTTPServerResponsePart.self) { parts.append(part) }
        return (parts, channel.isActive)
    }

    private static func head(_ status: HTTPResponseStatus, _ headers: [(String, String)]) -> HTTPServerResponsePart {
        .head(HTTPResponseHead(version: .http2, status: status, headers: HTTPHeaders(headers)))
    }

    private static func body(_ text: String) -> HTTPServerResponsePart { .body(.byteBuffer(ByteBuffer(string: text))) }

    @Test("an answer with its length ends by itself; then the stream closes")
    func whole() throws {
        let (parts, isOpen) = try Self.parts {
            $0.respond(status: .ok, body: ByteBuffer(string: "세계")) { $0.writeHeader("x-a", "b: c") }
        }
        let head = Self.head(.ok, [("x-a", "b: c"), ("content-length", "6"), ("connection", "close")])
        #expect(parts == [head, Self.body("세계"), .end(nil)] && !isOpen)
    }

    @Test("a body that is too large to be joined to its head arrives whole")
    func large() throws {
        let text = String(repeating: "x", count: 100_000)
        let (parts, _) = try Self.parts { $0.respond(status: .ok, body: ByteBuffer(string: text)) }
        #expect(parts.dropFirst() == [Self.body(text), .end(nil)])
    }

    @Test(
        "no body: HEAD, 204, an empty one",
        arguments: [(HTTPMethod.HEAD, HTTPResponseStatus.ok), (.GET, .noContent), (.GET, .ok)])
    func bodyless(method: HTTPMethod, status: HTTPResponseStatus) throws {
        let body = method == .HEAD ? ByteBuffer(string: "unsent") : nil
        let (parts, isOpen) = try Self.parts(method: method) { $0.respond(status: status, body: body) }
        #expect(parts.count == 2 && parts.last == .end(nil) && !isOpen)
    }

    @Test("100 Continue comes before the answer")
    func interim() throws {
        let (parts, _) = try Self.parts(expects: true) { $0.respond(status: .ok, body: nil) }
        #expect(parts.count == 3 && parts.first == Self.head(.continue, []) && parts.last == .end(nil))
    }

    @Test("a streamed answer is no chunks, and ends when it is told to")
    func streamed() throws {
        let (parts, isOpen) = try Self.parts { connection in
            connection.startStream(status: .ok) { $0.writeHeader("x-a", "b") }
            connection.stream(ByteBuffer(string: "one"))
            connection.stream(ByteBuffer(string: "two"))
            connection.endStream()
        }
        let head = Self.head(.ok, [("x-a", "b"), ("connection", "close")])
        #expect(parts == [head, Self.body("one"), Self.body("two"), .end(nil)] && !isOpen)
    }

    @Test("a streamed answer that breaks off has no end")
    func aborted() throws {
        let (parts, isOpen) = try Self.parts { connection in
            connection.startStream(status: .ok) { _ in }
            connection.stream(ByteBuffer(string: "one"))
            connection.abortStream()
        }
        #expect(parts == [Self.head(.ok, [("connection", "close")]), Self.body("one")] && !isOpen)
    }
}

private final class AnsweringService: HTTPService {
    private let answer: (HTTPConnection) -> Void

    init(_ answer: @escaping (HTTPConnection) -> Void) { self.answer = answer }

    func plan(for head: HTTPRequestHead, on connection: HTTPConnection) -> HTTPBodyPlan { .collect(limit: 1_000) }
    func handle(_ request: HTTPRequest, on connection: HTTPConnection) { self.answer(connection) }
    func refuseBody(of head: HTTPRequestHead, limit: Int, on connection: HTTPConnection) {
        connection.respond(status: .payloadTooLarge, body: nil)
    }
}
