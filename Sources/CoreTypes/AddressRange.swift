/// A range of IPv4 or IPv6 addresses in CIDR notation (RFC 4632, RFC 4291): `203.0.113.0/24`, `2001:db8::/32`, or one address.
package struct AddressRange: Hashable, Sendable {
    /// 4 or 16 bytes.
    private let address: [UInt8]
    private let prefixLength: Int

    /// `nil` for anything that is no address, or a prefix longer than the address.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = Self.bytes(of: String(parts[0])) else { return nil }
        self.address = address
        if parts.count == 1 {
            self.prefixLength = address.count * 8
        } else {
            guard let length = Int(parts[1]), (0...address.count * 8).contains(length) else { return nil }
            self.prefixLength = length
        }
    }

    /// False for text that is no address, and for an address of the other family.
    package func contains(_ text: String) -> Bool {
        guard let other = Self.bytes(of: text), other.count == self.address.count else { return false }
        let whole = self.prefixLength / 8
        let rest = self.prefixLength % 8
        guard self.address[..<whole] == other[..<whole] else { return false }
        return rest == 0 || (self.address[whole] ^ other[whole]) >> UInt8(8 - rest) == 0
    }

    private static func bytes(of text: String) -> [UInt8]? {
        text.utf8.contains(UInt8(ascii: ":")) ? self.version6(text) : self.version4(text[...])
    }

    private static func version4(_ text: Substring) -> [UInt8]? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        let bytes = parts.compactMap { $0.utf8.allSatisfy { (48...57).contains($0) } ? UInt8($0) : nil }
        return bytes.count == 4 ? bytes : nil
    }

    private static func version6(_ text: String) -> [UInt8]? {
        let halves = text.split(separator: "::", maxSplits: 2, omittingEmptySubsequences: false)
        guard halves.count <= 2 else { return nil }
        var sides: [[UInt8]] = []
        for half in halves {
            guard let bytes = half.isEmpty ? [] : self.groups(half) else { return nil }
            sides.append(bytes)
        }
        if sides.count == 1 { return sides[0].count == 16 ? sides[0] : nil }
        let missing = 16 - sides[0].count - sides[1].count
        guard missing >= 2 else { return nil }
        return sides[0] + [UInt8](repeating: 0, count: missing) + sides[1]
    }

    /// `2001:db8:a` and, as the last group, an IPv4 address.
    private static func groups(_ text: Substring) -> [UInt8]? {
        var bytes: [UInt8] = []
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            if index == parts.count - 1, part.utf8.contains(UInt8(ascii: ".")) {
                guard let last = self.version4(part) else { return nil }
                bytes += last
            } else {
                guard (1...4).contains(part.utf8.count), part.utf8.first != UInt8(ascii: "+"), let value = UInt16(part, radix: 16)
                else { return nil }
                bytes += [UInt8(value >> 8), UInt8(value & 0xFF)]
            }
        }
        return bytes
    }
}
