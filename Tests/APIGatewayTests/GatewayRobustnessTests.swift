import CoreTypes
import Testing

@testable import APIGateway

@Suite("Nothing a client or a function sends traps")
struct GatewayRobustnessTests {
    static let stage: RestAPI.Stage = {
        var stage = RestAPI.Stage(name: "stage")
        stage.webACL = WebACLTests.everything
        return stage
    }()
    static let gateway = Gateway(
        apis: [
            restAPI([route("GET", "/"), route("ANY", "/a/{b}/{c+}"), route("GET", "/{x}/b")], stage: stage, binary: ["image/*"]),
            httpAPI([route("GET", "/{proxy+}", .version2), route("POST", "/a/{b}", .version1), route(nil, "$default", .version2)]
            ),
        ], functionURLs: [FunctionURL(id: "u", functionName: "F")])

    static let pieces = [
        "/", "//", "stage", "a", "b", "%", "%2F", "%zz", "?", "&", "=", ";", "#", "|", "책", "\u{0}", "{", "}", "+", "http:",
        "://", "..", ".",
        " ", "*", "\u{301}", "\r\n",
    ]

    @Test("random targets, headers and bodies give a decision, and an event is JSON", arguments: 0..<20)
    func requests(seed: UInt64) throws {
        var generator = SeededGenerator(state: seed)
        func text(_ limit: Int) -> String {
            (0..<Int.random(in: 0...limit, using: &generator)).map { _ in Self.pieces.randomElement(using: &generator) ?? "" }
                .joined()
        }
        for _ in 0..<200 {
            let host =
                ["127.0.0.1", "http000000.execute-api.x", "u.lambda-url.x", text(4)].randomElement(using: &generator) ?? ""
            var headers = [("Host", host)]
            for name in [
                "Cookie", "Accept", "Content-Type", "Authorization", "X-Amzn-Trace-Id", "X-HTTP-Method-Override", text(2),
            ]
            where Bool.random(using: &generator) {
                headers.append((name, text(6)))
            }
            let body = (0..<Int.random(in: 0...9, using: &generator)).map { _ in UInt8.random(in: 0...255, using: &generator) }
            let method = ["GET", "POST", "", text(1)].randomElement(using: &generator) ?? ""
            let target = (Bool.random(using: &generator) ? "/stage/" : "") + text(9)
            switch Self.gateway.decide(method, target, headers: headers, body: body) {
            case .invoke(let call):
                _ = try JSON(parsing: call.payload)
            case .respond(let response):
                #expect(400..<600 ~= response.status)
            default:
                Issue.record("neither a call nor an answer")
            }
        }
    }

    @Test("random results give a response", arguments: 0..<20)
    func results(seed: UInt64) throws {
        var generator = SeededGenerator(state: seed)
        let plans = [
            try Self.gateway.plan("GET", "/stage", headers: [("Accept", "image/png")]), try Self.gateway.plan("GET", "/x"),
            try Self.gateway.plan("POST", "/a/1"), try Self.gateway.plan("GET", "/", headers: [("Host", "u.lambda-url.x")]),
        ]
        let valid = Array(
            #"{"statusCode":200,"headers":{"a":"b","c":1},"multiValueHeaders":{"d":["e"]},"body":"aGk=","isBase64Encoded":true}"#
                .utf8)
        for _ in 0..<300 {
            var payload = valid
            for _ in 0..<Int.random(in: 0...4, using: &generator) {
                let index = Int.random(in: 0..<payload.count, using: &generator)
                switch Int.random(in: 0...2, using: &generator) {
                case 0: payload[index] = UInt8.random(in: 0...255, using: &generator)
                case 1: payload.remove(at: index)
                default: payload.insert(Array(#"{}[]",:1e\u"#.utf8).randomElement(using: &generator) ?? 0, at: index)
                }
            }
            if Bool.random(using: &generator) {
                payload = Array(payload.prefix(Int.random(in: 0...payload.count, using: &generator)))
            }
            for plan in plans {
                let response = try plan.answer(payload)
                #expect(200..<600 ~= response.status)
                #expect(response.headers.allSatisfy { !$0.value.utf8.contains(0x0A) && !$0.name.isEmpty })
            }
        }
    }

    @Test("a thousand parameters of one name, or of as many names")
    func manyParameters() throws {
        let query = (0..<1_000).map { "k\($0)=v" }.joined(separator: "&")
        let json = try Self.gateway.plan("GET", "/x?\(query)").json
        #expect(json["queryStringParameters"]?.objectValue?.count == 1_000)
        let same = try Self.gateway.plan("GET", "/x?" + String(repeating: "k=v&", count: 1_000)).json
        #expect(same["queryStringParameters"]?["k"]?.stringValue?.utf8.count == 1_999)
    }

    @Test("routes that branch at every segment cost no more than the tree has nodes")
    func branches() throws {
        let routes = (0..<256).map { number in
            route("POST", "/" + (0..<8).map { number >> $0 & 1 == 0 ? "a" : "{v\($0)}" }.joined(separator: "/"))
        }
        let gateway = Gateway(apis: [httpAPI(routes + [route("GET", "/{proxy+}")])])
        #expect(try gateway.plan("GET", "/a/a/a/a/a/a/a/a").functionName == "GET /{proxy+}")
        #expect(try gateway.plan("POST", "/a/a/b/a/a/a/a/a").functionName == "POST /a/a/{v2}/a/a/a/a/a")
    }
}
