/// Reads a JSON text member by member, as it is asked, and builds no tree: for requests whose shape is known.
///
/// ```
/// var reader = JSONReader(bytes)
/// try reader.beginObject()
/// while let name = try reader.nextName() {
///     switch name {
///     case "MaxNumberOfMessages": limit = try reader.integer()
///     default: try reader.skip()
///     }
/// }
/// try reader.end()
/// ```
package struct JSONReader {
    private var scanner: JSONScanner
    /// Whether the scanner stands behind an opening bracket, where no comma comes.
    private var isFirst = false

    /// - Parameter bytes: must outlive the reader.
    package init(_ bytes: UnsafeRawBufferPointer) {
        self.scanner = JSONScanner(bytes)
        self.scanner.skipSpace()
    }

    package mutating func beginObject() throws(JSONError) { try self.begin(UInt8(ascii: "{"), "an object") }
    package mutating func beginArray() throws(JSONError) { try self.begin(UInt8(ascii: "["), "an array") }

    /// The next member's name, with the reader at its value; `nil` behind the closing bracket.
    package mutating func nextName() throws(JSONError) -> String? {
        guard try self.advance(closing: UInt8(ascii: "}")) else { return nil }
        guard self.scanner.peek == UInt8(ascii: "\"") else { throw self.scanner.error("expected a member name in quotes") }
        let name = try self.scanner.takeString()
        try self.scanner.expectColon()
        return name
    }

    /// Whether another element follows, with the reader at it.
    package mutating func nextElement() throws(JSONError) -> Bool { try self.advance(closing: UInt8(ascii: "]")) }

    package mutating func string() throws(JSONError) -> String {
        try self.expectString()
        return try self.scanner.takeString()
    }

    /// A string as UTF-8.
    package mutating func stringBytes() throws(JSONError) -> [UInt8] {
        try self.expectString()
        return try self.scanner.takeStringBytes()
    }

    /// A whole number in any spelling (`10`, `1e1`).
    package mutating func integer() throws(JSONError) -> Int {
        let start = self.scanner.position
        guard let byte = self.scanner.peek, byte == UInt8(ascii: "-") || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte else {
            throw self.scanner.error("expected a whole number")
        }
        try self.scanner.skipNumber()
        guard let value = JSONNumber(validated: self.scanner.text(from: start)).intValue else {
            throw self.scanner.error("expected a whole number", at: start)
        }
        return value
    }

    /// A number with all its digits, as it is written.
    package mutating func number() throws(JSONError) -> JSONNumber {
        let start = self.scanner.position
        guard let byte = self.scanner.peek, byte == UInt8(ascii: "-") || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte else {
            throw self.scanner.error("expected a number")
        }
        try self.scanner.skipNumber()
        return JSONNumber(validated: self.scanner.text(from: start))
    }

    /// Whether an object comes next.
    package var isAtObject: Bool { self.scanner.peek == UInt8(ascii: "{") }

    /// Steps over `null` and says so.
    package mutating func takeNull() throws(JSONError) -> Bool {
        guard self.scanner.peek == UInt8(ascii: "n") else { return false }
        try self.scanner.skip(literal: "null")
        return true
    }

    package mutating func skip() throws(JSONError) { try self.scanner.skipValue(depth: 0) }

    /// A fault of the value that the reader stands at.
    package func error(_ message: String) -> JSONError { self.scanner.error(message) }

    /// Bytes before the reader, for a fault that shows only later.
    package var position: Int { self.scanner.position }
    package func error(_ message: String, at position: Int) -> JSONError { self.scanner.error(message, at: position) }

    /// Checks that nothing follows.
    package mutating func end() throws(JSONError) {
        self.scanner.skipSpace()
        guard self.scanner.isAtEnd else { throw self.scanner.error("unexpected text after the JSON value") }
    }

    private mutating func begin(_ bracket: UInt8, _ kind: StaticString) throws(JSONError) {
        guard self.scanner.take(bracket) else { throw self.scanner.error("expected \(kind)") }
        self.scanner.skipSpace()
        self.isFirst = true
    }

    private mutating func advance(closing bracket: UInt8) throws(JSONError) -> Bool {
        if self.isFirst {
            self.isFirst = false
            return !self.scanner.take(bracket)
        }
        return try !self.scanner.endOfList(closedBy: bracket)
    }

    private func expectString() throws(JSONError) {
        guard self.scanner.peek == UInt8(ascii: "\"") else { throw self.scanner.error("expected a string") }
    }
}
