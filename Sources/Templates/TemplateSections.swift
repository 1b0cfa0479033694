/// Reads the sections of a template but for what its resources mean, into the evaluation.
struct TemplateSections {
    static let names = [
        "AWSTemplateFormatVersion", "Conditions", "Description", "Globals", "Hooks", "Mappings", "Metadata", "Outputs",
        "Parameters",
        "Resources", "Rules", "Transform",
    ]
    static let resourceAttributes = [
        "Condition", "Connectors", "CreationPolicy", "DeletionPolicy", "DependsOn", "IgnoreGlobals", "Metadata", "Properties",
        "Type",
        "UpdatePolicy", "UpdateReplacePolicy",
    ]
    static let serverlessTransform = "AWS::Serverless-2016-10-31"
    static let languageExtensions = "AWS::LanguageExtensions"
    /// CloudFormation quotas, "Logical ID" and "Parameters", "Mappings".
    static let logicalIDLength = 255

    let evaluation: Evaluation
    let root: TemplateNode

    /// `false` when there are no resources to go on with.
    func read() -> Bool {
        guard let members = self.root.map else {
            self.evaluation.error(
                "A template is a map of sections; this is \(self.root.kind). Start with Resources:.", at: self.root.location,
                path: "")
            return false
        }
        for entry in members.entries where !Self.names.contains(entry.name) {
            self.evaluation.error(
                "There is no section \(entry.name)." + Suggestion.sentence(for: entry.name, among: Self.names),
                at: entry.location, path: entry.name)
        }
        for (name, meaning) in [("Rules", "Rules are not checked."), ("Hooks", "Hooks do not run.")] {
            if let entry = members.entry(name) {
                self.evaluation.notice("\(meaning) Not emulated.", at: entry.location, path: name)
            }
        }
        for name in ["Parameters", "Conditions", "Mappings"] {
            guard let node = members[name], node.map == nil else { continue }
            if case .null = node.value { continue }
            self.evaluation.error("\(name) is a map; this is \(node.kind).", at: node.location, path: name)
        }
        self.readTransform(members)
        self.evaluation.parameters = ParameterReader(evaluation: self.evaluation).read(members["Parameters"])
        self.evaluation.mappings = members["Mappings"]?.map ?? TemplateMap()
        self.evaluation.conditions = members["Conditions"]?.map ?? TemplateMap()
        for entry in self.evaluation.conditions.entries {
            _ = self.evaluation.condition(entry.name, at: entry.location, path: "Conditions/\(entry.name)")
        }
        self.evaluation.globals = GlobalsReader(evaluation: self.evaluation).read(members["Globals"])
        return self.readResources(members)
    }

    private func readTransform(_ members: TemplateMap) {
        let nodes = members["Transform"].map { $0.list ?? [$0] } ?? []
        let names = nodes.compactMap { $0.text ?? $0.map?["Name"]?.text }
        for node in nodes {
            guard let name = node.text ?? node.map?["Name"]?.text else {
                self.evaluation.error("A transform is a name; this is \(node.kind).", at: node.location, path: "Transform")
                continue
            }
            if name == Self.serverlessTransform || name == Self.languageExtensions { continue }
            if let nearest = Suggestion.nearest(to: name, among: [Self.serverlessTransform, Self.languageExtensions]) {
                self.evaluation.error(
                    "There is no transform \(name). Did you mean \(nearest)?", at: node.location, path: "Transform")
            } else {
                self.evaluation.notice("This transform is not run.", at: node.location, path: "Transform/\(name)")
            }
        }
        guard !names.contains(Self.serverlessTransform), let resources = members["Resources"]?.map else { return }
        let first = resources.entries.first { $0.value.map?["Type"]?.text?.hasPrefix("AWS::Serverless::") == true }
        if let first {
            self.evaluation.notice(
                "AWS refuses serverless resources without \"Transform: \(Self.serverlessTransform)\" at the top of the template. Add it.",
                at: first.location, path: "Transform")
        }
    }

    private func readResources(_ members: TemplateMap) -> Bool {
        guard let section = members["Resources"] else {
            self.evaluation.error(
                "The template has no Resources section. Add one with a function.", at: self.root.location, path: "Resources")
            return false
        }
        guard let resources = section.map else {
            self.evaluation.error(
                "Resources is a map of resources; this is \(section.kind).", at: section.location, path: "Resources")
            return false
        }
        for entry in resources.entries { self.readResource(entry) }
        return true
    }

    private func readResource(_ entry: TemplateMap.Entry) {
        let path = "Resources/\(entry.name)"
        if entry.name.hasPrefix("Fn::ForEach") {
            self.evaluation.notice("Fn::ForEach is not expanded; write its resources out.", at: entry.location, path: path)
            return
        }
        guard !entry.name.isEmpty, entry.name.utf8.count <= Self.logicalIDLength, entry.name.utf8.allSatisfy(\.isLetterOrDigit)
        else {
            self.evaluation.error(
                "\"\(entry.name)\" is no logical id: letters and digits only, at most \(Self.logicalIDLength).",
                at: entry.location, path: path)
            return
        }
        guard let map = entry.value.map, let type = map["Type"]?.text else {
            self.evaluation.error(
                "A resource is a map with a Type, such as AWS::Serverless::Function.", at: entry.location, path: path)
            return
        }
        for attribute in map.entries where !Self.resourceAttributes.contains(attribute.name) {
            if attribute.name.hasPrefix("Fn::") {
                self.evaluation.notice(
                    "\(attribute.name) is not run on resources.", at: attribute.location, path: "\(path)/\(attribute.name)")
                continue
            }
            self.evaluation.error(
                "A resource has no \(attribute.name); properties belong under Properties."
                    + Suggestion.sentence(for: attribute.name, among: Self.resourceAttributes),
                at: attribute.location, path: "\(path)/\(attribute.name)")
        }
        if let connectors = map.entry("Connectors") {
            self.evaluation.notice(
                "Not emulated; permissions are not checked here.", at: connectors.location, path: "\(path)/Connectors")
        }
        if let condition = map["Condition"] {
            guard let name = condition.name else {
                self.evaluation.error(
                    "Condition takes the name of a condition.", at: condition.location, path: "\(path)/Condition")
                return
            }
            guard self.evaluation.condition(name, at: condition.location, path: "\(path)/Condition") else {
                self.evaluation.missingResources[entry.name] = name
                return
            }
        }
        self.add(entry, map, type: type, path: path)
    }

    private func add(_ entry: TemplateMap.Entry, _ map: TemplateMap, type: String, path: String) {
        if let properties = map["Properties"], properties.map == nil {
            switch properties.value {
            case .null: break
            case .bool, .number, .string, .list, .map, .absent, .unknown:
                self.evaluation.error(
                    "Properties is a map; this is \(properties.kind).", at: properties.location, path: "\(path)/Properties")
            }
        }
        let own = map["Properties"]?.map ?? TemplateMap()
        let section = Self.globalSection(of: type)
        let globals = section.flatMap { self.evaluation.globals[$0] }.map {
            GlobalsReader.applicable($0, ignoring: map["IgnoreGlobals"])
        }
        self.evaluation.resources[entry.name] = Resource(
            logicalID: entry.name, type: type, location: entry.location,
            properties: globals.map { GlobalsReader.merge($0, under: own) } ?? own, ownProperties: own,
            metadata: map["Metadata"]?.map ?? TemplateMap(), globalSection: section)
        self.evaluation.resourceOrder.append(entry.name)
    }

    private static func globalSection(of type: String) -> String? {
        switch type {
        case "AWS::Serverless::Function": "Function"
        case "AWS::Serverless::Api": "Api"
        case "AWS::Serverless::HttpApi": "HttpApi"
        default: nil
        }
    }
}
