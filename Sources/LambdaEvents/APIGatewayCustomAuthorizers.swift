/// What a REST API asks a TOKEN authorizer.
///
/// Source: API Gateway developer guide, "Input to an API Gateway Lambda authorizer"
/// (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-input.html). The answer is an
/// ``APIGatewayLambdaAuthorizerPolicyResponse``.
public struct APIGatewayCustomAuthorizerTokenRequest: Codable, Sendable {
    /// `TOKEN`
    public let type: String
    /// The value of the identity header, scheme and all.
    public let authorizationToken: String
    /// `arn:aws:execute-api:region:account:api/stage/VERB/path`, with the path of the request.
    public let methodArn: String
}

/// What a REST API asks a REQUEST authorizer: nearly the proxy event, without a body.
public struct APIGatewayCustomAuthorizerRequest: Codable, Sendable {
    /// `REQUEST`
    public let type: String
    public let methodArn: String
    public let resource: String
    public let path: String
    public let httpMethod: HTTPRequest.Method
    public let headers: HTTPHeaders?
    public let multiValueHeaders: HTTPMultiValueHeaders?
    public let queryStringParameters: [String: String]?
    public let multiValueQueryStringParameters: [String: [String]]?
    public let pathParameters: [String: String]?
    public let stageVariables: [String: String]?
    public let requestContext: APIGatewayRequest.Context
}
