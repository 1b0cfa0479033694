/// `Cors` of a REST API: an OPTIONS method with a MOCK integration on every path that has none.
struct ServerlessCORS {
    private let reader: PropertyReader
    private static let allMethods = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]

    init(_ api: ServerlessRestAPI) { self.reader = api.reader }

    private struct Settings {
        var location: SourceLocation
        var origin: TemplateNode
        var headers: TemplateNode?
        var methods: TemplateNode?
        var maxAge: TemplateNode?
        var allowsCredentials = false
    }

    func add(to document: inout ServerlessDocument) {
        guard let settings = self.settings() else { return }
        var done: Set<String> = []
        for path in document.paths {
            // `/a` and `/a/` are one resource.
            let resource = path == "/" ? path : String(path.reversed().drop { $0 == "/" }.reversed())
            guard done.insert(resource).inserted, document[path, "options"] == nil else { continue }
            document[path, "options"] = self.operation(settings, methods: document.methods(of: path))
        }
    }

    private func settings() -> Settings? {
        guard let value = self.reader.value("Cors") else { return nil }
        if let text = value.text {
            if text.isEmpty { return nil }
            return Settings(location: value.location, origin: value)
        }
        guard let map = self.reader.map("Cors") else { return nil }
        map.check(
            PropertyTable(emulated: ["AllowCredentials", "AllowHeaders", "AllowMethods", "AllowOrigin", "MaxAge"]))
        var settings = Settings(
            location: map.location, origin: map.value("AllowOrigin") ?? .text("'*'", at: map.location))
        settings.headers = map.value("AllowHeaders")
        settings.methods = map.value("AllowMethods")
        settings.maxAge = map.value("MaxAge")
        settings.allowsCredentials = map.boolean("AllowCredentials") ?? false
        if settings.allowsCredentials, settings.origin.text == "'*'" {
            map.error(
                "Unable to add Cors configuration because 'AllowCredentials' can not be true when 'AllowOrigin' is \"'*'\" or not set.",
                at: "AllowCredentials")
        }
        for (name, node) in [
            ("AllowOrigin", settings.origin as TemplateNode?), ("AllowHeaders", settings.headers),
            ("AllowMethods", settings.methods), ("MaxAge", settings.maxAge),
        ] {
            guard let text = node?.text, !text.hasPrefix("'") else { continue }
            map.notice(
                "API Gateway takes this for a mapping expression, not for a value: it needs quotes within the quotes, \"'\(text)'\".",
                at: name)
        }
        return settings
    }

    private func operation(_ settings: Settings, methods: [String]) -> TemplateNode {
        let location = settings.location
        func text(_ text: String) -> TemplateNode { .text(text, at: location) }
        var values: [(String, TemplateNode)] = [("Access-Control-Allow-Origin", settings.origin)]
        if let headers = settings.headers { values.append(("Access-Control-Allow-Headers", headers)) }
        values.append(("Access-Control-Allow-Methods", settings.methods ?? text("'\(Self.allowed(methods))'")))
        if let maxAge = settings.maxAge { values.append(("Access-Control-Max-Age", maxAge)) }
        if settings.allowsCredentials { values.append(("Access-Control-Allow-Credentials", text("'true'"))) }
        let response = TemplateNode.map(
            [
                ("statusCode", text("200")),
                ("responseParameters", .map(values.map { ("method.response.header.\($0.0)", $0.1) }, at: location)),
                ("responseTemplates", .map([("application/json", text("{}\n"))], at: location)),
            ], at: location)
        let integration = TemplateNode.map(
            [
                ("type", text("mock")),
                ("requestTemplates", .map([("application/json", text("{\n  \"statusCode\" : 200\n}\n"))], at: location)),
                ("responses", .map([("default", response)], at: location)),
            ], at: location)
        let headers = TemplateNode.map(values.map { ($0.0, .map([("type", text("string"))], at: location)) }, at: location)
        return .map(
            [
                ("summary", text("CORS support")), ("x-amazon-apigateway-integration", integration),
                (
                    "responses",
                    .map(
                        [
                            (
                                "200",
                                .map(
                                    [("description", text("Default response for CORS method")), ("headers", headers)],
                                    at: location)
                            )
                        ], at: location)
                ),
            ], at: location)
    }

    /// The methods of the path and OPTIONS, sorted; all where it has ANY.
    private static func allowed(_ methods: [String]) -> String {
        if methods.contains(ServerlessDocument.anyMethod) { return self.allMethods.joined(separator: ",") }
        return Set(methods.map { $0.uppercased() } + ["OPTIONS"]).sorted().joined(separator: ",")
    }
}
