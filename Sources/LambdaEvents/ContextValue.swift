/// A value of an authorizer's context: REST APIs hand all of them on as text, HTTP APIs keep their types.
public enum ContextValue: Hashable, Sendable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([ContextValue])
    case object([String: ContextValue])

    /// The text of a string.
    public var stringValue: String? { if case .string(let text) = self { text } else { nil } }
}

extension ContextValue: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
            // Each `try?` asks whether the value is of that type; the last one tells the error.
        } else if let flag = try? container.decode(Bool.self) {
            self = .bool(flag)
        } else if let number = try? container.decode(Double.self) {
            self = .number(number)
        } else if let text = try? container.decode(String.self) {  // As above.
            self = .string(text)
        } else if let elements = try? container.decode([ContextValue].self) {  // As above.
            self = .array(elements)
        } else {
            self = .object(try container.decode([String: ContextValue].self))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let flag): try container.encode(flag)
        case .number(let number): try container.encode(number)
        case .string(let text): try container.encode(text)
        case .array(let elements): try container.encode(elements)
        case .object(let members): try container.encode(members)
        }
    }
}

extension ContextValue: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral {
    public init(stringLiteral value: String) { self = .string(value) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(integerLiteral value: Int) { self = .number(Double(value)) }
}

/// What a Lambda authorizer adds to a request.
public typealias LambdaAuthorizerContext = [String: ContextValue]
