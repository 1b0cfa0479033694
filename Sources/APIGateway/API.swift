/// One deployed API as the gateway serves it: validated, every name resolved.
package struct API: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        /// `AWS::ApiGateway::RestApi`, `AWS::Serverless::Api`
        case rest
        /// `AWS::ApiGatewayV2::Api`, `AWS::Serverless::HttpApi`
        case http
    }

    /// Ten characters, `[a-z0-9]`, derived from the logical id, so that URLs stay the same from run to run.
    package var id: String
    /// The logical id of the template: `ServerlessRestApi`, `ServerlessHttpApi` for SAM's implicit ones.
    package var logicalID: String
    package var name: String
    package var kind: Kind
    package var stages: [Stage]
    package var routes: [Route]
    /// REST only: media types that are carried as base64.
    package var binaryMediaTypes: [String] = []

    package init(id: String, logicalID: String, name: String, kind: Kind, stages: [Stage], routes: [Route]) {
        self.id = id
        self.logicalID = logicalID
        self.name = name
        self.kind = kind
        self.stages = stages
        self.routes = routes
    }

    /// The id that stands for a logical id: FNV-1a over its UTF-8, in base 36.
    package static func id(forLogicalID logicalID: String) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in logicalID.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        let digits = String(hash, radix: 36)
        return String((digits + "0000000000").prefix(10))
    }
}

package struct Stage: Hashable, Sendable {
    /// `Prod`; `$default` for an HTTP API stage without a path segment.
    package var name: String
    package var variables: [String: String]

    package init(name: String, variables: [String: String] = [:]) {
        self.name = name
        self.variables = variables
    }
}

/// A method of a resource (REST) or a route (HTTP API) with its integration.
package struct Route: Hashable, Sendable {
    /// `ANY`, or a verb in capitals. `nil` only for the `$default` route of an HTTP API.
    package var method: String?
    /// `/orders/{id}`, `/{proxy+}`; `$default` for the HTTP API route of that name.
    package var path: String
    package var integration: Integration

    package init(method: String?, path: String, integration: Integration) {
        self.method = method
        self.path = path
        self.integration = integration
    }
}

/// What a route calls. Further kinds (HTTP, MOCK, queues) join this list as the gateway grows.
package enum Integration: Hashable, Sendable {
    /// `AWS_PROXY` to a function. `function` is its name; the qualifier follows the ARN of the template.
    case function(name: String, qualifier: String?, payload: PayloadFormat)
}

package enum PayloadFormat: String, Hashable, Sendable {
    /// The REST event, and format 1.0 of HTTP APIs.
    case version1 = "1.0"
    case version2 = "2.0"
}
