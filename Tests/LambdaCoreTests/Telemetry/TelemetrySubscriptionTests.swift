import LambdaCore
import Testing

@Suite("Telemetry subscription")
struct TelemetrySubscriptionTests {
    private func parse(_ text: String, _ api: TelemetrySchema.API = .telemetry) throws(TelemetrySubscription.Invalid)
        -> TelemetrySubscription
    {
        try TelemetrySubscription(parsing: text.utf8, for: api)
    }

    /// The example of the developer guide, "Telemetry API", subscription request.
    @Test("reads the documented request")
    func example() throws {
        let subscription = try self.parse(
            #"{"schemaVersion":"2022-12-13","types":["platform","function","extension"],"#
                + #""buffering":{"maxItems":1000,"maxBytes":262144,"timeoutMs":100},"#
                + #""destination":{"protocol":"HTTP","URI":"http://sandbox.localdomain:8080/lambda_logs?a=b"}}"#)
        #expect(subscription.schema == .telemetry2022December)
        #expect(subscription.types == [.platform, .function, .extension])
        #expect(subscription.buffering.maxItems == 1_000)
        #expect(subscription.buffering.timeoutMilliseconds == 100)
        #expect(subscription.destination == .http(port: 8_080, path: "/lambda_logs?a=b", method: "POST"))
    }

    @Test("takes the documented defaults")
    func defaults() throws {
        let tcp = try self.parse(
            #"{"schemaVersion":"2022-07-01","types":["platform","platform"],"destination":{"protocol":"TCP","port":5000}}"#)
        #expect(tcp.buffering == .init())
        #expect((tcp.buffering.maxItems, tcp.buffering.maxBytes, tcp.buffering.timeoutMilliseconds) == (10_000, 262_144, 1_000))
        #expect(tcp.types == [.platform])
        #expect(tcp.destination == .tcp(port: 5_000))
        let logs = try self.parse(
            #"{"types":["function"],"destination":{"protocol":"HTTP","method":"PUT","URI":"http://sandbox:1"}}"#, .logs)
        #expect(logs.schema == .logs2020)
        #expect(logs.destination == .http(port: 1, path: "/", method: "PUT"))
    }

    private static func body(
        schema: String = #""2022-12-13""#, types: String = #"["platform"]"#, buffering: String = "{}",
        destination: String = #"{"protocol":"TCP","port":5000}"#
    ) -> String {
        #"{"schemaVersion":\#(schema),"types":\#(types),"buffering":\#(buffering),"destination":\#(destination)}"#
    }

    @Test(
        "names each fault",
        arguments: [
            (body(schema: #""2020-08-15""#), "schemaVersion should be one of 2022-07-01, 2022-12-13, 2025-01-29"),
            (body(schema: "7"), "schemaVersion should be one of 2022-07-01, 2022-12-13, 2025-01-29"),
            (body(types: "[]"), "types should not be empty"),
            (body(types: #"["all"]"#), #"types should be platform, function or extension, not "all""#),
            (body(buffering: "[]"), "buffering should be an object"),
            (body(buffering: #"{"maxItems":999}"#), "buffering.maxItems should be a number from 1000 to 10000"),
            (body(buffering: #"{"maxItems":10001}"#), "buffering.maxItems should be a number from 1000 to 10000"),
            (body(buffering: #"{"maxBytes":262143}"#), "buffering.maxBytes should be a number from 262144 to 1048576"),
            (body(buffering: #"{"maxBytes":1048577}"#), "buffering.maxBytes should be a number from 262144 to 1048576"),
            (body(buffering: #"{"timeoutMs":24}"#), "buffering.timeoutMs should be a number from 25 to 30000"),
            (body(buffering: #"{"timeoutMs":"30000"}"#), "buffering.timeoutMs should be a number from 25 to 30000"),
            (body(destination: "null"), "destination should be an object"),
            (body(destination: "{}"), "destination.protocol should be HTTP or TCP"),
            (body(destination: #"{"protocol":"TCP"}"#), "destination.port is not provided"),
            (body(destination: #"{"protocol":"TCP","port":0}"#), "port should be from 1 to 65535 and not 9001"),
            (body(destination: #"{"protocol":"TCP","port":9001}"#), "port should be from 1 to 65535 and not 9001"),
            (body(destination: #"{"protocol":"HTTP"}"#), "destination.URI is not provided"),
            (body(destination: #"{"protocol":"HTTP","URI":"https://sandbox.localdomain:1/"}"#), "URI scheme should be http"),
            (body(destination: #"{"protocol":"HTTP","URI":"http://example.com:80/"}"#), "URI host should be sandbox.localdomain"),
            (body(destination: #"{"protocol":"HTTP","URI":"http://sandbox.localdomain/x"}"#), "URI port is not provided"),
            (
                body(destination: #"{"protocol":"HTTP","URI":"http://sandbox.localdomain:80/a b\r\nX: y"}"#),
                "URI path should be percent-encoded"
            ),
            (
                body(types: "[]", destination: #"{"protocol":"HTTP","URI":"http://sandbox.localdomain"}"#),
                "types should not be empty; URI port is not provided"
            ),
            ("[]", "the body should be a JSON object"), ("", "Invalid JSON: 1:1: unexpected end of JSON text"),
        ])
    func faults(body: String, message: String) throws {
        let error = try #require(throws: TelemetrySubscription.Invalid.self) { try self.parse(body) }
        #expect(error.errorType == "ValidationError")
        #expect(error.message == message)
    }

    @Test("the Logs API has its own error type and versions")
    func logs() throws {
        let error = try #require(throws: TelemetrySubscription.Invalid.self) { try self.parse(Self.body(), .logs) }
        #expect(
            error == .init(errorType: "Logs.ValidationError", message: "schemaVersion should be one of 2020-08-15, 2021-03-18"))
    }

    @Test("any bytes at all are refused, never a trap")
    func anyBytes() {
        let valid = Array(Self.body().utf8)
        for length in 0..<valid.count {
            #expect(throws: TelemetrySubscription.Invalid.self) {
                try TelemetrySubscription(parsing: valid[..<length], for: .telemetry)
            }
        }
        for place in valid.indices {
            var damaged = valid
            damaged[place] = 0xFF
            #expect(throws: TelemetrySubscription.Invalid.self) { try TelemetrySubscription(parsing: damaged, for: .telemetry) }
        }
    }
}
