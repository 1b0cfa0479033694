import APIGateway
import CoreTypes
import Testing

@Suite("Integrations that are no proxies")
struct IntegrationRuleTests {
    // API Gateway developer guide, "Method request behavior for payloads without mapping templates".
    @Test(
        "which template a request takes",
        arguments: [
            (nil, ["application/json"], .whenNoMatch, .template(0)),
            ("application/json; charset=utf-8", ["text/plain", "application/json"], .never, .template(1)),
            ("APPLICATION/JSON", ["application/json"], .never, .template(0)),
            ("image/png", ["application/json"], .whenNoMatch, .passthrough),
            ("image/png", ["application/json"], .whenNoTemplates, .refused), ("image/png", [], .whenNoTemplates, .passthrough),
            ("image/png", [], .never, .refused), ("image/png", ["$default"], .never, .template(0)),
            ("", ["application/json"], .never, .template(0)),
        ] as [(String?, [String], Integration.PassthroughBehavior, TemplateSelection)])
    func request(type: String?, types: [String], behaviour: Integration.PassthroughBehavior, selection: TemplateSelection) {
        #expect(TemplateSelection.request(contentType: type, types: types, passthrough: behaviour) == selection)
    }

    @Test(
        "which template a response takes",
        arguments: [
            ("application/xml", ["application/json", "application/xml"], .template(1)),
            ("*/*", ["text/x", "application/json"], .template(1)),
            (nil, ["text/x", "text/y"], .template(0)), ("text/x", [], .passthrough),
        ] as [(String?, [String], TemplateSelection)])
    func response(accept: String?, types: [String], selection: TemplateSelection) {
        #expect(TemplateSelection.response(accept: accept, types: types) == selection)
    }

    // API Gateway developer guide, "Content type conversions in API Gateway", both tables.
    @Test(
        "content of requests",
        arguments: [
            (false, nil, .text(Array("aGk=".utf8))), (false, .convertToBinary, .binary(Array("hi".utf8))),
            (false, .convertToText, .text(Array("aGk=".utf8))), (true, nil, .binary(Array("aGk=".utf8))),
            (true, .convertToBinary, .binary(Array("aGk=".utf8))), (true, .convertToText, .text(Array("YUdrPQ==".utf8))),
        ] as [(Bool, Integration.ContentHandling?, ContentConversion.Payload)])
    func requestContent(isBinary: Bool, handling: Integration.ContentHandling?, payload: ContentConversion.Payload) throws {
        #expect(try ContentConversion.request(Array("aGk=".utf8), isBinary: isBinary, handling: handling) == payload)
    }

    @Test(
        "content of responses",
        arguments: [
            (false, false, nil, "text"), (false, true, nil, "decoded"), (true, false, nil, "encoded"), (true, true, nil, "same"),
            (false, false, .convertToBinary, "decoded"), (false, true, .convertToBinary, "decoded"),
            (true, false, .convertToBinary, "same"), (true, true, .convertToBinary, "same"),
            (false, false, .convertToText, "text"), (false, true, .convertToText, "text"),
            (true, false, .convertToText, "encoded"), (true, true, .convertToText, "encoded"),
        ] as [(Bool, Bool, Integration.ContentHandling?, String)])
    func responseContent(isBinary: Bool, acceptsBinary: Bool, handling: Integration.ContentHandling?, outcome: String) throws {
        let payloads: [String: ContentConversion.Payload] = [
            "text": .text(Array("aGk=".utf8)), "same": .binary(Array("aGk=".utf8)), "decoded": .binary(Array("hi".utf8)),
            "encoded": .text(Array("YUdrPQ==".utf8)),
        ]
        let payload = try ContentConversion.response(
            Array("aGk=".utf8), isBinary: isBinary, acceptsBinary: acceptsBinary, handling: handling)
        #expect(payload == payloads[outcome])
    }

    @Test("text with bytes that are no UTF-8, and base64 that is none")
    func badBytes() throws {
        #expect(try ContentConversion.request([0x61, 0xFF], isBinary: false, handling: nil) == .text(Array("a\u{FFFD}".utf8)))
        #expect(throws: ContentConversion.NotBase64.self) {
            try ContentConversion.request(Array("a!".utf8), isBinary: false, handling: .convertToBinary)
        }
    }

    // Recorded on AWS.
    @Test("headers to and from backends")
    func headers() {
        #expect(IntegrationHeaders.fate(ofRequestHeader: "Transfer-Encoding", type: .http) == .refused)
        #expect(IntegrationHeaders.fate(ofRequestHeader: "Authorization", type: .aws) == .refused)
        #expect(IntegrationHeaders.fate(ofRequestHeader: "Authorization", type: .http) == .sent)
        #expect(IntegrationHeaders.fate(ofRequestHeader: "via", type: .httpProxy) == .dropped)
        #expect(IntegrationHeaders.fate(ofRequestHeader: "Server", type: .http) == .sent)
        let headers = [HTTPHeader("WWW-Authenticate", "x"), HTTPHeader("Transfer-Encoding", "chunked"), HTTPHeader("Via", "v")]
        #expect(
            IntegrationHeaders.remapped(headers) == [HTTPHeader("x-amzn-Remapped-WWW-Authenticate", "x"), HTTPHeader("Via", "v")])
    }

    @Test(
        "the status code of a MOCK",
        arguments: [("{\"statusCode\": 200}", 200), ("{statusCode: 404, x: y}", 404), ("{'statusCode':1}", 1)])
    func mock(rendered: String, status: Int) throws {
        #expect(try MockIntegration.statusCode(of: Array(rendered.utf8)) == status)
    }

    @Test(
        "what is no status code of a MOCK",
        arguments: ["", "{}", "statusCode: 200", "{\"statusCode\":\"200\"}", "{\"statusCode\":2.5}", "{"])
    func noMock(rendered: String) {
        #expect(throws: MappingFailure.noStatusCode) { try MockIntegration.statusCode(of: Array(rendered.utf8)) }
    }
}
