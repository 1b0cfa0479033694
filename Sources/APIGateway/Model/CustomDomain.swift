/// A host of the user's own (API Gateway API reference, "DomainName").
package struct CustomDomain: Hashable, Sendable {
    /// `api.example.com`, `*.example.com`.
    package var name: String
    package var logicalID: String
    package var endpointType = EndpointType.edge
    package var certificateARN: String?
    /// `TLS_1_2`
    package var securityPolicy: String?
    package var mutualTLS: MutualTLS?
    package var mappings: [Mapping] = []

    package init(name: String, logicalID: String) {
        self.name = name
        self.logicalID = logicalID
    }

    /// Certificate authorities of the clients.
    package struct MutualTLS: Hashable, Sendable {
        /// `s3://bucket/key` on AWS, a file here.
        package var truststoreURI: String
        package var truststoreVersion: String?

        package init(truststoreURI: String, truststoreVersion: String? = nil) {
            self.truststoreURI = truststoreURI
            self.truststoreVersion = truststoreVersion
        }
    }

    /// `BasePathMapping` (REST), `ApiMapping` (V2, several segments).
    package struct Mapping: Hashable, Sendable {
        /// `v1`, `orders/v2`; empty for all paths that no other mapping takes. No slash at either end.
        package var path: String
        package var apiID: String
        /// `nil`: the first segment behind the base path names the stage (REST).
        package var stage: String?

        package init(path: String, apiID: String, stage: String?) {
            self.path = path
            self.apiID = apiID
            self.stage = stage
        }
    }
}
