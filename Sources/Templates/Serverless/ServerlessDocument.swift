/// An OpenAPI document while SAM's properties are worked into it. Operations are reached by place, so that a large document is
/// not copied for each of them.
struct ServerlessDocument {
    private var root: TemplateNode
    private var items: [(path: String, location: SourceLocation, item: TemplateNode)] = []
    private var places: [String: Int] = [:]

    /// A document of SAM's own, without paths.
    init(header: [(String, TemplateNode)], title: String, at location: SourceLocation) {
        self.root = .map(
            header + [
                (
                    "info",
                    .map([("version", .text("1.0", at: location)), ("title", .text(title, at: location))], at: location)
                )
            ], at: location)
    }

    /// A document of the user's.
    init(_ members: TemplateMap, at location: SourceLocation) {
        self.root = TemplateNode(.map(members), at: location)
        for entry in members["paths"]?.map?.entries ?? [] {
            self.places[entry.name] = self.items.count
            self.items.append((entry.name, entry.location, entry.value))
        }
        self.root[member: "paths"] = nil
    }

    var node: TemplateNode {
        var node = self.root
        node[member: "paths"] = TemplateNode(
            .map(TemplateMap(self.items.map { .init(name: $0.path, location: $0.location, value: $0.item) })),
            at: node.location)
        return node
    }

    var paths: [String] { self.items.map(\.path) }

    subscript(root name: String) -> TemplateNode? {
        get { self.root[member: name] }
        set { self.root[member: name] = newValue }
    }

    var isOpenAPI3: Bool { self.root[member: "openapi"] != nil }

    // MARK: Operations

    static let anyMethod = OpenAPIDocument.anyMethod

    static func key(of method: String) -> String { method == "ANY" ? self.anyMethod : method.lowercased() }

    /// Keys of the operations of a path, in their order.
    func methods(of path: String) -> [String] {
        guard let place = self.places[path] else { return [] }
        return self.items[place].item.map?.names.filter(Self.isMethod) ?? []
    }

    private static func isMethod(_ name: String) -> Bool {
        name.lowercased() == self.anyMethod || name.lowercased() == "any" || OpenAPIDocument.verbs.contains(name.lowercased())
    }

    subscript(path: String, method: String) -> TemplateNode? {
        get { self.places[path].flatMap { self.items[$0].item[member: method] } }
        set {
            if let place = self.places[path] {
                self.items[place].item[member: method] = newValue
            } else if let newValue {
                self.places[path] = self.items.count
                self.items.append((path, newValue.location, .map([(method, newValue)], at: newValue.location)))
            }
        }
    }

    /// Changes every operation that has an integration.
    mutating func editOperations(_ edit: (_ path: String, _ method: String, inout TemplateNode) -> Void) {
        for place in self.items.indices {
            for method in self.methods(of: self.items[place].path) {
                guard var operation = self.items[place].item[member: method],
                    operation[member: "x-amazon-apigateway-integration"] != nil
                else { continue }
                edit(self.items[place].path, method, &operation)
                self.items[place].item[member: method] = operation
            }
        }
    }

    // MARK: Parts

    /// Adds a named part: a security scheme, a schema. Swagger and OpenAPI have their own places.
    mutating func add(_ name: String, _ value: TemplateNode, to openAPI: String, swagger: String) {
        if self.isOpenAPI3 {
            var components = self.root[member: "components"] ?? .map([], at: value.location)
            var holder = components[member: openAPI] ?? .map([], at: value.location)
            holder[member: name] = value
            components[member: openAPI] = holder
            self.root[member: "components"] = components
        } else {
            var holder = self.root[member: swagger] ?? .map([], at: value.location)
            holder[member: name] = value
            self.root[member: swagger] = holder
        }
    }

    mutating func addScheme(_ name: String, _ value: TemplateNode, keepsExisting: Bool = false) {
        let existing =
            self.isOpenAPI3
            ? self.root[member: "components"]?[member: "securitySchemes"] : self.root[member: "securityDefinitions"]
        if keepsExisting, existing?[member: name] != nil { return }
        self.add(name, value, to: "securitySchemes", swagger: "securityDefinitions")
    }
}

extension TemplateNode {
    /// The security requirements of an operation.
    var security: [TemplateNode] { self[member: "security"]?.list ?? [] }

    mutating func appendSecurity(_ name: String, scopes: [TemplateNode] = [], at location: SourceLocation) {
        let requirement = TemplateNode.map([(name, .list(scopes, at: location))], at: location)
        self[member: "security"] = .list(self.security + [requirement], at: location)
    }
}
