package import CoreTypes

/// The cross-origin settings of a function URL (`Cors` of `AWS::Lambda::Url`; Lambda developer guide, "Creating and managing
/// Lambda function URLs", "Cross-origin resource sharing (CORS)"; Fetch standard, "CORS protocol").
///
/// A preflight is answered from these settings and never reaches the function, nor needs a signature. All other answers get the
/// headers beside those the function wrote, twice where both did, as the service does.
///
/// A preflight for an origin, method or header that isn't allowed is answered without the headers that would allow it: the browser
/// then refuses. The status is 200 in any case.
package struct FunctionURLCORS: Hashable, Sendable {
    package var allowCredentials = false
    package var allowHeaders: [String] = []
    package var allowMethods: [String] = []
    package var allowOrigins: [String] = []
    package var exposeHeaders: [String] = []
    package var maxAgeSeconds: Int?

    /// - Parameter json: the member `Cors`, checked by whoever stored it: what has another type than documented counts as absent.
    package init(_ json: JSON) {
        func strings(_ name: String) -> [String] { json[name]?.arrayValue?.compactMap(\.stringValue) ?? [] }
        if case .bool(true) = json["AllowCredentials"] { self.allowCredentials = true }
        self.allowHeaders = strings("AllowHeaders")
        self.allowMethods = strings("AllowMethods")
        self.allowOrigins = strings("AllowOrigins")
        self.exposeHeaders = strings("ExposeHeaders")
        self.maxAgeSeconds = json["MaxAge"]?.intValue
    }

    /// Whether a request is a browser's question (Fetch standard, "CORS-preflight request").
    static func isPreflight(_ request: GatewayRequest) -> Bool {
        request.method == "OPTIONS" && request.headers.first("origin") != nil
            && request.headers.first("access-control-request-method") != nil
    }

    /// What the answer to a preflight carries.
    func preflightHeaders(for request: GatewayRequest) -> [HTTPHeader] {
        var headers = self.originHeaders(for: request)
        guard !headers.isEmpty else { return [] }
        if let method = request.headers.first("access-control-request-method"), self.allows(method, among: self.allowMethods) {
            headers.append(HTTPHeader("Access-Control-Allow-Methods", self.allowMethods.joined(separator: ",")))
        }
        let asked = request.headers.first("access-control-request-headers").map(Self.names) ?? []
        let allowed = asked.filter { self.allows($0, among: self.allowHeaders) }
        if !allowed.isEmpty { headers.append(HTTPHeader("Access-Control-Allow-Headers", allowed.joined(separator: ","))) }
        if let maxAgeSeconds { headers.append(HTTPHeader("Access-Control-Max-Age", String(maxAgeSeconds))) }
        return headers
    }

    /// What every other answer carries; nothing for a request without an allowed `Origin`.
    func headers(for request: GatewayRequest) -> [HTTPHeader] {
        var headers = self.originHeaders(for: request)
        if !headers.isEmpty, !self.exposeHeaders.isEmpty {
            headers.append(HTTPHeader("Access-Control-Expose-Headers", self.exposeHeaders.joined(separator: ",")))
        }
        return headers
    }

    private func originHeaders(for request: GatewayRequest) -> [HTTPHeader] {
        guard let origin = request.headers.first("origin"), self.allows(origin: origin) else { return [] }
        // With credentials a browser takes no wildcard, so the origin is named (Fetch standard, "CORS protocol and credentials").
        let isAny = self.allowOrigins.contains("*") && !self.allowCredentials
        var headers = [HTTPHeader("Access-Control-Allow-Origin", isAny ? "*" : origin)]
        if !isAny { headers.append(HTTPHeader("Vary", "Origin")) }
        if self.allowCredentials { headers.append(HTTPHeader("Access-Control-Allow-Credentials", "true")) }
        return headers
    }

    /// `https://*.example.com` takes any subdomain; ports and schemes must be the same.
    private func allows(origin: String) -> Bool {
        self.allowOrigins.contains { pattern in
            if pattern == "*" || equalIgnoringCase(pattern, origin) { return true }
            guard let star = pattern.firstIndex(of: "*") else { return false }
            let (head, tail) = (pattern[..<star], pattern[pattern.index(after: star)...])
            return origin.utf8.count > head.utf8.count + tail.utf8.count && origin.hasPrefix(head) && origin.hasSuffix(tail)
        }
    }

    private func allows(_ name: String, among names: [String]) -> Bool {
        names.contains { $0 == "*" || equalIgnoringCase($0, name) }
    }

    private static func names(_ list: String) -> [String] {
        list.split(separator: ",").map { $0.filter { $0 != " " && $0 != "\t" } }.filter { !$0.isEmpty }
    }
}
