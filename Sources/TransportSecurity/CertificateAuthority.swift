package import CoreTypes
import Crypto
import Foundation
import NIOSSL
import SwiftASN1
import X509

/// An authority of the user's own, for names that no public one certifies: made on first use and kept in a folder, so that it has
/// to be trusted once only.
package struct CertificateAuthority: Sendable {
    /// The certificate that clients have to trust, in PEM form.
    package let certificatePath: String
    let certificate: Certificate
    private let key: Certificate.PrivateKey

    private static let certificateName = "ca.pem"
    /// Key and certificate together, readable by their owner alone.
    private static let keyName = "ca-key.pem"
    private static let days = 10 * 365

    /// Reads the authority of a folder, or makes it there.
    package static func open(in folder: String, at now: Timestamp) throws(SecurityError) -> CertificateAuthority {
        let keyPath = "\(folder)/\(Self.keyName)"
        if !FileManager.default.fileExists(atPath: keyPath) { try self.make(in: folder, keyPath: keyPath, at: now) }
        let authority = try self.read(keyPath, certificatePath: "\(folder)/\(Self.certificateName)")
        guard authority.certificate.notValidAfter > Date(now) else {
            throw SecurityError("the certificate authority \(keyPath) has expired. Remove it, and trust the one made anew")
        }
        return authority
    }

    private init(certificate: Certificate, key: Certificate.PrivateKey, certificatePath: String) {
        self.certificate = certificate
        self.key = key
        self.certificatePath = certificatePath
    }

    private static func read(_ keyPath: String, certificatePath: String) throws(SecurityError) -> CertificateAuthority {
        do {
            let permissions = try FileManager.default.attributesOfItem(atPath: keyPath)[.posixPermissions] as? Int ?? 0
            guard permissions & 0o077 == 0 else {
                throw SecurityError("others may read the key \(keyPath). Remove it, and trust the one made anew")
            }
            let documents = try PEMDocument.parseMultiple(pemString: String(contentsOfFile: keyPath, encoding: .utf8))
            guard documents.count == 2 else { throw SecurityError("\(keyPath) is not what was written. Remove it") }
            let certificate = try Certificate(pemDocument: documents[1])
            // The part that is handed out follows the part that is kept.
            let text = Data((documents[1].pemString + "\n").utf8)
            if FileManager.default.contents(atPath: certificatePath) != text {
                try text.write(to: URL(fileURLWithPath: certificatePath), options: .atomic)
            }
            return CertificateAuthority(
                certificate: certificate, key: try Certificate.PrivateKey(pemDocument: documents[0]),
                certificatePath: certificatePath)
        } catch let error as SecurityError {
            throw error
        } catch {
            throw SecurityError("can't read the certificate authority \(keyPath): \(error)")
        }
    }

    private static func make(in folder: String, keyPath: String, at now: Timestamp) throws(SecurityError) {
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            let key = P256.Signing.PrivateKey()
            // Authorities of several projects on one machine are told apart by name.
            let mark = HexadecimalText.text(UInt64.random(in: .min ... .max), digits: 8)
            let name = try DistinguishedName { CommonName("Martlet local authority \(mark)") }
            let publicKey = Certificate.PublicKey(key.publicKey)
            let certificate = try Certificate(
                version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: publicKey, notValidBefore: Date(now, days: -1),
                notValidAfter: Date(now, days: Self.days), issuer: name, subject: name, signatureAlgorithm: .ecdsaWithSHA256,
                extensions: try Certificate.Extensions {
                    Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
                    Critical(KeyUsage(keyCertSign: true, cRLSign: true))
                    SubjectKeyIdentifier(hash: publicKey)
                }, issuerPrivateKey: Certificate.PrivateKey(key))
            try Self.write("\(key.pemRepresentation)\n\(certificate.serializeAsPEM().pemString)\n", once: keyPath)
        } catch let error as SecurityError {
            throw error
        } catch {
            throw SecurityError("can't make a certificate authority in \(folder): \(error)")
        }
    }

    /// Whole or not at all. Hosts that start at once may both come here: the first one's file stays.
    private static func write(_ text: String, once path: String) throws(SecurityError) {
        let fresh = "\(path).\(ProcessInfo.processInfo.processIdentifier)"
        let isWritten = FileManager.default.createFile(
            atPath: fresh, contents: Data(text.utf8), attributes: [.posixPermissions: 0o600])
        defer { unlink(fresh) }
        guard isWritten, link(fresh, path) == 0 || errno == EEXIST else { throw SecurityError("can't write \(path)") }
    }

    // MARK: Certificates

    /// How long a certificate is good. Apple's systems take none for longer than 825 days, even of authorities that the user
    /// trusts.
    static let certificateDays = 397

    /// A certificate for names (`api.example.com`, `*.example.com`) and addresses.
    func issue(for names: [String], at now: Timestamp) throws(SecurityError) -> ServerCertificate {
        do {
            let key = P256.Signing.PrivateKey()
            let publicKey = Certificate.PublicKey(key.publicKey)
            let authorityKey = try self.certificate.extensions.subjectKeyIdentifier?.keyIdentifier
            let certificate = try Certificate(
                version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: publicKey, notValidBefore: Date(now, days: -1),
                notValidAfter: Date(now, days: Self.certificateDays), issuer: self.certificate.subject,
                subject: try DistinguishedName { CommonName(String((names.first ?? "").prefix(Self.commonNameLength))) },
                signatureAlgorithm: .ecdsaWithSHA256,
                extensions: try Certificate.Extensions {
                    Critical(BasicConstraints.notCertificateAuthority)
                    Critical(KeyUsage(digitalSignature: true))
                    try ExtendedKeyUsage([.serverAuth])
                    SubjectAlternativeNames(names.map(Self.generalName))
                    SubjectKeyIdentifier(hash: publicKey)
                    AuthorityKeyIdentifier(keyIdentifier: authorityKey)
                }, issuerPrivateKey: self.key)
            return ServerCertificate(
                chain: [try NIOSSLCertificate(bytes: Array(certificate.derBytes()), format: .der)],
                key: try NIOSSLPrivateKey(bytes: Array(key.pemRepresentation.utf8), format: .pem))
        } catch {
            throw SecurityError("can't make a certificate for \(names.first ?? ""): \(error)")
        }
    }

    /// X.520 has no longer ones; clients look at the alternative names alone.
    private static let commonNameLength = 64

    private static func generalName(_ name: String) -> GeneralName {
        NetworkName.addressBytes(name).map { .ipAddress(ASN1OctetString(contentBytes: $0[...])) } ?? .dnsName(name)
    }
}

extension Certificate {
    func derBytes() throws -> [UInt8] {
        var serializer = DER.Serializer()
        try serializer.serialize(self)
        return serializer.serializedBytes
    }
}

extension Date {
    fileprivate init(_ time: Timestamp, days: Int = 0) {
        self.init(timeIntervalSince1970: TimeInterval(time.seconds) + TimeInterval(days) * 86_400)
    }
}
