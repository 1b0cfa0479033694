/// The head of an HTTP request as the listener parsed it. The body travels beside it.
package struct GatewayRequest: Hashable, Sendable {
    package var method: String
    /// As sent: `/Prod/hello/%EC%84%B8?a=1`; the absolute form (`http://host/path`) is understood too.
    package var target: String
    /// In order, with the client's casing.
    package var headers: [HTTPHeader]
    package var sourceIP: String
    /// `HTTP/1.1`; API Gateway writes that for HTTP/2 clients too.
    package var protocolName = "HTTP/1.1"
    /// What `X-Forwarded-Proto` and `X-Forwarded-Port` say: how the client reached the listener.
    package var scheme = "http"
    package var port = 80
    /// The name that the client's TLS connection was made for; `nil` for a plain one.
    package var serverName: String?
    /// Of a client that showed one which is trusted (mutual TLS).
    package var clientCertificate: ClientCertificate?
    /// Why the certificate of a client isn't trusted.
    package var clientCertificateRefusal: String?

    package init(method: String, target: String, headers: [HTTPHeader] = [], sourceIP: String = "127.0.0.1") {
        self.method = method
        self.target = target
        self.headers = headers
        self.sourceIP = sourceIP
    }
}

/// What events say of a client's certificate (API Gateway developer guide, "How to turn on mutual TLS authentication").
package struct ClientCertificate: Hashable, Sendable {
    package var pem: String
    package var subjectDN: String
    package var issuerDN: String
    package var serialNumber: String
    /// `May 28 12:30:02 2019 GMT`
    package var notBefore: String
    package var notAfter: String

    package init(
        pem: String, subjectDN: String, issuerDN: String, serialNumber: String, notBefore: String, notAfter: String
    ) {
        self.pem = pem
        self.subjectDN = subjectDN
        self.issuerDN = issuerDN
        self.serialNumber = serialNumber
        self.notBefore = notBefore
        self.notAfter = notAfter
    }
}
