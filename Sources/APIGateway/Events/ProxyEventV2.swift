import CoreTypes

/// The event of payload format 2.0 (API Gateway developer guide, "Create AWS Lambda proxy integrations for HTTP APIs"; Lambda
/// developer guide, "Invoking Lambda function URLs"). Members without a value are absent.
enum ProxyEventV2 {
    static func write(_ context: RequestContext) -> [UInt8] {
        var writer = EventWriter(capacity: 1_536 + context.body.count + context.body.count / 2)
        writer.begin()
        writer.member("version", "2.0")
        self.request(context, to: &writer)
        self.requestContext(context, to: &writer)
        writer.pathParameters(context, orNull: false)
        writer.stageVariables(context, orNull: false)
        self.body(context.body, of: context.request, to: &writer)
        writer.end()
        return writer.bytes
    }

    /// `routeKey` to `queryStringParameters`.
    static func request(_ context: RequestContext, to writer: inout EventWriter) {
        self.head(
            routeKey: context.served.routeKey, path: context.decodedPath, target: context.target, headers: context.headers,
            query: context.query, to: &writer)
    }

    static func requestContext(_ context: RequestContext, to writer: inout EventWriter) {
        writer.begin("requestContext")
        writer.member("accountId", context.api.place.accountID)
        writer.member("apiId", context.api.id)
        if let certificate = context.request.clientCertificate {
            writer.begin("authentication")
            writer.clientCertificate(certificate)
            writer.end()
        }
        self.authorizer(context, to: &writer)
        self.domain(context.domainName, to: &writer)
        self.http(context.request, method: context.verb, path: context.decodedPath, to: &writer)
        writer.member("requestId", context.requestID)
        writer.member("routeKey", context.served.routeKey)
        writer.member("stage", context.stage.name)
        self.time(context.stamp, to: &writer)
        writer.end()
    }

    private static func authorizer(_ context: RequestContext, to writer: inout EventWriter) {
        if let result = context.authorizer {
            writer.begin("authorizer")
            if let claims = result.claims {
                writer.begin("jwt")
                writer.member("claims", .object(claims))
                writer.member("scopes", result.scopes.map { .array($0.map(JSON.string)) } ?? .null)
                writer.end()
            } else {
                writer.member("lambda", result.context.isEmpty ? .null : .object(result.context))
            }
            writer.end()
        } else if let iam = context.iam {
            writer.begin("authorizer")
            self.iam(iam, to: &writer)
            writer.end()
        }
    }

    private static func iam(_ iam: IAMIdentity, to writer: inout EventWriter) {
        writer.begin("iam")
        writer.member("accessKey", iam.accessKey)
        writer.member("accountId", iam.accountID)
        writer.member("callerId", iam.userID)
        writer.null("cognitoIdentity")
        writer.member("principalOrgId", iam.principalOrganizationID)
        writer.member("userArn", iam.userARN)
        writer.member("userId", iam.userID)
        writer.end()
    }

    /// A function URL's event: route and stage are `$default`, the path is as sent. The caller is `anonymous` unless the
    /// request was signed, then it is the account.
    static func write(
        url: FunctionURL, request: GatewayRequest, target: RequestTarget, accountID: String, stamp: RequestStamp,
        headers: [HTTPHeader], iam: IAMIdentity?, body: [UInt8]
    ) -> [UInt8] {
        var writer = EventWriter(capacity: 1_536 + body.count + body.count / 2)
        writer.begin()
        writer.member("version", "2.0")
        self.head(
            routeKey: "$default", path: String(target.path), target: target, headers: headers,
            query: ValueLists(query: target.query), to: &writer)
        writer.begin("requestContext")
        writer.member("accountId", url.requiresSignature ? accountID : "anonymous")
        writer.member("apiId", url.id)
        writer.null("authentication")
        if let iam {
            writer.begin("authorizer")
            self.iam(iam, to: &writer)
            writer.end()
        }
        self.domain(RequestContext.domainName(request), to: &writer)
        self.http(request, method: request.method, path: String(target.path), to: &writer)
        writer.member("requestId", stamp.requestID.description)
        writer.member("routeKey", "$default")
        writer.member("stage", "$default")
        self.time(stamp, to: &writer)
        writer.end()
        self.body(body, of: request, to: &writer)
        writer.end()
        return writer.bytes
    }

    private static func head(
        routeKey: String, path: String, target: RequestTarget, headers: [HTTPHeader], query: ValueLists,
        to writer: inout EventWriter
    ) {
        writer.member("routeKey", routeKey)
        writer.member("rawPath", path)
        writer.member("rawQueryString", String(target.query ?? ""))
        var lists = ValueLists()
        var cookies: [String] = []
        for header in headers {
            if header.isNamed("cookie") {
                cookies += header.value.split(separator: ";").map { String($0.trimmed) }.filter { !$0.isEmpty }
            } else {
                lists.append(name: header.name.lowercased(), value: header.value, ignoringCase: false)
            }
        }
        if !cookies.isEmpty { writer.list("cookies", cookies) }
        writer.map("headers", lists.entries.lazy.map { ($0.name, $0.values.joined(separator: ",")) })
        if !query.isEmpty {
            writer.map("queryStringParameters", query.entries.lazy.map { ($0.name, $0.values.joined(separator: ",")) })
        }
    }

    private static func domain(_ domainName: String, to writer: inout EventWriter) {
        writer.member("domainName", domainName)
        writer.member("domainPrefix", String(domainName.prefix { $0 != "." }))
    }

    private static func http(_ request: GatewayRequest, method: String, path: String, to writer: inout EventWriter) {
        writer.begin("http")
        writer.member("method", method)
        writer.member("path", path)
        writer.member("protocol", request.protocolName)
        writer.member("sourceIp", request.sourceIP)
        writer.member("userAgent", request.headers.last("user-agent") ?? "")
        writer.end()
    }

    private static func time(_ stamp: RequestStamp, to writer: inout EventWriter) {
        writer.member("time", stamp.time.commonLogFormat)
        writer.member("timeEpoch", stamp.time.milliseconds)
    }

    private static func body(_ body: [UInt8], of request: GatewayRequest, to writer: inout EventWriter) {
        let isBase64 = !body.isEmpty && !BinaryMediaTypes.isText(request.headers.last("content-type"))
        if !body.isEmpty { writer.body("body", body, isBase64: isBase64) }
        writer.member("isBase64Encoded", isBase64)
    }
}
