/// A quantity of something, and what it costs at the first tier, without the monthly free amounts.
package struct Charge: Hashable, Sendable {
    package let item: PricedItem
    /// In the smallest countable things of ``PricedItem/unit``.
    package let quantity: Int128
    package let amount: Money
}

extension InvocationRecord {
    /// What the invocation used of everything that is priced. Requests and duration are always there; a failed or timed out
    /// invocation is billed like any other. REPORT lines, charges and bills all take their quantities from here.
    @inline(__always)
    func forEachUsage(_ use: (PricedItem, Int128) -> Void) {
        let milliseconds = self.billedMilliseconds
        use(.lambdaRequests, 1)
        use(self.isARM ? .lambdaDurationARM : .lambdaDurationX86, Int128(self.memoryMB * milliseconds))
        let storageMB = self.ephemeralStorageMB - PriceTable.freeEphemeralStorageMB
        if storageMB > 0 { use(.lambdaEphemeralStorage, Int128(storageMB * milliseconds)) }
        let streamed = self.responseBytes - PriceTable.freeStreamedBytes
        if self.isStreamed, streamed > 0 { use(.lambdaStreamedBytes, Int128(streamed)) }
    }
}

/// What one invocation costs: a line for each item that was used.
package func charges(for record: InvocationRecord, prices: PriceTable) -> [Charge] {
    var charges: [Charge] = []
    charges.reserveCapacity(4)
    record.forEachUsage { item, quantity in
        guard let rate = prices[item] else { return }
        charges.append(Charge(item: item, quantity: quantity, amount: rate.amount(for: quantity)))
    }
    return charges
}

extension Sequence<Charge> {
    package var total: Money { self.reduce(.zero) { $0 + $1.amount } }
}
