extension PermissiveJSONReader {
    /// A number, or a string when more text follows it before the stop: `12 apples`.
    mutating func number(until stop: Stop) throws(JSONError) -> JSON {
        let start = self.position
        self.position += 1
        self.skipDigits()
        var isInteger = true
        if self.current == UInt8(ascii: ".") {
            isInteger = false
            self.position += 1
            self.skipDigits()
        }
        if self.current == UInt8(ascii: "e") || self.current == UInt8(ascii: "E") {
            isInteger = false
            self.position += 1
            switch self.current {
            case UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                self.position += 1
                self.skipDigits()
            default: return .string(self.bare(from: start, until: stop))
            }
        }
        let end = self.position
        self.skipControls()
        // Characters from '~' on end a number without making a string of it.
        if self.current != Self.end, self.current < 0x7E, !stop.stops(at: self.current) {
            return .string(self.bare(from: start, until: stop))
        }
        let text = self.bytes[start..<end]
        if isInteger { return Self.integer(text) }
        guard let decimal = Self.decimal(text) else {
            self.position = start
            throw self.fault("a number without digits, or with too large an exponent")
        }
        return .number(JSONNumber(validated: decimal))
    }

    private mutating func skipDigits() {
        while UInt8(ascii: "0")...UInt8(ascii: "9") ~= self.current { self.position += 1 }
    }

    /// Leading zeros are read over; a lone minus is zero.
    private static func integer(_ text: Slice<UnsafeRawBufferPointer>) -> JSON {
        let isNegative = text.first == UInt8(ascii: "-")
        var value: Int64 = 0
        for byte in isNegative ? text.dropFirst() : text {
            let (product, tooLarge) = value.multipliedReportingOverflow(by: 10)
            let digit = Int64(byte - UInt8(ascii: "0"))
            let (sum, overflows) =
                isNegative ? product.subtractingReportingOverflow(digit) : product.addingReportingOverflow(digit)
            guard !tooLarge, !overflows else { return .number(JSONNumber(validated: Self.canonical(integer: text))) }
            value = sum
        }
        return .number(JSONNumber(value))
    }

    private static func canonical(integer text: Slice<UnsafeRawBufferPointer>) -> String {
        let isNegative = text.first == UInt8(ascii: "-")
        let digits = (isNegative ? text.dropFirst() : text).drop { $0 == UInt8(ascii: "0") }
        return (isNegative ? "-" : "") + String(decoding: digits, as: UTF8.self)
    }

    /// Java also takes `1.`, `-.5` and `007.5`; here they become what RFC 8259 allows. `nil` for `-.` and `1e+`.
    private static func decimal(_ text: Slice<UnsafeRawBufferPointer>) -> String? {
        let isDigit = { (byte: UInt8) in UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte }
        var rest = text
        let isNegative = rest.first == UInt8(ascii: "-")
        if isNegative { rest = rest.dropFirst() }
        let whole = rest.prefix(while: isDigit)
        rest = rest.dropFirst(whole.count)
        var fraction = rest.prefix(0)
        if rest.first == UInt8(ascii: ".") {
            fraction = rest.dropFirst().prefix(while: isDigit)
            rest = rest.dropFirst(1 + fraction.count)
        }
        guard !whole.isEmpty || !fraction.isEmpty else { return nil }
        if let last = rest.last, !isDigit(last) { return nil }
        if text.count > Self.doubleCharacters, !Self.isScale(fraction.count, exponent: rest.dropFirst()) { return nil }
        let isPlain = !whole.isEmpty && (whole.count == 1 || whole.first != UInt8(ascii: "0")) && !fraction.isEmpty
        if isPlain { return String(decoding: text, as: UTF8.self) }
        let significant = whole.drop { $0 == UInt8(ascii: "0") }
        return (isNegative ? "-" : "") + (significant.isEmpty ? "0" : String(decoding: significant, as: UTF8.self))
            + "." + (fraction.isEmpty ? "0" : String(decoding: fraction, as: UTF8.self)) + String(decoding: rest, as: UTF8.self)
    }

    /// A longer number keeps all its digits (Java's `BigDecimal`), so its exponent has a bound.
    private static var doubleCharacters: Int { 18 }

    private static func isScale(_ fractionDigits: Int, exponent: Slice<UnsafeRawBufferPointer>) -> Bool {
        guard !exponent.isEmpty else { return true }
        guard let exponent = Int32(String(decoding: exponent, as: UTF8.self)) else { return false }
        return Int32(exactly: fractionDigits - Int(exponent)) != nil
    }
}
