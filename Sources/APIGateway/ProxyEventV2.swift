import CoreTypes

/// The event of payload format 2.0 (API Gateway developer guide, "Create AWS Lambda proxy integrations for HTTP APIs"; Lambda
/// developer guide, "Invoking Lambda function URLs"). Members without a value are absent.
enum ProxyEventV2 {
    static func write(_ context: EventContext, body: UnsafeRawBufferPointer) -> [UInt8] {
        var writer = EventWriter(capacity: 1_536 + body.count + body.count / 2)
        let path = context.decodedPath
        writer.begin()
        self.head(routeKey: context.routeKey, path: path, target: context.target, headers: context.headers, to: &writer)
        writer.begin("requestContext")
        writer.member("accountId", context.accountID)
        writer.member("apiId", context.match.api.id)
        self.domain(context.domainName, to: &writer)
        self.http(context.request, method: context.method, path: path, to: &writer)
        writer.member("requestId", context.stamp.extendedRequestID)
        writer.member("routeKey", context.routeKey)
        writer.member("stage", context.match.stage.name)
        self.time(context.stamp, to: &writer)
        writer.end()
        writer.pathParameters(context, orNull: false)
        if !context.match.stage.variables.isEmpty {
            writer.map("stageVariables", context.match.stage.variables.sorted { $0.key < $1.key }.lazy.map { ($0.key, $0.value) })
        }
        self.body(body, of: context.request, to: &writer)
        writer.end()
        return writer.bytes
    }

    /// A function URL's event: route and stage are `$default`, the path is as sent. The caller is `anonymous` unless the request
    /// was signed, then it is the account.
    static func write(
        url: FunctionURL, request: GatewayRequest, target: RequestTarget, accountID: String, stamp: RequestStamp,
        headers: [HTTPHeader], body: UnsafeRawBufferPointer
    ) -> [UInt8] {
        var writer = EventWriter(capacity: 1_536 + body.count + body.count / 2)
        writer.begin()
        self.head(routeKey: "$default", path: String(target.path), target: target, headers: headers, to: &writer)
        writer.begin("requestContext")
        writer.member("accountId", url.requiresSignature ? accountID : "anonymous")
        writer.member("apiId", url.id)
        writer.null("authentication")
        self.domain(request.headers.last("host") ?? "", to: &writer)
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
        routeKey: String, path: String, target: RequestTarget, headers: [HTTPHeader], to writer: inout EventWriter
    ) {
        writer.member("version", "2.0")
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
        let query = ValueLists(query: target.query)
        if !query.isEmpty {
            writer.map("queryStringParameters", query.entries.lazy.map { ($0.name, $0.values.joined(separator: ",")) })
        }
    }

    private static func domain(_ domainName: String, to writer: inout EventWriter) {
        writer.member("domainName", domainName)
        writer.member("domainPrefix", EventContext.domainPrefix(of: domainName))
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

    private static func body(_ body: UnsafeRawBufferPointer, of request: GatewayRequest, to writer: inout EventWriter) {
        let isBase64 = !body.isEmpty && !BinaryMediaTypes.isText(request.headers.last("content-type"))
        if !body.isEmpty { writer.body("body", body, isBase64: isBase64) }
        writer.member("isBase64Encoded", isBase64)
    }
}
