/// Walks JSON text without building anything: the grammar of RFC 8259 for the parser, and by itself the check that a
/// payload is JSON, which allocates nothing.
package struct JSONScanner {
    let bytes: UnsafeRawBufferPointer
    private(set) var position = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// The first fault of a text, or `nil` when it is one JSON value. O(n), no allocation on success.
    package static func fault(in bytes: UnsafeRawBufferPointer) -> JSONError? {
        var scanner = JSONScanner(bytes)
        do {
            scanner.skipSpace()
            try scanner.skipValue(depth: 0)
            scanner.skipSpace()
            return scanner.isAtEnd ? nil : scanner.error("unexpected text after the JSON value")
        } catch {
            return error
        }
    }

    var isAtEnd: Bool { self.position >= self.bytes.count }
    var peek: UInt8? { self.isAtEnd ? nil : self.bytes[self.position] }

    func error(_ message: String, at offset: Int? = nil) -> JSONError {
        JSONError(message, at: offset ?? self.position, in: self.bytes)
    }

    func text(from start: Int) -> String { String(decoding: self.bytes[start..<self.position], as: UTF8.self) }

    mutating func skipSpace() {
        while self.position < self.bytes.count {
            switch self.bytes[self.position] {
            case 0x20, 0x0A, 0x0D, 0x09: self.position += 1
            default: return
            }
        }
    }

    mutating func skipValue(depth: Int) throws(JSONError) {
        guard let byte = self.peek else { throw self.error("unexpected end of JSON text") }
        switch byte {
        case UInt8(ascii: "{"):
            try self.enter(depth: depth)
            if self.take(UInt8(ascii: "}")) { return }
            repeat {
                guard self.peek == UInt8(ascii: "\"") else { throw self.error("expected a member name in quotes") }
                _ = try self.skipString()
                try self.expectColon()
                try self.skipValue(depth: depth + 1)
            } while try !self.endOfList(closedBy: UInt8(ascii: "}"))
        case UInt8(ascii: "["):
            try self.enter(depth: depth)
            if self.take(UInt8(ascii: "]")) { return }
            repeat {
                try self.skipValue(depth: depth + 1)
            } while try !self.endOfList(closedBy: UInt8(ascii: "]"))
        case UInt8(ascii: "\""): _ = try self.skipString()
        case UInt8(ascii: "t"): try self.skip(literal: "true")
        case UInt8(ascii: "f"): try self.skip(literal: "false")
        case UInt8(ascii: "n"): try self.skip(literal: "null")
        default: try self.skipNumber()
        }
    }

    /// Steps over an opening bracket and the space behind it.
    mutating func enter(depth: Int) throws(JSONError) {
        guard depth < JSON.depthLimit else { throw self.error("more than \(JSON.depthLimit) values nested in each other") }
        self.position += 1
        self.skipSpace()
    }

    mutating func take(_ byte: UInt8) -> Bool {
        guard self.peek == byte else { return false }
        self.position += 1
        return true
    }

    mutating func expectColon() throws(JSONError) {
        self.skipSpace()
        guard self.take(UInt8(ascii: ":")) else { throw self.error("expected ':' after a member name") }
        self.skipSpace()
    }

    /// After an element: `true` at the closing bracket, `false` with the scanner before the next element.
    mutating func endOfList(closedBy bracket: UInt8) throws(JSONError) -> Bool {
        self.skipSpace()
        if self.take(bracket) { return true }
        guard self.take(UInt8(ascii: ",")) else {
            throw self.error(
                self.isAtEnd ? "unexpected end of JSON text" : "expected ',' or '\(Character(Unicode.Scalar(bracket)))'")
        }
        self.skipSpace()
        return false
    }

    mutating func skip(literal: StaticString) throws(JSONError) {
        let start = self.position
        for index in 0..<literal.utf8CodeUnitCount {
            guard self.peek == literal.utf8Start[index] else { throw self.error("unexpected text", at: start) }
            self.position += 1
        }
    }

    mutating func skipNumber() throws(JSONError) {
        let start = self.position
        _ = self.take(UInt8(ascii: "-"))
        if !self.take(UInt8(ascii: "0")) {
            guard self.skipDigits() else {
                throw self.error(self.isAtEnd ? "unexpected end of JSON text" : "unexpected text", at: start)
            }
        }
        if self.take(UInt8(ascii: ".")) {
            guard self.skipDigits() else { throw self.error("expected digits after the decimal point") }
        }
        if self.take(UInt8(ascii: "e")) || self.take(UInt8(ascii: "E")) {
            if !self.take(UInt8(ascii: "+")) { _ = self.take(UInt8(ascii: "-")) }
            guard self.skipDigits() else { throw self.error("expected digits in the exponent") }
        }
    }

    private mutating func skipDigits() -> Bool {
        let start = self.position
        while let byte = self.peek, UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte { self.position += 1 }
        return self.position > start
    }

    /// Steps over a string with its quotes and says whether it has escapes.
    mutating func skipString() throws(JSONError) -> Bool {
        let start = self.position
        var hasEscapes = false
        self.position += 1
        while true {
            self.skipPlainText()
            guard let byte = self.peek else { throw self.error("a string without its closing quote", at: start) }
            switch byte {
            case UInt8(ascii: "\""):
                self.position += 1
                return hasEscapes
            case UInt8(ascii: "\\"):
                hasEscapes = true
                try self.skipEscape()
            case 0x80...: try self.skipScalar()
            default: throw self.error("a control character in a string: write it as an escape")
            }
        }
    }

    /// Steps over printable ASCII but quotes and backslashes, blocks of it at once where there are some.
    private mutating func skipPlainText() {
        self.position = Self.endOfPlainBlocks(in: self.bytes, from: self.position)
        while self.position < self.bytes.count {
            let byte = self.bytes[self.position]
            if byte < 0x20 || byte >= 0x80 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return }
            self.position += 1
        }
    }

    /// The end of the whole blocks from `start` that hold nothing but plain text. The loop over a block has no branch and
    /// works on values of its own, so that the compiler makes vector instructions of it: some 30 bytes a nanosecond,
    /// where Swift's SIMD types of this width, whose comparisons are not specialised, take longer than a byte at a time.
    @inline(never)
    private static func endOfPlainBlocks(in bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
        let blockSize = 64
        let end = bytes.count
        guard let base = bytes.baseAddress else { return start }
        var position = start
        while position + blockSize <= end {
            var special: UInt8 = 0
            for index in 0..<blockSize {
                let byte = (base + position + index).load(as: UInt8.self)
                special |= (byte ^ 0x22 == 0 ? 1 : 0) | (byte ^ 0x5C == 0 ? 1 : 0) | (byte < 0x20 ? 1 : 0) | (byte >> 7)
            }
            if special != 0 { break }
            position += blockSize
        }
        return position
    }

    private mutating func skipEscape() throws(JSONError) {
        let start = self.position
        self.position += 1
        guard let byte = self.peek else { return }
        self.position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"), UInt8(ascii: "n"),
            UInt8(ascii: "r"), UInt8(ascii: "t"):
            return
        case UInt8(ascii: "u"):
            for _ in 0..<4 {
                guard let digit = self.peek, Character(Unicode.Scalar(digit)).isHexDigit else {
                    throw self.error("expected four hexadecimal digits after \\u", at: start)
                }
                self.position += 1
            }
        default:
            throw self.error("unknown escape in a string", at: start)
        }
    }

    /// One scalar of two to four bytes (RFC 3629, table of well-formed sequences).
    private mutating func skipScalar() throws(JSONError) {
        let lead = self.bytes[self.position]
        let (length, second): (Int, ClosedRange<UInt8>) =
            switch lead {
            case 0xC2...0xDF: (2, 0x80...0xBF)
            case 0xE0: (3, 0xA0...0xBF)
            case 0xE1...0xEC, 0xEE...0xEF: (3, 0x80...0xBF)
            case 0xED: (3, 0x80...0x9F)
            case 0xF0: (4, 0x90...0xBF)
            case 0xF1...0xF3: (4, 0x80...0xBF)
            case 0xF4: (4, 0x80...0x8F)
            default: throw self.error("a byte that is not UTF-8 in a string")
            }
        guard self.position + length <= self.bytes.count, second ~= self.bytes[self.position + 1],
            self.bytes[(self.position + 2)..<(self.position + length)].allSatisfy({ $0 & 0xC0 == 0x80 })
        else { throw self.error("a byte that is not UTF-8 in a string") }
        self.position += length
    }
}
