import CoreTypes
import Testing

@testable import APIGateway

/// Expected headers after the Fetch standard, "CORS protocol", and the Lambda developer guide on the settings of function URLs.
struct FunctionURLCORSTests {
    private static let cors: JSON = [
        "AllowOrigins": ["https://www.example.com", "http://*.localhost:5173"], "AllowMethods": ["GET", "POST"],
        "AllowHeaders": ["content-type", "x-own"], "ExposeHeaders": ["date"], "MaxAge": 60,
    ]

    private func gateway(_ cors: JSON?, requiresSignature: Bool = false) -> Gateway {
        Gateway(
            apis: [],
            functionURLs: [
                FunctionURL(
                    id: "abc", functionName: "f", requiresSignature: requiresSignature, cors: cors.map { FunctionURLCORS($0) })
            ])
    }

    private func drive(_ gateway: Gateway, method: String = "GET", _ headers: [(String, String)]) -> Drive {
        gateway.drive(method, "/", headers: [("Host", "abc.lambda-url.us-east-1.localhost:3000")] + headers)
    }

    private func headers(of response: GatewayResponse) -> [String: [String]] {
        let own = response.headers.filter {
            let name = $0.name.lowercased()
            return name.hasPrefix("access-control-") || name == "vary"
        }
        return Dictionary(grouping: own) { $0.name.lowercased() }.mapValues { $0.map(\.value) }
    }

    /// What the client gets where the function answers so.
    private func answer(_ headers: [(String, String)], _ payload: String = "{}") throws -> GatewayResponse {
        var drive = self.drive(self.gateway(Self.cors), headers)
        _ = try drive.start().call
        return try drive.answer(payload)
    }

    private func preflight(
        _ cors: JSON, origin: String, method: String = "POST", headers: String? = nil
    ) throws -> [String: [String]] {
        var sent = [("Origin", origin), ("Access-Control-Request-Method", method)]
        if let headers { sent.append(("Access-Control-Request-Headers", headers)) }
        var drive = self.drive(self.gateway(cors, requiresSignature: true), method: "OPTIONS", sent)
        let response = try drive.start().response
        #expect(response.status == 200)
        #expect(response.body.count == 0)
        return self.headers(of: response)
    }

    @Test func aPreflightIsAnsweredWithoutTheFunctionAndWithoutASignature() throws {
        #expect(
            try self.preflight(Self.cors, origin: "https://www.example.com", headers: "Content-Type, x-other") == [
                "access-control-allow-origin": ["https://www.example.com"], "vary": ["Origin"],
                "access-control-allow-methods": ["GET,POST"], "access-control-allow-headers": ["Content-Type"],
                "access-control-max-age": ["60"],
            ])
    }

    @Test func aPreflightThatIsNotAllowedGetsNothingThatAllowsIt() throws {
        #expect(try self.preflight(Self.cors, origin: "https://evil.example.com") == [:])
        #expect(try self.preflight(Self.cors, origin: "http://.localhost:5173") == [:])
        #expect(
            try self.preflight(Self.cors, origin: "https://www.example.com", method: "PUT")["access-control-allow-methods"] == nil
        )
    }

    @Test func aSubdomainMatchesAStar() throws {
        let headers = try self.preflight(Self.cors, origin: "http://app.localhost:5173")
        #expect(headers["access-control-allow-origin"] == ["http://app.localhost:5173"])
    }

    @Test func aStarIsNamedOnlyWithCredentials() throws {
        #expect(try self.preflight(["AllowOrigins": ["*"]], origin: "https://a.b")["access-control-allow-origin"] == ["*"])
        let named = try self.preflight(["AllowOrigins": ["*"], "AllowCredentials": true], origin: "https://a.b")
        #expect(named["access-control-allow-origin"] == ["https://a.b"])
        #expect(named["access-control-allow-credentials"] == ["true"])
        #expect(named["vary"] == ["Origin"])
    }

    @Test func answersGetTheHeadersBesideTheFunctionsOwn() throws {
        let response = try self.answer(
            [("Origin", "https://www.example.com")], #"{"statusCode":200,"headers":{"Access-Control-Allow-Origin":"*"}}"#)
        #expect(
            self.headers(of: response) == [
                "access-control-allow-origin": ["*", "https://www.example.com"], "vary": ["Origin"],
                "access-control-expose-headers": ["date"],
            ])
    }

    @Test func refusalsGetThemTooSoThatAPageCanReadThem() throws {
        var drive = self.drive(self.gateway(Self.cors, requiresSignature: true), [("Origin", "https://www.example.com")])
        let response = try drive.start().response
        #expect(response.status == 403)
        #expect(self.headers(of: response)["access-control-allow-origin"] == ["https://www.example.com"])
    }

    @Test func aStreamGetsThemToo() throws {
        var drive = self.drive(self.gateway(Self.cors), [("Origin", "https://www.example.com")])
        _ = try drive.start().call
        let begun = drive.exchange.beginStream(status: 201, headers: [HTTPHeader("Content-Type", "text/plain")], at: drive.now)
        let head = try #require(begun)
        #expect(head.status == 201)
        #expect(self.headers(of: head)["access-control-allow-origin"] == ["https://www.example.com"])
        // The end of the function's stream is no second answer.
        #expect(drive.resume(.timedOut).isNothing)
    }

    @Test func aRequestWithoutAnOriginGetsNone() throws {
        #expect(self.headers(of: try self.answer([])) == [:])
    }

    @Test func withoutSettingsOptionsReachTheFunction() throws {
        var drive = self.drive(
            self.gateway(nil), method: "OPTIONS", [("Origin", "https://a.b"), ("Access-Control-Request-Method", "GET")])
        _ = try drive.start().call
    }

    /// The settings come from templates that anybody writes.
    @Test func settingsOfOtherTypesCountAsAbsent() throws {
        for json in ["null", "[]", "1", #"{"AllowOrigins":"*","AllowMethods":[1,null],"MaxAge":"x","AllowCredentials":"true"}"#] {
            guard let value = try? JSON(parsing: json) else { continue }
            #expect(try self.preflight(value, origin: "https://a.b") == [:])
        }
    }
}
