/// Reads JSON the way API Gateway does, which is json-smart 2.2 in its permissive mode: keys and strings may stand without
/// quotes or in single ones, superfluous commas and all text behind the first value are read over, and a text that begins
/// like no value is a string. What is left to refuse: a bracket or quote that is never closed, a member without a colon, a
/// bracket of the wrong kind. One pass, O(n).
package struct PermissiveJSONReader {
    let bytes: UnsafeRawBufferPointer
    var position = 0

    /// Arrays and objects may stand this deep in each other, as in json-smart.
    private static var depthLimit: Int { 400 }
    /// json-smart's mark for the end of its input; one in the text ends it too, but not between quotes.
    static var end: UInt8 { 0x1A }

    /// Whether the text may end anywhere: what is open then is taken as closed.
    private let isCut: Bool

    private init(_ bytes: UnsafeRawBufferPointer, isCut: Bool) {
        self.bytes = bytes
        self.isCut = isCut
    }

    /// - Parameter isCut: the first part of a longer text, of which whole and half values are wanted.
    package static func read(_ bytes: UnsafeRawBufferPointer, isCut: Bool = false) throws(JSONError) -> JSON {
        var reader = PermissiveJSONReader(bytes, isCut: isCut)
        return try reader.value(until: .end, depth: 0)
    }

    package static func read(_ text: String) throws(JSONError) -> JSON {
        var text = text
        let result = text.withUTF8 { utf8 in
            Result { () throws(JSONError) in try self.read(UnsafeRawBufferPointer(utf8)) }
        }
        return try result.get()
    }

    /// Where text without quotes ends.
    enum Stop {
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

    var current: UInt8 { self.position < self.bytes.count ? self.bytes[self.position] : Self.end }

    func fault(_ message: String) -> JSONError { JSONError(message, at: self.position, in: self.bytes) }

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
    mutating func skipControls() {
        while self.current <= 0x20, self.current != Self.end { self.position += 1 }
    }

    private mutating func value(until stop: Stop, depth: Int) throws(JSONError) -> JSON {
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
            case "NaN" where mayBeKeyword:  // JSON has no such number.
                return .string("NaN")
            default: return .string(text)
            }
        }
    }

    private mutating func array(depth: Int) throws(JSONError) -> JSON {
        guard depth <= Self.depthLimit else { throw self.fault("more than \(Self.depthLimit) values nested in each other") }
        self.position += 1
        var elements: [JSON] = []
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

    private mutating func object(depth: Int) throws(JSONError) -> JSON {
        guard depth <= Self.depthLimit else { throw self.fault("more than \(Self.depthLimit) values nested in each other") }
        var members: [(name: String, value: JSON)] = []
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
    private mutating func memberValue(depth: Int) throws(JSONError) -> JSON {
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
    private static func lastOfEach(_ members: [(name: String, value: JSON)]) -> [(name: String, value: JSON)] {
        var kept: [(name: String, value: JSON)] = []
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
    mutating func bare(from start: Int, until stop: Stop) -> String {
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

extension JSON {
    /// Reads like ``PermissiveJSONReader``.
    package init(permissive text: String) throws(JSONError) { self = try PermissiveJSONReader.read(text) }

    package init(permissive bytes: some Sequence<UInt8>) throws(JSONError) {
        let result = Array(bytes).withUnsafeBytes { bytes in
            Result { () throws(JSONError) in try PermissiveJSONReader.read(bytes) }
        }
        self = try result.get()
    }
}
