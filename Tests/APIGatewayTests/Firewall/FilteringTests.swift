import CoreTypes
import Testing

@testable import APIGateway

/// A web ACL on the way of a request (API Gateway developer guide, "Use AWS WAF to protect your REST APIs in API Gateway": before
/// resource policies, IAM, Lambda and user pool authorizers).
@Suite("Requests before a web ACL")
struct FilteringTests {
    private static let format =
        "$context.requestId $context.wafResponseCode $context.waf.status $context.waf.latency $context.waf.error "
        + "$context.webaclArn $context.error.responseType"

    private static func api(
        _ acl: WebACL?, change: (inout RestAPI) -> Void = { _ in }, method: (inout RestAPI.Method) -> Void = { _ in }
    ) -> RestAPI {
        restMethod(
            api: change,
            stage: {
                $0.webACL = acl
                $0.accessLog = AccessLogSettings(format: self.format)
            }, method: method)
    }

    private static let closed = WebACLTests.acl(default: .block(nil))

    private func answer(_ api: RestAPI, _ target: String = "/stage/a", headers: [(String, String)] = []) throws
        -> (response: GatewayResponse, log: String)
    {
        var drive = Gateway(api).drive("GET", target, headers: headers)
        let response = try drive.start().response
        return (response, try #require(drive.exchange.accessLogLine).split(separator: " ").dropFirst().joined(separator: " "))
    }

    @Test("blocked: 403 WAF_FILTERED, before anybody asks who is calling")
    func blocked() throws {
        let guarded = Self.api(Self.closed, change: { $0.authorizers = [tokenAuthorizer()] }) {
            $0.authorization = .authorizer(name: "Auth", scopes: [])
            $0.apiKeyRequired = true
        }
        let (response, log) = try self.answer(guarded)
        #expect(response.status == 403 && response.text == #"{"message":"Forbidden"}"#)
        #expect(response.values("x-amzn-ErrorType") == ["ForbiddenException"])
        #expect(log == "WAF_BLOCK 403 0 Forbidden arn:acl WAF_FILTERED")
        // Where there is no method, too, but not where there is no stage.
        let unrouted = Self.api(Self.closed, method: { $0.httpMethod = "PUT" })
        #expect(try self.answer(unrouted).response.text == #"{"message":"Forbidden"}"#)
        #expect(
            try self.answer(unrouted, headers: [("Authorization", "AWS4-HMAC-SHA256 Credential=A/b")]).log.hasSuffix(
                "WAF_FILTERED"))
    }

    @Test("an answer of the rule's own comes before the API's, which comes before the built-in one")
    func custom() throws {
        var response = RestAPI.GatewayResponse(type: .wafFiltered, statusCode: "418")
        response.templates = [
            TemplateForContentType("application/json", MappingTemplate(#"{"code":"$context.wafResponseCode"}"#))
        ]
        let own = try self.answer(Self.api(Self.closed) { $0.gatewayResponses = [response] }).response
        #expect(own.status == 418 && own.text == #"{"code":"WAF_BLOCK"}"#)
        let acl = WebACLTests.acl(
            default: .block(
                WebACL.CustomResponse(
                    status: 302, headers: [HTTPHeader("Location", "https://example.com/")], body: "<p>no</p>",
                    contentType: "text/html")))
        let (redirected, log) = try self.answer(Self.api(acl) { $0.gatewayResponses = [response] })
        #expect(redirected.status == 302 && redirected.text == "<p>no</p>")
        #expect(
            redirected.lines.map { String($0.prefix { $0 != ":" }) } == [
                "Content-Type", "Location", "x-amzn-RequestId", "x-amz-apigw-id",
            ])
        #expect(log.hasPrefix("WAF_BLOCK 403 0 Forbidden arn:acl"))
    }

    @Test("allowed: the function gets the inserted headers, and the variables say so")
    func allowed() throws {
        let acl = WebACLTests.acl(default: .allow(insertedHeaders: [HTTPHeader("x-amzn-waf-seen", "yes")]))
        var plan = try Gateway(Self.api(acl)).plan("GET", "/stage/a")
        #expect(try plan.json["headers"]?["x-amzn-waf-seen"] == "yes")
        var drive = plan.drive
        _ = try drive.answer(#"{"statusCode":200}"#)
        #expect(try #require(drive.exchange.accessLogLine).hasSuffix(" WAF_ALLOW 200 0 - arn:acl -"))
        plan = try Gateway(Self.api(nil)).plan("GET", "/stage/a")
        drive = plan.drive
        _ = try drive.answer(#"{"statusCode":200}"#)
        #expect(try #require(drive.exchange.accessLogLine).hasSuffix(" - - - - - -"))
    }

    @Test("mapping templates see what the web ACL said")
    func templates() throws {
        var mock = Integration(type: .mock)
        mock.requestTemplates = [TemplateForContentType("application/json", MappingTemplate(#"{"statusCode": 200}"#))]
        var answer = IntegrationResponse(statusCode: "200")
        answer.templates = [
            TemplateForContentType("application/json", MappingTemplate("$context.wafResponseCode $context.webaclArn"))
        ]
        mock.responses = [answer]
        let api = restMethod(integration: mock, stage: { $0.webACL = WebACLTests.acl() }) {
            $0.responses = [RestAPI.MethodResponse(statusCode: "200")]
        }
        #expect(try Gateway(api).decide("GET", "/stage/a").response.text == "WAF_ALLOW arn:acl")
    }

    /// "Log examples": what API Gateway hands AWS WAF begins with the stage, and has the address of the client as its header.
    @Test("rules see the stage in the path, and the headers that the gateway adds")
    func inspected() throws {
        let path = WebACLTests.rule("A", WebACLTests.bytes(.path, .exactly, "/stage/a"))
        #expect(try self.answer(Self.api(WebACLTests.acl(path))).response.status == 403)
        let forwarded = WebACLTests.rule("A", WebACLTests.bytes(.header("x-forwarded-for"), .exactly, "10.0.0.1, 203.0.113.24"))
        #expect(
            try self.answer(Self.api(WebACLTests.acl(forwarded)), headers: [("X-Forwarded-For", "10.0.0.1")]).response.status
                == 403)
    }

    @Test("a canary has the web ACL of its stage")
    func canary() throws {
        var api = Self.api(Self.closed)
        api.stages[0].canary = RestAPI.CanarySettings(deploymentID: "new", percentTraffic: 100)
        #expect(try self.answer(api).response.status == 403)
    }
}
