import APIGateway

/// `Auth` of a REST API and of its events: security schemes, who needs which, the resource policy.
struct ServerlessRestAuth {
    private let api: ServerlessRestAPI
    private let reader: PropertyReader?

    private static let known = PropertyTable(
        emulated: [
            "Authorizers", "DefaultAuthorizer", "InvokeRole", "AddDefaultAuthorizerToCorsPreflight",
            "AddApiKeyRequiredToCorsPreflight", "ApiKeyRequired", "ResourcePolicy", "UsagePlan",
        ])
    private static let event = PropertyTable(
        emulated: ["Authorizer", "AuthorizationScopes", "ApiKeyRequired", "InvokeRole", "ResourcePolicy", "OverrideApiAuth"])
    private static let iam = "AWS_IAM"

    init(_ api: ServerlessRestAPI) {
        self.api = api
        self.reader = api.reader.map("Auth")
        self.reader?.check(Self.known)
    }

    private var authorizers: PropertyReader? { self.reader?.map("Authorizers") }
    private var defaultAuthorizer: String? { self.reader?.text("DefaultAuthorizer") }

    private func scopes(_ name: String) -> [TemplateNode] { self.authorizers?.map(name)?.list("AuthorizationScopes") ?? [] }

    // MARK: An event

    /// What the event itself asks for, as requirements of its operation; markers stand for `NONE` and `false`.
    func apply(_ event: RouteEvent, to document: inout ServerlessDocument) {
        guard let auth = event.properties.map("Auth") else { return }
        auth.check(Self.event)
        let method = event.method ?? "ANY"
        let key = ServerlessDocument.key(of: method)
        guard var operation = document[event.routePath, key] else { return }
        let subject = "on API method [\(method.lowercased())] for path [\(event.routePath)] because"
        if let name = auth.text("Authorizer") {
            if name == "NONE" {
                if self.defaultAuthorizer == nil {
                    auth.error(
                        "Unable to set Authorizer \(subject) 'NONE' is only a valid value when a DefaultAuthorizer on the API is specified.",
                        at: "Authorizer")
                }
            } else if name != Self.iam, self.authorizers?.members[name] == nil {
                auth.error(
                    "Unable to set Authorizer [\(name)] \(subject) it wasn't defined in the API's Authorizers."
                        + Suggestion.sentence(for: name, among: self.authorizers?.members.names ?? []), at: "Authorizer")
                return
            }
            if name == Self.iam { self.addIAMScheme(to: &document, at: event.location) }
            let scopes = auth.list("AuthorizationScopes") ?? (name == "NONE" || name == Self.iam ? [] : self.scopes(name))
            operation.appendSecurity(name, scopes: scopes, at: event.location)
        }
        if let isRequired = auth.boolean("ApiKeyRequired") {
            if isRequired {
                operation.appendSecurity("api_key", at: event.location)
                self.addKeyScheme(to: &document, at: event.location)
            } else if self.reader?.boolean("ApiKeyRequired") != true {
                auth.error(
                    "Unable to set ApiKeyRequired [False] \(subject) the related API does not specify any ApiKeyRequired.",
                    at: "ApiKeyRequired")
            } else {
                operation.appendSecurity("api_key_false", at: event.location)
            }
        }
        document[event.routePath, key] = operation
        if let policy = auth.map("ResourcePolicy") {
            let builder = ServerlessResourcePolicy(policy)
            builder.add(path: event.routePath, stage: self.eventStage, to: &document)
            builder.addCustomStatements(to: &document)
        }
    }

    /// Policies of events name the stage as it is written; of a stage whose name is worked out, the word Stage.
    private var eventStage: String {
        let written = self.api.resource.properties["StageName"]
        return written?.intrinsic == nil ? self.api.stageName.text ?? "Stage" : "Stage"
    }

    /// With IAM the function is called in the caller's name, unless a role is given; `NONE` leaves it to permissions.
    func credentials(of event: RouteEvent) -> TemplateNode? {
        let auth = event.properties.map("Auth")
        guard auth?.text("Authorizer") == Self.iam || (auth == nil && self.defaultAuthorizer == Self.iam) else { return nil }
        let role = auth?.text("InvokeRole") ?? self.reader?.text("InvokeRole")
        switch role {
        case "NONE": return nil
        case nil, "CALLER_CREDENTIALS":
            return .text("arn:\(self.api.evaluation.options.partition):iam::*:user/*", at: event.location)
        case let role?: return .text(role, at: event.location)
        }
    }

    // MARK: The API

    func add(to document: inout ServerlessDocument) {
        if let authorizers = self.authorizers {
            for name in authorizers.members.names {
                if let authorizer = authorizers.map(name), let scheme = self.scheme(name, authorizer) {
                    document.addScheme(name, scheme)
                }
            }
        }
        self.addDefaultAuthorizer(to: &document)
        self.addDefaultKey(to: &document)
        guard let policy = self.reader?.map("ResourcePolicy") else { return }
        let builder = ServerlessResourcePolicy(policy)
        for path in document.paths { builder.add(path: path, stage: self.api.stageName.text ?? "", to: &document) }
        builder.addCustomStatements(to: &document)
    }

    /// The default counts for every operation that has no authorizer of its own and no `NONE`.
    private func addDefaultAuthorizer(to document: inout ServerlessDocument) {
        guard let reader = self.reader else { return }
        let names = Set((self.authorizers?.members.names ?? []) + [Self.iam])
        let fallback = self.defaultAuthorizer
        if let fallback, !names.contains(fallback) {
            reader.error(
                "Unable to set DefaultAuthorizer because '\(fallback)' was not defined in 'Authorizers'."
                    + Suggestion.sentence(for: fallback, among: names.sorted()), at: "DefaultAuthorizer")
            return
        }
        if fallback == Self.iam { self.addIAMScheme(to: &document, at: reader.location) }
        let coversPreflight = reader.boolean("AddDefaultAuthorizerToCorsPreflight") ?? true
        let scopes = fallback.map(self.scopes) ?? []
        document.editOperations { _, method, operation in
            guard let fallback, coversPreflight || method.lowercased() != "options" else { return }
            let existing = operation.security
            if existing.contains(where: { $0.map?["NONE"] != nil }) {
                let others = existing.filter { $0.map?["NONE"] == nil }
                operation[member: "security"] = .list(others, at: reader.location)
            } else if !existing.contains(where: { !names.isDisjoint(with: $0.map?.names ?? []) }) {
                operation.appendSecurity(fallback, scopes: scopes, at: reader.location)
            }
        }
    }

    private func addDefaultKey(to document: inout ServerlessDocument) {
        guard let reader = self.reader, reader.boolean("ApiKeyRequired") == true else { return }
        self.addKeyScheme(to: &document, at: reader.location)
        let coversPreflight = reader.boolean("AddApiKeyRequiredToCorsPreflight") ?? true
        document.editOperations { _, method, operation in
            let others = operation.security.filter { $0.map?["api_key"] == nil && $0.map?["api_key_false"] == nil }
            let isFree =
                operation.security.contains { $0.map?["api_key_false"] != nil }
                || (method.lowercased() == "options" && !coversPreflight)
            operation[member: "security"] = .list(others, at: reader.location)
            if !isFree { operation.appendSecurity("api_key", at: reader.location) }
        }
    }

    // MARK: Schemes

    private func addIAMScheme(to document: inout ServerlessDocument, at location: SourceLocation) {
        document.addScheme(
            Self.iam, Self.scheme(header: "Authorization", type: "awsSigv4", at: location), keepsExisting: true)
    }

    private func addKeyScheme(to document: inout ServerlessDocument, at location: SourceLocation) {
        document.addScheme("api_key", Self.scheme(header: "x-api-key", type: nil, at: location), keepsExisting: true)
    }

    private static func scheme(header: String, type: String?, at location: SourceLocation) -> TemplateNode {
        var scheme = TemplateNode.map(
            [
                ("type", .text("apiKey", at: location)), ("name", .text(header, at: location)),
                ("in", .text("header", at: location)),
            ],
            at: location)
        if let type { scheme[member: "x-amazon-apigateway-authtype"] = .text(type, at: location) }
        return scheme
    }

    private static let authorizer = PropertyTable(
        emulated: ["UserPoolArn", "FunctionArn", "Identity", "FunctionPayloadType", "FunctionInvokeRole", "AuthorizationScopes"],
        ignorable: ["DisableFunctionDefaultPermissions"])
    private static let identity = PropertyTable(
        emulated: ["Header", "Headers", "QueryStrings", "StageVariables", "Context", "ReauthorizeEvery", "ValidationExpression"])

    private func scheme(_ name: String, _ reader: PropertyReader) -> TemplateNode? {
        reader.check(Self.authorizer)
        let location = reader.location
        let identity = reader.map("Identity")
        identity?.check(Self.identity)
        let payload = reader.text("FunctionPayloadType") ?? "TOKEN"
        if !["TOKEN", "REQUEST"].contains(payload) {
            reader.error(
                "\(name) Authorizer has invalid 'FunctionPayloadType': \(payload). Use TOKEN or REQUEST.",
                at: "FunctionPayloadType")
            return nil
        }
        let pool = reader.value("UserPoolArn")
        let isRequest = pool == nil && payload == "REQUEST"
        var authorizer: [(String, TemplateNode)] = []
        if let pool {
            authorizer.append(("type", .text("cognito_user_pools", at: location)))
            authorizer.append(("providerARNs", pool.list == nil ? .list([pool], at: pool.location) : pool))
        } else {
            guard let function = reader.required("FunctionArn", hint: "Name a function, or a UserPoolArn.") else { return nil }
            authorizer.append(("type", .text(payload.lowercased(), at: location)))
            authorizer.append(("authorizerUri", self.api.evaluation.invocationURI(function, at: location)))
            if let seconds = identity?.value("ReauthorizeEvery") { authorizer.append(("authorizerResultTtlInSeconds", seconds)) }
            if let role = reader.value("FunctionInvokeRole"), role.text != "NONE" {
                authorizer.append(("authorizerCredentials", role))
            }
        }
        if isRequest {
            let sources = Self.sources(identity)
            if sources.isEmpty, identity?.integer("ReauthorizeEvery", in: 0...3600) != 0 {
                reader.error(
                    "\(name) Authorizer must specify Identity with at least one of Headers, QueryStrings, StageVariables, or Context.",
                    at: "Identity")
                return nil
            }
            if !sources.isEmpty { authorizer.append(("identitySource", .text(sources.joined(separator: ", "), at: location))) }
        } else if let expression = identity?.value("ValidationExpression") {
            authorizer.append(("identityValidationExpression", expression))
        }
        var scheme = Self.scheme(
            header: isRequest ? "Unused" : identity?.text("Header") ?? "Authorization",
            type: pool == nil ? "custom" : "cognito_user_pools", at: location)
        scheme[member: "x-amazon-apigateway-authorizer"] = .map(authorizer, at: location)
        return scheme
    }

    private static func sources(_ identity: PropertyReader?) -> [String] {
        let kinds = [
            ("Headers", "method.request.header."), ("QueryStrings", "method.request.querystring."),
            ("StageVariables", "stageVariables."), ("Context", "context."),
        ]
        return kinds.flatMap { property, prefix in (identity?.texts(property) ?? []).map { prefix + $0 } }
    }
}

extension Evaluation {
    /// How API Gateway calls a function of that ARN.
    func invocationURI(_ arn: String, at location: SourceLocation) -> TemplateNode {
        .text(
            "arn:\(self.options.partition):apigateway:\(self.options.region):lambda:path/2015-03-31/functions/\(arn)/invocations",
            at: location)
    }
}
