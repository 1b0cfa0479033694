/// Hexadecimal digits in lower case, without String interpolation and its allocations: ids are written on the way of every
/// request.
package enum HexadecimalText {
    /// Writes the last `digits` digits of a value from an offset on.
    package static func write(
        _ value: UInt64, digits: Int, at offset: Int, into text: UnsafeMutableBufferPointer<UInt8>
    ) {
        for place in 0..<digits { text[offset + place] = self.digit(value >> UInt64(4 * (digits - 1 - place))) }
    }

    /// The last `digits` digits of a value.
    package static func text(_ value: UInt64, digits: Int) -> String {
        String(unsafeUninitializedCapacity: digits) { buffer in
            self.write(value, digits: digits, at: 0, into: buffer)
            return digits
        }
    }

    private static func digit(_ value: UInt64) -> UInt8 {
        let nibble = UInt8(truncatingIfNeeded: value) & 15
        return nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") - 10 + nibble
    }
}
