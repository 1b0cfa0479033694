import Billing
import Testing

/// By hand: a month of 30 days has 2,592,000 s. Asking each second makes that many receives, every 20 s a twentieth, 129,600; five
/// pollers five times that, 648,000; two pollers 259,200; a loop of 20 ms fifty times 2,592,000.
@Suite struct ReceivePatternTests {
    @Test(arguments: [
        (ReceivePattern(pollers: 1, wait: .zero, pause: .seconds(1)), 2_592_000),
        (ReceivePattern(pollers: 1, wait: .seconds(20)), 129_600), (ReceivePattern(pollers: 5, wait: .seconds(20)), 648_000),
        (ReceivePattern(pollers: 2, wait: .seconds(20)), 259_200),
        (ReceivePattern(pollers: 1, wait: .zero, roundTrip: .milliseconds(20)), 129_600_000),
        (ReceivePattern(pollers: 1, wait: .seconds(20), pause: .seconds(40)), 43_200),
    ])
    func `a month of an idle queue`(pattern: ReceivePattern, receives: Int) {
        #expect(pattern.receivesPerMonth == receives)
    }

    @Test func `a loop without any wait has no count`() {
        #expect(ReceivePattern(pollers: 1, wait: .zero).receivesPerMonth == nil)
    }

    /// By hand: (2,592,000 − 1,000,000) × $0.40 / 1,000,000 = $0.6368; (129,600,000 − 1,000,000) × 0.4 / 1,000,000 = $51.44;
    /// (4,583,293 − 1,000,000) × 0.4 / 1,000,000 = $1.4333172; FIFO at $0.50: $0.796.
    @Test func `what the requests of a month cost`() {
        let prices = PriceTable.usEast1
        #expect(prices.monthlyQueueAmount(requests: 648_000) == .zero)
        #expect(prices.monthlyQueueAmount(requests: 2_592_000).text(decimals: 4) == "0.6368")
        #expect(prices.monthlyQueueAmount(requests: 129_600_000).text(decimals: 2) == "51.44")
        #expect(prices.monthlyQueueAmount(requests: 4_583_293).text(decimals: 7) == "1.4333172")
        #expect(prices.monthlyQueueAmount(requests: 2_592_000, isFIFO: true).text(decimals: 3) == "0.796")
        // Beyond the free million 250 thousand million: 100 × $400, 100 × $300 and 50 × $240.
        #expect(prices.monthlyQueueAmount(requests: 250_001_000_000).text(decimals: 2) == "82000.00")
    }
}
