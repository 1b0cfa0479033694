/// What a bill counts of an answered request to an API.
package struct MeteredRequest: Hashable, Sendable {
    package let apiID: String
    package let kind: API.Kind
    package let status: Int
    package let requestBytes: Int
    /// Of the body, as far as it was known when the answer began: a stream's bytes come on top.
    package private(set) var responseBytes: Int
    /// See ``GatewayFault/isCharged``.
    package let isCharged: Bool

    /// With the bytes that followed the head of a stream.
    package func streaming(_ bytes: Int) -> MeteredRequest {
        var request = self
        request.responseBytes += bytes
        return request
    }
}

extension GatewayExchange {
    /// `nil` before the answer, for function URLs, which cost nothing but the function, and where no API was asked.
    package var metered: MeteredRequest? {
        guard let api, self.url == nil, let reply else { return nil }
        return MeteredRequest(
            apiID: api.id, kind: api.kind, status: reply.status, requestBytes: self.body.count, responseBytes: reply.bodyBytes,
            isCharged: self.fault?.isCharged ?? true)
    }
}

extension GatewayFault {
    /// Whether AWS asks money for a request that ended so. What the gateway turns away costs nothing: a caller who may not come
    /// in, a missing or wrong API key, a rate or quota that is used up. What it asked a backend costs as ever, a throttled
    /// function too (answers of AWS staff on re:Post, 2020 and 2024; the developer guide's page of it, "API Gateway pricing",
    /// is gone).
    /// Of requests that fail in other ways, and of routes that don't exist, nothing is said: they are counted.
    package var isCharged: Bool {
        switch self {
        case .missingAuthenticationToken, .unreadableAuthorization, .unauthorized, .userPoolTokenExpired, .tokenRefused,
            .scopeMissing, .accessDenied, .anonymousDenied, .identityDenied, .expiredToken, .invalidSignature, .unsignedRequest,
            .invalidAPIKey, .quotaExceeded, .throttled, .clientCertificateRefused:
            false
        case .unknownStage, .routeNotFound, .badRequest, .targetTooLong, .headersTooLarge, .payloadTooLarge, .methodARNTooLong,
            .authorizerFailure, .authorizerConfigurationError, .missingParameters, .invalidBody, .unreadableBody,
            .unsupportedMediaType, .integrationFailure, .configurationError, .integrationTimeout, .badBackendAnswer,
            .linkUnavailable, .functionThrottled, .unknownURL:
            true
        }
    }
}
