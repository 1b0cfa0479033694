/// A decimal number that keeps its digits, `java.math.BigDecimal`: `unscaled` divided by ten to the power of `scale`.
///
/// A class, as it is rare and would make every ``Value`` larger.
public final class BigDecimal: Sendable, Equatable {
    public let unscaled: BigInteger
    public let scale: Int

    /// Further apart, two scales are not brought together: the digits in between would fill the memory.
    private static let scaleMax = 4096

    public init(unscaled: BigInteger, scale: Int) {
        self.unscaled = unscaled
        self.scale = scale
    }

    /// A number as JSON writes it: `12.50`, `-1e-7`; nil for any other text, and for exponents beyond ±4096.
    public convenience init?(_ text: some StringProtocol) {
        let parts = text.split(omittingEmptySubsequences: false) { $0 == "e" || $0 == "E" }
        guard parts.count <= 2, let exponent = parts.count == 2 ? Int(parts[1]) : 0, exponent.magnitude <= Self.scaleMax else {
            return nil
        }
        let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        guard mantissa.count <= 2, let whole = mantissa.first else { return nil }
        let fraction = mantissa.count == 2 ? mantissa[1] : ""
        guard let unscaled = BigInteger(String(whole) + fraction), !fraction.hasPrefix("-"), !fraction.hasPrefix("+") else {
            return nil
        }
        self.init(unscaled: unscaled, scale: fraction.count - exponent)
    }

    /// The double's exact value, which is what Java's constructor makes of it: `0.1` becomes a number of 55 digits.
    convenience init(exactly number: Double) {
        guard number.isFinite, number != 0 else {
            self.init(unscaled: BigInteger(0), scale: 0)
            return
        }
        // mantissa · 2^exponent, the mantissa odd.
        var mantissa = Int64(number.significandBitPattern | (number.isNormal ? 1 << 52 : 0))
        var exponent = (number.isNormal ? Int(number.exponentBitPattern) : 1) - 1075
        let zeros = mantissa.trailingZeroBitCount
        mantissa >>= Int64(zeros)
        exponent += zeros
        let signed = BigInteger(number < 0 ? -mantissa : mantissa)
        if exponent >= 0 {
            self.init(unscaled: signed * BigInteger.power(of: 2, exponent), scale: 0)
        } else {
            self.init(unscaled: signed * BigInteger.power(of: 5, -exponent), scale: -exponent)
        }
    }

    /// As Java's `equals`: 2.0 and 2.00 differ.
    public static func == (left: BigDecimal, right: BigDecimal) -> Bool {
        left.scale == right.scale && left.unscaled == right.unscaled
    }

    var negated: BigDecimal { BigDecimal(unscaled: self.unscaled.negated, scale: self.scale) }

    /// Without the fraction.
    var whole: BigInteger {
        guard self.scale > 0 else { return self.unscaled * BigInteger.power(of: 10, -self.scale) }
        return self.unscaled.quotientAndRemainder(dividingBy: BigInteger.power(of: 10, self.scale)).quotient
    }

    private func unscaled(atScale scale: Int) -> BigInteger {
        self.unscaled * BigInteger.power(of: 10, scale - self.scale)
    }

    private func check(_ other: BigDecimal) throws(MethodFailure) {
        guard max(self.scale.magnitude, other.scale.magnitude) <= Self.scaleMax * 2,
            max(self.unscaled.bitWidth, other.unscaled.bitWidth) <= Limits.integerBitsMax
        else { throw MethodFailure("ArithmeticException: a decimal grew beyond all bounds") }
    }

    func adding(_ other: BigDecimal) throws(MethodFailure) -> BigDecimal {
        try self.check(other)
        let scale = max(self.scale, other.scale)
        return BigDecimal(unscaled: self.unscaled(atScale: scale) + other.unscaled(atScale: scale), scale: scale)
    }

    func multiplied(by other: BigDecimal) throws(MethodFailure) -> BigDecimal {
        try self.check(other)
        return BigDecimal(unscaled: self.unscaled * other.unscaled, scale: self.scale + other.scale)
    }

    /// At the dividend's scale, rounded to the nearest and halves towards zero.
    func divided(by other: BigDecimal) throws(MethodFailure) -> BigDecimal {
        try self.check(other)
        var dividend = self.unscaled
        var divisor = other.unscaled
        if other.scale > 0 {
            dividend = dividend * BigInteger.power(of: 10, other.scale)
        } else {
            divisor = divisor * BigInteger.power(of: 10, -other.scale)
        }
        var (quotient, remainder) = dividend.quotientAndRemainder(dividingBy: divisor)
        let twice = BigInteger(magnitude: (remainder + remainder).magnitude, isNegative: false)
        if twice > BigInteger(magnitude: divisor.magnitude, isNegative: false) {
            quotient = quotient + BigInteger(dividend.isNegative == divisor.isNegative ? 1 : -1)
        }
        return BigDecimal(unscaled: quotient, scale: self.scale)
    }

    func compared(to other: BigDecimal) -> Int {
        let scale = max(self.scale, other.scale)
        let left = self.unscaled(atScale: scale)
        let right = other.unscaled(atScale: scale)
        return left < right ? -1 : left > right ? 1 : 0
    }
}

extension BigDecimal: CustomStringConvertible {
    /// `BigDecimal.toString()`: plain where the point stands in or close before the digits, else with an exponent.
    public var description: String {
        let sign = self.unscaled.isNegative ? "-" : ""
        let digits = BigInteger(magnitude: self.unscaled.magnitude, isNegative: false).description
        if self.scale == 0 { return sign + digits }
        let exponent = digits.count - 1 - self.scale
        if self.scale > 0, exponent >= -6 {
            guard digits.count > self.scale else {
                return sign + "0." + String(repeating: "0", count: self.scale - digits.count) + digits
            }
            return sign + digits.dropLast(self.scale) + "." + digits.suffix(self.scale)
        }
        let fraction = digits.count > 1 ? "." + digits.dropFirst() : ""
        return sign + digits.prefix(1) + fraction + "E" + (exponent >= 0 ? "+" : "") + String(exponent)
    }
}
