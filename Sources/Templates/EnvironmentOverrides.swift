import CoreTypes

/// The `--env-vars` file, in either of SAM's shapes or both: `{"Parameters": {"NAME": "value"}}` for all functions,
/// `{"Hello": {"NAME": "value"}}` for one, by logical id or function name.
///
/// As with `sam local`, a function's own entry wins over `Parameters`, and only variables that the template defines are replaced.
/// A function's entry that meets none is a notice; under `Parameters` it is no news, since few functions have all variables.
package struct EnvironmentOverrides: Hashable, Sendable {
    struct Value: Hashable, Sendable {
        var text: String
        var line: Int
        var column: Int
    }

    let file: String
    private(set) var global: [String: Value] = [:]
    private(set) var functions: [String: [String: Value]] = [:]
    private(set) var places: [String: SourceLocation] = [:]

    /// - Parameter file: The name for error messages.
    package init(parsing text: String, file: String) throws(TemplateError) {
        self.file = file
        let root = try TemplateParser.parse(text, file: file)
        var diagnostics = Diagnostics()
        guard let members = root.map else {
            throw TemplateError([
                TemplateDiagnostic(
                    at: root.location, path: "",
                    message: "The file holds \(root.kind); it has to be an object of functions, or {\"Parameters\": {…}}.")
            ])
        }
        for entry in members.entries {
            guard let variables = entry.value.map else {
                diagnostics.error(
                    "This has to be an object of variables and values; it is \(entry.value.kind).", at: entry.value.location,
                    path: entry.name)
                continue
            }
            var values: [String: Value] = [:]
            for variable in variables.entries {
                guard let text = variable.value.text else {
                    diagnostics.error(
                        "The value has to be a text, number or boolean; it is \(variable.value.kind).",
                        at: variable.value.location,
                        path: "\(entry.name)/\(variable.name)")
                    continue
                }
                values[variable.name] = Value(text: text, line: variable.location.line, column: variable.location.column)
            }
            if entry.name == "Parameters" {
                self.global = values
            } else {
                self.functions[entry.name] = values
                self.places[entry.name] = entry.location
            }
        }
        try diagnostics.throwIfAny()
    }

    package static func load(path: String) throws(TemplateError) -> EnvironmentOverrides {
        try EnvironmentOverrides(parsing: TemplateFiles.read(path), file: path)
    }
}
