import CoreTypes
import Testing

@testable import Monitoring

/// Time is virtual; what is expected is counted by hand.
@Suite struct LogStoreTests {
    private let group = "/aws/lambda/Hello"

    private func time(_ milliseconds: Int64) -> Timestamp { Timestamp(milliseconds: 1_795_262_400_000 + milliseconds) }

    private func store(_ lines: [(stream: String, milliseconds: Int64, text: String)]) -> LogStore {
        var store = LogStore()
        for (stream, milliseconds, text) in lines {
            let time = self.time(milliseconds)
            store.append(Array(text.utf8), group: self.group, stream: stream, at: time, ingestedAt: time)
        }
        return store
    }

    private var threeLines: LogStore { self.store([("a", 0, "one\n"), ("b", 10, "two\n"), ("a", 20, "three\n")]) }

    @Test func eventsComeInTheOrderOfTheirArrival() throws {
        let page = try #require(self.threeLines.events(group: self.group))
        #expect(page.events.map(\.message) == ["one\n", "two\n", "three\n"])
        #expect(page.events.map(\.stream) == ["a", "b", "a"])
        #expect(page.events.map(\.number) == [0, 1, 2])
        #expect(page.next == nil)
    }

    @Test func aQueryNarrows() {
        let store = self.threeLines
        func messages(_ query: LogQuery) -> [String]? { store.events(group: self.group, query)?.events.map(\.message) }
        #expect(messages(LogQuery(start: self.time(10))) == ["two\n", "three\n"])
        #expect(messages(LogQuery(end: self.time(10))) == ["one\n"])
        #expect(messages(LogQuery(streams: ["a"])) == ["one\n", "three\n"])
        #expect(messages(LogQuery(streamPrefix: "b")) == ["two\n"])
        #expect(messages(LogQuery(pattern: try? LogPattern("t"))) == ["two\n", "three\n"])
    }

    @Test func requestsAreFoundByTheirID() {
        var store = LogStore()
        let id = RequestID(random: 1, 2)
        for (text, request) in [("one", id), ("two", RequestID(random: 3, 4)), ("three", id)] {
            store.append(
                Array(text.utf8), group: self.group, stream: "a", at: self.time(0), ingestedAt: self.time(0), requestID: request)
        }
        #expect(store.events(group: self.group, LogQuery(requestID: id))?.events.map(\.message) == ["one", "three"])
    }

    @Test func pagesJoinToTheWhole() throws {
        let store = self.store((0..<100).map { ("a", Int64($0), "line \($0)") })
        var messages: [String] = []
        var place: UInt64? = 0
        while let from = place {
            let page = try #require(store.events(group: self.group, from: from, limit: 7))
            messages += page.events.map(\.message)
            place = page.next
        }
        #expect(messages == (0..<100).map { "line \($0)" })
    }

    @Test func aLookGoesThroughABoundedAmountOfText() throws {
        let store = self.store((0..<100).map { ("a", Int64($0), String(repeating: "x", count: 100)) })
        let page = try #require(store.events(group: self.group, LogQuery(streams: ["none"]), scanBytes: 1_000))
        #expect(page.events.isEmpty)
        // The eleventh line goes over the bound and is still looked at.
        #expect(page.next == 11)
    }

    @Test func theLastEventsComeInTheirOrder() {
        let store = self.threeLines
        #expect(store.lastEvents(group: self.group, limit: 2)?.map(\.message) == ["two\n", "three\n"])
        #expect(store.lastEvents(group: self.group, before: 1)?.map(\.message) == ["one\n"])
        #expect(store.lastEvents(group: "none") == nil)
    }

    @Test func streamsAreSummedUp() throws {
        let streams = try #require(self.threeLines.streams(of: self.group))
        #expect(streams.map(\.name) == ["a", "b"])
        #expect(streams[0].firstEventAt == self.time(0))
        #expect(streams[0].lastEventAt == self.time(20))
        #expect(streams[0].events == 2)
    }

    @Test func theOldestOfAGroupGivesWay() throws {
        var store = LogStore(limits: .init(groupBytes: 200_000, totalBytes: 1 << 30))
        let line = [UInt8](repeating: 0x78, count: 1_000)
        for number in 0..<1_000 {
            let time = self.time(Int64(number))
            store.append(line, group: self.group, stream: "a", at: time, ingestedAt: time)
        }
        #expect(store.storedBytes <= 200_000)
        let events = try #require(store.events(group: self.group)).events
        #expect(events.last?.number == 999)
        #expect(events.count == store.stream("a", of: self.group)?.events)
        #expect(events.first?.number == 1_000 - UInt64(events.count))
    }

    @Test func theOldestOfAllGivesWay() {
        var store = LogStore(limits: .init(groupBytes: 1 << 30, totalBytes: 300_000))
        let line = [UInt8](repeating: 0x78, count: 1_000)
        for number in 0..<1_000 {
            let time = self.time(Int64(number))
            store.append(line, group: number < 100 ? "old" : "new", stream: "a", at: time, ingestedAt: time)
        }
        #expect(store.storedBytes <= 300_000)
        #expect(store.events(group: "old")?.events.isEmpty == true)
        #expect(store.events(group: "new")?.events.last?.number == 899)
    }

    @Test func removedGroupsAndStreamsAreGone() {
        var store = self.threeLines
        store.removeStream("a", of: self.group)
        #expect(store.events(group: self.group)?.events.map(\.message) == ["two\n"])
        store.removeGroup(self.group)
        #expect(store.events(group: self.group) == nil)
        #expect(store.storedBytes == 0)
    }

    @Test func aStreamThatIsMadeAgainBeginsEmpty() {
        var store = self.threeLines
        store.removeStream("a", of: self.group)
        store.makeStream("a", in: self.group, at: self.time(30))
        #expect(store.stream("a", of: self.group)?.events == 0)
        #expect(store.events(group: self.group, LogQuery(streams: ["a"]))?.events.isEmpty == true)
    }

    @Test func theNumberOfGroupsIsBounded() {
        var store = LogStore(limits: .init(groups: 2))
        for name in ["a", "b", "c"] { #expect(store.makeGroup(name, at: self.time(0)) == (name != "c")) }
        store.append(Array("x".utf8), group: "c", stream: "s", at: self.time(0), ingestedAt: self.time(0))
        #expect(store.groupSummaries.map(\.name) == ["a", "b"])
    }

    @Test func bytesThatAreNotUTF8AreRepaired() {
        var store = LogStore()
        store.append([0x61, 0xFF], group: self.group, stream: "a", at: self.time(0), ingestedAt: self.time(0))
        #expect(store.events(group: self.group)?.events.first?.message == "a\u{FFFD}")
    }

    @Test func eventIDsAreInTheOrderOfTheEvents() {
        let ids = self.threeLines.events(group: self.group)?.events.map(\.id) ?? []
        #expect(ids == ids.sorted())
        #expect(ids.allSatisfy { $0.count == 56 })
    }
}
