import Foundation
import LambdaEvents
import Testing

/// The folder `events` of the package.
private let samples = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "events").resolvingSymlinksInPath()

private func sample(_ path: String) throws -> Data { try Data(contentsOf: samples.appending(path: path)) }

private func decode<Event: Decodable>(_ type: Event.Type, _ path: String) throws -> Event {
    try JSONDecoder().decode(type, from: sample(path))
}

@Suite("Sample events")
struct SampleEventTests {
    /// The type of each sample; a new file without a line here fails.
    static let types: [String: any (Codable & Sendable).Type] = [
        "api-gateway/proxy.json": APIGatewayRequest.self,
        "api-gateway/proxy-v2.json": APIGatewayV2Request.self,
        "api-gateway/proxy-v1-http-api.json": APIGatewayRequest.self,
        "api-gateway/authorizer-token.json": APIGatewayCustomAuthorizerTokenRequest.self,
        "api-gateway/authorizer-request.json": APIGatewayCustomAuthorizerRequest.self,
        "api-gateway/authorizer-v2.json": APIGatewayLambdaAuthorizerRequest.self,
        "sqs/message.json": SQSEvent.self,
        "sqs/batch.json": SQSEvent.self,
        "sqs/fifo.json": SQSEvent.self,
        "lambda-url/request.json": FunctionURLRequest.self,
        "cloudwatch/scheduled.json": CloudwatchScheduledEvent.self,
        "s3/put.json": S3Event.self,
        "sns/notification.json": SNSEvent.self,
        "dynamodb/stream.json": DynamoDBEvent.self,
    ]

    static var files: [String] {
        let found = FileManager.default.enumerator(atPath: samples.path())?.compactMap { $0 as? String } ?? []
        return found.filter { $0.hasSuffix(".json") }.sorted()
    }

    @Test("each decodes as its type, and what is encoded again decodes to the same", arguments: files)
    func roundTrip(path: String) throws {
        let type = try #require(Self.types[path], "say which type decodes \(path)")
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        func again(_ data: Data) throws -> Data { try encoder.encode(JSONDecoder().decode(type, from: data)) }
        let encoded = try again(sample(path))
        #expect(try again(encoded) == encoded)
    }

    @Test("all are there and named in SOURCES.md")
    func sources() throws {
        let text = try String(decoding: sample("SOURCES.md"), as: UTF8.self)
        #expect(Set(Self.files) == Set(Self.types.keys))
        for path in Self.types.keys { #expect(text.contains("`\(path)`")) }
    }

    @Test("values arrive unharmed")
    func values() throws {
        let rest = try decode(APIGatewayRequest.self, "api-gateway/proxy.json")
        #expect(rest.headers.first(name: "x-tag") == "새벽배송")
        #expect(rest.multiValueHeaders["X-Tag"] == ["선물", "새벽배송"])
        #expect(rest.httpMethod == .post)
        let http = try decode(APIGatewayV2Request.self, "api-gateway/proxy-v2.json")
        #expect(http.pathParameters == ["id": "2026-주문"])
        #expect(http.cookies == ["session=f3a9", "theme=dark"])
        #expect(http.headers["content-length"] == String(http.body?.utf8.count ?? 0))
        let batch = try decode(SQSEvent.self, "sqs/batch.json")
        #expect(batch.records.count == 3)
        #expect(batch.records[0].messageAttributes["kind"] == .string("선물"))
        #expect(batch.records[0].messageAttributes["label"] == .binary("7LGF"))
        let stream = try decode(DynamoDBEvent.self, "dynamodb/stream.json")
        #expect(stream.records.map(\.eventName) == [.insert, .modify, .remove])
        #expect(stream.records[1].change.newImage?["Gift"] == .boolean(true))
        #expect(try decode(CloudwatchScheduledEvent.self, "cloudwatch/scheduled.json").detailType == "Scheduled Event")
    }
}

@Suite("Results of functions")
struct ResultTests {
    private func text(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    @Test("REST responses leave out what is not set, as an unknown or wrong member would be a 502")
    func restResponse() throws {
        #expect(try self.text(APIGatewayResponse(statusCode: .ok, body: "b")) == #"{"body":"b","statusCode":200}"#)
    }

    @Test("batch responses name the failed messages")
    func batchResponse() throws {
        let response = SQSBatchResponse(batchItemFailures: [.init(itemIdentifier: "m1")])
        #expect(try self.text(response) == #"{"batchItemFailures":[{"itemIdentifier":"m1"}]}"#)
    }

    @Test("policies are spelled as IAM spells them")
    func policy() throws {
        let response = APIGatewayLambdaAuthorizerPolicyResponse(
            principalId: "user",
            policyDocument: .init(statement: [.init(action: "execute-api:Invoke", effect: .allow, resource: "*")]),
            context: ["name": "이름", "admin": true, "level": 3])
        #expect(
            try self.text(response)
                == #"{"context":{"admin":true,"level":3,"name":"이름"},"policyDocument":{"Statement":[{"Action":["execute-api:Invoke"],"Effect":"Allow","Resource":["*"]}],"Version":"2012-10-17"},"principalId":"user"}"#
        )
        #expect(try self.text(APIGatewayLambdaAuthorizerSimpleResponse(isAuthorized: false)) == #"{"isAuthorized":false}"#)
    }

    @Test("an unknown attribute type is an error that names it")
    func unknownAttribute() {
        let data = Data(#"{"dataType":"Sound","stringValue":"x"}"#.utf8)
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(SQSEvent.Message.Attribute.self, from: data) }
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(DynamoDBEvent.AttributeValue.self, from: Data("{}".utf8)) }
    }
}
