/// What AWS asks for Lambda and SQS in one region, as read on one day. Prices are data: a new reading is a new value, and every
/// bill names the one it was computed with.
package struct PriceTable: Hashable, Sendable {
    package let region: String
    /// When the figures were true, `YYYY-MM-DD`.
    package let pricesOf: String
    /// For each request of a function.
    package let requests: Rate
    package let durationX86: Rate
    package let durationARM: Rate
    /// For `/tmp` beyond the first 512 MB.
    package let ephemeralStorage: Rate
    /// For streamed bytes beyond the first 6 MB of each response.
    package let streamedBytes: Rate
    /// For each 64 KB of a request to a standard queue, and of every request that has no FIFO rate.
    package let queueRequests: Rate
    /// For each 64 KB of a send, receive, delete or change of visibility on a FIFO queue.
    package let fifoQueueRequests: Rate
    /// On top, for requests of messages with a group id on standard queues ("fair queues").
    package let fairQueueSurcharge: Rate
}

/// The price of a quantity, by monthly volume.
package struct Rate: Hashable, Sendable {
    package struct Tier: Hashable, Sendable {
        /// Priced units from which this tier holds, counted over the month, the account and the region.
        let from: Int128
        let price: Money
    }

    /// How many of the smallest countable things (one request, one MB·ms, one byte) the price is for.
    package let unit: Int128
    /// By rising `from`; the first begins at 0.
    package let tiers: [Tier]

    init(unit: Int128, _ price: Money, then tiers: Tier...) {
        self.unit = unit
        self.tiers = [Tier(from: 0, price: price)] + tiers
    }

    /// What a quantity costs when `before` has been used in this month already: the sum over the tiers it spans, rounded once.
    package func amount(for quantity: Int128, after before: Int128 = 0) -> Money {
        var sum: Int128 = 0
        for (index, tier) in self.tiers.enumerated() {
            let start = max(before, tier.from * self.unit)
            var end = before + quantity
            if index + 1 < self.tiers.count { end = min(end, self.tiers[index + 1].from * self.unit) }
            if end > start { sum += (end - start) * tier.price.attodollars }
        }
        return Money(attodollars: DecimalText.dividing(sum, by: self.unit))
    }
}

extension PriceTable {
    /// MB·ms in a GB-second: 1,024 MB × 1,000 ms.
    package static let gigabyteSecond: Int128 = 1_024_000
    /// AWS counts 1,024³ bytes to a GB.
    package static let gigabyte: Int128 = 1_073_741_824
    package static let freeEphemeralStorageMB = 512
    package static let freeStreamedBytes = 6_291_456
    /// A month, of all queues and regions together.
    package static let freeQueueRequests = 1_000_000

    /// Requests, duration and tiers: AWS Lambda pricing, 2024 and after, unchanged in readings of 2026. Ephemeral storage
    /// $0.0000000309 a GB-second and streaming $0.008 a GB: the worked examples of the same page.
    package static let usEast1 = PriceTable(
        region: "us-east-1", pricesOf: "2026-10-01",
        requests: Rate(unit: 1, .tenBillionths(2_000)),
        durationX86: Rate(
            unit: gigabyteSecond, .tenBillionths(166_667),
            then: Rate.Tier(from: 6_000_000_000, price: .tenBillionths(150_000)),
            Rate.Tier(from: 15_000_000_000, price: .tenBillionths(133_334))),
        durationARM: Rate(
            unit: gigabyteSecond, .tenBillionths(133_334),
            then: Rate.Tier(from: 7_500_000_000, price: .tenBillionths(120_001)),
            Rate.Tier(from: 18_750_000_000, price: .tenBillionths(106_667))),
        ephemeralStorage: Rate(unit: gigabyteSecond, .tenBillionths(309)),
        streamedBytes: Rate(unit: gigabyte, .tenBillionths(80_000_000)),
        queueRequests: standardQueueRates, fifoQueueRequests: fifoQueueRates,
        fairQueueSurcharge: Rate(unit: 1, .tenBillionths(1_000)))

    /// Amazon SQS pricing, as second hand reports of March to June 2026 give it: $0.40, $0.30 and $0.24 a million, from 100 and
    /// from 200 thousand million requests a month; FIFO $0.50, $0.40 and $0.35; fair queues $0.10 a million more.
    private static let standardQueueRates = Rate(
        unit: 1, .tenBillionths(4_000), then: Rate.Tier(from: 100_000_000_000, price: .tenBillionths(3_000)),
        Rate.Tier(from: 200_000_000_000, price: .tenBillionths(2_400)))
    private static let fifoQueueRates = Rate(
        unit: 1, .tenBillionths(5_000), then: Rate.Tier(from: 100_000_000_000, price: .tenBillionths(4_000)),
        Rate.Tier(from: 200_000_000_000, price: .tenBillionths(3_500)))

    /// Requests and duration: AWS price list of 2026-10-01, first tiers only, as the later ones were not read. Ephemeral storage,
    /// streaming and queues have no reading of their own: they are charged as in us-east-1.
    package static let apNortheast2 = PriceTable(
        region: "ap-northeast-2", pricesOf: "2026-10-01",
        requests: Rate(unit: 1, .tenBillionths(2_000)),
        durationX86: Rate(unit: gigabyteSecond, .tenBillionths(166_667)),
        durationARM: Rate(unit: gigabyteSecond, .tenBillionths(133_334)),
        ephemeralStorage: usEast1.ephemeralStorage,
        streamedBytes: usEast1.streamedBytes,
        queueRequests: standardQueueRates, fifoQueueRequests: fifoQueueRates, fairQueueSurcharge: usEast1.fairQueueSurcharge)

    package static let all = [usEast1, apNortheast2]

    /// The table of a region, or that of us-east-1, which the pricing pages take for their examples, where there is none.
    /// The table's own ``region`` says which one a bill used.
    package static func table(for region: String) -> PriceTable { self.all.first { $0.region == region } ?? self.usEast1 }
}
