extension Evaluation {
    /// A map with `Fn::Transform`: what `AWS::Include` reads from a file stands beside the other members, which win
    /// (CloudFormation user guide, "AWS::Include transform").
    func transformed(_ members: TemplateMap, at location: SourceLocation, path: String) -> TemplateNode {
        guard let argument = members["Fn::Transform"] else { return TemplateNode(.map(members), at: location) }
        guard self.includeDepth < Self.includeDepthLimit else {
            return self.failure("Included files include each other in a circle.", at: argument.location, path: path)
        }
        self.includeDepth += 1
        defer { self.includeDepth -= 1 }
        var merged = TemplateMap()
        for call in argument.list ?? [argument] {
            let included = self.include(call, path: path)
            if included.isUnknown { return included }
            // Beside nothing else, the file may hold any value.
            guard let map = included.map else {
                return members.entries.count == 1
                    ? included
                    : self.failure(
                        "An included file stands for members of a map here; it has to hold a map.", at: call.location, path: path)
            }
            for entry in map.entries { merged.set(entry) }
        }
        for entry in members.entries where entry.name != "Fn::Transform" { merged.set(entry) }
        return self.resolve(TemplateNode(.map(merged), at: location), path: path)
    }

    /// Included files that include others.
    private static let includeDepthLimit = 8

    private func include(_ call: TemplateNode, path: String) -> TemplateNode {
        guard call.map?["Name"]?.text == "AWS::Include" else {
            let name = call.map?["Name"]?.text ?? "it"
            return self.failure(
                "Of transforms within a template, AWS::Include alone is run; \(name) is not.", at: call.location, path: path)
        }
        guard let parameter = call.map?["Parameters"]?.map?["Location"] else {
            return self.failure("AWS::Include takes a Location: a file.", at: call.location, path: path)
        }
        let value = self.resolve(parameter, path: path)
        if value.isUnknown { return value }
        guard let file = value.text, LocalFile.isLocal(file) else {
            return self.failure(
                "The file is in S3, which is not read here. Give a local one; aws cloudformation package sends it to S3.",
                at: parameter.location, path: path)
        }
        guard let node = LocalFile.read(file, self, at: parameter.location, path: path) else {
            return TemplateNode(.unknown, at: call.location)
        }
        return node
    }
}
