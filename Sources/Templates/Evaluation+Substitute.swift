extension Evaluation {
    /// `Fn::Sub`: a text, or a list of a text and a map of its own variables. `${!Literal}` stays as `${Literal}`.
    func sub(_ argument: TemplateNode, path: String) -> TemplateNode {
        var template = argument
        var variables: [String: TemplateNode] = [:]
        if let parts = argument.list {
            guard parts.count == 2, let map = parts[1].map else {
                return self.failure(
                    "Fn::Sub takes a text, or a list of a text and a map of variables.", at: argument.location, path: path)
            }
            template = parts[0]
            for entry in map.entries { variables[entry.name] = self.resolve(entry.value, path: path) }
        }
        guard let text = template.text else {
            return self.failure("Fn::Sub takes a text; this is \(template.kind).", at: template.location, path: path)
        }
        var result = ""
        var rest = text[...]
        while let open = rest.firstPlace(of: "${") {
            result += rest[..<open]
            let inner = rest[rest.index(open, offsetBy: 2)...]
            guard let close = inner.firstIndex(of: "}") else {
                return self.failure(
                    "Fn::Sub: the brace of \"${\(inner.prefix(40))\" isn't closed. Add }, or write ${!…} for the text itself.",
                    at: template.location, path: path)
            }
            let name = String(inner[..<close])
            rest = inner[inner.index(after: close)...]
            if name.hasPrefix("!") {
                result += "${\(name.dropFirst())}"
            } else {
                guard let value = self.variable(name, own: variables, at: template.location, path: path) else {
                    return TemplateNode(.unknown, at: argument.location)
                }
                result += value
            }
            guard result.utf8.count <= Self.textBytes else { return self.tooLong(argument, path: path) }
        }
        return TemplateNode(.string(result + rest), at: argument.location)
    }

    /// `nil` once the error is reported.
    private func variable(_ name: String, own: [String: TemplateNode], at location: SourceLocation, path: String) -> String? {
        let isValid = name.unicodeScalars.allSatisfy {
            ("a"..."z").contains($0) || ("A"..."Z").contains($0) || ("0"..."9").contains($0) || "_.:".unicodeScalars.contains($0)
        }
        guard isValid, !name.isEmpty else {
            self.error(
                "Fn::Sub: \"${\(name)}\" is no variable: letters, digits, underscores, periods and colons only. Write ${!\(name)} for "
                    + "the text itself.", at: location, path: path)
            return nil
        }
        var value = own[name] ?? self.value(named: name, at: location, path: path)
        if value == nil, let dot = name.firstIndex(of: ".") {
            value = self.attribute(
                String(name[name.index(after: dot)...]), of: String(name[..<dot]), at: location, path: path)
        }
        guard let value else {
            self.error(
                "Fn::Sub: the template has no parameter or resource \(name.prefix { $0 != "." })."
                    + self.suggestion(for: String(name.prefix { $0 != "." })), at: location, path: path)
            return nil
        }
        if value.isUnknown { return nil }
        guard let text = value.text else {
            self.error(
                "Fn::Sub: ${\(name)} is \(value.kind), and a text is needed. Use Fn::Join for lists.", at: location, path: path)
            return nil
        }
        return text
    }
}
