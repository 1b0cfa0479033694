import APIGateway

/// What `AWS::ApiGateway::RestApi` and `AWS::ApiGatewayV2::Api` have in common: an id, a definition that may hold the whole API, and
/// resources that name it.
struct APIResource {
    let evaluation: Evaluation
    let resource: Resource
    let properties: PropertyReader
    let id: String

    init(_ evaluation: Evaluation, _ resource: Resource) {
        self.evaluation = evaluation
        self.resource = resource
        self.properties = PropertyReader(evaluation, resource)
        self.id = API.id(forLogicalID: resource.logicalID)
        evaluation.gatewayPlaces.add(api: self.id, at: resource.location, path: resource.path)
    }

    /// The API as its definition has it, or with a name alone where it has none; `nil` once an error is reported.
    /// - Parameters:
    ///   - basePath: what holds the property that says what becomes of the document's base path.
    ///   - read: reads the definition into the API that it is given.
    func read<Value>(
        _ api: Value, name: WritableKeyPath<Value, String>, basePath: (holder: PropertyReader?, property: String),
        by read: (PropertyReader, Value, OpenAPIDocument.BasePathMode) -> Value?
    ) -> Value? {
        guard let body = DefinitionBody(self.properties, body: "Body", location: "BodyS3Location").read() else {
            var api = api
            api[keyPath: name] = self.properties.text("Name") ?? self.evaluation.options.stackName
            return api
        }
        let mode = basePath.holder.flatMap { holder in
            holder.members[basePath.property] == nil
                ? nil : holder.choice(basePath.property, of: OpenAPIDocument.BasePathMode.allCases)
        }
        let earlier = self.evaluation.diagnostics.importWarnings.count
        let definition = read(body, api, mode ?? .ignore)
        if self.properties.boolean("FailOnWarnings") ?? false {
            self.evaluation.diagnostics.failOnImportWarnings(after: earlier)
        }
        guard var api = definition else { return nil }
        api[keyPath: name] = self.properties.text("Name") ?? OpenAPIDocument(body)?.title ?? ""
        return api
    }

    /// The resources of a type that name this API in a property.
    func parts(_ type: String, by property: String) -> [(resource: Resource, reader: PropertyReader)] {
        GatewayReader.resources(type, in: self.evaluation).map { ($0, PropertyReader(self.evaluation, $0)) }
            .filter { $0.1.text(property) == self.id }
    }
}
