import CoreTypes
import Testing

@testable import APIGateway

/// Spec sheet 5.3 and 5.4.
@Suite("Domains, canaries, logs")
struct StageTests {
    static func gateway(_ mappings: [(String, String, String?)], host: String = "api.example.com") -> Gateway {
        var second = restMethod("GET", "/b", api: { $0.id = "second0000" })
        second.id = "second0000"
        var configuration = GatewayConfiguration(apis: [
            .rest(restMethod("ANY", "/{proxy+}")), .rest(second), httpAPI([route("GET", "/{proxy+}", .version2)]),
        ])
        var domain = CustomDomain(name: host, logicalID: "D")
        domain.mappings = mappings.map { CustomDomain.Mapping(path: $0.0, apiID: $0.1, stage: $0.2) }
        configuration.domains = [domain]
        return Gateway(configuration)
    }

    static let host = [("Host", "API.example.com:3000")]

    @Test("the longest mapping in whole segments wins; the empty one takes the rest")
    func mappings() throws {
        let gateway = Self.gateway([
            ("", "http000000", "$default"), ("v1", "rest000000", "stage"), ("v1/x", "second0000", "stage"),
        ])
        func api(_ path: String) throws -> JSON? {
            try gateway.plan("GET", path, headers: Self.host).json["requestContext"]?["apiId"]
        }
        #expect(try api("/v1/a") == "rest000000" && api("/v1/x/b") == "second0000" && api("/v1/xy") == "rest000000")
        #expect(try api("/v10/a") == "http000000")
    }

    @Test("the base path stands in the place of the stage")
    func paths() throws {
        let gateway = Self.gateway([("v1", "rest000000", "stage"), ("h", "http000000", "$default")])
        let rest = try gateway.plan("GET", "/v1/a", headers: Self.host).json
        #expect(rest["requestContext"]?["path"] == "/v1/a" && rest["requestContext"]?["stage"] == "stage")
        #expect(rest["pathParameters"] == ["proxy": "a"] && rest["requestContext"]?["domainName"] == "API.example.com")
        #expect(rest["requestContext"]?["domainPrefix"] == "API")
        #expect(try gateway.plan("GET", "/h/a", headers: Self.host).json["rawPath"] == "/h/a")
    }

    @Test("a mapping without a stage takes it from the path; nothing mapped is 403 Forbidden")
    func stageFromPath() throws {
        let gateway = Self.gateway([("v1", "rest000000", nil)])
        #expect(try gateway.plan("GET", "/v1/stage/a", headers: Self.host).functionName == "F")
        for path in ["/v1/other/a", "/a"] {
            let response = try gateway.refusal("GET", path, headers: Self.host)
            #expect(response.status == 403 && response.text == #"{"message":"Forbidden"}"#)
        }
    }

    @Test("wildcard domains stand for one label; /ping is the service's")
    func wildcard() throws {
        let gateway = Self.gateway([("", "rest000000", "stage")], host: "*.example.com")
        #expect(try gateway.plan("GET", "/a", headers: [("Host", "x.example.com")]).json["path"] == "/a")
        // No domain: the rules for other hosts decide.
        #expect(try gateway.plan("GET", "/a", headers: [("Host", "y.x.example.com")]).json["version"] == "2.0")
        #expect(try gateway.refusal("GET", "/ping", headers: [("Host", "x.example.com")]).status == 200)
    }

    @Test("a disabled default endpoint is 403 for REST, 404 for HTTP APIs")
    func disabled() throws {
        #expect(try Gateway(restMethod(api: { $0.disablesExecuteAPIEndpoint = true })).refusal("GET", "/stage/a").status == 403)
        var api = HTTPAPI(id: "h", name: "h", stages: [HTTPAPI.Stage(name: "$default")], routes: [route("GET", "/a", .version2)])
        api.disablesExecuteAPIEndpoint = true
        let response = try Gateway(api).refusal("GET", "/a")
        #expect(response.status == 404 && response.text == #"{"message":"Not Found"}"#)
    }

    /// SAM makes a second stage that has no variables.
    @Test("what can't be served in one stage is told with its name, what can't in any without one")
    func problems() throws {
        func problems(_ uri: String) -> [String] {
            let api = restMethod(
                "GET", "/a", integration: Integration(type: .httpProxy, httpMethod: "GET", uri: uri),
                api: {
                    $0.stages[0].variables = ["port": "8080"]
                    $0.stages.append(RestAPI.Stage(name: "Stage"))
                })
            return Gateway(api).problems.map(\.text)
        }
        let reason = IntegrationURIProblem.invalidEndpoint.rawValue
        #expect(problems("http://h:${stageVariables.port}/") == ["GET /a in Stage: \(reason)"])
        #expect(problems("http://h:22/") == ["GET /a: \(reason)"])
        #expect(problems("http://h:8080/") == [])
    }

    @Test("a canary takes its share, with its deployment and merged variables")
    func canary() throws {
        func context(percent: Double, seed: UInt64) throws -> (RequestContext, Double) {
            let api = restMethod(stage: {
                $0.variables = ["a": "1", "b": "1"]
                $0.canary = RestAPI.CanarySettings(
                    deploymentID: "canary", percentTraffic: percent, variableOverrides: ["b": "2", "c": "3"])
            })
            var generator = SeededGenerator(state: seed)
            let stamp = RequestStamp(time: testTime, using: &generator)
            let exchange = GatewayExchange(gateway: Gateway(api), request: request("GET", "/stage/a"), body: [], stamp: stamp)
            let state = GatewayState()
            _ = exchange.start(state, at: testTime)
            return (try #require(exchange.context), stamp.share)
        }
        for seed in UInt64(0)..<20 {
            let (half, share) = try context(percent: 50, seed: seed)
            #expect(half.variable("isCanaryRequest") == (share < 0.5 ? "true" : "false"))
        }
        let (all, _) = try context(percent: 100, seed: 1)
        #expect(all.stage.variables == ["a": "1", "b": "2", "c": "3"] && all.variable("deploymentId") == "canary")
        let (none, _) = try context(percent: 0, seed: 1)
        #expect(none.stage.variables == ["a": "1", "b": "1"] && none.variable("deploymentId") == "dep123")
    }
}

/// Spec sheet 13.
@Suite("Access logs and execution logs")
struct LogTests {
    static func line(_ format: String, path: String = "/stage/a") throws -> String? {
        var drive = Gateway(restMethod("GET", "/a", stage: { $0.accessLog = AccessLogSettings(format: format) }))
            .drive("GET", path, headers: [("User-Agent", "line\nbreak")])
        if case .invoke = drive.start() {
            drive.now = testTime + .milliseconds(7)
            _ = try drive.answer(#"{"statusCode":201,"body":"책"}"#)
        }
        return drive.exchange.accessLogLine
    }

    @Test("the common log format of the console")
    func commonLogFormat() throws {
        let id = stamp().requestID
        #expect(
            try Self.line(AccessLogFormat.Preset.commonLogFormat.format)
                == #"203.0.113.24 - - [21/Nov/2026:05:47:00 +0000] "GET /a HTTP/1.1" 201 3 \#(id) \#(stamp().extendedRequestID)"#)
    }

    @Test("the JSON preset is JSON, with the keys of the sheet")
    func json() throws {
        let line = try #require(try Self.line(AccessLogFormat.Preset.json.format))
        #expect(
            Set(try JSON(parsing: line).objectValue?.names ?? []) == [
                "requestId", "extendedRequestId", "ip", "caller", "user", "requestTime", "httpMethod", "resourcePath", "status",
                "protocol", "responseLength",
            ])
    }

    @Test("all presets are formats", arguments: AccessLogFormat.Preset.allCases)
    func presets(preset: AccessLogFormat.Preset) throws {
        #expect(try Self.line(preset.format)?.contains("201") == true)
    }

    @Test("no template language, a dash for what is missing, one line whatever the value")
    func substitution() throws {
        let line = try Self.line(
            "$context.requestId #if(1) $stageVariables.x $context.nothing $context.identity.userAgent $context.integrationLatency."
        )
        #expect(line == "\(stamp().requestID) #if(1) $stageVariables.x - line break 7.")
    }

    /// Developer guide, "Variables for access logging for API Gateway": `integration.status` is what the function answered,
    /// `integrationStatus` what Lambda did.
    @Test("what was asked of functions, and how authorizing ended")
    func steps() throws {
        let format =
            "$context.requestId $context.integration.status $context.integration.integrationStatus $context.integrationStatus "
            + "$context.integration.requestId $context.awsEndpointRequestId $context.authorizer.requestId "
            + "$context.authorizer.status $context.authorizer.integrationStatus $context.authorize.status "
            + "$context.authorize.error|$context.authenticate.status $context.authenticate.error"
        var api = guarded(tokenAuthorizer())
        api.stages[0].accessLog = AccessLogSettings(format: format)
        var generator = SeededGenerator(state: 7)
        let (authorizing, integrating) = (RequestID(using: &generator), RequestID(using: &generator))
        var drive = Gateway(api).drive("GET", "/stage/a", headers: [("Authorization", "t")])
        _ = drive.start()
        drive.exchange.invoked(as: authorizing)
        _ = try drive.authorize(authorizerAnswer(policy("Allow", "*"))).call
        drive.exchange.invoked(as: integrating)
        _ = try drive.answer(#"{"statusCode":404}"#)
        let id = stamp().requestID
        #expect(
            drive.exchange.accessLogLine
                == "\(id) 404 200 200 \(integrating) \(integrating) \(authorizing) 200 200 200 -|- -")

        var denied = Gateway(api).drive("GET", "/stage/a", headers: [("Authorization", "t")])
        _ = denied.start()
        _ = try denied.authorize(authorizerAnswer(policy("Deny", "*"))).response
        #expect(
            denied.exchange.accessLogLine
                == "\(id) - - - - - - 200 200 403 User is not authorized to access this resource with an explicit deny|- -")

        var anonymous = Gateway(api).drive("GET", "/stage/a")
        _ = try anonymous.start().response
        #expect(anonymous.exchange.accessLogLine == "\(id) - - - - - - - - - -|401 Unauthorized")
    }

    /// Developer guide, "Set up CloudWatch logging for REST APIs in API Gateway".
    @Test("a client of a REST API may name its request; what is no UUID is not logged")
    func clientID() throws {
        let gateway = Gateway(restMethod("GET", "/a", stage: { $0.accessLog = AccessLogSettings(format: "$context.requestId") }))
        func line(_ id: String) throws -> (String?, GatewayResponse, JSON?) {
            var drive = gateway.drive("GET", "/stage/a", headers: [("X-Amzn-RequestId", id)])
            let event = try JSON(parsing: try drive.start().call.payload)
            let response = try drive.answer("{}")
            return (drive.exchange.accessLogLine, response, event["requestContext"]?["requestId"])
        }
        let id = "0a1b2c3d-0000-4000-8000-0123456789ab"
        let named = try line(id)
        #expect(named.0 == id && named.1.values("x-amzn-RequestId") == [id] && named.2 == .string(id))
        let unnamed = try line("no id, \u{1B}[31m")
        #expect(unnamed.0 == "UUID_REPLACED_INVALID_REQUEST_ID")
        #expect(unnamed.1.values("x-amzn-RequestId") == ["\(stamp().requestID)"])
    }

    @Test("a format without a request id, or over 3 KB, is told and not used")
    func refused() throws {
        for format in ["$context.status", "$context.requestId" + String(repeating: "x", count: 3_072)] {
            let gateway = Gateway(restMethod("GET", "/a", stage: { $0.accessLog = AccessLogSettings(format: format) }))
            #expect(gateway.problems.map(\.place) == ["access log of stage stage"])
            #expect(try Self.line(format) == nil)
        }
    }

    /// The lines recorded from TestInvokeMethod.
    /// The line and the 500 are those that repost.aws/knowledge-center/api-gateway-internal-server-error shows.
    @Test("an integration response whose status the method does not declare fails the request")
    func undeclaredResponse() throws {
        var integration = Integration(type: .mock)
        integration.requestTemplates = [TemplateForContentType("application/json", MappingTemplate(#"{"statusCode": 200}"#))]
        integration.responses = [IntegrationResponse(statusCode: "200")]
        for declared in ["200", "201"] {
            let api = restMethod(
                integration: integration, method: { $0.responses = [RestAPI.MethodResponse(statusCode: declared)] })
            var drive = Gateway(api).drive("GET", "/stage/a", logs: true)
            let response = try drive.start().response
            #expect(response.status == (declared == "200" ? 200 : 500))
            let lines = try #require(drive.exchange.executionLog).lines
            let told = lines.contains {
                $0.contains(
                    "Execution failed due to configuration error: Output mapping refers to an invalid method response: 200")
            }
            #expect(told == (declared == "201"))
        }
    }

    @Test("the execution log of a MOCK")
    func mock() throws {
        var drive = MockTests.gateway(responses: [MockTests.response("200", body: "{}")])
            .drive("GET", "/stage/m?foo=bar", headers: [("content-type", "application/json")], logs: true)
        _ = drive.start()
        let log = try #require(drive.exchange.executionLog)
        let text = log.text(requestID: drive.exchange.stamp.requestID)
        #expect(
            text.hasPrefix(
                "Execution log for request \(stamp().requestID)\nSat Nov 21 05:47:00 UTC 2026 : Starting execution for request: ")
        )
        #expect(text.hasSuffix("\n"))
        #expect(log.lines.contains("HTTP Method: GET, Resource Path: /m"))
        #expect(log.lines.contains("Method request path: {}"))
        #expect(log.lines.contains("Method request query string: {foo=bar}"))
        #expect(
            log.lines.suffix(4) == [
                "Method response body after transformations: {}", "Method response headers: {Content-Type=application/json}",
                "Successfully completed execution", "Method completed with status: 200",
            ])
    }

    @Test("a call of a backend adds the endpoint's lines")
    func backend() throws {
        var drive = Gateway(restMethod("GET", "/a")).drive("GET", "/stage/a", logs: true)
        _ = drive.start()
        drive.now = testTime + .milliseconds(5)
        _ = try drive.answer(#"{"body":"x"}"#)
        let lines = try #require(drive.exchange.executionLog).lines
        let arn = "arn:aws:lambda:us-east-1:000000000000:function:F"
        #expect(
            lines.contains(
                "Endpoint request URI: https://lambda.us-east-1.amazonaws.com/2015-03-31/functions/\(arn)/invocations"))
        #expect(lines.contains("Received response. Status: 200, Integration latency: 5 ms"))
        #expect(lines.contains(#"Endpoint response body before transformations: {"body":"x"}"#))
    }

    @Test("failures say why; long lines are cut")
    func failures() throws {
        var malformed = Gateway(restMethod("POST", "/a")).drive(
            "POST", "/stage/a", body: [UInt8](repeating: 0x61, count: 2_000), logs: true)
        _ = malformed.start()
        _ = try malformed.answer("3")
        let lines = try #require(malformed.exchange.executionLog).lines
        #expect(lines.contains("Execution failed due to configuration error: Malformed Lambda proxy response"))
        #expect(lines.last == "Method completed with status: 502")
        #expect(lines.allSatisfy { $0.utf8.count <= 1_024 } && lines.contains { $0.hasSuffix(" [TRUNCATED]") })
    }
}
