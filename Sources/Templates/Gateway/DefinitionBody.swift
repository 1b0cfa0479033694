import APIGateway

/// The OpenAPI definition of an API: written in the template, or in a file beside it.
struct DefinitionBody {
    private let properties: PropertyReader
    private let body: String
    private let location: String

    /// - Parameters:
    ///   - body: the property that holds the definition: `Body`, `DefinitionBody`.
    ///   - location: the property that says where it is: `BodyS3Location`, `DefinitionUri`.
    init(_ properties: PropertyReader, body: String, location: String) {
        self.properties = properties
        self.body = body
        self.location = location
    }

    /// `nil` when there is none, or once an error is reported.
    func read() -> PropertyReader? {
        let evaluation = self.properties.evaluation
        if self.properties.members[self.body] != nil, self.properties.members[self.location] != nil {
            self.properties.error("Specify either '\(self.location)' or '\(self.body)' property and not both.", at: self.body)
            return nil
        }
        if let value = self.properties.value(self.body) {
            guard let members = value.map else {
                self.properties.error("\(self.body) takes a map, an OpenAPI document; this is \(value.kind).", at: self.body)
                return nil
            }
            let path = self.properties.path(self.body)
            return PropertyReader(evaluation, members, at: value.location) { "\(path)/\($0)" }
        }
        guard let place = self.properties.value(self.location) else { return nil }
        guard let text = place.text, LocalFile.isLocal(text) else {
            self.properties.error(
                "The definition is in S3, which is not read here. Give a local file, or put it into \(self.body).",
                at: self.location)
            return nil
        }
        guard
            let root = LocalFile.read(
                text, evaluation, at: place.location, path: self.properties.path(self.location), as: .definition)
        else { return nil }
        let value = evaluation.resolve(root, path: "")
        guard let members = value.map else {
            self.properties.error("\(text) holds no OpenAPI document.", at: self.location)
            return nil
        }
        return PropertyReader(evaluation, members, at: value.location) { $0 }
    }
}

/// A file that a template names, read as YAML or JSON with its own places.
enum LocalFile {
    static func isLocal(_ path: String) -> Bool { !["s3://", "https://", "http://"].contains { path.hasPrefix($0) } }

    /// `nil` once the error is reported.
    static func read(
        _ path: String, _ evaluation: Evaluation, at location: SourceLocation, path errorPath: String,
        as kind: TemplateParser.Kind = .template
    ) -> TemplateNode? {
        let absolute = FilePath.absolute(path, from: evaluation.folder)
        do throws(TemplateError) {
            return try TemplateParser.parse(evaluation.files.text(absolute), file: path, as: kind)
        } catch {
            for diagnostic in error.diagnostics {
                // A file that isn't there is a fault of the place that names it.
                let isMissing = evaluation.files.kind(absolute) != .file
                evaluation.error(
                    isMissing ? "\(absolute) can't be read. Paths start from the template's folder." : diagnostic.message,
                    at: isMissing
                        ? location
                        : SourceLocation(file: diagnostic.file, line: diagnostic.line, column: diagnostic.column),
                    path: errorPath)
            }
            return nil
        }
    }
}
