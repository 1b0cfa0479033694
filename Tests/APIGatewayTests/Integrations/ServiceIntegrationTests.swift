import CoreTypes
import Testing

@testable import APIGateway

/// Spec sheet 3.5, 3.6 and 14.
@Suite("AWS integrations")
struct ServiceIntegrationTests {
    static func lambda(
        _ responses: [IntegrationResponse] = [IntegrationResponse(statusCode: "200")], parameters: [ParameterMapping] = []
    ) -> Gateway {
        var integration = Integration(type: .aws, httpMethod: "POST", uri: authorizerURI("F"))
        integration.responses = responses
        integration.requestParameters = parameters
        return Gateway(restMethod("POST", "/f", integration: integration))
    }

    static func drive(_ gateway: Gateway) -> Drive {
        var drive = gateway.drive("POST", "/stage/f", body: Array(#"{"a": 1}"#.utf8))
        _ = drive.start()
        return drive
    }

    @Test("a function gets the body, and its result is the answer's")
    func function() throws {
        var drive = Self.lambda().drive("POST", "/stage/f", body: Array(#"{"a": 1}"#.utf8))
        let call = try drive.start().call
        #expect(call.functionName == "F" && String(decoding: call.payload, as: UTF8.self) == #"{"a": 1}"#)
        #expect(!call.isAsynchronous && call.timeoutMilliseconds == 29_000)
        let response = try drive.answer(#"{"statusCode": 418}"#)
        #expect(response.status == 200 && response.text == #"{"statusCode": 418}"#)
        #expect(response.values("X-Amzn-Trace-Id").count == 1)
    }

    /// Recorded: the function's own status never matches, patterns see the error message of a failed function only.
    @Test("patterns are held against the whole error message of a function that failed")
    func errors() throws {
        let responses = [
            IntegrationResponse(statusCode: "200"), IntegrationResponse(statusCode: "400", selectionPattern: ".*bad.*"),
            IntegrationResponse(statusCode: "500", selectionPattern: "bad"),
        ]
        var failed = Self.drive(Self.lambda(responses))
        let error = #"{"errorMessage":"a bad day","errorType":"E"}"#
        let response = try failed.fail(error)
        #expect(response.status == 400 && response.text == error)
        var other = Self.drive(Self.lambda(responses))
        #expect(try other.fail(#"{"errorMessage":"fine"}"#).status == 200)
        var success = Self.drive(Self.lambda(responses))
        #expect(try success.answer(#"{"errorMessage":"a bad day"}"#).status == 200)
    }

    @Test("an error that nothing matches, without a default, is 500")
    func noMatch() throws {
        var drive = Self.drive(Self.lambda([IntegrationResponse(statusCode: "400", selectionPattern: "x")]))
        #expect(try drive.fail(#"{"errorMessage":"y"}"#).text == #"{"message": "Internal server error"}"#)
    }

    @Test("X-Amz-Invocation-Type: Event is asynchronous")
    func asynchronous() throws {
        let mapping = ParameterMapping("integration.request.header.X-Amz-Invocation-Type", "'Event'")
        var drive = Self.lambda(parameters: [mapping]).drive("POST", "/stage/f")
        #expect(try drive.start().call.isAsynchronous)
        #expect(try drive.answer("").text.isEmpty)
    }

    /// Recorded from AWS.
    @Test(
        "headers that may not be mapped to fail every request",
        arguments: ["Content-Length", "transfer-encoding", "Authorization", "Connection", "Expect", "Proxy-Authenticate", "TE"])
    func forbidden(name: String) throws {
        let gateway = Self.lambda(parameters: [ParameterMapping("integration.request.header.\(name)", "'x'")])
        let response = try gateway.refusal("POST", "/stage/f")
        #expect(response.status == 500 && response.values("x-amzn-ErrorType") == ["InternalServerErrorException"])
        #expect(!gateway.problems.isEmpty)
    }

    static func queue(_ uri: String, parameters: [ParameterMapping] = [], template: String? = nil) -> Gateway {
        var integration = Integration(type: .aws, httpMethod: "POST", uri: uri)
        integration.requestParameters = parameters
        if let template {
            integration.requestTemplates = [TemplateForContentType("application/json", MappingTemplate(template))]
        }
        integration.responses = [
            IntegrationResponse(statusCode: "200"), IntegrationResponse(statusCode: "400", selectionPattern: "4\\d{2}"),
        ]
        return Gateway(restMethod("POST", "/q", integration: integration))
    }

    @Test("SQS by path: the queue's path, mapped headers, Accept JSON unless mapped")
    func path() throws {
        let form = ParameterMapping("integration.request.header.Content-Type", "'application/x-www-form-urlencoded'")
        let gateway = Self.queue(
            "arn:aws:apigateway:us-east-1:sqs:path/000000000000/orders", parameters: [form],
            template: "Action=SendMessage&MessageBody=hi")
        var drive = gateway.drive("POST", "/stage/q")
        let request = try drive.start().serviceRequest
        #expect(request.service == "sqs" && request.region == "us-east-1" && request.method == "POST")
        #expect(request.target == "/000000000000/orders")
        #expect(request.headers.last("content-type") == "application/x-www-form-urlencoded")
        #expect(request.headers.last("accept") == "application/json")
        #expect(String(decoding: request.body, as: UTF8.self) == "Action=SendMessage&MessageBody=hi")
        let ok = try drive.resume(.backendAnswered(BackendAnswer(status: 200, headers: [], body: Array("{}".utf8)))).response
        #expect(ok.status == 200 && ok.text == "{}")
        var failing = gateway.drive("POST", "/stage/q")
        _ = failing.start()
        #expect(try failing.resume(.backendAnswered(BackendAnswer(status: 403, headers: [], body: []))).response.status == 400)
    }

    @Test("SQS by query parameters")
    func query() throws {
        let gateway = Self.queue(
            "arn:aws:apigateway:us-east-1:sqs:path/000000000000/orders",
            parameters: [
                ParameterMapping("integration.request.querystring.Action", "'SendMessage'"),
                ParameterMapping("integration.request.querystring.MessageBody", "method.request.querystring.m"),
            ])
        var drive = gateway.drive("POST", "/stage/q?m=a%20b")
        #expect(try drive.start().serviceRequest.target == "/000000000000/orders?Action=SendMessage&MessageBody=a%20b")
    }

    @Test("an action in the URI")
    func action() throws {
        var drive = Self.queue("arn:aws:apigateway:us-east-1:sqs:action/SendMessage&Version=2012-11-05").drive("POST", "/stage/q")
        #expect(try drive.start().serviceRequest.target == "/?Action=SendMessage&Version=2012-11-05")
    }

    @Test("HTTP APIs: SQS-SendMessage by the JSON protocol, its answer handed on")
    func subtype() throws {
        var integration = Integration(type: .awsProxy)
        integration.subtype = "SQS-SendMessage"
        integration.requestParameters = [
            ParameterMapping("QueueUrl", "http://localhost/000000000000/orders"),
            ParameterMapping("MessageBody", "$request.body.text"),
            ParameterMapping("DelaySeconds", "$request.querystring.d"),
        ]
        let gateway = Gateway(
            HTTPAPI(
                id: "h", name: "h", stages: [HTTPAPI.Stage(name: "$default")],
                routes: [HTTPAPI.Route(method: "POST", path: "/q", integration: integration)]))
        #expect(gateway.problems.isEmpty)
        var drive = gateway.drive("POST", "/q?d=5", body: Array(#"{"text":"책"}"#.utf8))
        let request = try drive.start().serviceRequest
        #expect(request.headers.last("x-amz-target") == "AmazonSQS.SendMessage")
        #expect(
            try JSON(parsing: request.body)
                == ["QueueUrl": "http://localhost/000000000000/orders", "MessageBody": "책", "DelaySeconds": 5])
        let answer = BackendAnswer(status: 200, headers: [HTTPHeader("Content-Type", "application/json")], body: Array("{}".utf8))
        #expect(try drive.resume(.backendAnswered(answer)).response.text == "{}")
    }

    @Test("a subtype without what it needs is told and answers 500")
    func badSubtype() throws {
        var integration = Integration(type: .awsProxy)
        integration.subtype = "SQS-SendMessage"
        let route = HTTPAPI.Route(method: "POST", path: "/q", integration: integration)
        let gateway = Gateway(HTTPAPI(id: "h", name: "h", stages: [HTTPAPI.Stage(name: "$default")], routes: [route]))
        #expect(gateway.problems.map(\.reason) == ["SQS-SendMessage needs the parameter QueueUrl"])
        #expect(try gateway.refusal("POST", "/q").status == 500)
    }

    @Test("a proxy's httpMethod has to be POST")
    func proxyMethod() throws {
        var integration = Integration.function(FunctionTarget(name: "F"))
        integration.httpMethod = "GET"
        let response = try Gateway(restMethod("GET", "/a", integration: integration)).refusal("GET", "/stage/a")
        #expect(response.status == 500 && response.text == #"{"message": "Internal server error"}"#)
    }

    @Test("stage variables choose the function and its alias; a missing one is empty")
    func stageVariables() throws {
        let integration = Integration.function(FunctionTarget(name: "${stageVariables.fn}", qualifier: "${stageVariables.alias}"))
        let api = restMethod("GET", "/a", integration: integration, stage: { $0.variables = ["fn": "Orders", "alias": "live"] })
        let plan = try Gateway(api).plan("GET", "/stage/a")
        #expect(plan.functionName == "Orders" && plan.qualifier == "live")
    }
}
