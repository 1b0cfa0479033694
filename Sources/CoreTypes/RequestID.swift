/// A request id: a version 4 UUID (RFC 9562) in lower case, as AWS writes it. Its bits come from the caller, as the core
/// makes no random numbers.
package struct RequestID: Hashable, Sendable, CustomStringConvertible {
    package let high: UInt64
    package let low: UInt64

    package init(random high: UInt64, _ low: UInt64) {
        self.high = high & 0xFFFF_FFFF_FFFF_0FFF | 0x4000
        self.low = low & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
    }

    package init(using generator: inout some RandomNumberGenerator) {
        self.init(random: generator.next(), generator.next())
    }

    /// Reads the 36 characters of any UUID, in either case; `nil` for anything else.
    package init?(_ text: some StringProtocol) {
        var digits: [UInt64] = [0, 0]
        var count = 0
        for (position, byte) in text.utf8.enumerated() {
            switch position {
            case 8, 13, 18, 23:
                guard byte == UInt8(ascii: "-") else { return nil }
            case 36...: return nil
            default:
                guard let value = Character(Unicode.Scalar(byte)).hexDigitValue else { return nil }
                digits[count / 16] = digits[count / 16] << 4 | UInt64(value)
                count += 1
            }
        }
        guard count == 32 else { return nil }
        (self.high, self.low) = (digits[0], digits[1])
    }

    package var description: String {
        String(unsafeUninitializedCapacity: Self.length) { buffer in
            self.write(into: buffer)
            return Self.length
        }
    }

    /// Appends the 36 characters.
    package func append(to bytes: inout [UInt8]) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Self.length) { buffer in
            self.write(into: buffer)
            bytes.append(contentsOf: buffer)
        }
    }

    package static let length = 36

    /// Writes the ``length`` characters to the beginning of `text`.
    package func write(into text: UnsafeMutableBufferPointer<UInt8>) {
        for place in [8, 13, 18, 23] { text[place] = UInt8(ascii: "-") }
        HexadecimalText.write(self.high >> 32, digits: 8, at: 0, into: text)
        HexadecimalText.write(self.high >> 16, digits: 4, at: 9, into: text)
        HexadecimalText.write(self.high, digits: 4, at: 14, into: text)
        HexadecimalText.write(self.low >> 48, digits: 4, at: 19, into: text)
        HexadecimalText.write(self.low, digits: 12, at: 24, into: text)
    }
}
