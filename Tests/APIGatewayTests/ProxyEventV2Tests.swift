import CoreTypes
import Foundation
import LambdaEvents
import Testing

@testable import APIGateway

@Suite("Payload format 2.0 event")
struct ProxyEventV2Tests {
    static let gateway = Gateway(
        apis: [httpAPI([route("ANY", "/orders/{id}", .version2), route(nil, "$default", .version2)])],
        place: GatewayPlace(accountID: "123456789012"))

    @Test("what is empty is absent")
    func minimal() throws {
        let json = try Self.gateway.plan("GET", "/x/", headers: [("Host", "h.example.test")]).json
        #expect(
            json.objectValue?.names == [
                "version", "routeKey", "rawPath", "rawQueryString", "headers", "requestContext", "isBase64Encoded",
            ])
        #expect(json["version"] == "2.0")
        #expect(json["routeKey"] == "$default")
        #expect(json["rawPath"] == "/x/")
        #expect(json["rawQueryString"] == "")
        let context = try #require(json["requestContext"]?.objectValue)
        #expect(
            Set(context.names) == [
                "accountId", "apiId", "domainName", "domainPrefix", "http", "requestId", "routeKey", "stage", "time", "timeEpoch",
            ])
        #expect(
            context["http"]
                == ["method": "GET", "path": "/x/", "protocol": "HTTP/1.1", "sourceIp": "203.0.113.24", "userAgent": ""])
        #expect(context["time"] == "21/Nov/2026:05:47:00 +0000")
        #expect(context["timeEpoch"] == 1_795_240_020_123)
        #expect(context["requestId"]?.stringValue?.wholeMatch(of: /[A-Za-z0-9+\/]{15}=/) != nil)
    }

    @Test("joined headers and parameters, cookies of their own, raw query")
    func full() throws {
        let json = try Self.gateway.plan(
            "POST", "/orders/%EC%B1%85%252F1/?a=1&b=%20x&a=2+3",
            headers: [
                ("Host", "h"), ("X-Tag", "하나"), ("x-tag", "둘"), ("Cookie", "a=1; b=2"), ("Connection", "close"),
                ("cookie", "c=3"),
                ("Content-Type", "application/json; charset=utf-8"),
            ], body: Array(#"{"k":"값"}"#.utf8)
        ).json
        #expect(json["routeKey"] == "ANY /orders/{id}")
        #expect(json["rawPath"] == "/orders/책/1/")
        #expect(json["rawQueryString"] == "a=1&b=%20x&a=2+3")
        #expect(json["queryStringParameters"] == ["a": "1,2 3", "b": " x"])
        #expect(json["pathParameters"] == ["id": "책/1"], "a slash encoded twice is no separator for the route")
        #expect(json["cookies"] == ["a=1", "b=2", "c=3"])
        #expect(json["headers"]?["x-tag"] == "하나,둘")
        #expect(json["headers"]?["cookie"] == nil && json["headers"]?["connection"] == nil)
        #expect(json["headers"]?["content-length"] == "11")
        #expect(json["body"] == #"{"k":"값"}"#)
        #expect(json["isBase64Encoded"] == false)
    }

    @Test(
        "text types as text, all others as base64 (measured)",
        arguments: [
            ("text/html; charset=utf-8", false), ("application/json", false), ("application/xml", false),
            ("application/javascript", false),
            ("APPLICATION/JSON", false), ("application/x-www-form-urlencoded", true), ("application/problem+json", true),
            ("image/png", true), ("multipart/form-data; boundary=x", true), (nil, true),
        ] as [(String?, Bool)])
    func bodies(type: String?, isBase64: Bool) throws {
        let json = try Self.gateway.plan(
            "POST", "/x", headers: type.map { [("Content-Type", $0)] } ?? [], body: Array("a=b".utf8)
        ).json
        #expect(json["isBase64Encoded"] == .bool(isBase64))
        #expect(json["body"] == (isBase64 ? "YT1i" : "a=b"))
    }

    @Test("decodes as APIGatewayV2Request")
    func decodes() throws {
        let plan = try Self.gateway.plan("DELETE", "/orders/7?x=1", headers: [("Host", "h"), ("Cookie", "a=1")])
        let event = try JSONDecoder().decode(APIGatewayV2Request.self, from: Data(plan.event))
        #expect(event.context.http.method == .delete)
        #expect(event.pathParameters == ["id": "7"])
        #expect(event.cookies == ["a=1"])
        #expect(event.context.accountId == "123456789012")
    }
}

@Suite("Function URLs")
struct FunctionURLTests {
    static let gateway = Gateway(
        apis: [restAPI([route("GET", "/{proxy+}")])],
        functionURLs: [
            FunctionURL(id: "open1", functionName: "Open", qualifier: "live"),
            FunctionURL(id: "signed1", functionName: "Signed", requiresSignature: true),
        ], place: GatewayPlace(accountID: "123456789012"))

    static func host(_ id: String) -> [(String, String)] { [("Host", "\(id).lambda-url.eu-west-1.localhost:3000")] }

    @Test("the event: raw path, $default, anonymous")
    func event() throws {
        let plan = try Self.gateway.plan("GET", "/hello/%EC%B1%85//x/?a=1", headers: Self.host("open1"))
        #expect(plan.functionName == "Open" && plan.qualifier == "live" && plan.call.timeoutMilliseconds == nil)
        let json = try plan.json
        #expect(json["rawPath"] == "/hello/%EC%B1%85//x/")
        #expect(json["routeKey"] == "$default")
        let context = try #require(json["requestContext"])
        #expect(context["stage"] == "$default" && context["routeKey"] == "$default")
        #expect(context["accountId"] == "anonymous" && context["apiId"] == "open1")
        #expect(context["authentication"] == .null)
        #expect(context["domainPrefix"] == "open1")
        #expect(context["requestId"] == .string(plan.stamp.requestID.description))
        #expect(json["pathParameters"] == nil && json["body"] == nil)
        _ = try JSONDecoder().decode(FunctionURLRequest.self, from: Data(plan.event))
    }

    @Test("an unknown URL is 403 with a null message (recorded)")
    func unknown() throws {
        let response = try Self.gateway.refusal("GET", "/", headers: Self.host("nobody"))
        #expect(response.status == 403)
        #expect(response.text == #"{"Message":null}"#)
        #expect(response.values("x-amzn-ErrorType") == ["AccessDeniedException"])
    }

    @Test("AWS_IAM refuses unsigned requests and takes signed ones")
    func signed() throws {
        let response = try Self.gateway.refusal("GET", "/", headers: Self.host("signed1"))
        #expect(response.status == 403)
        #expect(response.text.hasPrefix(#"{"Message":"Forbidden. For troubleshooting Function URL authorization issues, see: "#))
        let header = ("Authorization", "AWS4-HMAC-SHA256 Credential=x")
        let identity = IAMIdentity(
            accessKey: "AKIDEXAMPLE", accountID: "123456789012", userID: "AIDAEXAMPLE",
            userARN: "arn:aws:iam::123456789012:user/me")
        var drive = Self.gateway.drive("GET", "/", headers: Self.host("signed1") + [header])
        guard case .verifySignature = drive.start() else { throw Refused(decision: "no verification") }
        let json = try JSON(parsing: try drive.resume(.signatureVerified(identity)).call.payload)
        #expect(json["requestContext"]?["accountId"] == "123456789012")
        #expect(json["requestContext"]?["authorizer"]?["iam"]?["userArn"] == "arn:aws:iam::123456789012:user/me")
        var presigned = Self.gateway.drive("GET", "/?X-Amz-Signature=0a", headers: Self.host("signed1"))
        guard case .verifySignature = presigned.start() else { throw Refused(decision: "no verification") }
        #expect(try presigned.resume(.signatureRefused(.unknownKey)).response.status == 403)
    }

    @Test("failures: plain 502, throttle 429")
    func failures() throws {
        let plan = try Self.gateway.plan("GET", "/", headers: Self.host("open1"))
        for result in [FunctionResult.failed(noPayload), .timedOut(noPayload), .missing] {
            let response = try plan.response(for: result)
            #expect(response.status == 502 && response.text == "Internal Server Error")
        }
        #expect(try plan.answer("not json").status == 502)
        #expect(try plan.response(for: .throttled).status == 429)
        #expect(try plan.response(for: .eventTooLarge).status == 413)
    }

    @Test("remaps what is the service's, adds the invocation's id")
    func headers() throws {
        let plan = try Self.gateway.plan("GET", "/", headers: Self.host("open1"))
        let response = try plan.answer(
            #"{"statusCode":200,"headers":{"Connection":"x","x-amzn-RequestId":"y","X-A":"z"},"body":"b"}"#)
        #expect(
            response.lines == [
                "x-amzn-remapped-connection: x", "x-amzn-remapped-x-amzn-requestid: y", "X-A: z",
                "Content-Type: application/json",
                "x-amzn-RequestId: \(plan.stamp.requestID)",
            ])
    }
}
