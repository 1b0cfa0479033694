/// Why a text is not JSON, and where.
package struct JSONError: Error, Hashable, CustomStringConvertible {
    package let message: String
    /// Bytes before the fault.
    package let offset: Int
    /// Counted from 1; columns count characters (Unicode scalars), as editors show them.
    package let line: Int
    package let column: Int

    package var description: String { "\(self.line):\(self.column): \(self.message)" }

    init(_ message: String, at offset: Int, in text: UnsafeRawBufferPointer) {
        self.message = message
        self.offset = offset
        var line = 1
        var column = 1
        for byte in text[..<min(offset, text.count)] {
            if byte == UInt8(ascii: "\n") {
                line += 1
                column = 1
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
        }
        self.line = line
        self.column = column
    }
}

extension JSON {
    /// Arrays and objects may stand this deep in each other; deeper texts are refused, so that no input exhausts the stack.
    package static let depthLimit = 512

    /// Parses one RFC 8259 text. A UTF-8 byte order mark is not part of JSON and is refused.
    package init(parsing bytes: some Sequence<UInt8>) throws(JSONError) {
        let result: Result<JSON, JSONError>
        let contiguous = bytes.withContiguousStorageIfAvailable { Self.parse(UnsafeRawBufferPointer($0)) }
        if let contiguous {
            result = contiguous
        } else {
            result = Array(bytes).withUnsafeBytes { Self.parse($0) }
        }
        self = try result.get()
    }

    package init(parsing text: String) throws(JSONError) {
        var text = text
        self = try text.withUTF8 { Self.parse(UnsafeRawBufferPointer($0)) }.get()
    }

    package static func parse(_ text: UnsafeRawBufferPointer) -> Result<JSON, JSONError> {
        var parser = JSONParser(text)
        do {
            return .success(try parser.document())
        } catch {
            return .failure(error)
        }
    }
}

/// Recursive descent over bytes, bounded by ``JSON/depthLimit``.
private struct JSONParser {
    private var scanner: JSONScanner

    init(_ text: UnsafeRawBufferPointer) { self.scanner = JSONScanner(text) }

    mutating func document() throws(JSONError) -> JSON {
        self.scanner.skipSpace()
        let value = try self.value(depth: 0)
        self.scanner.skipSpace()
        guard self.scanner.isAtEnd else { throw self.scanner.error("unexpected text after the JSON value") }
        return value
    }

    private mutating func value(depth: Int) throws(JSONError) -> JSON {
        guard let byte = self.scanner.peek else { throw self.scanner.error("unexpected end of JSON text") }
        switch byte {
        case UInt8(ascii: "{"): return .object(try self.object(depth: depth))
        case UInt8(ascii: "["): return .array(try self.array(depth: depth))
        case UInt8(ascii: "\""): return .string(try self.string())
        case UInt8(ascii: "t"):
            try self.scanner.skip(literal: "true")
            return .bool(true)
        case UInt8(ascii: "f"):
            try self.scanner.skip(literal: "false")
            return .bool(false)
        case UInt8(ascii: "n"):
            try self.scanner.skip(literal: "null")
            return .null
        default:
            let start = self.scanner.position
            try self.scanner.skipNumber()
            return .number(JSONNumber(validated: self.scanner.text(from: start)))
        }
    }

    private mutating func object(depth: Int) throws(JSONError) -> JSONObject {
        try self.scanner.enter(depth: depth)
        var object = JSONObject()
        if self.scanner.take(UInt8(ascii: "}")) { return object }
        while true {
            guard self.scanner.peek == UInt8(ascii: "\"") else { throw self.scanner.error("expected a member name in quotes") }
            let name = try self.string()
            try self.scanner.expectColon()
            object[name] = try self.value(depth: depth + 1)
            if try self.scanner.endOfList(closedBy: UInt8(ascii: "}")) { return object }
        }
    }

    private mutating func array(depth: Int) throws(JSONError) -> [JSON] {
        try self.scanner.enter(depth: depth)
        var elements: [JSON] = []
        if self.scanner.take(UInt8(ascii: "]")) { return elements }
        while true {
            elements.append(try self.value(depth: depth + 1))
            if try self.scanner.endOfList(closedBy: UInt8(ascii: "]")) { return elements }
        }
    }

    private mutating func string() throws(JSONError) -> String { try self.scanner.takeString() }
}
