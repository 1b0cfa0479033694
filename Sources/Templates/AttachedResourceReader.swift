import LambdaCore

/// Resources that say more about a function: `AWS::Lambda::Alias`, `AWS::Lambda::EventInvokeConfig`, `AWS::Lambda::Url`.
struct AttachedResourceReader {
    let evaluation: Evaluation
    let resource: Resource

    func apply(to functions: inout [DeployedFunction]) {
        let reader = PropertyReader(self.evaluation, self.resource)
        let property = self.resource.type == "AWS::Lambda::Url" ? "TargetFunctionArn" : "FunctionName"
        guard let reference = reader.text(property) else {
            if reader.members[property] == nil {
                reader.error("Property '\(property)' is required. Name a function.", at: property)
            }
            return
        }
        let name = Self.functionName(in: reference)
        guard let place = functions.firstIndex(where: { $0.configuration.name == name }) else {
            // A function with errors is not in the list; those errors are told already.
            if self.evaluation.diagnostics.errors.isEmpty {
                self.evaluation.notice(
                    "\(name) is no function of this template; this has no effect.", at: self.resource.location,
                    path: self.resource.pathWithType)
            }
            return
        }
        switch self.resource.type {
        case "AWS::Lambda::EventInvokeConfig": functions[place].configuration.eventInvoke = FunctionReader.eventInvoke(reader)
        case "AWS::Lambda::Url": functions[place].configuration.functionURL = FunctionReader.functionURL(reader)
        default: self.applyAlias(reader, to: &functions[place].configuration)
        }
    }

    private func applyAlias(_ reader: PropertyReader, to configuration: inout FunctionConfiguration) {
        reader.check(.alias)
        guard let name = reader.text("Name") else {
            if reader.members["Name"] == nil { reader.error("Property 'Name' is required. Name the alias.", at: "Name") }
            return
        }
        if let other = configuration.alias, other != name {
            self.evaluation.notice(
                "\(configuration.name) has the alias \(other) already, and the template gives one to a function; this one is left out.",
                at: self.resource.location, path: self.resource.pathWithType)
            return
        }
        configuration.alias = name
    }

    /// The name in a name, a partial ARN or an ARN, with or without a qualifier.
    static func functionName(in reference: String) -> String {
        let parts = reference.split(separator: ":", omittingEmptySubsequences: false)
        if let place = parts.firstIndex(of: "function"), place + 1 < parts.count { return String(parts[place + 1]) }
        return parts.first.map(String.init) ?? reference
    }
}
