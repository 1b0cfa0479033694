import Yams

/// Reads the text of a template, YAML or JSON (which YAML contains), into located nodes.
///
/// Scalars resolve by YAML 1.1 as CloudFormation and SAM read it, where `yes`, `on`, `0x1F` and `017` are a boolean and numbers;
/// dates and base 60 numbers stay text, which is what templates mean by them (`2010-09-09`, `12:30`). Anchors, aliases and merge
/// keys (`<<`) work.
struct TemplateParser {
    /// What a text is, which decides how long it may be.
    enum Kind {
        /// CloudFormation quotas, "Template body size in an S3 object": 1 MB.
        case template
        /// API Gateway quotas, "Maximum API definition file size": 6 MB.
        case definition

        var bytesMax: Int { self == .template ? 1_048_576 : 6 * 1_048_576 }
    }

    static let depth = 100
    /// Values in the tree after aliases are expanded. A template of 1 MB without aliases stays far below.
    static let nodes = 500_000

    let file: String
    private var nodesLeft = Self.nodes

    static func parse(_ text: String, file: String, as kind: Kind = .template) throws(TemplateError) -> TemplateNode {
        var parser = TemplateParser(file: file)
        guard text.utf8.count <= kind.bytesMax else {
            let (what, service) =
                kind == .template ? ("template", "CloudFormation") : ("definition of an API", "API Gateway")
            throw parser.error(
                "The \(what) has \(text.utf8.count) bytes; \(service) takes at most \(kind.bytesMax). Split it.", nil)
        }
        if let place = AliasKeyScanner.find(in: text) {
            let location = SourceLocation(file: file, line: place.line, column: place.column)
            throw TemplateError([
                TemplateDiagnostic(at: location, path: "", message: "An alias can't be part of a key. Write the key out.")
            ])
        }
        let root: Node?
        do {
            root = try Parser(yaml: text, resolver: .basic, constructor: Constructor([:], [:], [:]), encoding: .utf8).singleRoot()
        } catch let error as YamlError {
            throw parser.error(error)
        } catch {
            throw parser.error("The template can't be read: \(error)", nil)
        }
        guard let root else {
            throw parser.error(
                kind == .template
                    ? "The template is empty. It needs at least a Resources section."
                    : "The file is empty. It needs an OpenAPI 3.0 or Swagger 2.0 document.", nil)
        }
        return try parser.convert(root, depth: 0)
    }

    private init(file: String) { self.file = file }

    // MARK: Nodes

    private mutating func convert(_ node: Node, depth: Int) throws(TemplateError) -> TemplateNode {
        guard depth <= Self.depth else {
            throw self.error("Values are nested deeper than \(Self.depth) levels. Flatten them.", node.mark)
        }
        self.nodesLeft -= 1
        guard self.nodesLeft >= 0 else {
            throw self.error(
                "The template has more than \(Self.nodes) values once its aliases are expanded. Use fewer.", node.mark)
        }
        let location = self.location(node.mark)
        switch node {
        case .scalar(let scalar):
            let (value, short) = try self.scalar(scalar, tag: scalar.tag.rawValue)
            return self.wrapped(
                TemplateNode(value, at: location, spelled: Self.spelling(of: value, written: scalar.string)), in: short)
        case .sequence(let sequence):
            var elements: [TemplateNode] = []
            elements.reserveCapacity(sequence.count)
            for element in sequence { elements.append(try self.convert(element, depth: depth + 1)) }
            let short = try self.shortForm(sequence.tag.rawValue, standard: ["tag:yaml.org,2002:seq"], at: node.mark)
            return self.wrapped(TemplateNode(.list(elements), at: location), in: short)
        case .mapping(let mapping):
            let members = try self.members(mapping, depth: depth)
            let short = try self.shortForm(mapping.tag.rawValue, standard: ["tag:yaml.org,2002:map"], at: node.mark)
            return self.wrapped(TemplateNode(.map(members), at: location), in: short)
        case .alias:
            throw self.error("This alias points at nothing. Define its anchor above it.", node.mark)
        }
    }

    /// Members of the map itself win over merged ones, the first of several merged maps over later ones (YAML 1.1, "Merge Key").
    private mutating func members(_ mapping: Node.Mapping, depth: Int) throws(TemplateError) -> TemplateMap {
        var own = TemplateMap()
        var merged: [TemplateMap] = []
        for (key, value) in mapping {
            guard case .scalar(let scalar) = key else {
                throw self.error("A key has to be a text.", key.mark)
            }
            let node = try self.convert(value, depth: depth + 1)
            if scalar.string == "<<", scalar.style == .plain {
                for source in node.list ?? [node] {
                    guard let map = source.map else {
                        throw self.error("The merge key << takes a map or a list of maps; this is \(source.kind).", key.mark)
                    }
                    merged.append(map)
                }
            } else {
                own.set(.init(name: scalar.string, location: self.location(key.mark), value: node))
            }
        }
        guard !merged.isEmpty else { return own }
        for map in merged {
            for entry in map.entries where own.entry(entry.name) == nil { own.set(entry) }
        }
        return own
    }

    // MARK: Scalars

    private func scalar(_ scalar: Node.Scalar, tag: String) throws(TemplateError) -> (TemplateNode.Value, shortForm: String?) {
        let isPlain = scalar.style == .plain
        switch tag {
        case "tag:yaml.org,2002:str", "!", "tag:yaml.org,2002:binary", "tag:yaml.org,2002:timestamp":
            return (isPlain && tag.isEmpty ? CoreSchema.value(of: scalar.string) : .string(scalar.string), nil)
        case "", "tag:yaml.org,2002:int", "tag:yaml.org,2002:float", "tag:yaml.org,2002:bool", "tag:yaml.org,2002:null":
            return (isPlain ? CoreSchema.value(of: scalar.string) : .string(scalar.string), nil)
        default:
            // The argument of a short form is resolved like any plain scalar, but for names, which are texts: `!Ref 1`.
            let short = try self.shortForm(tag, standard: [], at: scalar.mark)
            return (.string(scalar.string), short)
        }
    }

    private static func spelling(of value: TemplateNode.Value, written: String) -> String? {
        switch value {
        case .bool, .number: written
        case .null, .string, .list, .map, .absent, .unknown: nil
        }
    }

    /// The long name of a `!Short` tag; `nil` for the tags of YAML itself.
    private func shortForm(_ tag: String, standard: [String], at mark: Mark?) throws(TemplateError) -> String? {
        if tag.isEmpty || tag == "!" || standard.contains(tag) { return nil }
        guard tag.hasPrefix("!") else { throw self.error("The tag \(tag) has no meaning in a template. Remove it.", mark) }
        let name = String(tag.dropFirst())
        if name == "Ref" || name == "Condition" { return name }
        if IntrinsicNames.all.contains("Fn::" + name) { return "Fn::" + name }
        let known = IntrinsicNames.all.map { "!" + $0.dropFirst(4) } + ["!Ref", "!Condition"]
        throw self.error("\(tag) is no intrinsic function." + Suggestion.sentence(for: tag, among: known), mark)
    }

    private func wrapped(_ node: TemplateNode, in function: String?) -> TemplateNode {
        guard let function else { return node }
        return TemplateNode(.map(TemplateMap([.init(name: function, location: node.location, value: node)])), at: node.location)
    }

    // MARK: Errors

    private func location(_ mark: Mark?) -> SourceLocation {
        SourceLocation(file: self.file, line: max(mark?.line ?? 1, 1), column: max(mark?.column ?? 1, 1))
    }

    private func error(_ message: String, _ mark: Mark?) -> TemplateError {
        TemplateError([TemplateDiagnostic(at: self.location(mark), path: "", message: message)])
    }

    private func error(_ error: YamlError) -> TemplateError {
        switch error {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            let place = context.map { " (\($0.text), line \($0.mark.line))" } ?? ""
            return self.error("This is not YAML: \(problem)\(place). Check the indentation, quotes and brackets here.", mark)
        case .duplicatedKeysInMapping(let names, let context):
            let list = names.map { "\"\($0)\"" }.joined(separator: ", ")
            return self.error("The key \(list) stands more than once in this map, here first. Keep one.", context.mark)
        case .reader(let problem, _, _, _):
            return self.error("The text can't be read: \(problem). Save it as UTF-8 without control characters.", nil)
        case .no, .memory, .writer, .emitter, .representer, .dataCouldNotBeDecoded:
            return self.error("The text can't be read: \(error)", nil)
        }
    }
}
