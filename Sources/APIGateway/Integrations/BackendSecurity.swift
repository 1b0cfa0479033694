/// How the connection to an endpoint is encrypted.
package struct BackendSecurity: Hashable, Sendable {
    package enum Verification: Hashable, Sendable {
        /// An authority that is trusted, the name and the dates.
        case full
        /// The name and the dates, whoever signed: `insecureSkipVerification` (developer guide,
        /// "x-amazon-apigateway-integration.tlsConfig object").
        case nameAndDates
        /// Any certificate: load balancers don't look at those of their targets (Application Load Balancers guide, "Target groups
        /// for your Application Load Balancers", Network Load Balancers guide, "TLS listeners").
        case none
    }

    /// Asked for in the handshake, and to be found in the certificate.
    package var serverName: String
    package var verification: Verification

    package init(serverName: String, verification: Verification = .full) {
        self.serverName = serverName
        self.verification = verification
    }
}
