package import CoreTypes

/// A REST API with its resources, its stages and what its methods share (API Gateway API reference, "RestApi").
package struct RestAPI: Hashable, Sendable {
    package var id: String
    package var logicalID: String
    package var name: String
    package var description = ""
    /// `info.version` of an OpenAPI definition.
    package var version = ""
    /// A REST API that is created without a type is EDGE (recorded on AWS).
    package var endpointType = EndpointType.edge
    /// `vpce-…` of a PRIVATE API.
    package var vpcEndpointIDs: [String] = []
    package var ipAddressType: IPAddressType?
    package var disablesExecuteAPIEndpoint = false
    package var apiKeySource = APIKeySource.header
    /// Media types that are carried as bytes: `image/png`, `image/*`, `*/*`.
    package var binaryMediaTypes: [String] = []
    /// Bodies of at least so many bytes are compressed for clients that accept it; `nil` never.
    package var minimumCompressionBytes: Int?
    /// The resource policy as written; `nil` for none.
    package var policy: JSON?
    /// All resources from the root on, parents before children; those without a method too.
    package var resources: [Resource]
    package var authorizers: [Authorizer] = []
    package var models: [Model] = []
    package var requestValidators: [RequestValidator] = []
    /// Those that are customized; the first of a type is the only one.
    package var gatewayResponses: [GatewayResponse] = []
    package var stages: [Stage]

    package init(
        id: String, logicalID: String = "", name: String, stages: [Stage] = [], resources: [Resource] = []
    ) {
        self.id = id
        self.logicalID = logicalID
        self.name = name
        self.stages = stages
        self.resources = resources
    }

    package enum APIKeySource: String, Hashable, Sendable, CaseIterable {
        /// The header `x-api-key`.
        case header = "HEADER"
        /// `usageIdentifierKey` in the answer of the authorizer.
        case authorizer = "AUTHORIZER"
    }

    /// What AWS would give the resource of a path: derived from it, so that it stays the same.
    package static func resourceID(apiID: String, path: String) -> String {
        String(API.id(forLogicalID: apiID + path).prefix(path == "/" ? 10 : 6))
    }
}

extension RestAPI {
    package struct Resource: Hashable, Sendable {
        /// What `$context.resourceId` says. Six characters; ``RestAPI/resourceID(apiID:path:)`` where the definition gives none.
        package var id: String
        /// From the root: `/`, `/orders/{id}`, `/{proxy+}`.
        package var path: String
        package var methods: [Method]

        package init(id: String, path: String, methods: [Method] = []) {
            self.id = id
            self.path = path
            self.methods = methods
        }
    }

    /// A verb of a resource (API Gateway API reference, "Method").
    package struct Method: Hashable, Sendable {
        /// A verb in capitals, or `ANY`.
        package var httpMethod: String
        package var operationName: String?
        package var authorization = Authorization.none
        package var apiKeyRequired = false
        /// In the order of the definition. Those of the path are required, whether declared or not.
        package var requestParameters: [RequestParameter] = []
        /// The model that validates a body of a content type: `application/json`, or `$default` for any other.
        package var requestModels: [ModelReference] = []
        /// The name of one of the API's validators; without one nothing is validated.
        package var requestValidator: String?
        package var integration: Integration
        package var responses: [MethodResponse] = []

        package init(httpMethod: String, integration: Integration) {
            self.httpMethod = httpMethod
            self.integration = integration
        }
    }

    /// `method.request.header.X`, `method.request.querystring.X`, `method.request.path.X`.
    package struct RequestParameter: Hashable, Sendable {
        package enum Location: String, Hashable, Sendable, CaseIterable {
            case header
            case querystring
            case path
        }

        package var location: Location
        package var name: String
        package var isRequired: Bool

        package init(_ location: Location, _ name: String, isRequired: Bool) {
            self.location = location
            self.name = name
            self.isRequired = isRequired
        }
    }

    package struct ModelReference: Hashable, Sendable {
        package var contentType: String
        /// `Empty` and `Error` exist in every API; any other is one of its models.
        package var model: String

        package init(contentType: String, model: String) {
            self.contentType = contentType
            self.model = model
        }
    }

    package struct MethodResponse: Hashable, Sendable {
        package var statusCode: String
        package var description: String?
        /// What an integration response may set.
        package var headers: [Header] = []
        package var models: [ModelReference] = []

        /// `method.response.header.X`; `true` where the definition says required.
        package struct Header: Hashable, Sendable {
            package var name: String
            package var isRequired: Bool

            package init(_ name: String, isRequired: Bool) {
                self.name = name
                self.isRequired = isRequired
            }
        }

        package init(statusCode: String) { self.statusCode = statusCode }
    }

    /// A JSON schema, draft 4 (API Gateway API reference, "Model").
    package struct Model: Hashable, Sendable {
        package var name: String
        package var description: String?
        package var contentType = "application/json"
        /// References to other models are `{"$ref": "https://apigateway.amazonaws.com/restapis/{api-id}/models/{name}"}`, those
        /// within the schema `#/definitions/…`.
        package var schema: JSON

        package init(name: String, schema: JSON) {
            self.name = name
            self.schema = schema
        }

        /// What `$ref` of a model says, read back by ``name(inReference:)``.
        package static func reference(to name: String, apiID: String) -> String {
            "https://apigateway.amazonaws.com/restapis/\(apiID)/models/\(name)"
        }

        /// `…/restapis/abc123/models/Pet` gives `Pet`; `nil` for any other reference.
        package static func name(inReference reference: String) -> String? {
            let parts = reference.split(separator: "/", omittingEmptySubsequences: false)
            guard parts.count >= 4, parts[parts.count - 2] == "models", parts[parts.count - 4] == "restapis" else { return nil }
            return String(parts[parts.count - 1])
        }
    }

    package struct RequestValidator: Hashable, Sendable {
        package var name: String
        package var validatesBody: Bool
        package var validatesParameters: Bool

        package init(name: String, validatesBody: Bool, validatesParameters: Bool) {
            self.name = name
            self.validatesBody = validatesBody
            self.validatesParameters = validatesParameters
        }
    }
}
