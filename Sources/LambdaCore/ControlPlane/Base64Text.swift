/// Base64 with padding (RFC 4648 section 4), as blobs travel in JSON.
package enum Base64Text {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let invalid: UInt8 = 0xFF
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: invalid, count: 256)
        for (value, character) in alphabet.enumerated() { values[Int(character)] = UInt8(value) }
        return values
    }()

    package static func encode(_ bytes: some Collection<UInt8>) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        var bits: UInt32 = 0
        var pending = 0
        for byte in bytes {
            bits = bits << 8 | UInt32(byte)
            pending += 8
            while pending >= 6 {
                pending -= 6
                text.append(Self.alphabet[Int(bits >> UInt32(pending)) & 63])
            }
        }
        if pending > 0 { text.append(Self.alphabet[Int(bits << UInt32(6 - pending)) & 63]) }
        while !text.count.isMultiple(of: 4) { text.append(UInt8(ascii: "=")) }
        return String(decoding: text, as: UTF8.self)
    }

    /// `nil` for anything but whole groups of four characters with the padding in its place.
    package static func decode(_ text: String) -> [UInt8]? {
        var text = text
        return text.withUTF8 { utf8 -> [UInt8]? in
            guard utf8.count.isMultiple(of: 4) else { return nil }
            let padding = utf8.reversed().prefix(2).prefix { $0 == UInt8(ascii: "=") }.count
            var bytes: [UInt8] = []
            bytes.reserveCapacity(utf8.count / 4 * 3)
            var bits: UInt32 = 0
            var pending: UInt32 = 0
            return Self.values.withUnsafeBufferPointer { values -> [UInt8]? in
                for character in utf8.dropLast(padding) {
                    let value = values[Int(character)]
                    guard value != Self.invalid else { return nil }
                    bits = bits << 6 | UInt32(value)
                    pending += 6
                    if pending >= 8 {
                        pending -= 8
                        bytes.append(UInt8(truncatingIfNeeded: bits >> pending))
                    }
                }
                return bytes
            }
        }
    }
}
