import APIGateway

/// The operation of a REST API that an Api event describes.
struct ServerlessOperation {
    private let api: ServerlessRestAPI
    private let event: RouteEvent
    private var location: SourceLocation { self.event.location }
    private var key: String { ServerlessDocument.key(of: self.event.method ?? "ANY") }

    init(_ api: ServerlessRestAPI, _ event: RouteEvent) {
        self.api = api
        self.event = event
    }

    /// - Parameter merges: `MergeDefinitions`: what the event says wins over the same members of the definition.
    func add(to document: inout ServerlessDocument, auth: ServerlessRestAuth, merges: Bool) {
        let existing = document[self.event.routePath, self.key]
        if !merges, existing?[member: "x-amazon-apigateway-integration"] != nil {
            self.api.evaluation.error(
                "API method \"\(self.key)\" defined multiple times for path \"\(self.event.routePath)\".", at: self.location,
                path: self.event.path)
            return
        }
        document[self.event.routePath, self.key] = TemplateNode.map(
            [
                ("x-amazon-apigateway-integration", self.integration(auth)),
                ("responses", .map([], at: self.location)),
            ], at: self.location)
        auth.apply(self.event, to: &document)
        self.addModel(to: &document)
        self.addParameters(to: &document)
        guard merges, let existing, var merged = document[self.event.routePath, self.key] else { return }
        for entry in existing.map?.entries ?? [] where merged[member: entry.name] == nil {
            merged[member: entry.name] = entry.value
        }
        document[self.event.routePath, self.key] = merged
    }

    private func integration(_ auth: ServerlessRestAuth) -> TemplateNode {
        let properties = self.event.properties
        let streams = properties.text("ResponseTransferMode") == "RESPONSE_STREAM"
        var members: [(String, TemplateNode)] = [
            ("type", .text("aws_proxy", at: self.location)), ("httpMethod", .text("POST", at: self.location)),
            ("uri", self.event.uri(self.api.evaluation, streams: streams)),
        ]
        if streams { members.append(("responseTransferMode", .text("STREAM", at: self.location))) }
        if let credentials = auth.credentials(of: self.event) { members.append(("credentials", credentials)) }
        if let timeout = properties.value("TimeoutInMillis") { members.append(("timeoutInMillis", timeout)) }
        return .map(members, at: self.location)
    }

    private func edit(_ document: inout ServerlessDocument, _ edit: (inout TemplateNode) -> Void) {
        guard var operation = document[self.event.routePath, self.key] else { return }
        edit(&operation)
        document[self.event.routePath, self.key] = operation
    }

    // MARK: Models and parameters

    private func addModel(to document: inout ServerlessDocument) {
        guard let request = self.event.properties.map("RequestModel") else { return }
        request.check(PropertyTable(emulated: ["Model", "Required", "ValidateBody", "ValidateParameters"]))
        guard let name = request.required("Model") else { return }
        guard let models = self.api.reader.map("Models"), models.members[name] != nil else {
            request.error(
                "Unable to set RequestModel [\(name)] on API method [\(self.key)] for path [\(self.event.routePath)] "
                    + "because it wasn't defined in the API's Models.",
                at: "Model")
            return
        }
        let isOpenAPI3 = document.isOpenAPI3
        self.edit(&document) { operation in
            let reference = TemplateNode.map(
                [
                    (
                        "$ref",
                        .text("#/\(isOpenAPI3 ? "components/schemas" : "definitions")/\(name.lowercased())", at: self.location)
                    )
                ],
                at: self.location)
            if isOpenAPI3 {
                let content = TemplateNode.map(
                    [("application/json", .map([("schema", reference)], at: self.location))], at: self.location)
                operation[member: "requestBody"] = .map([("content", content)], at: self.location)
            } else {
                let parameter = TemplateNode.map(
                    [
                        ("in", .text("body", at: self.location)), ("name", .text(name.lowercased(), at: self.location)),
                        ("schema", reference),
                    ], at: self.location)
                operation[member: "parameters"] = .list(
                    (operation[member: "parameters"]?.list ?? []) + [parameter], at: self.location)
            }
        }
        self.addValidator(request, to: &document)
    }

    private func addValidator(_ request: PropertyReader, to document: inout ServerlessDocument) {
        guard request.members["ValidateBody"] != nil || request.members["ValidateParameters"] != nil else { return }
        let body = request.boolean("ValidateBody") ?? false
        let parameters = request.boolean("ValidateParameters") ?? false
        let name = body ? (parameters ? "body-and-params" : "body-only") : (parameters ? "params-only" : "no-validation")
        let extensionName = "x-amazon-apigateway-request-validators"
        var validators = document[root: extensionName] ?? .map([], at: self.location)
        if validators[member: name] == nil {
            validators[member: name] = .map(
                [
                    ("validateRequestBody", .bool(body, at: self.location)),
                    ("validateRequestParameters", .bool(parameters, at: self.location)),
                ], at: self.location)
        }
        document[root: extensionName] = validators
        self.edit(&document) {
            $0[member: "x-amazon-apigateway-request-validator"] = .text(name, at: self.location)
        }
    }

    /// Names, or names with `Required` and `Caching`.
    private func addParameters(to document: inout ServerlessDocument) {
        guard let elements = self.event.properties.list("RequestParameters") else { return }
        var parameters: [TemplateNode] = []
        var cacheKeys: [TemplateNode] = []
        for element in elements {
            guard let name = element.text ?? element.map?.names.first else { continue }
            let settings = element.map?[name]
            let parts = name.split(separator: ".", maxSplits: 3).map(String.init)
            guard parts.count == 4, parts[0] == "method", parts[1] == "request",
                ["querystring", "path", "header"].contains(parts[2])
            else {
                self.event.properties.error(
                    "Invalid value for 'RequestParameters' property. Keys must be in the format "
                        + "'method.request.[querystring|path|header].{value}', e.g 'method.request.header.Authorization'.",
                    at: "RequestParameters")
                continue
            }
            parameters.append(
                .map(
                    [
                        ("in", .text(parts[2] == "querystring" ? "query" : parts[2], at: element.location)),
                        ("name", .text(parts[3], at: element.location)),
                        ("required", .bool(settings?[member: "Required"]?.isTrue ?? false, at: element.location)),
                        ("type", .text("string", at: element.location)),
                    ], at: element.location))
            if settings?[member: "Caching"]?.isTrue == true { cacheKeys.append(.text(name, at: element.location)) }
        }
        self.edit(&document) { operation in
            operation[member: "parameters"] = .list((operation[member: "parameters"]?.list ?? []) + parameters, at: self.location)
            if !cacheKeys.isEmpty, var integration = operation[member: "x-amazon-apigateway-integration"] {
                integration[member: "cacheKeyParameters"] = .list(cacheKeys, at: self.location)
                operation[member: "x-amazon-apigateway-integration"] = integration
            }
        }
    }
}

extension RouteEvent {
    /// The URI of the event's function, or of the alias that it publishes.
    func uri(_ evaluation: Evaluation, streams: Bool = false) -> TemplateNode {
        let alias = evaluation.publishedAlias(of: self.function).map { ":" + $0 } ?? ""
        let arn = evaluation.functionARN(evaluation.physicalName(of: self.function)) + alias
        let (version, action) =
            streams ? ("2021-11-15", "response-streaming-invocations") : ("2015-03-31", "invocations")
        let options = evaluation.options
        return .text(
            "arn:\(options.partition):apigateway:\(options.region):lambda:path/\(version)/functions/\(arn)/\(action)",
            at: self.location)
    }
}
