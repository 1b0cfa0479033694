/// A method of a REST API or a route of an HTTP API: what both kinds have in common.
package struct Operation: Hashable, Sendable {
    /// `ANY`, or a verb in capitals; `nil` for the route `$default`.
    package var method: String?
    /// `/orders/{id}`, `/{proxy+}`; `$default` for the route of that name.
    package var path: String
    package var authorization: Authorization
    package var apiKeyRequired: Bool
    package var integration: Integration
    /// REST: the id of the resource.
    package var resourceID: String?
}

extension API {
    /// In the order of the definition.
    package var operations: [Operation] {
        switch self {
        case .rest(let api):
            api.resources.flatMap { resource in
                resource.methods.map {
                    Operation(
                        method: $0.httpMethod, path: resource.path, authorization: $0.authorization,
                        apiKeyRequired: $0.apiKeyRequired, integration: $0.integration, resourceID: resource.id)
                }
            }
        case .http(let api):
            api.routes.map {
                Operation(
                    method: $0.method, path: $0.path, authorization: $0.authorization, apiKeyRequired: false,
                    integration: $0.integration, resourceID: nil)
            }
        }
    }
}
