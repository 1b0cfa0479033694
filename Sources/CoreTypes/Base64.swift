/// Base64 with the standard alphabet and padding (RFC 4648 section 4), straight into and out of byte arrays.
package enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let invalid: UInt8 = 0xFF
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: invalid, count: 256)
        for (value, byte) in alphabet.enumerated() { values[Int(byte)] = UInt8(value) }
        return values
    }()

    package static func append(_ input: UnsafeRawBufferPointer, to output: inout [UInt8]) {
        output.reserveCapacity(output.count + (input.count + 2) / 3 * 4)
        self.alphabet.withUnsafeBufferPointer { alphabet in
            var index = 0
            while index + 3 <= input.count {
                let group = Int(input[index]) << 16 | Int(input[index + 1]) << 8 | Int(input[index + 2])
                output.append(alphabet[group >> 18])
                output.append(alphabet[group >> 12 & 63])
                output.append(alphabet[group >> 6 & 63])
                output.append(alphabet[group & 63])
                index += 3
            }
            guard index < input.count else { return }
            let isPair = index + 1 < input.count
            let group = Int(input[index]) << 16 | (isPair ? Int(input[index + 1]) << 8 : 0)
            output.append(alphabet[group >> 18])
            output.append(alphabet[group >> 12 & 63])
            output.append(isPair ? alphabet[group >> 6 & 63] : UInt8(ascii: "="))
            output.append(UInt8(ascii: "="))
        }
    }

    package static func encode(_ input: UnsafeRawBufferPointer) -> String {
        var output: [UInt8] = []
        self.append(input, to: &output)
        return String(decoding: output, as: UTF8.self)
    }

    package static func encode(_ input: some Sequence<UInt8>) -> String {
        var output: [UInt8] = []
        Array(input).withUnsafeBytes { self.append($0, to: &output) }
        return String(decoding: output, as: UTF8.self)
    }

    /// `nil` for a character outside the alphabet, wrong padding or a length that no bytes encode to. Padding may be absent.
    package static func decode(_ text: String) -> [UInt8]? {
        var text = text
        return text.withUTF8 { utf8 in
            var count = utf8.count
            while count > 0, utf8.count - count < 2, utf8[count - 1] == UInt8(ascii: "=") { count -= 1 }
            guard count % 4 != 1, count == utf8.count || utf8.count % 4 == 0 else { return nil }
            var output: [UInt8] = []
            output.reserveCapacity(count / 4 * 3 + 2)
            return self.values.withUnsafeBufferPointer { values in
                var group: UInt32 = 0
                for index in 0..<count {
                    let value = values[Int(utf8[index])]
                    guard value != self.invalid else { return nil }
                    group = group << 6 | UInt32(value)
                    if index % 4 == 3 {
                        output.append(UInt8(truncatingIfNeeded: group >> 16))
                        output.append(UInt8(truncatingIfNeeded: group >> 8))
                        output.append(UInt8(truncatingIfNeeded: group))
                    }
                }
                if count % 4 == 2 { output.append(UInt8(truncatingIfNeeded: group >> 4)) }
                if count % 4 == 3 {
                    output.append(UInt8(truncatingIfNeeded: group >> 10))
                    output.append(UInt8(truncatingIfNeeded: group >> 2))
                }
                return output
            }
        }
    }
}
