/// Reads JSON the way API Gateway does, which is json-smart 2.2 in its permissive mode: keys and strings may stand without
/// quotes or in single ones, superfluous commas and all text behind the first value are read over, and a text that begins
/// like no value is a string. What is left to refuse: a bracket or quote that is never closed, a member without a colon, a
/// bracket of the wrong kind. One pass, O(n).
package struct PermissiveJSONReader<Tree: JSONTree> {
    private let bytes: UnsafeRawBufferPointer
    private var position = 0

    /// Arrays and objects may stand this deep in each other, as in json-smart.
    private static var depthLimit: Int { 400 }
    /// json-smart's mark for the end of its input; one in the text ends it too, but not between quotes.
    private static var end: UInt8 { 0x1A }

    /// Whether the text may end anywhere: what is open then is taken as closed.
    private let isCut: Bool

    private init(_ bytes: UnsafeRawBufferPointer, isCut: Bool) {
        self.bytes = bytes
        self.isCut = isCut
    }

    /// - Parameter isCut: the first part of a longer text, of which whole and half values are wanted.
    package static func read(_ bytes: UnsafeRawBufferPointer, isCut: Bool = false) throws(JSONError) -> Tree {
        var reader = PermissiveJSONReader(bytes, isCut: isCut)
        return try reader.value(until: .end, depth: 0)
    }

    package static func read(_ text: String) throws(JSONError) -> Tree {
        var text = text
        let result = text.withUTF8 { utf8 in
            Result { () throws(JSONError) in try self.read(UnsafeRawBufferPointer(utf8)) }
        }
        return try result.get()
    }

    /// Where text without quotes ends.
    private enum Stop {
        case end
        case colon
        case element
        case member

        @inline(__always)
        func stops(at byte: UInt8) -> Bool {
            switch self {
            case .end: false
            case .colon: byte == UInt8(ascii: ":")
            case .element: byte == UInt8(ascii: ",") || byte == UInt8(ascii: "]")
            case .member: byte == UInt8(ascii: ",") || byte == UInt8(ascii: "}")
            }
        }
    }

    private var current: UInt8 { self.position < self.bytes.count ? self.bytes[self.position] : Self.end }

    private func fault(_ message: String) -> JSONError { JSONError(message, at: self.position, in: self.bytes) }

    /// Blanks between values: space, tab and line breaks.
    private mutating func skipBlanks() {
        while true {
            switch self.current {
            case 0x20, 0x0A, 0x0D, 0x09: self.position += 1
            default: return
            }
        }
    }

    /// Behind a key, a number or a value any control character counts as a blank.
    private mutating func skipControls() {
        while self.current <= 0x20, self.current != Self.end { self.position += 1 }
    }

    private mutating func value(until stop: Stop, depth: Int) throws(JSONError) -> Tree {
        self.skipBlanks()
        switch self.current {
        case UInt8(ascii: "{"): return try self.object(depth: depth + 1)
        case UInt8(ascii: "["): return try self.array(depth: depth + 1)
        case UInt8(ascii: "\""), UInt8(ascii: "'"): return .string(try self.quoted())
        case UInt8(ascii: ":"), UInt8(ascii: "}"), UInt8(ascii: "]"):
            throw self.fault("'\(Character(Unicode.Scalar(self.current)))' where a value should stand")
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): return try self.number(until: stop)
        case Self.end where stop == .member && !self.isCut: throw self.fault("unexpected end of JSON text")
        default:
            // A control character before a keyword makes a string of it, although it is trimmed.
            let mayBeKeyword = self.current > 0x20
            let text = self.bare(from: self.position, until: stop)
            switch text {
            case "null" where mayBeKeyword: return .null
            case "true" where mayBeKeyword: return .bool(true)
            case "false" where mayBeKeyword: return .bool(false)
            case "NaN" where mayBeKeyword: return .notANumber
            default: return .string(text)
            }
        }
    }

    private mutating func array(depth: Int) throws(JSONError) -> Tree {
        guard depth <= Self.depthLimit else { throw self.fault("more than \(Self.depthLimit) values nested in each other") }
        self.position += 1
        var elements: [Tree] = []
        while true {
            self.skipBlanks()
            switch self.current {
            case UInt8(ascii: "]"):
                self.position += 1
                return .makeArray(elements)
            case UInt8(ascii: ","): self.position += 1
            case Self.end:
                guard self.isCut else { throw self.fault("an array without its closing bracket") }
                return .makeArray(elements)
            default: elements.append(try self.value(until: .element, depth: depth))
            }
        }
    }

    private mutating func object(depth: Int) throws(JSONError) -> Tree {
        guard depth <= Self.depthLimit else { throw self.fault("more than \(Self.depthLimit) values nested in each other") }
        var members: [(name: String, value: Tree)] = []
        var names = DistinctNames()
        var hasRepetition = false
        self.position += 1
        while true {
            self.skipBlanks()
            switch self.current {
            case UInt8(ascii: "}"):
                self.position += 1
                return .makeObject(hasRepetition ? Self.lastOfEach(members) : members)
            case UInt8(ascii: ","): self.position += 1
            case UInt8(ascii: ":"), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "{"):
                throw self.fault("'\(Character(Unicode.Scalar(self.current)))' where a member name should stand")
            case Self.end where self.isCut: return .makeObject(hasRepetition ? Self.lastOfEach(members) : members)
            default:
                let start = self.position
                let name = try self.name()
                if self.isCut, self.current == Self.end { continue }
                if names.mayRepeat(self.bytes[start..<self.position]) { hasRepetition = true }
                members.append((name, try self.memberValue(depth: depth)))
            }
        }
    }

    private mutating func name() throws(JSONError) -> String {
        let isQuoted = self.current == UInt8(ascii: "\"") || self.current == UInt8(ascii: "'")
        return isQuoted ? try self.quoted() : self.bare(from: self.position, until: .colon)
    }

    /// From the colon to what must follow the value: a comma, or the closing bracket.
    private mutating func memberValue(depth: Int) throws(JSONError) -> Tree {
        self.skipControls()
        guard self.current == UInt8(ascii: ":") else { throw self.fault("expected ':' after a member name") }
        self.position += 1
        let value = try self.value(until: .member, depth: depth)
        self.skipControls()
        guard self.current == UInt8(ascii: ",") || self.current == UInt8(ascii: "}") || self.isCut && self.current == Self.end
        else {
            throw self.fault("expected ',' or '}' after a member")
        }
        return value
    }

    /// A repeated name keeps its first place and its last value.
    private static func lastOfEach(_ members: [(name: String, value: Tree)]) -> [(name: String, value: Tree)] {
        var kept: [(name: String, value: Tree)] = []
        var places: [String: Int] = [:]
        for member in members {
            if let place = places[member.name] {
                kept[place].value = member.value
            } else {
                places[member.name] = kept.count
                kept.append(member)
            }
        }
        return kept
    }
}

// MARK: - Text

extension PermissiveJSONReader {
    /// Text without quotes, from `start` to the next stop, less the blanks and control characters around it.
    private mutating func bare(from start: Int, until stop: Stop) -> String {
        while self.current != Self.end, !stop.stops(at: self.current) { self.position += 1 }
        return String(decoding: trimmedOfControls(self.bytes[start..<self.position]), as: UTF8.self)
    }

    /// A string in double or single quotes. Without a backslash in it, it is taken as it stands, control characters and all;
    /// with one, escapes are decoded and control characters are left out.
    private mutating func quoted() throws(JSONError) -> String {
        let quote = self.current
        let start = self.position + 1
        let end = Self.firstIndex(of: quote, or: UInt8(ascii: "\\"), in: self.bytes, from: start)
        guard end < self.bytes.count else {
            guard self.isCut else { throw self.fault("a string without its closing quote") }
            self.position = end
            return String(decoding: self.bytes[start...], as: UTF8.self)
        }
        if self.bytes[end] == quote {
            self.position = end + 1
            return String(decoding: self.bytes[start..<end], as: UTF8.self)
        }
        return try self.escaped(quote: quote)
    }

    /// `bytes.count` when there is neither.
    private static func firstIndex(of first: UInt8, or second: UInt8, in bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
        var index = start
        while index < bytes.count, bytes[index] != first, bytes[index] != second { index += 1 }
        return index
    }

    private mutating func escaped(quote: UInt8) throws(JSONError) -> String {
        var text = JavaTextBuffer()
        self.position += 1
        while true {
            let byte = self.current
            guard byte != Self.end else {
                guard self.isCut else { throw self.fault("a string without its closing quote") }
                return text.string
            }
            self.position += 1
            switch byte {
            case quote: return text.string
            case UInt8(ascii: "\\"): try self.escape(into: &text)
            case 0x00..<0x20, 0x7F: continue
            default: text.append(byte)
            }
        }
    }

    private mutating func escape(into text: inout JavaTextBuffer) throws(JSONError) {
        guard self.position < self.bytes.count else { return }
        let byte = self.bytes[self.position]
        self.position += 1
        switch byte {
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "'"), UInt8(ascii: "\""): text.append(byte)
        case UInt8(ascii: "u"): text.append(unit: try self.hexadecimal(digits: 4))
        case UInt8(ascii: "x"): text.append(unit: try self.hexadecimal(digits: 2))
        // Any other escape stands for nothing. The character may be longer than this byte.
        default: while self.position < self.bytes.count, self.bytes[self.position] & 0xC0 == 0x80 { self.position += 1 }
        }
    }

    private mutating func hexadecimal(digits: Int) throws(JSONError) -> UInt16 {
        var value: UInt16 = 0
        for _ in 0..<digits {
            let digit: UInt8
            switch self.current {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = self.current - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = self.current - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = self.current - UInt8(ascii: "A") + 10
            default: throw self.fault("expected a hexadecimal digit")
            }
            value = value << 4 | UInt16(digit)
            self.position += 1
        }
        return value
    }
}

// MARK: - Numbers

extension PermissiveJSONReader {
    /// A number, or a string when more text follows it before the stop: `12 apples`.
    private mutating func number(until stop: Stop) throws(JSONError) -> Tree {
        let start = self.position
        self.position += 1
        self.skipDigits()
        var isInteger = true
        if self.current == UInt8(ascii: ".") {
            isInteger = false
            self.position += 1
            self.skipDigits()
        }
        if self.current == UInt8(ascii: "e") || self.current == UInt8(ascii: "E") {
            isInteger = false
            self.position += 1
            switch self.current {
            case UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                self.position += 1
                self.skipDigits()
            default: return .string(self.bare(from: start, until: stop))
            }
        }
        let end = self.position
        self.skipControls()
        // Characters from '~' on end a number without making a string of it.
        if self.current != Self.end, self.current < 0x7E, !stop.stops(at: self.current) {
            return .string(self.bare(from: start, until: stop))
        }
        let text = self.bytes[start..<end]
        if isInteger { return Self.integer(text) }
        guard let decimal = Self.decimal(text) else {
            self.position = start
            throw self.fault("a number without digits, or with too large an exponent")
        }
        return .number(decimal: decimal)
    }

    private mutating func skipDigits() {
        while UInt8(ascii: "0")...UInt8(ascii: "9") ~= self.current { self.position += 1 }
    }

    /// Leading zeros are read over; a lone minus is zero.
    private static func integer(_ text: Slice<UnsafeRawBufferPointer>) -> Tree {
        let isNegative = text.first == UInt8(ascii: "-")
        var value: Int64 = 0
        for byte in isNegative ? text.dropFirst() : text {
            let (product, tooLarge) = value.multipliedReportingOverflow(by: 10)
            let digit = Int64(byte - UInt8(ascii: "0"))
            let (sum, overflows) =
                isNegative ? product.subtractingReportingOverflow(digit) : product.addingReportingOverflow(digit)
            guard !tooLarge, !overflows else { return .number(digits: Self.canonical(integer: text)) }
            value = sum
        }
        return .integer(value)
    }

    private static func canonical(integer text: Slice<UnsafeRawBufferPointer>) -> String {
        let isNegative = text.first == UInt8(ascii: "-")
        let digits = (isNegative ? text.dropFirst() : text).drop { $0 == UInt8(ascii: "0") }
        return (isNegative ? "-" : "") + String(decoding: digits, as: UTF8.self)
    }

    /// Java also takes `1.`, `-.5` and `007.5`; here they become what RFC 8259 allows. `nil` for `-.` and `1e+`.
    private static func decimal(_ text: Slice<UnsafeRawBufferPointer>) -> String? {
        let isDigit = { (byte: UInt8) in UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte }
        var rest = text
        let isNegative = rest.first == UInt8(ascii: "-")
        if isNegative { rest = rest.dropFirst() }
        let whole = rest.prefix(while: isDigit)
        rest = rest.dropFirst(whole.count)
        var fraction = rest.prefix(0)
        if rest.first == UInt8(ascii: ".") {
            fraction = rest.dropFirst().prefix(while: isDigit)
            rest = rest.dropFirst(1 + fraction.count)
        }
        guard !whole.isEmpty || !fraction.isEmpty else { return nil }
        if let last = rest.last, !isDigit(last) { return nil }
        if text.count > Self.doubleCharacters, !Self.isScale(fraction.count, exponent: rest.dropFirst()) { return nil }
        let isPlain = !whole.isEmpty && (whole.count == 1 || whole.first != UInt8(ascii: "0")) && !fraction.isEmpty
        if isPlain { return String(decoding: text, as: UTF8.self) }
        let significant = whole.drop { $0 == UInt8(ascii: "0") }
        return (isNegative ? "-" : "") + (significant.isEmpty ? "0" : String(decoding: significant, as: UTF8.self))
            + "." + (fraction.isEmpty ? "0" : String(decoding: fraction, as: UTF8.self)) + String(decoding: rest, as: UTF8.self)
    }

    /// A longer number keeps all its digits (Java's `BigDecimal`), so its exponent has a bound.
    private static var doubleCharacters: Int { 18 }

    private static func isScale(_ fractionDigits: Int, exponent: Slice<UnsafeRawBufferPointer>) -> Bool {
        guard !exponent.isEmpty else { return true }
        guard let exponent = Int32(String(decoding: exponent, as: UTF8.self)) else { return false }
        return Int32(exactly: fractionDigits - Int(exponent)) != nil
    }
}

/// Text that is put together from bytes of UTF-8 and from UTF-16 units of `\u` escapes: pairs of surrogates join, a lone one
/// becomes U+FFFD, as a Swift string can't hold it.
private struct JavaTextBuffer {
    private var bytes: [UInt8] = []
    private var highSurrogate: UInt16?

    var string: String {
        var copy = self
        copy.endSurrogate()
        return String(decoding: copy.bytes, as: UTF8.self)
    }

    private mutating func endSurrogate() {
        guard self.highSurrogate != nil else { return }
        self.highSurrogate = nil
        self.bytes.append(contentsOf: "\u{FFFD}".utf8)
    }

    mutating func append(_ byte: UInt8) {
        self.endSurrogate()
        self.bytes.append(byte)
    }

    mutating func append(unit: UInt16) {
        switch (self.highSurrogate, unit) {
        case (let high?, 0xDC00...0xDFFF):
            self.highSurrogate = nil
            let value = 0x10000 + (UInt32(high) - 0xD800) << 10 + (UInt32(unit) - 0xDC00)
            if let scalar = Unicode.Scalar(value) { self.bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter) }
        case (_, 0xD800...0xDBFF):
            self.endSurrogate()
            self.highSurrogate = unit
        default:
            self.endSurrogate()
            let scalar = Unicode.Scalar(unit) ?? "\u{FFFD}"
            self.bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
        }
    }
}

extension JSON {
    /// Reads like ``PermissiveJSONReader``.
    package init(permissive text: String) throws(JSONError) { self = try PermissiveJSONReader<JSON>.read(text) }

    package init(permissive bytes: some Sequence<UInt8>) throws(JSONError) {
        let result = Array(bytes).withUnsafeBytes { bytes in
            Result { () throws(JSONError) in try PermissiveJSONReader<JSON>.read(bytes) }
        }
        self = try result.get()
    }
}
