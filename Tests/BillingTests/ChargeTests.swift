import Billing
import Testing

@Suite("Charges")
struct ChargeTests {
    /// The first example of the AWS Lambda pricing page: 3 M requests of 1 s at 512 MB are 1.5 M GB-s, 1.1 M above the free tier;
    /// 1.1 M × $0.0000166667 = $18.33337, printed as 18.33, and 2 M billed requests are $0.40.
    @Test("the textbook bill of three million requests")
    func textbook() {
        let perInvocation = InvocationRecord.sample(duration: .seconds(1), memoryMB: 512).billedMegabyteMilliseconds
        let billed = Int128(perInvocation) * 3_000_000 - 400_000 * PriceTable.gigabyteSecond
        #expect(billed == 1_100_000 * PriceTable.gigabyteSecond)
        let duration = PriceTable.usEast1.durationX86.amount(for: billed)
        #expect(duration.exactText == "18.33337")
        #expect(duration.description == "18.33 USD")
        let requests = PriceTable.usEast1.requests.amount(for: 2_000_000)
        #expect(requests.description == "0.4000000000 USD")
        #expect((duration + requests).description == "18.73 USD")
    }

    /// By hand: 4 ms × 128 MB = 0.0005 GB-s × $0.0000166667 = $0.00000000833335, and $0.0000002 for the request.
    @Test("one small invocation, to the last digit")
    func small() {
        let charges = charges(for: .sample(duration: .microseconds(3_100)), prices: .usEast1)
        #expect(charges.map(\.item) == [.lambdaRequests, .lambdaDurationX86])
        #expect(charges.map(\.quantity) == [1, 512])
        #expect(charges.map(\.amount.exactText) == ["0.0000002", "0.00000000833335"])
        #expect(charges.total.description == "0.0000002083 USD")
    }

    @Test("arm64 has its own price, the same in Seoul", arguments: [PriceTable.usEast1, .apNortheast2])
    func arm(prices: PriceTable) {
        let charges = charges(for: .sample(duration: .seconds(1), memoryMB: 1_024, isARM: true), prices: prices)
        #expect(charges[1].amount.exactText == "0.0000133334")
    }

    /// By hand: 10,240 - 512 = 9,728 MB for 2 s are 19 GB-s; × $0.0000000309 = $0.0000005871.
    @Test("ephemeral storage costs from the 513th megabyte")
    func ephemeralStorage() {
        let charges = charges(for: .sample(duration: .seconds(2), ephemeralStorageMB: 10_240), prices: .usEast1)
        #expect(charges.map(\.item) == [.lambdaRequests, .lambdaDurationX86, .lambdaEphemeralStorage])
        #expect(charges[2].amount.exactText == "0.0000005871")
    }

    /// By hand: one GB beyond the first 6 MB is $0.008.
    @Test("streamed bytes cost beyond the first 6 MB, buffered ones never")
    func streamed() {
        let bytes = PriceTable.freeStreamedBytes + 1_073_741_824
        let streamed = charges(for: .sample(duration: .seconds(1), responseBytes: bytes, isStreamed: true), prices: .usEast1)
        #expect(streamed.map(\.item) == [.lambdaRequests, .lambdaDurationX86, .lambdaStreamedBytes])
        #expect(streamed[2].amount.exactText == "0.008")
        let buffered = charges(for: .sample(duration: .seconds(1), responseBytes: bytes), prices: .usEast1)
        #expect(buffered.map(\.item) == [.lambdaRequests, .lambdaDurationX86])
        let free = PriceTable.freeStreamedBytes
        #expect(charges(for: .sample(duration: .seconds(1), responseBytes: free, isStreamed: true), prices: .usEast1).count == 2)
    }

    /// By hand: the last GB-s of the first tier and the first of the second.
    @Test("volume moves to the next tier, also in the middle of a quantity")
    func tiers() {
        let rate = PriceTable.usEast1.durationX86
        let unit = PriceTable.gigabyteSecond
        #expect(rate.amount(for: 2 * unit, after: 5_999_999_999 * unit).exactText == "0.0000316667")
        #expect(rate.amount(for: unit, after: 15_000_000_000 * unit).exactText == "0.0000133334")
        // 6 G × 0.0000166667 + 9 G × 0.000015 + 1 G × 0.0000133334
        #expect(rate.amount(for: 16_000_000_000 * unit).exactText == "248333.6")
    }

    @Test(
        "a failed or timed out invocation is billed like any other",
        arguments: [.error(type: "Runtime.ExitError"), .timeout] as [InvocationRecord.Outcome])
    func failures(outcome: InvocationRecord.Outcome) {
        #expect(
            charges(for: .sample(duration: .seconds(3), outcome: outcome), prices: .usEast1)
                == charges(for: .sample(duration: .seconds(3)), prices: .usEast1))
    }

    @Test("a region without a table is priced by us-east-1, and the table says so")
    func regions() {
        #expect(PriceTable.table(for: "ap-northeast-2").region == "ap-northeast-2")
        #expect(PriceTable.table(for: "eu-central-1").region == "us-east-1")
    }
}

@Suite("Money")
struct MoneyTests {
    @Test(
        "is printed in cents from a dollar up and with ten decimals below",
        arguments: [
            (0, "0.00 USD"), (208_333_350_000, "0.0000002083 USD"), (1_000_000_000_000_000_000, "1.00 USD"),
            (18_333_370_000_000_000_000, "18.33 USD"), (-18_335_000_000_000_000_000, "-18.34 USD"),
            (50_000_000, "0.0000000001 USD"),
            (49_999_999, "0.0000000000 USD"),
        ] as [(Int128, String)])
    func text(attodollars: Int128, text: String) {
        #expect(Money(attodollars: attodollars).description == text)
    }

    @Test(
        "keeps every digit for machines",
        arguments: [(0, "0"), (1, "0.000000000000000001"), (-500_000_000_000_000_000, "-0.5"), (7_000_000_000_000_000_000, "7")]
            as [(Int128, String)])
    func exact(attodollars: Int128, text: String) {
        #expect(Money(attodollars: attodollars).exactText == text)
    }

    @Test("a million equal charges add up without drift")
    func sum() {
        let one = charges(for: .sample(duration: .milliseconds(1)), prices: .usEast1).total
        let sum = (0..<1_000_000).reduce(Money.zero) { sum, _ in sum + one }
        #expect(sum.attodollars == one.attodollars * 1_000_000)
    }

    /// Amazon SQS pricing: $0.40 a million standard requests, $0.50 FIFO; the facts sheet's loop without wait or sleep, 129,600,000
    /// receives a month, is $51.44 after the free million. By hand for the tiers: 100,000 million at $0.40 and 1 million at $0.30.
    @Test("requests of queues")
    func queueRequests() {
        let prices = PriceTable.usEast1
        let billed = 129_600_000 - Int128(PriceTable.freeQueueRequests)
        #expect(prices.queueRequests.amount(for: billed).description == "51.44 USD")
        #expect(prices.fifoQueueRequests.amount(for: 1_000_000).description == "0.5000000000 USD")
        #expect(prices.queueRequests.amount(for: 100_001_000_000).description == "40000.30 USD")
    }
}
