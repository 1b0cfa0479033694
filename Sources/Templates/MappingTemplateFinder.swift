/// A mapping template as it stands in a template or an OpenAPI document.
package struct FoundMappingTemplate: Sendable {
    package enum Language: Hashable, Sendable {
        case velocity
        /// Of a gateway response: variables are replaced, nothing else.
        case substitution
    }

    package let text: String
    package let language: Language
    /// `Resources/Api/Properties/Body/paths//orders/post/x-amazon-apigateway-integration/requestTemplates/application/json`
    package let path: String
    package let file: String
    private let source: MappingTemplateSource

    init(text: String, language: Language, path: String, file: String, source: MappingTemplateSource) {
        self.text = text
        self.language = language
        self.path = path
        self.file = file
        self.source = source
    }

    /// Where a place of the template, both counted from 1, stands in the file. Exact for block scalars with `|` and for
    /// texts on one line without escapes; for other forms the start of the text.
    package func location(line: Int, column: Int) -> (line: Int, column: Int) { self.source.location(line: line, column: column) }
}

/// How a scalar is written in its file, as far as the places within its text depend on it.
struct MappingTemplateSource: Sendable {
    private enum Form {
        /// The text begins on the next line, each line indented by as many columns.
        case block(indentation: Int)
        /// One line, after as many columns of quotes.
        case line(offset: Int)
        case other
    }

    private let start: SourceLocation
    private let form: Form

    /// - Parameter lines: of the file.
    init(at start: SourceLocation, lines: [Substring]) {
        self.start = start
        guard lines.indices.contains(start.line - 1) else {
            self.form = .other
            return
        }
        var rest = lines[start.line - 1].dropFirst(start.column - 1)
        while rest.first == "!" || rest.first == "&" { rest = rest.drop { $0 != " " }.drop { $0 == " " } }
        switch rest.first {
        case "|"?:
            let body = lines[start.line...].first { !$0.allSatisfy { $0 == " " || $0 == "\r" } }
            let indicated = rest.dropFirst().first { $0.isNumber } != nil
            self.form = indicated ? .other : .block(indentation: body?.prefix { $0 == " " }.count ?? 0)
        case ">"?, nil: self.form = .other
        case "\""? where rest.contains("\\"): self.form = .other
        case "\""?, "'"?: self.form = .line(offset: rest.startIndex.utf16Offset(in: lines[start.line - 1]) - start.column + 2)
        default: self.form = .line(offset: rest.startIndex.utf16Offset(in: lines[start.line - 1]) - start.column + 1)
        }
    }

    func location(line: Int, column: Int) -> (line: Int, column: Int) {
        switch self.form {
        case .block(let indentation): (self.start.line + line, indentation + column)
        case .line(let offset) where line == 1: (self.start.line, self.start.column + offset + column - 1)
        case .line, .other: (self.start.line, self.start.column)
        }
    }
}

/// Finds every mapping template of a deployment, wherever CloudFormation, SAM and OpenAPI have one: under
/// `RequestTemplates` and `ResponseTemplates` of methods, integrations and gateway responses, and under their lower-case
/// namesakes in OpenAPI documents, within the template or in files that it names.
package struct MappingTemplateFinder {
    private let file: String
    private let folder: String
    private let lines: [Substring]
    private var found: [FoundMappingTemplate] = []

    /// - Throws: when the file, or an OpenAPI document that it names, can't be read or is no YAML.
    package static func find(inFile path: String) throws(TemplateError) -> [FoundMappingTemplate] {
        try self.find(inFile: path, depth: 0)
    }

    private static func find(inFile path: String, depth: Int) throws(TemplateError) -> [FoundMappingTemplate] {
        let text = try TemplateFiles.read(path)
        let root = try TemplateParser.parse(text, file: path)
        let absolute = FilePath.absolute(path, from: TemplateFiles.currentFolder)
        var finder = MappingTemplateFinder(
            file: path, folder: FilePath.folder(of: absolute),
            lines: text.split(separator: "\n", omittingEmptySubsequences: false))
        try finder.visit(root, path: "", isGatewayResponse: false, depth: depth)
        return finder.found
    }

    private init(file: String, folder: String, lines: [Substring]) {
        self.file = file
        self.folder = folder
        self.lines = lines
    }

    private static let keys: Set<String> = ["RequestTemplates", "ResponseTemplates", "requestTemplates", "responseTemplates"]
    private static let gatewayResponseKeys: Set<String> = ["GatewayResponses", "x-amazon-apigateway-gateway-responses"]
    /// A document that a template names may name one in turn.
    private static let fileDepth = 5

    private mutating func visit(_ node: TemplateNode, path: String, isGatewayResponse: Bool, depth: Int) throws(TemplateError) {
        if let list = node.list {
            for (index, element) in list.enumerated() {
                try self.visit(element, path: "\(path)/\(index)", isGatewayResponse: isGatewayResponse, depth: depth)
            }
        }
        guard let map = node.map else { return }
        let isResponse = isGatewayResponse || map["Type"]?.text == "AWS::ApiGateway::GatewayResponse"
        for entry in map.entries {
            let inner = path.isEmpty ? entry.name : "\(path)/\(entry.name)"
            if Self.keys.contains(entry.name), let templates = entry.value.map {
                for template in templates.entries {
                    self.add(template.value, path: "\(inner)/\(template.name)", isSubstitution: isResponse)
                }
            } else {
                try self.followFile(entry, in: map, depth: depth)
                let isResponses = isResponse || Self.gatewayResponseKeys.contains(entry.name)
                try self.visit(entry.value, path: inner, isGatewayResponse: isResponses, depth: depth)
            }
        }
    }

    private mutating func add(_ node: TemplateNode, path: String, isSubstitution: Bool) {
        var node = node
        var text = node.text
        if text == nil, let sub = node.intrinsic, sub.name == "Fn::Sub" {
            node = sub.argument.list?.first ?? sub.argument
            text = node.text.map(Self.withoutSubstitutions)
        }
        // A template that another intrinsic builds is known at deployment only.
        guard let text else { return }
        self.found.append(
            FoundMappingTemplate(
                text: text, language: isSubstitution ? .substitution : .velocity, path: path, file: self.file,
                source: MappingTemplateSource(at: node.location, lines: self.lines)))
    }

    /// What `Fn::Sub` replaces becomes as many letters, so that places stay where they are; `${!name}` is Velocity's
    /// `${name}`.
    private static func withoutSubstitutions(_ text: String) -> String {
        var result = ""
        var rest = text[...]
        while let opening = rest.firstRange(of: "${"), let closing = rest[opening.upperBound...].firstIndex(of: "}") {
            let inner = rest[opening.upperBound..<closing]
            result += rest[..<opening.lowerBound]
            result += inner.hasPrefix("!") ? "${\(inner.dropFirst())}" : String(repeating: "x", count: inner.count + 3)
            rest = rest[rest.index(after: closing)...]
        }
        return result + rest
    }

    /// `DefinitionUri: api.yaml`, and `Location` of an `AWS::Include`. Addresses of S3 are not followed.
    private mutating func followFile(_ entry: TemplateMap.Entry, in map: TemplateMap, depth: Int) throws(TemplateError) {
        let isInclude = entry.name == "Location" && map.names == ["Location"]
        guard entry.name == "DefinitionUri" || isInclude, let name = entry.value.text, !name.hasPrefix("s3:"),
            depth < Self.fileDepth
        else { return }
        let path = FilePath.absolute(name, from: self.folder)
        guard TemplateFiles.disk.kind(path) == .file else { return }
        // As the user would name it.
        let shown = name.hasPrefix("/") ? path : FilePath.relative(path, like: self.file, in: self.folder)
        self.found += try Self.find(inFile: shown, depth: depth + 1)
    }
}

extension FilePath {
    /// An absolute path in the words of a neighbour: beside `sub/template.yaml`, which lies in `folder`, it is
    /// `sub/api.yaml`.
    fileprivate static func relative(_ path: String, like neighbour: String, in folder: String) -> String {
        let shown = neighbour.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        guard path.hasPrefix(folder + "/") else { return path }
        let rest = path.dropFirst(folder.utf8.count + 1)
        return shown.isEmpty && !neighbour.hasPrefix("/") ? String(rest) : "\(shown)/\(rest)"
    }
}
