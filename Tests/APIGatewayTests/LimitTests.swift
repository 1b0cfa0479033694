import CoreTypes
import Testing

@testable import APIGateway

@Suite("Limits and the gateway's own refusals")
struct LimitTests {
    static let rest = Gateway(apis: [restAPI([route("ANY", "/{proxy+}")])])
    static let http = Gateway(apis: [httpAPI([route("ANY", "/{proxy+}", .version2)])])

    @Test("a request target over 10,240 bytes is 414")
    func target() throws {
        let path = "/stage/" + String(repeating: "a", count: GatewayLimits.targetBytes - 7)
        _ = try Self.rest.plan("GET", path)
        let response = try Self.rest.refusal("GET", path + "a")
        #expect(response.status == 414 && response.text == #"{"message":"Request URI too long"}"#)
        #expect(try Self.http.refusal("GET", path + "a").status == 414)
    }

    @Test("a request target over 8,192 bytes is 414 at the edge")
    func edgeTarget() throws {
        let gateway = Gateway(restMethod(api: { $0.endpointType = .edge }))
        let path = "/stage/" + String(repeating: "a", count: 8_192 - 7)
        _ = try gateway.plan("GET", path)
        #expect(try gateway.refusal("GET", path + "a").status == 414)
    }

    @Test("REST counts header values, HTTP APIs the whole head")
    func headers() throws {
        let value = String(repeating: "v", count: GatewayLimits.headerBytes)
        _ = try Self.rest.plan("GET", "/stage/a", headers: [("X-A", value)])
        #expect(try Self.rest.refusal("GET", "/stage/a", headers: [("X-A", value), ("X-B", "v")]).status == 431)
        #expect(try Self.http.refusal("GET", "/a", headers: [("X-A", value)]).status == 431)
    }

    @Test("a body over 10 MB, or an event over 6 MB, is 413")
    func payload() throws {
        let large = [UInt8](repeating: 0x61, count: GatewayLimits.payloadBytes + 1)
        let response = try Self.rest.refusal("POST", "/stage/a", body: large)
        #expect(response.status == 413 && response.text == #"{"message":"Request Too Long"}"#)
        #expect(response.values("x-amzn-ErrorType") == ["RequestTooLargeException"])
        let event = [UInt8](repeating: 0x61, count: GatewayLimits.eventBytes)
        #expect(try Self.rest.refusal("POST", "/stage/a", body: event).status == 413)
        #expect(try Self.http.refusal("POST", "/a", body: event).text == #"{"message":"Request Entity Too Large"}"#)
    }

    @Test("a raw pipe in a query is refused by REST APIs")
    func pipe() throws {
        #expect(try Self.rest.refusal("GET", "/stage/a?x=1|2").status == 400)
        _ = try Self.rest.plan("GET", "/stage/a?x=1%7C2")
        _ = try Self.http.plan("GET", "/a?x=1|2")
    }

    @Test("refusals of the listener have the API's spelling")
    func refusals() {
        func text(_ gateway: Gateway, _ target: String, _ host: String? = nil) -> (Int, String) {
            let request = GatewayRequest(method: "GET", target: target, headers: host.map { [HTTPHeader("Host", $0)] } ?? [])
            let drive = Drive(gateway, request, body: [])
            guard case .respond(let response) = drive.exchange.refuse(.throttled, at: testTime) else { return (0, "") }
            return (response.status, response.lines.joined(separator: "|"))
        }
        #expect(text(Self.rest, "/stage/a").1.contains("x-amzn-ErrorType: TooManyRequestsException"))
        #expect(text(Self.http, "/a").0 == 429)
        #expect(text(Self.http, "/a").1.contains("apigw-requestid"))
        #expect(text(Self.rest, "/", "u.lambda-url.x").1.contains("x-amzn-ErrorType: TooManyRequestsException"))
    }
}

@Suite("Encodings")
struct EncodingTests {
    @Test(
        "base64, vectors of RFC 4648 section 10",
        arguments: [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ])
    func base64(plain: String, encoded: String) {
        var output: [UInt8] = []
        Array(plain.utf8).withUnsafeBytes { Base64.append($0, to: &output) }
        #expect(String(decoding: output, as: UTF8.self) == encoded)
        #expect(Base64.decode(encoded) == Array(plain.utf8))
        #expect(Base64.decode(encoded.replacing("=", with: "")) == Array(plain.utf8))
    }

    @Test("refuses what is no base64", arguments: ["a", "abc?", "ab=c", "====", "=", "a===", "Zg=", "책책", "Zg==\n", "Zm9v="])
    func notBase64(text: String) {
        #expect(Base64.decode(text) == nil)
    }

    @Test(
        "percent decoding",
        arguments: [
            ("a%20b", "a b"), ("%EC%B1%85", "책"), ("100%", "100%"), ("%zz%4", "%zz%4"), ("%ff", "\u{FFFD}"), ("a+b", "a+b"),
            ("%2f", "/"),
        ])
    func percent(text: String, decoded: String) {
        #expect(PercentEncoding.decode(text, plusIsSpace: false) == decoded)
    }
}
