extension GatewayFault {
    /// Whether AWS asks money for a request that ended so. What the gateway turns away costs nothing: a caller who may not come
    /// in, a missing or wrong API key, a rate or quota that is used up. What it asked a backend costs as ever, a throttled
    /// function too (answers of AWS staff on re:Post, 2020 and 2024; the developer guide's page of it, "API Gateway pricing",
    /// is gone).
    /// Of requests that fail in other ways, and of routes that don't exist, nothing is said: they are counted.
    package var isCharged: Bool {
        switch self {
        case .missingAuthenticationToken, .unreadableAuthorization, .unauthorized, .userPoolTokenExpired, .tokenMissing,
            .tokenRefused,
            .scopeMissing, .accessDenied, .anonymousDenied, .identityDenied, .expiredToken, .invalidSignature, .unsignedRequest,
            .invalidAPIKey, .quotaExceeded, .throttled, .clientCertificateRefused:
            false
        case .unknownStage, .resourceNotFound, .routeNotFound, .badRequest, .targetTooLong, .headersTooLarge, .payloadTooLarge,
            .methodARNTooLong,
            .authorizerFailure, .authorizerConfigurationError, .missingParameters, .invalidBody, .unreadableBody,
            .unsupportedMediaType, .integrationFailure, .configurationError, .integrationTimeout, .badBackendAnswer,
            .linkUnavailable, .functionThrottled, .unknownURL, .filtered:
            true
        }
    }
}
