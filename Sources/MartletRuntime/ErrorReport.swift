/// What the invoker is told of an error: its type's name and its description.
///
/// As the official runtime does it: `errorType` is the name of the thrown error's type, `errorMessage` its description. So an
/// event that does not decode arrives as `{"errorType":"DecodingError","errorMessage":"DecodingError.keyNotFound: …"}`.
struct ErrorReport {
    let type: String
    let message: String

    init(_ error: any Error) {
        self.type = "\(Swift.type(of: error))"
        self.message = "\(error)"
    }

    /// The body of `/error`.
    var json: [UInt8] {
        var bytes = Array(#"{"errorType":"#.utf8)
        JSONText.append(self.type, to: &bytes)
        bytes.append(contentsOf: #","errorMessage":"#.utf8)
        JSONText.append(self.message, to: &bytes)
        bytes.append(UInt8(ascii: "}"))
        return bytes
    }

    /// `Lambda-Runtime-Function-Error-Type` wants `Function.Reason` and takes letters only; other names say `Function.Unhandled`.
    var headerValue: String {
        let isPlain = self.type.utf8.allSatisfy { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0 | 0x20) }
        return "Function." + (isPlain && self.type.utf8.first.map { $0 & 0x20 == 0 } == true ? self.type : "Unhandled")
    }
}

/// JSON strings, for the few places that write JSON without a coder.
enum JSONText {
    /// Appends a quoted string: the characters that RFC 8259 section 7 forbids escaped, all others as UTF-8.
    static func append(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(contentsOf: [UInt8(ascii: "\\"), byte])
            case UInt8(ascii: "\n"): bytes.append(contentsOf: #"\n"#.utf8)
            case UInt8(ascii: "\r"): bytes.append(contentsOf: #"\r"#.utf8)
            case UInt8(ascii: "\t"): bytes.append(contentsOf: #"\t"#.utf8)
            case 0..<0x20:
                bytes.append(contentsOf: #"\u00"#.utf8)
                bytes.append(contentsOf: [self.digits[Int(byte >> 4)], self.digits[Int(byte & 15)]])
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private static let digits = Array("0123456789abcdef".utf8)
}

/// Base64 with padding (RFC 4648 section 4), for the error trailer.
enum Base64 {
    static func append(_ bytes: [UInt8], to output: inout [UInt8]) {
        var index = 0
        while index < bytes.count {
            let left = bytes.count - index
            let second = left > 1 ? bytes[index + 1] : 0
            let third = left > 2 ? bytes[index + 2] : 0
            output.append(self.alphabet[Int(bytes[index] >> 2)])
            output.append(self.alphabet[Int(bytes[index] & 3) << 4 | Int(second >> 4)])
            output.append(left > 1 ? self.alphabet[Int(second & 15) << 2 | Int(third >> 6)] : UInt8(ascii: "="))
            output.append(left > 2 ? self.alphabet[Int(third & 63)] : UInt8(ascii: "="))
            index += 3
        }
    }

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
}
