import CoreTypes

/// `$context.…`, by the names of the guide ("Mapping template and access logging variable reference").
extension RequestContext {
    /// The text of a variable; `nil` for one that does not exist or has no value.
    func variable(_ name: String) -> String? {
        if let rest = name.removing(prefix: "identity.") { return self.identityVariable(rest) }
        if let rest = name.removing(prefix: "authorizer.") { return self.authorizerVariable(rest) }
        if let rest = name.removing(prefix: "error.") { return self.errorVariable(rest) }
        if let rest = name.removing(prefix: "integration.") { return self.integrationVariable(rest) }
        if let rest = name.removing(prefix: "authenticate.") { return self.phaseVariable(rest, self.authentication) }
        if let rest = name.removing(prefix: "waf.") { return self.phaseVariable(rest, self.filtering) }
        if let rest = name.removing(prefix: "authorize.") { return self.phaseVariable(rest, self.authorization) }
        return self.requestVariable(name) ?? self.logVariable(name)
    }

    private func requestVariable(_ name: String) -> String? {
        switch name {
        case "accountId": self.api.place.accountID
        case "apiId": self.api.id
        case "awsEndpointRequestId": self.record.endpointRequestID?.description
        case "deploymentId": self.stage.deploymentID
        case "domainName": self.domainName
        case "domainPrefix": self.domainPrefix
        case "extendedRequestId": self.stamp.extendedRequestID
        case "httpMethod": self.verb
        case "isCanaryRequest": self.stage.isCanary ? "true" : "false"
        case "path": self.isREST ? String(self.target.path) : self.decodedPath
        case "protocol": self.request.protocolName
        case "requestId": self.requestID
        case "requestTime": self.stamp.time.commonLogFormat
        case "requestTimeEpoch": String(self.stamp.time.milliseconds)
        // A request that found no method has none of these.
        case "resourceId": self.isREST && !self.served.resourceID.isEmpty ? self.served.resourceID : nil
        case "resourcePath": self.isREST && self.served.isMethod ? self.served.path : nil
        case "routeKey": self.isREST || self.served.routeKey.isEmpty ? nil : self.served.routeKey
        case "stage": self.stage.name
        case "wafResponseCode": self.record.firewall?.responseCode
        case "webaclArn": self.record.firewall?.webACLARN
        case "customDomain.basePathMatched": self.basePath.map { $0.isEmpty ? "(none)" : $0 }
        default: nil
        }
    }

    private func logVariable(_ name: String) -> String? {
        func text(_ number: Int?) -> String? { number.map(String.init) }
        return switch name {
        case "status": text(self.record.status)
        case "responseLength", "dataProcessed": text(self.record.responseLength)
        case "responseLatency": text(self.record.responseLatencyMilliseconds)
        case "integrationStatus": text(self.record.integrationStatus)
        case "integrationLatency": text(self.record.integrationLatencyMilliseconds)
        case "integrationErrorMessage": self.record.integrationError
        case "xrayTraceId": self.trace.header.root
        default: nil
        }
    }

    private func integrationVariable(_ name: String) -> String? {
        switch name {
        // Of a function's proxy response; `integrationStatus` is that of Lambda itself.
        case "status": (self.record.backendStatus ?? self.record.integrationStatus).map(String.init)
        case "integrationStatus": self.record.integrationStatus.map(String.init)
        case "latency": self.record.integrationLatencyMilliseconds.map(String.init)
        case "error": self.record.integrationError
        case "requestId": self.record.endpointRequestID?.description
        default: nil
        }
    }

    /// How a step before the integration ended: its status, and what was said where it refused the request.
    private typealias Phase = (status: Int, error: String?)

    /// The web ACL.
    private var filtering: Phase? {
        guard let firewall = self.record.firewall else { return nil }
        guard firewall.isBlocked else { return (200, nil) }
        let answer = GatewayFault.filtered.answer(at: .rest)
        return (answer.status, answer.message)
    }

    /// Who is calling, by signature or token.
    private var authentication: Phase? {
        switch self.error {
        case .unauthorized, .userPoolTokenExpired, .tokenMissing, .tokenRefused, .unsignedRequest, .invalidSignature,
            .expiredToken:
            self.refusal
        default: self.iam != nil || self.authorizer?.claims != nil ? (200, nil) : nil
        }
    }

    /// Whether they may, by policies and scopes.
    private var authorization: Phase? {
        switch self.error {
        case .accessDenied, .anonymousDenied, .identityDenied, .scopeMissing: self.refusal
        default: self.record.isAuthorized ? (200, nil) : nil
        }
    }

    private var refusal: Phase? {
        self.error.map { $0.answer(at: self.api.door) }.map { ($0.status, $0.message) }
    }

    private func phaseVariable(_ name: String, _ phase: Phase?) -> String? {
        guard let phase else { return nil }
        return switch name {
        case "status": String(phase.status)
        case "error": phase.error
        // They are decided here without asking anybody, but for the keys of an issuer.
        case "latency": "0"
        default: nil
        }
    }

    private func identityVariable(_ name: String) -> String? {
        switch name {
        case "sourceIp": self.request.sourceIP
        case "userAgent": self.request.headers.last("user-agent")
        case "accessKey": self.iam?.accessKey
        case "accountId": self.iam?.accountID
        case "caller", "user": self.iam?.userID
        case "userArn": self.iam?.userARN
        case "principalOrgId": self.iam?.principalOrganizationID
        case "apiKey": self.key?.value
        case "apiKeyId": self.key?.id
        case "clientCert.clientCertPem": self.request.clientCertificate?.pem
        case "clientCert.subjectDN": self.request.clientCertificate?.subjectDN
        case "clientCert.issuerDN": self.request.clientCertificate?.issuerDN
        case "clientCert.serialNumber": self.request.clientCertificate?.serialNumber
        case "clientCert.validity.notBefore": self.request.clientCertificate?.notBefore
        case "clientCert.validity.notAfter": self.request.clientCertificate?.notAfter
        default: nil
        }
    }

    private func authorizerVariable(_ name: String) -> String? {
        switch name {
        case "status", "integrationStatus": return self.record.authorizerStatus.map(String.init)
        case "requestId": return self.record.authorizerRequestID?.description
        case "latency", "integrationLatency": return self.record.authorizerLatencyMilliseconds.map(String.init)
        case "error": return self.record.authorizerError
        default: break
        }
        guard let result = self.authorizer else { return nil }
        if name == "principalId" { return result.principalID }
        if let claim = name.removing(prefix: "claims.") { return result.claims?[claim].map(Self.text) }
        return result.context[name].map(Self.text)
    }

    private func errorVariable(_ name: String) -> String? {
        guard let fault = self.error else { return nil }
        let message = fault.answer(at: self.api.door).message
        return switch name {
        case "message": message
        case "messageString": message.map { JSON.string($0).description } ?? "null"
        case "responseType": fault.responseType?.rawValue
        case "validationErrorString": fault.validationText
        default: nil
        }
    }

    /// Text as it is, all else as JSON.
    static func text(_ value: JSON) -> String { value.stringValue ?? value.description }

    /// Where gateway responses and mappings read: `method.request.…` behind its prefix.
    func requestValue(_ location: RestAPI.RequestParameter.Location, _ name: String) -> String? {
        switch location {
        case .header: self.header(name)
        case .querystring: self.query[name]?.last
        case .path: self.pathParameters.first { $0.name == name }.map { String($0.value) }
        }
    }
}

extension String {
    /// What follows a prefix; `nil` for a text without it.
    func removing(prefix: String) -> String? {
        self.hasPrefix(prefix) ? String(self.dropFirst(prefix.count)) : nil
    }
}
