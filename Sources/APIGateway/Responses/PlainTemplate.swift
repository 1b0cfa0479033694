/// A text with `$…` variables and nothing else of a template language: gateway responses and access logs.
struct PlainTemplate: Hashable, Sendable {
    enum Variable: Hashable, Sendable {
        case context(String)
        case stageVariable(String)
        case request(RestAPI.RequestParameter.Location, String)
    }

    private enum Part: Hashable, Sendable {
        case text(String)
        case variable(Variable)
    }

    private let parts: [Part]

    /// - Parameter contextOnly: access logs know `$context` alone; all other text stays.
    init(_ text: String, contextOnly: Bool = false) {
        var parts: [Part] = []
        var literal = ""
        var rest = text[...]
        while let dollar = rest.utf8.firstIndex(of: UInt8(ascii: "$")) {
            literal += rest[..<dollar]
            let behind = rest[rest.utf8.index(after: dollar)...]
            let name = Self.name(behind)
            if let variable = Self.variable(name, contextOnly: contextOnly) {
                if !literal.isEmpty { parts.append(.text(literal)) }
                literal = ""
                parts.append(.variable(variable))
                rest = behind[name.endIndex...]
            } else {
                literal += "$"
                rest = behind
            }
        }
        literal += rest
        if !literal.isEmpty { parts.append(.text(literal)) }
        self.parts = parts
    }

    /// A full stop at the end belongs to the sentence.
    private static func name(_ text: Substring) -> Substring {
        var name = text.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "." || $0 == "_" || $0 == "-") }
        while name.hasSuffix(".") || name.hasSuffix("-") { name = name.dropLast() }
        return name
    }

    private static func variable(_ name: Substring, contextOnly: Bool) -> Variable? {
        let name = String(name)
        if let rest = name.removing(prefix: "context."), !rest.isEmpty { return .context(rest) }
        guard !contextOnly else { return nil }
        return Self.source(name)
    }

    /// `stageVariables.x`, `method.request.header.x`.
    static func source(_ name: String) -> Variable? {
        if let rest = name.removing(prefix: "context.") { return .context(rest) }
        if let rest = name.removing(prefix: "stageVariables.") { return .stageVariable(rest) }
        for location in RestAPI.RequestParameter.Location.allCases {
            if let rest = name.removing(prefix: "method.request.\(location.rawValue).") { return .request(location, rest) }
        }
        return nil
    }

    func contains(_ variable: Variable) -> Bool { self.parts.contains(.variable(variable)) }

    func render(_ value: (Variable) -> String) -> String {
        var text = ""
        for part in self.parts {
            switch part {
            case .text(let literal): text += literal
            case .variable(let variable): text += value(variable)
            }
        }
        return text
    }
}

extension RequestContext {
    func value(_ variable: PlainTemplate.Variable) -> String? {
        switch variable {
        case .context(let name): self.variable(name)
        case .stageVariable(let name): self.stage.variables[name]
        case .request(let location, let name): self.requestValue(location, name)
        }
    }
}
