import CoreTypes
import Testing

@testable import APIGateway

/// Spec sheet 8.1 and 15.2; error texts measured on AWS.
@Suite("Lambda authorizers of REST APIs")
struct LambdaAuthorizerTests {
    static let token = [("Authorization", "secret")]
    static let anyMethod = "arn:aws:execute-api:us-east-1:000000000000:rest000000/*"

    @Test("TOKEN: the event has type, token and the ARN with the actual path")
    func tokenEvent() throws {
        let plan = try Gateway(guarded(tokenAuthorizer())).plan("GET", "/stage/pets/7", headers: Self.token)
        #expect(plan.functionName == "Authorize")
        #expect(
            try plan.json == [
                "type": "TOKEN", "authorizationToken": "secret",
                "methodArn": "arn:aws:execute-api:us-east-1:000000000000:rest000000/stage/GET/pets/7",
            ])
    }

    @Test("the ARN of the root ends with a slash")
    func rootARN() throws {
        let plan = try Gateway(guarded(tokenAuthorizer(), path: "/")).plan("GET", "/stage", headers: Self.token)
        #expect(try plan.json["methodArn"] == "arn:aws:execute-api:us-east-1:000000000000:rest000000/stage/GET/")
    }

    @Test("REQUEST: the event has the members of the sheet")
    func requestEvent() throws {
        let authorizer = Authorizer(
            id: "a", name: "Auth", kind: .request(LambdaAuthorizer(uri: authorizerURI("Authorize"))),
            identitySources: ["method.request.querystring.q"], resultTTLSeconds: 0)
        let json = try Gateway(guarded(authorizer)).plan("GET", "/stage/a?q=1").json
        #expect(
            Set(json.objectValue?.names ?? []) == [
                "type", "methodArn", "resource", "path", "httpMethod", "headers", "multiValueHeaders", "queryStringParameters",
                "multiValueQueryStringParameters", "pathParameters", "stageVariables", "requestContext",
            ])
        #expect(json["type"] == "REQUEST" && json["path"] == "/a")
    }

    @Test("a missing or empty identity, or one that the expression doesn't match whole, is 401 without a call")
    func identity() throws {
        let gateway = Gateway(guarded(tokenAuthorizer(expression: "[a-z]+")))
        for headers in [[], [("Authorization", "")], [("Authorization", "abc1")]] as [[(String, String)]] {
            let response = try gateway.refusal("GET", "/stage/a", headers: headers)
            #expect(response.status == 401 && response.text == #"{"message":"Unauthorized"}"#)
            #expect(response.values("x-amzn-ErrorType") == ["UnauthorizedException"])
        }
        #expect(try gateway.plan("GET", "/stage/a", headers: Self.token).functionName == "Authorize")
    }

    @Test("every listed source has to be there")
    func sources() throws {
        let authorizer = Authorizer(
            id: "a", name: "Auth", kind: .request(LambdaAuthorizer(uri: authorizerURI("Authorize"))),
            identitySources: ["method.request.header.X", "method.request.querystring.q", "context.identity.sourceIp"],
            resultTTLSeconds: 300)
        let gateway = Gateway(guarded(authorizer))
        #expect(try gateway.refusal("GET", "/stage/a", headers: [("X", "1")]).status == 401)
        #expect(try gateway.refusal("GET", "/stage/a?q=1").status == 401)
        #expect(try gateway.plan("GET", "/stage/a?q=1", headers: [("X", "1")]).functionName == "Authorize")
    }

    @Test("an allow goes on; the event has principal, stringified context and latency")
    func allow() throws {
        var drive = Gateway(guarded(tokenAuthorizer())).drive("GET", "/stage/a", headers: Self.token)
        _ = try drive.start().call
        drive.now = testTime + .milliseconds(12)
        let answer = authorizerAnswer(policy("Allow", Self.anyMethod), context: #"{"n":1,"flag":true,"s":"x"}"#)
        let call = try drive.authorize(answer).call
        #expect(call.functionName == "F")
        #expect(
            try JSON(parsing: call.payload)["requestContext"]?["authorizer"]
                == ["n": "1", "flag": "true", "s": "x", "principalId": "me", "integrationLatency": 12])
    }

    @Test(
        "refusals",
        arguments: [
            (
                policy("Deny", anyMethod), 403,
                #"{"Message":"User is not authorized to access this resource with an explicit deny"}"#
            ),
            (
                policy("Allow", "arn:aws:execute-api:*:*:*/stage/POST/*"), 403,
                #"{"Message":"User is not authorized to access this resource"}"#
            ),
        ])
    func refusals(policy: String, status: Int, text: String) throws {
        var drive = Gateway(guarded(tokenAuthorizer())).drive("GET", "/stage/a", headers: Self.token)
        _ = drive.start()
        let response = try drive.authorize(authorizerAnswer(policy)).response
        #expect(response.status == status && response.text == text)
        #expect(response.values("x-amzn-ErrorType") == ["AccessDeniedException"])
    }

    /// As authors of authorizers do it to say why: a context beside the Deny, and a gateway response of ACCESS_DENIED that shows it
    /// (stackoverflow.com/questions/47921803, repost.aws QUgItZ7VFcS1iQ5wKGeU4YqA).
    @Test("the gateway response of a refusal knows the principal and the context of the answer that refused")
    func reasonOfARefusal() throws {
        var custom = RestAPI.GatewayResponse(type: .accessDenied, statusCode: "403")
        custom.templates = [
            TemplateForContentType(
                "application/json",
                MappingTemplate(#"{"who":"$context.authorizer.principalId","why":"$context.authorizer.why"}"#))
        ]
        var api = guarded(tokenAuthorizer())
        api.gatewayResponses = [custom]
        let gateway = Gateway(api)
        for policy in [policy("Deny", Self.anyMethod), policy("Allow", "arn:aws:execute-api:*:*:*/stage/POST/*")] {
            var drive = gateway.drive("GET", "/stage/a", headers: Self.token)
            _ = drive.start()
            let response = try drive.authorize(authorizerAnswer(policy, context: #"{"why": "기한이 지났다"}"#)).response
            #expect(response.status == 403 && response.text == #"{"who":"me","why":"기한이 지났다"}"#)
        }
    }

    @Test("the error Unauthorized, to the letter, is 401; all others are 500 with a null message")
    func errors() throws {
        func response(_ error: String) throws -> GatewayResponse {
            var drive = Gateway(guarded(tokenAuthorizer())).drive("GET", "/stage/a", headers: Self.token)
            _ = drive.start()
            return try drive.fail(#"{"errorMessage":"\#(error)"}"#)
        }
        #expect(try response("Unauthorized").status == 401)
        for error in ["unauthorized", "[Unauthorized]", "Task timed out"] {
            let failed = try response(error)
            #expect(failed.status == 500 && failed.text == #"{"message":null}"#)
            #expect(failed.values("x-amzn-ErrorType") == ["AuthorizerConfigurationException"])
        }
    }

    @Test(
        "a malformed answer is 500 and never cached",
        arguments: [
            "3", "null", "{}", #"{"principalId":"x"}"#, #"{"policyDocument":{}}"#,
            #"{"principalId":"x","policyDocument":{"Version":"2012-10-17","Statement":[]},"context":{"a":[1]}}"#,
            #"{"principalId":"x","policyDocument":{"Version":"2012-10-17","Statement":[]},"context":{"a":{}}}"#,
        ])
    func malformed(payload: String) throws {
        var drive = Gateway(guarded(tokenAuthorizer())).drive("GET", "/stage/a", headers: Self.token)
        _ = drive.start()
        let response = try drive.authorize(payload).response
        #expect(response.status == 500 && response.text == #"{"message":null}"#)
        #expect(drive.state.authorizationCount == 0)
    }

    @Test("an answer is cached for its time, and its policy asked again for each method")
    func cache() throws {
        let gateway = Gateway(guarded(tokenAuthorizer(ttlSeconds: 10)))
        var first = gateway.drive("GET", "/stage/a", headers: Self.token)
        _ = first.start()
        _ = first.authorize(
            authorizerAnswer(policy("Allow", "arn:aws:execute-api:us-east-1:000000000000:rest000000/stage/GET/a")))
        func next(_ path: String, _ token: String, seconds: Int) -> GatewayAction {
            var drive = gateway.drive("GET", path, headers: [("Authorization", token)], state: first.state)
            drive.now = testTime + .seconds(seconds)
            return drive.start()
        }
        #expect(try next("/stage/a", "secret", seconds: 9).call.functionName == "F")
        #expect(try next("/stage/b", "secret", seconds: 9).response.status == 403)
        #expect(try next("/stage/a", "other", seconds: 9).call.functionName == "Authorize")
        #expect(try next("/stage/a", "secret", seconds: 10).call.functionName == "Authorize")
    }

    @Test("a time-to-live of zero keeps nothing")
    func noCache() throws {
        var drive = Gateway(guarded(tokenAuthorizer(ttlSeconds: 0))).drive("GET", "/stage/a", headers: Self.token)
        _ = drive.start()
        _ = drive.authorize(authorizerAnswer(policy("Allow", Self.anyMethod)))
        #expect(drive.state.authorizationCount == 0)
    }

    /// "ARN of a method with authorization": 1600 bytes.
    @Test("a method's ARN over 1600 bytes is 414")
    func longARN() throws {
        let gateway = Gateway(guarded(tokenAuthorizer()))
        // arn:aws:execute-api:us-east-1:000000000000:rest000000/stage/GET/ has 64 characters.
        let fits = "/stage/" + String(repeating: "a", count: 1_600 - 64)
        #expect(try gateway.plan("GET", fits, headers: Self.token).functionName == "Authorize")
        let response = try gateway.refusal("GET", fits + "a", headers: Self.token)
        #expect(response.status == 414 && response.text == #"{"message":"Request URI too long"}"#)
    }

    @Test("an authorizer that can't be read, or isn't there, fails every request and is told")
    func broken() throws {
        var authorizer = tokenAuthorizer()
        authorizer.identitySources = ["request.header.X"]
        let gateway = Gateway(guarded(authorizer))
        #expect(gateway.problems.count == 1)
        #expect(try gateway.refusal("GET", "/stage/a", headers: Self.token).status == 500)
        let missing = restMethod(method: { $0.authorization = .authorizer(name: "None", scopes: []) })
        #expect(try Gateway(missing).refusal("GET", "/stage/a").status == 500)
    }
}

@Suite("Lambda authorizers of HTTP APIs")
struct HTTPLambdaAuthorizerTests {
    static func gateway(_ format: PayloadFormat, simple: Bool, sources: [String] = ["$request.header.Auth"]) -> Gateway {
        var route = route("GET", "/{proxy+}", .version2)
        route.authorization = .authorizer(name: "Auth", scopes: [])
        var api = HTTPAPI(id: "http000000", name: "http", stages: [HTTPAPI.Stage(name: "$default")], routes: [route])
        api.authorizers = [
            Authorizer(
                id: "a", name: "Auth",
                kind: .request(
                    LambdaAuthorizer(uri: authorizerURI("Authorize"), payloadFormat: format, enablesSimpleResponses: simple)),
                identitySources: sources, resultTTLSeconds: 0)
        ]
        return Gateway(api)
    }

    @Test("format 2.0: the members of the sheet, identity sources as a list")
    func version2() throws {
        let json = try Self.gateway(.version2, simple: true).plan("GET", "/a", headers: [("auth", "t")]).json
        #expect(json["version"] == "2.0" && json["type"] == "REQUEST" && json["identitySource"] == ["t"])
        #expect(json["routeArn"] == "arn:aws:execute-api:us-east-1:000000000000:http000000/$default/GET/a")
        #expect(json["routeKey"] == "GET /{proxy+}" && json["requestContext"] != nil && json["pathParameters"] == ["proxy": "a"])
    }

    @Test("format 1.0: sources as text with commas")
    func version1() throws {
        let gateway = Self.gateway(.version1, simple: false, sources: ["$request.header.Auth", "$request.querystring.q"])
        let json = try gateway.plan("GET", "/a?q=2", headers: [("auth", "t")]).json
        #expect(json["version"] == "1.0" && json["identitySource"] == "t,2" && json["authorizationToken"] == "t,2")
    }

    @Test("a plain answer: yes with its context in its types, no is 403, anything else 500")
    func simple() throws {
        func action(_ answer: String) -> GatewayAction {
            var drive = Self.gateway(.version2, simple: true).drive("GET", "/a", headers: [("auth", "t")])
            _ = drive.start()
            return drive.authorize(answer)
        }
        let call = try action(#"{"isAuthorized":true,"context":{"n":1,"list":[1]}}"#).call
        #expect(try JSON(parsing: call.payload)["requestContext"]?["authorizer"] == ["lambda": ["n": 1, "list": [1]]])
        let denied = try action(#"{"isAuthorized":false}"#).response
        #expect(denied.status == 403 && denied.text == #"{"message":"Forbidden"}"#)
        let bad = try action(#"{"isAuthorized":"yes"}"#).response
        #expect(bad.status == 500 && bad.text == #"{"message":"Internal Server Error"}"#)
    }

    @Test("a missing source is 401 without a call")
    func missing() throws {
        let response = try Self.gateway(.version2, simple: true).refusal("GET", "/a")
        #expect(response.status == 401 && response.text == #"{"message":"Unauthorized"}"#)
    }

    @Test("the function has ten seconds")
    func timeout() throws {
        var drive = Self.gateway(.version2, simple: true).drive("GET", "/a", headers: [("auth", "t")])
        #expect(try drive.start().call.timeoutMilliseconds == 10_000)
        #expect(try drive.resume(.timedOut).response.status == 500)
    }
}
