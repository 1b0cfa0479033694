extension Evaluation {
    /// Whether the condition of that name holds; `false` once an error is reported.
    func condition(_ name: String, at location: SourceLocation, path: String) -> Bool {
        if let known = self.conditionValues[name] {
            if let value = known { return value }
            self.error("The condition \(name) depends on itself. Break the circle.", at: location, path: path)
            return false
        }
        guard let entry = self.conditions.entry(name) else {
            self.error(
                "There is no condition \(name)." + Suggestion.sentence(for: name, among: self.conditions.names), at: location,
                path: path)
            return false
        }
        self.conditionValues[name] = .some(nil)
        let value = self.truth(of: entry.value, path: "Conditions/\(name)")
        self.conditionValues[name] = value
        return value
    }

    /// `Fn::And`, `Fn::Or`, `Fn::Not`, `Fn::Equals`, or `Condition` with a name.
    func truth(of node: TemplateNode, path: String) -> Bool {
        guard let map = node.map, map.entries.count == 1, let entry = map.entries.first else {
            self.error(
                "A condition is one of Fn::Equals, Fn::And, Fn::Or, Fn::Not and Condition; this is \(node.kind).",
                at: node.location, path: path)
            return false
        }
        let argument = entry.value
        if entry.name == "Condition", let name = argument.name { return self.condition(name, at: argument.location, path: path) }
        guard let parts = argument.list else {
            self.error("\(entry.name) takes a list.", at: argument.location, path: path)
            return false
        }
        switch (entry.name, parts.count) {
        case ("Fn::Not", 1):
            return !self.truth(of: parts[0], path: path)
        case ("Fn::And", 2...10):
            // Each part is evaluated, so that its errors are found.
            return parts.map { self.truth(of: $0, path: path) }.allSatisfy { $0 }
        case ("Fn::Or", 2...10):
            return parts.map { self.truth(of: $0, path: path) }.contains(true)
        case ("Fn::Equals", 2):
            let sides = parts.map { self.resolve($0, path: path) }
            return !sides.contains(where: \.isUnknown) && Self.areEqual(sides[0], sides[1])
        case ("Fn::Not", _), ("Fn::And", _), ("Fn::Or", _), ("Fn::Equals", _):
            let wanted =
                entry.name == "Fn::Not" ? "one value" : entry.name == "Fn::Equals" ? "two values" : "two to ten conditions"
            self.error("\(entry.name) takes \(wanted); these are \(parts.count).", at: argument.location, path: path)
        default:
            self.error(
                "\(entry.name) is no condition; use Fn::Equals, Fn::And, Fn::Or, Fn::Not or Condition.", at: node.location,
                path: path)
        }
        return false
    }

    /// Scalars are equal as texts, as CloudFormation compares `"true"` and `true`.
    private static func areEqual(_ left: TemplateNode, _ right: TemplateNode) -> Bool {
        if let left = left.text { return left == right.text }
        return left.json == right.json
    }
}
