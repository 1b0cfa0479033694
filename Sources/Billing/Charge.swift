/// One line of a bill: a quantity of something, and what it costs.
package struct Charge: Hashable, Sendable {
    package enum Item: String, Hashable, Sendable, CaseIterable {
        /// Counted one by one.
        case requests
        /// In MB·ms of configured memory.
        case duration
        /// In MB·ms of `/tmp` beyond its first 512 MB.
        case ephemeralStorage
        /// In bytes beyond the first 6 MB of a streamed response.
        case streamedBytes
    }

    package let item: Item
    package let quantity: Int
    package let amount: Money
}

/// What one invocation costs at the first tier, without the monthly free amounts: a line for each item that was used. Requests
/// and duration are always there. A failed or timed out invocation is billed like any other.
package func charges(for record: InvocationRecord, prices: PriceTable) -> [Charge] {
    var charges: [Charge] = []
    func add(_ item: Charge.Item, _ quantity: Int, _ rate: Rate) {
        charges.append(Charge(item: item, quantity: quantity, amount: rate.amount(for: Int128(quantity))))
    }
    add(.requests, 1, prices.requests)
    add(.duration, record.billedMegabyteMilliseconds, record.isARM ? prices.durationARM : prices.durationX86)
    let storageMB = record.ephemeralStorageMB - PriceTable.freeEphemeralStorageMB
    if storageMB > 0 { add(.ephemeralStorage, storageMB * record.billedMilliseconds, prices.ephemeralStorage) }
    let streamed = record.responseBytes - PriceTable.freeStreamedBytes
    if record.isStreamed, streamed > 0 { add(.streamedBytes, streamed, prices.streamedBytes) }
    return charges
}

extension Sequence<Charge> {
    package var total: Money { self.reduce(.zero) { $0 + $1.amount } }
}
