import VTL

/// What a reader of a mapping template should know of it before it is deployed: whether it can be parsed, and names that
/// look like slips of the pen. API Gateway says neither; it renders nothing for a name that it doesn't know.
package struct TemplateFinding: Hashable, Sendable {
    package enum Severity: String, Hashable, Sendable {
        case error
        case warning
    }

    package let severity: Severity
    /// Within the template, counted from 1.
    package let line: Int
    package let column: Int
    package let message: String

    init(_ severity: Severity, at position: Position, _ message: String) {
        self.severity = severity
        self.line = position.line
        self.column = position.column
        self.message = message
    }
}

package enum TemplateCheck {
    /// The findings in the order of the text. A template that can't be parsed has one.
    /// - Parameter suggestion: the candidate that a name was probably meant to be.
    package static func findings(
        in text: String, suggestion: (_ name: String, _ candidates: [String]) -> String?
    ) -> [TemplateFinding] {
        do throws(TemplateError) {
            let references = try CompiledTemplate(text).template.references
            let own = Set(references.filter { $0.kind == .defined }.map(\.name))
            return references.filter { $0.kind == .read }.compactMap { reference in
                self.message(for: reference, own: own, suggestion: suggestion).map {
                    TemplateFinding(.warning, at: reference.position, $0)
                }
            }
        } catch {
            return [TemplateFinding(.error, at: error.position, error.message)]
        }
    }

    private static let variables = ["input", "util", "context", "stageVariables"]
    private static let loopVariables = ["foreach", "velocityCount", "velocityHasNext"]

    /// What is odd about a reference; `nil` where nothing is.
    private static func message(
        for reference: ReferenceUse, own: Set<String>, suggestion: (String, [String]) -> String?
    ) -> String? {
        guard !own.contains(reference.name) else { return nil }
        if let known = self.members[reference.name] { return self.message(for: reference, known: known, suggestion: suggestion) }
        guard !self.variables.contains(reference.name), !self.loopVariables.contains(reference.name) else { return nil }
        // Short names are near to every other short name.
        let candidates = reference.name.utf8.count < 3 ? [] : self.variables + own.sorted()
        let hint = suggestion(reference.name, candidates).map { " Did you mean $\($0)?" } ?? ""
        return "$\(reference.name) is set nowhere in this template and renders as nothing.\(hint)"
    }

    private static func message(
        for reference: ReferenceUse, known: Members, suggestion: (String, [String]) -> String?
    ) -> String? {
        guard let member = reference.members.first, !known.names.contains(member), !self.mapMethods.contains(member) else {
            guard let member = reference.members.first, member == "identity", reference.members.count > 1 else { return nil }
            let name = reference.members[1]
            guard !self.identity.contains(name), !self.mapMethods.contains(name) else { return nil }
            let hint = suggestion(name, self.identity).map { " Did you mean $context.identity.\($0)?" } ?? ""
            return "$context.identity has no \(name).\(hint)"
        }
        let hint = suggestion(member, known.names).map { " Did you mean $\(reference.name).\($0)?" } ?? ""
        // Names that the gateway doesn't document may exist all the same.
        if known.isOpen, hint.isEmpty { return nil }
        return "$\(reference.name) has no \(member).\(hint)"
    }

    private struct Members {
        let names: [String]
        /// Whether there may be others.
        var isOpen = false
    }

    private static let mapMethods: Set<String> = [
        "get", "put", "containsKey", "containsValue", "keySet", "values", "entrySet", "size", "isEmpty", "getOrDefault", "remove",
        "toString", "class",
    ]

    /// API Gateway developer guide, "Mapping template and access logging variable reference".
    private static let members: [String: Members] = [
        "input": Members(names: ["body", "json", "params", "path"]),
        "util": Members(names: ["escapeJavaScript", "parseJson", "urlEncode", "urlDecode", "base64Encode", "base64Decode"]),
        "context": Members(names: Self.context, isOpen: true),
    ]

    private static let context = [
        "accountId", "apiId", "authorizer", "awsEndpointRequestId", "customDomain", "deploymentId", "domainName", "domainPrefix",
        "error", "extendedRequestId", "httpMethod", "identity", "isCanaryRequest", "path", "protocol", "requestId",
        "requestOverride", "requestTime", "requestTimeEpoch", "resourceId", "resourcePath", "responseOverride", "stage",
        "wafResponseCode", "webaclArn",
    ]

    private static let identity = [
        "accessKey", "accountId", "apiKey", "apiKeyId", "caller", "clientCert", "cognitoAuthenticationProvider",
        "cognitoAuthenticationType", "cognitoIdentityId", "cognitoIdentityPoolId", "principalOrgId", "sourceIp", "user",
        "userAgent", "userArn", "vpcId", "vpceId",
    ]
}
