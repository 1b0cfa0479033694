import CoreTypes

extension GatewayExchange {
    /// A Lambda authorizer that was called.
    struct AuthorizerCall {
        let authorizer: ServedAuthorizer
        let function: LambdaAuthorizer
        /// `nil` where nothing is cached.
        let key: AuthorizerCache.Key?
        let began: Timestamp
    }

    /// A token whose signature is being verified.
    struct TokenCheck {
        let token: UnverifiedToken
        let requirements: TokenRequirements?
        let scopes: [String]
    }

    /// Resource policy and authorizer, in the order of the developer guide, "How API Gateway resource policies affect
    /// authorization workflow".
    func authorize(
        _ context: RequestContext, _ shared: GatewayState, at now: Timestamp
    ) throws(GatewayFault) -> GatewayAction {
        switch context.served.authorization {
        case .none:
            if let decision = context.policyDecision(at: now) {
                guard decision == .allow else {
                    throw .anonymousDenied(arn: context.methodARN, isExplicit: decision == .explicitDeny)
                }
                self.context?.record.isAuthorized = true
            }
            return try self.admit(shared, at: now)
        case .iam:
            guard Signature.isPresent(in: self.request) else { throw .unsignedRequest }
            self.state = .verifyingSignature
            return .verifySignature
        case .missing: throw .authorizerConfigurationError
        case .authorizer(let authorizer, let scopes):
            guard authorizer.isUsable else { throw .authorizerConfigurationError }
            guard context.methodARN.utf8.count <= GatewayLimits.methodARNBytes else { throw .methodARNTooLong }
            return try self.authorize(context, by: authorizer, scopes: scopes, shared, at: now)
        }
    }

    private func authorize(
        _ context: RequestContext, by authorizer: ServedAuthorizer, scopes: [String], _ shared: GatewayState,
        at now: Timestamp
    ) throws(GatewayFault) -> GatewayAction {
        switch authorizer.kind {
        case .token(let function, let pattern):
            try self.refuseExplicitly(context, at: now)
            guard let identity = authorizer.identity(context) else { throw .unauthorized }
            if let pattern, !pattern.matchesWhole(identity[0]) { throw .unauthorized }
            return try self.call(authorizer, function, identity: identity, context, shared, at: now)
        case .request(let function):
            try self.refuseExplicitly(context, at: now)
            guard let identity = authorizer.identity(context) else { throw .unauthorized }
            return try self.call(authorizer, function, identity: identity, context, shared, at: now)
        case .cognito(let issuers):
            let token = try self.token(authorizer, context)
            guard let issuer = token.claims["iss"]?.stringValue, issuers.contains(issuer) else { throw .unauthorized }
            self.state = .verifyingToken(TokenCheck(token: token, requirements: nil, scopes: scopes))
            return .verifyToken(TokenVerification(token: token, issuer: issuer))
        case .jwt(let issuer, let audiences):
            let token = try self.token(authorizer, context)
            // RSA alone, by the guide; `none` least of all.
            guard ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"].contains(token.algorithm) else {
                throw .tokenRefused("the token's algorithm is not supported")
            }
            let requirements = TokenRequirements(issuer: issuer, audiences: audiences, scopes: scopes)
            // Refused without asking for keys; scopes count only once the signature is known to be good.
            if case .invalid(let reason)? = requirements.refusal(of: token.claims, at: now) { throw .tokenRefused(reason) }
            self.state = .verifyingToken(TokenCheck(token: token, requirements: requirements, scopes: scopes))
            return .verifyToken(TokenVerification(token: token, issuer: issuer))
        }
    }

    /// An explicit deny of the resource policy comes before the authorizer's function is called.
    private func refuseExplicitly(_ context: RequestContext, at now: Timestamp) throws(GatewayFault) {
        guard context.policyDecision(at: now) == .explicitDeny else { return }
        throw .anonymousDenied(arn: context.methodARN, isExplicit: true)
    }

    /// With or without `Bearer `.
    private func token(_ authorizer: ServedAuthorizer, _ context: RequestContext) throws(GatewayFault) -> UnverifiedToken {
        guard let text = authorizer.identity(context)?.first else {
            throw context.isREST ? .unauthorized : .tokenMissing
        }
        let bearer = "bearer "
        let bare = text.lowercased().hasPrefix(bearer) ? String(text.dropFirst(bearer.count)) : text
        guard let token = UnverifiedToken(bare) else {
            throw context.isREST ? .unauthorized : .tokenRefused("the token is not a JWT")
        }
        return token
    }

    private func call(
        _ authorizer: ServedAuthorizer, _ function: LambdaAuthorizer, identity: [String], _ context: RequestContext,
        _ shared: GatewayState, at now: Timestamp
    ) throws(GatewayFault) -> GatewayAction {
        let key =
            authorizer.ttlSeconds > 0 && !identity.isEmpty
            ? AuthorizerCache.Key(
                apiID: context.api.id, stage: context.stage.name, authorizerID: authorizer.id, identity: identity) : nil
        if let key, let answer = shared.authorization(key, at: now) {
            return try self.apply(answer, latencyMilliseconds: 0, shared, at: now)
        }
        guard
            case .success(.function(let target, streams: _)) = IntegrationTarget.parse(
                StageVariables.resolve(function.uri, context.stage.variables), type: .awsProxy)
        else { throw .authorizerConfigurationError }
        let payload: [UInt8]
        switch (authorizer.kind, context.api.kind, function.payloadFormat) {
        case (.token, _, _): payload = AuthorizerEvents.token(identity[0], context)
        case (_, .rest, _): payload = AuthorizerEvents.request(context)
        case (_, .http, .version1): payload = AuthorizerEvents.http1(identity, context)
        case (_, .http, .version2): payload = AuthorizerEvents.http2(identity, context)
        }
        self.state = .authorizing(AuthorizerCall(authorizer: authorizer, function: function, key: key, began: now))
        return .callAuthorizer(
            FunctionCall(
                functionName: target.name, qualifier: target.qualifier, payload: payload,
                timeoutMilliseconds: context.isREST
                    ? GatewayLimits.restIntegrationSeconds * 1_000 : GatewayLimits.httpAuthorizerSeconds * 1_000))
    }

    func authorizerEnded(
        _ result: FunctionResult, _ call: AuthorizerCall, _ shared: GatewayState, at now: Timestamp
    ) throws(GatewayFault) -> GatewayAction {
        let latency = Int((now - call.began).milliseconds)
        self.context?.record.authorizerLatencyMilliseconds = latency
        switch result {
        case .success(let payload):
            self.context?.record.authorizerStatus = 200
            guard let context = self.context,
                let answer = AuthorizerAnswer(payload, of: call.function, apiKind: context.api.kind)
            else {
                self.context?.record.authorizerError = "The authorizer's answer is malformed"
                throw .authorizerConfigurationError
            }
            if let key = call.key {
                shared.keep(answer, for: key, ttlSeconds: call.authorizer.ttlSeconds, at: now)
            }
            return try self.apply(answer, latencyMilliseconds: latency, shared, at: now)
        case .failed(let payload):
            // The one error that is an answer; both kinds of API know it.
            guard FunctionErrorMessage.read(payload) != "Unauthorized" else { throw .unauthorized }
            return try self.authorizerFailed("The authorizer's function failed", at: now)
        case .timedOut: return try self.authorizerFailed("The authorizer's function timed out", at: now)
        case .throttled, .eventTooLarge: return try self.authorizerFailed("The authorizer's function was not invoked", at: now)
        case .missing:
            self.context?.record.authorizerError = "The authorizer's function does not exist"
            throw .authorizerConfigurationError
        }
    }

    func authorizerFailed(_ reason: String, at now: Timestamp) throws(GatewayFault) -> GatewayAction {
        self.context?.record.authorizerError = reason
        throw .authorizerFailure
    }

    /// Evaluates the policy for this method, a cached one too: a narrow policy denies the next method.
    private func apply(
        _ answer: AuthorizerAnswer, latencyMilliseconds: Int, _ shared: GatewayState, at now: Timestamp
    ) throws(GatewayFault) -> GatewayAction {
        guard let context = self.context else { return .nothing }
        let identity = answer.decision(for: context.methodARN, conditions: context.policyConditions(at: now))
        let decision = PolicyTables.combined(
            identity: identity, resource: context.policyDecision(at: now), isSameAccount: true)
        // A refusal has it, too: gateway responses say by `$context.authorizer.…` why the function denied.
        self.context?.authorizer = answer.result(latencyMilliseconds: latencyMilliseconds)
        guard decision == .allow else { throw .accessDenied(isExplicit: decision == .explicitDeny) }
        self.context?.record.isAuthorized = true
        self.context?.usageIdentifierKey = answer.usageIdentifierKey
        return try self.admit(shared, at: now)
    }

    func tokenVerified(
        _ check: TokenCheck, _ shared: GatewayState, at now: Timestamp
    ) throws(GatewayFault) -> GatewayAction {
        guard let context = self.context else { return .nothing }
        let claims = check.token.claims
        if let requirements = check.requirements {
            switch requirements.refusal(of: claims, at: now) {
            case .invalid(let reason)?: throw .tokenRefused(reason)
            case .missingScope?: throw .scopeMissing(requirements.scopes)
            case nil: break
            }
        } else {
            try self.checkUserPoolToken(claims, scopes: check.scopes, at: now)
            // The policy must allow by itself.
            if let decision = context.policyDecision(at: now), decision != .allow {
                throw .accessDenied(isExplicit: decision == .explicitDeny)
            }
        }
        self.context?.record.isAuthorized = true
        self.context?.authorizer = AuthorizerResult(
            claims: TokenRequirements.eventClaims(claims),
            scopes: check.scopes.isEmpty ? nil : TokenRequirements.scopes(of: claims))
        return try self.admit(shared, at: now)
    }

    /// Without scopes an ID token is expected, with scopes an access token that holds one of them (API Gateway developer guide,
    /// "Control access to REST APIs using Amazon Cognito user pools as an authorizer").
    private func checkUserPoolToken(
        _ claims: JSONObject, scopes: [String], at now: Timestamp
    ) throws(GatewayFault) {
        guard let expiry = claims["exp"]?.numberValue?.doubleValue else { throw .unauthorized }
        guard expiry > Double(now.milliseconds) / 1_000 else { throw .userPoolTokenExpired }
        let use = claims["token_use"]?.stringValue
        if scopes.isEmpty {
            guard use == nil || use == "id" else { throw .unauthorized }
        } else {
            guard use == nil || use == "access", !Set(TokenRequirements.scopes(of: claims)).isDisjoint(with: scopes) else {
                throw .unauthorized
            }
        }
    }

    func signatureVerified(
        _ identity: IAMIdentity, _ shared: GatewayState, at now: Timestamp
    ) throws(GatewayFault) -> GatewayAction {
        if let url { return try self.invokeURL(url, signedBy: identity) }
        self.context?.iam = identity
        guard let context = self.context else { return .nothing }
        let isSameAccount = identity.accountID == context.api.place.accountID
        let may = identity.policy?.decision(
            for: PolicyRequest(
                principal: nil, action: "execute-api:Invoke", resource: context.methodARN,
                context: self.context?.policyConditions(at: now) ?? [:]))
        // A caller from another account needs a resource policy.
        let decision = PolicyTables.combined(
            identity: may ?? .allow, resource: context.policyDecision(at: now) ?? (isSameAccount ? nil : .implicitDeny),
            isSameAccount: isSameAccount)
        guard decision == .allow else {
            throw .identityDenied(
                userARN: identity.userARN, arn: context.methodARN, isExplicit: decision == .explicitDeny)
        }
        self.context?.record.isAuthorized = true
        guard context.served.isMethod else { throw .resourceNotFound(verb: context.verb, path: String(context.path)) }
        return try self.admit(shared, at: now)
    }

    func fault(for refusal: SignatureRefusal) -> GatewayFault {
        switch refusal {
        case .invalid(let code, let message): .invalidSignature(code: code, message: message)
        case .expiredToken: .expiredToken
        case .unknownKey:
            .invalidSignature(
                code: "UnrecognizedClientException", message: "The security token included in the request is invalid.")
        }
    }
}

/// `{"errorMessage": "…", "errorType": "…"}` of a function that failed.
enum FunctionErrorMessage {
    static func read(_ payload: UnsafeRawBufferPointer) -> String? {
        guard case .success(let value) = JSON.parse(payload) else { return nil }
        return value["errorMessage"]?.stringValue
    }
}
