import Billing
import CoreTypes
import Foundation
import GRDB
import SQS
import Storage
import Testing

@Suite("Ledger")
struct LedgerTests {
    @Test("what was appended is there after a new start, in either order")
    func roundTrip() throws {
        let folder = try TemporaryFolder()
        var random = SeededGenerator(seed: 7)
        let records = (0..<200).map { _ in InvocationRecord.random(&random) }
        let bench = try LedgerBench(folder.path("ledger.sqlite"))
        bench.append(records)
        bench.ledger.close()
        let reader = try LedgerReader(path: folder.path("ledger.sqlite"))
        let sorted = records.sorted { LedgerPosition($0) < LedgerPosition($1) }
        #expect(try reader.invocations(LedgerQuery(order: .oldestFirst, limit: 1_000)) == sorted)
        #expect(try reader.invocations(LedgerQuery(limit: 1_000)) == sorted.reversed())
        #expect(bench.reports.all.isEmpty)
    }

    @Test("a record that is appended again, by another host too, is there once and counted once")
    func noTwins() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("ledger.sqlite")
        let first = InvocationRecord.sample(1)
        for _ in 0..<2 {
            let bench = try LedgerBench(path)
            bench.append([first, first])
            bench.ledger.flush()
            bench.append([first, .sample(2)])
            bench.ledger.close()
        }
        let reader = try LedgerReader(path: path)
        #expect(try reader.invocations(LedgerQuery()).count == 2)
        #expect(try reader.usage(.everything, region: "us-east-1").usage == Usage([first, .sample(2)]))
    }

    /// Lambda developer guide, "How Lambda handles errors and retries with asynchronous invocation": attempts have one request id,
    /// and each is an invocation.
    @Test("attempts of one asynchronous event are invocations of their own")
    func attempts() throws {
        let bench = try LedgerBench(nil)
        bench.append([.sample(1, source: .asynchronous), .sample(1, seconds: 60, source: .asynchronous)])
        bench.ledger.flush()
        let reader = try bench.ledger.makeReader()
        let attempts = try reader.invocations(LedgerQuery(requestID: RequestID(random: 1, 1), order: .oldestFirst))
        #expect(attempts.map { $0.startedAt - .start } == [.zero, .seconds(60)])
        #expect(try reader.usage(.everything, region: "us-east-1").usage.totals[.lambdaRequests] == 2)
        bench.ledger.close()
    }

    /// Against an array: filters, pages and sums over any records, any of them appended twice.
    @Test("queries find what a list finds", arguments: [UInt64](1...6))
    func queries(seed: UInt64) throws {
        let folder = try TemporaryFolder()
        var random = SeededGenerator(seed: seed)
        let records = (0..<300).map { _ in InvocationRecord.random(&random) }
        for part in [records[..<100], records[80..<200], records[150...]] {
            let bench = try LedgerBench(folder.path("ledger.sqlite"))
            bench.append(part)
            bench.ledger.close()
        }
        let reader = try LedgerReader(path: folder.path("ledger.sqlite"))
        let sorted = records.sorted { LedgerPosition($0) > LedgerPosition($1) }
        for _ in 0..<40 {
            var query = LedgerQuery(limit: Int.random(in: 1...60, using: &random))
            if Bool.random(using: &random) { query.since = records.randomElement(using: &random)!.startedAt }
            if Bool.random(using: &random) { query.until = records.randomElement(using: &random)!.startedAt }
            if Bool.random(using: &random) { query.function = ["Hello", "주문", "Absent"].randomElement(using: &random)! }
            if Bool.random(using: &random) { query.source = records.randomElement(using: &random)!.source }
            if Bool.random(using: &random) {
                query.outcome = InvocationRecord.Outcome.Kind.allCases.randomElement(using: &random)!
            }
            if Bool.random(using: &random) { query.order = .oldestFirst }
            let wanted = sorted.filter { query.takes($0) }
            #expect(
                try Self.pages(query, reader) == (query.order == .newestFirst ? wanted : wanted.reversed()),
                "seed \(seed): \(query)")
        }
        #expect(try reader.usage(.everything, region: "us-east-1").usage == Usage(records), "seed \(seed)")
    }

    private static func pages(_ query: LedgerQuery, _ reader: LedgerReader) throws -> [InvocationRecord] {
        var query = query
        var all: [InvocationRecord] = []
        while true {
            let page = try reader.invocations(query)
            #expect(page.count <= query.limit)
            all += page
            guard let last = page.last else { return all }
            query.after = LedgerPosition(last)
        }
    }

    @Test("a position survives as text")
    func positions() {
        let position = LedgerPosition(.sample(0x1234_5678_9ABC_4DEF, seconds: 1.5))
        #expect(LedgerPosition(position.description) == position)
        for text in ["", "1", "1/2", "x/12345678-9abc-4def-9234-56789abc4def", "1/12345678-9abc-4def-9234-56789abc4def/1"] {
            #expect(LedgerPosition(text) == nil, "\(text)")
        }
    }

    @Test("the oldest invocations go, what they cost stays")
    func retention() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("ledger.sqlite")
        let records = (0..<5_000).map { InvocationRecord.sample($0, seconds: Double($0)) }
        let bench = try LedgerBench(path, keeping: 100)
        for start in stride(from: 0, to: records.count, by: 500) {
            bench.append(records[start..<start + 500])
            bench.ledger.flush()
        }
        bench.ledger.close()
        let reader = try LedgerReader(path: path)
        // The limit, and as much again before it is worth a delete.
        #expect(try reader.invocations(LedgerQuery(limit: 10_000)) == records.suffix(100).reversed())
        #expect(try reader.usage(.everything, region: "us-east-1").usage == Usage(records))
    }

    @Test("a ledger in memory answers as one on disk does, and leaves no file")
    func memory() throws {
        let bench = try LedgerBench(nil)
        bench.append([.sample(1), .sample(2)])
        bench.ledger.append(UsageEvent.sample())
        bench.ledger.flush()
        let reader = try bench.ledger.makeReader()
        #expect(try reader.invocations(LedgerQuery()).count == 2)
        #expect(try reader.usage(.everything, region: "us-east-1").queues.count == 1)
        #expect(try reader.lastSession(.host)?.processID == 4_711)
        bench.ledger.close()
    }

    @Test("sessions are told apart, and say how they ended")
    func sessions() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("ledger.sqlite")
        for (number, kind) in [(1, .host), (2, .command), (3, .host)] as [(UInt64, LedgerSession.Kind)] {
            let bench = try LedgerBench(path, kind: kind)
            bench.append((1...number).map { .sample($0 + 100 * number) })
            bench.ledger.close()
        }
        let reader = try LedgerReader(path: path)
        let last = try #require(try reader.lastSession(.host))
        #expect((last.id, last.endedAt) == (3, .start + .seconds(3_600)))
        #expect(try reader.usage(.session(last.id), region: "us-east-1").usage.totals[.lambdaRequests] == 3)
        let command = try #require(try reader.lastSession(.command))
        #expect(try reader.usage(.session(command.id), region: "us-east-1").usage.totals[.lambdaRequests] == 2)
        #expect(try reader.session(1)?.kind == .host)
    }

    @Test("the session of a host that runs is known, though another began later and ended")
    func runningSession() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("ledger.sqlite")
        let running = try LedgerBench(path)
        // Its session has begun then: ledgers begin theirs on threads of their own.
        running.ledger.flush()
        let refused = try LedgerBench(path)
        refused.ledger.close()
        let reader = try LedgerReader(path: path)
        #expect(try reader.lastSession(.host)?.id == 2)
        #expect(try reader.runningSession(process: 4_711)?.id == 1)
        #expect(try reader.runningSession(process: 4_712) == nil)
        running.ledger.close()
        #expect(try reader.runningSession(process: 4_711) == nil)
    }

    @Test("several processes write one ledger at a time")
    func severalWriters() throws {
        let folder = try TemporaryFolder()
        let benches = try (0..<3).map { _ in try LedgerBench(folder.path("ledger.sqlite")) }
        for number in 0..<300 as Range<UInt64> {
            benches[Int(number % 3)].append([.sample(number)])
            if number % 50 == 0 { benches[Int(number / 50 % 3)].ledger.flush() }
        }
        for bench in benches { bench.ledger.close() }
        #expect(try LedgerReader(path: folder.path("ledger.sqlite")).invocations(LedgerQuery(limit: 1_000)).count == 300)
        #expect(benches.flatMap(\.reports.all).isEmpty)
    }

    /// Another process that writes, and takes its time.
    private static func holdLock(_ path: String) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        let other = try DatabaseQueue(path: path, configuration: configuration)
        try other.inDatabase { try $0.execute(sql: "BEGIN IMMEDIATE") }
        return other
    }

    @Test("what can't be written waits, and is written once it can")
    func retries() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("ledger.sqlite")
        let bench = try LedgerBench(path)
        bench.ledger.flush()
        let other = try Self.holdLock(path)
        bench.append([.sample(1)])
        bench.ledger.flush()
        #expect(bench.reports.all.count == 1)
        #expect(bench.reports.all.first?.hasPrefix("the ledger can't be written, and tries again: \(path)") == true)
        #expect(try LedgerReader(path: path).invocations(LedgerQuery()).isEmpty)
        bench.append([.sample(2)])
        try other.inDatabase { try $0.execute(sql: "ROLLBACK") }
        bench.ledger.close()
        #expect(bench.reports.all.last == "the ledger is written again")
        #expect(try LedgerReader(path: path).invocations(LedgerQuery()).count == 2)
        try other.close()
    }

    @Test("of more than may wait, the number is kept")
    func bound() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("ledger.sqlite")
        let bench = try LedgerBench(path)
        bench.ledger.flush()
        let other = try Self.holdLock(path)
        let count = UInt64(Ledger.waitingMax)
        bench.append((0..<count).map { .sample($0) })
        bench.ledger.flush()
        // All of them wait again, and none besides.
        bench.append((count..<count + 10).map { .sample($0) })
        try other.inDatabase { try $0.execute(sql: "ROLLBACK") }
        bench.ledger.close()
        try other.close()
        let reader = try LedgerReader(path: path)
        #expect(try reader.invocations(LedgerQuery(limit: .max)).count == Int(count))
        #expect(try reader.usage(.everything, region: "us-east-1").lost == 10)
        #expect(bench.reports.all.last?.hasPrefix("10 events are missing in the ledger") == true)
    }
}

extension LedgerQuery {
    /// The model that SQLite is held against.
    fileprivate func takes(_ record: InvocationRecord) -> Bool {
        (self.since.map { record.startedAt >= $0 } ?? true) && (self.until.map { record.startedAt < $0 } ?? true)
            && (self.function ?? record.functionName) == record.functionName && (self.source ?? record.source) == record.source
            && (self.outcome ?? record.outcome.kind) == record.outcome.kind
    }
}
