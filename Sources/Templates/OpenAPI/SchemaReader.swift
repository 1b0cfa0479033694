import APIGateway
import CoreTypes

/// Schemas of a document as models, and who uses them.
struct SchemaReader {
    private let document: OpenAPIDocument
    private let apiID: String
    private(set) var models: [RestAPI.Model] = []

    init(_ document: OpenAPIDocument, apiID: String) {
        self.document = document
        self.apiID = apiID
        for (place, swagger) in [("definitions", true), ("schemas", false)] {
            let holder = swagger ? document.root.map(place) : document.root.map("components")?.map(place)
            for name in holder?.members.names ?? [] {
                guard let holder, let schema = holder.value(name) else { continue }
                if name.isEmpty || !name.utf8.allSatisfy(\.isLetterOrDigit) {
                    holder.warning("AWS refuses this name of a model: letters and digits only.", at: name)
                }
                var model = RestAPI.Model(name: name, schema: self.schema(schema))
                model.description = schema.map?["description"]?.text
                self.models.append(model)
            }
        }
    }

    // MARK: Requests and responses

    /// Swagger: the body parameter for each type that the operation consumes; OpenAPI: the content of the request body.
    mutating func requestModels(of operation: OpenAPIDocument.Operation, body: PropertyReader?) -> [RestAPI.ModelReference] {
        if let schema = body?.value("schema") {
            let model = self.model(for: schema)
            return self.types("consumes", operation).map { RestAPI.ModelReference(contentType: $0, model: model) }
        }
        guard let content = self.document.member("requestBody", of: operation.reader)?.map("content") else { return [] }
        return self.models(in: content)
    }

    mutating func responses(of operation: OpenAPIDocument.Operation) -> [RestAPI.MethodResponse] {
        guard let map = operation.reader.map("responses") else { return [] }
        var responses: [RestAPI.MethodResponse] = []
        for name in map.members.names {
            guard let reader = self.document.member(name, of: map) else { continue }
            // `default` has no status that a method response could have.
            guard name.utf8.count == 3, name.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
                if name != "default", !name.hasPrefix("x-") {
                    map.warning("API Gateway knows responses by their status code only; it has no effect.", at: name)
                }
                continue
            }
            var response = RestAPI.MethodResponse(statusCode: name)
            response.description = reader.text("description").flatMap { $0.isEmpty ? nil : $0 }
            response.headers = (reader.map("headers")?.members.names ?? []).map { .init($0, isRequired: false) }
            if let schema = reader.value("schema") {
                let model = self.model(for: schema)
                response.models = self.types("produces", operation).map { .init(contentType: $0, model: model) }
            } else if let content = reader.map("content") {
                response.models = self.models(in: content)
            }
            responses.append(response)
        }
        return responses
    }

    private mutating func models(in content: PropertyReader) -> [RestAPI.ModelReference] {
        var references: [RestAPI.ModelReference] = []
        for type in content.members.names {
            guard let schema = content.map(type)?.value("schema") else { continue }
            references.append(RestAPI.ModelReference(contentType: type, model: self.model(for: schema)))
        }
        return references
    }

    private func types(_ name: String, _ operation: OpenAPIDocument.Operation) -> [String] {
        operation.reader.texts(name) ?? self.document.root.texts(name) ?? ["application/json"]
    }

    // MARK: Schemas

    /// The model that a reference names; a schema in its place becomes a model of its own, as on AWS.
    private mutating func model(for schema: TemplateNode) -> String {
        if let reference = schema.map?["$ref"]?.text, schema.map?.entries.count == 1 {
            if let name = RestAPI.Model.name(inReference: reference) ?? Self.localName(reference) { return name }
        }
        let json = self.schema(schema)
        let name = "MODEL" + API.id(forLogicalID: json.description).prefix(6)
        if !self.models.contains(where: { $0.name == name }) { self.models.append(RestAPI.Model(name: name, schema: json)) }
        return name
    }

    /// `#/definitions/Pet`, `#/components/schemas/Pet`
    private static func localName(_ reference: String) -> String? {
        for prefix in ["#/definitions/", "#/components/schemas/"] where reference.hasPrefix(prefix) {
            return String(reference.dropFirst(prefix.utf8.count))
        }
        return nil
    }

    /// The schema with references to models as API Gateway writes them.
    private func schema(_ node: TemplateNode) -> JSON { Self.rewritten(node.json, apiID: self.apiID, depth: 0) }

    /// A schema that is nested deeper is left as it is: the parser takes no more levels than that.
    private static func rewritten(_ json: JSON, apiID: String, depth: Int) -> JSON {
        guard depth <= TemplateParser.depth else { return json }
        switch json {
        case .array(let elements): return .array(elements.map { self.rewritten($0, apiID: apiID, depth: depth + 1) })
        case .object(let members):
            return .object(
                JSONObject(
                    members.members.map { name, value in
                        if name == "$ref", let reference = value.stringValue, let model = self.localName(reference) {
                            return (name, .string(RestAPI.Model.reference(to: model, apiID: apiID)))
                        }
                        return (name, self.rewritten(value, apiID: apiID, depth: depth + 1))
                    }))
        case .null, .bool, .number, .string: return json
        }
    }
}
