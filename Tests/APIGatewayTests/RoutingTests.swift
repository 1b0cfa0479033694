import CoreTypes
import Testing

@testable import APIGateway

@Suite("Routing of REST APIs (recorded: literal before variable before greedy, verb before ANY)")
struct RESTRoutingTests {
    static let gateway = Gateway(apis: [
        restAPI([
            route("GET", "/"), route("GET", "/orders"), route("ANY", "/orders"), route("GET", "/orders/{id}"),
            route("GET", "/orders/new"), route("POST", "/orders/{id}/items"), route("ANY", "/{proxy+}"),
            route("OPTIONS", "/guarded"), route("GET", "/files/{path+}"),
        ])
    ])

    @Test(
        "picks the route",
        arguments: [
            ("GET", "/stage", "GET /"), ("GET", "/stage/", "GET /"), ("GET", "/stage/orders", "GET /orders"),
            ("POST", "/stage/orders", "ANY /orders"), ("GET", "/stage/orders/", "GET /orders"),
            ("GET", "/stage/orders/new", "GET /orders/new"), ("GET", "/stage/orders/7", "GET /orders/{id}"),
            ("POST", "/stage/orders/7/items", "POST /orders/{id}/items"), ("GET", "/stage//orders", "GET /orders"),
            ("GET", "//stage/orders", "GET /orders"), ("GET", "/stage/%6Frders", "GET /orders"),
            ("GET", "/stage/files/a/b/", "GET /files/{path+}"), ("GET", "/stage/other/thing", "ANY /{proxy+}"),
            ("GET", "/stage/orders/a%2Fb", "GET /orders/{id}"),
            // A greedy part needs a segment of its own.
            ("GET", "/stage/files", "ANY /{proxy+}"), ("GET", "/stage/files/", "ANY /{proxy+}"),
        ])
    func routes(method: String, target: String, name: String) throws {
        #expect(try Self.gateway.plan(method, target).functionName == name)
    }

    @Test(
        "a resource that does not serve the verb gives way to a greedy ancestor that does",
        arguments: [
            ("GET", "/stage/guarded", "ANY /{proxy+}"), ("DELETE", "/stage/orders/7", "ANY /{proxy+}"),
            ("PUT", "/stage/orders/new", "ANY /{proxy+}"), ("GET", "/stage/orders/7/items", "ANY /{proxy+}"),
        ])
    func skips(method: String, target: String, name: String) throws {
        #expect(try Self.gateway.plan(method, target).functionName == name)
    }

    @Test(
        "without a match the answer is 403 Missing Authentication Token",
        arguments: [
            ("GET", "/stage/b"), ("POST", "/stage/a"), ("GET", "/stage/proxy"), ("GET", "/stage"),
        ])
    func noMatch(method: String, target: String) throws {
        let gateway = Gateway(apis: [restAPI([route("GET", "/a"), route("GET", "/proxy/{proxy+}")])])
        let response = try gateway.refusal(method, target)
        #expect(response.status == 403)
        #expect(response.text == #"{"message":"Missing Authentication Token"}"#)
        #expect(response.values("x-amzn-ErrorType") == ["MissingAuthenticationTokenException"])
        #expect(response.values("X-Amzn-Trace-Id").isEmpty)
        #expect(response.values("x-amzn-RequestId").count == 1 && response.values("x-amz-apigw-id").count == 1)
    }

    @Test("without a match a bearer token is read as a broken signature")
    func bearer() throws {
        let response = try Gateway(apis: [restAPI([route("GET", "/a")])])
            .refusal("GET", "/stage/b", headers: [("Authorization", "Bearer abc")])
        #expect(response.status == 403)
        #expect(
            response.text
                == #"{"message":"'abc' not a valid key=value pair (missing equal-sign) in Authorization header: 'Bearer abc'."}"#)
    }

    @Test("an unknown stage is 403 Forbidden")
    func unknownStage() throws {
        let response = try Self.gateway.refusal("GET", "/prod/orders")
        #expect(response.status == 403)
        #expect(response.text == #"{"message":"Forbidden"}"#)
        #expect(response.values("x-amzn-ErrorType") == ["ForbiddenException"])
    }

    @Test("the method override header replaces the verb")
    func override() throws {
        let plan = try Self.gateway.plan("POST", "/stage/orders/7", headers: [("X-HTTP-Method-Override", "GET")])
        #expect(plan.functionName == "GET /orders/{id}")
        #expect(try plan.json["httpMethod"] == "GET")
    }
}

@Suite("Routing of HTTP APIs (developer guide, \"Routes for HTTP APIs\")")
struct HTTPRoutingTests {
    static let gateway = Gateway(apis: [
        httpAPI([
            route("GET", "/pets/dog/1"), route("GET", "/pets/dog/{id}"), route("GET", "/pets/{proxy+}"),
            route("ANY", "/{proxy+}"),
            route(nil, "$default"), route("GET", "/{kind}/list"), route("ANY", "/pets/cat"), route("GET", "/pets/cat"),
            route("GET", "/a/{x}"), route("GET", "/a/{y}/b"),
        ])
    ])

    @Test(
        "picks the route",
        arguments: [
            ("GET", "/pets/dog/1", "GET /pets/dog/1"), ("GET", "/pets/dog/2", "GET /pets/dog/{id}"),
            ("GET", "/pets/cat/4", "GET /pets/{proxy+}"), ("POST", "/test/5", "ANY /{proxy+}"), ("GET", "/", "$default"),
            // A full match goes before a greedy one, even where the greedy one shares more literals.
            ("GET", "/pets/list", "GET /{kind}/list"), ("GET", "/pets/cat", "GET /pets/cat"),
            ("PUT", "/pets/cat", "ANY /pets/cat"),
            ("GET", "/a/1/", "GET /a/{x}"), ("GET", "/a/1/b", "GET /a/{y}/b"),
        ])
    func routes(method: String, target: String, name: String) throws {
        #expect(try Self.gateway.plan(method, target).functionName == name)
    }

    /// What live HTTP APIs made of these paths: hotsock/voker, "vokerhttp/testdata/ingress-paths.json". `nil`: 400.
    static let captures: [(sent: String, seen: String?)] = [
        ("/capture/plain", "/capture/plain"), ("/capture/space%20value", "/capture/space value"),
        ("/capture/question%3Fvalue", "/capture/question"), ("/capture/percent%25done", nil),
        ("/capture/hash%23value", "/capture/hash#value"), ("/capture/slash%2Fvalue", "/capture/slash/value"),
        ("/capture/unicode-%CE%BB-%E4%B8%96%E7%95%8C", "/capture/unicode-λ-世界"),
        ("/capture/literal%252Fvalue", "/capture/literal/value"), ("/capture/literal%253Fvalue", "/capture/literal?value"),
        ("/capture/literal%2525value", "/capture/literal%value"),
    ]

    @Test("a path is decoded before routes are looked for and again for who sees it, as captured", arguments: Self.captures)
    func decoding(sent: String, seen: String?) throws {
        let gateway = Gateway(apis: [
            httpAPI([route("GET", "/capture/{proxy+}", .version2)]), httpAPI([route("GET", "/{proxy+}")], id: "other"),
        ])
        guard let seen else {
            let response = try gateway.refusal("GET", sent + "?a=1")
            #expect(response.status == 400 && response.text == #"{"message":"Bad Request"}"#)
            return
        }
        let json = try gateway.plan("GET", sent + "?a=%2F").json
        #expect(json["rawPath"] == .string(seen) && json["requestContext"]?["http"]?["path"] == .string(seen))
        #expect(json["pathParameters"] == ["proxy": .string(String(seen.dropFirst("/capture/".count)))])
        #expect(json["rawQueryString"] == "a=%2F")
        let version1 = try gateway.plan("GET", sent, headers: [("Host", "other.execute-api.localhost")]).json
        #expect(version1["path"] == .string(seen))
    }

    @Test("an encoded slash separates segments; one that is encoded twice doesn't")
    func slashes() throws {
        let gateway = Gateway(apis: [httpAPI([route("GET", "/{name}/thing", .version2), route("GET", "/a/b/{x}")])])
        #expect(try gateway.plan("GET", "/a%252Fb/thing").json["pathParameters"] == ["name": "a/b"])
        #expect(try gateway.plan("GET", "/a%2Fb/thing").functionName == "GET /a/b/{x}")
    }

    @Test("variables of routes that share a node keep their own names")
    func names() throws {
        let gateway = Gateway(apis: [httpAPI([route("GET", "/a/{x}", .version2), route("GET", "/a/{y}/b", .version2)])])
        #expect(try gateway.plan("GET", "/a/1").json["pathParameters"] == ["x": "1"])
        #expect(try gateway.plan("GET", "/a/1/b").json["pathParameters"] == ["y": "1"])
    }

    @Test("no route, or no stage, is 404 Not Found")
    func notFound() throws {
        for gateway in [
            Gateway(apis: [httpAPI([route("GET", "/a")])]), Gateway(apis: [httpAPI([], stages: [HTTPAPI.Stage(name: "dev")])]),
            Gateway(apis: []),
        ] {
            let response = try gateway.refusal("GET", "/b")
            #expect(response.status == 404)
            #expect(response.text == #"{"message":"Not Found"}"#)
            #expect(response.values("apigw-requestid").count == 1)
            #expect(response.values("x-amzn-ErrorType").isEmpty)
        }
    }

    @Test("the first segment names a stage, otherwise the stage is $default")
    func stages() throws {
        let stages = [HTTPAPI.Stage(name: "$default"), HTTPAPI.Stage(name: "dev", variables: ["table": "t"])]
        let gateway = Gateway(apis: [httpAPI([route("GET", "/{proxy+}", .version2)], stages: stages)])
        let named = try gateway.plan("GET", "/dev/x").json
        #expect(named["requestContext"]?["stage"] == "dev")
        #expect(named["rawPath"] == "/dev/x")
        #expect(named["pathParameters"] == ["proxy": "x"])
        #expect(named["stageVariables"] == ["table": "t"])
        #expect(try gateway.plan("GET", "/other/x").json["requestContext"]?["stage"] == "$default")
    }
}

@Suite("Which API a request means")
struct APISelectionTests {
    static let gateway = Gateway(apis: [
        httpAPI([route("GET", "/{proxy+}")]), restAPI([route("GET", "/hello")], stage: RestAPI.Stage(name: "Prod")),
        restAPI([route("GET", "/bye")], stage: RestAPI.Stage(name: "Prod"), id: "rest111111"),
    ])

    @Test(
        "a REST stage in the path, else the HTTP API",
        arguments: [
            ("/Prod/hello", "GET /hello"), ("/Prod/bye", "GET /bye"), ("/hello", "GET /{proxy+}"),
            ("/prod/hello", "GET /{proxy+}"),
        ])
    func byPath(target: String, name: String) throws {
        #expect(try Self.gateway.plan("GET", target, headers: [("Host", "127.0.0.1:3000")]).functionName == name)
    }

    @Test(
        "a host names the API",
        arguments: [
            ("http000000.execute-api.localhost:3000", "/Prod/hello", "GET /{proxy+}"),
            ("REST111111.Execute-Api.eu-west-1.localhost", "/Prod/bye", "GET /bye"),
        ])
    func byHost(host: String, target: String, name: String) throws {
        #expect(try Self.gateway.plan("GET", target, headers: [("Host", host)]).functionName == name)
    }

    @Test("an unknown API is 403 Forbidden, also through a host")
    func unknown() throws {
        let response = try Self.gateway.refusal("GET", "/Prod/hello", headers: [("Host", "nobody.execute-api.localhost")])
        #expect(response.status == 403)
        #expect(response.text == #"{"message":"Forbidden"}"#)
    }

    @Test("the absolute form of a target is understood")
    func absoluteForm() throws {
        let json = try Self.gateway.plan("GET", "http://127.0.0.1:3000/Prod/hello?a=1#f").json
        #expect(json["requestContext"]?["path"] == "/Prod/hello")
        #expect(json["queryStringParameters"] == ["a": "1"])
    }

    @Test("a path literally called $default is no stage of that name")
    func defaultSegment() throws {
        #expect(try Self.gateway.plan("GET", "/$default/x").json["pathParameters"] == ["proxy": "$default/x"])
    }

    @Test("a route of absurd depth never matches, and its neighbours still do")
    func depth() throws {
        let deep = String(repeating: "/a", count: GatewayLimits.routeSegments + 1)
        let gateway = Gateway(apis: [restAPI([route("GET", deep), route("GET", "/{proxy+}")])])
        #expect(try gateway.plan("GET", "/stage" + deep).functionName == "GET /{proxy+}")
    }
}
