import APIGateway
import ExecutionEnvironments
import Foundation
import TransportSecurity

/// TLS of a host: what its listener shows, and whom its own connections trust.
struct HostSecurity {
    /// `nil` where no listener speaks TLS.
    let listener: ServerSecurity?
    let endpoints: ClientSecurity
    /// What clients have to trust.
    let authorityPath: String?
    /// Domains whose clients can't be looked at, each in a sentence.
    let problems: [String]

    init(_ settings: HostSettings, domains: [CustomDomain]) throws {
        try Self.check(settings, domains)
        let folder = "\(settings.stateFolder)/tls"
        do throws(SecurityError) {
            var problems: [String] = []
            var truststores: [String: Truststore?] = [:]
            for domain in domains {
                truststores[domain.name] = .some(try Self.truststore(of: domain, settings, &problems))
            }
            self.problems = problems
            var trusted = settings.trustedFiles
            if settings.tlsPort == nil {
                self.listener = nil
                self.authorityPath = nil
            } else {
                let authority = try CertificateAuthority.open(in: folder, at: HostClock.now())
                var certificates: [String: ServerCertificate] = [:]
                for (name, files) in settings.certificates {
                    certificates[name] = try ServerCertificate(certificateFile: files.certificate, keyFile: files.key)
                }
                self.listener = ServerSecurity(
                    authority: authority, ownNames: Self.ownNames(settings), domains: truststores, certificates: certificates,
                    now: HostClock.now)
                self.authorityPath = authority.certificatePath
                trusted.append(authority.certificatePath)
            }
            self.endpoints = try ClientSecurity(trusting: trusted)
        } catch {
            throw HostError(error.description)
        }
    }

    /// What the gateway answers to without a custom domain.
    private static func ownNames(_ settings: HostSettings) -> [String] {
        let region = settings.region
        let names = [
            "localhost", "*.execute-api.localhost", "*.execute-api.\(region).localhost", "*.lambda-url.\(region).localhost",
            "127.0.0.1", "::1",
        ]
        return names.contains(settings.host) ? names : names + [settings.host]
    }

    private static func check(_ settings: HostSettings, _ domains: [CustomDomain]) throws {
        let known = domains.map(\.name)
        for name in settings.certificates.keys.sorted() where !known.contains(name) && name != "localhost" {
            let names = (known + ["localhost"]).joined(separator: ", ")
            throw HostError("--certificate: the template has no domain '\(name)'; there are: \(names)")
        }
        let asking = domains.filter { $0.mutualTLS != nil }.map(\.name)
        for name in settings.truststores.keys.sorted() where !asking.contains(name) {
            let names = asking.isEmpty ? "" : "; these have: " + asking.joined(separator: ", ")
            throw HostError("--truststore: no domain '\(name)' of the template has mutual TLS\(names)")
        }
    }

    /// A template's truststore lies in S3, so a file of this machine has to stand for it; a path is one.
    private static func truststore(
        of domain: CustomDomain, _ settings: HostSettings, _ problems: inout [String]
    ) throws(SecurityError) -> Truststore? {
        guard let mutual = domain.mutualTLS else { return nil }
        let refused = "domain \(domain.name): its clients show certificates, "
        guard settings.tlsPort != nil else {
            problems.append(refused + "which needs TLS: all its requests are refused. Open a listener by --tls-port")
            return nil
        }
        if let file = settings.truststores[domain.name] { return try Truststore(file: file) }
        let uri = mutual.truststoreURI
        guard !uri.contains("://") else {
            problems.append(
                refused + "and \(uri) is not on this machine: all its requests are refused. "
                    + "Name a file by --truststore \(domain.name)=FILE")
            return nil
        }
        return try Truststore(file: uri.hasPrefix("/") ? uri : "\(settings.projectFolder)/\(uri)")
    }
}
