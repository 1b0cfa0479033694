import APIGateway
import CoreTypes
import Testing

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

    private func decide(_ gateway: Gateway, method: String = "GET", _ headers: [(String, String)]) -> Gateway.Decision {
        let host = HTTPHeader("Host", "abc.lambda-url.us-east-1.localhost:3000")
        let request = GatewayRequest(method: method, target: "/", headers: [host] + headers.map { HTTPHeader($0.0, $0.1) })
        return gateway.route(request, body: UnsafeRawBufferPointer(start: nil, count: 0), stamp: stamp())
    }

    private func headers(of decision: Gateway.Decision, answering payload: String = "{}") -> [String: [String]] {
        let response: GatewayResponse
        switch decision {
        case .respond(let answer): response = answer
        case .invoke(let plan): response = Array(payload.utf8).withUnsafeBytes { plan.response(for: .success($0)) }
        }
        let own = response.headers.filter {
            let name = $0.name.lowercased()
            return name.hasPrefix("access-control-") || name == "vary"
        }
        return Dictionary(grouping: own) { $0.name.lowercased() }.mapValues { $0.map(\.value) }
    }

    private func preflight(_ cors: JSON, origin: String, method: String = "POST", headers: String? = nil) -> [String: [String]] {
        var sent = [("Origin", origin), ("Access-Control-Request-Method", method)]
        if let headers { sent.append(("Access-Control-Request-Headers", headers)) }
        let decision = self.decide(self.gateway(cors, requiresSignature: true), method: "OPTIONS", sent)
        guard case .respond(let response) = decision else {
            Issue.record("a preflight reached the function")
            return [:]
        }
        #expect(response.status == 200)
        #expect(response.body.count == 0)
        return self.headers(of: decision)
    }

    @Test func aPreflightIsAnsweredWithoutTheFunctionAndWithoutASignature() {
        #expect(
            self.preflight(Self.cors, origin: "https://www.example.com", headers: "Content-Type, x-other") == [
                "access-control-allow-origin": ["https://www.example.com"], "vary": ["Origin"],
                "access-control-allow-methods": ["GET,POST"], "access-control-allow-headers": ["Content-Type"],
                "access-control-max-age": ["60"],
            ])
    }

    @Test func aPreflightThatIsNotAllowedGetsNothingThatAllowsIt() {
        #expect(self.preflight(Self.cors, origin: "https://evil.example.com") == [:])
        #expect(self.preflight(Self.cors, origin: "http://.localhost:5173") == [:])
        #expect(
            self.preflight(Self.cors, origin: "https://www.example.com", method: "PUT")["access-control-allow-methods"] == nil)
    }

    @Test func aSubdomainMatchesAStar() {
        let headers = self.preflight(Self.cors, origin: "http://app.localhost:5173")
        #expect(headers["access-control-allow-origin"] == ["http://app.localhost:5173"])
    }

    @Test func aStarIsNamedOnlyWithCredentials() {
        #expect(self.preflight(["AllowOrigins": ["*"]], origin: "https://a.b")["access-control-allow-origin"] == ["*"])
        let named = self.preflight(["AllowOrigins": ["*"], "AllowCredentials": true], origin: "https://a.b")
        #expect(named["access-control-allow-origin"] == ["https://a.b"])
        #expect(named["access-control-allow-credentials"] == ["true"])
        #expect(named["vary"] == ["Origin"])
    }

    @Test func answersGetTheHeadersBesideTheFunctionsOwn() {
        let decision = self.decide(self.gateway(Self.cors), [("Origin", "https://www.example.com")])
        #expect(
            self.headers(of: decision, answering: #"{"statusCode":200,"headers":{"Access-Control-Allow-Origin":"*"}}"#) == [
                "access-control-allow-origin": ["*", "https://www.example.com"], "vary": ["Origin"],
                "access-control-expose-headers": ["date"],
            ])
    }

    @Test func refusalsGetThemTooSoThatAPageCanReadThem() {
        let decision = self.decide(self.gateway(Self.cors, requiresSignature: true), [("Origin", "https://www.example.com")])
        guard case .respond(let response) = decision else {
            Issue.record("an unsigned request reached the function")
            return
        }
        #expect(response.status == 403)
        #expect(self.headers(of: decision)["access-control-allow-origin"] == ["https://www.example.com"])
    }

    @Test func aRequestWithoutAnOriginGetsNone() {
        #expect(self.headers(of: self.decide(self.gateway(Self.cors), [])) == [:])
    }

    @Test func withoutSettingsOptionsReachTheFunction() {
        let decision = self.decide(
            self.gateway(nil), method: "OPTIONS", [("Origin", "https://a.b"), ("Access-Control-Request-Method", "GET")])
        guard case .invoke = decision else {
            Issue.record("the function didn't get it")
            return
        }
    }

    /// The settings come from templates that anybody writes.
    @Test func settingsOfOtherTypesCountAsAbsent() {
        for json in ["null", "[]", "1", #"{"AllowOrigins":"*","AllowMethods":[1,null],"MaxAge":"x","AllowCredentials":"true"}"#] {
            guard let value = try? JSON(parsing: json) else { continue }
            #expect(self.preflight(value, origin: "https://a.b") == [:])
        }
    }
}
