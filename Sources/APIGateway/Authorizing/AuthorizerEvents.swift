import CoreTypes

/// What a Lambda authorizer's function gets (API Gateway developer guide, "Input to an API Gateway Lambda authorizer";
/// "Control access to HTTP APIs with AWS Lambda authorizers").
enum AuthorizerEvents {
    /// REST, TOKEN.
    static func token(_ token: String, _ context: RequestContext) -> [UInt8] {
        var writer = EventWriter(capacity: 256 + token.utf8.count)
        writer.begin()
        writer.member("type", "TOKEN")
        writer.member("authorizationToken", token)
        writer.member("methodArn", context.methodARN)
        writer.end()
        return writer.bytes
    }

    /// REST, REQUEST.
    static func request(_ context: RequestContext) -> [UInt8] {
        var writer = EventWriter(capacity: 2_048)
        writer.begin()
        writer.member("type", "REQUEST")
        writer.member("methodArn", context.methodARN)
        ProxyEventV1.request(context, to: &writer)
        ProxyEventV1.requestContext(context, to: &writer)
        writer.end()
        return writer.bytes
    }

    /// HTTP API, format 1.0: sources as one text with commas.
    static func http1(_ sources: [String], _ context: RequestContext) -> [UInt8] {
        var writer = EventWriter(capacity: 2_048)
        let joined = sources.joined(separator: ",")
        writer.begin()
        writer.member("version", "1.0")
        writer.member("type", "REQUEST")
        writer.member("methodArn", context.methodARN)
        writer.member("identitySource", joined)
        writer.member("authorizationToken", joined)
        ProxyEventV1.request(context, to: &writer)
        ProxyEventV1.requestContext(context, to: &writer)
        writer.end()
        return writer.bytes
    }

    /// HTTP API, format 2.0.
    static func http2(_ sources: [String], _ context: RequestContext) -> [UInt8] {
        var writer = EventWriter(capacity: 2_048)
        writer.begin()
        writer.member("version", "2.0")
        writer.member("type", "REQUEST")
        writer.member("routeArn", context.methodARN)
        if sources.isEmpty { writer.null("identitySource") } else { writer.list("identitySource", sources) }
        ProxyEventV2.request(context, to: &writer)
        ProxyEventV2.requestContext(context, to: &writer)
        writer.pathParameters(context, orNull: false)
        writer.stageVariables(context, orNull: false)
        writer.end()
        return writer.bytes
    }
}

extension ServedAuthorizer {
    /// The values of all identity sources; `nil` when one is missing or empty.
    func identity(_ context: RequestContext) -> [String]? {
        var values: [String] = []
        for source in self.sources {
            let value: String? =
                switch source {
                case .header(let name): context.request.headers.last(name)
                case .querystring(let name): context.query[name]?.last
                case .stageVariable(let name): context.stage.variables[name]
                case .context(let name): context.variable(name)
                }
            guard let value, !value.isEmpty else { return nil }
            values.append(value)
        }
        return values
    }
}
