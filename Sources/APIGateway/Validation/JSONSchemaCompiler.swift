import CoreTypes

/// Turns the text of a schema into nodes. References are resolved by JSON pointer, each target once, so that circles close.
struct JSONSchemaCompiler {
    typealias Problem = JSONSchema.Problem

    /// Where a pointer leads from.
    enum Document: Hashable {
        case own
        case model(String)
    }

    private struct Target: Hashable {
        let document: Document
        let pointer: String
    }

    private(set) var nodes: [JSONSchema.Node] = []
    private let document: JSON
    private let models: [String: JSON]
    private var targets: [Target: Int] = [:]
    private var pending: [(target: Target, schema: JSON, node: Int)] = []
    private var depth = 0

    /// Schemas within schemas; ours, as the service names none.
    private static let depthLimit = 64

    init(document: JSON, models: [String: JSON]) {
        self.document = document
        self.models = models
    }

    mutating func compilePending() throws(Problem) {
        while let (target, schema, node) = self.pending.popLast() {
            self.nodes[node] = try self.read(schema, at: target.pointer, in: target.document)
        }
    }

    mutating func node(for schema: JSON, at place: String, in document: Document) throws(Problem) -> Int {
        let node = try self.read(schema, at: place, in: document)
        self.nodes.append(node)
        return self.nodes.count - 1
    }

    private mutating func read(_ schema: JSON, at place: String, in document: Document) throws(Problem) -> JSONSchema.Node {
        guard let object = schema.objectValue else {
            throw Problem(place: place, reason: "a schema is an object, not \(schema.kind)")
        }
        self.depth += 1
        defer { self.depth -= 1 }
        guard self.depth <= Self.depthLimit else {
            throw Problem(place: place, reason: "schemas may be nested \(Self.depthLimit) deep")
        }
        var node = JSONSchema.Node()
        // A reference stands for all beside it (draft 4, "JSON Reference").
        if let reference = object["$ref"] {
            node.reference = try self.resolve(reference, at: place, in: document)
            return node
        }
        for (name, value) in object.members {
            try self.read(name, value, of: object, into: &node, at: "\(place)/\(name)", in: document)
        }
        return node
    }

    private mutating func resolve(_ reference: JSON, at place: String, in document: Document) throws(Problem) -> Int {
        guard let text = reference.stringValue else { throw Problem(place: place, reason: "$ref is a text") }
        let parts = text.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
        let pointer = parts.count == 2 ? String(parts[1]) : ""
        var target = Target(document: document, pointer: pointer)
        if let base = parts.first, !base.isEmpty {
            guard let name = RestAPI.Model.name(inReference: String(base)) else {
                throw Problem(place: place, reason: "$ref \(text) leads out of this API, and only its own models are read")
            }
            target = Target(document: .model(name), pointer: pointer)
        }
        if let known = self.targets[target] { return known }
        guard let schema = self.schema(target) else {
            throw Problem(place: place, reason: "$ref \(text) leads to nothing")
        }
        self.nodes.append(JSONSchema.Node())
        let node = self.nodes.count - 1
        self.targets[target] = node
        self.pending.append((target, schema, node))
        return node
    }

    private func schema(_ target: Target) -> JSON? {
        let root: JSON?
        switch target.document {
        case .own: root = self.document
        case .model(let name): root = self.models[name]
        }
        guard var value = root else { return nil }
        for segment in target.pointer.split(separator: "/") {
            let name = String(segment.replacing("~1", with: "/").replacing("~0", with: "~"))
            if let member = value[name] {
                value = member
            } else if let index = Int(name), let elements = value.arrayValue, elements.indices.contains(index) {
                value = elements[index]
            } else {
                return nil
            }
        }
        return value
    }

    private mutating func read(
        _ name: String, _ value: JSON, of object: JSONObject, into node: inout JSONSchema.Node, at place: String,
        in document: Document
    ) throws(Problem) {
        switch name {
        case "type": node.types = try self.types(value, at: place)
        case "enum": node.values = try self.list(value, at: place)
        case "properties": node.properties = try self.map(value, at: place, in: document)
        case "patternProperties":
            for (pattern, child) in try self.map(value, at: place, in: document).sorted(by: { $0.key < $1.key }) {
                node.patternProperties.append((try self.pattern(.string(pattern), at: place), child))
            }
        case "additionalProperties": node.additionalProperties = try self.additional(value, at: place, in: document)
        case "required": node.required = try self.names(value, at: place).sorted()
        case "minProperties": node.propertyCounts.min = try self.count(value, at: place)
        case "maxProperties": node.propertyCounts.max = try self.count(value, at: place)
        case "dependencies": node.dependencies = try self.dependencies(value, at: place, in: document)
        case "items": node.items = try self.items(value, at: place, in: document)
        case "additionalItems": node.additionalItems = try self.additional(value, at: place, in: document)
        case "minItems": node.itemCounts.min = try self.count(value, at: place)
        case "maxItems": node.itemCounts.max = try self.count(value, at: place)
        case "uniqueItems": node.itemsAreUnique = try self.flag(value, at: place)
        case "minLength": node.lengths.min = try self.count(value, at: place)
        case "maxLength": node.lengths.max = try self.count(value, at: place)
        case "pattern": node.pattern = try self.pattern(value, at: place)
        case "minimum":
            let isExclusive = try object["exclusiveMinimum"].map { value throws(Problem) in try self.flag(value, at: place) }
            node.minimum = .init(value: try self.number(value, at: place), isExclusive: isExclusive ?? false)
        case "maximum":
            let isExclusive = try object["exclusiveMaximum"].map { value throws(Problem) in try self.flag(value, at: place) }
            node.maximum = .init(value: try self.number(value, at: place), isExclusive: isExclusive ?? false)
        case "exclusiveMinimum", "exclusiveMaximum": _ = try self.flag(value, at: place)
        case "multipleOf": node.multipleOf = try self.number(value, at: place)
        case "allOf": node.allOf = try self.schemas(value, at: place, in: document)
        case "anyOf": node.anyOf = try self.schemas(value, at: place, in: document)
        case "oneOf": node.oneOf = try self.schemas(value, at: place, in: document)
        case "not": node.not = try self.node(for: value, at: place, in: document)
        case "format": node.format = value.stringValue.flatMap(ValueFormat.init)
        case "$schema", "id", "title", "description", "default", "definitions": break
        // Words of OpenAPI that draft 4 doesn't know, and the service passes over: they ask nothing of a body but `nullable`, which
        // models of the service don't heed.
        case "example", "examples", "xml", "externalDocs", "deprecated", "readOnly", "writeOnly", "discriminator", "nullable":
            break
        default:
            guard name.hasPrefix("x-") else { throw Problem(place: place, reason: "\(name) is not checked here") }
        }
    }
}

extension JSONSchemaCompiler {
    private static let typeNames: Set<String> = ["array", "boolean", "integer", "null", "number", "object", "string"]

    private func types(_ value: JSON, at place: String) throws(Problem) -> [String] {
        let types: [String]
        if let type = value.stringValue { types = [type] } else { types = try self.names(value, at: place) }
        if let unknown = types.first(where: { !Self.typeNames.contains($0) }) {
            throw Problem(place: place, reason: "\(unknown) is no type")
        }
        return types
    }

    private func list(_ value: JSON, at place: String) throws(Problem) -> [JSON] {
        guard let list = value.arrayValue else { throw Problem(place: place, reason: "expected a list, not \(value.kind)") }
        return list
    }

    private func names(_ value: JSON, at place: String) throws(Problem) -> [String] {
        var names: [String] = []
        for element in try self.list(value, at: place) {
            guard let name = element.stringValue else { throw Problem(place: place, reason: "expected a list of texts") }
            names.append(name)
        }
        return names
    }

    private func count(_ value: JSON, at place: String) throws(Problem) -> Int {
        guard let count = value.intValue, count >= 0 else { throw Problem(place: place, reason: "expected a number from 0 on") }
        return count
    }

    private func number(_ value: JSON, at place: String) throws(Problem) -> JSONNumber {
        guard let number = value.numberValue else { throw Problem(place: place, reason: "expected a number, not \(value.kind)") }
        return number
    }

    private func flag(_ value: JSON, at place: String) throws(Problem) -> Bool {
        guard let flag = value.boolValue else { throw Problem(place: place, reason: "expected true or false") }
        return flag
    }

    private func pattern(_ value: JSON, at place: String) throws(Problem) -> TextPattern {
        guard let text = value.stringValue, let pattern = TextPattern(text) else {
            throw Problem(place: place, reason: "\(value) is no regular expression")
        }
        return pattern
    }

    private mutating func map(_ value: JSON, at place: String, in document: Document) throws(Problem) -> [String: Int] {
        guard let object = value.objectValue else {
            throw Problem(place: place, reason: "expected an object, not \(value.kind)")
        }
        var nodes: [String: Int] = [:]
        for (name, schema) in object.members { nodes[name] = try self.node(for: schema, at: "\(place)/\(name)", in: document) }
        return nodes
    }

    private mutating func schemas(_ value: JSON, at place: String, in document: Document) throws(Problem) -> [Int] {
        var nodes: [Int] = []
        for (index, schema) in try self.list(value, at: place).enumerated() {
            nodes.append(try self.node(for: schema, at: "\(place)/\(index)", in: document))
        }
        return nodes
    }

    private mutating func additional(
        _ value: JSON, at place: String, in document: Document
    ) throws(Problem) -> JSONSchema.Additional {
        if let flag = value.boolValue { return flag ? .any : .none }
        return .schema(try self.node(for: value, at: place, in: document))
    }

    private mutating func items(_ value: JSON, at place: String, in document: Document) throws(Problem) -> JSONSchema.Items {
        if value.arrayValue != nil { return .each(try self.schemas(value, at: place, in: document)) }
        return .all(try self.node(for: value, at: place, in: document))
    }

    private mutating func dependencies(
        _ value: JSON, at place: String, in document: Document
    ) throws(Problem) -> [(name: String, dependency: JSONSchema.Dependency)] {
        guard let object = value.objectValue else { throw Problem(place: place, reason: "expected an object") }
        var dependencies: [(String, JSONSchema.Dependency)] = []
        for (name, value) in object.members {
            if value.arrayValue != nil {
                dependencies.append((name, .names(try self.names(value, at: place))))
            } else {
                dependencies.append((name, .schema(try self.node(for: value, at: "\(place)/\(name)", in: document))))
            }
        }
        return dependencies
    }
}
