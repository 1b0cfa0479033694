/// Where an authorizer finds who is calling.
enum IdentitySource: Hashable, Sendable {
    case header(String)
    case querystring(String)
    case stageVariable(String)
    case context(String)

    /// REST: `method.request.header.X`, `method.request.querystring.X`, `stageVariables.X`, `context.X`. HTTP: the same as
    /// `$request.header.X`, `$request.querystring.X`, `$stageVariables.X`, `$context.X`.
    init?(_ text: String) {
        let prefixes: [(String, (String) -> IdentitySource)] = [
            ("method.request.header.", Self.header), ("method.request.querystring.", Self.querystring),
            ("$request.header.", Self.header), ("$request.querystring.", Self.querystring),
            ("$stageVariables.", Self.stageVariable), ("stageVariables.", Self.stageVariable),
            ("$context.", Self.context), ("context.", Self.context),
        ]
        for (prefix, source) in prefixes where text.hasPrefix(prefix) && text.utf8.count > prefix.utf8.count {
            self = source(String(text.dropFirst(prefix.utf8.count)))
            return
        }
        return nil
    }
}

/// An authorizer as it is served: sources and patterns read once.
final class ServedAuthorizer: Sendable {
    enum Kind: Sendable {
        case token(LambdaAuthorizer, pattern: TextPattern?)
        case request(LambdaAuthorizer)
        case cognito(issuers: [String])
        case jwt(issuer: String, audiences: [String])
    }

    let id: String
    let name: String
    let kind: Kind
    let apiKind: API.Kind
    let sources: [IdentitySource]
    let ttlSeconds: Int
    /// Why the authorizer can't work: a source or pattern that can't be read.
    let isUsable: Bool

    /// Longer ones are cut ("Amazon API Gateway quotas").
    static let ttlSecondsMax = 3_600

    init(_ authorizer: Authorizer, apiID: String, kind apiKind: API.Kind, problems: inout [GatewayProblem]) {
        self.id = authorizer.id
        self.name = authorizer.name
        self.apiKind = apiKind
        self.ttlSeconds = min(max(authorizer.resultTTLSeconds, 0), Self.ttlSecondsMax)
        var isUsable = true
        func note(_ reason: String) {
            isUsable = false
            problems.append(GatewayProblem(apiID: apiID, place: "authorizer \(authorizer.name)", reason: reason))
        }
        self.sources = authorizer.identitySources.compactMap { text in
            let source = IdentitySource(text)
            if source == nil { note("\(text) is no identity source") }
            return source
        }
        switch authorizer.kind {
        case .token(let function, let expression):
            let pattern = expression.flatMap(TextPattern.init)
            if let expression, pattern == nil { note("the validation expression \(expression) is no regular expression") }
            self.kind = .token(function, pattern: pattern)
        case .request(let function): self.kind = .request(function)
        case .cognitoUserPools(let arns): self.kind = .cognito(issuers: arns.compactMap(Authorizer.issuer))
        case .jwt(let issuer, let audiences): self.kind = .jwt(issuer: issuer, audiences: audiences)
        }
        self.isUsable = isUsable
    }

    static func byName(
        _ authorizers: [Authorizer], apiID: String, kind: API.Kind, problems: inout [GatewayProblem]
    ) -> [String: ServedAuthorizer] {
        var byName: [String: ServedAuthorizer] = [:]
        for authorizer in authorizers where byName[authorizer.name] == nil {
            byName[authorizer.name] = ServedAuthorizer(authorizer, apiID: apiID, kind: kind, problems: &problems)
        }
        return byName
    }
}
