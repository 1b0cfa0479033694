/// The price of a quantity, by monthly volume.
package struct Rate: Hashable, Sendable {
    package struct Tier: Hashable, Sendable {
        /// Priced units from which this tier holds, counted over the month, the account and the region.
        package let from: Int128
        package let price: Money

        package init(from: Int128, price: Money) {
            self.from = from
            self.price = price
        }
    }

    /// A part of a quantity that lies in one tier.
    package struct Segment: Hashable, Sendable {
        /// Counted from 1, as bills do.
        package let tier: Int
        package let quantity: Int128
        package let price: Money
        package let amount: Money
    }

    /// How many of the smallest countable things (one request, one MB·ms, one byte) the price is for.
    package let unit: Int128
    /// By rising `from`; the first begins at 0.
    package let tiers: [Tier]

    package init(unit: Int128, tiers: [Tier]) {
        precondition(unit > 0 && tiers.first?.from == 0, "a rate has a unit and a tier that begins at 0")
        self.unit = unit
        self.tiers = tiers
    }

    /// What a quantity costs when `before` has been used in this month already. Amounts of quantities that follow each other add
    /// up to the amount of their sum, to the attodollar, because each is the difference of two sums that are rounded alike.
    package func amount(for quantity: Int128, after before: Int128 = 0) -> Money {
        before == 0 ? self.sum(upTo: quantity) : self.sum(upTo: before + quantity) - self.sum(upTo: before)
    }

    /// The same, tier by tier.
    package func segments(for quantity: Int128, after before: Int128 = 0) -> [Segment] {
        var segments: [Segment] = []
        for (index, tier) in self.tiers.enumerated() {
            let (start, end) = (max(before, tier.from * self.unit), min(before + quantity, self.end(ofTier: index)))
            guard end > start else { continue }
            segments.append(
                Segment(
                    tier: index + 1, quantity: end - start, price: tier.price, amount: self.sum(upTo: end) - self.sum(upTo: start)
                ))
        }
        return segments
    }

    private func sum(upTo quantity: Int128) -> Money {
        if self.tiers.count == 1 {
            return Money(attodollars: DecimalText.dividing(quantity * self.tiers[0].price.attodollars, by: self.unit))
        }
        var sum: Int128 = 0
        for (index, tier) in self.tiers.enumerated() {
            let (start, end) = (tier.from * self.unit, min(quantity, self.end(ofTier: index)))
            guard end > start else { break }
            sum += (end - start) * tier.price.attodollars
        }
        return Money(attodollars: DecimalText.dividing(sum, by: self.unit))
    }

    private func end(ofTier index: Int) -> Int128 {
        index + 1 < self.tiers.count ? self.tiers[index + 1].from * self.unit : Int128.max
    }
}
