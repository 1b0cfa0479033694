/// `%d %o %x` and `%e %f %g`.
extension FormatWriter {
    mutating func writeInteger(_ value: Value, _ specifier: FormatSpecifier) throws(MethodFailure) {
        let number: BigInteger
        let bits: UInt64
        switch value {
        case .int(let small): (number, bits) = (BigInteger(Int64(small)), UInt64(UInt32(bitPattern: small)))
        case .long(let large): (number, bits) = (BigInteger(large), UInt64(bitPattern: large))
        case .bigInteger(let number): return try self.writeBigInteger(number, specifier)
        default: throw self.misfit(value, specifier)
        }
        guard specifier.conversion != UInt8(ascii: "d") else { return try self.writeBigInteger(number, specifier) }
        // The bits of the class's own width, which have no sign.
        try specifier.refuse(.parentheses, .space, .plus)
        let digits = String(bits, radix: specifier.conversion == UInt8(ascii: "o") ? 8 : 16)
        try self.assemble(false, Self.radixMark(specifier), digits, specifier)
    }

    private mutating func writeBigInteger(_ number: BigInteger, _ specifier: FormatSpecifier) throws(MethodFailure) {
        switch specifier.conversion {
        case UInt8(ascii: "d"):
            let digits = (number.isNegative ? number.negated : number).description
            try self.assemble(number.isNegative, "", Self.grouped(digits, specifier), specifier)
        case UInt8(ascii: "o"):
            try self.assemble(number.isNegative, Self.radixMark(specifier), number.digits(bitsEach: 3), specifier)
        default: try self.assemble(number.isNegative, Self.radixMark(specifier), number.digits(bitsEach: 4), specifier)
        }
    }

    private static func radixMark(_ specifier: FormatSpecifier) -> String {
        guard specifier.flags.contains(.alternate) else { return "" }
        return specifier.conversion == UInt8(ascii: "o") ? "0" : "0x"
    }

    private static func grouped(_ digits: String, _ specifier: FormatSpecifier) -> String {
        guard specifier.flags.contains(.group) else { return digits }
        var result = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.utf8.count - index) % 3 == 0 { result.append(",") }
            result.append(digit)
        }
        return result
    }

    /// Sign, mark, zeros up to the width, digits, the sign's end.
    private mutating func assemble(
        _ isNegative: Bool, _ mark: String, _ digits: String, _ specifier: FormatSpecifier
    ) throws(MethodFailure) {
        let flags = specifier.flags
        let isEnclosed = isNegative && flags.contains(.parentheses)
        let sign = isEnclosed ? "(" : isNegative ? "-" : flags.contains(.plus) ? "+" : flags.contains(.space) ? " " : ""
        let size = sign.utf8.count + mark.utf8.count + digits.utf8.count + (isEnclosed ? 1 : 0)
        let zeros = flags.contains(.zero) ? max(0, (specifier.width ?? 0) - size) : 0
        try self.check(zeros + size)
        let number = mark + String(repeating: "0", count: zeros) + digits
        try self.justify(sign + (specifier.isUppercase ? number.uppercased() : number) + (isEnclosed ? ")" : ""), specifier)
    }

    // MARK: Decimals

    mutating func writeFloat(_ value: Value, _ specifier: FormatSpecifier) throws(MethodFailure) {
        switch value {
        case .double(let number):
            guard number.isFinite else { return try self.writeInfinite(number, specifier) }
            try self.writeDecimal(DecimalDigits(number), number.sign == .minus, isDouble: true, specifier)
        case .decimal(let number):
            guard number.scale.magnitude <= UInt(self.bytesMax) else {
                throw MethodFailure("OutOfMemoryError: a text grew beyond \(self.bytesMax) bytes")
            }
            try self.writeDecimal(DecimalDigits(number), number.unscaled.isNegative, isDouble: false, specifier)
        default: throw self.misfit(value, specifier)
        }
    }

    /// Never with zeros before it.
    private mutating func writeInfinite(_ number: Double, _ specifier: FormatSpecifier) throws(MethodFailure) {
        var text = "NaN"
        if !number.isNaN {
            let isNegative = number < 0
            let isEnclosed = isNegative && specifier.flags.contains(.parentheses)
            let plus = specifier.flags.contains(.plus) ? "+" : specifier.flags.contains(.space) ? " " : ""
            text = (isEnclosed ? "(" : isNegative ? "-" : plus) + "Infinity" + (isEnclosed ? ")" : "")
        }
        try self.justify(specifier.isUppercase ? text.uppercased() : text, specifier)
    }

    private mutating func writeDecimal(
        _ digits: DecimalDigits, _ isNegative: Bool, isDouble: Bool, _ specifier: FormatSpecifier
    ) throws(MethodFailure) {
        var digits = digits
        let precision = specifier.precision ?? 6
        try self.check(precision + max(digits.exponent, 0))
        let text: String
        switch specifier.conversion {
        case UInt8(ascii: "f"): text = Self.fixed(digits, places: precision, specifier)
        case UInt8(ascii: "e"): text = Self.scientific(digits, places: precision, isDouble: isDouble, specifier)
        default:
            let count = max(precision, 1)
            digits.round(to: count)
            // A zero of BigDecimal's that has a scale is small, not zero, to Java.
            let isPlain =
                digits.isZero
                ? isDouble || digits.exponent == 1 : digits.exponent > -4 && digits.exponent <= count
            text =
                isPlain
                ? Self.fixed(digits, places: count - digits.exponent, specifier)
                : Self.scientific(digits, places: count - 1, isDouble: isDouble, specifier)
        }
        try self.assemble(isNegative, "", text, specifier)
    }

    /// `123.450`
    private static func fixed(_ number: DecimalDigits, places: Int, _ specifier: FormatSpecifier) -> String {
        var number = number
        number.round(to: number.exponent + places)
        let whole = number.isZero ? "0" : number.text(0..<max(number.exponent, 0))
        let point = places > 0 || specifier.flags.contains(.alternate) ? "." : ""
        let fraction = number.text(number.exponent..<(number.exponent + max(places, 0)))
        return self.grouped(whole.isEmpty ? "0" : whole, specifier) + point + fraction
    }

    /// `1.23450e+02`
    private static func scientific(
        _ number: DecimalDigits, places: Int, isDouble: Bool, _ specifier: FormatSpecifier
    ) -> String {
        var number = number
        number.round(to: places + 1)
        let point = places > 0 || specifier.flags.contains(.alternate) ? "." : ""
        let exponent = number.exponent - 1
        // Java leaves the zero out before the 9 of a BigDecimal that is a whole number of ten digits.
        let isShort = exponent.magnitude < 10 && !(!isDouble && number.digits.count == 10 && exponent == 9)
        let sign = exponent < 0 ? "-" : "+"
        return number.text(0..<1) + point + number.text(1..<(places + 1)) + "e" + sign + (isShort ? "0" : "")
            + String(exponent.magnitude)
    }
}

/// The digits of a decimal number without its sign: 0.d₁d₂d₃… times ten to the power of `exponent`.
private struct DecimalDigits {
    private(set) var digits: [UInt8]
    private(set) var exponent: Int

    /// The shortest digits that read back as the number; Java rounds these, not the number's exact value.
    init(_ number: Double) {
        guard number != 0 else {
            (self.digits, self.exponent) = ([UInt8(ascii: "0")], 1)
            return
        }
        let (digits, exponent) = Double.digits(of: number.magnitude)
        (self.digits, self.exponent) = (Array(digits.utf8), exponent)
    }

    init(_ number: BigDecimal) {
        self.digits = Array(BigInteger(magnitude: number.unscaled.magnitude, isNegative: false).description.utf8)
        self.exponent = self.digits.count - number.scale
    }

    var isZero: Bool { self.digits.allSatisfy { $0 == UInt8(ascii: "0") } }

    /// Keeps so many digits; halves go away from zero.
    mutating func round(to count: Int) {
        guard count < self.digits.count else { return }
        guard count >= 0 else { return self.digits.removeAll() }
        let isUp = self.digits[count] >= UInt8(ascii: "5")
        self.digits.removeSubrange(count...)
        guard isUp else { return }
        var place = count - 1
        while place >= 0, self.digits[place] == UInt8(ascii: "9") {
            self.digits[place] = UInt8(ascii: "0")
            place -= 1
        }
        if place >= 0 {
            self.digits[place] += 1
        } else {
            // All were nines: one digit more, of which the last zero goes.
            self.digits.insert(UInt8(ascii: "1"), at: 0)
            if count > 0 { self.digits.removeLast() }
            self.exponent += 1
        }
    }

    /// The digits at places counted from the first one, with zeros before and behind it.
    func text(_ range: Range<Int>) -> String {
        let digits = range.map { self.digits.indices.contains($0) ? self.digits[$0] : UInt8(ascii: "0") }
        return String(decoding: digits, as: UTF8.self)
    }
}

extension BigInteger {
    /// The magnitude's digits to base 2 to the power of `bitsEach`, in lower case.
    fileprivate func digits(bitsEach size: Int) -> String {
        var digits: [UInt8] = []
        for place in stride(from: 0, to: self.bitWidth, by: size) {
            let (word, bit) = place.quotientAndRemainder(dividingBy: 32)
            let above = word + 1 < self.magnitude.count ? UInt64(self.magnitude[word + 1]) << 32 : 0
            let digit = (above | UInt64(self.magnitude[word])) >> UInt64(bit) & (1 << UInt64(size) - 1)
            digits.append(UInt8(digit < 10 ? 48 + digit : 87 + digit))
        }
        while digits.last == UInt8(ascii: "0"), digits.count > 1 { digits.removeLast() }
        return digits.isEmpty ? "0" : String(decoding: digits.reversed(), as: UTF8.self)
    }
}
