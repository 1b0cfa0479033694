/// An amount of US dollars in whole attodollars (10⁻¹⁸ USD), so that sums of any order are equal and a bill is exact far below
/// the nano-dollar. A millisecond of the smallest function costs about two thousand million of them; the range ends at
/// 1.7 × 10²⁰ USD.
package struct Money: Hashable, Comparable, Sendable {
    package let attodollars: Int128

    package init(attodollars: Int128) { self.attodollars = attodollars }

    /// A decimal number of dollars as AWS prints it, `0.0000166667` or `1.4e-5`; `nil` for anything else, for more than 18
    /// decimals, and beyond 10¹⁵.
    package init?(parsing text: String) {
        guard let value = DecimalText.parse(text, scale: Self.scale, limit: DecimalText.power(of: 10, 15 + Self.scale)) else {
            return nil
        }
        self.attodollars = value
    }

    package static let zero = Money(attodollars: 0)
    static let scale = 18

    package static func + (left: Self, right: Self) -> Self { Money(attodollars: left.attodollars + right.attodollars) }
    package static func - (left: Self, right: Self) -> Self { Money(attodollars: left.attodollars - right.attodollars) }
    package static prefix func - (money: Self) -> Self { Money(attodollars: -money.attodollars) }
    package static func += (left: inout Self, right: Self) { left = left + right }
    package static func < (left: Self, right: Self) -> Bool { left.attodollars < right.attodollars }
}

extension Money {
    /// With exactly `decimals` digits behind the point (0 to 18), the last one rounded half away from zero.
    package func text(decimals: Int) -> String {
        precondition((0...Self.scale).contains(decimals), "money has 0 to 18 decimals, not \(decimals)")
        let unit = DecimalText.power(of: 10, Self.scale - decimals)
        let rounded = DecimalText.dividing(self.attodollars, by: unit)
        return DecimalText.text(rounded, scale: decimals, minimumFraction: decimals)
    }

    /// `1,234.50`, `18.33337`, `0.0000002083`: for a line of a bill, two decimals at least, six at most from a dollar up and ten
    /// below, which every price needs.
    package var billText: String {
        let isSmall = self.attodollars.magnitude < DecimalText.power(of: 10, Self.scale).magnitude
        let decimals = isSmall ? 10 : 6
        let rounded = DecimalText.dividing(self.attodollars, by: DecimalText.power(of: 10, Self.scale - decimals))
        return DecimalText.grouped(DecimalText.text(rounded, scale: decimals, minimumFraction: 2))
    }

    /// All digits there are, as a JSON number: `0.0000002020833375`.
    package var exactText: String { DecimalText.text(self.attodollars, scale: Self.scale, minimumFraction: 0) }
}

extension Money: CustomStringConvertible {
    /// For people: cents from one dollar up (`18.33 USD`), ten decimals below (`0.0000002083 USD`), the precision of AWS's own
    /// price list.
    package var description: String {
        let dollar = DecimalText.power(of: 10, Self.scale)
        let isSmall = self.attodollars.magnitude < dollar.magnitude && self != .zero
        return self.text(decimals: isSmall ? 10 : 2) + " USD"
    }
}
