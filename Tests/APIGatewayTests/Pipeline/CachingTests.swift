import CoreTypes
import Testing

@testable import APIGateway

/// API Gateway developer guide, "Cache settings for REST APIs in API Gateway".
@Suite("Caches of stages")
struct CachingTests {
    private static func gateway(
        _ verb: String = "GET", path: String = "/a/{id}", settings: RestAPI.MethodSettings? = nil, ttl: Int? = nil,
        keys: [String] = [], clustered: Bool = true, method: (inout RestAPI.Method) -> Void = { _ in }
    ) -> Gateway {
        var all = RestAPI.MethodSettings(resourcePath: "/*", httpMethod: "*")
        all.caches = true
        all.cacheTTLSeconds = ttl
        var integration = Integration.function(FunctionTarget(name: "F"))
        integration.cacheKeyParameters = keys
        return Gateway(
            restMethod(
                verb, path, integration: integration,
                stage: {
                    $0.cachesResponses = clustered
                    $0.methodSettings = [all] + (settings.map { [$0] } ?? [])
                }, method: method))
    }

    /// Whether the backend is asked; then it answers with the text.
    private static func ask(
        _ gateway: Gateway, _ state: GatewayState, _ target: String = "/stage/a/1", verb: String = "GET",
        headers: [(String, String)] = [], at seconds: Int64 = 0, answer: String = #"{"body":"new"}"#
    ) throws -> (isAsked: Bool, response: GatewayResponse) {
        var drive = gateway.drive(verb, target, headers: headers, state: state)
        drive.now = testTime + .seconds(seconds)
        switch drive.start() {
        case .respond(let response): return (false, response)
        case .invoke: return (true, try drive.answer(answer))
        case .verifySignature:
            let identity = IAMIdentity(
                accessKey: "A", accountID: "000000000000", userID: "U", userARN: "arn:aws:iam::000000000000:user/u")
            switch drive.resume(.signatureVerified(identity)) {
            case .respond(let response): return (false, response)
            default: return (true, try drive.answer(answer))
            }
        default: throw Refused(decision: "neither answer nor call")
        }
    }

    @Test("an answer is kept for 300 s, headers and status with it, ids of its request not")
    func kept() throws {
        let gateway = Self.gateway()
        let state = GatewayState()
        let full = #"{"statusCode":404,"headers":{"X-Own":"1"},"body":"old"}"#
        #expect(try Self.ask(gateway, state, answer: full).isAsked)
        let hit = try Self.ask(gateway, state, at: 299)
        #expect(!hit.isAsked && hit.response.status == 404 && hit.response.text == "old")
        #expect(
            hit.response.lines.map { $0.prefix { $0 != ":" } }
                == ["X-Own", "Content-Type", "x-amzn-RequestId", "x-amz-apigw-id"])
        #expect(try Self.ask(gateway, state, at: 300).isAsked)
        #expect(try Self.ask(gateway, state, at: 301).response.text == "new")
    }

    @Test("without a cluster, with a TTL of 0, and for other verbs nothing is kept")
    func off() throws {
        let cases = [
            ("GET", Self.gateway(clustered: false)), ("GET", Self.gateway(ttl: 0)), ("POST", Self.gateway("POST")),
            ("GET", Self.gateway("ANY")),
        ]
        for (verb, gateway) in cases {
            let state = GatewayState()
            for _ in 0..<2 { #expect(try Self.ask(gateway, state, verb: verb).isAsked) }
        }
    }

    @Test("another verb is kept where its own settings say so")
    func post() throws {
        var settings = RestAPI.MethodSettings(resourcePath: "/a/{id}", httpMethod: "POST")
        settings.caches = true
        settings.cacheTTLSeconds = 10
        let gateway = Self.gateway("POST", settings: settings)
        let state = GatewayState()
        #expect(try Self.ask(gateway, state, verb: "POST").isAsked)
        #expect(try Self.ask(gateway, state, verb: "POST", at: 9).isAsked == false)
        #expect(try Self.ask(gateway, state, verb: "POST", at: 10).isAsked)
    }

    @Test("cache keys alone tell requests apart")
    func keys() throws {
        let plain = Self.gateway()
        let state = GatewayState()
        #expect(try Self.ask(plain, state, "/stage/a/1?x=1").isAsked)
        #expect(try Self.ask(plain, state, "/stage/a/2?x=2").isAsked == false)

        let keyed = Self.gateway(
            keys: ["method.request.path.id", "method.request.querystring.x", "method.request.header.X-H"])
        #expect(try Self.ask(keyed, state, "/stage/a/1?x=1").isAsked)
        for target in ["/stage/a/2?x=1", "/stage/a/1?x=2", "/stage/a/1"] {
            #expect(try Self.ask(keyed, state, target).isAsked)
            #expect(try Self.ask(keyed, state, target).isAsked == false)
        }
        #expect(try Self.ask(keyed, state, "/stage/a/1?x=1", headers: [("X-H", "1")]).isAsked)
        #expect(try Self.ask(keyed, state, "/stage/a/1?x=1&y=9").isAsked == false)
    }

    @Test("a key that can't be read keeps nothing, and is told")
    func unreadableKey() throws {
        let gateway = Self.gateway(keys: ["request.x"])
        #expect(gateway.problems.contains { $0.reason.contains("cache key parameter") })
        let state = GatewayState()
        for _ in 0..<2 { #expect(try Self.ask(gateway, state).isAsked) }
    }

    @Test("max-age=0 brings a new answer to who may ask for it; for others it is ignored with a warning")
    func invalidation() throws {
        let refresh = [("Cache-Control", "no-transform, max-age=0")]
        let open = Self.gateway()
        let state = GatewayState()
        _ = try Self.ask(open, state, answer: #"{"body":"old"}"#)
        let ignored = try Self.ask(open, state, headers: refresh)
        #expect(!ignored.isAsked && ignored.response.text == "old" && ignored.response.values("warning").count == 1)
        #expect(try Self.ask(open, state).response.values("warning").isEmpty)

        let signed = Self.gateway(method: { $0.authorization = .iam })
        let other = GatewayState()
        let signature = [("Authorization", "AWS4-HMAC-SHA256 x")]
        _ = try Self.ask(signed, other, headers: signature, answer: #"{"body":"old"}"#)
        #expect(try Self.ask(signed, other, headers: signature).isAsked == false)
        #expect(try Self.ask(signed, other, headers: signature + refresh).isAsked)
        #expect(try Self.ask(signed, other, headers: signature).response.text == "new")
    }

    @Test("gateway responses and answers over 1 MB are not kept")
    func notKept() throws {
        let gateway = Self.gateway()
        let state = GatewayState()
        let large = #"{"body":""# + String(repeating: "x", count: ResponseCache.responseBytesMax + 1) + #""}"#
        for answer in ["3", large] {
            for _ in 0..<2 { #expect(try Self.ask(gateway, state, answer: answer).isAsked) }
        }
    }

    @Test("all answers together stay within their bound, the oldest go first")
    func bounded() {
        var cache = ResponseCache()
        let body = GatewayResponse(status: 200, headers: [], body: .bytes([UInt8](repeating: 0, count: 1_048_576)))
        func key(_ number: Int) -> ResponseCache.Key {
            ResponseCache.Key(apiID: "a", stage: "s", isCanary: false, verb: "GET", namespace: "n", values: [["\(number)"]])
        }
        for number in 0..<200 {
            cache.keep(body, for: key(number), ttlSeconds: 300, at: testTime)
            cache.keep(body, for: key(0), ttlSeconds: 300, at: testTime)
            #expect(cache.bytes <= ResponseCache.bytesMax)
        }
        #expect(cache.response(key(0), at: testTime) != nil && cache.response(key(199), at: testTime) != nil)
        #expect(cache.response(key(100), at: testTime) == nil)
    }
}
