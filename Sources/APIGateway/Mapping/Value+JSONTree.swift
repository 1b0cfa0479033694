import CoreTypes
import VTL

extension Value {
    /// What json-smart reads from a text, as the objects that templates work on, with Java's classes of numbers.
    init(_ json: JSON) {
        switch json {
        case .null: self = .null
        case .bool(let flag): self = .bool(flag)
        case .number(let number): self = Self.number(number.text)
        case .string(let text): self = .string(text)
        case .array(let elements): self = .makeArray(elements.map(Value.init))
        case .object(let object): self = .makeObject(object.members.map { ($0.name, Value($0.value)) })
        }
    }

    /// The smallest class that holds a whole number; a `double` for any other, but one of more than 18 characters keeps all its
    /// digits.
    private static func number(_ text: String) -> Value {
        if let whole = Int64(text) { return .integer(whole) }
        let isDecimal = text.utf8.contains { $0 == UInt8(ascii: ".") || $0 | 0x20 == UInt8(ascii: "e") }
        guard isDecimal else { return BigInteger(text).map(Value.bigInteger) ?? .null }
        if text.utf8.count > 18, let exact = BigDecimal(text) { return .decimal(exact) }
        return .double(Double(text) ?? 0)
    }
}

extension Value: JSONTree {
    static func makeArray(_ elements: [Value]) -> Value { .list(ListValue(elements, style: .json)) }

    static func makeObject(_ members: [(name: String, value: Value)]) -> Value {
        .map(MapValue(distinct: members))
    }

    var shape: JSONShape {
        switch self {
        case .null: .null
        case .bool(let flag): .bool(flag)
        case .int, .long, .bigInteger, .double, .decimal: .number(self.text)
        case .string(let text): .string(text)
        case .list(let list): .array(count: list.elements.count)
        case .map: .object
        case .character, .object: .other(self.text)
        }
    }

    func isSame(as other: Value) -> Bool {
        switch (self, other) {
        case (.list(let left), .list(let right)): left === right
        case (.map(let left), .map(let right)): left === right
        case (.object(let left), .object(let right)): left === right
        default: false
        }
    }

    func member(_ name: String) -> Value? {
        guard case .map(let map) = self else { return nil }
        return map[name]
    }

    func element(_ index: Int) -> Value {
        guard case .list(let list) = self else { preconditionFailure("only a list has elements") }
        return list.elements[index]
    }

    var children: [(name: String, value: Value)] {
        guard case .map(let map) = self else { return [] }
        return map.entries.map { ($0.key.text, $0.value) }
    }
}
