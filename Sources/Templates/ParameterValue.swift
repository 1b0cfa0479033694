/// What `Ref` of a parameter gives.
enum ParameterValue: Hashable, Sendable {
    case text(String)
    /// `CommaDelimitedList` and `List<…>`
    case list([String])
    /// Its error is reported.
    case failed
}

/// Reads the `Parameters` section (CloudFormation user guide, "Parameters section structure") and the overrides for it.
struct ParameterReader {
    static let attributes = [
        "AllowedPattern", "AllowedValues", "ConstraintDescription", "Default", "Description", "MaxLength", "MaxValue",
        "MinLength",
        "MinValue", "NoEcho", "Type",
    ]

    let evaluation: Evaluation

    func read(_ section: TemplateNode?) -> [String: ParameterValue] {
        var values: [String: ParameterValue] = [:]
        let members = section?.map ?? TemplateMap()
        for entry in members.entries { values[entry.name] = self.value(of: entry) }
        for name in self.evaluation.options.parameterOverrides.keys.sorted() where members[name] == nil {
            let location = section?.location ?? SourceLocation(file: self.evaluation.file, line: 1, column: 1)
            self.evaluation.error(
                "--parameter-overrides gives \(name), which the template doesn't have."
                    + Suggestion.sentence(for: name, among: members.names),
                at: location, path: "Parameters/\(name)")
        }
        return values
    }

    private func value(of entry: TemplateMap.Entry) -> ParameterValue {
        let path = "Parameters/\(entry.name)"
        guard let map = entry.value.map else {
            self.evaluation.error(
                "A parameter is a map with a Type; this is \(entry.value.kind).", at: entry.location, path: path)
            return .failed
        }
        for attribute in map.entries where !Self.attributes.contains(attribute.name) {
            self.evaluation.error(
                "A parameter has no \(attribute.name)." + Suggestion.sentence(for: attribute.name, among: Self.attributes),
                at: attribute.location, path: "\(path)/\(attribute.name)")
        }
        guard let type = map["Type"]?.text else {
            self.evaluation.error("Property 'Type' is required. Set it, for example to String.", at: entry.location, path: path)
            return .failed
        }
        guard self.isKnown(type) else {
            let known = ["String", "Number", "List<Number>", "CommaDelimitedList"]
            self.evaluation.error(
                "\"\(type)\" is no parameter type; use \(known.joined(separator: ", "))."
                    + Suggestion.sentence(for: type, among: known),
                at: map["Type"]?.location ?? entry.location, path: "\(path)/Type")
            return .failed
        }
        guard let text = self.text(entry.name, map, at: entry.location, path: path) else { return .failed }
        let location = self.evaluation.options.parameterOverrides[entry.name] == nil ? map["Default"]?.location : nil
        return ParameterConstraints(
            evaluation: self.evaluation, type: type, attributes: map, location: location ?? entry.location, path: path
        ).value(of: text)
    }

    private func isKnown(_ type: String) -> Bool {
        ["String", "Number", "List<Number>", "List<String>", "CommaDelimitedList"].contains(type) || type.hasPrefix("AWS::")
            || type.hasPrefix("List<AWS::")
    }

    private func text(_ name: String, _ map: TemplateMap, at location: SourceLocation, path: String) -> String? {
        if let text = self.evaluation.options.parameterOverrides[name] { return text }
        guard let node = map["Default"] else {
            self.evaluation.error(
                "The parameter has no Default and no value. Give one: --parameter-overrides \(name)=…", at: location, path: path)
            return nil
        }
        if let text = node.text { return text }
        if let elements = node.list {
            let texts = elements.compactMap(\.text)
            if texts.count == elements.count { return texts.joined(separator: ",") }
        }
        if case .null = node.value { return "" }
        self.evaluation.error(
            "Default has to be a text or number; this is \(node.kind).", at: node.location, path: "\(path)/Default")
        return nil
    }
}
