package import CoreTypes

/// Decimal and hexadecimal digits appended to bytes. Report lines are written once for each invocation, on its way back to the
/// caller: they go without String interpolation and its allocations.
package enum DecimalText {
    package static func append(_ value: some FixedWidthInteger & UnsignedInteger, to bytes: inout [UInt8]) {
        if value >= 10 { self.append(value / 10, to: &bytes) }
        bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value % 10))
    }

    package static func append(_ value: Int, to bytes: inout [UInt8]) {
        if value < 0 { bytes.append(UInt8(ascii: "-")) }
        self.append(value.magnitude, to: &bytes)
    }

    /// `2.90`: hundredths with two decimals.
    package static func append(hundredths: Int64, to bytes: inout [UInt8]) {
        if hundredths < 0 { bytes.append(UInt8(ascii: "-")) }
        let magnitude = hundredths.magnitude
        self.append(magnitude / 100, to: &bytes)
        bytes.append(UInt8(ascii: "."))
        bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: magnitude / 10 % 10))
        bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: magnitude % 10))
    }

    /// `2.9` or `5000.0`: hundredths with one decimal at least, as the platform writes numbers in JSON.
    package static func append(jsonHundredths hundredths: Int64, to bytes: inout [UInt8]) {
        self.append(hundredths: hundredths, to: &bytes)
        if hundredths % 10 == 0 { bytes.removeLast() }
    }

    /// The 36 characters of a UUID.
    package static func append(_ id: RequestID, to bytes: inout [UInt8]) {
        for nibble in 0..<32 {
            if nibble == 8 || nibble == 12 || nibble == 16 || nibble == 20 { bytes.append(UInt8(ascii: "-")) }
            let word = nibble < 16 ? id.high : id.low
            self.append(nibble: UInt8(truncatingIfNeeded: word >> UInt64(60 - 4 * (nibble & 15))) & 15, to: &bytes)
        }
    }

    private static func append(nibble: UInt8, to bytes: inout [UInt8]) {
        bytes.append(nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") - 10 + nibble)
    }

    /// `value` × 10^-`scale` without trailing zeros beyond `minimumFraction` digits; no point when nothing follows it.
    static func text(_ value: Int128, scale: Int, minimumFraction: Int) -> String {
        var digits: [UInt8] = []
        self.append(value.magnitude, to: &digits)
        if digits.count <= scale {
            digits.insert(contentsOf: repeatElement(UInt8(ascii: "0"), count: scale + 1 - digits.count), at: 0)
        }
        var fraction = digits.suffix(scale)
        while fraction.count > minimumFraction, fraction.last == UInt8(ascii: "0") { fraction.removeLast() }
        let sign = value < 0 ? "-" : ""
        let whole = String(decoding: digits.dropLast(scale), as: UTF8.self)
        return fraction.isEmpty ? sign + whole : sign + whole + "." + String(decoding: fraction, as: UTF8.self)
    }

    /// The quotient rounded half away from zero.
    static func dividing(_ value: Int128, by divisor: Int128) -> Int128 {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        guard remainder.magnitude * 2 >= divisor.magnitude else { return quotient }
        return value < 0 ? quotient - 1 : quotient + 1
    }

    static func power(of base: Int128, _ exponent: Int) -> Int128 { (0..<exponent).reduce(1) { power, _ in power * base } }
}
