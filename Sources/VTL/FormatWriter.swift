/// `String.format`: writes arguments into a format as `java.util.Formatter` does in the locale en-US.
///
/// Left out are a `long` as a date (`%t…`) and hexadecimal floats (`%a`): either fails as an exception of Java's would.
/// Source: "java.util.Formatter", Java SE 17 API.
struct FormatWriter {
    private var output: [UInt8] = []
    let bytesMax: Int

    /// A bound of its own for what sizes are added up of, whatever the caller allows.
    private static let sizeMax = 1 << 30

    private init(bytesMax: Int) {
        self.bytesMax = min(bytesMax, Self.sizeMax)
    }

    /// - Parameter arguments: nil for Java's null in the place of the array: any argument asked for is null then.
    static func format(_ format: String, _ arguments: [Value]?, bytesMax: Int) throws(MethodFailure) -> String {
        var parser = FormatParser(format)
        let parts = try parser.parts()
        var writer = FormatWriter(bytesMax: bytesMax)
        var next = 0
        var previous: Int?
        for part in parts {
            switch part {
            case .text(let range):
                try writer.check(range.count)
                writer.output += parser.bytes[range]
            case .specifier(let specifier):
                switch specifier.argument {
                case .none:
                    try writer.writeFixed(specifier)
                    continue
                case .next:
                    previous = next
                    next += 1
                case .previous: break
                case .numbered(let number): previous = number - 1
                }
                guard let place = previous, arguments.map({ place < $0.count }) ?? true else {
                    throw MethodFailure("MissingFormatArgumentException: Format specifier '\(specifier.text)'")
                }
                try writer.write(arguments?[place] ?? .null, as: specifier)
            }
        }
        return String(decoding: writer.output, as: UTF8.self)
    }

    // MARK: By conversion

    private mutating func writeFixed(_ specifier: FormatSpecifier) throws(MethodFailure) {
        try self.justify(specifier.conversion == UInt8(ascii: "n") ? "\n" : "%", specifier)
    }

    private mutating func write(_ value: Value, as specifier: FormatSpecifier) throws(MethodFailure) {
        if specifier.isDate { return try self.writeDate(value, specifier) }
        switch specifier.conversion {
        case UInt8(ascii: "b"):
            if case .bool(let flag) = value { return try self.writeText(flag ? "true" : "false", specifier) }
            try self.writeText(value.isNull ? "false" : "true", specifier)
        case UInt8(ascii: "s"):
            try specifier.refuse(.alternate)
            try self.writeText(self.text(of: value), specifier)
        case _ where value.isNull: try self.writeText("null", specifier)
        case UInt8(ascii: "h"):
            try self.writeText(String(UInt32(bitPattern: value.javaHashCode), radix: 16), specifier)
        case UInt8(ascii: "c"): try self.writeText(self.character(value, specifier), specifier)
        case UInt8(ascii: "d"), UInt8(ascii: "o"), UInt8(ascii: "x"): try self.writeInteger(value, specifier)
        default: try self.writeFloat(value, specifier)
        }
    }

    /// Of the classes here Java takes a `long` alone for a date.
    private mutating func writeDate(_ value: Value, _ specifier: FormatSpecifier) throws(MethodFailure) {
        switch value {
        case .null: try self.writeText("null", specifier)
        case .long: throw MethodFailure("UnsupportedOperationException: %\(specifier.letter): dates can't be formatted here")
        default: throw self.misfit(value, specifier)
        }
    }

    private func text(of value: Value) throws(MethodFailure) -> String {
        if case .string(let text) = value { return text }
        var writer = TextWriter(bytesMax: self.bytesMax)
        try writer.write(value)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    private func character(_ value: Value, _ specifier: FormatSpecifier) throws(MethodFailure) -> String {
        switch value {
        case .character: return try self.text(of: value)
        case .int(let code):
            guard code >= 0, code <= 0x10FFFF else {
                let digits = String(UInt32(bitPattern: code), radix: 16)
                throw MethodFailure("IllegalFormatCodePointException: Code point = 0x\(digits)")
            }
            // Half a pair of surrogates has no form in UTF-8.
            return String(UnicodeScalar(UInt32(code)) ?? "\u{FFFD}")
        default: throw self.misfit(value, specifier)
        }
    }

    func misfit(_ value: Value, _ specifier: FormatSpecifier) -> MethodFailure {
        let letter = String(UnicodeScalar(specifier.conversion))
        return MethodFailure("IllegalFormatConversionException: \(letter) != \(JavaMethods.className(of: value))")
    }

    // MARK: Into the output

    /// Cut to the precision, in upper case if asked for.
    private mutating func writeText(_ text: String, _ specifier: FormatSpecifier) throws(MethodFailure) {
        var text = text
        if let precision = specifier.precision, precision < text.utf16.count {
            text = String(decoding: text.utf16.prefix(precision), as: UTF16.self)
        }
        try self.justify(specifier.isUppercase ? text.uppercased() : text, specifier)
    }

    /// Blanks up to the width, before the text or behind it.
    mutating func justify(_ text: String, _ specifier: FormatSpecifier) throws(MethodFailure) {
        let blanks = max(0, (specifier.width ?? 0) - text.utf16.count)
        try self.check(blanks + text.utf8.count)
        let padding = repeatElement(UInt8(ascii: " "), count: blanks)
        if !specifier.flags.contains(.left) { self.output += padding }
        self.output.append(utf8: text)
        if specifier.flags.contains(.left) { self.output += padding }
    }

    /// Fails where so many bytes more would be too many.
    func check(_ count: Int) throws(MethodFailure) {
        guard count <= self.bytesMax - self.output.count else {
            throw MethodFailure("OutOfMemoryError: a text grew beyond \(self.bytesMax) bytes")
        }
    }
}
