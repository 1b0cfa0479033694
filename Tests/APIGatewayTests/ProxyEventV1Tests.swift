import CoreTypes
import Foundation
import LambdaEvents
import Testing

@testable import APIGateway

@Suite("REST proxy event")
struct ProxyEventV1Tests {
    static let gateway = Gateway(
        apis: [restAPI([route("ANY", "/{proxy+}"), route("ANY", "/hardcoded")])], place: GatewayPlace(accountID: "123456789012"))

    @Test(
        "paths as recorded from AWS",
        arguments: [
            ("/stage/a/", "/a/", "/stage/a/", "a"), ("/stage/a//b", "/a//b", "/stage/a//b", "a//b"),
            ("//stage/a", "/a", "/stage/a", "a"),
            ("/stage//a", "/a", "/stage//a", "a"), ("/stage//hardcoded", "/hardcoded", "/stage//hardcoded", nil),
            ("/stage/x%2By/p+q", "/x%2By/p+q", "/stage/x%2By/p+q", "x%2By/p+q"),
        ])
    func paths(target: String, path: String, contextPath: String, proxy: String?) throws {
        let json = try Self.gateway.plan("GET", target).json
        #expect(json["path"] == .string(path))
        #expect(json["requestContext"]?["path"] == .string(contextPath))
        #expect(json["pathParameters"] == proxy.map { ["proxy": .string($0)] } ?? .null)
    }

    @Test("every member, with null for what is empty")
    func minimal() throws {
        let json = try Self.gateway.plan("GET", "/stage/hardcoded").json
        #expect(
            json.objectValue?.names == [
                "resource", "path", "httpMethod", "headers", "multiValueHeaders", "queryStringParameters",
                "multiValueQueryStringParameters", "pathParameters", "stageVariables", "requestContext", "body",
                "isBase64Encoded",
            ])
        for name in ["queryStringParameters", "multiValueQueryStringParameters", "pathParameters", "stageVariables", "body"] {
            #expect(json[name] == .null, "\(name)")
        }
        #expect(json["isBase64Encoded"] == false)
        let context = try #require(json["requestContext"]?.objectValue)
        #expect(
            Set(context.names) == [
                "accountId", "apiId", "deploymentId", "resourceId", "stage", "resourcePath", "httpMethod", "protocol", "path",
                "domainName", "domainPrefix", "requestId", "extendedRequestId", "requestTime", "requestTimeEpoch", "identity",
            ])
        #expect(context["accountId"] == "123456789012")
        #expect(context["protocol"] == "HTTP/1.1")
        #expect(context["requestTime"] == "21/Nov/2026:05:47:00 +0000")
        #expect(context["requestTimeEpoch"] == 1_795_240_020_123)
        let identity = try #require(context["identity"]?.objectValue)
        #expect(
            Set(identity.names) == [
                "accessKey", "accountId", "caller", "cognitoAuthenticationProvider", "cognitoAuthenticationType",
                "cognitoIdentityId", "cognitoIdentityPoolId", "principalOrgId", "user", "userArn", "sourceIp", "userAgent",
            ])
        #expect(identity.members.filter { $0.value != .null }.map(\.name) == ["sourceIp"])
    }

    @Test("the last of repeated headers and parameters, and all of them in the multi-value maps")
    func repeated() throws {
        let json = try Self.gateway.plan(
            "GET", "/stage/a?x=1&y=%EC%B1%85+b&x=2&empty&z=a;w=b",
            headers: [("X-Tag", "첫"), ("Host", "api.example.test:3000"), ("x-tag", "둘"), ("User-Agent", "curl/8")]
        ).json
        #expect(json["queryStringParameters"] == ["x": "2", "y": "책 b", "empty": "", "z": "a", "w": "b"])
        #expect(
            json["multiValueQueryStringParameters"]
                == ["x": ["1", "2"], "y": ["책 b"], "empty": [""], "z": ["a"], "w": ["b"]])
        #expect(json["headers"]?["X-Tag"] == "둘")
        #expect(json["multiValueHeaders"]?["X-Tag"] == ["첫", "둘"])
        #expect(json["requestContext"]?["domainName"] == "api.example.test")
        #expect(json["requestContext"]?["domainPrefix"] == "api")
        #expect(json["requestContext"]?["identity"]?["userAgent"] == "curl/8")
        #expect(json["requestContext"]?["identity"]?["sourceIp"] == "203.0.113.24")
    }

    @Test(
        "headers that never reach a function",
        arguments: [
            "Connection", "Content-Length", "Content-MD5", "Expect", "Max-Forwards", "Proxy-Authenticate", "Server", "TE",
            "Trailer",
            "Transfer-Encoding", "Upgrade", "WWW-Authenticate",
        ])
    func dropped(name: String) throws {
        #expect(try Self.gateway.plan("GET", "/stage/a", headers: [(name, "v")]).json["headers"]?[name] == nil)
    }

    @Test(
        "headers that do",
        arguments: [
            "Accept", "Accept-Charset", "Accept-Encoding", "Age", "Authorization", "Content-Encoding", "Content-Type", "Date",
            "Host",
            "Pragma", "Range", "Referer", "User-Agent", "Via", "x-cUsTom",
        ])
    func kept(name: String) throws {
        #expect(try Self.gateway.plan("GET", "/stage/a", headers: [(name, "v")]).json["headers"]?[name] == "v")
    }

    /// Recorded from AWS for an API of type EDGE, which CloudFront stands before.
    @Test("at the edge two names are spelled one way, whatever the client wrote; elsewhere as sent")
    func edgeNames() throws {
        let sent = [("user-agent", "a"), ("AUTHORIZATION", "b"), ("x-c", "c")]
        func names(_ type: EndpointType) throws -> [String] {
            let event = try Gateway(restMethod(api: { $0.endpointType = type })).plan("GET", "/stage/a", headers: sent).json
            return event["headers"]?.objectValue?.names ?? []
        }
        #expect(try names(.edge).prefix(3) == ["User-Agent", "Authorization", "x-c"])
        #expect(try names(.regional).prefix(3) == ["user-agent", "AUTHORIZATION", "x-c"])
    }

    @Test("a signature stays with the gateway")
    func signature() throws {
        let json = try Self.gateway.plan("GET", "/stage/a", headers: [("Authorization", "AWS4-HMAC-SHA256 Credential=x")]).json
        #expect(json["headers"]?["Authorization"] == nil)
    }

    @Test("forwarding headers are added, the client's chain is kept")
    func forwarding() throws {
        let json = try Self.gateway.plan(
            "GET", "/stage/a", headers: [("x-forwarded-for", "198.51.100.7"), ("X-Forwarded-Proto", "gopher")]
        ).json
        #expect(json["headers"]?["X-Forwarded-For"] == "198.51.100.7, 203.0.113.24")
        #expect(json["headers"]?["X-Forwarded-Proto"] == "http")
        #expect(json["headers"]?["X-Forwarded-Port"] == "3000")
        #expect(json["multiValueHeaders"]?["X-Forwarded-Proto"] == ["http"])
    }

    @Test("a trace begins here, or goes on")
    func trace() throws {
        let fresh = try Self.gateway.plan("GET", "/stage/a")
        // 0x6b013054 is 1795240020.
        #expect(fresh.trace.text.wholeMatch(of: /Root=1-6b013054-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0/) != nil)
        #expect(try fresh.json["headers"]?["X-Amzn-Trace-Id"] == .string("Root=\(fresh.trace.root)"))
        let root = "1-5e66d96f-7491f09ab1e2d1e8a0c3d050"
        let given = try Self.gateway.plan("GET", "/stage/a", headers: [("x-amzn-trace-id", "Root=\(root)")])
        #expect(given.trace.text.hasPrefix("Root=\(root);Parent=") && given.trace.text.hasSuffix(";Sampled=0"))
        let parent = try Self.gateway.plan(
            "GET", "/stage/a", headers: [("x-amzn-trace-id", "Root=\(root);Parent=53995c3f42cd8ad8")])
        #expect(parent.trace.text == "Root=\(root);Parent=53995c3f42cd8ad8;Sampled=1")
        #expect(try parent.json["headers"]?["X-Amzn-Trace-Id"] == .string(parent.trace.text))
        let hostile = try Self.gateway.plan("GET", "/stage/a", headers: [("x-amzn-trace-id", "Root=1-a\"b;Sampled;=;;Parent=")])
        #expect(hostile.trace.root == #"1-a"b"#)
    }

    @Test(
        "a body is text unless its type is binary",
        arguments: [
            (["image/png"], "image/png", true), (["image~1png"], "image/png; q=1", true), (["image/*"], "image/gif", true),
            (["*/*"], "text/plain", true), (["*/*"], nil, true), (["image/png"], "text/plain", false), ([], "image/png", false),
            (["*/png"], "image/png", false), (["image/png"], nil, false),
        ] as [([String], String?, Bool)])
    func binary(types: [String], contentType: String?, isBase64: Bool) throws {
        let gateway = Gateway(apis: [restAPI([route("POST", "/a")], binary: types)])
        let json = try gateway.plan(
            "POST", "/stage/a", headers: contentType.map { [("Content-Type", $0)] } ?? [], body: Array("책\n".utf8)
        ).json
        #expect(json["isBase64Encoded"] == .bool(isBase64))
        #expect(json["body"] == (isBase64 ? "7LGFCg==" : "책\n"))
    }

    @Test("stage variables")
    func stageVariables() throws {
        let stage = RestAPI.Stage(name: "v1", variables: ["b": "2", "a": "1"])
        let json = try Gateway(apis: [restAPI([route("GET", "/a")], stage: stage)]).plan("GET", "/v1/a").json
        #expect(json["stageVariables"] == ["a": "1", "b": "2"])
    }

    @Test("decodes as APIGatewayRequest")
    func decodes() throws {
        let plan = try Self.gateway.plan(
            "POST", "/stage/x%20y?q=1", headers: [("Host", "h"), ("Content-Type", "text/plain")], body: Array("세계".utf8))
        let event = try JSONDecoder().decode(APIGatewayRequest.self, from: Data(plan.event))
        #expect(event.httpMethod == .post)
        #expect(event.pathParameters == ["proxy": "x%20y"])
        #expect(event.queryStringParameters == ["q": "1"])
        #expect(event.headers.first(name: "content-type") == "text/plain")
        #expect(event.body == "세계")
        #expect(event.requestContext.identity.sourceIp == "203.0.113.24")
    }

    @Test("format 1.0 of an HTTP API: decoded paths, both ids the same, first of repeated parameters")
    func httpAPIVersion1() throws {
        let gateway = Gateway(apis: [httpAPI([route("GET", "/orders/{id}")])])
        let plan = try gateway.plan("GET", "/orders/%EC%B1%85?x=1&x=2", headers: [("Host", "h"), ("X-A", "1"), ("X-A", "2")])
        let json = try plan.json
        #expect(json["version"] == "1.0")
        #expect(json["resource"] == "/orders/{id}")
        #expect(json["path"] == "/orders/책")
        #expect(json["pathParameters"] == ["id": "책"])
        #expect(json["queryStringParameters"] == ["x": "1"])
        #expect(json["headers"]?["X-A"] == "2")
        #expect(json["requestContext"]?["deploymentId"] == nil)
        #expect(json["requestContext"]?["requestId"] == json["requestContext"]?["extendedRequestId"])
        #expect(json["requestContext"]?["resourceId"] == "GET /orders/{id}")
        #expect(json["requestContext"]?["authorizer"] == ["claims": nil, "scopes": nil])
        _ = try JSONDecoder().decode(APIGatewayRequest.self, from: Data(plan.event))
    }
}
