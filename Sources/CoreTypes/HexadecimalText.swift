/// Hexadecimal digits in lower case, without String interpolation and its allocations: ids are written on the way of every
/// request.
package enum HexadecimalText {
    /// Fills the place with as many of the last digits of a value as it has room for.
    package static func write(_ value: UInt64, into place: Slice<UnsafeMutableBufferPointer<UInt8>>) {
        var rest = value
        for index in place.indices.reversed() {
            place.base[index] = self.digit(rest)
            rest >>= 4
        }
    }

    /// The last `digits` digits of a value.
    package static func text(_ value: UInt64, digits: Int) -> String {
        String(unsafeUninitializedCapacity: digits) { buffer in
            self.write(value, into: buffer[..<digits])
            return digits
        }
    }

    private static func digit(_ value: UInt64) -> UInt8 {
        let nibble = UInt8(truncatingIfNeeded: value) & 15
        return nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") - 10 + nibble
    }
}
