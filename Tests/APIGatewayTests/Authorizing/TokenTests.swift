import CoreTypes
import Testing

@testable import APIGateway

/// Spec sheet 8.3.
@Suite("JWT and Cognito authorizers")
struct TokenTests {
    /// testTime is 1,795,240,020 seconds.
    static func jwt(_ claims: String, header: String = #"{"alg":"RS256","kid":"k1"}"#) -> String {
        func part(_ text: String) -> String {
            Base64.encode(text.utf8).replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
        }
        return "\(part(header)).\(part(claims)).\(part("signature"))"
    }

    static func claims(_ more: String = "") -> String {
        #"{"iss":"https://issuer","aud":"app","exp":1795240021,"iat":1795240020\#(more)}"#
    }

    static func gateway(scopes: [String] = []) -> Gateway {
        var route = route("GET", "/{proxy+}", .version2)
        route.authorization = .authorizer(name: "JWT", scopes: scopes)
        var api = HTTPAPI(id: "http000000", name: "http", stages: [HTTPAPI.Stage(name: "$default")], routes: [route])
        api.authorizers = [
            Authorizer(
                id: "a", name: "JWT", kind: .jwt(issuer: "https://issuer", audiences: ["app", "other"]),
                identitySources: ["$request.header.Authorization"], resultTTLSeconds: 0)
        ]
        return Gateway(api)
    }

    static func drive(_ claims: String, scopes: [String] = [], prefix: String = "Bearer ") -> Drive {
        Self.gateway(scopes: scopes).drive("GET", "/a", headers: [("Authorization", prefix + Self.jwt(claims))])
    }

    @Test("a good token, with or without Bearer, goes to verification and on", arguments: ["Bearer ", "bearer ", ""])
    func good(prefix: String) throws {
        var drive = Self.drive(
            Self.claims(#","n":1,"yes":true,"list":["a","b"],"o":{"k":1},"none":null"#), prefix: prefix)
        guard case .verifyToken(let question) = drive.start() else { throw Refused(decision: "no verification") }
        #expect(question.issuer == "https://issuer" && question.token.keyID == "k1" && question.token.algorithm == "RS256")
        let call = try drive.resume(.tokenVerified).call
        #expect(
            try JSON(parsing: call.payload)["requestContext"]?["authorizer"]?["jwt"]
                == [
                    "claims": [
                        "iss": "https://issuer", "aud": "app", "exp": "1795240021", "iat": "1795240020", "n": "1", "yes": "true",
                        "list": "[a b]", "o": #"{"k":1}"#,
                    ], "scopes": nil,
                ])
    }

    @Test(
        "refused with 401 and a challenge",
        arguments: [
            #"{"iss":"https://other","aud":"app","exp":1795240021}"#, #"{"iss":"https://issuer","aud":"no","exp":1795240021}"#,
            #"{"iss":"https://issuer","aud":["no"],"client_id":"app","exp":1795240021}"#,
            #"{"iss":"https://issuer","exp":1795240021}"#,
            #"{"iss":"https://issuer","aud":"app"}"#, #"{"iss":"https://issuer","aud":"app","exp":1795240020}"#,
            #"{"iss":"https://issuer","aud":"app","exp":1795240021,"nbf":1795240021}"#,
            #"{"iss":"https://issuer","aud":"app","exp":1795240021,"iat":1795240021}"#,
        ])
    func refused(claims: String) throws {
        var drive = Self.drive(claims)
        let response = try drive.start().response
        #expect(response.status == 401 && response.text == #"{"message":"Unauthorized"}"#)
        let challenge = try #require(response.values("www-authenticate").first)
        #expect(challenge.hasPrefix(#"Bearer scope="" error="invalid_token" error_description=""#))
    }

    /// RFC 6750 section 3.1: no error code for a request without credentials.
    @Test("without a token the challenge is bare")
    func missing() throws {
        let response = try Self.gateway().refusal("GET", "/a")
        #expect(response.status == 401 && response.text == #"{"message":"Unauthorized"}"#)
        #expect(response.values("www-authenticate") == ["Bearer"])
    }

    @Test("client_id counts where there is no aud")
    func clientID() {
        var drive = Self.drive(#"{"iss":"https://issuer","client_id":"other","exp":1795240021}"#)
        guard case .verifyToken = drive.start() else {
            Issue.record("no verification")
            return
        }
    }

    @Test(
        "an algorithm other than RSA, or what is no token, is refused", arguments: [#"{"alg":"none"}"#, #"{"alg":"HS256"}"#, "x"])
    func algorithm(header: String) throws {
        let token = Self.jwt(Self.claims(), header: header)
        #expect(try Self.gateway().refusal("GET", "/a", headers: [("Authorization", token)]).status == 401)
    }

    @Test("one of the route's scopes is enough, scp wins over scope; none is 403")
    func scopes() throws {
        var good = Self.drive(Self.claims(#","scope":"a b""#), scopes: ["b", "c"])
        _ = good.start()
        let call = try good.resume(.tokenVerified).call
        #expect(try JSON(parsing: call.payload)["requestContext"]?["authorizer"]?["jwt"]?["scopes"] == ["a", "b"])
        for more in ["", #","scope":"a""#, #","scope":"b","scp":["a"]"#] {
            var drive = Self.drive(Self.claims(more), scopes: ["b", "c"])
            _ = drive.start()
            let response = try drive.resume(.tokenVerified).response
            #expect(response.status == 403 && response.text == #"{"message":"Forbidden"}"#)
            #expect(response.values("www-authenticate") == [#"Bearer scope="b c" error="insufficient_scope""#])
        }
    }

    @Test("a signature that doesn't hold is 401")
    func signature() throws {
        var drive = Self.drive(Self.claims())
        _ = drive.start()
        #expect(try drive.resume(.tokenRefused("signature is invalid")).response.status == 401)
    }

    @Test("user pools: an ID token without scopes, an access token with them; claims in the event")
    func cognito() throws {
        let pool = "arn:aws:cognito-idp:eu-west-1:000000000000:userpool/eu-west-1_abc"
        let issuer = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc"
        let authorizer = Authorizer(
            id: "a", name: "Pool", kind: .cognitoUserPools(providerARNs: [pool]),
            identitySources: ["method.request.header.Authorization"], resultTTLSeconds: 300)
        func drive(_ use: String, _ scopes: [String]) -> Drive {
            let claims = #"{"iss":"\#(issuer)","exp":1795240021,"token_use":"\#(use)","scope":"a"}"#
            return Gateway(guarded(authorizer, scopes: scopes))
                .drive("GET", "/stage/a", headers: [("Authorization", Self.jwt(claims))])
        }
        var id = drive("id", [])
        guard case .verifyToken(let question) = id.start() else { throw Refused(decision: "no verification") }
        #expect(question.issuer == issuer)
        let call = try id.resume(.tokenVerified).call
        #expect(try JSON(parsing: call.payload)["requestContext"]?["authorizer"]?["claims"]?["token_use"] == "id")
        for (use, scopes, status) in [("access", [], 401), ("id", ["a"], 401), ("access", ["b"], 401)]
            as [(String, [String], Int)]
        {
            var refused = drive(use, scopes)
            _ = refused.start()
            #expect(try refused.resume(.tokenVerified).response.status == status)
        }
        var access = drive("access", ["a"])
        _ = access.start()
        #expect(try access.resume(.tokenVerified).call.functionName == "F")
        // What clients of user pools see in the end, in AWS's words.
        var late = drive("id", [])
        _ = late.start()
        late.now = testTime + .seconds(2)
        let response = try late.resume(.tokenVerified).response
        #expect(response.status == 401 && response.text == #"{"message":"The incoming token has expired"}"#)
        #expect(response.values("x-amzn-ErrorType") == ["UnauthorizedException"])
    }
}
