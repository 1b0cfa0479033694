package import NIOCore

/// What the handshake of an encrypted connection found out.
package struct ConnectionSecurity: Hashable, Sendable {
    /// The name that the client asked for (server name indication, RFC 6066 section 3), in lower case; `nil` where it asked for
    /// none, as for addresses.
    package var serverName: String?
    /// Of the other side, where a certificate was asked for.
    package var peer: PeerCertificate?

    package init(serverName: String?, peer: PeerCertificate? = nil) {
        self.serverName = serverName
        self.peer = peer
    }
}

/// A certificate that the other side showed.
package struct PeerCertificate: Hashable, Sendable {
    package var pem: String
    /// `C=US,ST=Washington,O=Example,CN=client`: in the certificate's order.
    package var subject: String
    package var issuer: String
    /// Decimal digits up to eight bytes, else `a1:b2:…`.
    package var serialNumber: String
    /// `Aug  5 00:28:21 2120 GMT`
    package var notBefore: String
    package var notAfter: String
    /// Why it isn't trusted; `nil`: it is.
    package var refusal: String?

    package init(
        pem: String, subject: String, issuer: String, serialNumber: String, notBefore: String, notAfter: String, refusal: String?
    ) {
        self.pem = pem
        self.subject = subject
        self.issuer = issuer
        self.serialNumber = serialNumber
        self.notBefore = notBefore
        self.notAfter = notAfter
        self.refusal = refusal
    }
}

/// Encrypts the connections of a listener. Called on the event loop.
package protocol ListenerSecurity: AnyObject {
    /// Makes a new connection speak TLS. `open` puts the handlers of HTTP behind, once the handshake is through, on the connection
    /// or on each stream of it; a connection whose handshake fails is closed.
    func secure(
        _ channel: any Channel, open: @escaping @Sendable (any Channel, ConnectionSecurity, HTTPWire) throws -> Void
    ) throws
}

/// What a channel carries.
package enum HTTPWire: Hashable, Sendable {
    /// HTTP/1.1.
    case bytes
    /// A stream of HTTP/2, in the parts that NIO has for HTTP/1: one request and its answer.
    case stream
}

/// Encrypts connections to endpoints.
package protocol EndpointSecurity: AnyObject, Sendable {
    /// Makes a new connection speak TLS, as its first handler. Called on the channel's event loop.
    func secure(_ channel: any Channel, as identity: EndpointIdentity) throws
}

/// Whom a connection to an endpoint expects.
package struct EndpointIdentity: Hashable, Sendable {
    package enum Verification: Hashable, Sendable {
        /// An authority that is trusted, the name and the dates.
        case full
        /// The name and the dates, whoever signed.
        case nameAndDates
        /// Nothing: any certificate will do.
        case none
    }

    /// The name to ask for, and to be found in the certificate; an address stands for itself.
    package var name: String
    package var verification: Verification

    package init(name: String, verification: Verification) {
        self.name = name
        self.verification = verification
    }
}
