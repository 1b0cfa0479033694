import CoreTypes

/// The request headers a function sees: some dropped, four added.
enum ForwardedHeaders {
    /// Never reach a function behind a REST API (recorded from AWS).
    static let droppedByREST: HeaderNames = [
        "connection", "content-length", "content-md5", "expect", "max-forwards", "proxy-authenticate", "server", "te", "trailer",
        "transfer-encoding", "upgrade", "www-authenticate",
    ]
    /// Hop-by-hop headers (RFC 9110 section 7.6.1), which HTTP APIs and function URLs keep to themselves.
    static let hopByHop: HeaderNames = [
        "connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade",
    ]

    private static let added: HeaderNames = ["x-amzn-trace-id", "x-forwarded-for", "x-forwarded-port", "x-forwarded-proto"]

    /// Lines in the client's order and casing, the added ones last. CloudFront, which stands before an API of type EDGE, spells two
    /// names its own way (recorded from AWS).
    static func rest(_ request: GatewayRequest, isEdge: Bool, traceID: String) -> [HTTPHeader] {
        let kept = request.headers.compactMap { header -> HTTPHeader? in
            if self.droppedByREST.contains(header.name) || self.added.contains(header.name) { return nil }
            if header.isNamed("authorization") {
                if header.value.hasPrefix(Signature.algorithm) { return nil }
                return isEdge ? HTTPHeader("Authorization", header.value) : header
            }
            return isEdge && header.isNamed("user-agent") ? HTTPHeader("User-Agent", header.value) : header
        }
        return kept + self.additions(request, traceID: traceID)
    }

    /// For HTTP APIs and function URLs. HTTP APIs always say how long the body is.
    static func http(_ request: GatewayRequest, bodyLength: Int?, traceID: String) -> [HTTPHeader] {
        var kept = request.headers.filter { header in
            !self.hopByHop.contains(header.name) && !self.added.contains(header.name)
                && (bodyLength == nil || !header.isNamed("content-length"))
        }
        if let bodyLength { kept.append(HTTPHeader("Content-Length", String(bodyLength))) }
        return kept + self.additions(request, traceID: traceID)
    }

    /// What a web ACL sees: all of the client's, and those that are added.
    static func inspected(_ request: GatewayRequest, traceID: String) -> [HTTPHeader] {
        request.headers.filter { !self.added.contains($0.name) } + self.additions(request, traceID: traceID)
    }

    /// The client's own `X-Forwarded-For` stays in front of its address.
    private static func additions(_ request: GatewayRequest, traceID: String) -> [HTTPHeader] {
        let chain = request.headers.filter { $0.isNamed("x-forwarded-for") }.map(\.value) + [request.sourceIP]
        return [
            HTTPHeader(TraceHeader.name, traceID),
            HTTPHeader("X-Forwarded-For", chain.joined(separator: ", ")),
            HTTPHeader("X-Forwarded-Port", String(request.port)),
            HTTPHeader("X-Forwarded-Proto", request.scheme),
        ]
    }
}

/// What a Signature Version 4 request is known by.
enum Signature {
    static let algorithm = "AWS4-HMAC-SHA256"

    /// Signed in the header or, as a presigned URL, in the query.
    static func isPresent(in request: GatewayRequest) -> Bool {
        if request.headers.contains(where: { $0.isNamed("authorization") && $0.value.hasPrefix(self.algorithm) }) { return true }
        return ValueLists(query: RequestTarget(request.target).query)["X-Amz-Signature"] != nil
    }
}
