/// A JSON value (RFC 8259) that keeps what a text says: the order of an object's members and the spelling of numbers.
package enum JSON: Hashable, Sendable {
    case null
    case bool(Bool)
    case number(JSONNumber)
    case string(String)
    case array([JSON])
    case object(JSONObject)
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
    package init(stringLiteral value: String) { self = .string(value) }
    package init(integerLiteral value: Int) { self = .number(JSONNumber(value)) }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(arrayLiteral elements: JSON...) { self = .array(elements) }
    package init(dictionaryLiteral elements: (String, JSON)...) { self = .object(JSONObject(elements)) }
    package init(nilLiteral: ()) { self = .null }
}

extension JSON {
    package var isNull: Bool { self == .null }
    package var stringValue: String? { if case .string(let value) = self { value } else { nil } }
    package var boolValue: Bool? { if case .bool(let value) = self { value } else { nil } }
    package var numberValue: JSONNumber? { if case .number(let value) = self { value } else { nil } }
    package var intValue: Int? { self.numberValue?.intValue }
    package var arrayValue: [JSON]? { if case .array(let value) = self { value } else { nil } }
    package var objectValue: JSONObject? { if case .object(let value) = self { value } else { nil } }

    /// The member of an object, or `nil` when there is none or this is no object.
    package subscript(key: String) -> JSON? { self.objectValue?[key] }

    /// `.string` for a text, `.null` for none.
    package init(_ text: String?) { self = text.map(JSON.string) ?? .null }

    /// What kind of value this is, as a word for an error text: `object`, `array`, `string`, `number`, `boolean`, `null`.
    package var kind: String {
        switch self {
        case .null: "null"
        case .bool: "boolean"
        case .number: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }
}

/// A JSON number by its text, so that `1.10`, `1e2` and integers of any length survive unchanged.
package struct JSONNumber: Hashable, Sendable, CustomStringConvertible {
    /// The number as RFC 8259 section 6 spells it.
    package let text: String

    /// Trusts that `text` follows the grammar: a parser has checked it.
    init(validated text: String) { self.text = text }

    package init(_ value: some FixedWidthInteger) { self.text = String(value) }

    /// The shortest text that reads back as the same value; whole numbers carry no fraction.
    /// - Precondition: `value` is finite, as JSON has no other numbers.
    package init(_ value: Double) {
        precondition(value.isFinite, "JSON has no spelling for \(value)")
        if value == value.rounded(), abs(value) < 1e15 { self.text = String(Int64(value)) } else { self.text = "\(value)" }
    }

    package var intValue: Int? { Int(self.text) ?? Double(self.text).flatMap { Int(exactly: $0) } }
    package var doubleValue: Double { Double(self.text) ?? .nan }
    package var description: String { self.text }
}

/// The members of a JSON object in the order of the text. A repeated name keeps its first place and its last value.
package struct JSONObject: Sendable, ExpressibleByDictionaryLiteral {
    package private(set) var members: [(name: String, value: JSON)] = []
    /// Where each name stands; kept only for objects too large to scan.
    private var places: [String: Int]?
    private static let scanLimit = 24

    package init() {}

    /// Trusts that no name stands twice: the reader has looked.
    init(distinct members: [(name: String, value: JSON)]) {
        self.members = members
        if members.count > Self.scanLimit { self.index() }
    }

    package init(_ members: some Sequence<(String, JSON)>) {
        for (name, value) in members { self[name] = value }
    }

    package init(dictionaryLiteral elements: (String, JSON)...) { self.init(elements) }

    /// Members sorted by name, for maps that have no order of their own.
    package init(sorted map: [String: String]) {
        self.init(map.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })
    }

    package var isEmpty: Bool { self.members.isEmpty }
    package var count: Int { self.members.count }
    package var names: [String] { self.members.map(\.name) }

    /// O(1) for large objects, a short scan for small ones. Assigning `nil` removes the member.
    package subscript(name: String) -> JSON? {
        get { self.place(of: name).map { self.members[$0].value } }
        set {
            switch (self.place(of: name), newValue) {
            case (let place?, let value?):
                self.members[place].value = value
            case (nil, let value?):
                self.members.append((name, value))
                if self.places != nil {
                    self.places?[name] = self.members.count - 1
                } else if self.members.count > Self.scanLimit {
                    self.index()
                }
            case (let place?, nil):
                self.members.remove(at: place)
                if self.places != nil { self.index() }
            case (nil, nil):
                break
            }
        }
    }

    private mutating func index() {
        self.places = Dictionary(uniqueKeysWithValues: self.members.enumerated().map { ($1.name, $0) })
    }

    private func place(of name: String) -> Int? {
        if let places { return places[name] }
        return self.members.firstIndex { $0.name == name }
    }
}

extension JSONObject: Hashable {
    package static func == (left: Self, right: Self) -> Bool {
        left.members.count == right.members.count && left.members.allSatisfy { right[$0.name] == $0.value }
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(Set(self.members.map(\.name)))
    }
}
