/// What lets a caller of a method or route in.
package enum Authorization: Hashable, Sendable {
    /// `NONE`
    case none
    /// `AWS_IAM`: a request signed with Signature Version 4.
    case iam
    /// `CUSTOM`, `COGNITO_USER_POOLS`, `JWT`: the authorizer of that name, which the API has. Scopes are of Cognito and JWT.
    case authorizer(name: String, scopes: [String])

    /// The word of the API for it, given the authorizers of the API.
    package func type(_ authorizers: [Authorizer]) -> String {
        switch self {
        case .none: return "NONE"
        case .iam: return "AWS_IAM"
        case .authorizer(let name, _):
            switch authorizers.first(where: { $0.name == name })?.kind {
            case .cognitoUserPools: return "COGNITO_USER_POOLS"
            case .jwt: return "JWT"
            case .token, .request, nil: return "CUSTOM"
            }
        }
    }
}

/// An authorizer of a REST or HTTP API (API Gateway API reference, "Authorizer"; V2 API reference, "Authorizer").
package struct Authorizer: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        /// REST: a function that gets the token. A token that the whole expression doesn't match is refused without a call.
        case token(LambdaAuthorizer, validationExpression: String?)
        /// A function that gets the request.
        case request(LambdaAuthorizer)
        /// REST: tokens of these user pools, as ARNs; they may hold stage variables.
        case cognitoUserPools(providerARNs: [String])
        /// HTTP: tokens of an issuer for one of the audiences.
        case jwt(issuer: String, audiences: [String])
    }

    /// Ten characters, derived from API and name.
    package var id: String
    /// Unique within its API.
    package var name: String
    package var kind: Kind
    /// As written: `method.request.header.Authorization` (REST), `$request.header.Authorization` (HTTP). TOKEN and Cognito have
    /// one, REQUEST may have none if nothing is cached.
    package var identitySources: [String]
    /// `AuthorizerResultTtlInSeconds`; 0 keeps nothing.
    package var resultTTLSeconds: Int

    package init(id: String, name: String, kind: Kind, identitySources: [String], resultTTLSeconds: Int) {
        self.id = id
        self.name = name
        self.kind = kind
        self.identitySources = identitySources
        self.resultTTLSeconds = resultTTLSeconds
    }
}

/// The function behind an authorizer.
package struct LambdaAuthorizer: Hashable, Sendable {
    /// `arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/{function ARN}/invocations`; may hold stage variables.
    package var uri: String
    /// The ARN of a role.
    package var credentials: String?
    /// REST knows format 1.0 only.
    package var payloadFormat: PayloadFormat
    /// HTTP, format 2.0: the function answers `{"isAuthorized": true}`.
    package var enablesSimpleResponses: Bool

    package init(
        uri: String, credentials: String? = nil, payloadFormat: PayloadFormat = .version1, enablesSimpleResponses: Bool = false
    ) {
        self.uri = uri
        self.credentials = credentials
        self.payloadFormat = payloadFormat
        self.enablesSimpleResponses = enablesSimpleResponses
    }
}

package enum PayloadFormat: String, Hashable, Sendable, CaseIterable {
    /// The REST event, and format 1.0 of HTTP APIs.
    case version1 = "1.0"
    case version2 = "2.0"
}
