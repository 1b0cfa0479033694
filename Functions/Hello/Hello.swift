import MartletRuntime

/// Greets. Called with `{"name":"세계"}` it answers `{"message":"Hello, 세계!"}`; behind API Gateway, payload format 1.0 or 2.0, it
/// takes the name from the path (`/hello/{name}`) or the query (`?name=`) and answers with an HTTP response.
@main
struct Hello {
    static func main() async throws {
        let runtime = LambdaRuntime { (event: Event, context: LambdaContext) in
            let name = event.greeted
            context.logger.info("greeting", metadata: ["name": name])
            return event.isHTTP ? Answer(http: "Hello, \(name)!") : Answer(message: "Hello, \(name)!")
        }
        try await runtime.run()
    }
}

/// The few members of three kinds of events that tell them apart and name the guest.
struct Event: Decodable {
    /// `2.0` for HTTP APIs and function URLs.
    var version: String?
    var name: String?
    var pathParameters: [String: String]?
    var queryStringParameters: [String: String]?
    var requestContext: RequestContext?

    /// Only its presence counts: an invocation from API Gateway or a function URL has one.
    struct RequestContext: Decodable {}

    var isHTTP: Bool { self.requestContext != nil }

    var greeted: String {
        let candidates = [self.pathName, self.queryStringParameters?["name"], self.name]
        return candidates.lazy.compactMap { $0 }.first { !$0.isEmpty } ?? "world"
    }
}

extension Event {
    /// REST APIs hand path parameters on as the client sent them, percent-encoded; HTTP APIs decode them.
    private var pathName: String? {
        guard let name = self.pathParameters?["name"], self.version != "2.0" else { return self.pathParameters?["name"] }
        var bytes: [UInt8] = []
        var rest = name.utf8[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), let digits = String(rest.prefix(2)), let value = UInt8(digits, radix: 16) {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// Either the bare greeting or the HTTP response around it; absent members are left out of the JSON.
struct Answer: Encodable {
    var message: String?
    var statusCode: Int?
    var headers: [String: String]?
    var body: String?

    init(message: String) { self.message = message }

    init(http text: String) {
        self.statusCode = 200
        self.headers = ["Content-Type": "text/plain; charset=utf-8"]
        self.body = text + "\n"
    }
}
