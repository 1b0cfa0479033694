import Billing
import CoreTypes
import Testing

@testable import HTTPEndpoints

/// The ring against a plain array that keeps everything.
struct InvocationRingTests {
    private static func record(_ number: UInt64) -> InvocationRecord {
        let outcomes: [InvocationRecord.Outcome] = [.success, .success, .error(type: "E"), .timeout]
        return InvocationRecord(
            requestID: RequestID(random: number, number), functionName: ["Hello", "Orders", "Echo"][Int(number % 3)],
            version: number % 11 == 0 ? "1" : "$LATEST", source: number % 2 == 0 ? .invoke : .queue,
            startedAt: Timestamp(milliseconds: Int64(number) * 10),
            initDuration: number % 7 == 0 ? .milliseconds(5) : nil, duration: .milliseconds(3), memoryMB: 128,
            maxMemoryUsedMB: 20,
            outcome: outcomes[Int(number % 4)], requestBytes: 2, responseBytes: 4)
    }

    private static func queries() -> [InvocationQuery] {
        var function = InvocationQuery()
        function.function = "Orders"
        var status = InvocationQuery()
        status.outcome = .error
        status.source = .invoke
        var cold = InvocationQuery()
        cold.coldStartsOnly = true
        cold.offset = 3
        cold.limit = 4
        var since = InvocationQuery()
        since.since = Timestamp(milliseconds: 20_000)
        since.limit = 1_000
        var through = InvocationQuery()
        through.through = 2_345
        through.offset = 10
        var empty = InvocationQuery()
        empty.limit = 0
        return [InvocationQuery(), function, status, cold, since, through, empty]
    }

    private static func matches(_ query: InvocationQuery, _ record: InvocationRecord) -> Bool {
        if let function = query.function, function != record.functionName { return false }
        if let source = query.source, source != record.source { return false }
        if let outcome = query.outcome, outcome != record.outcome.kind { return false }
        if let since = query.since, record.startedAt < since { return false }
        return !query.coldStartsOnly || record.isColdStart
    }

    @Test(arguments: [0, 1, 999, 1_000, 1_001, 2_999, 3_000, 3_001, 7_777])
    func pagesAreThoseOfAPlainList(count: Int) {
        let ring = InvocationRing(recordsMax: 3_000)
        var all: [RecordedInvocation] = []
        for number in 0..<UInt64(count) {
            let record = Self.record(number)
            ring.append(record, receivedAt: record.startedAt)
            all.append(RecordedInvocation(number: number + 1, record: record, receivedAt: record.startedAt))
        }
        // A block of 1,000 goes at a time, and never more than needed.
        #expect(ring.count == (count <= 3_000 ? count : 2_000 + (count - 1) % 1_000 + 1))
        let kept = Array(all.suffix(ring.count).reversed())
        #expect(ring.lastNumber == UInt64(count))
        for query in Self.queries() {
            let matching = kept.filter { $0.number <= query.through ?? .max && Self.matches(query, $0.record) }
            let page = ring.page(query)
            #expect(page.total == matching.count)
            #expect(page.invocations == Array(matching.dropFirst(query.offset).prefix(query.limit)))
            #expect(ring.newestMatches(query) == kept.first.map { Self.matches(query, $0.record) } ?? false)
        }
        let since = Timestamp(milliseconds: Int64(count) * 10 - 1_500)
        #expect(ring.durations(since: since, limit: 100).count == min(kept.count { $0.record.startedAt >= since }, 100))
        if let newest = kept.first, let oldest = kept.last {
            #expect(ring.invocation(newest.record.requestID) == newest)
            #expect(ring.invocation(oldest.record.requestID) == oldest)
        }
        #expect(ring.invocation(RequestID(random: .max, 0)) == nil)
    }

    @Test func numbersGoOnAfterAReset() {
        let ring = InvocationRing()
        for number in UInt64(0)..<3 { ring.append(Self.record(number), receivedAt: Timestamp(seconds: 0)) }
        ring.removeAll()
        #expect(ring.count == 0 && ring.page(InvocationQuery()).total == 0)
        ring.append(Self.record(9), receivedAt: Timestamp(seconds: 0))
        #expect(ring.page(InvocationQuery()).invocations.map(\.number) == [4])
    }

    @Test func theTimeInTheQueueIsWhatTheStartOfAnEnvironmentDoesNotExplain() {
        var record = Self.record(0)
        record.startedAt = Timestamp(milliseconds: 1_000)
        record.initDuration = .milliseconds(60)
        func queued(from milliseconds: Int64) -> Duration {
            RecordedInvocation(number: 1, record: record, receivedAt: Timestamp(milliseconds: milliseconds)).queueDuration
        }
        #expect(queued(from: 900) == .milliseconds(40))
        // The two are read from different clocks.
        #expect(queued(from: 950) == .zero)
    }

    @Test func theLastSecondsAreCountedOneByOne() {
        let meter = ActivityMeter()
        for number in UInt64(0)..<1_000 { meter.add(Self.record(number)) }
        // Ten milliseconds apart, each three long: the last second holds 100, and the ring five minutes.
        let series = meter.series(until: Timestamp(seconds: 9))
        #expect(series.map(\.time) == Array(0...9))
        #expect(series.reduce(0) { $0 + $1.invocations } == 1_000)
        #expect(meter.series(until: Timestamp(seconds: 304)).map(\.time) == [5, 6, 7, 8, 9])
        meter.removeAll()
        #expect(meter.series(until: Timestamp(seconds: 9)).isEmpty)
    }
}
