import Foundation
package import HTTPServing
package import NIOCore
import NIOSSL
import SwiftASN1
import Synchronization
import X509

/// TLS towards endpoints: the system's roots and those that it is told.
package final class ClientSecurity: EndpointSecurity {
    private let trusted: [NIOSSLCertificate]
    private let contexts = Mutex<[EndpointIdentity.Verification: NIOSSLContext]>([:])

    /// - Parameter files: certificates to trust besides the system's, in PEM form.
    package init(trusting files: [String]) throws(SecurityError) {
        var trusted: [NIOSSLCertificate] = []
        for file in files {
            do {
                trusted += try NIOSSLCertificate.fromPEMFile(file)
            } catch {
                throw SecurityError("\(file) is no file of certificates in PEM form")
            }
        }
        self.trusted = trusted
    }

    package func secure(_ channel: any Channel, as identity: EndpointIdentity) throws {
        // Addresses have no place in a handshake; the certificate's are then compared with the connection's.
        let name = NetworkName.addressBytes(identity.name) == nil ? identity.name : nil
        let context = try self.context(for: identity.verification)
        let handler: NIOSSLClientHandler
        switch identity.verification {
        case .full, .none: handler = try NIOSSLClientHandler(context: context, serverHostname: name)
        case .nameAndDates:
            // Stands in the place of the chain's verification; the name is looked at all the same.
            handler = try NIOSSLClientHandler(context: context, serverHostname: name) { certificates, promise in
                promise.succeed(Self.isCurrent(certificates.first) ? .certificateVerified : .failed)
            }
        }
        try channel.pipeline.syncOperations.addHandler(handler)
    }

    private static func isCurrent(_ certificate: NIOSSLCertificate?) -> Bool {
        // One that this library can't read is refused.
        guard let bytes = try? certificate?.toDERBytes(), let certificate = try? Certificate(derEncoded: bytes) else {
            return false
        }
        return certificate.notValidBefore...certificate.notValidAfter ~= Date()
    }

    private func context(for verification: EndpointIdentity.Verification) throws -> NIOSSLContext {
        try self.contexts.withLock { contexts in
            if let context = contexts[verification] { return context }
            let context = try self.makeContext(for: verification)
            contexts[verification] = context
            return context
        }
    }

    private func makeContext(for verification: EndpointIdentity.Verification) throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["http/1.1"]
        if verification == .none { configuration.certificateVerification = .none }
        configuration.additionalTrustRoots = [.certificates(self.trusted)]
        do {
            return try NIOSSLContext(configuration: configuration)
        } catch {
            // A machine without roots of its own: what it was told is all that it trusts.
            configuration.trustRoots = .certificates(self.trusted)
            configuration.additionalTrustRoots = []
            return try NIOSSLContext(configuration: configuration)
        }
    }
}
