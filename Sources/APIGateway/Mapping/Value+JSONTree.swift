import CoreTypes
import VTL

/// Bodies are read straight into the objects that templates work on: as json-smart's are, with Java's classes of numbers.
extension Value: JSONTree {
    static func number(digits: String) -> Value { BigInteger(digits).map(Value.bigInteger) ?? .null }

    /// A `double`; one of more than 18 characters keeps all its digits, as json-smart has it.
    static func number(decimal: String) -> Value {
        if decimal.utf8.count > 18, let exact = BigDecimal(decimal) { return .decimal(exact) }
        return .double(Double(decimal) ?? 0)
    }

    static var notANumber: Value { .double(.nan) }

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
