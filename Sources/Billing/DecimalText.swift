/// Decimal digits appended to bytes. Report lines are written once for each invocation, on its way back to the
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

    /// `1,100,000.25`: a decimal number with its whole part in groups of three.
    package static func grouped(_ number: String) -> String {
        let digits = number.utf8.prefix { $0 != UInt8(ascii: ".") }
        var grouped: [UInt8] = []
        for (index, digit) in digits.enumerated() {
            let left = digits.count - index
            if left % 3 == 0, let last = grouped.last, last != UInt8(ascii: "-") { grouped.append(UInt8(ascii: ",")) }
            grouped.append(digit)
        }
        return String(decoding: grouped + number.utf8.dropFirst(digits.count), as: UTF8.self)
    }

    package static func grouped(_ number: some BinaryInteger) -> String { self.grouped(String(number)) }

    /// `value` × 10^`scale` of a decimal number with or without exponent; `nil` when digits would be lost, when the magnitude is
    /// above `limit`, or when it is no number. An empty whole or fraction part is none.
    static func parse(_ text: String, scale: Int, limit: Int128) -> Int128? {
        var (value, decimals, exponent, hasDigits) = (Int128(0), Int?.none, 0, false)
        var bytes = text.utf8[...]
        let isNegative = bytes.first == UInt8(ascii: "-")
        if isNegative { bytes = bytes.dropFirst() }
        if let mark = bytes.firstIndex(where: { $0 == UInt8(ascii: "e") || $0 == UInt8(ascii: "E") }) {
            guard let number = Int(String(bytes[bytes.index(after: mark)...]) ?? ""), abs(number) < 100 else { return nil }
            exponent = number
            bytes = bytes[..<mark]
        }
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                guard value <= Int128.max / 100 else { return nil }
                value = value * 10 + Int128(byte - UInt8(ascii: "0"))
                decimals = decimals.map { $0 + 1 }
                hasDigits = true
            case UInt8(ascii: ".") where decimals == nil && hasDigits: decimals = 0
            default: return nil
            }
        }
        guard hasDigits, decimals != 0 else { return nil }
        var places = scale + exponent - (decimals ?? 0)
        while places > 0, value != 0 {
            guard value <= limit / 10 else { return nil }
            value *= 10
            places -= 1
        }
        while places < 0, value != 0 {
            guard value % 10 == 0 else { return nil }
            value /= 10
            places += 1
        }
        guard value <= limit else { return nil }
        return isNegative ? -value : value
    }

    /// The quotient rounded half away from zero.
    static func dividing(_ value: Int128, by divisor: Int128) -> Int128 {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        guard remainder.magnitude * 2 >= divisor.magnitude else { return quotient }
        return value < 0 ? quotient - 1 : quotient + 1
    }

    static func power(of base: Int128, _ exponent: Int) -> Int128 { (0..<exponent).reduce(1) { power, _ in power * base } }
}
