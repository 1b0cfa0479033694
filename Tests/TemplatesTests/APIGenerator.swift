import APIGateway
import CoreTypes
import Templates

/// APIs that a seed decides: every member in every state that a document can say.
struct APIGenerator {
    private var state: UInt64
    private let id = API.id(forLogicalID: OpenAPILoader.logicalID)

    init(seed: UInt64) { self.state = seed &* 0x9E37_79B9_7F4A_7C15 }

    // MARK: Choices

    private mutating func next(_ bound: Int) -> Int {
        self.state = self.state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((self.state >> 33) % UInt64(bound))
    }

    private mutating func flag() -> Bool { self.next(2) == 0 }
    private mutating func pick<Element>(_ elements: [Element]) -> Element { elements[self.next(elements.count)] }
    private mutating func maybe<Value>(_ make: (inout Self) -> Value) -> Value? { self.flag() ? make(&self) : nil }

    private mutating func some<Value>(_ most: Int, _ make: (inout Self, Int) -> Value) -> [Value] {
        (0..<self.next(most + 1)).map { make(&self, $0) }
    }

    /// Anything that a text may hold: quotes, references to stage variables, Korean, line ends, what looks like other types.
    private mutating func text() -> String {
        self.pick([
            "plain", "two words", "\"quoted\" \\ 'text'", "한글 본문", "line\nline\n", "${stageVariables.name}", "true", "0017",
            "{\"a\": [1, \"b\"]}", "#set($x = $input.path('$'))\n$x", " ends with blanks ", "~", "a: b", "<<", "\t",
        ])
    }

    private mutating func mappings(_ prefix: String, _ sources: [String]) -> [ParameterMapping] {
        self.some(3) { generator, index in ParameterMapping("\(prefix)name\(index)", generator.pick(sources)) }
    }

    private mutating func templates() -> [TemplateForContentType] {
        self.some(2) { generator, index in
            TemplateForContentType(["application/json", "text/xml", "$default"][index], MappingTemplate(generator.text()))
        }
    }

    // MARK: REST

    mutating func restAPI(isSwagger: Bool) -> RestAPI {
        var stage = RestAPI.Stage(name: "Prod")
        stage.deploymentID = String(API.id(forLogicalID: self.id + "/deployment").prefix(6))
        var api = RestAPI(id: self.id, logicalID: OpenAPILoader.logicalID, name: self.text(), stages: [stage])
        api.description = self.pick(["", "what it does", "설명"])
        api.version = self.pick(["1.0", "2026-11-21", "v2"])
        api.apiKeySource = self.pick(RestAPI.APIKeySource.allCases)
        api.binaryMediaTypes = self.some(2) { _, index in ["image/png", "*/*"][index] }
        api.minimumCompressionBytes = self.maybe { $0.next(10_000) }
        api.disablesExecuteAPIEndpoint = self.flag()
        api.vpcEndpointIDs = self.some(2) { _, index in "vpce-\(index)" }
        api.policy = self.maybe { generator in
            [
                "Version": "2012-10-17",
                "Statement": [
                    [
                        "Effect": .string(generator.pick(["Allow", "Deny"])), "Principal": "*", "Action": "execute-api:Invoke",
                        "Resource": ["execute-api:/*"],
                    ]
                ],
            ]
        }
        api.authorizers = self.some(4) { generator, index in generator.restAuthorizer("auth\(index)") }
        api.models = self.some(3) { generator, index in generator.model("Model\(index)") }
        api.requestValidators = self.some(2) { generator, index in
            RestAPI.RequestValidator(
                name: "validator\(index)", validatesBody: generator.flag(), validatesParameters: generator.flag())
        }
        api.gatewayResponses = self.some(3) { generator, index in
            var response = RestAPI.GatewayResponse(
                type: GatewayResponseType.allCases[index * 5], statusCode: generator.maybe { $0.pick(["403", "418"]) })
            response.parameters = generator.mappings("gatewayresponse.header.", ["'a'", "context.error.message"])
            response.templates = generator.templates()
            return response
        }
        api.resources = self.paths().map { path in
            let methods = self.some(path == "/" ? 1 : 3) { generator, index in
                generator.method(["GET", "ANY", "POST"][index], path: path, api, isSwagger: isSwagger)
            }
            return RestAPI.Resource(id: RestAPI.resourceID(apiID: self.id, path: path), path: path, methods: methods)
        }
        return api
    }

    private mutating func paths() -> [String] {
        let all = ["/", "/orders", "/orders/{id}", "/orders/{id}/items", "/files", "/files/{proxy+}", "/a-b_c.d"]
        return Array(all.prefix(1 + self.next(all.count)))
    }

    private mutating func function(_ kind: API.Kind) -> LambdaAuthorizer {
        var function = LambdaAuthorizer(
            uri: FunctionTarget(name: "gate", qualifier: self.maybe { _ in "live" }).invocationURI(
                region: "us-east-1", account: "123456789012"),
            credentials: self.maybe { _ in "arn:aws:iam::123456789012:role/x" })
        if kind == .http {
            function.payloadFormat = self.pick(PayloadFormat.allCases)
            function.enablesSimpleResponses = self.flag()
        }
        return function
    }

    private mutating func restAuthorizer(_ name: String) -> Authorizer {
        let id = Authorizer.id(apiID: self.id, name: name)
        let seconds = self.pick([0, 1, 300, 3600])
        let header = "method.request.header." + self.pick(["Authorization", "X-Token"])
        switch self.next(3) {
        case 0:
            let kind = Authorizer.Kind.token(self.function(.rest), validationExpression: self.maybe { _ in "^Bearer [a-z]+$" })
            return Authorizer(id: id, name: name, kind: kind, identitySources: [header], resultTTLSeconds: seconds)
        case 1:
            let sources = [header] + self.some(2) { _, index in ["method.request.querystring.q", "stageVariables.s"][index] }
            return Authorizer(
                id: id, name: name, kind: .request(self.function(.rest)), identitySources: sources, resultTTLSeconds: seconds)
        default:
            let arns = ["arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_a"]
            return Authorizer(
                id: id, name: name, kind: .cognitoUserPools(providerARNs: arns), identitySources: [header],
                resultTTLSeconds: seconds)
        }
    }

    private mutating func model(_ name: String) -> RestAPI.Model {
        let reference = RestAPI.Model.reference(to: "Model0", apiID: self.id)
        var model = RestAPI.Model(
            name: name,
            schema: [
                "type": "object", "required": ["id"],
                "properties": ["id": ["type": "integer"], "이름": ["type": "string"], "other": ["$ref": .string(reference)]],
            ])
        if self.flag(), case .object(var schema) = model.schema {
            model.description = "a model"
            schema["description"] = "a model"
            model.schema = .object(schema)
        }
        return model
    }

    private mutating func method(_ verb: String, path: String, _ api: RestAPI, isSwagger: Bool) -> RestAPI.Method {
        var method = RestAPI.Method(httpMethod: verb, integration: self.restIntegration())
        method.operationName = self.maybe { _ in "operation" }
        method.apiKeyRequired = self.flag()
        method.authorization = self.authorization(api.authorizers)
        method.requestParameters = self.some(2) { generator, index in
            .init([.header, .querystring][index], "p\(index)", isRequired: generator.flag())
        }
        for part in path.split(separator: "/") where part.hasPrefix("{") {
            let name = part.dropFirst().dropLast()
            method.requestParameters.append(.init(.path, String(name.hasSuffix("+") ? name.dropLast() : name), isRequired: true))
        }
        method.requestValidator = api.requestValidators.first?.name
        if let model = api.models.last?.name {
            method.requestModels = self.references(model)
            method.responses = self.some(2) { generator, index in
                var response = RestAPI.MethodResponse(statusCode: ["200", "404"][index])
                response.description = generator.maybe { _ in "answer" }
                response.headers = generator.some(2) { _, index in .init("X-\(index)", isRequired: false) }
                return response
            }
            // Swagger says which types are produced for all responses of an operation at once.
            if self.flag(), !method.responses.isEmpty {
                let models = self.references(model)
                method.responses[0].models = models
                if !isSwagger, method.responses.count > 1 { method.responses[1].models = self.references(model) }
            }
        }
        return method
    }

    private mutating func references(_ model: String) -> [RestAPI.ModelReference] {
        self.some(2) { _, index in .init(contentType: ["application/json", "application/xml"][index], model: model) }
    }

    private mutating func authorization(_ authorizers: [Authorizer]) -> Authorization {
        switch self.next(3) {
        case 0: return .none
        case 1: return .iam
        default:
            guard let authorizer = authorizers.last else { return .none }
            return .authorizer(name: authorizer.name, scopes: self.some(2) { _, index in "scope/\(index)" })
        }
    }

    private mutating func restIntegration() -> Integration {
        let type = self.pick(Integration.Kind.allCases)
        var integration = Integration(type: type)
        switch type {
        case .mock: break
        case .http, .httpProxy:
            integration.httpMethod = self.pick(["ANY", "GET"])
            integration.uri = "https://example.com/${stageVariables.path}/{id}"
            if self.flag() { integration.connection = .vpcLink(id: self.pick(["abc123", "${stageVariables.link}"])) }
            integration.tls = self.maybe { .init(skipsVerification: $0.flag()) }
        case .aws:
            integration.httpMethod = "POST"
            integration.uri = self.pick([
                "arn:aws:apigateway:us-east-1:sqs:path/123456789012/queue",
                "arn:aws:apigateway:us-east-1:sqs:action/SendMessage&Version=2012-11-05",
            ])
            integration.credentials = "arn:aws:iam::*:user/*"
        case .awsProxy:
            integration.httpMethod = "POST"
            integration.uri = FunctionTarget(name: "${stageVariables.name}", qualifier: "live")
                .invocationURI(region: "us-east-1", account: "123456789012")
            integration.responseTransferMode = self.pick(Integration.ResponseTransferMode.allCases)
        }
        integration.passthroughBehavior = self.pick(Integration.PassthroughBehavior.allCases)
        integration.contentHandling = self.maybe { $0.pick(Integration.ContentHandling.allCases) }
        integration.timeoutMilliseconds = self.maybe { 50 + $0.next(28_950) }
        integration.requestParameters = self.mappings(
            "integration.request.header.",
            ["method.request.header.a", "'literal'", "context.requestId", "method.request.body.a.b"])
        integration.requestTemplates = self.templates()
        integration.cacheKeyParameters = self.some(1) { _, _ in "method.request.path.id" }
        integration.cacheNamespace = self.maybe { _ in "space" }
        integration.responses = self.some(3) { generator, index in
            var response = IntegrationResponse(
                statusCode: generator.pick(["200", "404"]), selectionPattern: [nil, #"4\d{2}"#, #".*"x".*"#][index])
            response.parameters = generator.mappings(
                "method.response.header.", ["integration.response.header.a", "'*'", "integration.response.body.x"])
            response.templates = generator.templates()
            response.contentHandling = generator.maybe { $0.pick(Integration.ContentHandling.allCases) }
            return response
        }
        return integration
    }

    // MARK: HTTP

    mutating func httpAPI() -> HTTPAPI {
        var api = HTTPAPI(
            id: self.id, logicalID: OpenAPILoader.logicalID, name: self.text(), stages: [HTTPAPI.Stage(name: "$default")])
        api.description = self.pick(["", "설명"])
        api.version = "1.0"
        api.disablesExecuteAPIEndpoint = self.flag()
        api.cors = self.maybe { $0.cors() }
        api.authorizers = self.some(3) { generator, index in generator.httpAuthorizer("auth\(index)") }
        let all: [(String?, String)] = [
            ("GET", "/orders"), ("POST", "/orders"), ("ANY", "/orders/{id}"), ("GET", "/files/{proxy+}"), (nil, "$default"),
        ]
        api.routes = all.prefix(self.next(all.count + 1)).map { method, path in
            var route = HTTPAPI.Route(method: method, path: path, integration: self.httpIntegration())
            route.operationName = self.maybe { _ in "operation" }
            route.authorization = self.authorization(api.authorizers)
            return route
        }
        return api
    }

    private mutating func cors() -> HTTPAPI.CORS {
        var cors = HTTPAPI.CORS()
        cors.allowOrigins = self.some(2) { _, index in ["https://example.com", "https://*"][index] }
        cors.allowHeaders = self.some(2) { _, index in "x-\(index)" }
        cors.allowMethods = self.some(2) { _, index in ["GET", "*"][index] }
        cors.exposeHeaders = self.some(1) { _, _ in "x-e" }
        cors.allowsCredentials = self.flag()
        cors.maxAgeSeconds = self.maybe { $0.next(86_400) }
        return cors
    }

    private mutating func httpAuthorizer(_ name: String) -> Authorizer {
        let id = Authorizer.id(apiID: self.id, name: name)
        if self.flag() {
            return Authorizer(
                id: id, name: name,
                kind: .jwt(issuer: "https://issuer.example.com", audiences: self.some(2) { _, index in "audience\(index)" }),
                identitySources: ["$request.header.Authorization"], resultTTLSeconds: 0)
        }
        let sources = ["$request.header.A"] + self.some(2) { _, index in ["$request.querystring.q", "$context.routeKey"][index] }
        return Authorizer(
            id: id, name: name, kind: .request(self.function(.http)), identitySources: sources,
            resultTTLSeconds: self.pick([0, 60, 3600]))
    }

    private mutating func httpIntegration() -> Integration {
        var integration: Integration
        switch self.next(3) {
        case 0:
            integration = .function(FunctionTarget(name: "f"), payload: self.pick(PayloadFormat.allCases))
        case 1:
            integration = Integration(type: .httpProxy, httpMethod: "ANY", uri: "https://example.com/x")
            integration.connection = .vpcLink(id: "abc123")
            integration.tls = self.maybe { _ in .init(serverName: "example.com") }
        default:
            integration = Integration(type: .awsProxy)
            integration.subtype = "SQS-SendMessage"
            integration.credentials = "arn:aws:iam::123456789012:role/x"
        }
        integration.timeoutMilliseconds = self.maybe { 50 + $0.next(29_950) }
        integration.requestParameters = self.mappings(
            "append:header.", ["$request.querystring.a", "static", "$context.requestId"])
        integration.responseParameters = self.some(2) { generator, index in
            ResponseParameters(
                statusCode: ["200", "404"][index], mappings: generator.mappings("overwrite:header.", ["$response.header.a", "x"]))
        }
        return integration
    }
}
