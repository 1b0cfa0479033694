import APIGateway
import CoreTypes
import Testing

/// Sources: API Gateway developer guide, "Parameter mapping source reference for REST APIs in API Gateway", and the values recorded on
/// AWS for missing and repeated parameters.
@Suite("Parameter mapping of REST APIs")
struct ParameterMappingTests {
    private var input: MappingInput {
        var input = MappingInput(body: MappingBody(#"{"id":7,"name":"n","price":1.10,"list":[1,"a"],"o":{"k":"v"},"nil":null}"#))
        input.parameters.path = ValueLists([("petId", ["5"])])
        input.parameters.querystring = ValueLists([("q", ["1", "2"])])
        input.parameters.header = ValueLists([("X-Id", ["a", "b"])])
        input.integrationHeaders = ValueLists([("Location", ["/x"]), ("Set-Cookie", ["a", "b"])])
        input.context = MappingContext([
            "requestId": "r1", "identity": ["sourceIp": "192.0.2.1"], "requestTimeEpoch": 17, "authorizer": ["k.v": "dot"],
        ])
        input.stageVariables = ["env": "prod"]
        return input
    }

    @Test(
        "request expressions",
        arguments: [
            ("method.request.path.petId", ["5"]), ("method.request.querystring.q", ["2"]),
            ("method.request.multivaluequerystring.q", ["1", "2"]), ("method.request.header.X-Id", ["b"]),
            ("method.request.header.x-id", []), ("method.request.multivalueheader.X-Id", ["a,b"]),
            ("method.request.body.id", ["7"]), ("method.request.body.price", ["1.1"]),
            ("method.request.body.list", [#"[1,"a"]"#]),
            ("method.request.body.list[1]", ["a"]), ("method.request.body.o.k", ["v"]), ("method.request.body.o", ["{k=v}"]),
            ("method.request.body.none", []), ("method.request.body.nil", []), ("context.requestId", ["r1"]),
            ("context.identity.sourceIp", ["192.0.2.1"]), ("context.none", []), ("context.identity", []),
            ("stageVariables.env", ["prod"]), ("stageVariables.none", []), ("'text'", ["text"]), ("''", [""]),
        ])
    func request(expression: String, values: [String]) throws {
        #expect(try MappingExpression(expression, side: .request).values(self.input, side: .request) == values)
    }

    @Test("the raw body, and {} for an empty one")
    func body() throws {
        let expression = try MappingExpression("method.request.body", side: .request)
        #expect(try expression.values(MappingInput(body: MappingBody("not json {")), side: .request) == ["not json {"])
        #expect(try expression.values(MappingInput(body: MappingBody("")), side: .request) == ["{}"])
    }

    @Test(
        "response expressions",
        arguments: [
            ("integration.response.header.Location", ["/x"]), ("integration.response.header.location", []),
            ("integration.response.header.Set-Cookie", ["b"]), ("integration.response.multivalueheader.Set-Cookie", ["a,b"]),
            ("integration.response.body.name", ["n"]), ("'*'", ["*"]),
        ])
    func response(expression: String, values: [String]) throws {
        #expect(try MappingExpression(expression, side: .response).values(self.input, side: .response) == values)
    }

    @Test(
        "refuses what is no expression, with what there is",
        arguments: [
            ("method.request.cookie.a", MappingExpression.Side.request), ("method.request.header.", .request), ("text", .request),
            ("'open", .request), ("integration.response.header.X", .request), ("method.request.path.x", .response),
            ("", .response),
        ])
    func refusals(expression: String, side: MappingExpression.Side) throws {
        let error = try #require(throws: MappingExpressionError.self) { try MappingExpression(expression, side: side) }
        #expect(error.expression == expression && !error.reason.isEmpty)
    }

    @Test("only mapped parameters reach the backend, and overrides replace them by exact name")
    func requestMapping() throws {
        let mappings = try RequestParameterMappings([
            ParameterMapping("integration.request.path.id", "method.request.path.petId"),
            ParameterMapping("integration.request.querystring.all", "method.request.multivaluequerystring.q"),
            ParameterMapping("integration.request.header.X-From", "'map'"),
            ParameterMapping("integration.request.header.X-None", "method.request.header.none"),
        ])
        var parameters = try mappings.apply(self.input)
        #expect(parameters.path == ValueLists([("id", ["5"])]))
        #expect(parameters.querystring == ValueLists([("all", ["1", "2"])]))
        #expect(parameters.header == ValueLists([("X-From", ["map"])]))
        var overrides = MappingOverrides()
        overrides.requestHeaders = ValueLists([("X-From", ["override"]), ("x-from", ["other"])])
        parameters.apply(overrides)
        #expect(parameters.header == ValueLists([("X-From", ["override"]), ("x-from", ["other"])]))
    }

    @Test("headers of a response, with overrides")
    func responseMapping() throws {
        let mappings = try ResponseParameterMappings([
            ParameterMapping("method.response.header.Link", "integration.response.header.Location"),
            ParameterMapping("method.response.header.X-None", "integration.response.header.None"),
            ParameterMapping("method.response.header.X-A", "'a'"),
        ])
        #expect(try mappings.apply(self.input) == [HTTPHeader("Link", "/x"), HTTPHeader("X-A", "a")])
        var overrides = MappingOverrides()
        overrides.responseHeaders = ValueLists([("X-A", ["b", "c"])])
        #expect(
            try mappings.apply(self.input, overrides: overrides)
                == [HTTPHeader("Link", "/x"), HTTPHeader("X-A", "b"), HTTPHeader("X-A", "c")])
        #expect(throws: MappingExpressionError.self) {
            try ResponseParameterMappings([ParameterMapping("method.response.body", "'x'")])
        }
        #expect(throws: MappingExpressionError.self) {
            try RequestParameterMappings([ParameterMapping("integration.request.cookie.x", "'x'")])
        }
    }

    @Test("a value in a body that can't be read fails; plain text can be read")
    func bodies() throws {
        let expression = try MappingExpression("method.request.body.id", side: .request)
        #expect(throws: MappingFailure.self) {
            try expression.values(MappingInput(body: MappingBody("{\"id\":")), side: .request)
        }
        #expect(try expression.values(MappingInput(body: MappingBody("abc")), side: .request) == [])
    }
}

/// Source: API Gateway developer guide, "Transform API requests and responses for HTTP APIs in API Gateway".
@Suite("Parameter mapping of HTTP APIs")
struct HTTPParameterMappingTests {
    private var input: HTTPMappingInput {
        HTTPMappingInput(
            body: MappingBody(#"{"id":7,"list":["a"]}"#), path: "/pets/5", pathParameters: ["petId": "5"],
            querystring: ValueLists([("q", ["1", "2"])]), headers: [HTTPHeader("X-Id", "a"), HTTPHeader("x-id", "b")],
            context: MappingContext(["stage": "dev", "identity": ["sourceIp": "192.0.2.1"]]), stageVariables: ["env": "prod"])
    }

    @Test(
        "values",
        arguments: [
            ("$request.header.x-ID", "a,b"), ("${request.querystring.q}", "1,2"), ("$request.path", "/pets/5"),
            ("$request.path.petId", "5"), ("$request.body.id", "7"), ("$request.body.list[0]", "a"),
            ("$request.body", #"{"id":7,"list":["a"]}"#),
            ("$context.identity.sourceIp", "192.0.2.1"), ("$stageVariables.env", "prod"), ("static", "static"), ("$5", "$5"),
            ("${request.path.petId}-${context.stage}/${stageVariables.none}", "5-dev/"), ("a${request.header.x-id}", "aa,b"),
        ])
    func values(expression: String, value: String) throws {
        #expect(try HTTPMappingExpression(expression, side: .request).text(self.input) == value)
    }

    @Test(
        "a variable alone that is missing gives nothing",
        arguments: ["$request.header.none", "$request.body.none", "$context.none"])
    func missing(expression: String) throws {
        #expect(try HTTPMappingExpression(expression, side: .request).text(self.input) == nil)
    }

    @Test(
        "refuses what the service refuses",
        arguments: [
            ("append:header.x", "$request.body..id"), ("append:header.x", "$request.body.l[?(@.a)]"),
            ("append:header.x", "$request.none"),
            ("append:header.x", "$request.header.a $request.header.b"), ("append:path", "x"), ("remove:path", "''"),
            ("overwrite:statuscode", "200"), ("put:header.x", "x"), ("header.x", "x"), ("append:header.", "x"),
            ("append:header.Authorization", "x"), ("overwrite:header.X-Amz-Date", "x"), ("remove:header.via", "''"),
            ("append:header.access-control-allow-origin", "*"),
        ])
    func refusals(key: String, value: String) {
        #expect(throws: MappingExpressionError.self) { try HTTPRequestMappings([ParameterMapping(key, value)]) }
    }

    @Test("append, overwrite and remove")
    func request() throws {
        let mappings = try HTTPRequestMappings([
            ParameterMapping("append:header.X-Id", "$context.stage"), ParameterMapping("overwrite:header.Host2", "h"),
            ParameterMapping("remove:header.gone", "''"), ParameterMapping("append:querystring.q", "$request.path.petId"),
            ParameterMapping("overwrite:querystring.new", "$request.header.x-id"),
            ParameterMapping("remove:querystring.old", "''"),
            ParameterMapping("overwrite:path", "/animals/${request.path.petId}"),
            ParameterMapping("overwrite:header.kept", "$request.header.none"),
        ])
        var request = MappedHTTPRequest(
            path: "/pets/5", querystring: ValueLists([("q", ["1"]), ("old", ["x"])]),
            headers: [HTTPHeader("x-id", "a"), HTTPHeader("Gone", "x"), HTTPHeader("host2", "y"), HTTPHeader("kept", "k")])
        try mappings.apply(to: &request, self.input)
        #expect(request.path == "/animals/5")
        #expect(request.querystring == ValueLists([("q", ["1", "5"]), ("new", ["a,b"])]))
        #expect(
            request.headers
                == [HTTPHeader("x-id", "a"), HTTPHeader("kept", "k"), HTTPHeader("X-Id", "dev"), HTTPHeader("Host2", "h")])
    }

    @Test("responses")
    func response() throws {
        let mappings = try HTTPResponseMappings([
            ParameterMapping("overwrite:statuscode", "$response.header.status"),
            ParameterMapping("append:header.x", "$response.body.id"),
            ParameterMapping("remove:header.Server", "''"),
        ])
        var response = MappedHTTPResponse(statusCode: 200, headers: [HTTPHeader("server", "s")])
        var input = self.input
        input.headers = [HTTPHeader("Status", "403")]
        try mappings.apply(to: &response, input)
        #expect(response == MappedHTTPResponse(statusCode: 403, headers: [HTTPHeader("x", "7")]))
        input.headers = [HTTPHeader("Status", "none")]
        try mappings.apply(to: &response, input)
        #expect(response.statusCode == 403)
    }

    @Test("values are looked for in the first 100 KB")
    func largeBody() throws {
        let padding = String(repeating: "x", count: 200_000)
        let input = HTTPMappingInput(body: MappingBody(#"{"id":"first","pad":"\#(padding)","late":1}"#))
        #expect(try HTTPMappingExpression("$request.body.id", side: .request).text(input) == "first")
        #expect(try HTTPMappingExpression("$request.body.late", side: .request).text(input) == nil)
    }
}
