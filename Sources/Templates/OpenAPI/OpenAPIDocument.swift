import APIGateway

/// An OpenAPI 3.0 or Swagger 2.0 document as its readers see it: the root and what references within it name.
///
/// Swagger's places (`definitions`) and OpenAPI's (`components/schemas`) are both looked at, as SAM mixes them.
struct OpenAPIDocument {
    /// References to references; more of them go in a circle.
    static let referenceDepth = 16
    static let verbs = ["get", "put", "post", "delete", "options", "head", "patch"]
    static let anyMethod = "x-amazon-apigateway-any-method"

    let root: PropertyReader

    /// `nil` once the error is reported: AWS refuses what is no such document with `Invalid OpenAPI input.`
    init?(_ root: PropertyReader) {
        self.root = root
        let version = root.text("openapi") ?? root.text("swagger")
        guard let version, version.hasPrefix("3.") || version == "2.0" || version == "2" else {
            root.evaluation.error(
                "Invalid OpenAPI input. The document has to begin with openapi: 3.0.1 or swagger: \"2.0\".", at: root.location,
                path: root.path(root.members["swagger"] == nil ? "openapi" : "swagger"))
            return nil
        }
        if version.hasPrefix("3."), !version.hasPrefix("3.0") {
            root.notice(
                "API Gateway supports OpenAPI 3.0 and Swagger 2.0 definitions (API Gateway developer guide, \"Develop REST APIs "
                    + "using OpenAPI\"); this one is read as 3.0, and what later versions added is not heeded.", at: "openapi")
        }
        guard root.members["paths"] != nil else {
            root.evaluation.error(
                "Invalid OpenAPI input. The document has no paths.", at: root.location, path: root.path("paths"))
            return nil
        }
    }

    var title: String? { self.root.map("info")?.text("title") }
    var description: String? { self.root.map("info")?.text("description") }
    var version: String? { self.root.map("info")?.text("version") }

    /// Everything of a kind, by name: `schemas`, `securitySchemes`, `parameters`, `responses`, …
    func components(_ openAPI: String, swagger: String? = nil) -> [(name: String, reader: PropertyReader)] {
        let places = [swagger.flatMap { self.root.map($0) }, self.root.map("components")?.map(openAPI)]
        return places.compactMap(\.self).flatMap { place in
            place.members.names.compactMap { name in place.map(name).map { (name, self.followed($0)) } }
        }
    }

    /// A member that may be a `$ref`.
    func member(_ name: String, of reader: PropertyReader) -> PropertyReader? { reader.map(name).map(self.followed) }

    /// What `$ref` names, where the value is one.
    func followed(_ reader: PropertyReader) -> PropertyReader {
        var reader = reader
        for _ in 0..<Self.referenceDepth {
            guard let reference = reader.members["$ref"]?.text else { return reader }
            guard reference.hasPrefix("#/") else {
                reader.error("References beyond this document are not read: \"\(reference)\". Copy it in.", at: "$ref")
                return self.nothing(reader)
            }
            var place: PropertyReader? = self.root
            for step in reference.dropFirst(2).split(separator: "/") {
                place = place?.map(String(step).replacing("~1", with: "/").replacing("~0", with: "~"))
            }
            guard let place else {
                reader.error("The document has no \"\(reference)\".", at: "$ref")
                return self.nothing(reader)
            }
            reader = place
        }
        reader.error("These references go in a circle.", at: "$ref")
        return self.nothing(reader)
    }

    private func nothing(_ reader: PropertyReader) -> PropertyReader {
        PropertyReader(reader.evaluation, TemplateMap(), at: reader.location, path: reader.path)
    }

    // MARK: Operations

    struct Operation {
        var path: String
        /// In capitals.
        var method: String
        var reader: PropertyReader
        /// Of the path item.
        var item: PropertyReader
        /// Where the operation stands.
        var location: SourceLocation
    }

    func operations() -> [Operation] {
        guard let paths = self.root.map("paths") else { return [] }
        return paths.members.names.filter { !$0.hasPrefix("x-") }.flatMap { path -> [Operation] in
            guard let item = self.member(path, of: paths) else { return [] }
            return item.members.entries.compactMap { entry in
                guard let method = self.method(entry.name) else {
                    self.tell(of: entry, in: item)
                    return nil
                }
                guard let reader = item.map(entry.name) else { return nil }
                return Operation(path: path, method: method, reader: reader, item: item, location: entry.location)
            }
        }
    }

    /// Paths that hold no operation too.
    var paths: [(path: String, location: SourceLocation)] {
        self.root.map("paths")?.members.entries.filter { !$0.name.hasPrefix("x-") }.map { ($0.name, $0.location) } ?? []
    }

    private func method(_ name: String) -> String? {
        if name.lowercased() == Self.anyMethod || name.lowercased() == "any" { return "ANY" }
        return Self.verbs.contains(name.lowercased()) ? name.uppercased() : nil
    }

    private static let itemMembers = ["parameters", "summary", "description", "servers", "$ref"]

    private func tell(of entry: TemplateMap.Entry, in item: PropertyReader) {
        if Self.itemMembers.contains(entry.name) { return }
        if entry.name.hasPrefix("x-"), !entry.name.hasPrefix("x-amazon-apigateway-") { return }
        item.warning("API Gateway knows no such member of a path; it has no effect.", at: entry.name)
    }

    // MARK: Base path (API Gateway developer guide, "Set the OpenAPI basePath property")

    /// Swagger's `basePath`; OpenAPI's server variable of that name, else the path of the first server.
    var basePath: String {
        if let path = self.root.text("basePath") { return path }
        let servers = self.root.maps("servers") ?? []
        for server in servers {
            if let path = server.map("variables")?.map("basePath")?.text("default") {
                return path.hasPrefix("/") ? path : "/" + path
            }
        }
        guard let url = servers.first?.text("url") else { return "" }
        let behindScheme = url.firstRange(of: "://").map { url[$0.upperBound...] } ?? url[...]
        let path = behindScheme.firstIndex(of: "/").map { behindScheme[$0...] } ?? ""
        return path.contains("{") ? "" : String(path)
    }

    enum BasePathMode: String, CaseIterable {
        case ignore
        case prepend
        /// The first segment is dropped: it is meant for the stage.
        case split
    }

    func path(_ path: String, _ mode: BasePathMode) -> String {
        var segments = self.basePath.split(separator: "/")
        switch mode {
        case .ignore: return path
        case .split: segments = Array(segments.dropFirst())
        case .prepend: break
        }
        guard !segments.isEmpty else { return path }
        let prefix = "/" + segments.joined(separator: "/")
        return path == "/" ? prefix : prefix + path
    }
}
