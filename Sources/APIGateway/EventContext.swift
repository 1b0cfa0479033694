/// What the events of both payload formats are written from.
struct EventContext {
    let request: GatewayRequest
    let target: RequestTarget
    let match: Router.Match
    /// The verb, after any override.
    let method: String
    /// As the function sees them.
    let headers: [HTTPHeader]
    let stamp: RequestStamp
    let accountID: String

    /// The Host header as sent, with its port: a link built from it works here too.
    var domainName: String { self.request.headers.last("host") ?? "" }
    var domainPrefix: String { Self.domainPrefix(of: self.domainName) }

    static func domainPrefix(of domainName: String) -> String {
        String(domainName.prefix { $0 != "." && $0 != ":" })
    }

    /// `GET /orders/{id}`, `$default`.
    var routeKey: String {
        guard self.match.route.path != "$default" else { return "$default" }
        return "\(self.match.route.method ?? "ANY") \(self.match.route.path)"
    }

    /// HTTP APIs hand paths on decoded, in both payload formats, stage segment included (published captures of live requests;
    /// the guide does not say). REST APIs and function URLs hand them on as sent.
    var decodedPath: String { PercentEncoding.decode(self.target.path, plusIsSpace: false) }
}

extension EventWriter {
    /// Values as sent for REST APIs, decoded for HTTP APIs.
    mutating func pathParameters(_ context: EventContext, orNull: Bool) {
        let parameters = context.match.parameters
        if parameters.isEmpty {
            if orNull { self.null("pathParameters") }
        } else if context.match.api.kind == .rest {
            self.map("pathParameters", parameters.lazy.map { ($0.name, String($0.value)) })
        } else {
            self.map(
                "pathParameters", parameters.lazy.map { ($0.name, PercentEncoding.decode($0.value, plusIsSpace: false)) })
        }
    }
}
