import APIGateway

/// Security schemes and requirements: authorizers, signatures and API keys (API Gateway developer guide,
/// "x-amazon-apigateway-authorizer", "x-amazon-apigateway-authtype"; api-gateway facts, section 11.1).
struct SecurityReader {
    /// What a scheme asks for.
    enum Scheme: Hashable {
        case apiKey
        case iam
        case authorizer(name: String)
        /// Basic, OAuth without an authorizer: API Gateway passes over it.
        case unknown
    }

    let apiID: String
    let kind: API.Kind
    private(set) var schemes: [String: Scheme] = [:]
    private(set) var authorizers: [Authorizer] = []

    init(_ document: OpenAPIDocument, apiID: String, kind: API.Kind) {
        self.apiID = apiID
        self.kind = kind
        for (name, reader) in document.components("securitySchemes", swagger: "securityDefinitions") {
            if let extensionReader = document.member("x-amazon-apigateway-authorizer", of: reader) {
                if let authorizer = self.authorizer(name, scheme: reader, extensionReader) { self.authorizers.append(authorizer) }
                // A wrong authorizer is told; its operations stay guarded.
                self.schemes[name] = .authorizer(name: name)
            } else if reader.text("x-amazon-apigateway-authtype")?.lowercased() == "awssigv4" {
                self.schemes[name] = .iam
            } else if reader.text("type") == "apiKey", reader.text("in") == "header",
                reader.text("name")?.lowercased() == "x-api-key"
            {
                self.schemes[name] = .apiKey
            } else {
                self.schemes[name] = .unknown
            }
        }
    }

    // MARK: Requirements

    struct Requirements {
        var authorization = Authorization.none
        var apiKeyRequired = false
    }

    /// - Parameter fallback: the document's own `security`, which applies where an operation has none.
    func requirements(of operation: PropertyReader, root: PropertyReader) -> Requirements {
        var result = Requirements()
        let holder = operation.members["security"] == nil ? root : operation
        for requirement in holder.maps("security") ?? [] {
            for name in requirement.members.names {
                switch self.schemes[name] {
                case .apiKey: result.apiKeyRequired = true
                case .iam: result.authorization = .iam
                case .authorizer(let name):
                    if result.authorization == .none {
                        result.authorization = .authorizer(name: name, scopes: requirement.texts(name) ?? [])
                    }
                case .unknown:
                    requirement.warning(
                        "API Gateway can't check this scheme: it has no authorizer. Nothing is checked.", at: name)
                case nil where name != "NONE":
                    requirement.error(
                        "There is no security scheme \(name)."
                            + Suggestion.sentence(for: name, among: self.schemes.keys.sorted()), at: name)
                case nil: break
                }
            }
        }
        if let auth = operation.map("x-amazon-apigateway-auth") {
            switch auth.text("type")?.uppercased() {
            case "AWS_IAM": result.authorization = .iam
            case "NONE": result.authorization = .none
            case nil: break
            case let other?: auth.error("The type is \"\(other)\"; it has to be NONE or AWS_IAM.", at: "type")
            }
        }
        return result
    }

    // MARK: Authorizers

    private static let known = PropertyTable(
        emulated: [
            "type", "authorizerUri", "authorizerCredentials", "identitySource", "identityValidationExpression",
            "authorizerResultTtlInSeconds", "providerARNs", "authorizerPayloadFormatVersion", "enableSimpleResponses",
            "jwtConfiguration",
        ], ignorable: ["authType"])

    private func authorizer(_ name: String, scheme: PropertyReader, _ reader: PropertyReader) -> Authorizer? {
        reader.check(Self.known)
        let type = reader.text("type")?.lowercased()
        var sources = self.identitySources(reader)
        if sources.isEmpty, type != "request", let header = scheme.text("name") {
            sources = [self.kind == .rest ? "method.request.header.\(header)" : "$request.header.\(header)"]
        }
        var authorizer = Authorizer(
            id: Authorizer.id(apiID: self.apiID, name: name), name: name, kind: .jwt(issuer: "", audiences: []),
            identitySources: sources, resultTTLSeconds: 0)
        switch type {
        case "token":
            guard let function = self.function(reader) else { return nil }
            authorizer.kind = .token(function, validationExpression: reader.text("identityValidationExpression"))
        case "request":
            guard let function = self.function(reader) else { return nil }
            authorizer.kind = .request(function)
        case "cognito_user_pools":
            authorizer.kind = .cognitoUserPools(providerARNs: reader.texts("providerARNs") ?? [])
        case "jwt":
            let configuration = reader.map("jwtConfiguration")
            authorizer.kind = .jwt(
                issuer: configuration?.required("issuer") ?? "", audiences: configuration?.texts("audience") ?? [])
        case nil:
            reader.error("An authorizer needs a type: token, request, cognito_user_pools or jwt.", at: "type")
            return nil
        case let other?:
            reader.error(
                "There is no authorizer of type \"\(other)\"; use token, request, cognito_user_pools or jwt.", at: "type")
            return nil
        }
        authorizer.resultTTLSeconds = AuthorizerCheck.resultTTL("authorizerResultTtlInSeconds", in: reader, for: authorizer)
        AuthorizerCheck.check(authorizer, kind: self.kind, in: reader, at: "type", sources: "identitySource")
        return authorizer
    }

    private func function(_ reader: PropertyReader) -> LambdaAuthorizer? {
        guard let uri = reader.required("authorizerUri", hint: "Name the function that authorizes.") else { return nil }
        AuthorizerCheck.check(uri: uri, in: reader, at: "authorizerUri")
        return LambdaAuthorizer(
            uri: uri, credentials: reader.text("authorizerCredentials"),
            payloadFormat: self.kind == .rest
                ? .version1 : reader.choice("authorizerPayloadFormatVersion", of: PayloadFormat.allCases) ?? .version1,
            enablesSimpleResponses: reader.boolean("enableSimpleResponses") ?? false)
    }

    /// A list, or a text with commas.
    private func identitySources(_ reader: PropertyReader) -> [String] {
        guard let value = reader.value("identitySource") else { return [] }
        let texts = value.list?.compactMap(\.text) ?? value.text.map { [$0] } ?? []
        return texts.flatMap { $0.split(separator: ",").map { String($0).trimmed } }.filter { !$0.isEmpty }
    }
}
