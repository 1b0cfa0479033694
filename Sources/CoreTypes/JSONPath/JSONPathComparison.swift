import RegularExpressions

/// How a filter compares what it finds with what it expects. The two sides are not treated alike: the expected one stands on
/// the right, and a text there is read as a number or a truth value when it meets one.
enum JSONPathComparison {
    enum Side<Tree: JSONTree> {
        case value(Tree)
        case pattern(JavaRegex)
    }

    /// - Throws: ``JSONPathError/unfit(_:)`` where the library throws: a text that is no number meets a number, `=~` without
    ///   a pattern.
    static func holds<Tree>(
        _ found: Side<Tree>, _ comparison: JSONPathFilter.Comparison, _ expected: Side<Tree>
    ) throws(JSONPathError) -> Bool {
        if comparison == .matches { return try self.matches(found, expected) }
        guard case .value(let foundValue) = found, case .value(let expectedValue) = expected else { return false }
        let (found, expected) = (foundValue.shape, expectedValue.shape)
        if found.isContainer, expected.isContainer {
            // Nothing else is known of two lists or objects than whether they are one and the same.
            let isOrEqual = comparison == .equal || comparison == .atLeast || comparison == .atMost
            return isOrEqual && foundValue.isSame(as: expectedValue)
        }
        switch comparison {
        case .equal: return try self.order(expected, found) == 0
        case .unequal: return try self.order(expected, found).map { $0 != 0 } ?? false
        case .greater, .atLeast, .less, .atMost:
            guard (expected == .null) == (found == .null), let order = try self.order(expected, found) else { return false }
            return switch comparison {
            case .greater: order < 0
            case .atLeast: order <= 0
            case .less: order > 0
            default: order >= 0
            }
        case .matches: preconditionFailure("handled above")
        }
    }

    /// Negative when `left` is less; `nil` where the two can't be compared.
    private static func order(_ left: JSONShape, _ right: JSONShape) throws(JSONPathError) -> Int? {
        switch (self.isNullish(left), self.isNullish(right)) {
        case (true, true): return 0
        case (true, false): return -1
        case (false, true): return 1
        case (false, false): break
        }
        switch (left, right) {
        case (.string(let left), .string(let right)): return self.order(self.unescaped(left), right)
        case (.number(let left), .number(let right)), (.string(let left), .number(let right)):
            return try self.decimal(left).compare(to: try self.decimal(right))
        case (.string(let left), .bool(let right)): return self.order(left.lowercased() == "true", right)
        case (.bool(let left), .bool(let right)): return self.order(left, right)
        default: return nil
        }
    }

    private static func isNullish(_ shape: JSONShape) -> Bool { shape == .null || shape == .string("null") }

    private static func order(_ left: Bool, _ right: Bool) -> Int { (left ? 1 : 0) - (right ? 1 : 0) }

    /// By UTF-16 code units, as Java's `String.compareTo`.
    private static func order(_ left: String, _ right: String) -> Int {
        if left == right { return 0 }
        return left.utf16.lexicographicallyPrecedes(right.utf16) ? -1 : 1
    }

    /// `\'` stands for a quote.
    private static func unescaped(_ text: String) -> String {
        guard text.utf8.contains(UInt8(ascii: "'")) else { return text }
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            if byte == UInt8(ascii: "'"), bytes.last == UInt8(ascii: "\\") { bytes.removeLast() }
            bytes.append(byte)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func decimal(_ text: String) throws(JSONPathError) -> DecimalText {
        guard let decimal = DecimalText(text) else { throw .unfit("'\(text)' is compared with a number") }
        return decimal
    }

    private static func matches<Tree>(_ found: Side<Tree>, _ expected: Side<Tree>) throws(JSONPathError) -> Bool {
        let pattern: JavaRegex
        let target: Tree
        switch (found, expected) {
        case (.pattern(let left), .value(let right)): (pattern, target) = (left, right)
        case (.value(let left), .pattern(let right)): (pattern, target) = (right, left)
        case (.pattern, .pattern): return false
        case (.value, .value): throw .unfit("'=~' needs a pattern: /…/ or /…/i")
        }
        guard target.shape != .null else { return false }
        let text = target.text
        do { return try pattern.matches(text) } catch { throw .unfit("the pattern fails on '\(text)': \(error.message)") }
    }
}

extension JSONShape {
    fileprivate var isContainer: Bool {
        switch self {
        case .array, .object: true
        case .null, .bool, .number, .string, .other: false
        }
    }
}

/// A decimal number by its digits, to compare numbers of any size exactly. Reads what Java's `BigDecimal` reads.
struct DecimalText: Hashable {
    private let isNegative: Bool
    /// Without leading zeros; empty for zero.
    private let digits: [UInt8]
    /// The power of ten of the first digit's place, plus one.
    private let magnitude: Int

    init?(_ text: String) {
        var rest = Array(text.utf8)[...]
        self.isNegative = rest.first == UInt8(ascii: "-")
        if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
        let isDigit = { (byte: UInt8) in UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte }
        let whole = rest.prefix(while: isDigit)
        rest = rest.dropFirst(whole.count)
        var fraction: ArraySlice<UInt8> = []
        if rest.first == UInt8(ascii: ".") {
            fraction = rest.dropFirst().prefix(while: isDigit)
            rest = rest.dropFirst(1 + fraction.count)
        }
        guard !whole.isEmpty || !fraction.isEmpty else { return nil }
        var exponent = 0
        if let mark = rest.first, mark == UInt8(ascii: "e") || mark == UInt8(ascii: "E") {
            guard let value = Int32(String(decoding: rest.dropFirst(), as: UTF8.self)) else { return nil }
            exponent = Int(value)
            rest = []
        }
        guard rest.isEmpty else { return nil }
        let all = Array(whole + fraction)
        let significant = all.drop { $0 == UInt8(ascii: "0") }
        let last = significant.lastIndex { $0 != UInt8(ascii: "0") }
        self.digits = last.map { Array(significant[...$0]) } ?? []
        self.magnitude = whole.count - (all.count - significant.count) + exponent
    }

    /// Negative, zero or positive.
    func compare(to other: DecimalText) -> Int {
        let sign = { (number: DecimalText) in number.digits.isEmpty ? 0 : number.isNegative ? -1 : 1 }
        guard sign(self) == sign(other) else { return sign(self) - sign(other) }
        guard sign(self) != 0 else { return 0 }
        let order: Int
        if self.magnitude != other.magnitude {
            order = self.magnitude < other.magnitude ? -1 : 1
        } else if self.digits == other.digits {
            order = 0
        } else {
            order = self.digits.lexicographicallyPrecedes(other.digits) ? -1 : 1
        }
        return self.isNegative ? -order : order
    }
}
