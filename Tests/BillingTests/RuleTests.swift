import Billing
import Testing

/// Each rule of docs/billing.md, computed by hand.
@Suite("Billing rules")
struct RuleTests {
    @Test(
        "HTTP APIs count each 512 KB begun, REST APIs requests",
        arguments: [(0, 0, 1), (524_288, 10, 1), (10, 524_289, 2), (1, 10_485_760, 20)])
    func apiUnits(request: Int, response: Int, units: Int) {
        #expect(APIRequests.units(.http, requestBytes: request, responseBytes: response) == units)
        #expect(APIRequests.units(.rest, requestBytes: request, responseBytes: response) == 1)
    }

    /// 256 KB are 4 and 1 MiB are 16 (sheet, 24).
    @Test("SQS counts each 64 KB begun", arguments: [(0, 1), (65_536, 1), (65_537, 2), (262_144, 4), (1_048_576, 16)])
    func queueUnits(bytes: Int, units: Int) {
        #expect(QueueRequests.units(forBytes: bytes) == units)
    }

    /// 1,600 new connections a second are 2 units, 50,000 active ones half a one, 3 GB in 2 hours 3 NLCU-hours.
    @Test("a balancer pays for the most used of its dimensions")
    func balancer() {
        let million: Int128 = 1_000_000
        #expect(BalancerLoad(newConnectionsPerSecond: 1_600, activeConnections: 50_000).capacityUnitHours(over: 3) == 6 * million)
        #expect(BalancerLoad(activeConnections: 50_000).capacityUnitHours(over: 3) == 3 * million / 2)
        #expect(BalancerLoad(bytes: 3 << 30).capacityUnitHours(over: 2) == 3 * million)
        #expect(BalancerLoad().capacityUnitHours(over: 720) == 0)
    }

    @Test("begun hours count whole, provisioned concurrency by five minutes")
    func rounding() {
        #expect(Duration.seconds(3_600).begunHours == 1)
        #expect(Duration.seconds(3_601).begunHours == 2)
        #expect(Duration.milliseconds(1).begunHours == 1)
        #expect(Duration.zero.begunHours == 0)
        #expect(Duration.seconds(1).provisionedMilliseconds == 300_000)
        #expect(Duration.seconds(300).provisionedMilliseconds == 300_000)
        #expect(Duration.seconds(301).provisionedMilliseconds == 600_000)
    }

    private func total(_ workload: some Workload, extent: FreeTier.Extent = .always, region: String = "us-east-1") -> String {
        workload.estimate(.embedded, region: region, extent: extent).bill.total.exactText
    }

    /// 1,500,000 GB-s less 400,000 at $0.0000166667 are $18.33337; 2 M requests $0.40.
    @Test("the textbook")
    func textbook() {
        let estimate = LambdaWorkload(requests: 3_000_000, duration: .seconds(1), memoryMB: 512)
            .estimate(.embedded, region: "us-east-1", extent: .always)
        #expect(estimate.bill.total.exactText == "18.73337")
        let text = estimate.text()
        #expect(text.contains("3,000,000 × 1 s × 512 MB ÷ 1,024 = 1,500,000 GB-s"))
        #expect(text.contains("1,100,000 GB-s"))
        #expect(text.contains("18.33337 USD"))
        #expect(text.contains("Total  18.73337 USD a month"))
    }

    /// 10 environments of 1,024 MB for an hour are 36,000 GB-s at $0.0000041667, $0.1500012; a million requests of 100 ms on them are
    /// 100,000 GB-s at $0.0000097222, $0.97222; the million requests are free, the duration is not.
    @Test("provisioned concurrency has prices of its own and no free duration")
    func provisioned() {
        var workload = LambdaWorkload(requests: 1_000_000, duration: .milliseconds(100), memoryMB: 1_024)
        workload.provisioned = (10, .seconds(3_600))
        #expect(self.total(workload) == "1.1222212")
    }

    /// 1,000 requests with 7 MB streamed: 1,000 × 1,048,576 bytes are 0.9765625 GB, inside the free 100 GB; without them × $0.008.
    @Test("streamed bytes are free up to 100 GB a month")
    func streamed() {
        var workload = LambdaWorkload(requests: 1_000, duration: .milliseconds(1), memoryMB: 128)
        workload.streamedBytes = 7 << 20
        #expect(self.total(workload) == "0")
        let item = workload.estimate(.embedded, region: "us-east-1", extent: .none).bill.items.first {
            $0.item == .lambdaStreamedBytes
        }
        #expect(item?.amount.exactText == "0.0078125")
    }

    /// Sheet 24 and the brief: 2,592,000 receives, $0.6368; 648,000 and 129,600 are free; 4,583,293 requests $1.4333172.
    @Test("polls of an empty queue")
    func polls() {
        func polling(_ pollers: Int, _ wait: Int, pause: Int = 0) -> QueueWorkload {
            QueueWorkload(.polling(ReceivePattern(pollers: pollers, wait: .seconds(wait), pause: .seconds(pause))))
        }
        #expect(polling(1, 0, pause: 1).requestCount == 2_592_000)
        #expect(self.total(polling(1, 0, pause: 1)) == "0.6368")
        #expect(polling(5, 20).requestCount == 648_000)
        #expect(self.total(polling(5, 20)) == "0")
        #expect(polling(1, 20).requestCount == 129_600)
        #expect(self.total(QueueWorkload(.count(4_583_293))) == "1.4333172")
        #expect(polling(1, 0, pause: 1).notes.first?.contains("With WaitTimeSeconds 20") == true)
    }

    /// 720 h × $0.0225 = $16.20; × 1,100 = 17,820 won, as published.
    @Test("a balancer of 720 hours, in won")
    func balancerMonth() throws {
        var workload = NetworkWorkload(hours: 720)
        workload.balancers = 1
        let total = workload.estimate(.embedded, region: "ap-northeast-2", extent: .always).bill.total
        #expect(total.exactText == "16.2")
        #expect(try #require(Currency(parsing: "KRW=1100")).text(total) == "17,820 KRW")
    }

    /// 2 endpoints in 3 zones for 730 h are 4,380 h × $0.01 = $43.80; 100 GB × $0.01 = $1; a NAT gateway 730 h × $0.045 = $32.85 and
    /// 10 GB × $0.045 = $0.45; 150 GB out, 50 above the free ones, × $0.09 = $4.50; 5 GB between zones, paid on both sides, $0.10.
    @Test("endpoints, NAT gateways and transfers")
    func network() {
        var workload = NetworkWorkload(hours: 730)
        (workload.endpoints, workload.zonesPerEndpoint, workload.endpointBytes) = (2, 3, 100 << 30)
        (workload.natGateways, workload.natBytes) = (1, 10 << 30)
        (workload.outgoingBytes, workload.bytesBetweenZones, workload.vpcLinks) = (150 << 30, 5 << 30, 1)
        #expect(self.total(workload) == "82.7")
    }

    /// 1 M requests of 600 KB are 2 M units, $2; their responses of 600 KB are 572.2 GB, 472.2 above the free ones, at $0.09; a cache of
    /// 0.5 GB for 720 h is $14.40.
    @Test("an API with large responses, and one with a cache")
    func api() {
        var http = APIWorkload(.http, requests: 1_000_000)
        http.responseBytes = 614_400
        let bill = http.estimate(.embedded, region: "us-east-1", extent: .always).bill
        #expect(bill.items.map(\.amount).first?.exactText == "2")
        // 614,400,000,000 ÷ 1,073,741,824 = 572.204589843750; − 100 = 472.204589843750; × 0.09 = 42.4984130859375
        #expect(bill.total.exactText == "44.4984130859375")
        var rest = APIWorkload(.rest, requests: 1_000_000)
        rest.cache = (.apiCache500MB, 720)
        #expect(self.total(rest) == "17.9")
    }
}

@Suite("Quantities")
struct QuantityTextTests {
    @Test(arguments: [
        ("3M", 3_000_000), ("1.5k", 1_500), ("4583293", 4_583_293), ("4_583_293", 4_583_293), ("0", 0), ("2B", 2_000_000_000),
        ("10T", 10_000_000_000_000),
    ])
    func `counts`(text: String, count: Int) throws { #expect(try QuantityText.count(text) == count) }

    @Test(arguments: [
        "", "M", "1.5", "3X", "-1", "1e3", "11T", "1__0", "_1", "3 M", ".5k", "99999999999999999999999999999999999999999999",
        "1.0000000000000000000000001M",
    ])
    func `counts that are none`(text: String) {
        let error = #expect(throws: QuantityError.self) { try QuantityText.count(text) }
        #expect(error?.description == "'\(text)' should be a whole number up to 10T such as 3M, 1.5k or 4583293")
    }

    @Test(
        arguments: [
            ("1s", .seconds(1)), ("250ms", .milliseconds(250)), ("0", .zero), ("1.5h", .seconds(5_400)),
            ("30d", .seconds(2_592_000)), ("20m", .seconds(1_200)), ("2.5ms", .microseconds(2_500)),
        ] as [(String, Duration)])
    func `times`(text: String, duration: Duration) throws { #expect(try QuantityText.duration(text) == duration) }

    @Test(arguments: ["", "20", "s", "-1s", "1y", "4000000000s", "1e9s", "0.0001us"])
    func `times that are none`(text: String) {
        #expect(throws: QuantityError.self) { try QuantityText.duration(text) }
    }

    @Test func `plain seconds where they are the habit`() throws {
        #expect(try QuantityText.duration("20", plainSeconds: true) == .seconds(20))
        #expect(try QuantityText.hours("720") == 720)
        #expect(try QuantityText.hours("720h") == 720)
        #expect(try QuantityText.hours("90m") == 2)
        #expect(throws: QuantityError.self) { try QuantityText.hours("x") }
        #expect(try QuantityText.megabytes("512") == 512)
        #expect(try QuantityText.megabytes("1GB") == 1_024)
        #expect(throws: QuantityError.self) { try QuantityText.megabytes("1.0001KB") }
        #expect(try QuantityText.bytes("1.5KB") == 1_536)
        #expect(throws: QuantityError.self) { try QuantityText.bytes("1XB") }
    }

    @Test(arguments: [
        ("50rps", 129_600_000), ("0.5rps", 1_296_000), ("3k/min", 129_600_000), ("1M/d", 30_000_000), ("3M/month", 3_000_000),
    ])
    func `rates`(text: String, month: Int) throws { #expect(try QuantityText.rate(text).requestsPerMonth == month) }

    @Test(arguments: ["50", "rps", "x/s", "10T/s", "1/y"])
    func `rates that are none`(text: String) { #expect(throws: QuantityError.self) { try QuantityText.rate(text) } }

    @Test(arguments: ["KRW", "krw=1", "KRW=", "KRW=0", "KRW=-5", "KRWX=5", "KRW=1=2", "KRW=1e30"])
    func `currencies that are none`(text: String) { #expect(Currency(parsing: text) == nil) }

    @Test(arguments: [("0.1", "0.1"), ("1.4e-5", "0.000014"), ("5", "5"), ("-2.50", "-2.5")])
    func `money`(text: String, exact: String) { #expect(Money(parsing: text)?.exactText == exact) }

    @Test(arguments: ["", ".", "1.", ".5", "1e", "x", "1e99", "0.0000000000000000001", "--1", "1.2.3"])
    func `money that is none`(text: String) { #expect(Money(parsing: text) == nil) }
}
