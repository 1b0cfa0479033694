import CoreTypes

/// The event of payload format 1.0: what a REST API sends to a function, and an HTTP API on demand (API Gateway developer guide,
/// "Lambda proxy integrations in API Gateway" and "Create AWS Lambda proxy integrations for HTTP APIs").
enum ProxyEventV1 {
    static func write(_ context: EventContext, body: UnsafeRawBufferPointer) -> [UInt8] {
        let match = context.match
        let isREST = match.api.kind == .rest
        let headers = ValueLists(headers: context.headers)
        let query = ValueLists(query: context.target.query)
        var writer = EventWriter(capacity: 2_048 + body.count + body.count / 2)
        writer.begin()
        if !isREST { writer.member("version", "1.0") }
        writer.member("resource", match.route.path)
        writer.member("path", isREST ? String(match.path) : context.decodedPath)
        writer.member("httpMethod", context.method)
        if headers.isEmpty {
            writer.null("headers")
            writer.null("multiValueHeaders")
        } else {
            writer.map("headers", headers.entries.lazy.map { ($0.name, $0.values.last ?? "") })
            writer.lists("multiValueHeaders", headers)
        }
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
        if match.stage.variables.isEmpty {
            writer.null("stageVariables")
        } else {
            writer.map("stageVariables", match.stage.variables.sorted { $0.key < $1.key }.lazy.map { ($0.key, $0.value) })
        }
        self.requestContext(context, to: &writer)
        let contentType = context.request.headers.last("content-type").flatMap(BinaryMediaTypes.mediaType)
        let isBase64 =
            isREST
            ? BinaryMediaTypes.contains(match.binaryMediaTypes, contentType)
            : !body.isEmpty && !BinaryMediaTypes.isText(contentType)
        if body.isEmpty { writer.null("body") } else { writer.body("body", body, isBase64: isBase64) }
        writer.member("isBase64Encoded", isBase64)
        writer.end()
        return writer.bytes
    }

    private static func requestContext(_ context: EventContext, to writer: inout EventWriter) {
        let match = context.match
        let isREST = match.api.kind == .rest
        let stamp = context.stamp
        writer.begin("requestContext")
        writer.member("resourceId", isREST ? match.route.resourceID : context.routeKey)
        if !isREST {
            writer.begin("authorizer")
            writer.null("claims")
            writer.null("scopes")
            writer.end()
        }
        writer.member("resourcePath", match.route.path)
        writer.member("httpMethod", context.method)
        writer.member("extendedRequestId", stamp.extendedRequestID)
        writer.member("requestTime", stamp.time.commonLogFormat)
        writer.member("path", isREST ? String(context.target.path) : context.decodedPath)
        writer.member("accountId", context.accountID)
        writer.member("protocol", context.request.protocolName)
        writer.member("stage", match.stage.name)
        writer.member("domainPrefix", context.domainPrefix)
        writer.member("requestTimeEpoch", stamp.time.milliseconds)
        writer.member("requestId", isREST ? stamp.requestID.description : stamp.extendedRequestID)
        self.identity(context.request, to: &writer)
        writer.member("domainName", context.domainName)
        if isREST { writer.member("deploymentId", match.stage.deploymentID) }
        writer.member("apiId", match.api.id)
        writer.end()
    }

    /// All but address and agent are null without an IAM or Cognito identity.
    private static func identity(_ request: GatewayRequest, to writer: inout EventWriter) {
        writer.begin("identity")
        writer.null("cognitoIdentityPoolId")
        writer.null("accountId")
        writer.null("cognitoIdentityId")
        writer.null("caller")
        writer.member("sourceIp", request.sourceIP)
        writer.null("principalOrgId")
        writer.null("accessKey")
        writer.null("cognitoAuthenticationType")
        writer.null("cognitoAuthenticationProvider")
        writer.null("userArn")
        writer.member("userAgent", request.headers.last("user-agent"))
        writer.null("user")
        writer.end()
    }
}
