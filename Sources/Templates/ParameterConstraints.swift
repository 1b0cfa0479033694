/// Checks the value of one parameter against what the template allows for it.
struct ParameterConstraints {
    let evaluation: Evaluation
    let type: String
    let attributes: TemplateMap
    /// Of the value.
    let location: SourceLocation
    let path: String

    /// CloudFormation quotas, "Parameter values".
    static let valueBytes = 4_096

    func value(of text: String) -> ParameterValue {
        if self.type.hasPrefix("AWS::SSM::Parameter::Value<") {
            self.evaluation.notice(
                "The Parameter Store is not read; the parameter's own text is used as the value. Give another with --parameter-overrides.",
                at: self.location, path: self.path)
        }
        guard text.utf8.count <= Self.valueBytes else {
            return self.refuse("has \(text.utf8.count) bytes; at most \(Self.valueBytes) are allowed")
        }
        guard self.isList else { return self.check(text) ?? .text(text) }
        let elements = text.isEmpty ? [] : text.pieces(separatedBy: ",").map(\.trimmed)
        for element in elements {
            if let failure = self.check(element) { return failure }
        }
        return .list(elements)
    }

    private var isList: Bool {
        self.type == "CommaDelimitedList" || self.type.contains("List<") || self.type.contains("<CommaDelimitedList>")
    }
    private var isNumber: Bool { self.type == "Number" || self.type == "List<Number>" }

    private func check(_ text: String) -> ParameterValue? {
        let shown = self.attributes["NoEcho"]?.text == "true" ? "the value (hidden by NoEcho)" : "\"\(text)\""
        if let allowed = self.attributes["AllowedValues"] {
            guard let values = allowed.list?.compactMap(\.text) else {
                return self.refuse("can't be checked: AllowedValues takes a list")
            }
            if !values.contains(text) { return self.refuse("is \(shown), which is none of \(values.joined(separator: ", "))") }
        }
        if self.isNumber {
            guard let number = Double(text), number.isFinite else { return self.refuse("is \(shown), and a number is needed") }
            if let least = self.number("MinValue"), number < least {
                return self.refuse("is \(shown), less than MinValue \(Self.spelled(least))")
            }
            if let most = self.number("MaxValue"), number > most {
                return self.refuse("is \(shown), more than MaxValue \(Self.spelled(most))")
            }
            return nil
        }
        if let least = self.number("MinLength"), Double(text.count) < least {
            return self.refuse("has \(text.count) characters; MinLength is \(Self.spelled(least))")
        }
        if let most = self.number("MaxLength"), Double(text.count) > most {
            return self.refuse("has \(text.count) characters; MaxLength is \(Self.spelled(most))")
        }
        return self.attributes["AllowedPattern"]?.text.flatMap { self.check(text, shown: shown, pattern: $0) }
    }

    /// The whole value has to match, as with Java's `matches()`.
    private func check(_ text: String, shown: String, pattern: String) -> ParameterValue? {
        do {
            let expression = try Regex(pattern)
            return try expression.wholeMatch(in: text) == nil
                ? self.refuse("is \(shown), which doesn't match AllowedPattern \(pattern)") : nil
        } catch {
            self.evaluation.error(
                "AllowedPattern \(pattern) is no regular expression: \(error)",
                at: self.attributes["AllowedPattern"]?.location ?? self.location,
                path: "\(self.path)/AllowedPattern")
            return .failed
        }
    }

    private func number(_ name: String) -> Double? {
        guard let node = self.attributes[name] else { return nil }
        if let number = node.text.flatMap({ Double($0) }), number.isFinite { return number }
        self.evaluation.error("\(name) takes a number.", at: node.location, path: "\(self.path)/\(name)")
        return nil
    }

    private func refuse(_ problem: String) -> ParameterValue {
        let hint = self.attributes["ConstraintDescription"]?.text.map { " " + $0 } ?? ""
        self.evaluation.error("The parameter \(problem).\(hint)", at: self.location, path: self.path)
        return .failed
    }

    private static func spelled(_ number: Double) -> String { Int(exactly: number).map { String($0) } ?? "\(number)" }
}
