import CoreTypes

/// What templates and parameter mappings see of a request.
extension RequestContext {
    func mappingInput(body: [UInt8], integrationHeaders: ValueLists = ValueLists()) -> MappingInput {
        var path = ValueLists()
        for (name, value) in self.pathParameters {
            path.append(name: name, value: PercentEncoding.decode(value, plusIsSpace: false), ignoringCase: false)
        }
        return MappingInput(
            body: MappingBody(body),
            parameters: RequestParameters(path: path, querystring: self.query, header: ValueLists(headers: self.headers)),
            integrationHeaders: integrationHeaders, context: self.contextObject, stageVariables: self.stage.variables)
    }

    /// `$context` as templates see it, in the order recorded on AWS.
    var contextObject: JSONObject {
        var context = JSONObject()
        func set(_ names: String...) {
            for name in names { if let value = self.variable(name) { context[name] = .string(value) } }
        }
        set("resourceId")
        if let result = self.authorizer { context["authorizer"] = Self.authorizerObject(result) }
        set(
            "resourcePath", "httpMethod", "extendedRequestId", "requestTime", "path", "accountId", "protocol", "stage",
            "domainPrefix")
        context["requestTimeEpoch"] = .number(JSONNumber(self.stamp.time.milliseconds))
        set("requestId")
        context["identity"] = .object(self.identityObject)
        set("domainName", "deploymentId", "apiId", "isCanaryRequest", "awsEndpointRequestId", "routeKey")
        return context
    }

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
