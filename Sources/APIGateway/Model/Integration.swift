/// What a method or route calls (API Gateway API reference, "Integration"; V2 API reference, "Integration"). One shape for REST
/// and HTTP APIs, as `x-amazon-apigateway-integration` has it; a member that one of them doesn't know keeps its default there.
package struct Integration: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        /// REST: an AWS service, a function among them, through mapping templates.
        case aws = "AWS"
        /// A function that gets the request as its event; HTTP: also a service action, named by the subtype.
        case awsProxy = "AWS_PROXY"
        /// REST: an HTTP endpoint through mapping templates.
        case http = "HTTP"
        case httpProxy = "HTTP_PROXY"
        /// REST: no backend.
        case mock = "MOCK"
    }

    package enum Connection: Hashable, Sendable {
        case internet
        /// `VPC_LINK` with the link's id, which may hold stage variables.
        case vpcLink(id: String)
    }

    package enum PassthroughBehavior: String, Hashable, Sendable, CaseIterable {
        case whenNoMatch = "WHEN_NO_MATCH"
        case whenNoTemplates = "WHEN_NO_TEMPLATES"
        case never = "NEVER"
    }

    package enum ContentHandling: String, Hashable, Sendable, CaseIterable {
        case convertToBinary = "CONVERT_TO_BINARY"
        case convertToText = "CONVERT_TO_TEXT"
    }

    package enum ResponseTransferMode: String, Hashable, Sendable, CaseIterable {
        case buffered = "BUFFERED"
        case stream = "STREAM"
    }

    /// `TlsConfig`
    package struct TLS: Hashable, Sendable {
        /// REST: takes any certificate.
        package var skipsVerification = false
        /// HTTP: the name that the certificate has to have.
        package var serverName: String?

        package init(skipsVerification: Bool = false, serverName: String? = nil) {
            self.skipsVerification = skipsVerification
            self.serverName = serverName
        }
    }

    package var type: Kind
    /// The verb of the backend request; `ANY` passes the client's on. `nil` for MOCK.
    package var httpMethod: String?
    /// A URL, or an ARN of a service action, function, listener or Cloud Map service. May hold `${stageVariables.x}` and, for
    /// HTTP, `{name}` of path parameters. `nil` for MOCK and for a subtype. ``target`` takes it apart.
    package var uri: String?
    /// The ARN of a role, or `arn:aws:iam::*:user/*` for the caller's own.
    package var credentials: String?
    package var connection = Connection.internet
    /// REST: the ARN of the load balancer behind the link, where it isn't the link's own.
    package var integrationTarget: String?
    package var passthroughBehavior = PassthroughBehavior.whenNoMatch
    package var contentHandling: ContentHandling?
    /// `nil` for the default: 29 s of REST, 30 s of HTTP APIs.
    package var timeoutMilliseconds: Int?
    package var responseTransferMode = ResponseTransferMode.buffered
    /// In the order of the definition. REST: `integration.request.header.X` ← `method.request.…`; HTTP: `append:header.X` ←
    /// `$request.…`, or the parameters of the subtype, `QueueUrl` ← `$request.header.queue`.
    package var requestParameters: [ParameterMapping] = []
    /// By content type, in the order of the definition.
    package var requestTemplates: [TemplateForContentType] = []
    /// REST. In the order of the definition.
    package var responses: [IntegrationResponse] = []
    package var cacheKeyParameters: [String] = []
    package var cacheNamespace: String?
    package var tls: TLS?
    /// HTTP: of the event that a function gets.
    package var payloadFormat = PayloadFormat.version1
    /// HTTP: `SQS-SendMessage`.
    package var subtype: String?
    /// HTTP: mappings by the backend's status code.
    package var responseParameters: [ResponseParameters] = []

    package init(type: Kind, httpMethod: String? = nil, uri: String? = nil) {
        self.type = type
        self.httpMethod = httpMethod
        self.uri = uri
    }

    /// A proxy integration with a function.
    package static func function(
        _ function: FunctionTarget, payload: PayloadFormat = .version1, region: String = "us-east-1",
        account: String = "000000000000"
    ) -> Integration {
        var integration = Integration(
            type: .awsProxy, httpMethod: "POST", uri: function.invocationURI(region: region, account: account))
        integration.payloadFormat = payload
        return integration
    }
}

/// `destination` ← `source`, both as the definition writes them.
package struct ParameterMapping: Hashable, Sendable {
    package var destination: String
    package var source: String

    package init(_ destination: String, _ source: String) {
        self.destination = destination
        self.source = source
    }
}

package struct TemplateForContentType: Hashable, Sendable {
    /// `application/json`, or `$default`.
    package var contentType: String
    package var template: MappingTemplate

    package init(_ contentType: String, _ template: MappingTemplate) {
        self.contentType = contentType
        self.template = template
    }
}

/// The text of a mapping template and where it was written. Two are equal when their texts are.
package struct MappingTemplate: Hashable, Sendable {
    /// The value in the file: for a block scalar the text begins on the line after.
    package struct Origin: Sendable {
        package var file: String
        package var line: Int
        package var column: Int

        package init(file: String, line: Int, column: Int) {
            self.file = file
            self.line = line
            self.column = column
        }
    }

    package var text: String
    package var origin: Origin?

    package init(_ text: String, origin: Origin? = nil) {
        self.text = text
        self.origin = origin
    }

    package static func == (left: Self, right: Self) -> Bool { left.text == right.text }
    package func hash(into hasher: inout Hasher) { hasher.combine(self.text) }
}

/// What becomes of an integration's answer (API Gateway API reference, "IntegrationResponse").
package struct IntegrationResponse: Hashable, Sendable {
    /// Of the method response: `200`.
    package var statusCode: String
    /// A Java regular expression; `nil` for the default response.
    package var selectionPattern: String?
    package var contentHandling: Integration.ContentHandling?
    /// `method.response.header.X` ← `integration.response.…`, `context.…`, `'literal'`.
    package var parameters: [ParameterMapping] = []
    package var templates: [TemplateForContentType] = []

    package init(statusCode: String, selectionPattern: String? = nil) {
        self.statusCode = statusCode
        self.selectionPattern = selectionPattern
    }
}

/// HTTP APIs: how a response of a status is changed: `overwrite:statuscode`, `append:header.X` ← `$response.…`.
package struct ResponseParameters: Hashable, Sendable {
    package var statusCode: String
    package var mappings: [ParameterMapping]

    package init(statusCode: String, mappings: [ParameterMapping]) {
        self.statusCode = statusCode
        self.mappings = mappings
    }
}
