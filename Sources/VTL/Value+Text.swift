/// Values as Java writes them.
extension Value {
    /// The value's `toString()`; null is `null`, as within lists. Empty for what nests deeper than Java's stack would bear.
    public var text: String {
        var writer = TextWriter(bytesMax: Limits().outputBytes)
        guard (try? writer.write(self)) != nil else {
            // A text beyond all bounds has no form to answer; rendering reports the bound as an error.
            return ""
        }
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    /// Appends the value as compact JSON, as json-smart writes it: keys in the map's order, decimals as Java's `Double.toString`,
    /// and of
    /// the characters beyond ASCII only U+007F to U+009F and U+2000 to U+20FF as `\uXXXX`.
    /// - Throws: where lists nest more than 400 deep, or within themselves.
    public func appendJSON(to bytes: inout [UInt8]) throws(MethodFailure) {
        var writer = TextWriter(bytesMax: Limits().outputBytes)
        try writer.writeJSON(self)
        bytes += writer.bytes
    }
}

/// Writes values as text, within bounds.
struct TextWriter {
    var bytes: [UInt8] = []
    let bytesMax: Int
    private var depth = 0

    private static let depthMax = 400

    init(bytesMax: Int) {
        self.bytesMax = bytesMax
    }

    // MARK: Java's forms

    mutating func write(_ value: Value) throws(MethodFailure) {
        switch value {
        case .null: self.append("null")
        case .bool(let value): self.append(value ? "true" : "false")
        case .int(let value): self.bytes.append(decimal: Int64(value))
        case .long(let value): self.bytes.append(decimal: value)
        case .bigInteger(let value): self.append(value.description)
        case .double(let value): self.append(value.javaText)
        case .decimal(let value): self.append(value.description)
        case .character(let unit): self.append(String(decoding: CollectionOfOne(unit), as: UTF16.self))
        case .string(let value): self.append(value)
        case .list(let list):
            if list.style == .json { return try self.writeJSON(value) }
            try self.writeList(list)
        case .map(let map): try self.writeMap(map)
        case .object(let object): self.append(object.text)
        }
        try self.check()
    }

    private mutating func writeList(_ list: ListValue) throws(MethodFailure) {
        try self.nest()
        self.append("[")
        for (index, element) in list.elements.enumerated() {
            if index > 0 { self.append(", ") }
            if case .list(let inner) = element, inner === list {
                self.append("(this Collection)")
            } else {
                try self.write(element)
            }
        }
        self.append("]")
        self.depth -= 1
    }

    private mutating func writeMap(_ map: MapValue) throws(MethodFailure) {
        try self.nest()
        self.append("{")
        for (index, entry) in map.entries.enumerated() {
            if index > 0 { self.append(", ") }
            try self.writePart(entry.key, of: map)
            self.append("=")
            try self.writePart(entry.value, of: map)
        }
        self.append("}")
        self.depth -= 1
    }

    private mutating func writePart(_ value: Value, of map: MapValue) throws(MethodFailure) {
        if case .map(let inner) = value, inner === map { return self.append("(this Map)") }
        try self.write(value)
    }

    // MARK: JSON

    mutating func writeJSON(_ value: Value) throws(MethodFailure) {
        switch value {
        case .null, .bool, .int, .long, .bigInteger, .decimal: try self.write(value)
        case .double(let number): self.append(number.isFinite ? number.javaText : "null")
        case .character, .string, .object: try self.writeQuoted(value)
        case .list(let list):
            try self.nest()
            self.append("[")
            for (index, element) in list.elements.enumerated() {
                if index > 0 { self.append(",") }
                try self.writeJSON(element)
            }
            self.append("]")
            self.depth -= 1
        case .map(let map):
            try self.nest()
            self.append("{")
            for (index, entry) in map.entries.enumerated() {
                if index > 0 { self.append(",") }
                try self.writeQuoted(entry.key)
                self.append(":")
                try self.writeJSON(entry.value)
            }
            self.append("}")
            self.depth -= 1
        }
        try self.check()
    }

    private mutating func writeQuoted(_ value: Value) throws(MethodFailure) {
        if case .string(var text) = value { return text.withUTF8 { self.writeQuoted($0) } }
        var inner = TextWriter(bytesMax: self.bytesMax)
        inner.depth = self.depth
        try inner.write(value)
        inner.bytes.withUnsafeBufferPointer { self.writeQuoted($0) }
    }

    private mutating func writeQuoted(_ text: UnsafeBufferPointer<UInt8>) {
        self.bytes.append(UInt8(ascii: "\""))
        var index = 0
        while index < text.count {
            let start = index
            while index < text.count, Self.isPlain(text[index]) { index += 1 }
            if index > start { self.bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[start..<index])) }
            if index < text.count { index += self.writeEscaped(text, at: index) }
        }
        self.bytes.append(UInt8(ascii: "\""))
    }

    /// False for whatever may have to be escaped.
    @inline(__always)
    private static func isPlain(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\") && byte != 0x7F && byte != 0xC2 && byte != 0xE2
    }

    /// Writes the character at a place and answers how many bytes it takes there.
    private mutating func writeEscaped(_ text: UnsafeBufferPointer<UInt8>, at index: Int) -> Int {
        let byte = text[index]
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): self.bytes += [UInt8(ascii: "\\"), byte]
        case 0x08: self.append("\\b")
        case 0x09: self.append("\\t")
        case 0x0A: self.append("\\n")
        case 0x0C: self.append("\\f")
        case 0x0D: self.append("\\r")
        case 0..<0x20, 0x7F: self.writeUnicodeEscape(UInt32(byte))
        // Two bytes begin U+0080 to U+009F, three U+2000 to U+20FF.
        case 0xC2 where text[index + 1] < 0xA0:
            self.writeUnicodeEscape(UInt32(text[index + 1]))
            return 2
        case 0xE2 where text[index + 1] < 0x84:
            self.writeUnicodeEscape(0x2000 | UInt32(text[index + 1] & 0x3F) << 6 | UInt32(text[index + 2] & 0x3F))
            return 3
        default: self.bytes.append(byte)
        }
        return 1
    }

    private mutating func writeUnicodeEscape(_ code: UInt32) {
        let digits = String(code, radix: 16, uppercase: true)
        self.append("\\u" + String(repeating: "0", count: 4 - digits.count) + digits)
    }

    // MARK: Bounds

    mutating func append(_ text: String) {
        self.bytes.append(utf8: text)
    }

    private mutating func nest() throws(MethodFailure) {
        guard self.depth < Self.depthMax else {
            throw MethodFailure("StackOverflowError: lists nested more than \(Self.depthMax) deep")
        }
        self.depth += 1
    }

    private func check() throws(MethodFailure) {
        guard self.bytes.count <= self.bytesMax else { throw MethodFailure("a text grew beyond \(self.bytesMax) bytes") }
    }
}

extension [UInt8] {
    @inline(__always)
    mutating func append(utf8 text: String) {
        // A native string lends its bytes; one that doesn't is walked.
        if text.utf8.withContiguousStorageIfAvailable({ self.append(contentsOf: $0) }) == nil {
            self.append(contentsOf: text.utf8)
        }
    }

    mutating func append(decimal number: Int64) {
        if number < 0 { self.append(UInt8(ascii: "-")) }
        var rest = number.magnitude
        let start = self.count
        repeat {
            self.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
            rest /= 10
        } while rest > 0
        self[start...].reverse()
    }
}

extension Double {
    /// `Double.toString`: the shortest digits that read back as the number, plain from a thousandth to ten million and as
    /// `1.5E10` beyond.
    var javaText: String {
        if self.isNaN { return "NaN" }
        if self.isInfinite { return self < 0 ? "-Infinity" : "Infinity" }
        let sign = self.sign == .minus ? "-" : ""
        guard self != 0 else { return sign + "0.0" }
        // Swift writes the same in the middle of the range.
        if self.magnitude >= 1e-3, self.magnitude < 1e7 { return self.description }
        let (digits, exponent) = Self.digits(of: self.magnitude)
        let fraction = digits.count > 1 ? String(digits.dropFirst()) : "0"
        return sign + digits.prefix(1) + "." + fraction + "E\(exponent - 1)"
    }

    /// The significant digits of a positive number, and where the point stands among them.
    static func digits(of number: Double) -> (digits: String, exponent: Int) {
        let parts = number.description.split(separator: "e")
        let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        let whole = mantissa[0]
        let fraction = mantissa.count > 1 ? mantissa[1] : ""
        var exponent = whole.count + (parts.count > 1 ? Int(parts[1]) ?? 0 : 0)
        var digits = whole + fraction
        while digits.hasPrefix("0"), digits.count > 1 {
            digits.removeFirst()
            exponent -= 1
        }
        while digits.hasSuffix("0"), digits.count > 1 { digits.removeLast() }
        // Up to 1e-321.
        let isTiny = number.exponentBitPattern == 0 && number.significandBitPattern <= 202
        return digits.count == 1 && isTiny ? self.digits(ofTiny: number) : (String(digits), exponent)
    }

    /// Where one digit tells a number from its neighbours, Java takes the closest two: 4.9E-324, and not 5.0E-324. Only among
    /// small multiples of the smallest number is the second digit another than zero.
    private static func digits(ofTiny number: Double) -> (digits: String, exponent: Int) {
        // In units of 1e-324.
        let size = Double(number.significandBitPattern) * 4.940656458412465
        let exponent = size < 10 ? 0 : size < 100 ? 1 : 2
        let two = Int((size * [10, 1, 0.1][exponent]).rounded())
        guard two < 100 else { return ("1", exponent - 322) }
        return (two % 10 == 0 ? String(two / 10) : String(two), exponent - 323)
    }
}
