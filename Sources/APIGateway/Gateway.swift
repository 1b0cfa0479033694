/// The gateway as a pure value: a request in, a decision out. One value serves all connections; a new deployment is a new value.
package struct Gateway: Sendable {
    package let router: Router
    private let urls: [String: FunctionURL]
    private let accountID: String

    package init(apis: [API], functionURLs: [FunctionURL] = [], accountID: String = "000000000000") {
        self.router = Router(apis: apis)
        self.urls = Dictionary(functionURLs.map { ($0.id.lowercased(), $0) }) { first, _ in first }
        self.accountID = accountID
    }

    package enum Decision: Sendable {
        case invoke(InvocationPlan)
        case respond(GatewayResponse)
    }

    /// Decides on a request whose body is complete. The body is read during the call only.
    package func route(_ request: GatewayRequest, body: UnsafeRawBufferPointer, stamp: RequestStamp) -> Decision {
        let host = request.headers.last("host")
        let target = RequestTarget(request.target)
        if let host, let id = FunctionURL.id(ofHost: host) {
            return self.decide(urlID: id, request, target: target, body: body, stamp: stamp)
        }
        let method = Self.method(of: request)
        // The verb override is a REST rule, but which API is meant must be known first.
        var outcome = self.router.resolve(method: method, path: target.path, host: host)
        if method != request.method, outcome.kind == .http {
            outcome = self.router.resolve(method: request.method, path: target.path, host: host)
        }
        return self.decide(at: outcome.kind == .rest ? .rest : .http, stamp) { () throws(GatewayFault) in
            try Self.check(request, target: target, body: body, kind: outcome.kind)
            switch outcome {
            case .fault(let fault, _): throw Self.refined(fault, request)
            case .match(let match):
                let isREST = match.api.kind == .rest
                return try self.plan(
                    match, request, target: target, method: isREST ? method : request.method, body: body, stamp: stamp)
            }
        }
    }

    private func decide(
        urlID: String, _ request: GatewayRequest, target: RequestTarget, body: UnsafeRawBufferPointer, stamp: RequestStamp
    ) -> Decision {
        let cors = self.urls[urlID]?.cors
        if let cors, FunctionURLCORS.isPreflight(request) {
            let identity = ResponseIdentity(door: .functionURL, stamp: stamp)
            let headers =
                [HTTPHeader("Content-Type", "application/json")] + identity.headers + cors.preflightHeaders(for: request)
            return .respond(GatewayResponse(status: 200, headers: headers, body: .text("")))
        }
        let decision = self.decide(at: .functionURL, stamp) { () throws(GatewayFault) in
            try self.plan(urlID: urlID, request, target: target, body: body, stamp: stamp)
        }
        guard let cors, case .respond(var response) = decision else { return decision }
        response.headers += cors.headers(for: request)
        return .respond(response)
    }

    private func decide(
        at door: Door, _ stamp: RequestStamp, _ plan: () throws(GatewayFault) -> InvocationPlan
    ) -> Decision {
        do {
            return .invoke(try plan())
        } catch {
            return .respond(ResponseIdentity(door: door, stamp: stamp).response(for: error))
        }
    }

    /// The answer to a request that the listener itself has to end: too many requests, or a body it stopped reading.
    package func refusal(_ fault: GatewayFault, of request: GatewayRequest, stamp: RequestStamp) -> GatewayResponse {
        let host = request.headers.last("host")
        let door: Door
        if let host, FunctionURL.id(ofHost: host) != nil {
            door = .functionURL
        } else {
            let outcome = self.router.resolve(method: request.method, path: RequestTarget(request.target).path, host: host)
            door = outcome.kind == .rest ? .rest : .http
        }
        return ResponseIdentity(door: door, stamp: stamp).response(for: fault)
    }

    /// `X-HTTP-Method-Override` replaces the verb (developer guide, "Amazon API Gateway important notes").
    private static func method(of request: GatewayRequest) -> String {
        guard let override = request.headers.last("x-http-method-override"), !override.isEmpty else { return request.method }
        return override
    }

    private static func check(
        _ request: GatewayRequest, target: RequestTarget, body: UnsafeRawBufferPointer, kind: API.Kind
    ) throws(GatewayFault) {
        guard request.target.utf8.count <= GatewayLimits.targetBytes else { throw .targetTooLong }
        let size =
            switch kind {
            case .rest: request.headers.reduce(0) { $0 + $1.value.utf8.count }
            case .http:
                request.headers.reduce(request.method.utf8.count + request.target.utf8.count) {
                    $0 + $1.name.utf8.count + $1.value.utf8.count
                }
            }
        guard size <= GatewayLimits.headerBytes else { throw .headersTooLarge }
        guard body.count <= GatewayLimits.payloadBytes else { throw .payloadTooLarge }
        if kind == .rest, let query = target.query, query.utf8.contains(UInt8(ascii: "|")) { throw .badRequest }
    }

    /// Where nothing matched and the client sent credentials of another kind, AWS complains about those.
    private static func refined(_ fault: GatewayFault, _ request: GatewayRequest) -> GatewayFault {
        guard fault == .missingAuthenticationToken, let value = request.headers.last("authorization"),
            !value.hasPrefix(Signature.algorithm)
        else { return fault }
        return .unreadableAuthorization(value)
    }

    private func plan(
        _ match: Router.Match, _ request: GatewayRequest, target: RequestTarget, method: String, body: UnsafeRawBufferPointer,
        stamp: RequestStamp
    ) throws(GatewayFault) -> InvocationPlan {
        let isREST = match.api.kind == .rest
        let trace = TraceHeader(client: request.headers.last(TraceHeader.name), stamp: stamp)
        let headers =
            isREST
            ? ForwardedHeaders.rest(request, traceID: trace.forwarded)
            : ForwardedHeaders.http(request, bodyLength: body.count, traceID: trace.forwarded)
        let context = EventContext(
            request: request, target: target, match: match, method: method, headers: headers, stamp: stamp,
            accountID: self.accountID)
        guard let function = match.route.function else { throw .configurationError }
        // A REST API knows format 1.0 only.
        let isVersion1 = isREST || match.route.payload == .version1
        let event = isVersion1 ? ProxyEventV1.write(context, body: body) : ProxyEventV2.write(context, body: body)
        guard event.count <= GatewayLimits.eventBytes else { throw .payloadTooLarge }
        let accept = request.headers.last("accept").flatMap(BinaryMediaTypes.mediaType)
        let contract: ProxyResponse.Contract =
            isREST
            ? .rest(decodesBase64: BinaryMediaTypes.contains(match.binaryMediaTypes, accept))
            : isVersion1 ? .httpVersion1 : .version2(.http)
        return InvocationPlan(
            functionName: function.name, qualifier: function.qualifier, event: event, trace: trace,
            door: isREST ? .rest : .http, stamp: stamp,
            timeoutSeconds: isREST ? GatewayLimits.restIntegrationSeconds : GatewayLimits.httpIntegrationSeconds,
            contract: contract)
    }

    private func plan(
        urlID: String, _ request: GatewayRequest, target: RequestTarget, body: UnsafeRawBufferPointer, stamp: RequestStamp
    ) throws(GatewayFault) -> InvocationPlan {
        guard let url = self.urls[urlID] else { throw .unknownURL }
        try Self.check(request, target: target, body: body, kind: .http)
        guard !url.requiresSignature || Signature.isPresent(in: request) else { throw .unsignedRequest }
        let trace = TraceHeader(client: request.headers.last(TraceHeader.name), stamp: stamp)
        let headers = ForwardedHeaders.http(request, bodyLength: nil, traceID: trace.forwarded)
        let event = ProxyEventV2.write(
            url: url, request: request, target: target, accountID: self.accountID, stamp: stamp, headers: headers, body: body)
        guard event.count <= GatewayLimits.eventBytes else { throw .payloadTooLarge }
        return InvocationPlan(
            functionName: url.functionName, qualifier: url.qualifier, event: event, trace: trace, door: .functionURL,
            stamp: stamp, timeoutSeconds: nil, contract: .version2(.functionURL), requiresSignature: url.requiresSignature,
            corsHeaders: url.cors?.headers(for: request) ?? [])
    }
}

extension Router.Outcome {
    var kind: API.Kind {
        switch self {
        case .match(let match): match.api.kind
        case .fault(_, let kind): kind
        }
    }
}
