/// What an HTTP API asks a Lambda authorizer, payload format 2.0.
///
/// Source: API Gateway developer guide, "Control access to HTTP APIs with AWS Lambda authorizers"
/// (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html).
public struct APIGatewayLambdaAuthorizerRequest: Codable, Sendable {
    public let version: String
    /// `REQUEST`
    public let type: String
    public let routeArn: String
    /// The values of the identity sources, in their order; absent without sources.
    public let identitySource: [String]?
    public let routeKey: String
    public let rawPath: String
    public let rawQueryString: String
    public let cookies: [String]?
    public let headers: HTTPHeaders
    public let queryStringParameters: [String: String]?
    public let requestContext: APIGatewayV2Request.Context?
    public let pathParameters: [String: String]?
    public let stageVariables: [String: String]?
}

/// Yes or no, where the authorizer has simple responses enabled.
public struct APIGatewayLambdaAuthorizerSimpleResponse: Codable, Sendable {
    public let isAuthorized: Bool
    public let context: LambdaAuthorizerContext?

    public init(isAuthorized: Bool, context: LambdaAuthorizerContext? = nil) {
        self.isAuthorized = isAuthorized
        self.context = context
    }
}

/// A policy that says what the caller may invoke: the answer of every REST authorizer, and of HTTP APIs without simple responses.
public struct APIGatewayLambdaAuthorizerPolicyResponse: Codable, Sendable {
    public struct PolicyDocument: Codable, Sendable {
        public struct Statement: Codable, Sendable {
            public enum Effect: String, Codable, Sendable {
                case allow = "Allow"
                case deny = "Deny"
            }

            public let action: [String]
            public let effect: Effect
            public let resource: [String]

            public init(action: String, effect: Effect, resource: String) {
                self.init(action: [action], effect: effect, resource: [resource])
            }

            public init(action: [String], effect: Effect, resource: [String]) {
                self.action = action
                self.effect = effect
                self.resource = resource
            }

            enum CodingKeys: String, CodingKey {
                case action = "Action"
                case effect = "Effect"
                case resource = "Resource"
            }
        }

        public let version: String
        public let statement: [Statement]

        public init(version: String = "2012-10-17", statement: [Statement]) {
            self.version = version
            self.statement = statement
        }

        enum CodingKeys: String, CodingKey {
            case version = "Version"
            case statement = "Statement"
        }
    }

    public let principalId: String
    public let policyDocument: PolicyDocument
    public let context: LambdaAuthorizerContext?
    /// The API key of the caller's usage plan, where the API takes its key from the authorizer.
    public let usageIdentifierKey: String?

    public init(
        principalId: String, policyDocument: PolicyDocument, context: LambdaAuthorizerContext? = nil,
        usageIdentifierKey: String? = nil
    ) {
        self.principalId = principalId
        self.policyDocument = policyDocument
        self.context = context
        self.usageIdentifierKey = usageIdentifierKey
    }
}
