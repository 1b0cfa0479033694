/// Reads the text of a path: cuts it into fragments (`$`, `..`, `[…]`, names), each of which becomes a token.
struct JSONPathCompiler {
    private let text: [UInt8]
    private var position = 0

    init(_ text: String) {
        let trimmed = Array(trimmedOfControls(text.utf8))
        let isRooted = trimmed.first == UInt8(ascii: "$") || trimmed.first == UInt8(ascii: "@")
        self.text = isRooted ? [UInt8(ascii: "$")] + trimmed.dropFirst() : Array("$.".utf8) + trimmed
        self.isEmpty = trimmed.isEmpty
    }

    private let isEmpty: Bool

    mutating func compile() throws(JSONPathError) -> JSONPath {
        guard !self.isEmpty else { throw .invalidPath("it is empty") }
        guard !self.text.suffix(2).elementsEqual("..".utf8) else { throw .invalidPath("it ends with '..'") }
        if self.text.count > 1 {
            guard self.text[1] == UInt8(ascii: ".") || self.text[1] == UInt8(ascii: "[") else {
                throw .invalidPath("'.' or '[' should follow the '\(Character(Unicode.Scalar(self.text[0])))' at its start")
            }
        }
        var tokens: [JSONPath.Token] = []
        while self.position < self.text.count {
            guard tokens.count < Self.tokensMax else { throw .invalidPath("it has more than \(Self.tokensMax) steps") }
            if let token = try self.next() { tokens.append(token) }
        }
        return JSONPath(tokens: tokens)
    }

    /// The evaluation goes one level deeper for each.
    private static let tokensMax = 200

    private mutating func next() throws(JSONPathError) -> JSONPath.Token? {
        switch self.text[self.position] {
        case UInt8(ascii: " "): throw .invalidPath("a space outside of brackets")
        case UInt8(ascii: "$"):
            self.position += 1
            return .root
        case UInt8(ascii: "["):
            var fragment = JSONPathFragment(self.bracketed())
            return try fragment.token()
        case UInt8(ascii: "*"):
            self.position += 1
            return .wildcard
        case UInt8(ascii: "."):
            self.position += 1
            guard self.position < self.text.count else { throw .invalidPath("it ends with '.'") }
            guard self.text[self.position] != UInt8(ascii: ".") else {
                self.position += 1
                return .scan
            }
            let name = self.name()
            if name.isEmpty { return nil }
            return name.elementsEqual("*".utf8) ? .wildcard : try Self.property(name)
        default: return try Self.property(self.name())
        }
    }

    /// A name without brackets is read as if it stood in `['…']`, so a quote or a bracket in it has its effect.
    private static func property(_ name: ArraySlice<UInt8>) throws(JSONPathError) -> JSONPath.Token {
        var fragment = JSONPathFragment("['".utf8 + name + "']".utf8)
        return try fragment.token()
    }

    private mutating func name() -> ArraySlice<UInt8> {
        let start = self.position
        while self.position < self.text.count, !".[ ".utf8.contains(self.text[self.position]) { self.position += 1 }
        return self.text[start..<self.position]
    }

    /// From a bracket to the one that closes it, whatever quotes say, or to the end.
    private mutating func bracketed() -> [UInt8] {
        let start = self.position
        var depth = 0
        repeat {
            switch self.text[self.position] {
            case UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "]"): depth -= 1
            default: break
            }
            self.position += 1
        } while depth > 0 && self.position < self.text.count
        return Array(self.text[start..<self.position])
    }
}

/// Less the spaces and control characters at both ends, as Java's `String.trim`.
func trimmedOfControls<Text: BidirectionalCollection<UInt8>>(_ text: Text) -> Text.SubSequence {
    var rest = text[...]
    while let first = rest.first, first <= 0x20 { rest = rest.dropFirst() }
    while let last = rest.last, last <= 0x20 { rest = rest.dropLast() }
    return rest
}

/// One fragment of a path in brackets: `['a','b']`, `[0]`, `[1:3]`, `[?(…)]`, `[*]`.
private struct JSONPathFragment {
    private let text: [UInt8]
    private var position = 0

    init(_ text: some Sequence<UInt8>) { self.text = Array(text) }

    private func byte() throws(JSONPathError) -> UInt8 {
        guard self.position < self.text.count else { throw .invalidPath("'\(self.source)' is not closed") }
        return self.text[self.position]
    }

    private var source: String { String(decoding: self.text, as: UTF8.self) }

    /// What the first telling character says it is.
    mutating func token() throws(JSONPathError) -> JSONPath.Token {
        if self.text.elementsEqual("[*]".utf8) { return .wildcard }
        while self.position < self.text.count {
            switch self.text[self.position] {
            case UInt8(ascii: "?"): return .filter(try JSONPathFilter(parsing: try self.filterText()))
            case UInt8(ascii: "'"): return try self.names()
            case UInt8(ascii: "@"): return try self.fromEnd()
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: ":"), UInt8(ascii: "-"): return try self.numbers()
            default: self.position += 1
            }
        }
        throw .invalidPath("'\(self.source)' is no index, name in single quotes, filter or '*'")
    }

    /// The names in quotes up to the first `]`. There is no escape; what stands outside of quotes is read over.
    private mutating func names() throws(JSONPathError) -> JSONPath.Token {
        var names: [String] = []
        var open: [UInt8]?
        while try self.byte() != UInt8(ascii: "]") {
            let byte = try self.byte()
            if byte == UInt8(ascii: "'") {
                if let name = open {
                    names.append(String(decoding: name, as: UTF8.self))
                    open = nil
                } else {
                    open = []
                }
            } else {
                open?.append(byte)
            }
            self.position += 1
        }
        return .property(names)
    }

    /// `[(@.length-1)]`, `[(@.size()-2)]`
    private mutating func fromEnd() throws(JSONPathError) -> JSONPath.Token {
        self.position += 2
        var name: [UInt8] = []
        while try self.byte() != UInt8(ascii: "-") {
            let byte = try self.byte()
            if !" ()".utf8.contains(byte) { name.append(byte) }
            self.position += 1
        }
        guard name.elementsEqual("size".utf8) || name.elementsEqual("length".utf8) else {
            throw .invalidPath("'@.\(String(decoding: name, as: UTF8.self))' is neither @.length nor @.size()")
        }
        var digits: [UInt8] = []
        while try self.byte() != UInt8(ascii: ")") {
            if try self.byte() != UInt8(ascii: " ") { digits.append(try self.byte()) }
            self.position += 1
        }
        return .fromEnd(try self.number(digits))
    }

    /// Indices and slices. A character that belongs to neither ends them.
    private mutating func numbers() throws(JSONPathError) -> JSONPath.Token {
        var numbers: [Int] = []
        var digits: [UInt8] = []
        var (isList, isTo, isFrom, isBetween) = (false, false, false, false)
        loop: while Self.isNumeric(try self.byte()) {
            switch try self.byte() {
            case UInt8(ascii: " "): break
            case UInt8(ascii: ","):
                numbers.append(try self.number(digits))
                digits = []
                isList = true
            case UInt8(ascii: ":"):
                self.position += 1
                if digits.isEmpty {
                    isTo = true
                    numbers.append(try self.number(try self.sliceEnd()))
                } else {
                    numbers.append(try self.number(digits))
                    digits = []
                    let end = try self.sliceEnd()
                    if end.isEmpty { isFrom = true } else { isBetween = true; numbers.append(try self.number(end)) }
                }
                if try self.byte() == UInt8(ascii: "]") { break loop }
            default: digits.append(try self.byte())
            }
            self.position += 1
        }
        if !digits.isEmpty { numbers.append(try self.number(digits)) }
        if numbers.count == 1, !isTo, !isFrom { return .index(numbers[0]) }
        if isList { return .indices(numbers) }
        if isFrom { return .sliceFrom(numbers[0]) }
        if isTo { return .sliceTo(numbers[0]) }
        if isBetween { return .slice(numbers[0], numbers[1]) }
        throw .invalidPath("'\(self.source)' holds no index")
    }

    private mutating func sliceEnd() throws(JSONPathError) -> [UInt8] {
        var digits: [UInt8] = []
        while Self.isNumeric(try self.byte()), try self.byte() != UInt8(ascii: ","), try self.byte() != UInt8(ascii: ":") {
            if try self.byte() != UInt8(ascii: " ") { digits.append(try self.byte()) }
            self.position += 1
        }
        return digits
    }

    private static func isNumeric(_ byte: UInt8) -> Bool {
        UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || ", :-".utf8.contains(byte)
    }

    /// A Java `int`.
    private func number(_ digits: [UInt8]) throws(JSONPathError) -> Int {
        guard let value = Int32(String(decoding: digits, as: UTF8.self)) else {
            throw .invalidPath("'\(String(decoding: digits, as: UTF8.self))' in '\(self.source)' is no index")
        }
        return Int(value)
    }

    /// A filter ends at the first `]` outside of single quotes and parentheses.
    private func filterText() throws(JSONPathError) -> [UInt8] {
        var (parentheses, brackets, isQuoted) = (0, 0, false)
        var previous = UInt8(ascii: " ")
        let start = self.text[..<self.position].lastIndex(of: UInt8(ascii: "[")) ?? 0
        for index in start..<self.text.count {
            let byte = self.text[index]
            switch byte {
            case UInt8(ascii: "'"): if previous != UInt8(ascii: "\\") { isQuoted.toggle() }
            case UInt8(ascii: "(") where !isQuoted: parentheses += 1
            case UInt8(ascii: ")") where !isQuoted: parentheses -= 1
            case UInt8(ascii: "[") where !isQuoted: brackets += 1
            case UInt8(ascii: "]") where !isQuoted:
                brackets -= 1
                if parentheses == 0 {
                    guard brackets == 0 else { throw .invalidPath("the brackets in '\(self.source)' don't match") }
                    return Array(self.text[start...index])
                }
            default: break
            }
            previous = byte
        }
        throw .invalidPath("the filter '\(self.source)' is not closed")
    }
}
