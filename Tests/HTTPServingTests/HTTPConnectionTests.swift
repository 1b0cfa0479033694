import HTTPServing
import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

/// One connection in memory. Expected bytes are written by hand after RFC 9110 and RFC 9112.
struct HTTPConnectionTests {
    private let wire: Wire

    init() throws { self.wire = try Wire() }

    private static let echoed = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi"

    // MARK: Keep-alive

    @Test func oneConnectionServesRequestAfterRequest() throws {
        for _ in 0..<3 {
            #expect(try self.wire.exchange("POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\nhi") == Self.echoed)
        }
        #expect(self.wire.isOpen)
    }

    @Test func aClientThatAsksForItIsLeftAfterTheAnswer() throws {
        let answer = try self.wire.exchange("POST /echo HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 2\r\n\r\nhi")
        #expect(answer == "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nhi")
        #expect(!self.wire.isOpen)
    }

    @Test func http10ClosesUnlessItAsksToStay() throws {
        let stays = try self.wire.exchange("POST /echo HTTP/1.0\r\nconnection: keep-alive\r\ncontent-length: 2\r\n\r\nhi")
        #expect(stays == "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: keep-alive\r\n\r\nhi")
        #expect(self.wire.isOpen)
        let leaves = try self.wire.exchange("GET /echo HTTP/1.0\r\n\r\n")
        #expect(leaves == "HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        #expect(!self.wire.isOpen)
    }

    @Test func anIdleConnectionIsClosedByDrainAtOnce() throws {
        self.wire.connection.drain()
        _ = try self.wire.output()
        #expect(!self.wire.isOpen)
    }

    @Test func aBusyConnectionIsClosedByDrainAfterItsAnswer() throws {
        #expect(try self.wire.exchange("GET /later HTTP/1.1\r\nhost: x\r\n\r\n") == "")
        self.wire.connection.drain()
        #expect(self.wire.isOpen)
        self.wire.service.answerLater()
        #expect(try self.wire.output() == "HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        #expect(!self.wire.isOpen)
    }

    // MARK: Pipelining

    @Test func pipelinedRequestsAreAnsweredInTheirOrder() throws {
        let both =
            "POST /later HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\nfirst"
            + "POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\nhi"
        #expect(try self.wire.exchange(both) == "")
        #expect(self.wire.service.handled == ["/later"])
        self.wire.service.answerLater()
        #expect(try self.wire.output() == "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nfirst" + Self.echoed)
    }

    @Test func nothingIsReadWhileARequestWaitsBehindAnother() throws {
        let reads = ReadCounter()
        try self.wire.channel.pipeline.syncOperations.addHandler(reads, position: .first)
        _ = try self.wire.exchange("GET /later HTTP/1.1\r\nhost: x\r\n\r\nGET /echo HTTP/1.1\r\nhost: x\r\n\r\n")
        let before = reads.count
        self.wire.channel.pipeline.read()
        #expect(reads.count == before)
        self.wire.service.answerLater()
        _ = try self.wire.output()
        #expect(reads.count == before + 1)
    }

    @Test func nothingIsReadWhileAConsumerHoldsIt() throws {
        let reads = ReadCounter()
        try self.wire.channel.pipeline.syncOperations.addHandler(reads, position: .first)
        _ = try self.wire.exchange("POST /consume HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nabc")
        self.wire.connection.isReadingHeld = true
        let before = reads.count
        self.wire.channel.pipeline.read()
        self.wire.channel.pipeline.read()
        #expect(reads.count == before)
        self.wire.connection.isReadingHeld = false
        #expect(reads.count == before + 1)
        self.wire.channel.pipeline.read()
        #expect(reads.count == before + 2)
    }

    /// They came in one read, behind one whose answer took its time: each is answered by a loop, not by the one before it.
    @Test func manyPipelinedRequestsDoNotNest() throws {
        let count = 20_000
        _ = try self.wire.exchange(
            "GET /later HTTP/1.1\r\nhost: x\r\n\r\n" + String(repeating: "GET /echo HTTP/1.1\r\nhost: x\r\n\r\n", count: count))
        self.wire.service.answerLater()
        let answers = try self.wire.output()
        #expect(answers.count == (count + 1) * "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".count)
        #expect(self.wire.service.handled.count == count + 1)
    }

    // MARK: Answers without content

    @Test func headGetsTheLengthAndNoBody() throws {
        #expect(
            try self.wire.exchange("HEAD /bytes/5 HTTP/1.1\r\nhost: x\r\n\r\n") == "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n")
        #expect(try self.wire.exchange("POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\nhi") == Self.echoed)
    }

    /// RFC 9110 section 6.4.1 and RFC 9112 section 6.1: neither content nor a length nor a transfer coding.
    @Test(arguments: ["/204", "/stream204"])
    func noContentIsNoContent(_ path: String) throws {
        #expect(try self.wire.exchange("GET \(path) HTTP/1.1\r\nhost: x\r\n\r\n") == "HTTP/1.1 204 No Content\r\n\r\n")
        #expect(try self.wire.exchange("POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\nhi") == Self.echoed)
    }

    // MARK: Streams

    @Test func aStreamedAnswerIsChunked() throws {
        #expect(
            try self.wire.exchange("GET /stream HTTP/1.1\r\nhost: x\r\n\r\n")
                == "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\none\r\n5\r\nthree\r\n0\r\n\r\n")
        #expect(self.wire.isOpen)
    }

    @Test func aStreamedAnswerToHTTP10EndsWithTheConnection() throws {
        #expect(
            try self.wire.exchange("GET /stream HTTP/1.0\r\nconnection: keep-alive\r\n\r\n")
                == "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nonethree")
        #expect(!self.wire.isOpen)
    }

    @Test func aStreamedAnswerToHeadIsItsHead() throws {
        #expect(
            try self.wire.exchange("HEAD /stream HTTP/1.1\r\nhost: x\r\n\r\n")
                == "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
        #expect(try self.wire.exchange("POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\nhi") == Self.echoed)
    }

    // MARK: Bodies

    @Test func aChunkedBodyIsPutTogether() throws {
        let request = "POST /echo HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n1\r\nh\r\n1\r\ni\r\n0\r\n\r\n"
        #expect(try self.wire.exchange(request) == Self.echoed)
    }

    @Test func aRequestMayComeByteByByte() throws {
        var answer = ""
        for character in "POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\nhi".unicodeScalars {
            answer += try self.wire.exchange(String(character))
        }
        #expect(answer == Self.echoed)
    }

    @Test func aConsumerGetsEachPieceAndTheTrailers() throws {
        _ = try self.wire.exchange("POST /consume HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n3\r\none\r\n")
        let answer = try self.wire.exchange("3\r\ntwo\r\n0\r\nx-trailer: end\r\n\r\n")
        #expect(self.wire.service.consumers.first?.events == [.received("one"), .received("two"), .ended(trailer: "end")])
        #expect(answer == "HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n")
    }

    @Test func aConsumerHearsOfABrokenConnection() throws {
        _ = try self.wire.exchange("POST /consume HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n3\r\none\r\n")
        self.wire.leave()
        #expect(self.wire.service.consumers.first?.events == [.received("one"), .failed])
        #expect(self.wire.service.closed == 1)
    }

    @Test func expectContinueIsAnsweredBeforeTheBody() throws {
        #expect(
            try self.wire.exchange("POST /echo HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n")
                == "HTTP/1.1 100 Continue\r\n\r\n")
        #expect(try self.wire.exchange("hi") == Self.echoed)
    }

    private static let tooLarge =
        "HTTP/1.1 413 Request Entity Too Large\r\ncontent-length: 9\r\nconnection: close\r\n\r\ntoo large"

    @Test func anAnnouncedBodyOverTheLimitIsRefusedByItsHead() throws {
        #expect(
            try self.wire.exchange("POST /echo HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 65\r\n\r\n")
                == Self.normalised(Self.tooLarge))
        #expect(self.wire.service.handled == ["refused over 64"])
    }

    @Test func aBodyOfTheLimitIsTaken() throws {
        let body = String(repeating: "x", count: TestService.limit)
        let answer = try self.wire.exchange("POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 64\r\n\r\n\(body)")
        #expect(answer.hasSuffix("\r\n\r\n\(body)"))
    }

    @Test func aChunkedBodyOverTheLimitIsRefusedAndThenReadToItsEnd() throws {
        let piece = "40\r\n" + String(repeating: "x", count: 64) + "\r\n"
        let head = "POST /echo HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n"
        #expect(try self.wire.exchange(head + piece) == "")
        #expect(try self.wire.exchange(piece) == Self.normalised(Self.tooLarge))
        #expect(self.wire.isOpen)
        #expect(try self.wire.exchange(piece) == "")
        #expect(self.wire.isOpen)
        #expect(try self.wire.exchange("0\r\n\r\n") == "")
        #expect(!self.wire.isOpen)
        #expect(self.wire.service.handled == ["refused over 64"])
    }

    @Test func aClientThatGoesOnSendingIsLeftInTheEnd() throws {
        let answer = try self.wire.exchange("POST /refused HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n1")
        #expect(answer == "HTTP/1.1 404 Not Found\r\ncontent-length: 2\r\nconnection: close\r\n\r\nno")
        #expect(self.wire.isOpen)
        self.wire.channel.embeddedEventLoop.advanceTime(by: .seconds(5))
        #expect(!self.wire.isOpen)
    }

    @Test func aRefusalOfARequestWithoutABodyKeepsTheConnection() throws {
        #expect(
            try self.wire.exchange("GET /refused HTTP/1.1\r\nhost: x\r\n\r\n")
                == "HTTP/1.1 404 Not Found\r\ncontent-length: 2\r\n\r\nno")
        #expect(try self.wire.exchange("POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\nhi") == Self.echoed)
    }

    /// The reason phrase is NIO's.
    private static func normalised(_ answer: String) -> String {
        answer.replacing("Request Entity Too Large", with: HTTPResponseStatus.payloadTooLarge.reasonPhrase)
    }

    // MARK: Hostile and broken clients

    @Test func noValueBeginsALineOfItsOwn() throws {
        let answer = try self.wire.exchange("GET /headers HTTP/1.1\r\nhost: x\r\n\r\n")
        #expect(
            answer == "HTTP/1.1 200 OK\r\nx-own: a  x-evil: 1 b\tc\r\nx-foreign: v x-evil: 2\r\ncontent-length: 0\r\n\r\n")
    }

    @Test(arguments: [
        "garbage\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/1.1\r\nno colon\r\n\r\n", "\u{0}\u{1}\u{2}\r\n\r\n",
        "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n",
        "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n",
        "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
    ])
    func whatIsNoHTTPGets400AndTheEnd(_ text: String) throws {
        #expect(try self.wire.exchange(text) == "HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        #expect(!self.wire.isOpen)
        #expect(self.wire.service.handled.isEmpty)
    }

    @Test func garbageBehindARequestLeavesThatRequestItsAnswer() throws {
        #expect(
            try self.wire.exchange("POST /later HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\nhi\u{1}\u{2}garbage\r\n\r\n")
                == "")
        self.wire.service.answerLater()
        #expect(try self.wire.output() == "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nhi")
        #expect(!self.wire.isOpen)
    }

    @Test func aClientThatLeavesWhileItWaitsIsNoticed() throws {
        _ = try self.wire.exchange("GET /later HTTP/1.1\r\nhost: x\r\n\r\n")
        var closes = 0
        self.wire.connection.onClose = { closes += 1 }
        self.wire.leave()
        #expect(closes == 1)
        #expect(!self.wire.connection.isOpen)
        // The answer that comes too late goes nowhere.
        self.wire.service.answerLater()
        #expect(try self.wire.output() == "")
    }

    @Test func halfARequestIsNoRequest() throws {
        #expect(try self.wire.exchange("POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nhalf") == "")
        self.wire.leave()
        #expect(self.wire.service.handled.isEmpty)
        #expect(self.wire.service.closed == 1)
    }
}

/// Counts the reads that reach the socket.
private final class ReadCounter: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer
    private(set) var count = 0

    func read(context: ChannelHandlerContext) {
        self.count += 1
        context.read()
    }
}
