import CoreTypes
import Testing

@testable import APIGateway

/// Spec sheet 3.3, 3.5 and 3.7, with templates that hold no variables; those with some are tested with the mapping.
@Suite("MOCK integrations")
struct MockTests {
    static func gateway(
        request: String? = #"{"statusCode": 200}"#, responses: [IntegrationResponse] = [IntegrationResponse(statusCode: "200")],
        passthrough: Integration.PassthroughBehavior = .whenNoMatch, declared: [String] = [],
        api: (inout RestAPI) -> Void = { _ in }
    ) -> Gateway {
        var integration = Integration(type: .mock)
        if let request { integration.requestTemplates = [TemplateForContentType("application/json", MappingTemplate(request))] }
        integration.passthroughBehavior = passthrough
        integration.responses = responses
        return Gateway(
            restMethod(
                "ANY", "/m", integration: integration, api: api,
                method: { method in
                    method.responses = responses.map { response in
                        var declaration = RestAPI.MethodResponse(statusCode: response.statusCode)
                        declaration.headers = declared.map { RestAPI.MethodResponse.Header($0, isRequired: false) }
                        return declaration
                    }
                }))
    }

    static func response(_ status: String, pattern: String? = nil, body: String? = nil) -> IntegrationResponse {
        var response = IntegrationResponse(statusCode: status, selectionPattern: pattern)
        if let body { response.templates = [TemplateForContentType("application/json", MappingTemplate(body))] }
        return response
    }

    @Test("the default response, without a trace header")
    func plain() throws {
        let response = try Self.gateway(responses: [Self.response("200", body: #"{"a":1}"#)]).refusal("GET", "/stage/m")
        #expect(response.status == 200 && response.text == #"{"a":1}"#)
        #expect(response.lines.map { $0.prefix { $0 != ":" } } == ["Content-Type", "x-amzn-RequestId", "x-amz-apigw-id"])
    }

    @Test(
        "the request template has to give a whole number statusCode",
        arguments: [
            (#"{statusCode: 200}"#, 200), (#"{"statusCode": "200"}"#, 500), (#"{"a": 200}"#, 500), ("statusCode: 200", 500),
            ("", 500), (#"{"statusCode": 200.5}"#, 500), (#"{"statusCode": 999}"#, 200),
        ])
    func statusCode(template: String, status: Int) throws {
        let response = try Self.gateway(request: template).refusal("GET", "/stage/m")
        #expect(response.status == status)
        if status == 500 { #expect(response.text == #"{"message": "Internal server error"}"#) }
    }

    @Test("without a usable template there is no status: 500")
    func noTemplate() throws {
        #expect(try Self.gateway(request: nil).refusal("GET", "/stage/m").status == 500)
        let text = [("Content-Type", "text/plain")]
        #expect(try Self.gateway().refusal("POST", "/stage/m", headers: text).status == 500)
    }

    @Test(
        "the table of passthrough behaviours",
        arguments: [
            (.whenNoMatch, true, 500), (.whenNoMatch, false, 500), (.whenNoTemplates, true, 415), (.whenNoTemplates, false, 500),
            (.never, true, 415), (.never, false, 415),
        ] as [(Integration.PassthroughBehavior, Bool, Int)])
    func passthrough(behavior: Integration.PassthroughBehavior, hasTemplates: Bool, status: Int) throws {
        let gateway = Self.gateway(request: hasTemplates ? #"{"statusCode": 200}"# : nil, passthrough: behavior)
        let response = try gateway.refusal("POST", "/stage/m", headers: [("Content-Type", "text/plain")])
        #expect(response.status == status)
        if status == 415 {
            #expect(response.text == #"{"message": "Unsupported Media Type"}"#)
            #expect(response.values("x-amzn-ErrorType") == ["BadRequestException"])
        }
    }

    @Test("patterns match the whole status; the entry of its own status wins; no match and no default is 500")
    func selection() throws {
        func status(_ responses: [IntegrationResponse]) throws -> Int {
            try Self.gateway(request: #"{"statusCode": 404}"#, responses: responses).refusal("GET", "/stage/m").status
        }
        #expect(try status([Self.response("400", pattern: "4\\d{2}"), Self.response("200")]) == 400)
        #expect(try status([Self.response("400", pattern: "40"), Self.response("200")]) == 200)
        #expect(try status([Self.response("400", pattern: "4.*"), Self.response("404", pattern: "404")]) == 404)
        #expect(try status([Self.response("400", pattern: "4.*"), Self.response("401", pattern: ".*")]) == 400)
        #expect(try status([Self.response("400", pattern: "5.*")]) == 500)
    }

    @Test("CORS by literals: declared headers only")
    func literals() throws {
        var response = Self.response("200")
        response.parameters = [
            ParameterMapping("method.response.header.Access-Control-Allow-Origin", "'*'"),
            ParameterMapping("method.response.header.X-Undeclared", "'x'"),
        ]
        let gateway = Self.gateway(responses: [response], declared: ["Access-Control-Allow-Origin"])
        let answer = try gateway.refusal("OPTIONS", "/stage/m")
        #expect(answer.values("Access-Control-Allow-Origin") == ["*"] && answer.values("X-Undeclared").isEmpty)
    }

    @Test("a mapping or pattern that can't be read is told, and its method refused")
    func unreadable() throws {
        var mapped = Self.response("200")
        mapped.parameters = [ParameterMapping("method.response.header.X-A", "method.request.path.id")]
        for response in [mapped, Self.response("200", pattern: "(")] {
            let gateway = Self.gateway(responses: [Self.response("200"), response], declared: ["X-A"])
            #expect(gateway.problems.count == 1)
            #expect(try gateway.refusal("GET", "/stage/m").text == #"{"message": "Internal server error"}"#)
        }
    }

    @Test("the response template is chosen by Accept, else JSON, else the first")
    func accept() throws {
        var response = IntegrationResponse(statusCode: "200")
        response.templates = [
            TemplateForContentType("text/xml", MappingTemplate("<x/>")),
            TemplateForContentType("application/json", MappingTemplate("{}")),
        ]
        let gateway = Self.gateway(responses: [response])
        #expect(try gateway.refusal("GET", "/stage/m").text == "{}")
        let xml = try gateway.refusal("GET", "/stage/m", headers: [("Accept", "text/xml;q=1, */*")])
        #expect(xml.text == "<x/>" && xml.values("Content-Type") == ["text/xml"])
    }

    @Test("headers that belong to the gateway are remapped")
    func remapped() throws {
        var response = Self.response("200")
        let names = ["Date", "Authorization", "Via"]
        response.parameters = names.map { ParameterMapping("method.response.header.\($0)", "'v'") }
        let answer = try Self.gateway(responses: [response], declared: names).refusal("GET", "/stage/m")
        #expect(answer.values("x-amzn-Remapped-Date") == ["v"] && answer.values("x-amzn-Remapped-Authorization") == ["v"])
        #expect(answer.values("Via") == ["v"])
    }

    @Test("a binary response: base64 decoded where the client accepts it, 500 where it is none")
    func binary() throws {
        var response = Self.response("200", body: "aGk=")
        response.contentHandling = .convertToBinary
        // Handling works on the integration's body, which a MOCK has none of.
        let gateway = Self.gateway(responses: [response], api: { $0.binaryMediaTypes = ["image/png"] })
        #expect(try gateway.refusal("GET", "/stage/m").status == 500)
    }
}
