/// A month's usage in money: what each consumer used at list price, what the free tier takes off, and what is left to pay.
///
/// Everything adds up exactly: the lines of an item to its gross amount, the gross amounts less the credits to the total, and the
/// net segments of an item to its gross amount less its credit.
package struct Bill: Hashable, Sendable {
    /// A consumer's part of an item in one tier, before the free tier. Consumers use up the tiers in their order.
    package struct Line: Hashable, Sendable {
        package let consumer: Consumer
        package let item: PricedItem
        package let segment: Rate.Segment
    }

    /// An item over all consumers.
    package struct Item: Hashable, Sendable {
        package let item: PricedItem
        package let quantity: Int128
        /// What the free tier covers of it.
        package let freeQuantity: Int128
        package let gross: Money
        /// What is paid for, tier by tier.
        package let net: [Rate.Segment]

        package var amount: Money { self.net.reduce(.zero) { $0 + $1.amount } }
        /// What the free tier saves.
        package var credit: Money { self.gross - self.amount }
    }

    /// Something that was used and has no price in this table.
    package struct Unpriced: Hashable, Sendable {
        package let consumer: Consumer
        package let item: PricedItem
        package let quantity: Int128
    }

    package let region: String
    package let pricesOf: String
    /// By consumer, then by item.
    package private(set) var lines: [Line] = []
    package private(set) var items: [Item] = []
    package private(set) var unpriced: [Unpriced] = []

    package var gross: Money { self.items.reduce(.zero) { $0 + $1.gross } }
    package var credit: Money { self.items.reduce(.zero) { $0 + $1.credit } }
    package var total: Money { self.items.reduce(.zero) { $0 + $1.amount } }

    /// - Parameters:
    ///   - usage: of a whole month; of less, tiers and free amounts are taken as if it were one.
    ///   - free: the free tier of the account and how much of it the account has.
    package init(for usage: Usage, prices: PriceTable, freeTier: FreeTier, extent: FreeTier.Extent) {
        self.region = prices.region
        self.pricesOf = prices.pricesOf
        let totals = usage.totals
        let allowances = freeTier.allowances(for: totals, extent: extent)
        let consumers = usage.quantities.keys.sorted()
        for item in PricedItem.allCases {
            guard let total = totals[item], let rate = prices[item] else { continue }
            let free = allowances[item] ?? 0
            self.items.append(
                Item(
                    item: item, quantity: total, freeQuantity: free, gross: rate.amount(for: total),
                    net: rate.segments(for: total - free)))
        }
        var before: [PricedItem: Int128] = [:]
        for consumer in consumers {
            let quantities = usage.quantities[consumer] ?? [:]
            for item in PricedItem.allCases {
                guard let quantity = quantities[item] else { continue }
                guard let rate = prices[item] else {
                    self.unpriced.append(Unpriced(consumer: consumer, item: item, quantity: quantity))
                    continue
                }
                let start = before[item] ?? 0
                self.lines += rate.segments(for: quantity, after: start).map { Line(consumer: consumer, item: item, segment: $0) }
                before[item] = start + quantity
            }
        }
    }
}

extension PriceBook {
    /// A bill at the prices of a region, or of us-east-1 where there are none.
    package func bill(for usage: Usage, region: String, extent: FreeTier.Extent = .always) -> Bill {
        Bill(for: usage, prices: self.table(for: region), freeTier: self.freeTier, extent: extent)
    }
}
