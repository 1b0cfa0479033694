import Billing
import CoreTypes
import Testing

@Suite("Bill as text and records as CSV")
struct BillTextTests {
    /// By hand: 3,000,000 requests at $0.20 a million are $0.60, a million of them free; 1.5 M GB-s at $0.0000166667 are $25.00005,
    /// 400,000 of them free: $6.66668 off. 7.5 M receives at $0.40 a million are $3.00, $0.40 of it free.
    @Test("has a line for each component, and the free tier apart")
    func text() {
        var usage = Usage(
            of: Consumer(.function, "Orders"),
            [.lambdaRequests: 3_000_000, .lambdaDurationX86: 1_500_000 * PriceTable.gigabyteSecond])
        usage.add(QueueRequests(standardUnits: 7_500_000), of: Consumer(.queue, "orders"))
        let bill = PriceBook.embedded.bill(for: usage, region: "us-east-1")
        let text = bill.text(
            currency: Currency(parsing: "KRW=1000"), details: [Consumer(.queue, "orders"): ["7,500,000 found nothing"]])
        #expect(
            text == """
                function Orders
                  Lambda requests                       3,000,000 requests  × 0.20 USD per million requests      0.60 USD
                  Lambda duration (x86_64)                  1,500,000 GB-s  × 0.0000166667 USD per GB-s      25.00005 USD
                queue orders
                  SQS requests, standard (64 KB units)  7,500,000 requests  × 0.40 USD per million requests      3.00 USD
                  7,500,000 found nothing
                At list price                                                                                28.60005 USD
                Free tier
                  Lambda requests                       1,000,000 requests                                      −0.20 USD
                  Lambda duration (x86_64)                    400,000 GB-s                                   −6.66668 USD
                  SQS requests, standard (64 KB units)  1,000,000 requests                                      −0.40 USD
                Total                                                                                        21.33337 USD
                                                                                                               21,333 KRW

                """)
        #expect(PriceBook.embedded.bill(for: Usage(), region: "us-east-1").text() == "Nothing was used.\n")
    }

    @Test("says one request, and several requests")
    func one() {
        let unit = PricedItem.lambdaRequests.unit
        #expect([0, 1, 2].map(unit.text) == ["0 requests", "1 request", "2 requests"])
        #expect(PricedItem.lambdaDurationX86.unit.text(PriceTable.gigabyteSecond) == "1 GB-s")
        #expect(PriceUnit.hour.text(1 * PriceUnit.hour.size) == "1 hour")
    }

    /// By hand: 114 ms × 128 MB are 0.01425 GB-s, $0.000000237500475, and $0.0000002 for the request.
    @Test("a record is a row, quoted where it must be")
    func csv() {
        var record = InvocationRecord.sample(
            duration: .microseconds(3_010), initDuration: .microseconds(110_100), outcome: .error(type: #"a "b", c"#))
        record.traceHeader = "Root=1-2-3"
        let csv = RecordsCSV(prices: .usEast1)
        #expect(
            String(decoding: csv.row(record), as: UTF8.self)
                == #"8f4d2c1b-0a39-4e58-9f67-0123456789ab,Hello,$LATEST,invoke,2026-10-01T12:00:00.000Z,true,110.1,3.01,114,128,36,"#
                + #"x86_64,2,15,false,error,"a ""b"", c",0.01425,0.000000437500475,Root=1-2-3"# + "\r\n")
        #expect(
            csv.head.split(separator: UInt8(ascii: ",")).count == csv.row(.sample(duration: .zero)).filter {
                $0 == UInt8(ascii: ",")
            }.count + 1)
    }

    /// By hand: 513 KB are two units of 512 KB; a refused caller costs nothing.
    @Test("an API's requests are tallied as they are billed")
    func tally() {
        var tally = APIUsage.Tally()
        func add(_ status: Int, request: Int = 0, response: Int = 0, isCharged: Bool = true) {
            tally.add(
                APIUsage.Event(
                    time: Timestamp(seconds: 0), key: .init(api: "a", kind: .http), status: status, requestBytes: request,
                    responseBytes: response, isCharged: isCharged))
        }
        add(200, request: 525_312, response: 10)
        add(429, response: 30, isCharged: false)
        add(503)
        #expect((tally.requests, tally.uncharged, tally.units, tally.responseBytes) == (3, 1, 3, 10))
        #expect((tally.clientErrors, tally.serverErrors) == (1, 1))
    }
}
