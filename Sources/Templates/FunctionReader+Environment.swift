import CoreTypes
import LambdaCore

extension FunctionReader {
    /// `Environment.Variables`, then the `--env-vars` file over the variables that are there.
    func readEnvironment(into configuration: inout FunctionConfiguration) {
        var variables: [String: String] = [:]
        if let environment = self.properties.map("Environment") {
            environment.check(.environment)
            if let reader = environment.map("Variables") {
                for entry in reader.members.entries {
                    self.check(name: entry.name, at: entry.location, path: reader.path(entry.name))
                    variables[entry.name] = self.variable(entry.name, in: reader)
                }
            }
        }
        self.applyOverrides(to: &variables, functionName: configuration.name)
        let size = JSON.object(JSONObject(sorted: variables)).bytes.count
        if !variables.isEmpty, size > FunctionLimits.environmentBytes {
            self.properties.error(
                "The environment variables have \(size) bytes as JSON; Lambda takes at most \(FunctionLimits.environmentBytes). Read large values from a file.",
                at: "Environment")
        }
        configuration.environment = variables
    }

    /// An empty value is an empty text; a list or map has no text.
    private func variable(_ name: String, in reader: PropertyReader) -> String? {
        if case .null? = reader.members[name]?.value { return "" }
        return reader.text(name)
    }

    /// `[a-zA-Z][a-zA-Z0-9_]+`, so two characters at least (Lambda API, "Environment").
    private func check(name: String, at location: SourceLocation, path: String) {
        if reservedEnvironmentVariables.contains(name) {
            self.evaluation.error(
                "Lambda was unable to configure your environment variables because the environment variables you have provided "
                    + "contains reserved keys that are currently not supported for modification. Rename \(name).",
                at: location, path: path)
            return
        }
        let bytes = Array(name.utf8)
        let isValid =
            bytes.count >= 2 && bytes.allSatisfy { $0.isLetterOrDigit || $0 == 0x5F } && bytes[0] != 0x5F
            && !(0x30...0x39).contains(bytes[0])
        guard isValid else {
            self.evaluation.error(
                "\"\(name)\" can't be the name of a variable: a letter, then letters, digits and underscores, two characters at least.",
                at: location, path: path)
            return
        }
    }

    /// As SAM does: `Parameters` first, the function's own entry over it, and only variables that the template defines.
    private func applyOverrides(to variables: inout [String: String], functionName: String) {
        guard let overrides = self.evaluation.options.environmentOverrides else { return }
        for name in variables.keys.sorted() {
            if let value = overrides.global[name] { variables[name] = value.text }
        }
        for name in Set([self.resource.logicalID, functionName]).sorted() {
            for (variable, value) in overrides.functions[name] ?? [:] {
                if variables[variable] != nil {
                    variables[variable] = value.text
                } else {
                    self.evaluation.notice(
                        "\(self.resource.logicalID) has no environment variable \(variable) in the template, so this is left out. "
                            + "Define it there, with an empty text for example.",
                        at: SourceLocation(file: overrides.file, line: value.line, column: value.column),
                        path: "\(name)/\(variable)")
                }
            }
        }
    }
}
