import CoreTypes

/// What templates and parameter mappings see of a request.
extension RequestContext {
    func mappingInput(body: [UInt8], integrationHeaders: ValueLists = ValueLists()) -> MappingInput {
        MappingInput(body: MappingBody(body), of: self, integrationHeaders: integrationHeaders)
    }

    /// Of the method request, as mappings see them.
    var mappedParameters: RequestParameters {
        var path = ValueLists()
        for (name, value) in self.pathParameters {
            path.append(name: name, value: PercentEncoding.decode(value, plusIsSpace: false), ignoringCase: false)
        }
        return RequestParameters(path: path, querystring: self.query, header: ValueLists(headers: self.headers))
    }

    /// `$context` as templates see it, in the order recorded on AWS.
    var contextObject: JSONObject {
        var context = JSONObject()
        for name in Self.contextNames { if let value = self.contextMember(name) { context[name] = value } }
        return context
    }

    /// One member of it.
    func contextMember(_ name: String) -> JSON? {
        switch name {
        case "authorizer": self.authorizer.map(Self.authorizerObject)
        case "identity": .object(self.identityObject)
        case "requestTimeEpoch": .number(JSONNumber(self.stamp.time.milliseconds))
        default: Self.contextNames.contains(name) ? self.variable(name).map(JSON.string) : nil
        }
    }

    /// The text of `stage` or `identity.sourceIp`.
    func contextText(at path: String) -> String? {
        let first = String(path.prefix { $0 != "." })
        guard let member = self.contextMember(first) else { return nil }
        return JSONObject([(first, member)]).text(at: path)
    }

    private static let contextNames = [
        "resourceId", "authorizer", "resourcePath", "httpMethod", "extendedRequestId", "requestTime", "path", "accountId",
        "protocol", "stage", "domainPrefix", "requestTimeEpoch", "requestId", "identity", "domainName", "deploymentId", "apiId",
        "isCanaryRequest", "awsEndpointRequestId", "routeKey", "wafResponseCode", "webaclArn",
    ]

    private static func authorizerObject(_ result: AuthorizerResult) -> JSON {
        var object = JSONObject()
        if let claims = result.claims { object["claims"] = .object(claims) }
        for (name, value) in result.context.members { object[name] = .string(Self.text(value)) }
        if let principalID = result.principalID { object["principalId"] = .string(principalID) }
        return .object(object)
    }

    private var identityObject: JSONObject {
        var identity = JSONObject()
        for name in [
            "cognitoIdentityPoolId", "accountId", "cognitoIdentityId", "caller", "apiKey", "apiKeyId", "sourceIp", "accessKey",
            "cognitoAuthenticationType", "cognitoAuthenticationProvider", "userArn", "userAgent", "user", "principalOrgId",
        ] {
            if let value = self.variable("identity." + name) { identity[name] = .string(value) }
        }
        if let certificate = self.request.clientCertificate {
            identity["clientCert"] = .object([
                "clientCertPem": .string(certificate.pem), "subjectDN": .string(certificate.subjectDN),
                "issuerDN": .string(certificate.issuerDN), "serialNumber": .string(certificate.serialNumber),
                "validity": ["notBefore": .string(certificate.notBefore), "notAfter": .string(certificate.notAfter)],
            ])
        }
        return identity
    }
}
