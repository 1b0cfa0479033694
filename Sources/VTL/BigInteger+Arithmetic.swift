extension BigInteger: Comparable {
    var isZero: Bool { self.magnitude.isEmpty }

    /// The lowest 64 bits in two's complement, as `BigInteger.longValue()` answers.
    var truncated: Int64 {
        var size: UInt64 = 0
        for digit in self.magnitude.prefix(2).reversed() { size = size << 32 | UInt64(digit) }
        return Int64(bitPattern: self.isNegative ? 0 &- size : size)
    }

    var negated: BigInteger { BigInteger(magnitude: self.magnitude, isNegative: !self.isNegative) }

    public static func < (left: BigInteger, right: BigInteger) -> Bool {
        if left.isNegative != right.isNegative { return left.isNegative }
        let order = self.compare(left.magnitude, right.magnitude)
        return left.isNegative ? order > 0 : order < 0
    }

    static func + (left: BigInteger, right: BigInteger) -> BigInteger {
        if left.isNegative == right.isNegative {
            return BigInteger(magnitude: self.sum(left.magnitude, right.magnitude), isNegative: left.isNegative)
        }
        if self.compare(left.magnitude, right.magnitude) >= 0 {
            return BigInteger(magnitude: self.difference(left.magnitude, right.magnitude), isNegative: left.isNegative)
        }
        return BigInteger(magnitude: self.difference(right.magnitude, left.magnitude), isNegative: right.isNegative)
    }

    static func - (left: BigInteger, right: BigInteger) -> BigInteger { left + right.negated }

    static func * (left: BigInteger, right: BigInteger) -> BigInteger {
        var product = [UInt32](repeating: 0, count: left.magnitude.count + right.magnitude.count)
        for (index, digit) in left.magnitude.enumerated() {
            var carry: UInt64 = 0
            for (offset, other) in right.magnitude.enumerated() {
                let part = UInt64(digit) * UInt64(other) + UInt64(product[index + offset]) + carry
                product[index + offset] = UInt32(truncatingIfNeeded: part)
                carry = part >> 32
            }
            product[index + right.magnitude.count] = UInt32(carry)
        }
        return BigInteger(magnitude: product, isNegative: left.isNegative != right.isNegative)
    }

    /// Cut towards zero, the remainder with the sign of the dividend. Bit by bit: what comes here has a few hundred bits.
    func quotientAndRemainder(dividingBy divisor: BigInteger) -> (quotient: BigInteger, remainder: BigInteger) {
        precondition(!divisor.isZero, "a caller asks for the divisor being zero first")
        if divisor.magnitude.count == 1 {
            var quotient = self.magnitude
            let remainder = Self.divide(&quotient, by: divisor.magnitude[0])
            return (
                BigInteger(magnitude: quotient, isNegative: self.isNegative != divisor.isNegative),
                BigInteger(magnitude: [remainder], isNegative: self.isNegative)
            )
        }
        var quotient = [UInt32](repeating: 0, count: self.magnitude.count)
        var remainder: [UInt32] = []
        for index in self.magnitude.indices.reversed() {
            for bit in (0..<32).reversed() {
                Self.multiply(&remainder, by: 2, adding: self.magnitude[index] >> UInt32(bit) & 1)
                if Self.compare(remainder, divisor.magnitude) >= 0 {
                    remainder = Self.difference(remainder, divisor.magnitude)
                    quotient[index] |= 1 << UInt32(bit)
                }
            }
        }
        return (
            BigInteger(magnitude: quotient, isNegative: self.isNegative != divisor.isNegative),
            BigInteger(magnitude: remainder, isNegative: self.isNegative)
        )
    }

    static func power(of base: UInt32, _ exponent: Int) -> BigInteger {
        var magnitude: [UInt32] = [1]
        for _ in 0..<exponent { self.multiply(&magnitude, by: base, adding: 0) }
        return BigInteger(magnitude: magnitude, isNegative: false)
    }

    private static func compare(_ left: [UInt32], _ right: [UInt32]) -> Int {
        if left.count != right.count { return left.count < right.count ? -1 : 1 }
        for index in left.indices.reversed() where left[index] != right[index] { return left[index] < right[index] ? -1 : 1 }
        return 0
    }

    private static func sum(_ left: [UInt32], _ right: [UInt32]) -> [UInt32] {
        var result: [UInt32] = []
        var carry: UInt64 = 0
        for index in 0..<max(left.count, right.count) {
            let part = UInt64(index < left.count ? left[index] : 0) + UInt64(index < right.count ? right[index] : 0) + carry
            result.append(UInt32(truncatingIfNeeded: part))
            carry = part >> 32
        }
        if carry > 0 { result.append(UInt32(carry)) }
        return result
    }

    /// Of a magnitude and one that is not larger.
    private static func difference(_ left: [UInt32], _ right: [UInt32]) -> [UInt32] {
        var result = left
        var borrow: Int64 = 0
        for index in left.indices {
            let part = Int64(left[index]) - Int64(index < right.count ? right[index] : 0) - borrow
            borrow = part < 0 ? 1 : 0
            result[index] = UInt32(truncatingIfNeeded: part)
        }
        while result.last == 0 { result.removeLast() }
        return result
    }
}
