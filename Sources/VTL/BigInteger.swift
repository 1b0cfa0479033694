/// An integer of any size, `java.math.BigInteger`: what Java's `long` can't hold.
public struct BigInteger: Sendable, Hashable {
    /// The digits to base 2³², the lowest first, without leading zeros; zero has none.
    let magnitude: [UInt32]
    let isNegative: Bool

    init(magnitude: [UInt32], isNegative: Bool) {
        var digits = magnitude
        while digits.last == 0 { digits.removeLast() }
        self.magnitude = digits
        self.isNegative = isNegative && !digits.isEmpty
    }

    public init(_ value: Int64) {
        let size = value.magnitude
        self.init(magnitude: [UInt32(truncatingIfNeeded: size), UInt32(size >> 32)], isNegative: value < 0)
    }

    /// Decimal digits with an optional sign; nil for any other text.
    public init?(_ text: some StringProtocol) {
        let digits = text.hasPrefix("-") || text.hasPrefix("+") ? text.dropFirst() : text[...]
        guard !digits.isEmpty else { return nil }
        var magnitude: [UInt32] = []
        for byte in digits.utf8 {
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
            Self.multiply(&magnitude, by: 10, adding: UInt32(byte &- UInt8(ascii: "0")))
        }
        self.init(magnitude: magnitude, isNegative: text.hasPrefix("-"))
    }

    static func multiply(_ magnitude: inout [UInt32], by factor: UInt32, adding summand: UInt32) {
        var carry = UInt64(summand)
        for index in magnitude.indices {
            let product = UInt64(magnitude[index]) * UInt64(factor) + carry
            magnitude[index] = UInt32(truncatingIfNeeded: product)
            carry = product >> 32
        }
        if carry > 0 { magnitude.append(UInt32(carry)) }
    }

    /// Divides in place and answers the remainder.
    static func divide(_ magnitude: inout [UInt32], by divisor: UInt32) -> UInt32 {
        var remainder: UInt64 = 0
        for index in magnitude.indices.reversed() {
            let part = remainder << 32 | UInt64(magnitude[index])
            magnitude[index] = UInt32(part / UInt64(divisor))
            remainder = part % UInt64(divisor)
        }
        while magnitude.last == 0 { magnitude.removeLast() }
        return UInt32(remainder)
    }

    var bitWidth: Int { self.magnitude.count * 32 }

    /// `BigInteger.hashCode()`: 31-adic over the digits, the highest first, times the sign.
    var javaHashCode: Int32 {
        var hash: Int32 = 0
        for digit in self.magnitude.reversed() { hash = hash &* 31 &+ Int32(bitPattern: digit) }
        return self.isNegative ? 0 &- hash : hash
    }

    /// The value, if a `long` can hold it.
    public var int64: Int64? {
        guard self.magnitude.count <= 2 else { return nil }
        var size: UInt64 = 0
        for digit in self.magnitude.reversed() { size = size << 32 | UInt64(digit) }
        if self.isNegative { return size <= UInt64(Int64.max) + 1 ? Int64(truncatingIfNeeded: 0 &- size) : nil }
        return Int64(exactly: size)
    }
}

extension BigInteger: CustomStringConvertible {
    public var description: String {
        guard !self.magnitude.isEmpty else { return "0" }
        var rest = self.magnitude
        var groups: [String] = []
        while !rest.isEmpty {
            let group = String(Self.divide(&rest, by: 1_000_000_000))
            groups.append(rest.isEmpty ? group : String(repeating: "0", count: 9 - group.count) + group)
        }
        return (self.isNegative ? "-" : "") + groups.reversed().joined()
    }
}
