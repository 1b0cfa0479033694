/// What AWS asks for in one region, as read on one day. Prices are data: a new reading is a new table, and every bill names the
/// one it was computed with.
package struct PriceTable: Hashable, Sendable {
    package let region: String
    /// When the figures were true, `YYYY-MM-DD`.
    package let pricesOf: String
    /// For requests to a function.
    package let requests: Rate
    package let durationX86: Rate
    package let durationARM: Rate
    package let ephemeralStorage: Rate
    package let streamedBytes: Rate
    package let queueRequests: Rate
    package let fifoQueueRequests: Rate
    package let fairQueueSurcharge: Rate
    private let rates: [PricedItem: Rate]

    /// Throws what is missing of ``PricedItem/metered``.
    package init(region: String, pricesOf: String, rates: [PricedItem: Rate]) throws(MissingPrices) {
        guard let requests = rates[.lambdaRequests], let durationX86 = rates[.lambdaDurationX86],
            let durationARM = rates[.lambdaDurationARM], let ephemeralStorage = rates[.lambdaEphemeralStorage],
            let streamedBytes = rates[.lambdaStreamedBytes], let queueRequests = rates[.queueRequests],
            let fifoQueueRequests = rates[.fifoQueueRequests], let fairQueueSurcharge = rates[.fairQueueRequests]
        else { throw MissingPrices(items: PricedItem.metered.filter { rates[$0] == nil }) }
        self.region = region
        self.pricesOf = pricesOf
        self.requests = requests
        self.durationX86 = durationX86
        self.durationARM = durationARM
        self.ephemeralStorage = ephemeralStorage
        self.streamedBytes = streamedBytes
        self.queueRequests = queueRequests
        self.fifoQueueRequests = fifoQueueRequests
        self.fairQueueSurcharge = fairQueueSurcharge
        self.rates = rates
    }

    /// `nil` where no price was read: the item is left out of a bill and named, never guessed.
    package subscript(item: PricedItem) -> Rate? {
        switch item {
        // What every invocation uses goes without a look-up.
        case .lambdaRequests: self.requests
        case .lambdaDurationX86: self.durationX86
        case .lambdaDurationARM: self.durationARM
        default: self.rates[item]
        }
    }

    /// At the first tiers, before free amounts. What has no price here costs nothing.
    package func cost(of quantities: [PricedItem: Int128]) -> Money {
        quantities.reduce(Money.zero) { $0 + (self[$1.key]?.amount(for: $1.value) ?? .zero) }
    }
}

package struct MissingPrices: Error, Hashable, Sendable {
    package let items: [PricedItem]
}

extension PriceTable {
    /// MB·ms in a GB-second: 1,024 MB × 1,000 ms.
    package static let gigabyteSecond: Int128 = 1_024_000
    /// AWS counts 1,024³ bytes to a GB.
    package static let gigabyte: Int128 = 1_073_741_824
    package static let freeEphemeralStorageMB = 512
    package static let freeStreamedBytes = 6_291_456
    /// A month, of all queues and regions together; ``PriceBook/freeTier`` has it too.
    package static let freeQueueRequests = 1_000_000

    package static let usEast1 = PriceBook.embedded.table(for: "us-east-1")
    package static let apNortheast2 = PriceBook.embedded.table(for: "ap-northeast-2")

    /// The table of a region, or that of us-east-1, which the pricing pages take for their examples, where there is none.
    /// The table's own ``region`` says which one a bill used.
    package static func table(for region: String) -> PriceTable { PriceBook.embedded.table(for: region) }
}
