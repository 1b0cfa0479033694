import CoreTypes

extension OpenAPIExport {
    func document(of api: HTTPAPI) -> JSON {
        var document = self.head(name: api.name, description: api.description, version: api.version, id: api.id)
        var paths = JSONObject()
        for route in api.routes {
            let path = route.method == nil ? "/$default" : route.path
            var item = paths[path]?.objectValue ?? JSONObject()
            item[self.key(of: route.method ?? "ANY")] = self.operation(route)
            paths[path] = .object(item)
        }
        document["paths"] = .object(paths)
        let schemes = self.schemes(
            api.authorizers, usesIAM: api.routes.contains { $0.authorization == .iam }, usesKeys: false, kind: .http)
        if !schemes.isEmpty { document["components"] = ["securitySchemes": .object(schemes)] }
        if let cors = api.cors { document["x-amazon-apigateway-cors"] = Self.cors(cors) }
        if api.disablesExecuteAPIEndpoint {
            var server = document["servers"]?.arrayValue?.first?.objectValue ?? ["url": "/"]
            server["x-amazon-apigateway-endpoint-configuration"] = ["disableExecuteApiEndpoint": true]
            document["servers"] = .array([.object(server)])
        }
        document["x-amazon-apigateway-importexport-version"] = "1.0"
        return .object(document)
    }

    private func operation(_ route: HTTPAPI.Route) -> JSON {
        var json = JSONObject()
        if let name = route.operationName { json["operationId"] = .string(name) }
        if route.method == nil { json["isDefaultRoute"] = true }
        json["responses"] = ["default": ["description": .string("Default response for \(route.routeKey)")]]
        let parameters = route.path.split(separator: "/").filter { $0.hasPrefix("{") && $0.hasSuffix("}") }.map { part in
            let name = part.dropFirst().dropLast()
            return [
                "name": .string(String(name.hasSuffix("+") ? name.dropLast() : name)), "in": "path", "required": true,
                "schema": ["type": "string"],
            ] as JSON
        }
        if !parameters.isEmpty { json["parameters"] = .array(parameters) }
        let security = self.security(route.authorization, apiKeyRequired: false)
        if security != [] { json["security"] = security }
        json["x-amazon-apigateway-integration"] = Self.integration(route.integration, .http)
        return .object(json)
    }

    private static func cors(_ cors: HTTPAPI.CORS) -> JSON {
        var json = JSONObject()
        func add(_ name: String, _ texts: [String]) { if !texts.isEmpty { json[name] = .array(texts.map(JSON.string)) } }
        add("allowMethods", cors.allowMethods)
        add("allowHeaders", cors.allowHeaders)
        add("allowOrigins", cors.allowOrigins)
        add("exposeHeaders", cors.exposeHeaders)
        if let seconds = cors.maxAgeSeconds { json["maxAge"] = .number(JSONNumber(seconds)) }
        if cors.allowsCredentials { json["allowCredentials"] = true }
        return .object(json)
    }
}
