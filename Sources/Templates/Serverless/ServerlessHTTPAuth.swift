import APIGateway

/// `Auth` of an HTTP API and of its events: security schemes, and which routes need them.
struct ServerlessHTTPAuth {
    private let evaluation: Evaluation
    private let auth: PropertyReader?

    private static let known = PropertyTable(emulated: ["Authorizers", "DefaultAuthorizer", "EnableIamAuthorizer"])
    private static let eventAuth = PropertyTable(emulated: ["Authorizer", "AuthorizationScopes"])
    private static let iam = "AWS_IAM"

    init(_ evaluation: Evaluation, _ api: PropertyReader) {
        self.evaluation = evaluation
        self.auth = api.map("Auth")
        self.auth?.check(Self.known)
    }

    private var authorizers: PropertyReader? { self.auth?.map("Authorizers") }
    private var enablesIAM: Bool { self.auth?.boolean("EnableIamAuthorizer") ?? false }
    private func scopes(_ name: String) -> [TemplateNode] { self.authorizers?.map(name)?.list("AuthorizationScopes") ?? [] }

    func apply(_ event: RouteEvent, to operation: inout TemplateNode) {
        guard let auth = event.properties.map("Auth") else { return }
        auth.check(Self.eventAuth)
        let fallback = self.auth?.text("DefaultAuthorizer")
        let subject = "on API method [\((event.method ?? "ANY").lowercased())] for path [\(event.routePath)] because"
        guard let name = auth.text("Authorizer") ?? fallback else {
            auth.error(
                "'Auth' section requires either an explicit 'Authorizer' set or a 'DefaultAuthorizer' configured on the HttpApi.",
                at: "Authorizer")
            return
        }
        if name == "NONE" {
            if fallback == nil {
                auth.error(
                    "Unable to set Authorizer \(subject) 'NONE' is only a valid value when a DefaultAuthorizer on the API is specified.",
                    at: "Authorizer")
            }
        } else if !(name == Self.iam && self.enablesIAM), self.authorizers?.members[name] == nil {
            auth.error(
                "Unable to set Authorizer [\(name)] \(subject) it wasn't defined in the API's Authorizers."
                    + Suggestion.sentence(for: name, among: self.authorizers?.members.names ?? []), at: "Authorizer")
            return
        }
        let own = auth.list("AuthorizationScopes") ?? []
        let hasScopes = name != "NONE" && name != Self.iam
        operation.appendSecurity(
            name, scopes: !hasScopes ? [] : own.isEmpty ? self.scopes(name) : own, at: event.location)
    }

    func add(to document: inout ServerlessDocument) {
        guard let auth = self.auth else { return }
        if self.enablesIAM {
            document.addScheme(
                Self.iam,
                .map(
                    [
                        ("type", .text("apiKey", at: auth.location)), ("name", .text("Authorization", at: auth.location)),
                        ("in", .text("header", at: auth.location)),
                        ("x-amazon-apigateway-authtype", .text("awsSigv4", at: auth.location)),
                    ], at: auth.location))
        }
        for name in self.authorizers?.members.names ?? [] {
            if let authorizer = self.authorizers?.map(name), let scheme = self.scheme(name, authorizer) {
                document.addScheme(name, scheme)
            }
        }
        guard let fallback = auth.text("DefaultAuthorizer") else { return }
        guard self.authorizers?.members[fallback] != nil || (fallback == Self.iam && self.enablesIAM) else {
            auth.error(
                "Unable to set DefaultAuthorizer because '\(fallback)' was not defined in 'Authorizers'.",
                at: "DefaultAuthorizer")
            return
        }
        let scopes = self.scopes(fallback)
        document.editOperations { _, method, operation in
            guard method.lowercased() != "options", operation.security.isEmpty else { return }
            operation.appendSecurity(fallback, scopes: scopes, at: auth.location)
        }
    }

    private static let authorizer = PropertyTable(
        emulated: [
            "AuthorizationScopes", "AuthorizerPayloadFormatVersion", "EnableSimpleResponses", "FunctionArn",
            "FunctionInvokeRole", "Identity", "IdentitySource", "JwtConfiguration",
        ], ignorable: ["EnableFunctionDefaultPermissions"])

    private func scheme(_ name: String, _ reader: PropertyReader) -> TemplateNode? {
        reader.check(Self.authorizer)
        let location = reader.location
        func text(_ text: String) -> TemplateNode { .text(text, at: location) }
        if let jwt = reader.map("JwtConfiguration") {
            jwt.check(PropertyTable(emulated: ["issuer", "audience", "Issuer", "Audience"]))
            guard let source = reader.required("IdentitySource", hint: "Write $request.header.Authorization.") else { return nil }
            var configuration = TemplateNode.map([], at: location)
            configuration[member: "issuer"] = jwt.value("issuer") ?? jwt.value("Issuer")
            configuration[member: "audience"] = jwt.value("audience") ?? jwt.value("Audience")
            return .map(
                [
                    ("type", text("oauth2")),
                    (
                        "x-amazon-apigateway-authorizer",
                        .map(
                            [("jwtConfiguration", configuration), ("identitySource", text(source)), ("type", text("jwt"))],
                            at: location)
                    ),
                ], at: location)
        }
        guard let function = reader.required("FunctionArn", hint: "Name a function, or give a JwtConfiguration."),
            let version = reader.required("AuthorizerPayloadFormatVersion", hint: "Use 1.0 or 2.0.")
        else { return nil }
        var authorizer: [(String, TemplateNode)] = [
            ("type", text("request")), ("authorizerUri", self.evaluation.invocationURI(function, at: location)),
            ("authorizerPayloadFormatVersion", text(version)),
        ]
        if let role = reader.value("FunctionInvokeRole"), role.text != "NONE" {
            authorizer.append(("authorizerCredentials", role))
        }
        if let simple = reader.value("EnableSimpleResponses") { authorizer.append(("enableSimpleResponses", simple)) }
        if let identity = reader.map("Identity") {
            identity.check(
                PropertyTable(emulated: ["Headers", "QueryStrings", "StageVariables", "Context", "ReauthorizeEvery"]))
            if let seconds = identity.value("ReauthorizeEvery") { authorizer.append(("authorizerResultTtlInSeconds", seconds)) }
            let kinds = [
                ("Headers", "$request.header."), ("QueryStrings", "$request.querystring."),
                ("StageVariables", "$stageVariables."), ("Context", "$context."),
            ]
            let sources = kinds.flatMap { property, prefix in (identity.texts(property) ?? []).map { prefix + $0 } }
            authorizer.append(("identitySource", .texts(sources, at: location)))
        }
        return .map(
            [
                ("type", text("apiKey")), ("name", text("Unused")), ("in", text("header")),
                ("x-amazon-apigateway-authorizer", .map(authorizer, at: location)),
            ], at: location)
    }
}
