import CoreTypes
import Testing

@testable import APIGateway

/// API Gateway developer guide, "Call an API method with a compressed payload", "Receive an API response with a compressed payload"
/// and "Enable payload compression for an API".
@Suite("Payload compression")
struct CompressionTests {
    private static func drive(
        minimum: Int?, headers: [(String, String)] = [], body: [UInt8] = [], api: (inout RestAPI) -> Void = { _ in }
    ) -> Drive {
        Gateway(
            restMethod(
                "POST", "/a",
                api: {
                    $0.minimumCompressionBytes = minimum; api(&$0)
                })
        )
        .drive("POST", "/stage/a", headers: headers, body: body)
    }

    @Test("a compressed body reaches the function as what it was", arguments: ["gzip", "GZIP", "deflate"])
    func request(coding: String) throws {
        var drive = Self.drive(minimum: nil, headers: [("Content-Encoding", coding)], body: [1, 2, 3])
        guard case .decompress(let asked) = drive.start() else { throw Refused(decision: "no decompression") }
        #expect(asked.rawValue == coding.lowercased())
        let event = try JSON(parsing: try drive.resume(.decompressed(Array("plain".utf8))).call.payload)
        #expect(event["body"] == "plain")
    }

    @Test("a body that can't be read is 415, one that is too large 413")
    func refused() throws {
        let headers = [("Content-Encoding", "gzip")]
        var unknown = Self.drive(minimum: nil, headers: [("Content-Encoding", "br")], body: [1])
        let response = try unknown.start().response
        #expect(response.status == 415 && response.text == #"{"message": "Unsupported Media Type"}"#)
        var damaged = Self.drive(minimum: nil, headers: headers, body: [1])
        _ = damaged.start()
        #expect(try damaged.resume(.damagedBody).response.status == 415)
        var large = Self.drive(minimum: nil, headers: headers, body: [1])
        _ = large.start()
        #expect(try large.resume(.bodyTooLarge).response.status == 413)
    }

    @Test("no body, identity, and HTTP APIs: nothing is decompressed")
    func untouched() throws {
        var empty = Self.drive(minimum: nil, headers: [("Content-Encoding", "gzip")])
        #expect(throws: Never.self) { try empty.start().call }
        var identity = Self.drive(minimum: nil, headers: [("Content-Encoding", "identity")], body: [0x61])
        #expect(throws: Never.self) { try identity.start().call }
        var http = Gateway(apis: [httpAPI([route("POST", "/a")])])
            .drive("POST", "/a", headers: [("Content-Encoding", "gzip")], body: [0x61])
        #expect(throws: Never.self) { try http.start().call }
    }

    @Test(
        "answers are compressed as the client prefers, from the API's size on",
        arguments: [
            ("gzip", 4, ContentCoding.gzip), ("deflate, gzip;q=0.5", 4, .deflate), ("deflate;q=0.5, gzip", 0, .gzip),
            ("gzip, deflate, br", 4, .gzip), ("gzip", 5, nil), ("br, gzip;q=0.9", 4, nil), ("*", 4, nil), ("identity", 4, nil),
            ("gzip;q=0", 4, nil), ("", 4, nil), (nil, 4, nil), ("gzip", nil, nil),
        ] as [(String?, Int?, ContentCoding?)])
    func response(accept: String?, minimum: Int?, coding: ContentCoding?) throws {
        var drive = Self.drive(minimum: minimum, headers: accept.map { [("Accept-Encoding", $0)] } ?? [])
        _ = drive.start()
        let response = try drive.answer(#"{"body":"four"}"#)
        #expect(response.coding == coding)
        #expect(response.headers.first("content-encoding") == coding?.rawValue)
        #expect(response.text == "four")
    }

    @Test("what the backend has encoded stays, and the gateway's own answers go as they are")
    func left() throws {
        var encoded = Self.drive(minimum: 0, headers: [("Accept-Encoding", "gzip")])
        _ = encoded.start()
        let response = try encoded.answer(#"{"headers":{"content-encoding":"br"},"body":"four"}"#)
        #expect(response.coding == nil && response.lines.filter { $0.lowercased().hasPrefix("content-encoding") }.count == 1)
        var failed = Self.drive(minimum: 0, headers: [("Accept-Encoding", "gzip")])
        _ = failed.start()
        #expect(try failed.answer("3").coding == nil)
    }
}
