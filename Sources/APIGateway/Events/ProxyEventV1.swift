import CoreTypes

/// The event of payload format 1.0: what a REST API sends to a function, and an HTTP API on demand (API Gateway developer
/// guide, "Lambda proxy integrations in API Gateway" and "Create AWS Lambda proxy integrations for HTTP APIs").
enum ProxyEventV1 {
    static func write(_ context: RequestContext) -> [UInt8] {
        let body = context.body
        var writer = EventWriter(capacity: 2_048 + body.count + body.count / 2)
        writer.begin()
        if !context.isREST { writer.member("version", "1.0") }
        self.request(context, to: &writer)
        self.requestContext(context, to: &writer)
        let contentType = context.request.headers.last("content-type").flatMap(BinaryMediaTypes.mediaType)
        let isBase64 =
            context.isREST
            ? context.api.binaryMediaTypes.contains(contentType)
            : !body.isEmpty && !BinaryMediaTypes.isText(contentType)
        if body.isEmpty { writer.null("body") } else { writer.body("body", body, isBase64: isBase64) }
        writer.member("isBase64Encoded", isBase64)
        writer.end()
        return writer.bytes
    }

    /// `resource` to `stageVariables`.
    static func request(_ context: RequestContext, to writer: inout EventWriter) {
        let headers = ValueLists(headers: context.headers)
        writer.member("resource", context.served.path)
        writer.member("path", context.isREST ? context.eventPath : context.decodedPath)
        writer.member("httpMethod", context.verb)
        if headers.isEmpty {
            writer.null("headers")
            writer.null("multiValueHeaders")
        } else {
            writer.map("headers", headers.entries.lazy.map { ($0.name, $0.values.last ?? "") })
            writer.lists("multiValueHeaders", headers)
        }
        let (query, isREST) = (context.query, context.isREST)
        if query.isEmpty {
            writer.null("queryStringParameters")
            writer.null("multiValueQueryStringParameters")
        } else {
            // The guide's sample for HTTP APIs shows the first of several values, REST APIs send the last (recorded).
            writer.map(
                "queryStringParameters", query.entries.lazy.map { ($0.name, (isREST ? $0.values.last : $0.values.first) ?? "") })
            writer.lists("multiValueQueryStringParameters", query)
        }
        writer.pathParameters(context, orNull: true)
        writer.stageVariables(context, orNull: true)
    }

    static func requestContext(_ context: RequestContext, to writer: inout EventWriter) {
        let isREST = context.isREST
        let stamp = context.stamp
        writer.begin("requestContext")
        writer.member("resourceId", isREST ? context.served.resourceID : context.served.routeKey)
        self.authorizer(context, to: &writer)
        writer.member("resourcePath", context.served.path)
        writer.member("httpMethod", context.verb)
        writer.member("extendedRequestId", stamp.extendedRequestID)
        writer.member("requestTime", stamp.time.commonLogFormat)
        writer.member("path", isREST ? String(context.target.path) : context.decodedPath)
        writer.member("accountId", context.api.place.accountID)
        writer.member("protocol", context.request.protocolName)
        writer.member("stage", context.stage.name)
        writer.member("domainPrefix", context.domainPrefix)
        writer.member("requestTimeEpoch", stamp.time.milliseconds)
        writer.member("requestId", context.requestID)
        self.identity(context, to: &writer)
        writer.member("domainName", context.domainName)
        if isREST { writer.member("deploymentId", context.stage.deploymentID) }
        writer.member("apiId", context.api.id)
        writer.end()
    }

    private static func authorizer(_ context: RequestContext, to writer: inout EventWriter) {
        guard let result = context.authorizer else {
            guard !context.isREST else { return }
            writer.begin("authorizer")
            writer.null("claims")
            writer.null("scopes")
            writer.end()
            return
        }
        writer.begin("authorizer")
        if let claims = result.claims {
            writer.member("claims", .object(claims))
            if !context.isREST { writer.member("scopes", result.scopes.map { .array($0.map(JSON.string)) } ?? .null) }
        } else {
            for (name, value) in result.context.members {
                writer.entry(name, context.isREST ? .string(RequestContext.text(value)) : value)
            }
            if let principalID = result.principalID { writer.member("principalId", principalID) }
            writer.member("integrationLatency", Int64(result.latencyMilliseconds))
        }
        writer.end()
    }

    /// All but address and agent are null without an IAM or Cognito identity.
    private static func identity(_ context: RequestContext, to writer: inout EventWriter) {
        let iam = context.iam
        writer.begin("identity")
        writer.null("cognitoIdentityPoolId")
        writer.member("accountId", iam?.accountID)
        writer.null("cognitoIdentityId")
        writer.member("caller", iam?.userID)
        writer.member("sourceIp", context.request.sourceIP)
        writer.member("principalOrgId", iam?.principalOrganizationID)
        writer.member("accessKey", iam?.accessKey)
        writer.null("cognitoAuthenticationType")
        writer.null("cognitoAuthenticationProvider")
        writer.member("userArn", iam?.userARN)
        writer.member("userAgent", context.request.headers.last("user-agent"))
        writer.member("user", iam?.userID)
        if let key = context.key {
            writer.member("apiKey", key.value)
            writer.member("apiKeyId", key.id)
        }
        if let certificate = context.request.clientCertificate { writer.clientCertificate(certificate) }
        writer.end()
    }
}

extension EventWriter {
    /// Values as sent for REST APIs, decoded for HTTP APIs.
    mutating func pathParameters(_ context: RequestContext, orNull: Bool) {
        let parameters = context.pathParameters
        if parameters.isEmpty {
            if orNull { self.null("pathParameters") }
        } else if context.isREST {
            self.map("pathParameters", parameters.lazy.map { ($0.name, String($0.value)) })
        } else {
            self.map(
                "pathParameters", parameters.lazy.map { ($0.name, PercentEncoding.decode($0.value, plusIsSpace: false)) })
        }
    }

    mutating func stageVariables(_ context: RequestContext, orNull: Bool) {
        let variables = context.stage.sortedVariables
        if !variables.isEmpty {
            self.map("stageVariables", variables.lazy.map { ($0.name, $0.value) })
        } else if orNull {
            self.null("stageVariables")
        }
    }

    mutating func clientCertificate(_ certificate: ClientCertificate) {
        self.begin("clientCert")
        self.member("clientCertPem", certificate.pem)
        self.member("subjectDN", certificate.subjectDN)
        self.member("issuerDN", certificate.issuerDN)
        self.member("serialNumber", certificate.serialNumber)
        self.begin("validity")
        self.member("notBefore", certificate.notBefore)
        self.member("notAfter", certificate.notAfter)
        self.end()
        self.end()
    }
}
