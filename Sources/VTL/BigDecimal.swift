/// A decimal number that keeps its digits, `java.math.BigDecimal`: `unscaled` divided by ten to the power of `scale`.
///
/// A class, as it is rare and would make every ``Value`` larger.
public final class BigDecimal: Sendable, Equatable {
    public let unscaled: BigInteger
    public let scale: Int

    public init(unscaled: BigInteger, scale: Int) {
        self.unscaled = unscaled
        self.scale = scale
    }

    /// As Java's `equals`: 2.0 and 2.00 differ.
    public static func == (left: BigDecimal, right: BigDecimal) -> Bool {
        left.scale == right.scale && left.unscaled == right.unscaled
    }
}
