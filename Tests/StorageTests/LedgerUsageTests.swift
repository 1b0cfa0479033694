import Billing
import CoreTypes
import Foundation
import SQS
import Storage
import Testing

@Suite("Ledger: usage")
struct LedgerUsageTests {
    /// By hand: 15 empty receives and a send of 100 KB, two units of 64 KB, are 17 standard units; a FIFO send is one at its rate;
    /// ListQueues names no queue. At $0.40 a million 18 standard units are $0.0000072, one FIFO unit at $0.50 is $0.0000005.
    @Test("requests to queues are kept by queue and action, empty receives apart")
    func queues() throws {
        let bench = try LedgerBench(nil)
        for second in 0..<15 { bench.ledger.append(UsageEvent.sample(seconds: Double(second * 4))) }
        bench.ledger.append(UsageEvent.sample(action: .sendMessage, units: 2, messages: 1))
        bench.ledger.append(UsageEvent.sample(queue: "line.fifo", action: .sendMessage, isFIFO: true, messages: 1))
        bench.ledger.append(UsageEvent.sample(queue: nil, action: .listQueues))
        bench.ledger.append(UsageEvent.sample(region: "eu-west-1", action: .sendMessage, messages: 1, isRefused: true))
        bench.ledger.flush()
        let sum = try bench.ledger.makeReader().usage(.everything, region: "us-east-1")
        let receives = try #require(sum.queues[.init(region: "us-east-1", queue: "orders", action: .receiveMessage)])
        #expect((receives.requests, receives.emptyReceives, receives.shortEmptyReceives) == (15, 15, 0))
        #expect(sum.queues[.init(region: "eu-west-1", queue: "orders", action: .sendMessage)]?.refused == 1)
        #expect(
            sum.usage.quantities == [
                Consumer(.queue, "orders"): [.queueRequests: 17], Consumer(.queue, "line.fifo"): [.fifoQueueRequests: 1],
                Consumer(.service, "SQS"): [.queueRequests: 1],
                Consumer(.queue, "orders (eu-west-1)"): [.queueRequests: 1],
            ])
        let bill = PriceBook.embedded.bill(for: sum.usage, region: "us-east-1", extent: .none)
        #expect(bill.total.exactText == "0.0000081")
        bench.ledger.close()
    }

    /// By hand: an HTTP API's answer of 600 KB is two units of 512 KB; who is turned away costs nothing. 3 units at $1 a million
    /// are $0.000003, one request of a REST API at $3.50 a million $0.0000035.
    @Test("requests to APIs are kept by API")
    func apis() throws {
        let bench = try LedgerBench(nil)
        func append(_ api: String, _ kind: APIRequests.Kind, status: Int, bytes: Int, isCharged: Bool = true) {
            bench.ledger.append(
                APIUsage.Event(
                    time: .start, key: .init(api: api, kind: kind), status: status, requestBytes: 0, responseBytes: bytes,
                    isCharged: isCharged))
        }
        append("Shop", .http, status: 200, bytes: 614_400)
        append("Shop", .http, status: 502, bytes: 0)
        append("Shop", .http, status: 401, bytes: 26, isCharged: false)
        append("Back", .rest, status: 404, bytes: 0)
        bench.ledger.flush()
        let sum = try bench.ledger.makeReader().usage(.everything, region: "us-east-1")
        let shop = try #require(sum.apis[.init(api: "Shop", kind: .http)])
        #expect((shop.requests, shop.uncharged, shop.units, shop.responseBytes) == (3, 1, 3, 614_400))
        #expect((shop.clientErrors, shop.serverErrors) == (1, 1))
        #expect(
            sum.usage.quantities == [
                Consumer(.api, "Shop"): [.httpAPIRequests: 3, .dataTransferOut: 614_400],
                Consumer(.api, "Back"): [.restAPIRequests: 1],
            ])
        let bill = PriceBook.embedded.bill(for: sum.usage, region: "us-east-1")
        #expect(bill.items.filter { $0.item != .dataTransferOut }.map(\.amount.exactText) == ["0.0000035", "0.000003"])
        bench.ledger.close()
    }

    /// ``CoreTypes/Timestamp/start`` is the beginning of a minute.
    @Test("a time is taken by whole minutes")
    func minutes() throws {
        let bench = try LedgerBench(nil)
        for second in [0, 59.9, 60, 119, 120] { bench.ledger.append(UsageEvent.sample(seconds: second)) }
        bench.append([.sample(1, seconds: 59), .sample(2, seconds: 61)])
        bench.ledger.flush()
        let reader = try bench.ledger.makeReader()
        func count(_ since: Double?, _ until: Double?, _ item: PricedItem) throws -> Int128 {
            let period = LedgerPeriod.time(
                since: since.map { .start + .seconds($0) }, until: until.map { .start + .seconds($0) })
            return try reader.usage(period, region: "us-east-1").usage.totals[item] ?? 0
        }
        #expect(try count(0, 60, .queueRequests) == 2)
        #expect(try count(30, 60, .queueRequests) == 2)
        #expect(try count(60, 61, .queueRequests) == 2)
        #expect(try count(nil, nil, .queueRequests) == 5)
        #expect(try count(120, nil, .queueRequests) == 1)
        #expect(try count(nil, 60, .lambdaRequests) == 1)
        #expect(try count(60, nil, .lambdaRequests) == 1)
        bench.ledger.close()
    }

    @Test("an idle mapping takes a row a minute, not one for each receive")
    func idleMapping() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("ledger.sqlite")
        let bench = try LedgerBench(path)
        // Five pollers, a day.
        for second in stride(from: 0, to: 86_400, by: 4) { bench.ledger.append(UsageEvent.sample(seconds: Double(second))) }
        bench.ledger.close()
        let size = try #require(try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int)
        // 1,440 rows of some 40 bytes, and the empty file.
        #expect(size < 200_000)
        let sum = try LedgerReader(path: path).usage(.everything, region: "us-east-1")
        #expect(sum.usage.totals == [.queueRequests: 21_600])
    }

    @Test("all of it adds up, however it is split over sessions and commits", arguments: [UInt64](1...4))
    func sums(seed: UInt64) throws {
        let folder = try TemporaryFolder()
        var random = SeededGenerator(seed: seed)
        var whole = Usage()
        for _ in 0..<3 {
            let bench = try LedgerBench(folder.path("ledger.sqlite"))
            for _ in 0..<200 {
                if Bool.random(using: &random) {
                    let record = InvocationRecord.random(&random)
                    whole.add(record)
                    bench.ledger.append(record)
                } else {
                    let units = Int.random(in: 1...16, using: &random)
                    let isFIFO = Bool.random(using: &random)
                    let queue = ["a", "b"].randomElement(using: &random)!
                    whole.add(
                        QueueRequests(standardUnits: isFIFO ? 0 : units, fifoUnits: isFIFO ? units : 0),
                        of: Consumer(.queue, queue))
                    bench.ledger.append(
                        UsageEvent.sample(
                            seconds: .random(in: 0..<600, using: &random), queue: queue, isFIFO: isFIFO, units: units))
                }
                if Int.random(in: 0..<50, using: &random) == 0 { bench.ledger.flush() }
            }
            bench.ledger.close()
        }
        let reader = try LedgerReader(path: folder.path("ledger.sqlite"))
        #expect(try reader.usage(.everything, region: "us-east-1").usage == whole, "seed \(seed)")
        var parts = Usage()
        for session in 1...3 as ClosedRange<Int64> { parts += try reader.usage(.session(session), region: "us-east-1").usage }
        #expect(parts == whole, "seed \(seed)")
    }
}
