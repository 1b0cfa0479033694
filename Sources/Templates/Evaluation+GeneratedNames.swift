/// The resources that SAM makes besides those of the template, as far as templates refer to them (SAM developer guide,
/// "Generated CloudFormation resources" and "Referencing generated CloudFormation resources").
extension Evaluation {
    static let implicitRestAPI = "ServerlessRestApi"
    static let implicitHTTPAPI = "ServerlessHttpApi"

    /// `Ref`: `<Function>Role`, `<Function>.Alias`, `<Function>Alias<name>`, `<Function>.Version`. What SAM makes of APIs is among
    /// the resources.
    func generatedReference(_ name: String, at location: SourceLocation, path: String) -> String? {
        if let function = self.serverlessFunction(in: name, ending: "Role") { return function.logicalID + "Role" }
        if let dot = name.lastIndex(of: "."), let resource = self.resources[String(name[..<dot])] {
            return self.generated(String(name[name.index(after: dot)...]), of: resource, path: path)
        }
        for resource in self.resources.values where resource.type == "AWS::Serverless::Function" {
            guard let alias = self.publishedAlias(of: resource), name == resource.logicalID + "Alias" + alias else { continue }
            return self.functionARN(self.physicalName(of: resource)) + ":" + alias
        }
        return nil
    }

    /// `Fn::GetAtt`: `<Function>Role.Arn`, `<Function>Role.RoleId`.
    func generatedAttribute(_ attribute: String, of name: String, at location: SourceLocation, path: String) -> String? {
        if let function = self.serverlessFunction(in: name, ending: "Role") {
            return attribute == "Arn" ? self.arn("iam", "role/\(function.logicalID)Role", region: "") : "\(name).\(attribute)"
        }
        if self.serverlessFunction(in: name, ending: "Url") != nil {
            self.notice(
                "\(name).\(attribute) is known only on AWS; the text \"\(name).\(attribute)\" stands for it.", at: location,
                path: path)
            return "\(name).\(attribute)"
        }
        return self.generatedReference("\(name).\(attribute)", at: location, path: path)
    }

    private func serverlessFunction(in name: String, ending: String) -> Resource? {
        guard name.hasSuffix(ending), let resource = self.resources[String(name.dropLast(ending.count))] else { return nil }
        return resource.type == "AWS::Serverless::Function" ? resource : nil
    }

    private func generated(_ property: String, of resource: Resource, path: String) -> String? {
        switch (resource.type, property) {
        case ("AWS::Serverless::Function", "Alias"):
            return self.publishedAlias(of: resource).map { self.functionARN(self.physicalName(of: resource)) + ":" + $0 }
        case ("AWS::Serverless::Function", "Version"):
            return self.functionARN(self.physicalName(of: resource)) + ":1"
        default:
            return nil
        }
    }

    func publishedAlias(of resource: Resource) -> String? {
        resource.properties["AutoPublishAlias"].flatMap { self.resolve($0, path: resource.path(of: "AutoPublishAlias")).text }
    }
}
