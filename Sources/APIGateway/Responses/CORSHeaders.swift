/// The CORS headers of an HTTP API with a configuration, its fixed parts joined once (API Gateway developer guide, "Configure
/// CORS for HTTP APIs in API Gateway").
struct CORSHeaders: Sendable {
    private let allowsAnyOrigin: Bool
    private let originSchemes: [String]
    private let origins: Set<String>
    private let allowsCredentials: Bool
    private let preflight: [HTTPHeader]
    private let actual: [HTTPHeader]

    init(_ configuration: HTTPAPI.CORS) {
        self.allowsAnyOrigin = configuration.allowOrigins.contains("*")
        // `https://*` allows every origin of the scheme.
        self.originSchemes = configuration.allowOrigins.filter { $0 != "*" && $0.hasSuffix("*") }.map { String($0.dropLast()) }
        self.origins = Set(configuration.allowOrigins)
        self.allowsCredentials = configuration.allowsCredentials
        var preflight: [HTTPHeader] = []
        func add(_ name: String, _ values: [String]) {
            if !values.isEmpty { preflight.append(HTTPHeader(name, values.joined(separator: ","))) }
        }
        add("access-control-allow-methods", configuration.allowMethods)
        add("access-control-allow-headers", configuration.allowHeaders)
        if let seconds = configuration.maxAgeSeconds { preflight.append(HTTPHeader("access-control-max-age", String(seconds))) }
        self.preflight = preflight
        self.actual =
            configuration.exposeHeaders.isEmpty
            ? [] : [HTTPHeader("access-control-expose-headers", configuration.exposeHeaders.joined(separator: ","))]
    }

    /// A preflight is answered by the service itself, before routes and authorizers.
    static func isPreflight(_ request: GatewayRequest) -> Bool {
        request.method == "OPTIONS" && request.headers.first("origin") != nil
            && request.headers.first("access-control-request-method") != nil
    }

    /// Without headers where the origin is not allowed: the browser then refuses.
    func preflightHeaders(origin: String) -> [HTTPHeader] {
        self.isAllowed(origin) ? self.originHeaders(origin) + self.preflight : []
    }

    /// What stands in the place of the backend's own CORS headers.
    func responseHeaders(origin: String?) -> [HTTPHeader] {
        guard let origin, self.isAllowed(origin) else { return [] }
        return self.originHeaders(origin) + self.actual
    }

    static func isCORSHeader(_ name: String) -> Bool {
        let name = name.lowercased()
        return name.hasPrefix("access-control-allow-") || name == "access-control-expose-headers"
            || name == "access-control-max-age"
    }

    private func originHeaders(_ origin: String) -> [HTTPHeader] {
        var headers = [HTTPHeader("access-control-allow-origin", self.allowsAnyOrigin ? "*" : origin)]
        if self.allowsCredentials { headers.append(HTTPHeader("access-control-allow-credentials", "true")) }
        return headers
    }

    private func isAllowed(_ origin: String) -> Bool {
        self.allowsAnyOrigin || self.origins.contains(origin) || self.originSchemes.contains { origin.hasPrefix($0) }
    }
}
