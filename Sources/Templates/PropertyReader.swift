import CoreTypes

/// Reads one map of properties, resolving what it is asked for and reporting what doesn't fit.
///
/// A getter answers `nil` when the property isn't there, and also when it was wrong: the error is reported then.
struct PropertyReader {
    let evaluation: Evaluation
    let members: TemplateMap
    let location: SourceLocation
    /// Of a member, such as `Resources/Hello/Properties/Timeout`.
    let path: (String) -> String

    init(_ evaluation: Evaluation, _ members: TemplateMap, at location: SourceLocation, path: @escaping (String) -> String) {
        self.evaluation = evaluation
        self.members = members
        self.location = location
        self.path = path
    }

    init(_ evaluation: Evaluation, _ resource: Resource) {
        self.init(evaluation, resource.properties, at: resource.location, path: resource.path(of:))
    }

    // MARK: What is not emulated

    /// Lists every property that `table` doesn't act on. A name close to a known one is an error: AWS refuses it too.
    func check(_ table: PropertyTable) {
        for entry in self.members.entries {
            if table.emulated.contains(entry.name) || table.ignorable.contains(entry.name) { continue }
            let path = self.path(entry.name)
            if table.unemulated.contains(entry.name) {
                self.evaluation.notice("Not emulated; it has no effect here.", at: entry.location, path: path)
            } else if let nearest = Suggestion.nearest(to: entry.name, among: table.all) {
                self.evaluation.error(
                    "There is no property \(entry.name). Did you mean \(nearest)?", at: entry.location, path: path)
            } else {
                self.evaluation.notice("This property is not known here; it has no effect.", at: entry.location, path: path)
            }
        }
    }

    // MARK: Values

    func location(of name: String) -> SourceLocation { self.members[name]?.location ?? self.location }

    func error(_ message: String, at name: String) {
        self.evaluation.error(message, at: self.location(of: name), path: self.path(name))
    }

    /// About the map as a whole.
    func error(_ message: String) {
        self.evaluation.error(message, at: self.location, path: String(self.path("").dropLast()))
    }

    func notice(_ message: String, at name: String) {
        self.evaluation.notice(message, at: self.members.entry(name)?.location ?? self.location, path: self.path(name))
    }

    /// A warning that AWS's import of a definition gives, too: `FailOnWarnings` makes it an error.
    func warning(_ message: String, at name: String) {
        self.evaluation.diagnostics.notice(
            message, at: self.members.entry(name)?.location ?? self.location, path: self.path(name), isImportWarning: true)
    }

    /// The resolved value; `nil` also for an empty one.
    func value(_ name: String) -> TemplateNode? {
        guard let node = self.members[name] else { return nil }
        let value = self.evaluation.resolve(node, path: self.path(name))
        switch value.value {
        case .null, .absent, .unknown: return nil
        case .bool, .number, .string, .list, .map: return value
        }
    }

    func text(_ name: String) -> String? {
        guard let value = self.value(name) else { return nil }
        if let text = value.text { return text }
        self.error("\(name) takes a text; this is \(value.kind).", at: name)
        return nil
    }

    func integer(_ name: String, in range: ClosedRange<Int>) -> Int? {
        guard let text = self.text(name) else { return nil }
        let number = Int(text) ?? Double(text).flatMap { Int(exactly: $0) }
        guard let number else {
            self.error(
                "\(name) takes a whole number from \(range.lowerBound) to \(range.upperBound); this is \"\(text)\".", at: name)
            return nil
        }
        guard range.contains(number) else {
            self.error("\(name) is \(number); it has to be from \(range.lowerBound) to \(range.upperBound).", at: name)
            return nil
        }
        return number
    }

    func number(_ name: String, in range: ClosedRange<Double>) -> Double? {
        guard let text = self.text(name) else { return nil }
        guard let number = Double(text), number.isFinite else {
            self.error("\(name) takes a number; this is \"\(text)\".", at: name)
            return nil
        }
        guard range.contains(number) else {
            self.error("\(name) is \(text); it has to be from \(range.lowerBound) to \(range.upperBound).", at: name)
            return nil
        }
        return number
    }

    func boolean(_ name: String) -> Bool? {
        guard let text = self.text(name) else { return nil }
        switch text {
        case "true", "True", "TRUE": return true
        case "false", "False", "FALSE": return false
        default:
            self.error("\(name) is true or false; this is \"\(text)\".", at: name)
            return nil
        }
    }

    func choice<Value: RawRepresentable>(_ name: String, of all: [Value]) -> Value? where Value.RawValue == String {
        guard let text = self.text(name) else { return nil }
        if let value = all.first(where: { $0.rawValue == text }) { return value }
        let known = all.map(\.rawValue)
        self.error(
            "\(name) is \"\(text)\"; it has to be one of \(known.joined(separator: ", "))."
                + Suggestion.sentence(for: text, among: known),
            at: name)
        return nil
    }

    func list(_ name: String) -> [TemplateNode]? {
        guard let value = self.value(name) else { return nil }
        if let list = value.list { return list }
        self.error("\(name) takes a list; this is \(value.kind).", at: name)
        return nil
    }

    /// A list of texts; elements that could not be resolved are passed over.
    func texts(_ name: String) -> [String]? {
        self.list(name)?.compactMap { element in
            if let text = element.text { return text }
            if !element.isUnknown {
                self.evaluation.error(
                    "\(name) takes texts; this is \(element.kind).", at: element.location, path: self.path(name))
            }
            return nil
        }
    }

    /// A map whose members are read one by one. It is resolved as far as its own `Fn::If` goes.
    func map(_ name: String) -> PropertyReader? {
        guard let node = self.members[name] else { return nil }
        let value = node.intrinsic == nil ? node : self.evaluation.resolve(node, path: self.path(name))
        switch value.value {
        case .map(let members):
            let base = self.path(name)
            return PropertyReader(self.evaluation, members, at: value.location) { "\(base)/\($0)" }
        case .null, .absent, .unknown:
            return nil
        case .bool, .number, .string, .list:
            self.error("\(name) takes a map; this is \(value.kind).", at: name)
            return nil
        }
    }

    /// A list of maps, each read like ``map(_:)``; paths end with the element's place.
    func maps(_ name: String) -> [PropertyReader]? {
        guard let node = self.members[name] else { return nil }
        let value = node.intrinsic == nil ? node : self.evaluation.resolve(node, path: self.path(name))
        if value.isAbsent || value.isUnknown { return nil }
        if case .null = value.value { return nil }
        guard let elements = value.list else {
            self.error("\(name) takes a list; this is \(value.kind).", at: name)
            return nil
        }
        return elements.enumerated().compactMap { index, element in
            let path = "\(self.path(name))/\(index)"
            let value = element.intrinsic == nil ? element : self.evaluation.resolve(element, path: path)
            if value.isAbsent || value.isUnknown { return nil }
            guard let members = value.map else {
                self.evaluation.error("\(name) takes maps; this is \(value.kind).", at: element.location, path: path)
                return nil
            }
            return PropertyReader(self.evaluation, members, at: value.location) { "\(path)/\($0)" }
        }
    }

    /// The value of a property that has to be there; the missing one is an error.
    func required(_ name: String, hint: String = "") -> String? {
        if self.members[name] == nil {
            self.evaluation.error(
                "Property '\(name)' is required.\(hint.isEmpty ? "" : " " + hint)", at: self.location, path: self.path(name))
        }
        return self.text(name)
    }

    /// A map of texts in the order of the text.
    func textPairs(_ name: String) -> [(name: String, value: String)]? {
        guard let reader = self.map(name) else { return nil }
        return reader.members.names.compactMap { key in reader.text(key).map { (key, $0) } }
    }

    /// A map of texts, such as tags and stage variables.
    func textMap(_ name: String) -> [String: String]? {
        guard let reader = self.map(name) else { return nil }
        var texts: [String: String] = [:]
        for key in reader.members.names { texts[key] = reader.text(key) }
        return texts
    }
}
