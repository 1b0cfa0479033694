import CoreTypes
import VTL

/// The right side of a parameter mapping of a REST API (API Gateway developer guide, "Parameter mapping source reference
/// for REST APIs in API Gateway"): `method.request.querystring.page`, `integration.response.body.id`,
/// `context.requestId`, `'literal'`.
package enum MappingExpression: Hashable, Sendable {
    /// `method.request.header.X`, `integration.response.header.X`: the last value.
    case header(String)
    /// `….multivalueheader.X`: all values joined with `,`.
    case multiValueHeader(String)
    case querystring(String)
    /// All values, as a repeated parameter.
    case multiValueQuerystring(String)
    case path(String)
    /// The raw body; `{}` when it is empty.
    case body
    /// A value in the body, by a JSONPath without its `$.`.
    case bodyValue(String)
    case context(String)
    case stageVariable(String)
    case literal(String)
}

/// A mapping that no API can have, with what is wrong with it.
package struct MappingExpressionError: Error, Hashable, CustomStringConvertible {
    package let expression: String
    package let reason: String

    package var description: String { "\"\(self.expression)\": \(self.reason)" }
}

extension MappingExpression {
    package enum Side: String, Hashable, Sendable {
        case request = "method.request"
        case response = "integration.response"
    }

    package init(_ text: String, side: Side) throws(MappingExpressionError) {
        if text.hasPrefix("'") {
            guard text.hasSuffix("'"), text.utf8.count > 1 else {
                throw MappingExpressionError(expression: text, reason: "a literal ends with a single quote, as it begins")
            }
            self = .literal(String(text.dropFirst().dropLast()))
        } else if let name = Self.rest(of: text, after: "context.") {
            self = .context(name)
        } else if let name = Self.rest(of: text, after: "stageVariables.") {
            self = .stageVariable(name)
        } else if text == side.rawValue + ".body" {
            self = .body
        } else if let path = Self.rest(of: text, after: side.rawValue + ".body.") {
            self = .bodyValue(path)
        } else if let name = Self.rest(of: text, after: side.rawValue + ".header.") {
            self = .header(name)
        } else if let name = Self.rest(of: text, after: side.rawValue + ".multivalueheader.") {
            self = .multiValueHeader(name)
        } else if side == .request, let parameter = Self.requestParameter(text) {
            self = parameter
        } else {
            throw MappingExpressionError(expression: text, reason: side.reason)
        }
    }

    private static func requestParameter(_ text: String) -> MappingExpression? {
        self.rest(of: text, after: "method.request.path.").map(MappingExpression.path)
            ?? self.rest(of: text, after: "method.request.querystring.").map(MappingExpression.querystring)
            ?? self.rest(of: text, after: "method.request.multivaluequerystring.").map(MappingExpression.multiValueQuerystring)
    }

    private static func rest(of text: String, after prefix: String) -> String? {
        guard text.hasPrefix(prefix), text.utf8.count > prefix.utf8.count else { return nil }
        return String(text.dropFirst(prefix.count))
    }

    /// One value for most expressions, all of them for the multi-valued query string; none where the source is missing.
    /// - Throws: ``MappingFailure/unreadableBody(_:)``
    package func values(_ input: MappingInput, side: Side) throws(MappingFailure) -> [String] {
        let headers = side == .request ? input.parameters.header : input.integrationHeaders
        return switch self {
        case .header(let name): headers.last(name).map { [$0] } ?? []
        case .multiValueHeader(let name): headers[name].map { [$0.joined(separator: ",")] } ?? []
        case .querystring(let name): input.parameters.querystring.last(name).map { [$0] } ?? []
        case .multiValueQuerystring(let name): input.parameters.querystring[name] ?? []
        case .path(let name): input.parameters.path.last(name).map { [$0] } ?? []
        case .body: [input.body.text]
        case .bodyValue(let path): try input.body.text(at: path).map { [$0] } ?? []
        case .context(let name): input.context.text(at: name).map { [$0] } ?? []
        case .stageVariable(let name): input.stageVariables[name].map { [$0] } ?? []
        case .literal(let text): [text]
        }
    }
}

extension MappingExpression.Side {
    fileprivate var reason: String {
        switch self {
        case .request:
            "expected method.request.{path,querystring,header,multivaluequerystring,multivalueheader}.NAME, "
                + "method.request.body[.JSONPATH], context.NAME, stageVariables.NAME, or a text in single quotes: 'text'"
        case .response:
            "expected integration.response.{header,multivalueheader}.NAME, integration.response.body[.JSONPATH], context.NAME, "
                + "stageVariables.NAME, or a text in single quotes: 'text'"
        }
    }
}

extension MappingBody {
    /// The value at a JSONPath as text; `nil` where it is missing or null.
    func text(at path: String) throws(MappingFailure) -> String? {
        guard let value = try self.value(at: path), !value.isNull else { return nil }
        return value.text
    }
}

extension JSONObject {
    /// The text at a path of names, `identity.sourceIp`: of a string, number or boolean; `nil` for anything else.
    package func text(at path: String) -> String? {
        var value: JSON? = self[path]
        if value == nil {
            value = .object(self)
            for name in path.split(separator: ".", omittingEmptySubsequences: false) { value = value?[String(name)] }
        }
        return switch value {
        case .string(let text): text
        case .number(let number): number.text
        case .bool(let flag): flag ? "true" : "false"
        case .null, .array, .object, nil: nil
        }
    }
}
