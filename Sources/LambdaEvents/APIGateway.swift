/// The event of a REST API's Lambda proxy integration, and of payload format 1.0 of an HTTP API.
///
/// Source: API Gateway developer guide, "Lambda proxy integrations in API Gateway"
/// (https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html). Maps that are `null` in
/// the event are empty here.
public struct APIGatewayRequest: Sendable {
    public struct Context: Codable, Sendable {
        /// Who calls. All but `sourceIp` and `userAgent` need IAM, Cognito or an API key.
        public struct Identity: Codable, Sendable {
            public let cognitoIdentityPoolId: String?
            public let cognitoIdentityId: String?
            public let cognitoAuthenticationType: String?
            public let cognitoAuthenticationProvider: String?
            public let accountId: String?
            public let accessKey: String?
            public let apiKey: String?
            public let apiKeyId: String?
            public let caller: String?
            public let principalOrgId: String?
            public let sourceIp: String?
            public let user: String?
            public let userAgent: String?
            public let userArn: String?
        }

        /// `nil` only for an HTTP API's `$default` route.
        public let resourceId: String?
        public let resourcePath: String
        public let apiId: String
        public let deploymentId: String?
        public let domainName: String?
        public let domainPrefix: String?
        public let httpMethod: String
        public let `protocol`: String?
        public let requestId: String
        public let extendedRequestId: String?
        public let accountId: String
        public let stage: String
        public let identity: Identity
        /// What the authorizer said: `principalId`, its context, or `claims`.
        public let authorizer: LambdaAuthorizerContext?
        /// With the stage: `/Prod/orders/1`.
        public let path: String
        /// `12/Mar/2020:19:03:58 +0000`
        public let requestTime: String?
        /// Milliseconds since 1970.
        public let requestTimeEpoch: UInt64?
    }

    /// The resource's path template: `/orders/{id}`.
    public let resource: String
    /// The path as sent, without the stage.
    public let path: String
    public let httpMethod: HTTPRequest.Method
    public let queryStringParameters: [String: String]
    public let multiValueQueryStringParameters: [String: [String]]
    public let headers: HTTPHeaders
    public let multiValueHeaders: HTTPMultiValueHeaders
    /// Still percent-encoded, as sent, from a REST API.
    public let pathParameters: [String: String]
    public let stageVariables: [String: String]
    public let requestContext: Context
    public let body: String?
    public let isBase64Encoded: Bool
}

extension APIGatewayRequest: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.resource = try container.decode(String.self, forKey: .resource)
        self.path = try container.decode(String.self, forKey: .path)
        self.httpMethod = try container.decode(HTTPRequest.Method.self, forKey: .httpMethod)
        self.queryStringParameters = try container.decodeIfPresent([String: String].self, forKey: .queryStringParameters) ?? [:]
        self.multiValueQueryStringParameters =
            try container.decodeIfPresent([String: [String]].self, forKey: .multiValueQueryStringParameters) ?? [:]
        self.headers = try container.decodeIfPresent(HTTPHeaders.self, forKey: .headers) ?? [:]
        self.multiValueHeaders = try container.decodeIfPresent(HTTPMultiValueHeaders.self, forKey: .multiValueHeaders) ?? [:]
        self.pathParameters = try container.decodeIfPresent([String: String].self, forKey: .pathParameters) ?? [:]
        self.stageVariables = try container.decodeIfPresent([String: String].self, forKey: .stageVariables) ?? [:]
        self.requestContext = try container.decode(Context.self, forKey: .requestContext)
        self.body = try container.decodeIfPresent(String.self, forKey: .body)
        self.isBase64Encoded = try container.decodeIfPresent(Bool.self, forKey: .isBase64Encoded) ?? false
    }

    enum CodingKeys: String, CodingKey {
        case resource, path, httpMethod, queryStringParameters, multiValueQueryStringParameters, headers, multiValueHeaders
        case pathParameters, stageVariables, requestContext, body, isBase64Encoded
    }
}

/// What a function answers a REST API with. A member that AWS does not know makes the client see 502, so there are none more.
public struct APIGatewayResponse: Codable, Sendable {
    public var statusCode: HTTPResponse.Status
    public var headers: HTTPHeaders?
    public var multiValueHeaders: HTTPMultiValueHeaders?
    public var body: String?
    public var isBase64Encoded: Bool?

    public init(
        statusCode: HTTPResponse.Status, headers: HTTPHeaders? = nil, multiValueHeaders: HTTPMultiValueHeaders? = nil,
        body: String? = nil, isBase64Encoded: Bool? = nil
    ) {
        self.statusCode = statusCode
        self.headers = headers
        self.multiValueHeaders = multiValueHeaders
        self.body = body
        self.isBase64Encoded = isBase64Encoded
    }
}
