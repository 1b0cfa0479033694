import CoreTypes
import VTL

/// The value of a parameter mapping of an HTTP API, or of a parameter of its service integrations: a text with variables in
/// braces, `${request.path.id}-${context.stage}`, or one variable alone, `$request.header.id` (API Gateway developer guide,
/// "Transform API requests and responses for HTTP APIs in API Gateway").
package struct HTTPMappingExpression: Hashable, Sendable {
    private enum Part: Hashable {
        case text(String)
        case variable(Variable)
    }

    private enum Variable: Hashable {
        /// All values joined with `,`; names without case.
        case header(String)
        /// All values joined with `,`.
        case querystring(String)
        case body
        case bodyValue(String)
        case path
        case pathParameter(String)
        case context(String)
        case stageVariable(String)
    }

    package enum Side: String, Hashable, Sendable {
        case request
        case response
    }

    private let parts: [Part]

    /// - Throws: for a variable that there isn't on this side.
    package init(_ text: String, side: Side) throws(MappingExpressionError) {
        if text.hasPrefix("$"), !text.hasPrefix("${"), let variable = try Self.variable(text.dropFirst(), in: text, side) {
            self.parts = [.variable(variable)]
            return
        }
        var parts: [Part] = []
        var rest = text[...]
        while let opening = rest.firstRange(of: "${"), let closing = rest[opening.upperBound...].firstIndex(of: "}") {
            let name = rest[opening.upperBound..<closing]
            guard let variable = try Self.variable(name, in: text, side) else {
                throw MappingExpressionError(expression: text, reason: "there is no variable ${\(name)} in a \(side.rawValue)")
            }
            if opening.lowerBound > rest.startIndex { parts.append(.text(String(rest[..<opening.lowerBound]))) }
            parts.append(.variable(variable))
            rest = rest[rest.index(after: closing)...]
        }
        if !rest.isEmpty { parts.append(.text(String(rest))) }
        self.parts = parts
    }

    /// `nil` for what begins like no variable and so is text.
    private static func variable(
        _ name: Substring, in text: String, _ side: Side
    ) throws(MappingExpressionError) -> Variable? {
        let own = "\(side.rawValue)."
        guard [own, "context.", "stageVariables."].contains(where: name.hasPrefix) else { return nil }
        guard !name.contains(where: { $0 == " " || $0 == "$" }) else {
            throw MappingExpressionError(
                expression: text, reason: "variables within a text stand in braces: ${\(own)header.name}")
        }
        let rest = { (prefix: String) -> String? in
            name.hasPrefix(prefix) && name.utf8.count > prefix.utf8.count ? String(name.dropFirst(prefix.count)) : nil
        }
        if let name = rest("context.") { return .context(name) }
        if let name = rest("stageVariables.") { return .stageVariable(name) }
        if let name = rest(own + "header.") { return .header(name) }
        if name == own + "body" { return .body }
        if let path = rest(own + "body.") {
            guard !name.contains(".."), !name.contains("?(") else {
                throw MappingExpressionError(expression: text, reason: "paths into a body can't hold '..' or filters")
            }
            return .bodyValue(path)
        }
        if side == .request {
            if let name = rest("request.querystring.") { return .querystring(name) }
            if let name = rest("request.path.") { return .pathParameter(name) }
            if name == "request.path" { return .path }
        }
        throw MappingExpressionError(expression: text, reason: "there is no variable $\(name) in a \(side.rawValue)")
    }

    /// The text; what is missing is empty in it. `nil` when the expression is one variable alone and that is missing.
    /// - Throws: ``MappingFailure/unreadableBody(_:)``
    package func text(_ input: HTTPMappingInput) throws(MappingFailure) -> String? {
        if self.parts.count == 1, case .variable(let variable) = self.parts[0] { return try Self.text(variable, input) }
        var text = ""
        for part in self.parts {
            switch part {
            case .text(let literal): text += literal
            case .variable(let variable): text += try Self.text(variable, input) ?? ""
            }
        }
        return text
    }

    private static func text(_ variable: Variable, _ input: HTTPMappingInput) throws(MappingFailure) -> String? {
        switch variable {
        case .header(let name):
            let values = input.headers.filter { $0.isNamed(name) }.map(\.value)
            return values.isEmpty ? nil : values.joined(separator: ",")
        case .querystring(let name): return input.querystring[name]?.joined(separator: ",")
        case .body: return String(decoding: input.body.bytes, as: UTF8.self)
        case .bodyValue(let path): return try input.body.firstPart.text(at: path)
        case .path: return input.path
        case .pathParameter(let name): return input.pathParameters[name]
        case .context(let name): return input.context.text(at: name)
        case .stageVariable(let name): return input.stageVariables[name]
        }
    }
}
