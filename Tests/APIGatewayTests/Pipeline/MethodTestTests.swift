import CoreTypes
import Testing

@testable import APIGateway

/// Spec sheet 13.3: answers and log lines recorded from TestInvokeMethod; the ids of the tested stage and caller as the console's
/// own test shows them.
@Suite("Tests of a method")
struct MethodTestTests {
    private struct Tested {
        var exchange: GatewayExchange
        let state = GatewayState()
        var now = testTime

        init(_ api: RestAPI, _ verb: String = "GET", with change: (inout MethodTest) -> Void = { _ in }) throws {
            let resource = api.resources[0]
            var test = MethodTest()
            change(&test)
            self.exchange = GatewayExchange(
                testing: try #require(api.testedMethod(verb, of: resource)), verb, of: resource, in: api, with: test,
                gateway: Gateway(api), stamp: stamp())
        }

        mutating func start() -> GatewayAction { self.exchange.start(self.state, at: self.now) }

        mutating func answer(_ payload: String) throws -> MethodTestResult {
            self.now = self.now + .milliseconds(5)
            let action = Array(payload.utf8).withUnsafeBytes {
                self.exchange.resume(.functionEnded(.success($0)), self.state, at: self.now)
            }
            return self.exchange.testResult(try action.response)
        }

        mutating func result() throws -> MethodTestResult {
            let response = try self.start().response
            return self.exchange.testResult(response)
        }
    }

    private static func lines(_ result: MethodTestResult) -> [Substring] {
        result.log.split(separator: "\n").map { line in
            line.firstRange(of: " UTC 2026 : ").map { line[$0.upperBound...] } ?? line
        }
    }

    @Test("a proxied function, with its log from the first line to the last")
    func proxy() throws {
        var tested = try Tested(restMethod("GET", "/pets/{petId}")) { test in
            test.pathWithQuery = "/pets/123?foo=bar"
            test.headers = [HTTPHeader("content-type", "application/json")]
            test.body = Array("x".utf8)
        }
        let event = try JSON(parsing: try tested.start().call.payload)
        #expect(event["headers"] == ["content-type": "application/json"])
        #expect(event["pathParameters"] == ["petId": "123"] && event["path"] == "/pets/123")
        #expect(event["requestContext"]?["stage"] == "test-invoke-stage")
        #expect(event["requestContext"]?["domainName"] == "testPrefix.testDomainName")
        #expect(event["requestContext"]?["identity"]?["sourceIp"] == "test-invoke-source-ip")
        #expect(event["requestContext"]?["identity"]?["apiKey"] == "test-invoke-api-key")
        let result = try tested.answer(#"{"statusCode":201,"body":"y"}"#)
        #expect(result.status == 201 && result.body == Array("y".utf8) && result.latencyMilliseconds == 5)
        #expect(Set(result.headers.map(\.name)) == ["Content-Type", "X-Amzn-Trace-Id"])
        let lines = Self.lines(result)
        #expect(lines.first == "Execution log for request \(stamp().requestID)" && result.log.hasSuffix("\n"))
        #expect(
            lines[1...6] == [
                "Starting execution for request: \(stamp().requestID)", "HTTP Method: GET, Resource Path: /pets/123",
                "Method request path: {petId=123}", "Method request query string: {foo=bar}",
                "Method request headers: {content-type=application/json}",
                "Method request body before transformations: x",
            ])
        #expect(
            lines.suffix(3).map { $0.prefix { $0 != "{" } } == [
                "Method response headers: ", "Successfully completed execution", "Method completed with status: 201",
            ])
        #expect(lines.contains { $0.hasPrefix("Method response headers: {X-Amzn-Trace-Id=Root=1-") })
    }

    @Test("each line has the time at which it was written")
    func times() throws {
        var tested = try Tested(restMethod("GET", "/a"))
        _ = tested.start()
        tested.now = tested.now + .seconds(2)
        let log = try tested.answer("{}").log
        #expect(log.contains("05:47:00 UTC 2026 : Starting") && log.contains("05:47:02 UTC 2026 : Successfully"))
    }

    @Test("neither authorizer nor key nor policy nor limit is asked")
    func unguarded() throws {
        var api = guarded(tokenAuthorizer(), path: "/a")
        api.resources[0].methods[0].apiKeyRequired = true
        api.policy = try JSON(parsing: Array(policy("Deny", "execute-api:/*").utf8))
        var tested = try Tested(api)
        #expect(try tested.start().call.functionName == "F")
    }

    @Test("without a path it is the resource's own; one that fits no part of it has no parameters")
    func paths() throws {
        var plain = try Tested(restMethod("GET", "/pets/{petId}"))
        #expect(try JSON(parsing: try plain.start().call.payload)["pathParameters"] == ["petId": "{petId}"])
        var other = try Tested(restMethod("GET", "/pets/{petId}")) { $0.pathWithQuery = "/other" }
        #expect(try JSON(parsing: try other.start().call.payload)["pathParameters"] == .null)
    }

    @Test("stage variables are those of the test, and reach the integration's function name")
    func stageVariables() throws {
        var integration = Integration(type: .awsProxy)
        integration.uri = FunctionTarget(name: "${stageVariables.name}").invocationURI(
            region: "us-east-1", account: "000000000000")
        integration.httpMethod = "POST"
        let api = restMethod("GET", "/a", integration: integration, stage: { $0.variables = ["name": "OfTheStage"] })
        var tested = try Tested(api) { $0.stageVariables = ["name": "OfTheTest"] }
        #expect(try tested.start().call.functionName == "OfTheTest")
    }

    @Test("failures say why, and answer with their error type alone")
    func failures() throws {
        var malformed = try Tested(restMethod("GET", "/a"))
        _ = malformed.start()
        let result = try malformed.answer("3")
        #expect(result.status == 502 && result.headers.map(\.name) == ["x-amzn-ErrorType"])
        #expect(
            Self.lines(result).suffix(2) == [
                "Execution failed due to configuration error: Malformed Lambda proxy response",
                "Method completed with status: 502",
            ])

        var mock = Integration(type: .mock)
        mock.requestTemplates = [TemplateForContentType("application/json", MappingTemplate(#"{"statusCode": 418}"#))]
        var unmatched = IntegrationResponse(statusCode: "200", selectionPattern: "2..")
        unmatched.templates = []
        mock.responses = [unmatched]
        var tested = try Tested(restMethod("GET", "/a", integration: mock))
        let lines = Self.lines(try tested.result())
        #expect(
            lines.suffix(2) == [
                "Execution failed due to configuration error: No match for output mapping and no default output mapping configured. Endpoint Response Status Code: 418",
                "Method completed with status: 500",
            ])
    }

    @Test("as TestInvokeMethod answers")
    func json() throws {
        var tested = try Tested(restMethod("GET", "/a"))
        _ = tested.start()
        let json = try tested.answer(#"{"statusCode":200,"headers":{"X-A":"2"},"multiValueHeaders":{"X-A":["1"]},"body":"안녕"}"#)
            .json
        #expect(json.objectValue?.names == ["status", "body", "headers", "multiValueHeaders", "log", "latency"])
        #expect(json["body"] == "안녕" && json["headers"]?["X-A"] == "2" && json["multiValueHeaders"]?["X-A"] == ["1", "2"])
    }
}
