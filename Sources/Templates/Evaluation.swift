/// One pass over one template: what its names stand for, and what was found wrong on the way.
///
/// Confined to one call of `TemplateLoader.load`; the readers of sections and resources share it.
final class Evaluation {
    let options: TemplateOptions
    let files: TemplateFiles
    /// The template's name in messages.
    let file: String
    /// The folder that local paths of the template start from.
    let folder: String
    var diagnostics = Diagnostics()
    var parameters: [String: ParameterValue] = [:]
    var mappings = TemplateMap()
    var conditions = TemplateMap()
    /// `nil` while a condition is being evaluated: meeting it again means that it depends on itself.
    var conditionValues: [String: Bool?] = [:]
    var resources: [String: Resource] = [:]
    var resourceOrder: [String] = []
    /// Resources that are left out, with the condition that doesn't hold.
    var missingResources: [String: String] = [:]
    /// Resources whose name is being worked out, for the same reason.
    var namesInProgress: Set<String> = []
    var physicalNames: [String: String] = [:]
    /// Files that include files, while they are read.
    var includeDepth = 0
    var globals: [String: TemplateMap] = [:]
    /// Resources that SAM generates, by the name that templates use for them: `Api.Stage`.
    var generatedAliases: [String: String] = [:]
    var gatewayPlaces = GatewayPlaces()

    init(options: TemplateOptions, files: TemplateFiles, file: String, folder: String) {
        self.options = options
        self.files = files
        self.file = file
        self.folder = folder
    }

    func error(_ message: String, at location: SourceLocation, path: String) {
        self.diagnostics.error(message, at: location, path: path)
    }

    func notice(_ message: String, at location: SourceLocation, path: String) {
        self.diagnostics.notice(message, at: location, path: path)
    }

    /// Reports an error and stands for the value that couldn't be found.
    func failure(_ message: String, at location: SourceLocation, path: String) -> TemplateNode {
        self.error(message, at: location, path: path)
        return TemplateNode(.unknown, at: location)
    }
}

/// A resource whose condition holds.
struct Resource {
    var logicalID: String
    var type: String
    /// Of the logical id.
    var location: SourceLocation
    /// With the globals of SAM merged in.
    var properties: TemplateMap
    /// As written at the resource itself.
    var ownProperties: TemplateMap
    var metadata: TemplateMap
    /// The section of Globals that applies, such as `Function`.
    var globalSection: String?
    /// Where the properties of a resource that SAM generates were written; `nil` for resources of the template.
    var generatedFrom: (@Sendable (String) -> String)?

    var path: String { "Resources/\(self.logicalID)" }
    /// `Resources/Table (AWS::DynamoDB::Table)`
    var pathWithType: String { "\(self.path) (\(self.type))" }

    /// Where a property was written: at the resource, or in the globals.
    func path(of property: String) -> String {
        if let generatedFrom { return generatedFrom(property) }
        if self.ownProperties[property] == nil, let globalSection, self.properties[property] != nil {
            return "Globals/\(globalSection)/\(property)"
        }
        return "\(self.path)/Properties/\(property)"
    }
}
