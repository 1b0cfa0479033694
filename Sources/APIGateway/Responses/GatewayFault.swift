/// Why a request gets an answer of the gateway instead of a function's.
package enum GatewayFault: Error, Hashable, Sendable {
    // Before the function.
    /// REST: no resource and method for path and verb, with or without a stage.
    case missingAuthenticationToken
    /// REST: the same with an `Authorization` header that is no signature; AWS then reads it as a bad one.
    case unreadableAuthorization(String)
    /// REST: the same with a good signature, of a caller who may come in. `path` is what was sent, without the stage.
    case resourceNotFound(verb: String, path: String)
    /// A stage that a REST API does not have, or an API id that no API has.
    case unknownStage
    /// HTTP API: no stage or no route.
    case routeNotFound
    /// A raw `|` in the query, refused before any API sees it.
    case badRequest
    case targetTooLong
    case headersTooLarge
    case payloadTooLarge
    /// The ARN of a guarded method, with the actual path, is longer than policies take.
    case methodARNTooLong
    /// The web ACL of the stage says no.
    case filtered
    // Who is calling.
    /// A domain with mutual TLS, and no certificate that it trusts.
    case clientCertificateRefused
    /// The identity that an authorizer asks for is missing or refused: 401.
    case unauthorized
    /// A token of a user pool whose time is over.
    case userPoolTokenExpired
    /// An HTTP API's token that isn't there.
    case tokenMissing
    /// A token of an HTTP API that is refused, with the reason for `www-authenticate`.
    case tokenRefused(String)
    /// The token holds none of the scopes of the route.
    case scopeMissing([String])
    /// An authorizer's policy, or its plain answer, says no.
    case accessDenied(isExplicit: Bool)
    /// The resource policy says no to a caller without identity. The ARN is that of the method.
    case anonymousDenied(arn: String, isExplicit: Bool)
    /// The policies together say no to a signed request.
    case identityDenied(userARN: String, arn: String, isExplicit: Bool)
    /// The authorizer's function failed, or ran out of time.
    case authorizerFailure
    /// What the authorizer's function answered is no answer of an authorizer, or there is no such authorizer.
    case authorizerConfigurationError
    case expiredToken
    /// With the value of `x-amzn-ErrorType`.
    case invalidSignature(code: String, message: String)
    // Keys and plans.
    case invalidAPIKey
    case quotaExceeded
    // The request against its method.
    /// In the order header, path, query.
    case missingParameters([String])
    case invalidBody([String])
    /// The body has to be read as JSON and can't be.
    case unreadableBody
    case unsupportedMediaType
    // The backend.
    /// It failed, timed out, or gave what is no proxy response.
    case integrationFailure
    /// Something in the configuration can't work: a template, a selection, an address.
    case configurationError
    /// The gateway waited as long as it may.
    case integrationTimeout
    /// The backend answered what is no HTTP.
    case badBackendAnswer
    /// Behind a VPC link nothing takes the request.
    case linkUnavailable
    /// No environment was free for the function.
    case functionThrottled
    /// The account, stage, route or plan has used its rate.
    case throttled
    // Function URLs.
    /// A URL that does not exist.
    case unknownURL
    /// A request without a signature for a URL with `AuthType: AWS_IAM`.
    case unsignedRequest
}

/// Whose spelling an answer has.
package enum Door: Hashable, Sendable {
    case rest
    case http
    case functionURL
}

extension GatewayFault {
    /// Status, message and the value of `x-amzn-ErrorType` (API Gateway developer guide, "Gateway response types"; messages as
    /// observed; Lambda developer guide, "Invoking Lambda function URLs"). HTTP APIs send no error type.
    struct Answer {
        var status: Int
        /// `nil` is written as JSON `null`.
        var message: String?
        var errorType: String
        /// Some of AWS's answers call the member `Message`.
        var key: StaticString
        var isPlainText = false

        init(_ status: Int, _ message: String?, _ errorType: String, key: StaticString = "message") {
            (self.status, self.message, self.errorType, self.key) = (status, message, errorType, key)
        }
    }

    func answer(at door: Door) -> Answer {
        switch door {
        case .rest: self.restAnswer
        case .http: self.httpAnswer
        case .functionURL: self.functionURLAnswer
        }
    }

    private var restAnswer: Answer {
        let serverError = "InternalServerErrorException"
        switch self {
        case .missingAuthenticationToken, .routeNotFound, .unsignedRequest:
            return Answer(403, "Missing Authentication Token", "MissingAuthenticationTokenException")
        case .unreadableAuthorization(let value):
            return Answer(403, Self.complaint(about: value), "IncompleteSignatureException")
        case .resourceNotFound(let verb, let path):
            let route = path == "/" ? path : String(path.dropFirst())
            return Answer(404, "No method found matching route \(route) for http method \(verb).", "NotFoundException")
        case .unknownStage, .unknownURL, .filtered, .invalidAPIKey, .scopeMissing, .clientCertificateRefused:
            return Answer(403, "Forbidden", "ForbiddenException")
        case .badRequest: return Answer(400, "Bad Request", "BadRequestException")
        case .targetTooLong, .methodARNTooLong:
            return Answer(414, "Request URI too long", "RequestURITooLongException")
        case .headersTooLarge: return Answer(431, "Request Header Fields Too Large", "BadRequestException")
        case .payloadTooLarge: return Answer(413, "Request Too Long", "RequestTooLargeException")
        case .unauthorized, .tokenMissing, .tokenRefused: return Answer(401, "Unauthorized", "UnauthorizedException")
        case .userPoolTokenExpired: return Answer(401, "The incoming token has expired", "UnauthorizedException")
        case .accessDenied(let isExplicit):
            let message = "User is not authorized to access this resource" + Self.denial(isExplicit)
            return Answer(403, message, "AccessDeniedException", key: "Message")
        case .anonymousDenied(let arn, let isExplicit):
            return Self.denied(user: "anonymous", arn: arn, isExplicit)
        case .identityDenied(let userARN, let arn, let isExplicit):
            return Self.denied(user: userARN, arn: arn, isExplicit)
        case .authorizerFailure, .authorizerConfigurationError:
            return Answer(500, nil, "AuthorizerConfigurationException")
        case .expiredToken:
            return Answer(403, "The security token included in the request is expired", "ExpiredTokenException")
        case .invalidSignature(let code, let message): return Answer(403, message, code)
        case .quotaExceeded: return Answer(429, "Limit Exceeded", "LimitExceededException")
        case .throttled: return Answer(429, "Too Many Requests", "TooManyRequestsException")
        case .missingParameters(let names):
            let message = "Missing required request parameters: [\(names.joined(separator: ", "))]"
            return Answer(400, message, "BadRequestException")
        case .invalidBody: return Answer(400, "Invalid request body", "BadRequestException")
        case .unreadableBody: return Answer(400, "Invalid JSON in request body", "BadRequestException")
        case .unsupportedMediaType: return Answer(415, "Unsupported Media Type", "BadRequestException")
        case .integrationFailure, .functionThrottled: return Answer(502, "Internal server error", serverError)
        case .configurationError, .linkUnavailable: return Answer(500, "Internal server error", serverError)
        case .badBackendAnswer: return Answer(504, "Internal server error", serverError)
        case .integrationTimeout: return Answer(504, "Endpoint request timed out", serverError)
        }
    }

    private static func denial(_ isExplicit: Bool) -> String { isExplicit ? " with an explicit deny" : "" }

    /// The account is shown by its last four digits only.
    private static func denied(user: String, arn: String, _ isExplicit: Bool) -> Answer {
        var parts = arn.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false).map(String.init)
        if parts.count == 6 { parts[4] = "********" + parts[4].suffix(4) }
        let message =
            "User: \(user) is not authorized to perform: execute-api:Invoke on resource: \(parts.joined(separator: ":"))"
        return Answer(403, message + self.denial(isExplicit), "AccessDeniedException", key: "Message")
    }

    private var httpAnswer: Answer {
        switch self {
        case .missingAuthenticationToken, .unreadableAuthorization, .resourceNotFound, .routeNotFound:
            Answer(404, "Not Found", "")
        case .unknownStage, .unknownURL, .unsignedRequest, .accessDenied, .anonymousDenied, .identityDenied, .scopeMissing,
            .invalidAPIKey, .expiredToken, .invalidSignature, .clientCertificateRefused, .filtered:
            Answer(403, "Forbidden", "")
        case .badRequest, .missingParameters, .invalidBody, .unreadableBody: Answer(400, "Bad Request", "")
        case .targetTooLong, .methodARNTooLong: Answer(414, "URI Too Long", "")
        case .headersTooLarge: Answer(431, "Request Header Fields Too Large", "")
        case .payloadTooLarge: Answer(413, "Request Entity Too Large", "")
        case .unsupportedMediaType: Answer(415, "Unsupported Media Type", "")
        case .unauthorized, .userPoolTokenExpired, .tokenMissing, .tokenRefused: Answer(401, "Unauthorized", "")
        case .quotaExceeded, .throttled: Answer(429, "Too Many Requests", "")
        case .authorizerFailure, .authorizerConfigurationError, .integrationFailure, .configurationError:
            Answer(500, "Internal Server Error", "")
        case .integrationTimeout, .functionThrottled, .badBackendAnswer, .linkUnavailable:
            Answer(503, "Service Unavailable", "")
        }
    }

    private var functionURLAnswer: Answer {
        var answer: Answer
        switch self {
        case .badRequest, .missingParameters, .invalidBody, .unreadableBody, .unsupportedMediaType:
            answer = Answer(400, "Bad Request", "BadRequestException")
        case .targetTooLong, .methodARNTooLong:
            answer = Answer(414, "Request URI too long", "RequestURITooLongException")
        case .headersTooLarge:
            answer = Answer(431, "Request Header Fields Too Large", "BadRequestException")
        case .payloadTooLarge:
            answer = Answer(
                413, "Request must be smaller than \(GatewayLimits.eventBytes) bytes for the InvokeFunction operation",
                "RequestTooLargeException")
        case .integrationFailure, .configurationError, .integrationTimeout, .badBackendAnswer, .linkUnavailable,
            .authorizerFailure, .authorizerConfigurationError:
            answer = Answer(502, "Internal Server Error", "")
            answer.isPlainText = true
        case .functionThrottled, .throttled, .quotaExceeded:
            answer = Answer(429, "Rate Exceeded.", "TooManyRequestsException")
        case .unsignedRequest, .unauthorized, .userPoolTokenExpired, .tokenMissing, .tokenRefused, .scopeMissing, .accessDenied,
            .anonymousDenied, .identityDenied, .expiredToken, .invalidAPIKey, .clientCertificateRefused, .filtered:
            answer = Answer(403, Self.unsignedURLMessage, "AccessDeniedException", key: "Message")
        case .invalidSignature(let code, let message): answer = Answer(403, message, code)
        case .missingAuthenticationToken, .unreadableAuthorization, .resourceNotFound, .unknownStage, .routeNotFound, .unknownURL:
            answer = Answer(403, nil, "AccessDeniedException", key: "Message")
        }
        return answer
    }

    private static let unsignedURLMessage =
        "Forbidden. For troubleshooting Function URL authorization issues, see: "
        + "https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"

    /// The words of Signature Version 4 for a header that is none: `Bearer abc`, `Basic dTpw==`.
    private static func complaint(about authorization: String) -> String {
        let parts = authorization.split(separator: " ", maxSplits: 1)
        let parameters = parts.count > 1 ? parts[1] : parts.first ?? ""
        guard parameters.utf8.contains(UInt8(ascii: "=")) else {
            return "'\(parameters)' not a valid key=value pair (missing equal-sign) in Authorization header: '\(authorization)'."
        }
        return "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. "
            + "Authorization header requires 'SignedHeaders' parameter. Authorization header requires existence of either a "
            + "'X-Amz-Date' or a 'Date' header. Authorization=\(parts.first ?? "")"
    }
}

extension GatewayFault {
    /// Under which type a REST API may customize the answer; `nil` for what no API is asked about. 413 has a type, but the
    /// service does not let it be customized.
    var responseType: GatewayResponseType? {
        switch self {
        case .missingAuthenticationToken, .routeNotFound, .unsignedRequest, .unreadableAuthorization: .missingAuthenticationToken
        case .resourceNotFound: .resourceNotFound
        case .filtered: .wafFiltered
        case .accessDenied, .anonymousDenied, .identityDenied, .scopeMissing: .accessDenied
        case .unauthorized, .userPoolTokenExpired, .tokenMissing, .tokenRefused: .unauthorized
        case .authorizerFailure: .authorizerFailure
        case .authorizerConfigurationError: .authorizerConfigurationError
        case .expiredToken: .expiredToken
        case .invalidSignature: .invalidSignature
        case .invalidAPIKey: .invalidAPIKey
        case .quotaExceeded: .quotaExceeded
        case .throttled: .throttled
        case .missingParameters: .badRequestParameters
        case .invalidBody, .unreadableBody: .badRequestBody
        case .unsupportedMediaType: .unsupportedMediaType
        case .integrationFailure, .badBackendAnswer, .functionThrottled: .integrationFailure
        case .configurationError, .linkUnavailable: .apiConfigurationError
        case .integrationTimeout: .integrationTimeout
        case .badRequest: .default4XX
        case .payloadTooLarge: .requestTooLarge
        case .unknownStage, .targetTooLong, .methodARNTooLong, .headersTooLarge, .unknownURL, .clientCertificateRefused: nil
        }
    }

    /// Answers of the part of the service that validates, maps and calls have a space behind the colon; those of the part that
    /// lets requests in have none.
    var isSpaced: Bool {
        switch self {
        case .missingParameters, .invalidBody, .unreadableBody, .unsupportedMediaType, .integrationFailure, .configurationError,
            .integrationTimeout, .badBackendAnswer, .linkUnavailable, .functionThrottled:
            true
        default: false
        }
    }

    /// What `www-authenticate` asks of clients of an HTTP API: in the form that the developer guide shows for a refused token
    /// ("Troubleshooting issues with HTTP API JWT authorizers"), and without an error code where no token came, as RFC 6750
    /// section 3.1 says. The guide shows none for a missing scope; it is written alike.
    var challenge: String? {
        switch self {
        case .tokenMissing: "Bearer"
        case .tokenRefused(let reason): #"Bearer scope="" error="invalid_token" error_description="\#(reason)""#
        case .scopeMissing(let scopes): #"Bearer scope="\#(scopes.joined(separator: " "))" error="insufficient_scope""#
        default: nil
        }
    }

    /// `$context.error.validationErrorString`
    var validationText: String? {
        switch self {
        case .invalidBody(let faults): "[\(faults.joined(separator: ", "))]"
        case .missingParameters(let names): "Missing required request parameters: [\(names.joined(separator: ", "))]"
        default: nil
        }
    }
}
