import CryptoExtras
import Foundation
import HTTPServing
import NIOSSL
import SwiftASN1
import X509

/// The authorities whose clients a domain with mutual TLS lets in (API Gateway developer guide, "How to turn on mutual TLS
/// authentication for your REST APIs").
package struct Truststore: Sendable {
    let certificates: [NIOSSLCertificate]
    private let roots: CertificateStore
    /// API Gateway builds chains from the truststore alone; what a client sends beside its own certificate doesn't count.
    private let intermediates: CertificateStore

    // Developer guide, "Quotas" and "Prerequisites for mutual TLS".
    static let bytesMax = 1 << 20
    static let certificatesMax = 1_000
    static let chainLengthMax = 4

    /// - Throws: where the file holds no certificates, or more than API Gateway takes.
    package init(file: String) throws(SecurityError) {
        guard let data = FileManager.default.contents(atPath: file) else { throw SecurityError("can't read \(file)") }
        guard data.count <= Self.bytesMax else { throw SecurityError("\(file) is larger than \(Self.bytesMax) bytes") }
        let parsed: [Certificate]
        do {
            self.certificates = try NIOSSLCertificate.fromPEMBytes(Array(data))
            parsed = try self.certificates.map { try Certificate(derEncoded: $0.toDERBytes()) }
        } catch {
            throw SecurityError("\(file) is no file of certificates in PEM form")
        }
        guard 1...Self.certificatesMax ~= parsed.count else {
            throw SecurityError("\(file) has \(parsed.count) certificates; a truststore has 1 to \(Self.certificatesMax)")
        }
        self.roots = CertificateStore(parsed.filter(\.isSelfIssued))
        self.intermediates = CertificateStore(parsed.filter { !$0.isSelfIssued })
    }

    /// Describes the certificate of a client, and says why it isn't trusted.
    func judge(_ chain: [NIOSSLCertificate]) async -> PeerCertificate {
        // Keys that are too short or of unusual kinds are unreadable for this library.
        guard let bytes = try? chain.first?.toDERBytes(), let leaf = try? Certificate(derEncoded: bytes) else {
            return .unreadable(refusal: Self.weakness)
        }
        let refusal = await self.refusal(of: leaf)
        // It was read, so it can be written.
        return (try? PeerCertificate(leaf, refusal: refusal)) ?? .unreadable(refusal: Self.weakness)
    }

    private static let weakness = "Client cert using an insecure Signature Algorithm"

    private func refusal(of leaf: Certificate) async -> String? {
        guard leaf.isStrong else { return Self.weakness }
        var verifier = Verifier(rootCertificates: self.roots) {
            RFC5280Policy()
            ChainLength()
        }
        if case .validCertificate = await verifier.validate(leaf: leaf, intermediates: self.intermediates) { return nil }
        if leaf.notValidAfter < Date() { return "certificate has expired" }
        if leaf.notValidBefore > Date() { return "certificate is not yet valid" }
        return leaf.isSelfIssued ? "self signed certificate" : "Could not find issuer for certificate"
    }

    /// At most four authorities above a client.
    private struct ChainLength: VerifierPolicy {
        let verifyingCriticalExtensions: [ASN1ObjectIdentifier] = [
            .X509ExtensionID.extendedKeyUsage, .X509ExtensionID.subjectAlternativeName,
        ]

        func chainMeetsPolicyRequirements(chain: UnverifiedCertificateChain) -> PolicyEvaluationResult {
            chain.count <= Truststore.chainLengthMax + 1 ? .meetsPolicy : .failsToMeetPolicy(reason: "the chain is too long")
        }
    }
}

extension Certificate {
    fileprivate var isSelfIssued: Bool { self.subject == self.issuer }

    /// SHA-256 or stronger; RSA of 2,048 bits, ECDSA of 256 or more ("Prerequisites for mutual TLS").
    fileprivate var isStrong: Bool {
        let signatures: [SignatureAlgorithm] = [
            .sha256WithRSAEncryption, .sha384WithRSAEncryption, .sha512WithRSAEncryption, .ecdsaWithSHA256, .ecdsaWithSHA384,
            .ecdsaWithSHA512,
        ]
        guard signatures.contains(self.signatureAlgorithm) else { return false }
        return _RSA.Signing.PublicKey(self.publicKey).map { $0.keySizeInBits >= 2_048 } ?? true
    }
}
