import CoreTypes
import Testing

@testable import APIGateway

/// Spec sheet 6.
@Suite("Gateway responses")
struct CustomizedResponseTests {
    static func context() throws -> RequestContext {
        var api = restMethod(stage: { $0.variables = ["v": "stage value"] })
        api.binaryMediaTypes = []
        var drive = Gateway(api).drive("GET", "/stage/a/b?q=1", headers: [("X-H", "h"), ("Origin", "o")])
        _ = drive.start()
        return try #require(drive.exchange.context)
    }

    /// The table of the sheet: status, message, error type.
    @Test(
        "types, statuses, messages and error types",
        arguments: [
            (
                .accessDenied(isExplicit: false), .accessDenied, 403,
                #"{"Message":"User is not authorized to access this resource"}"#,
                "AccessDeniedException"
            ),
            (
                .configurationError, .apiConfigurationError, 500, #"{"message": "Internal server error"}"#,
                "InternalServerErrorException"
            ),
            (
                .authorizerConfigurationError, .authorizerConfigurationError, 500, #"{"message":null}"#,
                "AuthorizerConfigurationException"
            ),
            (.authorizerFailure, .authorizerFailure, 500, #"{"message":null}"#, "AuthorizerConfigurationException"),
            (
                .missingParameters(["a", "b"]), .badRequestParameters, 400,
                #"{"message": "Missing required request parameters: [a, b]"}"#, "BadRequestException"
            ),
            (.invalidBody([]), .badRequestBody, 400, #"{"message": "Invalid request body"}"#, "BadRequestException"),
            (
                .expiredToken, .expiredToken, 403, #"{"message":"The security token included in the request is expired"}"#,
                "ExpiredTokenException"
            ),
            (
                .badBackendAnswer, .integrationFailure, 504, #"{"message": "Internal server error"}"#,
                "InternalServerErrorException"
            ),
            (
                .integrationTimeout, .integrationTimeout, 504, #"{"message": "Endpoint request timed out"}"#,
                "InternalServerErrorException"
            ),
            (.invalidAPIKey, .invalidAPIKey, 403, #"{"message":"Forbidden"}"#, "ForbiddenException"),
            (
                .invalidSignature(code: "InvalidSignatureException", message: "m"), .invalidSignature, 403, #"{"message":"m"}"#,
                "InvalidSignatureException"
            ),
            (
                .missingAuthenticationToken, .missingAuthenticationToken, 403, #"{"message":"Missing Authentication Token"}"#,
                "MissingAuthenticationTokenException"
            ),
            (
                .resourceNotFound(verb: "POST", path: "/send-bulk"), .resourceNotFound, 404,
                #"{"message":"No method found matching route send-bulk for http method POST."}"#, "NotFoundException"
            ),
            (.quotaExceeded, .quotaExceeded, 429, #"{"message":"Limit Exceeded"}"#, "LimitExceededException"),
            (.payloadTooLarge, .requestTooLarge, 413, #"{"message":"Request Too Long"}"#, "RequestTooLargeException"),
            (.throttled, .throttled, 429, #"{"message":"Too Many Requests"}"#, "TooManyRequestsException"),
            (.unauthorized, .unauthorized, 401, #"{"message":"Unauthorized"}"#, "UnauthorizedException"),
            (.unsupportedMediaType, .unsupportedMediaType, 415, #"{"message": "Unsupported Media Type"}"#, "BadRequestException"),
        ] as [(GatewayFault, GatewayResponseType, Int, String, String)])
    func table(fault: GatewayFault, type: GatewayResponseType, status: Int, text: String, errorType: String) throws {
        #expect(fault.responseType == type)
        let response = CustomizedResponses([]).response(for: fault, in: try Self.context())
        #expect(response.status == status && response.text == text)
        #expect(
            response.lines.map { String($0.prefix { $0 != ":" }) } == [
                "Content-Type", "x-amzn-ErrorType", "x-amzn-RequestId", "x-amz-apigw-id",
            ])
        #expect(response.values("x-amzn-ErrorType") == [errorType])
    }

    static func custom(_ type: GatewayResponseType, status: String? = nil, template: String? = nil) -> RestAPI.GatewayResponse {
        var response = RestAPI.GatewayResponse(type: type, statusCode: status)
        if let template { response.templates = [TemplateForContentType("application/json", MappingTemplate(template))] }
        return response
    }

    @Test("templates are plain substitution of context, stage variables and parameters")
    func template() throws {
        let text =
            "$context.error.messageString|$context.error.message|$context.error.responseType|$stageVariables.v|"
            + "$method.request.header.X-H|$method.request.querystring.q|$method.request.path.proxy|$context.httpMethod|"
            + "$context.none|#if(1)$5.00 $foo"
        let responses = CustomizedResponses([Self.custom(.throttled, template: text)])
        #expect(
            responses.response(for: .throttled, in: try Self.context()).text
                == #""Too Many Requests"|Too Many Requests|THROTTLED|stage value|h|1|a/b|GET||#if(1)$5.00 $foo"#)
    }

    @Test("a type that is not customized takes the default of its class; one that is takes nothing from it")
    func defaults() throws {
        let responses = CustomizedResponses([
            Self.custom(.default4XX, status: "418", template: "four"), Self.custom(.default5XX, template: "five"),
            Self.custom(.unauthorized, status: "402"),
        ])
        let context = try Self.context()
        let throttled = responses.response(for: .throttled, in: context)
        #expect(throttled.status == 418 && throttled.text == "four")
        let failed = responses.response(for: .configurationError, in: context)
        #expect(failed.status == 500 && failed.text == "five")
        let own = responses.response(for: .unauthorized, in: context)
        #expect(own.status == 402 && own.text == #"{"message":"Unauthorized"}"#)
    }

    @Test("413 can't be customized")
    func tooLarge() throws {
        let responses = CustomizedResponses([
            Self.custom(.requestTooLarge, status: "200"), Self.custom(.default4XX, status: "200"),
        ])
        #expect(responses.response(for: .payloadTooLarge, in: try Self.context()).status == 413)
    }

    @Test("parameters set headers from literals, the request, context and stage variables")
    func parameters() throws {
        var custom = Self.custom(.throttled)
        custom.parameters = [
            ParameterMapping("gatewayresponse.header.Access-Control-Allow-Origin", "'*'"),
            ParameterMapping("gatewayresponse.header.X-Echo", "method.request.header.X-H"),
            ParameterMapping("gatewayresponse.header.X-Api", "context.apiId"),
            ParameterMapping("gatewayresponse.header.X-V", "stageVariables.v"),
            ParameterMapping("gatewayresponse.header.X-None", "method.request.header.None"),
        ]
        let response = CustomizedResponses([custom]).response(for: .throttled, in: try Self.context())
        #expect(response.values("Access-Control-Allow-Origin") == ["*"] && response.values("X-Echo") == ["h"])
        #expect(response.values("X-Api") == ["rest000000"] && response.values("X-V") == ["stage value"])
        #expect(response.values("X-None").isEmpty)
    }
}

/// Spec sheet 9.
@Suite("CORS of HTTP APIs")
struct CORSTests {
    static func gateway(_ change: (inout HTTPAPI.CORS) -> Void) -> Gateway {
        var cors = HTTPAPI.CORS()
        change(&cors)
        var api = HTTPAPI(
            id: "http000000", name: "h", stages: [HTTPAPI.Stage(name: "$default")], routes: [route("GET", "/a", .version2)])
        api.cors = cors
        return Gateway(api)
    }

    static func preflight(_ gateway: Gateway, origin: String) throws -> GatewayResponse {
        try gateway.refusal("OPTIONS", "/none", headers: [("Origin", origin), ("Access-Control-Request-Method", "PUT")])
    }

    static let exact = gateway {
        $0.allowOrigins = ["https://a.example", "http://*"]
        $0.allowMethods = ["GET", "PUT"]
        $0.allowHeaders = ["x-a", "x-b"]
        $0.exposeHeaders = ["x-c"]
        $0.maxAgeSeconds = 300
        $0.allowsCredentials = true
    }

    @Test("a preflight is answered by the service, without a route: 204 with the configured headers")
    func answered() throws {
        let response = try Self.preflight(Self.exact, origin: "https://a.example")
        #expect(response.status == 204 && response.text.isEmpty)
        #expect(
            response.lines == [
                "access-control-allow-origin: https://a.example", "access-control-allow-credentials: true",
                "access-control-allow-methods: GET,PUT", "access-control-allow-headers: x-a,x-b", "access-control-max-age: 300",
                "apigw-requestid: \(stamp().extendedRequestID)",
            ])
    }

    @Test(
        "origins: exact, by scheme, any",
        arguments: [
            ("https://a.example", true), ("http://any.example:8080", true), ("https://b.example", false), ("null", false),
        ])
    func origins(origin: String, isAllowed: Bool) throws {
        let response = try Self.preflight(Self.exact, origin: origin)
        #expect(response.status == 204 && response.headers.contains { $0.name.hasPrefix("access-control") } == isAllowed)
        #expect(
            try Self.preflight(Self.gateway { $0.allowOrigins = ["*"] }, origin: origin).values("access-control-allow-origin")
                == ["*"])
    }

    @Test("other requests get the headers, and those of the backend go")
    func actual() throws {
        let payload = #"{"statusCode":200,"headers":{"Access-Control-Allow-Origin":"backend","X-C":"1"}}"#
        var allowed = Self.exact.drive("GET", "/a", headers: [("Origin", "https://a.example")])
        _ = allowed.start()
        let response = try allowed.answer(payload)
        #expect(response.values("access-control-allow-origin") == ["https://a.example"] && response.values("x-c") == ["1"])
        #expect(response.values("access-control-expose-headers") == ["x-c"])
        var other = Self.exact.drive("GET", "/a", headers: [("Origin", "https://b.example")])
        _ = other.start()
        #expect(try other.answer(payload).values("access-control-allow-origin").isEmpty)
    }

    @Test("without a configuration the backend's headers pass, and OPTIONS needs a route")
    func none() throws {
        let gateway = Gateway(apis: [httpAPI([route("GET", "/a", .version2)])])
        var drive = gateway.drive("GET", "/a", headers: [("Origin", "o")])
        _ = drive.start()
        let response = try drive.answer(#"{"statusCode":200,"headers":{"Access-Control-Allow-Origin":"backend"}}"#)
        #expect(response.values("access-control-allow-origin") == ["backend"])
        #expect(try Self.preflight(gateway, origin: "o").status == 404)
    }

    @Test("REST: a preflight without an OPTIONS method is 403")
    func rest() throws {
        #expect(try Self.preflight(Gateway(restMethod("GET", "/none")), origin: "o").status == 403)
    }
}
