import Billing
import CoreTypes
import Testing

@Suite("Bill")
struct BillTests {
    static let book = PriceBook.embedded
    static let gigabyteSecond = PriceTable.gigabyteSecond

    /// By hand: 3 functions share 3 M requests; 2 M above the free one are $0.40. 1.5 M GB-s, 1.1 M above the free ones, are
    /// $18.33337. Gross: $0.60 and $25.00005.
    @Test("adds up exactly: lines to gross, gross less credit to total")
    func sums() throws {
        var usage = Usage()
        for (name, share) in [("a", 1), ("b", 2), ("c", 3)] as [(String, Int128)] {
            usage.add(500_000 * share, of: .lambdaRequests, by: Consumer(.function, name))
            usage.add(250_000 * share * Self.gigabyteSecond, of: .lambdaDurationX86, by: Consumer(.function, name))
        }
        let bill = Self.book.bill(for: usage, region: "us-east-1")
        #expect(bill.items.map(\.gross.exactText) == ["0.6", "25.00005"])
        #expect(bill.items.map(\.amount.exactText) == ["0.4", "18.33337"])
        #expect(bill.items.map(\.freeQuantity) == [1_000_000, 400_000 * Self.gigabyteSecond])
        #expect(bill.total.exactText == "18.73337")
        #expect(bill.lines.count == 6)
        #expect(bill.lines.reduce(.zero) { $0 + $1.segment.amount } == bill.gross)
        #expect(bill.gross - bill.credit == bill.total)
    }

    /// By hand: x86 takes 300,000 of the 400,000 free GB-s, arm the other 100,000; 200,000 × $0.0000133334 = $2.66668.
    @Test("both architectures share one free amount")
    func sharedPool() {
        var usage = Usage()
        usage.add(300_000 * Self.gigabyteSecond, of: .lambdaDurationX86, by: Consumer(.function, "a"))
        usage.add(300_000 * Self.gigabyteSecond, of: .lambdaDurationARM, by: Consumer(.function, "b"))
        let bill = Self.book.bill(for: usage, region: "us-east-1")
        #expect(bill.items.map(\.amount.exactText) == ["0", "2.66668"])
        #expect(Self.book.bill(for: usage, region: "us-east-1", extent: .none).credit == .zero)
    }

    /// By hand: 400 M HTTP API units: 300 M at $1 and 100 M at $0.90 are $390; a first-year account has 1 M of them free, taken
    /// off before the tiers: 300 at $1 and 99 at $0.90 are $389.10.
    @Test("tiers and the first year of API Gateway")
    func tiers() {
        var usage = Usage()
        usage.add(APIRequests(kind: .http, units: 150_000_000), to: "one")
        usage.add(APIRequests(kind: .http, units: 250_000_000), to: "two")
        let bill = Self.book.bill(for: usage, region: "us-east-1")
        #expect(bill.total.exactText == "390")
        #expect(bill.lines.map(\.segment.tier) == [1, 1, 2])
        #expect(bill.lines.map(\.segment.amount.exactText) == ["150", "150", "90"])
        #expect(Self.book.bill(for: usage, region: "us-east-1", extent: .firstYear).total.exactText == "389.1")
    }

    /// By hand: 1.5 M standard and 1 M FIFO requests: the free million goes to the standard ones; 0.5 × $0.40 + 1 × $0.50 = $0.70,
    /// and 0.2 M fair requests at $0.10 a million $0.02 more.
    @Test("queues share one free million, and fair queues pay more")
    func queues() {
        var usage = Usage()
        usage.add(QueueRequests(standardUnits: 1_500_000, fairRequests: 200_000), of: Consumer(.queue, "orders"))
        usage.add(QueueRequests(fifoUnits: 1_000_000), of: Consumer(.queue, "orders.fifo"))
        #expect(Self.book.bill(for: usage, region: "us-east-1").total.exactText == "0.72")
    }

    @Test("what has no price is left out and named")
    func unpriced() {
        let usage = Usage(of: Consumer(.api, "one"), [.apiCache237GB: 3_600, .restAPIRequests: 1_000_000])
        let bill = Self.book.bill(for: usage, region: "ap-northeast-2")
        #expect(bill.total.exactText == "3.5")
        #expect(bill.unpriced.map(\.item) == [.apiCache237GB])
    }

    @Test("records and the reports of each of them agree", arguments: [PriceTable.usEast1, .apNortheast2])
    func records(prices: PriceTable) {
        let records = [
            InvocationRecord.sample(duration: .milliseconds(3), initDuration: .milliseconds(100)),
            .sample(duration: .seconds(2), memoryMB: 1_024, ephemeralStorageMB: 10_240, isARM: true),
            .sample(duration: .seconds(1), outcome: .timeout),
            .sample(duration: .seconds(1), responseBytes: 900_000_000, isStreamed: true),
        ]
        let usage = Usage(records)
        var oneByOne = Usage()
        for record in records { oneByOne.add(record) }
        #expect(usage == oneByOne)
        let bill = Bill(for: usage, prices: prices, freeTier: Self.book.freeTier, extent: .none)
        let reports = records.map { InvocationReport($0, prices: prices).charges.total }.reduce(.zero, +)
        // Each charge is rounded to the attodollar by itself.
        #expect(abs((bill.total - reports).attodollars) <= 11)
    }

    /// Seeded: any split of any usage over consumers and values gives the same bill, whose parts add up.
    @Test("parts add up over any split", arguments: 0..<40 as Range<UInt64>)
    func property(seed: UInt64) {
        var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
        func next(_ bound: Int) -> Int {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return Int(state % UInt64(bound))
        }
        var (whole, parts) = (Usage(), [Usage(), Usage()])
        for _ in 0..<60 {
            let item = PricedItem.allCases[next(PricedItem.allCases.count)]
            let consumer = Consumer(.allCases[next(4)], "c\(next(5))")
            let quantity = Int128(next(1_000_000_000)) * Int128(next(2_000_000))
            whole.add(quantity, of: item, by: consumer)
            parts[next(2)].add(quantity, of: item, by: consumer)
        }
        var merged = parts[1]
        merged += parts[0]
        #expect(merged == whole, "seed \(seed)")
        let bill = Self.book.bill(for: whole, region: "us-east-1", extent: .firstYear)
        #expect(bill.lines.reduce(.zero) { $0 + $1.segment.amount } == bill.gross, "seed \(seed)")
        #expect(bill.gross - bill.credit == bill.total, "seed \(seed)")
        for item in bill.items {
            #expect(item.net.reduce(0) { $0 + $1.quantity } + item.freeQuantity == item.quantity, "seed \(seed)")
            #expect(item.credit >= .zero, "seed \(seed)")
        }
    }
}

@Suite("Projection")
struct ProjectionTests {
    /// By hand: 50 a second are 129,600,000 in 30 days; measured were 1,000 requests of 2 MB·ms each.
    @Test("brings a measured mix to a month at a rate")
    func rate() throws {
        let usage = Usage(of: Consumer(.function, "a"), [.lambdaRequests: 1_000, .lambdaDurationX86: 2_000])
        let month = try #require(
            usage.month(.rate(RequestRate(requests: 50, per: .seconds(1)), of: IncomingRequests(invocations: 1_000))))
        #expect(month.totals == [.lambdaRequests: 129_600_000, .lambdaDurationX86: 259_200_000])
    }

    /// By hand: an hour is a 720th of 30 days.
    @Test("or goes on as it was")
    func measured() throws {
        let usage = Usage(of: Consumer(.queue, "q"), [.queueRequests: 3])
        #expect(try #require(usage.month(.measured(over: .seconds(3_600)))).totals == [.queueRequests: 2_160])
        #expect(usage.month(.measured(over: .zero)) == nil)
        #expect(Usage().month(.rate(RequestRate(requests: 1, per: .seconds(1)), of: IncomingRequests())) == nil)
    }

    /// By hand: 10 messages became 100 a month; a poller's 60 empty receives in an hour are 43,200 in 720 hours at any rate.
    @Test("pollers that find nothing ask as often at any rate")
    func idle() throws {
        let queue = Consumer(.queue, "q")
        let usage = Usage(of: queue, [.queueRequests: 70])
        let idle = Usage(of: queue, [.queueRequests: 60])
        func month(_ requests: Int) -> Usage? {
            let rate = RequestRate(requests: requests, per: .seconds(2_592_000))
            return usage.month(at: rate, of: IncomingRequests(queues: 10), idle: idle, measuredOver: .seconds(3_600))
        }
        #expect(try #require(month(100)).totals == [.queueRequests: 43_300])
        #expect(try #require(month(1_000)).totals == [.queueRequests: 44_200])
        // Nothing but polls: there is nothing that a rate could be of.
        let rate = RequestRate(requests: 1, per: .seconds(1))
        #expect(idle.month(at: rate, of: IncomingRequests(), idle: idle, measuredOver: .seconds(3_600)) == nil)
    }

    @Test("counts requests to APIs before invocations, and those before requests to queues")
    func basis() throws {
        #expect(IncomingRequests(apis: 5, invocations: 10, queues: 20).count == 5)
        #expect(IncomingRequests(invocations: 10, queues: 20).count == 10)
        #expect(IncomingRequests(queues: 20).count == 20)
    }

    /// By hand: 5 requests to an HTTP API, each of three units of 512 KB, and one that was turned away, which is none: 6 came in,
    /// so that 60 a month are 150 units.
    @Test("a rate is of requests, however many units each is billed as")
    func units() throws {
        var usage = Usage()
        usage.add(APIRequests(kind: .http, units: 15), to: "api")
        let rate = RequestRate(requests: 60, per: .seconds(2_592_000))
        let month = try #require(usage.month(.rate(rate, of: IncomingRequests(apis: 6))))
        #expect(month.totals == [.httpAPIRequests: 150])
    }
}
