import HTTPServing
import NIOCore
import Testing

/// What clients may make a listener hold and wait for. The bounds are this host's own; the answers are RFC 9110's (408, 503).
struct ConnectionBoundsTests {
    private static let silent = "GET /echo HTTP/1.1\r\nhost: x\r\n\r\n"

    @Test(arguments: ["", "GET /echo HTTP/1.1\r\nhost:"])
    func aClientThatSendsNothingOrHalfAHeadIsLeft(start: String) throws {
        let wire = try Wire(bounds: ConnectionBounds(requestTime: .seconds(10)))
        #expect(try wire.exchange(start) == "")
        wire.advance(seconds: 9)
        #expect(wire.isOpen)
        wire.advance(seconds: 1)
        #expect(!wire.isOpen)
    }

    @Test func halfABodyIsAnsweredWith408() throws {
        let wire = try Wire(bounds: ConnectionBounds(requestTime: .seconds(10)))
        #expect(try wire.exchange("POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\nh") == "")
        wire.advance(seconds: 10)
        #expect(
            try wire.output() == "HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        // What still comes is thrown away until the client goes, for a while.
        wire.advance(seconds: 6)
        #expect(!wire.isOpen)
    }

    @Test func eachAnswerGivesTheClientItsTimeAnew() throws {
        let wire = try Wire(bounds: ConnectionBounds(requestTime: .seconds(10)))
        for _ in 0..<5 {
            wire.advance(seconds: 9)
            #expect(try wire.exchange(Self.silent) == "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
        }
        wire.advance(seconds: 10)
        #expect(!wire.isOpen)
    }

    @Test func whoWaitsForAnAnswerMayWait() throws {
        let wire = try Wire(bounds: ConnectionBounds(requestTime: .seconds(10)))
        #expect(try wire.exchange("GET /later HTTP/1.1\r\nhost: x\r\n\r\n") == "")
        wire.advance(seconds: 100)
        wire.service.answerLater()
        #expect(try wire.output() == "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
        wire.advance(seconds: 9)
        #expect(wire.isOpen)
    }

    @Test func bodiesTogetherAreBounded() throws {
        let bounds = ConnectionBounds(totals: ConnectionTotals(bodyBytesMax: 10))
        let (first, second, third) = (try Wire(bounds: bounds), try Wire(bounds: bounds), try Wire(bounds: bounds))
        let post = "POST /later HTTP/1.1\r\nhost: x\r\ncontent-length: 8\r\n\r\n"
        #expect(try first.exchange(post + "12345678") == "")
        #expect(
            try second.exchange(post + "123")
                == "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        // An answer makes room.
        first.service.answerLater()
        #expect(try first.output() == "HTTP/1.1 200 OK\r\ncontent-length: 8\r\n\r\n12345678")
        #expect(try third.exchange(post + "1234") == "")
        // So does a client that goes.
        third.leave()
        #expect(try first.exchange(post + "12345678") == "")
        #expect(first.isOpen)
    }
}
