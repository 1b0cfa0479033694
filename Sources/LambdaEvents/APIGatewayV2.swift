/// The event of an HTTP API's Lambda integration, payload format 2.0.
///
/// Source: API Gateway developer guide, "Create AWS Lambda proxy integrations for HTTP APIs"
/// (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html). Members that the
/// event leaves out are empty here.
public struct APIGatewayV2Request: Sendable {
    public struct Context: Codable, Sendable {
        public struct HTTP: Codable, Sendable {
            public let method: HTTPRequest.Method
            /// With the stage, unless that is `$default`.
            public let path: String
            public let `protocol`: String
            public let sourceIp: String
            public let userAgent: String
        }

        /// What the route's authorizer said; one of the three.
        public struct Authorizer: Codable, Sendable {
            public struct JWT: Codable, Sendable {
                public let claims: [String: String]?
                public let scopes: [String]?
            }

            public struct IAM: Codable, Sendable {
                public struct CognitoIdentity: Codable, Sendable {
                    public let amr: [String]?
                    public let identityId: String?
                    public let identityPoolId: String?
                }

                public let accessKey: String?
                public let accountId: String?
                public let callerId: String?
                public let cognitoIdentity: CognitoIdentity?
                public let principalOrgId: String?
                public let userArn: String?
                public let userId: String?
            }

            public let jwt: JWT?
            public let iam: IAM?
            public let lambda: LambdaAuthorizerContext?
        }

        public let accountId: String
        public let apiId: String
        public let domainName: String
        public let domainPrefix: String
        public let stage: String
        public let requestId: String
        /// `GET /orders/{id}`, `$default`
        public let routeKey: String?
        public let http: HTTP
        public let authorizer: Authorizer?
        /// `12/Mar/2020:19:03:58 +0000`
        public let time: String
        /// Milliseconds since 1970.
        public let timeEpoch: UInt64
    }

    public let version: String
    public let routeKey: String
    public let rawPath: String
    /// As sent; empty without a query.
    public let rawQueryString: String
    public let cookies: [String]
    /// Names in lower case, repeated values joined with commas.
    public let headers: HTTPHeaders
    /// Repeated values joined with commas.
    public let queryStringParameters: [String: String]
    public let pathParameters: [String: String]
    public let context: Context
    public let stageVariables: [String: String]
    public let body: String?
    public let isBase64Encoded: Bool
}

extension APIGatewayV2Request: Codable {
    enum CodingKeys: String, CodingKey {
        case version, routeKey, rawPath, rawQueryString, cookies, headers, queryStringParameters, pathParameters
        case context = "requestContext"
        case stageVariables, body, isBase64Encoded
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.version = try container.decode(String.self, forKey: .version)
        self.routeKey = try container.decode(String.self, forKey: .routeKey)
        self.rawPath = try container.decode(String.self, forKey: .rawPath)
        self.rawQueryString = try container.decode(String.self, forKey: .rawQueryString)
        self.cookies = try container.decodeIfPresent([String].self, forKey: .cookies) ?? []
        self.headers = try container.decode(HTTPHeaders.self, forKey: .headers)
        self.queryStringParameters = try container.decodeIfPresent([String: String].self, forKey: .queryStringParameters) ?? [:]
        self.pathParameters = try container.decodeIfPresent([String: String].self, forKey: .pathParameters) ?? [:]
        self.context = try container.decode(Context.self, forKey: .context)
        self.stageVariables = try container.decodeIfPresent([String: String].self, forKey: .stageVariables) ?? [:]
        self.body = try container.decodeIfPresent(String.self, forKey: .body)
        self.isBase64Encoded = try container.decodeIfPresent(Bool.self, forKey: .isBase64Encoded) ?? false
    }
}

/// What a function answers an HTTP API with, payload format 2.0.
public struct APIGatewayV2Response: Codable, Sendable {
    public var statusCode: HTTPResponse.Status
    public var headers: HTTPHeaders?
    public var body: String?
    public var isBase64Encoded: Bool?
    /// One `Set-Cookie` header each.
    public var cookies: [String]?

    public init(
        statusCode: HTTPResponse.Status, headers: HTTPHeaders? = nil, body: String? = nil, isBase64Encoded: Bool? = nil,
        cookies: [String]? = nil
    ) {
        self.statusCode = statusCode
        self.headers = headers
        self.body = body
        self.isBase64Encoded = isBase64Encoded
        self.cookies = cookies
    }
}
