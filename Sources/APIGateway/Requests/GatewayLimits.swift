/// Quotas that a request meets before any function runs (API Gateway developer guide, "Amazon API Gateway quotas and
/// important notes"; Lambda developer guide, "Lambda quotas").
package enum GatewayLimits {
    /// The whole request body, before it becomes an event.
    package static let payloadBytes = 10_485_760
    /// The event: what Lambda takes in one synchronous call.
    package static let eventBytes = 6_291_456
    /// REST: all header values together. HTTP APIs: request line, header names and values.
    package static let headerBytes = 10_240
    /// The request target of a regional endpoint, query included.
    package static let targetBytes = 10_240
    /// The same of an edge-optimized one.
    package static let edgeTargetBytes = 8_192
    /// The ARN of a method with an authorizer, with the actual path.
    package static let methodARNBytes = 1_600
    /// How long the function of an authorizer of an HTTP API may take.
    package static let httpAuthorizerSeconds = 10
    /// How long a REST integration may take unless it says less.
    package static let restIntegrationSeconds = 29
    /// How long an HTTP API integration may take unless it says less.
    package static let httpIntegrationSeconds = 30
    /// Segments of a declared path. AWS names no such limit; this one bounds the recursion of a lookup.
    package static let routeSegments = 512
}
