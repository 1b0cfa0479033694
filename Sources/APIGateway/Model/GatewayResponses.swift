extension RestAPI {
    /// What the gateway itself answers in a case, as a REST API customizes it (API Gateway API reference, "GatewayResponse").
    package struct GatewayResponse: Hashable, Sendable {
        package var type: GatewayResponseType
        /// `nil` keeps the status of the case.
        package var statusCode: String?
        /// `gatewayresponse.header.X` ← `'literal'`, `method.request.…`, `context.X`, `stageVariables.X`.
        package var parameters: [ParameterMapping] = []
        /// Plain substitution, no VTL. Empty: the built-in template.
        package var templates: [TemplateForContentType] = []

        package init(type: GatewayResponseType, statusCode: String? = nil) {
            self.type = type
            self.statusCode = statusCode
        }
    }
}

/// API Gateway developer guide, "Gateway response types for API Gateway".
package enum GatewayResponseType: String, Hashable, Sendable, CaseIterable {
    case accessDenied = "ACCESS_DENIED"
    case apiConfigurationError = "API_CONFIGURATION_ERROR"
    case authorizerConfigurationError = "AUTHORIZER_CONFIGURATION_ERROR"
    case authorizerFailure = "AUTHORIZER_FAILURE"
    case badRequestBody = "BAD_REQUEST_BODY"
    case badRequestParameters = "BAD_REQUEST_PARAMETERS"
    case default4XX = "DEFAULT_4XX"
    case default5XX = "DEFAULT_5XX"
    case expiredToken = "EXPIRED_TOKEN"
    case integrationFailure = "INTEGRATION_FAILURE"
    case integrationTimeout = "INTEGRATION_TIMEOUT"
    case invalidAPIKey = "INVALID_API_KEY"
    case invalidSignature = "INVALID_SIGNATURE"
    case missingAuthenticationToken = "MISSING_AUTHENTICATION_TOKEN"
    case quotaExceeded = "QUOTA_EXCEEDED"
    case requestTooLarge = "REQUEST_TOO_LARGE"
    case resourceNotFound = "RESOURCE_NOT_FOUND"
    case throttled = "THROTTLED"
    case unauthorized = "UNAUTHORIZED"
    case unsupportedMediaType = "UNSUPPORTED_MEDIA_TYPE"
    case wafFiltered = "WAF_FILTERED"
}
