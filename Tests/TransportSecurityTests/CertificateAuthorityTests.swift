import CoreTypes
import Foundation
import NIOSSL
import SwiftASN1
import Testing
import X509

@testable import TransportSecurity

@Suite("The local authority")
struct CertificateAuthorityTests {
    /// Certificates are checked against the clock of the machine.
    static var now: Timestamp { Timestamp(milliseconds: Int64(Date().timeIntervalSince1970) * 1_000) }

    @Test("is made once, its key for its owner alone")
    func madeOnce() async throws {
        try await withFolder { folder in
            let first = try CertificateAuthority.open(in: "\(folder)/tls", at: Self.now)
            let second = try CertificateAuthority.open(in: "\(folder)/tls", at: Self.now)
            #expect(first.certificate == second.certificate)
            let key = try FileManager.default.attributesOfItem(atPath: "\(folder)/tls/ca-key.pem")
            #expect(key[.posixPermissions] as? Int == 0o600)
            let shown = try String(contentsOfFile: first.certificatePath, encoding: .utf8)
            #expect(shown.hasPrefix("-----BEGIN CERTIFICATE-----\n") && !shown.contains("KEY"))
            #expect(try FileManager.default.contentsOfDirectory(atPath: "\(folder)/tls").sorted() == ["ca-key.pem", "ca.pem"])
            // The part that is handed out comes back.
            try FileManager.default.removeItem(atPath: first.certificatePath)
            #expect(try CertificateAuthority.open(in: "\(folder)/tls", at: Self.now).certificate == first.certificate)
            #expect(FileManager.default.fileExists(atPath: first.certificatePath))
        }
    }

    @Test("is refused when others may read its key, when it is no key, when its time is over")
    func refused() async throws {
        try await withFolder { folder in
            _ = try CertificateAuthority.open(in: folder, at: Self.now)
            let path = "\(folder)/ca-key.pem"
            func problem(at time: Timestamp) -> String? {
                #expect(throws: SecurityError.self) { try CertificateAuthority.open(in: folder, at: time) }?.description
            }
            #expect(problem(at: Self.now + .seconds(20 * 365 * 86_400))?.contains("expired") == true)
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
            #expect(problem(at: Self.now)?.contains("others may read") == true)
            try FileManager.default.removeItem(atPath: path)
            try Data("nothing".utf8).write(to: URL(fileURLWithPath: path))
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
            #expect(problem(at: Self.now)?.contains(path) == true)
        }
    }

    @Test("certifies names, wildcards and addresses, and nothing else")
    func issues() async throws {
        try await withFolder { folder in
            let authority = try CertificateAuthority.open(in: folder, at: Self.now)
            let issued = try authority.issue(for: ["api.example.com", "*.example.com", "127.0.0.1", "::1"], at: Self.now)
            let leaf = try Certificate(derEncoded: issued.chain[0].toDERBytes())
            func isGood(host: String?, address: String?) async -> Bool {
                var verifier = Verifier(rootCertificates: CertificateStore([authority.certificate])) {
                    RFC5280Policy()
                    ServerIdentityPolicy(serverHostname: host, serverIP: address)
                    ServerUse()
                }
                let result = await verifier.validate(leaf: leaf, intermediates: CertificateStore([]))
                if case .validCertificate = result { return true }
                return false
            }
            for host in ["api.example.com", "other.example.com"] { #expect(await isGood(host: host, address: nil)) }
            for host in ["example.org", "a.b.example.com"] { #expect(await !isGood(host: host, address: nil)) }
            for address in ["127.0.0.1", "::1"] { #expect(await isGood(host: nil, address: address)) }
            #expect(await !isGood(host: nil, address: "127.0.0.2"))
            // The key is the certificate's: BoringSSL looks.
            _ = try NIOSSLContext(configuration: issued.configuration)
        }
    }

    /// Apple's systems take certificates for servers only with this use ("Requirements for trusted certificates in iOS 13 and macOS
    /// 10.15").
    private struct ServerUse: VerifierPolicy {
        let verifyingCriticalExtensions: [ASN1ObjectIdentifier] = [.X509ExtensionID.extendedKeyUsage]

        func chainMeetsPolicyRequirements(chain: UnverifiedCertificateChain) -> PolicyEvaluationResult {
            let usage = try? chain.leaf.extensions.extendedKeyUsage  // Unreadable is as bad as absent.
            return usage?.contains(.serverAuth) == true ? .meetsPolicy : .failsToMeetPolicy(reason: "no server")
        }
    }

    @Test("given certificates are looked at before anybody connects")
    func given() async throws {
        try await withFolder { folder in
            let authority = try CertificateAuthority.open(in: folder, at: Self.now)
            let keyFile = "\(folder)/ca-key.pem"
            let server = Vectors.path("server")
            _ = try ServerCertificate(certificateFile: server, keyFile: server)
            for (certificate, key, part) in [
                (server, keyFile, "does not belong"), ("\(folder)/none", server, "no file of certificates"),
                (server, Vectors.path("client"), "private key"),
                // BoringSSL takes a certificate that is for certifying alone for no server's.
                (authority.certificatePath, keyFile, "none for servers"),
            ] {
                let error = #expect(throws: SecurityError.self) {
                    try ServerCertificate(certificateFile: certificate, keyFile: key)
                }
                #expect(error?.description.contains(part) == true)
            }
        }
    }
}
