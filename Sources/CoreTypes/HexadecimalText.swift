/// Hexadecimal digits in lower case, without String interpolation and its allocations: ids are written on the way of every
/// request.
package enum HexadecimalText {
    /// The last `digits` digits of a value.
    package static func append(_ value: UInt64, digits: Int, to bytes: inout [UInt8]) {
        for place in (0..<digits).reversed() { bytes.append(self.digit(value >> UInt64(4 * place))) }
    }

    package static func text(_ value: UInt64, digits: Int) -> String {
        String(unsafeUninitializedCapacity: digits) { buffer in
            for index in 0..<digits { buffer[index] = self.digit(value >> UInt64(4 * (digits - 1 - index))) }
            return digits
        }
    }

    private static func digit(_ value: UInt64) -> UInt8 {
        let nibble = UInt8(truncatingIfNeeded: value) & 15
        return nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") - 10 + nibble
    }
}
