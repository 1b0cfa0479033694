import HTTPServing
import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import HTTPEndpoints

/// The feed on a clock that the test moves. The form of an event is that of the HTML standard, "Server-sent events".
struct EventFeedTests {
    private final class Service: HTTPService {
        let feed: EventFeed
        init(_ feed: EventFeed) { self.feed = feed }
        func plan(for head: HTTPRequestHead, on connection: HTTPConnection) -> HTTPBodyPlan { .collect(limit: 0) }
        func handle(_ request: HTTPRequest, on connection: HTTPConnection) { self.feed.follow(connection) }
        func refuseBody(of head: HTTPRequestHead, limit: Int, on connection: HTTPConnection) {}
    }

    private let eventLoop = EmbeddedEventLoop()
    private let feed: EventFeed

    init() { self.feed = EventFeed(eventLoop: self.eventLoop) }

    private func client() throws -> EmbeddedChannel {
        let channel = EmbeddedChannel(handler: HTTPConnection(service: Service(self.feed)), loop: self.eventLoop)
        try channel.connect(to: SocketAddress(unixDomainSocketPath: "/x")).wait()
        let head = HTTPRequestHead(version: .http1_1, method: .GET, uri: "/")
        try channel.writeInbound(HTTPServerRequestPart.head(head))
        try channel.writeInbound(HTTPServerRequestPart.end(nil))
        return channel
    }

    private func text(_ channel: EmbeddedChannel) throws -> String {
        var text = ""
        while let part = try channel.readOutbound(as: ByteBuffer.self) { text += String(buffer: part) }
        return text
    }

    private func events(_ channel: EmbeddedChannel) throws -> [String] {
        try self.text(channel).split(separator: "\r\n").filter { $0.hasPrefix("event:") || $0.hasPrefix(":") }.map(String.init)
    }

    @Test func aClientLearnsTheStateAtOnceAndManyChangesAsOne() throws {
        self.feed.changed(.queues)
        let client = try self.client()
        let first = try self.text(client)
        #expect(first.contains("content-type: text/event-stream\r\n"))
        #expect(first.contains("event: change\ndata: {\"invocations\":0,\"requests\":0,\"queues\":1,\"functions\":0}\n\n"))
        for _ in 0..<10_000 { self.feed.changed(.invocations) }
        self.feed.changed(.requests)
        #expect(try self.events(client) == [])
        self.eventLoop.advanceTime(by: .milliseconds(150))
        #expect(
            try self.events(client) == [
                "event: change\ndata: {\"invocations\":10000,\"requests\":1,\"queues\":1,\"functions\":0}\n\n"
            ])
        self.eventLoop.advanceTime(by: .seconds(10))
        #expect(try self.events(client) == [])
    }

    @Test func aSilentFeedBeatsAndAnAbandonedOneStops() throws {
        let client = try self.client()
        _ = try self.text(client)
        self.eventLoop.advanceTime(by: .seconds(15))
        #expect(try self.events(client) == [": still here\n\n"])
        #expect(self.feed.hasClients)
        try client.close().wait()
        #expect(!self.feed.hasClients)
        // Nothing is left to be done at any time: changes are counted and told to nobody.
        self.feed.changed(.functions)
        self.eventLoop.advanceTime(by: .hours(1))
        let next = try self.client()
        #expect(try self.text(next).contains("\"functions\":1}"))
    }

    @Test func oneClientTooManyIsToldSo() throws {
        var clients: [EmbeddedChannel] = []
        for _ in 0..<EventFeed.clientsMax { clients.append(try self.client()) }
        #expect(try self.text(self.client()).hasPrefix("HTTP/1.1 503 "))
        try clients[0].close().wait()
        #expect(try self.text(self.client()).hasPrefix("HTTP/1.1 200 "))
    }

    @Test func stoppingEndsTheAnswers() throws {
        let client = try self.client()
        self.feed.stop()
        #expect(!client.isActive && !self.feed.hasClients)
    }
}
