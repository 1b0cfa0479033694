import APIGateway

/// What both ways of writing an authorizer, OpenAPI and CloudFormation, have in common.
enum AuthorizerCheck {
    /// API Gateway quotas: "Authorizer result TTL".
    private static let resultTTL = 0...3600
    private static let defaultResultTTL = 300
    /// API Gateway quotas for HTTP APIs: "Audiences per authorizer".
    private static let audiencesMax = 50

    /// The time that is given, else 300 s; nothing is kept for an authorizer whose results have no key.
    static func resultTTL(_ property: String, in reader: PropertyReader, for authorizer: Authorizer) -> Int {
        if let seconds = reader.integer(property, in: Self.resultTTL) { return seconds }
        switch authorizer.kind {
        case .token, .cognitoUserPools: return Self.defaultResultTTL
        case .request: return authorizer.identitySources.isEmpty ? 0 : Self.defaultResultTTL
        case .jwt: return 0
        }
    }

    static func check(uri: String, in reader: PropertyReader, at property: String) {
        switch IntegrationTarget.parse(uri, type: .awsProxy) {
        case .success(.function), .success(.stageVariable): break
        case .success, .failure:
            reader.error(
                "An authorizer calls a function: arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/{function ARN}/invocations. "
                    + "This is \"\(uri)\".", at: property)
        }
    }

    static func check(_ authorizer: Authorizer, kind: API.Kind, in reader: PropertyReader, at property: String, sources: String) {
        switch (kind, authorizer.kind) {
        case (.rest, .jwt):
            reader.error("A REST API has no JWT authorizers. Use cognito_user_pools, or an HTTP API.", at: property)
        case (.http, .token), (.http, .cognitoUserPools):
            reader.error("An HTTP API has authorizers of type request and jwt only.", at: property)
        case (.http, .jwt(_, let audiences)) where audiences.count > Self.audiencesMax:
            reader.error(
                "A JWT authorizer has \(Self.audiencesMax) audiences at most; these are \(audiences.count).", at: property)
        case (_, .request) where authorizer.identitySources.isEmpty && authorizer.resultTTLSeconds > 0:
            reader.error(
                "Results of a REQUEST authorizer are kept by its identity sources, and it has none. Name some, or keep nothing (0 seconds).",
                at: sources)
        case (.rest, _), (.http, _): break
        }
        for source in authorizer.identitySources where !Self.isSource(source, kind) {
            reader.error(
                "\"\(source)\" is no identity source; use "
                    + (kind == .rest
                        ? "method.request.header.X, method.request.querystring.X, stageVariables.X or context.X."
                        : "$request.header.X, $request.querystring.X, $stageVariables.X or $context.X."),
                at: sources)
        }
    }

    private static func isSource(_ text: String, _ kind: API.Kind) -> Bool {
        let prefixes =
            kind == .rest
            ? [
                "method.request.header.", "method.request.querystring.", "stageVariables.", "context.",
            ]
            : ["$request.header.", "$request.querystring.", "$stageVariables.", "$context."]
        return prefixes.contains { text.hasPrefix($0) && text.utf8.count > $0.utf8.count }
    }
}
