/// The event of a function URL: payload format 2.0 without a gateway.
///
/// Source: Lambda developer guide, "Invoking Lambda function URLs"
/// (https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html).
public struct FunctionURLRequest: Codable, Sendable {
    public struct Context: Codable, Sendable {
        /// Present with `AuthType: AWS_IAM`.
        public struct Authorizer: Codable, Sendable {
            public struct IAMAuthorizer: Codable, Sendable {
                public let accessKey: String
                public let accountId: String
                public let callerId: String
                public let principalOrgId: String?
                public let userArn: String
                public let userId: String
            }

            public let iam: IAMAuthorizer?
        }

        public struct HTTP: Codable, Sendable {
            public let method: String
            public let path: String
            public let `protocol`: String
            public let sourceIp: String
            public let userAgent: String
        }

        /// `anonymous` for an unsigned request.
        public let accountId: String
        /// The URL's id.
        public let apiId: String
        public let authentication: String?
        public let authorizer: Authorizer?
        public let domainName: String
        public let domainPrefix: String
        public let http: HTTP
        public let requestId: String
        /// Always `$default`.
        public let routeKey: String
        public let stage: String
        /// `12/Mar/2020:19:03:58 +0000`
        public let time: String
        /// Milliseconds since 1970.
        public let timeEpoch: Int
    }

    public let version: String
    public let routeKey: String
    /// Still percent-encoded.
    public let rawPath: String
    public let rawQueryString: String
    public let cookies: [String]?
    public let headers: HTTPHeaders
    public let queryStringParameters: [String: String]?
    public let requestContext: Context
    public let body: String?
    public let pathParameters: [String: String]?
    public let isBase64Encoded: Bool
    public let stageVariables: [String: String]?
}

/// What a function answers a request to its URL with. Anything without `statusCode` is sent as a JSON body with status 200.
public struct FunctionURLResponse: Codable, Sendable {
    public var statusCode: HTTPResponse.Status
    public var headers: HTTPHeaders?
    public var body: String?
    /// One `Set-Cookie` header each.
    public var cookies: [String]?
    public var isBase64Encoded: Bool?

    public init(
        statusCode: HTTPResponse.Status, headers: HTTPHeaders? = nil, body: String? = nil, cookies: [String]? = nil,
        isBase64Encoded: Bool? = nil
    ) {
        self.statusCode = statusCode
        self.headers = headers
        self.body = body
        self.cookies = cookies
        self.isBase64Encoded = isBase64Encoded
    }
}
