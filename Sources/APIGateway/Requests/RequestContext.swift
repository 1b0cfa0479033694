import CoreTypes

/// A request that found its method: what events are written from, what templates and logs call `$context`. It grows as the
/// request goes on; what many methods never ask for is made when it is asked for.
final class RequestContext {
    let served: ServedMethod
    let request: GatewayRequest
    let target: RequestTarget
    /// After any override.
    let verb: String
    /// Behind the stage segment or base path, with one leading slash: as sent, of an HTTP API as its routes were held against it.
    let path: Substring
    /// Of the custom domain: `v1`; `nil` for a request to a default endpoint.
    let basePath: String?
    /// Parts of `path`, percent-encoding and all.
    let pathParameters: [(name: String, value: Substring)]
    private(set) lazy var query = ValueLists(query: self.target.query)
    /// As the backend sees them.
    private(set) lazy var headers = self.forwardedHeaders
    /// Added to what the client sent; a test of a method adds nothing.
    private let addsForwarding: Bool
    private(set) lazy var parameters = self.mappedParameters
    /// Decompressed.
    var body: [UInt8]
    let stamp: RequestStamp
    private(set) lazy var trace = RequestTrace(client: self.request.headers.last(TraceHeader.name), stamp: self.stamp)

    var iam: IAMIdentity?
    var key: KeyIdentity?
    var authorizer: AuthorizerResult?
    /// The API key that the authorizer names.
    var usageIdentifierKey: String?
    var record = RequestRecord()

    /// What went wrong; `$context.error`.
    var error: GatewayFault?

    init(
        served: ServedMethod, request: GatewayRequest, target: RequestTarget, verb: String, path: Substring, basePath: String?,
        pathParameters: [(name: String, value: Substring)], body: [UInt8], stamp: RequestStamp, addsForwarding: Bool = true
    ) {
        self.served = served
        self.request = request
        self.target = target
        self.verb = verb
        self.path = path
        self.basePath = basePath
        self.pathParameters = pathParameters
        self.body = body
        self.stamp = stamp
        self.addsForwarding = addsForwarding
    }

    private var forwardedHeaders: [HTTPHeader] {
        guard self.addsForwarding else {
            return self.request.headers.filter {
                !$0.isNamed("host") && !ForwardedHeaders.droppedByREST.contains($0.name)
            }
        }
        return self.isREST
            ? ForwardedHeaders.rest(
                self.request, isEdge: self.api.endpointType == .edge, traceID: self.trace.forwarded)
            : ForwardedHeaders.http(self.request, bodyLength: self.body.count, traceID: self.trace.forwarded)
    }

    var api: ServedAPI { self.served.api }
    var stage: ServedStage { self.served.stage }
    var isREST: Bool { self.served.api.kind == .rest }

    /// The Host header without its port.
    var domainName: String { Self.domainName(self.request) }
    var domainPrefix: String { String(self.domainName.prefix { $0 != "." }) }

    static func domainName(_ request: GatewayRequest) -> String {
        let host = request.headers.last("host") ?? ""
        // `[::1]:3000`: an address of version 6 has colons of its own.
        guard let colon = host.utf8.lastIndex(of: UInt8(ascii: ":")), !host[colon...].contains("]") else { return host }
        return String(host[..<colon])
    }

    /// REST's `path`: as received without the stage; a base path stays in it (`/v1/pets`), as functions behind a custom domain
    /// see.
    var eventPath: String { self.basePath == nil ? String(self.path) : String(self.target.path) }

    /// HTTP APIs hand paths on decoded, in both payload formats, stage segment included. REST APIs and function URLs hand them
    /// on as sent.
    var decodedPath: String { HTTPAPIPath.seen(self.target.path) }

    /// `arn:aws:execute-api:…` with the actual path.
    var methodARN: String { self.api.methodARN(stage: self.stage.name, verb: self.verb, path: self.path) }

    /// The id that a client reports.
    var requestID: String { self.isREST ? self.stamp.requestID.description : self.stamp.extendedRequestID }

    func header(_ name: String) -> String? { self.headers.last { $0.name == name }?.value }
}

/// What is known of a request's course once it is over: the variables that only logs have.
struct RequestRecord: Hashable, Sendable {
    var status: Int?
    var responseLength: Int?
    var responseLatencyMilliseconds: Int?
    var integrationStatus: Int?
    /// Of the function's own answer, or the endpoint's.
    var backendStatus: Int?
    /// Of the invocation, or of the request to a service.
    var endpointRequestID: RequestID?
    var integrationLatencyMilliseconds: Int?
    var integrationError: String?
    var authorizerStatus: Int?
    var authorizerLatencyMilliseconds: Int?
    var authorizerError: String?
    var authorizerRequestID: RequestID?
    /// `nil` where no web ACL stands before the stage.
    var firewall: FirewallVerdict?
    /// Policies or scopes were asked, and let the request in.
    var isAuthorized = false
}

/// What an authorizer found out about the caller.
struct AuthorizerResult: Hashable, Sendable {
    /// Of a Lambda authorizer of a REST API.
    var principalID: String?
    /// What the function handed on, in its types.
    var context = JSONObject()
    /// Of a token.
    var claims: JSONObject?
    /// Of a token, on a route that asks for scopes.
    var scopes: [String]?
    var latencyMilliseconds = 0
}
