/// Another currency, at a rate that the user gives: `KRW=1100`. Bills stay in dollars, as AWS makes them out.
package struct Currency: Hashable, Sendable {
    /// ISO 4217.
    package let code: String
    /// Millionths of it in one dollar.
    private let millionthsPerDollar: Int128

    /// `nil` unless the text is three capital letters, `=` and a rate from 0.000001 to 1,000,000,000 with six decimals at most.
    package init?(parsing text: String) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].utf8.count == 3,
            parts[0].utf8.allSatisfy({ UInt8(ascii: "A")...UInt8(ascii: "Z") ~= $0 }),
            let rate = DecimalText.parse(String(parts[1]), scale: 6, limit: 1_000_000_000_000_000), rate > 0
        else { return nil }
        self.code = String(parts[0])
        self.millionthsPerDollar = rate
    }

    /// Currencies without a minor unit in use (ISO 4217).
    private static let withoutMinorUnit: Set<String> = ["CLP", "ISK", "JPY", "KRW", "PYG", "UGX", "VND", "XAF", "XOF"]

    private var decimals: Int { Self.withoutMinorUnit.contains(self.code) ? 0 : 2 }

    /// `17820`: rounded half up to the currency's own decimals.
    package func decimalText(_ money: Money) -> String {
        let billionths = DecimalText.dividing(money.attodollars, by: 1_000_000_000)
        let divisor = DecimalText.power(of: 10, 15 - self.decimals)
        let rounded = DecimalText.dividing(billionths * self.millionthsPerDollar, by: divisor)
        return DecimalText.text(rounded, scale: self.decimals, minimumFraction: self.decimals)
    }

    /// `17,820 KRW`
    package func text(_ money: Money) -> String { "\(DecimalText.grouped(self.decimalText(money))) \(self.code)" }
}
