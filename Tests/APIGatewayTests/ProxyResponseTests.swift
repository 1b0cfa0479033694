import CoreTypes
import Foundation
import LambdaEvents
import Testing

@testable import APIGateway

@Suite("REST proxy responses")
struct RESTResponseTests {
    static func plan(accept: String? = nil, binary: [String] = []) throws -> Plan {
        try Gateway(apis: [restAPI([route("GET", "/a")], binary: binary)])
            .plan("GET", "/stage/a", headers: accept.map { [("Accept", $0)] } ?? [])
    }

    @Test(
        "accepted results (recorded)",
        arguments: [
            ("{}", 200, ""), (#"{"statusCode":201,"body":"b"}"#, 201, "b"), (#"{"statusCode":"201"}"#, 201, ""),
            (#"{"headers":null,"multiValueHeaders":null,"body":null}"#, 200, ""),
            (#" {"body":"책","base64Encoded":false} "#, 200, "책"),
            (#"{"statusCode":404,"isBase64Encoded":true,"body":"aGk="}"#, 404, "aGk="),
        ])
    func accepted(payload: String, status: Int, body: String) throws {
        let response = try Self.plan().answer(payload)
        #expect(response.status == status)
        #expect(response.text == body)
        #expect(response.values("Content-Type") == ["application/json"])
    }

    @Test(
        "refused results: 502 Internal server error (recorded)",
        arguments: [
            #"{"statusCode":200,"other":1}"#, #""text""#, "3", "[]", "null", "", "not json", #"{"statusCode":"test"}"#,
            #"{"multiValueHeaders":{"a":"b"}}"#, #"{"body":{"a":1}}"#, #"{"headers":{"a":{}}}"#, #"{"headers":{"a":null}}"#,
            #"{"headers":[]}"#, #"{"statusCode":99}"#, #"{"statusCode":101}"#, #"{"statusCode":600}"#, #"{"statusCode":1e99}"#,
            #"{"headers":{"a b":"c"}}"#, #"{"headers":{"a":"b\r\nc: d"}}"#, #"{"isBase64Encoded":3,"body":""}"#,
        ])
    func refused(payload: String) throws {
        let accepting = try Self.plan(accept: "image/png", binary: ["image/png"])
        let response = try accepting.answer(payload)
        #expect(response.status == 502)
        #expect(response.text == #"{"message": "Internal server error"}"#)
        #expect(response.values("x-amzn-ErrorType") == ["InternalServerErrorException"])
        #expect(response.values("X-Amzn-Trace-Id").isEmpty)
    }

    @Test("header values of other types are written out (recorded)")
    func stringified() throws {
        let response = try Self.plan().answer(#"{"headers":{"a":true,"b":3.10},"multiValueHeaders":{"c":["x",false,1]}}"#)
        #expect(Array(response.lines.prefix(5)) == ["c: x", "c: false", "c: 1", "a: true", "b: 3.10"])
    }

    @Test("multi values first, then the single one; the multi entry's casing wins (recorded)")
    func merged() throws {
        let response = try Self.plan().answer(
            #"{"headers":{"X-Test":"single","only":"s"},"multiValueHeaders":{"x-TEST":["m1","m2"]}}"#)
        #expect(Array(response.lines.prefix(4)) == ["x-TEST: m1", "x-TEST: m2", "x-TEST: single", "only: s"])
    }

    @Test("the gateway's own headers")
    func headers() throws {
        let plan = try Self.plan()
        let response = try plan.answer(
            #"{"headers":{"connection":"a","Content-Length":"1","Date":"d","Server":"s","Transfer-Encoding":"chunked","content-type":"text/plain","X-Amzn-RequestId":"mine"}}"#
        )
        #expect(
            response.lines == [
                "x-amzn-Remapped-connection: a", "x-amzn-Remapped-Content-Length: 1", "x-amzn-Remapped-Date: d",
                "x-amzn-Remapped-Server: s", "content-type: text/plain", "x-amzn-RequestId: \(plan.stamp.requestID)",
                "x-amz-apigw-id: \(plan.stamp.extendedRequestID)", "X-Amzn-Trace-Id: \(plan.trace.text)",
            ])
    }

    @Test(
        "base64 is decoded by the first type of Accept alone (recorded)",
        arguments: [
            ([], "image/png", false), (["image/png"], "image/png", true), (["image/png"], "image/png,image/*;q=.8", true),
            (["image/png"], "image/webp,image/png", false), (["image/png"], "image/*", false), (["image/png"], "*/*", false),
            (["image/png"], nil, false), (["image/png"], "application", false), (["application/*"], "application/pdf", true),
            (["application/*"], "application/*", true), (["*/test"], "*/test", false), (["*/test"], "a/test", false),
            (["*/*"], "a/b", true), (["*/*"], nil, true),
        ] as [([String], String?, Bool)])
    func binary(types: [String], accept: String?, decoded: Bool) throws {
        let response = try Self.plan(accept: accept, binary: types)
            .answer(#"{"isBase64Encoded":true,"body":"aGk=","headers":{"Content-Type":"text/plain"}}"#)
        #expect(response.text == (decoded ? "hi" : "aGk="))
    }

    @Test("base64 that can't be decoded is 500 (recorded)")
    func badBase64() throws {
        let response = try Self.plan(accept: "image/png", binary: ["*/*"]).answer(#"{"isBase64Encoded":true,"body":"a?"}"#)
        #expect(response.status == 500)
        #expect(response.text == #"{"message": "Internal server error"}"#)
    }

    @Test("other outcomes")
    func outcomes() throws {
        let plan = try Self.plan()
        #expect(plan.call.timeoutMilliseconds == 29_000)
        for result in [FunctionResult.failed(noPayload), .timedOut(noPayload), .throttled] {
            #expect(try plan.response(for: result).status == 502)
        }
        let late = try plan.response(for: .timedOut)
        #expect(late.status == 504 && late.text == #"{"message": "Endpoint request timed out"}"#)
        #expect(try plan.response(for: .eventTooLarge).status == 413)
        #expect(try plan.response(for: .missing).status == 500)
    }

    @Test("a response of LambdaEvents is one that REST accepts")
    func encodes() throws {
        let value = APIGatewayResponse(
            statusCode: .created, headers: ["X-A": "1"], multiValueHeaders: ["Set-Cookie": ["a=1", "b=2"]], body: "책")
        let response = try Self.plan().answer(Array(JSONEncoder().encode(value)))
        #expect(response.status == 201 && response.text == "책")
        #expect(response.values("set-cookie") == ["a=1", "b=2"])
    }
}

@Suite("HTTP API responses")
struct HTTPResponseTests {
    static func plan(_ format: PayloadFormat) throws -> Plan {
        try Gateway(apis: [httpAPI([route("GET", "/a", format)])]).plan("GET", "/a")
    }

    @Test(
        "without a status code the result is the body (recorded through function URLs)",
        arguments: [
            (#"{"hello": "world"}"#, #"{"hello":"world"}"#), (#"["hello", 3, true]"#, #"["hello",3,true]"#),
            (#""hello""#, "hello"),
            ("3", "3"), ("3.1", "3.1"), ("true", "true"), (#"{"body":"b"}"#, #"{"body":"b"}"#), (#"{"책" : 1}"#, #"{"책":1}"#),
        ])
    func inferred(payload: String, body: String) throws {
        let response = try Self.plan(.version2).answer(payload)
        #expect(response.status == 200)
        #expect(response.text == body)
        #expect(response.values("content-type") == ["application/json"])
    }

    @Test("with one it is a response; unknown members are ignored")
    func explicit() throws {
        let plan = try Self.plan(.version2)
        let response = try plan.answer(
            #"{"statusCode":"418","headers":{"X-A":1,"Set-Cookie":"z=9","Connection":"close","Transfer-Encoding":"chunked"},"cookies":["a=1","b=2; Secure"],"body":"aGk=","isBase64Encoded":true,"extra":{}}"#
        )
        #expect(response.status == 418)
        #expect(response.text == "hi")
        #expect(
            response.lines == [
                "Set-Cookie: a=1", "Set-Cookie: b=2; Secure", "X-A: 1", "Set-Cookie: z=9",
                "Content-Type: text/plain;charset=UTF-8",
                "apigw-requestid: \(plan.stamp.extendedRequestID)",
            ])
    }

    @Test(
        "malformed results are 500 with capitals",
        arguments: [
            "", "nope", #"{"statusCode":"x"}"#, #"{"statusCode":null}"#, #"{"statusCode":200,"body":{}}"#,
            #"{"statusCode":200,"headers":3}"#,
            #"{"statusCode":200,"cookies":"a"}"#, #"{"statusCode":200,"cookies":["a\nb"]}"#,
            #"{"statusCode":200,"isBase64Encoded":true,"body":"?"}"#,
        ])
    func malformed(payload: String) throws {
        let response = try Self.plan(.version2).answer(payload)
        #expect(response.status == 500)
        #expect(response.text == #"{"message":"Internal Server Error"}"#)
        #expect(response.values("x-amzn-ErrorType").isEmpty)
    }

    @Test("format 1.0 infers nothing and always decodes base64")
    func version1() throws {
        let plan = try Self.plan(.version1)
        #expect(try plan.answer(#"{"body":"x"}"#).status == 500)
        #expect(try plan.answer(#""x""#).status == 500)
        let response = try plan.answer(
            #"{"statusCode":200,"body":"aGk=","isBase64Encoded":true,"multiValueHeaders":{"a":["1","2"]}}"#)
        #expect(response.text == "hi" && response.values("a") == ["1", "2"])
    }

    @Test("time-out and throttle are 503, failure is 500")
    func outcomes() throws {
        let plan = try Self.plan(.version2)
        #expect(plan.call.timeoutMilliseconds == 30_000)
        for event in [GatewayEvent.functionEnded(.timedOut(noPayload)), .timedOut, .functionEnded(.throttled)] {
            let response = try plan.response(for: event)
            #expect(response.status == 503 && response.text == #"{"message":"Service Unavailable"}"#)
        }
        #expect(try plan.response(for: .failed(noPayload)).status == 500)
        #expect(try plan.response(for: .missing).status == 500)
    }

    @Test("204 and 304 carry no body")
    func noBody() throws {
        #expect(try Self.plan(.version2).answer(#"{"statusCode":204,"body":"x"}"#).body.count == 0)
        #expect(try Self.plan(.version2).answer(#"{"statusCode":304,"body":"x"}"#).body.count == 0)
    }

    @Test("a response of LambdaEvents is one that HTTP APIs and function URLs accept")
    func encodes() throws {
        let value = APIGatewayV2Response(statusCode: .notFound, headers: ["x-a": "1"], body: "없음", cookies: ["a=1"])
        let response = try Self.plan(.version2).answer(Array(JSONEncoder().encode(value)))
        #expect(response.status == 404 && response.text == "없음" && response.values("set-cookie") == ["a=1"])
    }
}
