/// An HTTP API (API Gateway V2 API reference, "Api" with protocol HTTP).
package struct HTTPAPI: Hashable, Sendable {
    package var id: String
    package var logicalID: String
    package var name: String
    package var description = ""
    package var version = ""
    package var disablesExecuteAPIEndpoint = false
    package var ipAddressType: IPAddressType?
    /// `nil`: the service leaves CORS to the backends.
    package var cors: CORS?
    package var routes: [Route]
    package var authorizers: [Authorizer] = []
    package var stages: [Stage]

    package init(id: String, logicalID: String = "", name: String, stages: [Stage] = [], routes: [Route] = []) {
        self.id = id
        self.logicalID = logicalID
        self.name = name
        self.stages = stages
        self.routes = routes
    }

    package struct Route: Hashable, Sendable {
        /// `ANY`, or a verb in capitals; `nil` for the route `$default`.
        package var method: String?
        /// `/orders/{id}`, `/{proxy+}`; `$default` for the route of that name.
        package var path: String
        package var operationName: String?
        package var authorization = Authorization.none
        package var integration: Integration

        package init(method: String?, path: String, integration: Integration) {
            self.method = method
            self.path = path
            self.integration = integration
        }

        /// `GET /orders/{id}`, `$default`.
        package var routeKey: String { self.method.map { "\($0) \(self.path)" } ?? self.path }
    }

    /// `CorsConfiguration`. What is empty or `nil` adds no header.
    package struct CORS: Hashable, Sendable {
        package var allowsCredentials = false
        package var allowHeaders: [String] = []
        package var allowMethods: [String] = []
        /// `*`, `https://*`, `http://*` or exact origins.
        package var allowOrigins: [String] = []
        package var exposeHeaders: [String] = []
        package var maxAgeSeconds: Int?

        package init() {}
    }
}
