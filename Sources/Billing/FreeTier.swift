/// What AWS gives away each month, over all regions of an account.
package struct FreeTier: Hashable, Sendable {
    package struct Pool: Hashable, Sendable {
        package let name: String
        /// What it may be used for, the first one first.
        package let items: [PricedItem]
        /// In the smallest countable things of its items, which all have the same unit.
        package let quantity: Int128
        /// Ends with the account's first twelve months (accounts made before 2025-07-15).
        package let isFirstYearOnly: Bool
    }

    /// Which free amounts an account has.
    package enum Extent: String, Hashable, Sendable, CaseIterable {
        case none
        case always
        case firstYear = "first-year"
    }

    package let pools: [Pool]

    /// How much of each item's quantity is free.
    package func allowances(for quantities: [PricedItem: Int128], extent: Extent) -> [PricedItem: Int128] {
        guard extent != .none else { return [:] }
        var free: [PricedItem: Int128] = [:]
        for pool in self.pools where extent == .firstYear || !pool.isFirstYearOnly {
            var left = pool.quantity
            for item in pool.items {
                let used = min(left, (quantities[item] ?? 0) - (free[item] ?? 0))
                guard used > 0 else { continue }
                free[item, default: 0] += used
                left -= used
            }
        }
        return free
    }
}
