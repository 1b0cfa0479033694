/// Expressions by precedence, and the operands that arguments and lists take.
extension Parser {
    mutating func expression() throws(TemplateError) -> Int32 {
        try self.nest { parser throws(TemplateError) in try parser.binary(0) }
    }

    /// The operators, the loosest first.
    private static let levels: [[(TokenKind, Program.Operation)]] = [
        [(.or, .or)],
        [(.and, .and)],
        [(.equal, .equal), (.notEqual, .notEqual)],
        [(.less, .less), (.greater, .greater), (.lessOrEqual, .lessOrEqual), (.greaterOrEqual, .greaterOrEqual)],
        [(.plus, .add), (.minus, .subtract)],
        [(.multiply, .multiply), (.divide, .divide), (.modulus, .modulus)],
    ]

    private mutating func binary(_ level: Int) throws(TemplateError) -> Int32 {
        guard level < Self.levels.count else { return try self.unary() }
        let start = try self.token().start
        var left = try self.binary(level + 1)
        var chained = 0
        while true {
            let kind = try self.peek()
            guard let operation = Self.levels[level].first(where: { $0.0 == kind })?.1 else { return left }
            // A chain leans to the left: its tree is as deep as the chain is long.
            chained += 1
            guard chained + self.depth <= Self.depthMax else {
                let place = try self.token().start + self.offset
                throw self.source.error(
                    .limit("depth", Self.depthMax), "more than \(Self.depthMax) operators in a row", at: place)
            }
            try self.take()
            let right = try self.binary(level + 1)
            left = self.add(operation, a: left, b: right, from: start)
        }
    }

    private mutating func unary() throws(TemplateError) -> Int32 {
        let first = try self.peek()
        let isNegated = try first == .whitespace ? self.peek(1) == .not : first == .not
        guard isNegated else { return try self.primary() }
        let start = try self.token().start
        try self.skipWhitespace()
        try self.take(.not, "!")
        let operand = try self.nest { parser throws(TemplateError) in try parser.unary() }
        return self.add(.not, a: operand, from: start)
    }

    private mutating func primary() throws(TemplateError) -> Int32 {
        try self.skipWhitespace()
        let node: Int32
        if try self.peek() == .leftParenthesis {
            try self.take()
            node = try self.expression()
            try self.take(.rightParenthesis, "an operator or )")
        } else {
            node = try self.operand("a value")
        }
        try self.skipWhitespace()
        return node
    }

    /// An operand with the blanks around it, as arguments and elements are.
    mutating func parameter() throws(TemplateError) -> Int32 {
        try self.skipWhitespace()
        let node = try self.operand("a value")
        try self.skipWhitespace()
        return node
    }

    mutating func operand(_ expectation: String) throws(TemplateError) -> Int32 {
        let token = try self.token()
        switch token.kind {
        case .string:
            try self.take()
            return try self.nest { parser throws(TemplateError) in try parser.string(token) }
        case .integer:
            try self.take()
            return try self.integer(token)
        case .float:
            try self.take()
            guard let number = Double(self.text(of: token)) else {
                throw self.error("`\(self.text(of: token))` is no number", at: token.start)
            }
            self.program.doubles.append(number)
            return self.add(.double, a: Int32(self.program.doubles.count - 1), from: token.start)
        case .true, .false:
            try self.take()
            return self.add(token.kind == .true ? .true : .false, from: token.start)
        case .identifier, .referenceLeftCurly:
            let reference = try self.nest { parser throws(TemplateError) in try parser.reference() }
            return self.add(.reference, a: reference, from: token.start)
        case .leftBracket: return try self.nest { parser throws(TemplateError) in try parser.listOrRange() }
        case .leftCurly: return try self.nest { parser throws(TemplateError) in try parser.map() }
        default: throw try self.unexpected(expectation)
        }
    }

    private mutating func integer(_ token: Token) throws(TemplateError) -> Int32 {
        let text = self.text(of: token)
        if let small = Int32(text) { return self.add(.int, a: small, from: token.start) }
        if let long = Int64(text) {
            self.program.longs.append(long)
            return self.add(.long, a: Int32(self.program.longs.count - 1), from: token.start)
        }
        // The lexer may have drawn a stray mark to the digits: `##1`.
        guard let number = BigInteger(text) else { throw self.error("`\(text)` is no number", at: token.start) }
        self.program.bigIntegers.append(number)
        return self.add(.bigInteger, a: Int32(self.program.bigIntegers.count - 1), from: token.start)
    }

    // MARK: Texts in quotes

    private mutating func string(_ token: Token) throws(TemplateError) -> Int32 {
        let quote = self.lexer.bytes[token.start]
        var content = Array(self.bytes(of: token).dropFirst().dropLast())
        content = Self.undoubled(content, quote: quote)
        guard quote == UInt8(ascii: "\"") else {
            return self.add(.string, a: self.addString(self.string(content[...])), from: token.start)
        }
        let isInterpolated = content.contains { $0 == UInt8(ascii: "$") || $0 == UInt8(ascii: "#") }
        content = try self.unescaped(content, at: token.start)
        guard isInterpolated else {
            return self.add(.string, a: self.addString(self.string(content[...])), from: token.start)
        }
        // Velocity's lexer would stumble over a mark as the last character, so that a blank is put behind, and taken away from
        // what is rendered; not if there is a line comment, which would swallow it.
        let hasLineComment = content.indices.dropLast().contains {
            content[$0] == UInt8(ascii: "#") && content[$0 + 1] == UInt8(ascii: "#")
        }
        if !hasLineComment { content.append(UInt8(ascii: " ")) }
        let block = try self.parseWithin(content, offset: token.start + 1 + self.offset)
        return self.add(.interpolation, a: block, b: hasLineComment ? 0 : 1, from: token.start)
    }

    private static func undoubled(_ content: [UInt8], quote: UInt8) -> [UInt8] {
        guard content.contains(quote) else { return content }
        var result: [UInt8] = []
        var index = 0
        while index < content.count {
            result.append(content[index])
            index += content[index] == quote && index + 1 < content.count && content[index + 1] == quote ? 2 : 1
        }
        return result
    }

    /// `\uXXXX` stands for a UTF-16 code unit, in double quotes.
    private func unescaped(_ content: [UInt8], at place: Int) throws(TemplateError) -> [UInt8] {
        func escape(from start: Int) -> Int? {
            guard start + 1 < content.count else { return nil }
            return (start..<content.count - 1).first { content[$0] == UInt8(ascii: "\\") && content[$0 + 1] == UInt8(ascii: "u") }
        }
        guard var index = escape(from: 0) else { return content }
        var units: [UInt16] = []
        var copied = 0
        while true {
            units += self.string(content[copied..<index]).utf16
            let digits = content[(index + 2)...].prefix(4)
            // Java's `Integer.parseInt` allows a sign.
            guard digits.count == 4, let unit = Int32(self.string(digits), radix: 16) else {
                throw self.error("\\u needs four hexadecimal digits", at: place)
            }
            units.append(UInt16(truncatingIfNeeded: unit))
            copied = index + 6
            guard let next = escape(from: copied) else { break }
            index = next
        }
        units += self.string(content[copied...]).utf16
        return Array(String(decoding: units, as: UTF16.self).utf8)
    }

    // MARK: Lists, ranges and maps

    private mutating func listOrRange() throws(TemplateError) -> Int32 {
        let start = try self.take().start
        try self.skipWhitespace()
        guard try self.peek() != .rightBracket || self.last.kind == .whitespace else {
            try self.take()
            return self.add(.list, from: start)
        }
        let canBeRange: Bool
        switch try self.peek() {
        case .identifier, .referenceLeftCurly, .integer: canBeRange = true
        default: canBeRange = false
        }
        var elements = [try self.operand("an element or ]")]
        try self.skipWhitespace()
        if canBeRange, try self.peek() == .doubleDot {
            try self.take()
            return try self.range(from: elements[0], start: start)
        }
        while try self.peek() == .comma {
            try self.take()
            elements.append(try self.parameter())
        }
        try self.take(.rightBracket, ", or ] in the list")
        let children = self.addChildren(elements)
        return self.add(.list, a: children.lowerBound, b: children.upperBound, from: start)
    }

    private mutating func range(from first: Int32, start: Int) throws(TemplateError) -> Int32 {
        try self.skipWhitespace()
        switch try self.peek() {
        case .identifier, .referenceLeftCurly, .integer: break
        default: throw try self.unexpected("an integer or a reference after ..")
        }
        let last = try self.operand("an integer")
        try self.skipWhitespace()
        try self.take(.rightBracket, "] after the range")
        return self.add(.range, a: first, b: last, from: start)
    }

    private mutating func map() throws(TemplateError) -> Int32 {
        let start = try self.take().start
        try self.skipWhitespace()
        var entries: [Int32] = []
        if try self.peek() != .rightCurly, try self.peek() != .referenceRightCurly {
            repeat {
                if !entries.isEmpty { try self.take() }
                entries.append(try self.parameter())
                try self.take(.colon, ": after the key")
                entries.append(try self.parameter())
            } while try self.peek() == .comma
        }
        let closing = try self.peek()
        guard closing == .rightCurly || closing == .referenceRightCurly else { throw try self.unexpected(", or } in the map") }
        try self.take()
        let children = self.addChildren(entries)
        return self.add(.map, a: children.lowerBound, b: children.upperBound, from: start)
    }
}
