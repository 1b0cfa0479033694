/// A kind of value that a ``JSONPath`` can walk: ``JSON`` itself, and the live objects that mapping templates change in
/// place.
package protocol JSONTree {
    static func string(_ text: String) -> Self
    static func makeArray(_ elements: [Self]) -> Self
    /// Members in the order of the text, each name once.
    static func makeObject(_ members: [(name: String, value: Self)]) -> Self

    var shape: JSONShape { get }
    /// The value as Java's `toString` writes it.
    var text: String { get }
    /// Whether both are one object, where values have an identity.
    func isSame(as other: Self) -> Bool
    /// The member of an object; `nil` when there is none or this is no object.
    func member(_ name: String) -> Self?
    /// An element of an array. `index` is in its bounds.
    func element(_ index: Int) -> Self
    /// The members of an object in their order; none for anything else.
    var children: [(name: String, value: Self)] { get }
}

/// What a value is, with what a comparison needs of it.
package enum JSONShape: Hashable, Sendable {
    case null
    case bool(Bool)
    /// By its decimal text.
    case number(String)
    case string(String)
    case array(count: Int)
    case object
    /// A value that JSON has no kind for, by its text.
    case other(String)
}

extension JSON: JSONTree {
    package static func makeArray(_ elements: [JSON]) -> JSON { .array(elements) }
    package static func makeObject(_ members: [(name: String, value: JSON)]) -> JSON {
        .object(JSONObject(distinct: members))
    }

    package var shape: JSONShape {
        switch self {
        case .null: .null
        case .bool(let flag): .bool(flag)
        case .number(let number): .number(number.text)
        case .string(let text): .string(text)
        case .array(let elements): .array(count: elements.count)
        case .object: .object
        }
    }

    package var text: String { self.stringValue ?? self.description }
    package func isSame(as other: JSON) -> Bool { self == other }

    package func member(_ name: String) -> JSON? { self.objectValue?[name] }

    package func element(_ index: Int) -> JSON {
        guard case .array(let elements) = self else { preconditionFailure("only an array has elements") }
        return elements[index]
    }

    package var children: [(name: String, value: JSON)] { self.objectValue?.members ?? [] }
}
