/// Why a request gets an answer of the gateway instead of a function's.
package enum GatewayFault: Error, Hashable, Sendable {
    // Before the function.
    /// REST: no resource and method for path and verb, with or without a stage.
    case missingAuthenticationToken
    /// REST: the same with an `Authorization` header that is no signature; AWS then reads it as a bad one.
    case unreadableAuthorization(String)
    /// A stage that a REST API does not have, or an API id that no API has.
    case unknownStage
    /// HTTP API: no stage or no route.
    case routeNotFound
    /// A raw `|` in the query, refused before any API sees it.
    case badRequest
    case targetTooLong
    case headersTooLarge
    case payloadTooLarge
    // The function.
    /// It failed, timed out, or gave what is no proxy response.
    case integrationFailure
    /// Its base64 body can't be decoded, or it does not exist: a fault of the configuration.
    case configurationError
    /// The gateway waited as long as it may.
    case integrationTimeout
    /// No environment was free for the function.
    case functionThrottled
    /// The account, stage or route has used its rate.
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
        var key: StaticString = "message"
        var isPlainText = false

        init(_ status: Int, _ message: String?, _ errorType: String) {
            (self.status, self.message, self.errorType) = (status, message, errorType)
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
        return switch self {
        case .missingAuthenticationToken, .routeNotFound:
            Answer(403, "Missing Authentication Token", "MissingAuthenticationTokenException")
        case .unreadableAuthorization(let value): Answer(403, Self.complaint(about: value), "IncompleteSignatureException")
        case .unknownStage, .unknownURL, .unsignedRequest: Answer(403, "Forbidden", "ForbiddenException")
        case .badRequest: Answer(400, "Bad Request", "BadRequestException")
        case .targetTooLong: Answer(414, "Request URI too long", "RequestURITooLongException")
        case .headersTooLarge: Answer(431, "Request Header Fields Too Large", "BadRequestException")
        case .payloadTooLarge: Answer(413, "Request Too Long", "RequestTooLargeException")
        case .integrationFailure, .functionThrottled: Answer(502, "Internal server error", serverError)
        case .configurationError: Answer(500, "Internal server error", serverError)
        case .integrationTimeout: Answer(504, "Endpoint request timed out", serverError)
        case .throttled: Answer(429, "Too Many Requests", "TooManyRequestsException")
        }
    }

    private var httpAnswer: Answer {
        switch self {
        case .missingAuthenticationToken, .unreadableAuthorization, .routeNotFound: Answer(404, "Not Found", "")
        case .unknownStage, .unknownURL, .unsignedRequest: Answer(403, "Forbidden", "")
        case .badRequest: Answer(400, "Bad Request", "")
        case .targetTooLong: Answer(414, "URI Too Long", "")
        case .headersTooLarge: Answer(431, "Request Header Fields Too Large", "")
        case .payloadTooLarge: Answer(413, "Request Entity Too Large", "")
        case .integrationFailure, .configurationError: Answer(500, "Internal Server Error", "")
        case .integrationTimeout, .functionThrottled: Answer(503, "Service Unavailable", "")
        case .throttled: Answer(429, "Too Many Requests", "")
        }
    }

    private var functionURLAnswer: Answer {
        var answer: Answer
        switch self {
        case .badRequest:
            answer = Answer(400, "Bad Request", "BadRequestException")
        case .targetTooLong:
            answer = Answer(414, "Request URI too long", "RequestURITooLongException")
        case .headersTooLarge:
            answer = Answer(431, "Request Header Fields Too Large", "BadRequestException")
        case .payloadTooLarge:
            answer = Answer(
                413, "Request must be smaller than \(GatewayLimits.eventBytes) bytes for the InvokeFunction operation",
                "RequestTooLargeException")
        case .integrationFailure, .configurationError, .integrationTimeout:
            answer = Answer(502, "Internal Server Error", "")
            answer.isPlainText = true
        case .functionThrottled, .throttled:
            answer = Answer(429, "Rate Exceeded.", "TooManyRequestsException")
        case .unsignedRequest:
            answer = Answer(403, Self.unsignedURLMessage, "AccessDeniedException")
            answer.key = "Message"
        case .missingAuthenticationToken, .unreadableAuthorization, .unknownStage, .routeNotFound, .unknownURL:
            answer = Answer(403, nil, "AccessDeniedException")
            answer.key = "Message"
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
