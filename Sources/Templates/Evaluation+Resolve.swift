import CoreTypes

extension Evaluation {
    /// A text that functions build may not become longer than a template itself.
    static let textBytes = TemplateParser.Kind.template.bytesMax

    /// The value with every intrinsic function in it replaced by its result. Absent members and elements are left out.
    func resolve(_ node: TemplateNode, path: String) -> TemplateNode {
        switch node.value {
        case .null, .bool, .number, .string, .absent, .unknown:
            return node
        case .list(let elements):
            let values = elements.enumerated().map { self.resolve($1, path: "\(path)/\($0)") }.filter { !$0.isAbsent }
            return TemplateNode(.list(values), at: node.location)
        case .map(let members):
            if let (name, argument) = node.intrinsic { return self.call(name, argument, at: node.location, path: path) }
            if members["Fn::Transform"] != nil { return self.transformed(members, at: node.location, path: path) }
            if let name = members.names.first(where: { $0.hasPrefix("Fn::") && !$0.hasPrefix("Fn::ForEach") }) {
                return self.failure(
                    "\(name) has to be the only key of its map. Move its neighbours away.", at: node.location, path: path)
            }
            var values = TemplateMap()
            for var entry in members.entries {
                entry.value = self.resolve(entry.value, path: "\(path)/\(entry.name)")
                if !entry.value.isAbsent { values.set(entry) }
            }
            return TemplateNode(.map(values), at: node.location)
        }
    }

    private func call(_ name: String, _ argument: TemplateNode, at location: SourceLocation, path: String) -> TemplateNode {
        switch name {
        case "Ref": self.ref(argument, path: path)
        case "Fn::GetAtt": self.getAtt(argument, path: path)
        case "Fn::Sub": self.sub(argument, path: path)
        case "Fn::Join": self.join(argument, path: path)
        case "Fn::Select": self.select(argument, path: path)
        case "Fn::Split": self.split(argument, path: path)
        case "Fn::FindInMap": self.findInMap(argument, path: path)
        case "Fn::If": self.ifElse(argument, path: path)
        case "Fn::Base64": self.base64(argument, path: path)
        case "Fn::GetAZs": self.availabilityZones(argument, path: path)
        case "Fn::Length": self.length(argument, path: path)
        case "Fn::ToJsonString": self.jsonText(argument, path: path)
        case "Fn::And", "Fn::Or", "Fn::Not", "Fn::Equals":
            TemplateNode(
                .bool(
                    self.truth(
                        of: TemplateNode(
                            .map(TemplateMap([.init(name: name, location: location, value: argument)])), at: location), path: path
                    )), at: location)
        case "Fn::ImportValue":
            self.failure(
                "Fn::ImportValue reads the output of another stack, and there is none here. Make it a parameter with a Default "
                    + "(or give it with --parameter-overrides) and use Ref.", at: location, path: path)
        case "Fn::Transform":
            self.transformed(
                TemplateMap([.init(name: name, location: location, value: argument)]), at: location, path: path)
        case "Fn::Cidr", "Fn::GetStackOutput":
            self.failure("\(name) is not emulated. Write the value, or make it a parameter.", at: location, path: path)
        default:
            self.failure(
                "\(name) is no intrinsic function." + Suggestion.sentence(for: name, among: IntrinsicNames.all + ["Ref"]),
                at: location, path: path)
        }
    }

    // MARK: Functions

    private func ref(_ argument: TemplateNode, path: String) -> TemplateNode {
        guard let name = argument.name else {
            return self.failure(
                "Ref takes the name of a parameter or resource; this is \(argument.kind).", at: argument.location, path: path)
        }
        if let value = self.value(named: name, at: argument.location, path: path) { return value }
        return self.failure(
            "Ref \(name): the template has no parameter or resource of that name." + self.suggestion(for: name),
            at: argument.location, path: path)
    }

    /// `[Resource, Attribute]` or `Resource.Attribute`.
    private func getAtt(_ argument: TemplateNode, path: String) -> TemplateNode {
        let resource: String
        let attribute: String
        if let text = argument.text, let dot = text.firstIndex(of: ".") {
            resource = String(text[..<dot])
            attribute = String(text[text.index(after: dot)...])
        } else if let parts = argument.list, parts.count == 2, let first = parts[0].text,
            let second = self.resolve(parts[1], path: path).text
        {
            resource = first
            attribute = second
        } else {
            return self.failure(
                "Fn::GetAtt takes a resource and an attribute: Name.Arn, or a list of the two.", at: argument.location, path: path
            )
        }
        if let value = self.attribute(attribute, of: resource, at: argument.location, path: path) { return value }
        return self.failure(
            "Fn::GetAtt \(resource).\(attribute): the template has no resource \(resource)." + self.suggestion(for: resource),
            at: argument.location, path: path)
    }

    private func join(_ argument: TemplateNode, path: String) -> TemplateNode {
        guard let parts = argument.list, parts.count == 2, let delimiter = parts[0].text else {
            return self.failure("Fn::Join takes a delimiter and a list of texts.", at: argument.location, path: path)
        }
        let values = self.resolve(parts[1], path: path)
        if values.isUnknown { return values }
        guard let elements = values.list else {
            return self.failure(
                "Fn::Join takes a list of texts as its second part; this is \(values.kind).", at: values.location, path: path)
        }
        var text = ""
        for (index, element) in elements.enumerated() {
            if element.isUnknown { return element }
            guard let part = element.text else {
                return self.failure("Fn::Join joins texts; this is \(element.kind).", at: element.location, path: path)
            }
            if index > 0 { text += delimiter }
            text += part
            guard text.utf8.count <= Self.textBytes else { return self.tooLong(argument, path: path) }
        }
        return TemplateNode(.string(text), at: argument.location)
    }

    private func select(_ argument: TemplateNode, path: String) -> TemplateNode {
        guard let parts = argument.list, parts.count == 2 else {
            return self.failure("Fn::Select takes an index and a list.", at: argument.location, path: path)
        }
        let index = self.resolve(parts[0], path: path)
        let values = self.resolve(parts[1], path: path)
        if index.isUnknown || values.isUnknown { return TemplateNode(.unknown, at: argument.location) }
        guard let place = index.text.flatMap({ Int($0) }), let elements = values.list else {
            return self.failure("Fn::Select takes a whole number and a list.", at: argument.location, path: path)
        }
        guard elements.indices.contains(place) else {
            return self.failure(
                "Fn::Select can't take element \(place) of a list of \(elements.count); the first is 0.", at: argument.location,
                path: path)
        }
        return elements[place]
    }

    private func split(_ argument: TemplateNode, path: String) -> TemplateNode {
        guard let parts = argument.list, parts.count == 2, let delimiter = parts[0].text, !delimiter.isEmpty else {
            return self.failure("Fn::Split takes a delimiter and a text.", at: argument.location, path: path)
        }
        let source = self.resolve(parts[1], path: path)
        if source.isUnknown { return source }
        guard let text = source.text else {
            return self.failure(
                "Fn::Split takes a text as its second part; this is \(source.kind).", at: source.location, path: path)
        }
        let pieces = text.pieces(separatedBy: delimiter).map { TemplateNode(.string($0), at: source.location) }
        return TemplateNode(.list(pieces), at: argument.location)
    }

    private func ifElse(_ argument: TemplateNode, path: String) -> TemplateNode {
        guard let parts = argument.list, parts.count == 3, let name = parts[0].name else {
            return self.failure(
                "Fn::If takes the name of a condition, a value if it holds and a value if it doesn't.", at: argument.location,
                path: path)
        }
        return self.resolve(self.condition(name, at: parts[0].location, path: path) ? parts[1] : parts[2], path: path)
    }

    private func base64(_ argument: TemplateNode, path: String) -> TemplateNode {
        let value = self.resolve(argument, path: path)
        if value.isUnknown { return value }
        guard let text = value.text else {
            return self.failure("Fn::Base64 takes a text; this is \(value.kind).", at: argument.location, path: path)
        }
        guard text.utf8.count <= Self.textBytes / 2 else { return self.tooLong(argument, path: path) }
        return TemplateNode(.string(text.base64), at: argument.location)
    }

    /// Three zones of the region, `us-east-1a` to `us-east-1c`.
    private func availabilityZones(_ argument: TemplateNode, path: String) -> TemplateNode {
        let value = self.resolve(argument, path: path)
        if value.isUnknown { return value }
        let region = value.text.flatMap { $0.isEmpty ? nil : $0 } ?? self.options.region
        return TemplateNode(
            .list(["a", "b", "c"].map { TemplateNode(.string(region + $0), at: argument.location) }), at: argument.location)
    }

    private func length(_ argument: TemplateNode, path: String) -> TemplateNode {
        let value = self.resolve(argument, path: path)
        if value.isUnknown { return value }
        guard let elements = value.list else {
            return self.failure(
                "Fn::Length counts the elements of a list; this is \(value.kind).", at: argument.location, path: path)
        }
        return TemplateNode(.number(String(elements.count)), at: argument.location)
    }

    private func jsonText(_ argument: TemplateNode, path: String) -> TemplateNode {
        let text = self.resolve(argument, path: path).json.description
        guard text.utf8.count <= Self.textBytes else { return self.tooLong(argument, path: path) }
        return TemplateNode(.string(text), at: argument.location)
    }

    /// `[map, first key, second key]`, and with `AWS::LanguageExtensions` a fourth part `{DefaultValue: …}`.
    private func findInMap(_ argument: TemplateNode, path: String) -> TemplateNode {
        guard let parts = argument.list, (3...4).contains(parts.count) else {
            return self.failure("Fn::FindInMap takes the name of a mapping and two keys.", at: argument.location, path: path)
        }
        var keys: [String] = []
        for part in parts[..<3] {
            let key = self.resolve(part, path: path)
            if key.isUnknown { return key }
            guard let text = key.name else {
                return self.failure("Fn::FindInMap takes texts as names; this is \(key.kind).", at: part.location, path: path)
            }
            keys.append(text)
        }
        let otherwise = parts.count == 4 ? parts[3].map?["DefaultValue"] : nil
        var level = self.mappings
        for (depth, key) in keys.enumerated() {
            guard let value = level[key] else {
                if let otherwise { return self.resolve(otherwise, path: path) }
                let place = (["Mappings"] + keys[..<depth]).joined(separator: "/")
                return self.failure(
                    "Fn::FindInMap: \(place) has no \"\(key)\"." + Suggestion.sentence(for: key, among: level.names),
                    at: parts[depth].location, path: path)
            }
            if depth == 2 { return self.resolve(value, path: path) }
            level = value.map ?? TemplateMap()
        }
        return TemplateNode(.unknown, at: argument.location)
    }

    // MARK: Common parts

    func tooLong(_ node: TemplateNode, path: String) -> TemplateNode {
        self.failure("The text built here is longer than \(Self.textBytes) bytes. Shorten it.", at: node.location, path: path)
    }

    func suggestion(for name: String) -> String {
        Suggestion.sentence(
            for: name, among: self.parameters.keys.sorted() + self.resourceOrder + IntrinsicNames.pseudoParameters)
    }
}
