package import CoreTypes
package import HTTPServing
package import NIOCore
import NIOSSL
import NIOTLS

/// TLS for a listener of many names: each connection gets the certificate of the name that it asks for. Lives on one event loop.
package final class ServerSecurity: ListenerSecurity {
    private let authority: CertificateAuthority
    /// What the host is called itself; the certificate for them also answers for names that nobody knows.
    private let ownNames: [String]
    /// By name, in lower case; a wildcard stands for one label.
    private let truststores: [String: Truststore?]
    private let given: [String: ServerCertificate]
    private let now: () -> Timestamp
    private var prepared: [Names: Prepared] = [:]

    /// Which certificate, and whose clients.
    private struct Names: Hashable {
        var certificate: String?
        var domain: String?
    }

    private struct Prepared {
        let context: NIOSSLContext
        let truststore: Truststore?
        /// A host may run for longer than its certificates.
        let renewAfter: Timestamp
    }

    private static let renewalTime = Duration.seconds(30 * 86_400)

    /// - Parameters:
    ///   - ownNames: names and addresses, at least one.
    ///   - domains: custom domains, with truststores where clients have to show certificates.
    ///   - certificates: instead of the authority's, by name.
    package init(
        authority: CertificateAuthority, ownNames: [String], domains: [String: Truststore?],
        certificates: [String: ServerCertificate], now: @escaping () -> Timestamp
    ) {
        self.authority = authority
        self.ownNames = ownNames
        self.truststores = Dictionary(domains.map { ($0.key.lowercased(), $0.value) }) { first, _ in first }
        self.given = Dictionary(certificates.map { ($0.key.lowercased(), $0.value) }) { first, _ in first }
        self.now = now
    }

    package func secure(
        _ channel: any Channel, open: @escaping @Sendable (any Channel, ConnectionSecurity, HTTPWire) throws -> Void
    ) throws {
        let deadline = Handshake.deadline(of: channel)
        let hello = SNIHandler { result in
            let name: String? = if case .hostname(let name) = result { name.lowercased() } else { nil }
            do {
                try self.begin(Handshake(serverName: name, deadline: deadline, open: open), for: name, on: channel)
                return channel.eventLoop.makeSucceededVoidFuture()
            } catch {
                channel.close(promise: nil)
                return channel.eventLoop.makeFailedFuture(error)
            }
        }
        try channel.pipeline.syncOperations.addHandler(ByteToMessageHandler(hello))
    }

    private func begin(_ handshake: Handshake, for name: String?, on channel: any Channel) throws {
        let prepared = try self.prepare(for: name)
        let handler: NIOSSLServerHandler
        if let truststore = prepared.truststore {
            let bound = NIOLoopBound(handshake, eventLoop: channel.eventLoop)
            // A certificate that isn't trusted passes here and is answered with 403, as API Gateway does; none at all ends the
            // handshake.
            handler = NIOSSLServerHandler(context: prepared.context) { certificates, promise in
                promise.futureResult.eventLoop.makeFutureWithTask { await truststore.judge(certificates) }
                    .map { peer in
                        bound.value.peer = peer
                        return .certificateVerified
                    }.cascade(to: promise)
            }
        } else {
            handler = NIOSSLServerHandler(context: prepared.context)
        }
        try channel.pipeline.syncOperations.addHandlers(handler, handshake)
    }

    private func prepare(for name: String?) throws -> Prepared {
        let names = Names(
            certificate: name.flatMap { NetworkName.match($0) { self.given[$0] != nil } },
            domain: name.flatMap { NetworkName.match($0) { self.truststores[$0] != nil } })
        let now = self.now()
        if let prepared = self.prepared[names], now < prepared.renewAfter { return prepared }
        let certificate: ServerCertificate
        if let given = names.certificate.flatMap({ self.given[$0] }) {
            certificate = given
        } else if let domain = names.domain {
            certificate = try self.authority.issue(for: [domain], at: now)
        } else {
            certificate = try self.given["localhost"] ?? self.authority.issue(for: self.ownNames, at: now)
        }
        let truststore = names.domain.flatMap { self.truststores[$0] ?? nil }
        let configuration = truststore.map { certificate.configuration(asking: $0) } ?? certificate.configuration
        let lifetime = Duration.seconds(CertificateAuthority.certificateDays * 86_400)
        let prepared = Prepared(
            context: try NIOSSLContext(configuration: configuration), truststore: truststore,
            renewAfter: now + (lifetime - Self.renewalTime))
        self.prepared[names] = prepared
        return prepared
    }
}
