import CoreTypes

extension GatewayExchange {
    func begin(_ shared: GatewayState, at now: Timestamp) throws(GatewayFault) -> GatewayAction {
        if let testedMethod { return try self.beginTest(testedMethod, shared, at: now) }
        if let urlID { return try self.beginURL(urlID, at: now) }
        let (outcome, verb, target) = self.resolve()
        self.api = outcome.api
        if outcome.kind == .rest, let id = self.request.headers.last("x-amzn-requestid") { self.stamp.adopt(clientID: id) }
        try self.checkClientCertificate()
        if let answer = self.healthAnswer(target) { return self.finish(answer, at: now) }
        try self.check(target: target, kind: outcome.kind)
        if let cors = outcome.api?.cors, CORSHeaders.isPreflight(self.request) {
            // Its headers come with those of every answer.
            let headers =
                cors.preflightHeaders(origin: self.request.headers.first("origin") ?? "")
                + ResponseIdentity(door: .http, stamp: self.stamp).headers
            return self.finish(GatewayResponse(status: 204, headers: headers, body: .text("")), at: now)
        }
        // The stage's web ACL comes before everything that asks who is calling.
        let firewall = outcome.stage?.webACL.map { self.ask($0, target: target, shared, at: now) }
        switch outcome {
        case .fault(let fault, _, _, let unrouted):
            self.context = unrouted.map { self.makeContext($0, verb: verb, target: target) }
            if let answer = try self.obey(firewall) { return self.finish(answer, at: now, isFault: true) }
            // A REST API lets callers in before it says that it hasn't what they ask for: by their signature, as with `AWS_IAM`.
            guard fault == .missingAuthenticationToken, Signature.isPresent(in: self.request) else { throw self.refined(fault) }
            self.state = .verifyingSignature
            return .verifySignature
        case .match(let match):
            let context = self.makeContext(match, verb: verb, target: target)
            self.context = context
            if let answer = try self.obey(firewall) { return self.finish(answer, at: now, isFault: true) }
            if context.isREST, !self.body.isEmpty {
                switch ContentCoding.ofRequest(self.request.headers.last("content-encoding")) {
                case .identity: break
                case .unsupported: throw .unsupportedMediaType
                case .coded(let coding):
                    self.state = .decompressing
                    return .decompress(coding)
                }
            }
            self.executionLog?.begin(context)
            return try self.authorize(context, shared, at: now)
        }
    }

    /// Mutual TLS belongs to a domain: a request gets to it over a connection that was made for it and showed a trusted
    /// certificate, whatever its Host header says.
    private func checkClientCertificate() throws(GatewayFault) {
        let router = self.gateway.router
        guard let host, let domain = router.mutualTLSDomain(ofHost: host) else {
            self.forgetClientCertificate()
            return
        }
        guard let name = self.request.serverName, router.mutualTLSDomain(ofHost: name) == domain else {
            self.executionLog?.denied("the connection was not made for \(domain)")
            throw .clientCertificateRefused
        }
        guard self.request.clientCertificate != nil else {
            self.executionLog?.denied(self.request.clientCertificateRefusal ?? "no truststore")
            throw .clientCertificateRefused
        }
    }

    /// `X-HTTP-Method-Override` replaces the verb of a REST API (developer guide, "Amazon API Gateway important notes"); which
    /// API is meant must be known first.
    func resolve() -> (outcome: Router.Outcome, verb: String, target: RequestTarget) {
        let target = RequestTarget(self.request.target)
        func ask(_ verb: String) -> Router.Outcome {
            self.gateway.router.resolve(
                Router.Question(
                    verb: verb, path: target.path, host: self.host,
                    apiID: self.request.headers.last("x-apigw-api-id"), share: self.stamp.share))
        }
        if let override = self.request.headers.last("x-http-method-override"), !override.isEmpty {
            let outcome = ask(override)
            if outcome.kind == .rest { return (outcome, override, target) }
        }
        return (ask(self.request.method), self.request.method, target)
    }

    private func makeContext(_ match: Router.Match, verb: String, target: RequestTarget) -> RequestContext {
        RequestContext(
            served: match.method, request: self.request, target: target, verb: verb, path: match.path, basePath: match.basePath,
            pathParameters: match.parameters, body: self.body, stamp: self.stamp)
    }

    /// `/ping` and `/sping` at the root of custom domains are the service's own health checks.
    private func healthAnswer(_ target: RequestTarget) -> GatewayResponse? {
        guard target.path == "/ping" || target.path == "/sping", self.request.method == "GET",
            let host, self.gateway.router.isCustomDomain(host)
        else { return nil }
        return GatewayResponse(status: 200, headers: [HTTPHeader("Content-Type", "text/plain")], body: .text("healthy"))
    }

    func check(target: RequestTarget, kind: API.Kind) throws(GatewayFault) {
        let targetBytes = self.api?.endpointType == .edge ? GatewayLimits.edgeTargetBytes : GatewayLimits.targetBytes
        guard self.request.target.utf8.count <= targetBytes else { throw .targetTooLong }
        let size =
            switch kind {
            case .rest: self.request.headers.reduce(0) { $0 + $1.value.utf8.count }
            case .http:
                self.request.headers.reduce(self.request.method.utf8.count + self.request.target.utf8.count) {
                    $0 + $1.name.utf8.count + $1.value.utf8.count
                }
            }
        guard size <= GatewayLimits.headerBytes else { throw .headersTooLarge }
        guard self.body.count <= GatewayLimits.payloadBytes else { throw .payloadTooLarge }
        switch kind {
        case .rest: if let query = target.query, query.utf8.contains(UInt8(ascii: "|")) { throw .badRequest }
        // Function URLs, checked as one, are of no API and don't decode.
        case .http: if self.url == nil, !HTTPAPIPath.isReadable(target.path) { throw .badRequest }
        }
    }

    /// Where nothing matched and the client sent credentials of another kind, AWS complains about those.
    private func refined(_ fault: GatewayFault) -> GatewayFault {
        guard fault == .missingAuthenticationToken, let value = self.request.headers.last("authorization"),
            !value.hasPrefix(Signature.algorithm)
        else { return fault }
        return .unreadableAuthorization(value)
    }
}

/// Function URLs: no stages, no mapping; a signature at most.
extension GatewayExchange {
    private func beginURL(_ id: String, at now: Timestamp) throws(GatewayFault) -> GatewayAction {
        guard let url = self.gateway.urls[id] else { throw .unknownURL }
        self.url = url
        if let cors = url.cors, FunctionURLCORS.isPreflight(self.request) {
            let headers =
                [HTTPHeader("Content-Type", "application/json")] + ResponseIdentity(door: .functionURL, stamp: self.stamp).headers
            return self.finish(
                GatewayResponse(status: 200, headers: headers + cors.preflightHeaders(for: self.request), body: .text("")),
                at: now)
        }
        try self.check(target: RequestTarget(self.request.target), kind: .http)
        guard url.requiresSignature else { return try self.invokeURL(url, iam: nil) }
        guard Signature.isPresent(in: self.request) else { throw .unsignedRequest }
        self.state = .verifyingSignature
        return .verifySignature
    }

    /// In the account of the function the caller's own policy is enough; another account would need the function's.
    func invokeURL(_ url: FunctionURL, signedBy identity: IAMIdentity) throws(GatewayFault) -> GatewayAction {
        let place = self.gateway.place
        let arn = "arn:\(place.partition):lambda:\(place.region):\(place.accountID):function:\(url.functionName)"
        let may = identity.policy?.decision(
            for: PolicyRequest(
                principal: nil, action: "lambda:InvokeFunctionUrl", resource: url.qualifier.map { "\(arn):\($0)" } ?? arn))
        guard identity.accountID == place.accountID, (may ?? .allow) == .allow else {
            throw .identityDenied(userARN: identity.userARN, arn: arn, isExplicit: may == .explicitDeny)
        }
        return try self.invokeURL(url, iam: identity)
    }

    func invokeURL(_ url: FunctionURL, iam: IAMIdentity?) throws(GatewayFault) -> GatewayAction {
        let target = RequestTarget(self.request.target)
        let headers = ForwardedHeaders.http(self.request, bodyLength: nil, traceID: self.trace.forwarded)
        let event = ProxyEventV2.write(
            url: url, request: self.request, target: target, accountID: self.gateway.place.accountID, stamp: self.stamp,
            headers: headers, iam: iam, body: self.body)
        guard event.count <= GatewayLimits.eventBytes else { throw .payloadTooLarge }
        self.state = .integrating(.functionProxy(.version2(.functionURL)))
        return .invoke(
            FunctionCall(functionName: url.functionName, qualifier: url.qualifier, payload: event, timeoutMilliseconds: nil))
    }
}
