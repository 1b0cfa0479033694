import APIGateway
import ArgumentParser
import Emulator

/// Whom the integrations of a host reach, and whom they trust.
struct BackendOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The servers of a target group behind a VPC link, in the place of the template's (MARTLET_TARGET_GROUP, with spaces between several groups).",
            valueName: "name=host:port,host:port"))
    var targetGroup: [String] = []

    @Option(
        help: ArgumentHelp(
            "A PEM file of certificates to trust besides the system's, of https endpoints (MARTLET_TRUST, with spaces between several).",
            valueName: "file.pem"))
    var trust: [String] = []

    mutating func validate() throws { _ = try self.targetGroups() }

    /// Given on the command line, where the environment may be meant for other commands.
    var areGiven: Bool { !self.targetGroup.isEmpty || !self.trust.isEmpty }

    func apply(to settings: inout HostSettings) throws {
        settings.targetGroups = try self.targetGroups()
        settings.trustedFiles = self.trust.isEmpty ? Defaults.list("MARTLET_TRUST") : self.trust
    }

    private func targetGroups() throws -> [String: [TargetAddress]] {
        var groups: [String: [TargetAddress]] = [:]
        for text in self.targetGroup.isEmpty ? Defaults.list("MARTLET_TARGET_GROUP") : self.targetGroup {
            let parts = text.split(separator: "=", maxSplits: 1)
            let targets = parts.count == 2 ? parts[1].split(separator: ",").map { Self.address($0) } : []
            guard !targets.isEmpty, targets.allSatisfy({ $0 != nil }) else {
                throw ValidationError("--target-group is NAME=HOST:PORT,HOST:PORT, not '\(text)'")
            }
            groups[String(parts[0]), default: []] += targets.compactMap { $0 }
        }
        return groups
    }

    private static func address(_ text: Substring) -> TargetAddress? {
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]), 1...65_535 ~= port,
            colon > text.startIndex
        else { return nil }
        let host = text[..<colon]
        // `[::1]:8080`
        return TargetAddress(host: host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : String(host), port: port)
    }
}

/// What the gateway of a host can be told besides its template.
struct GatewayOptions: ParsableArguments {
    @OptionGroup var backends: BackendOptions

    @Option(
        help: ArgumentHelp(
            "Where the keys of a token issuer are read: a file, or an http or https address (MARTLET_JWKS, with spaces between several).",
            valueName: "issuer=place"))
    var jwks: [String] = Defaults.list("MARTLET_JWKS")

    @Option(
        help: ArgumentHelp(
            "A JSON file of the access keys that sign requests: secret and, as wanted, account, expires and policy of each (MARTLET_ACCESS_KEYS).",
            valueName: "file.json"),
        completion: .file())
    var accessKeys: String?

    @Option(help: "A port where the gateway speaks TLS as well; 0 takes a free one (MARTLET_TLS_PORT).")
    var tlsPort: Int?

    @Option(
        help: ArgumentHelp(
            "A certificate and its key, PEM files, for a custom domain or localhost (MARTLET_CERTIFICATE, with spaces between several).",
            valueName: "domain=cert.pem,key.pem"))
    var certificate: [String] = Defaults.list("MARTLET_CERTIFICATE")

    @Option(
        help: ArgumentHelp(
            "A PEM file for the truststore of a domain with mutual TLS (MARTLET_TRUSTSTORE, with spaces between several).",
            valueName: "domain=file.pem"))
    var truststore: [String] = Defaults.list("MARTLET_TRUSTSTORE")

    @Option(
        help: "A file that the access logs of stages are appended to, instead of stderr (MARTLET_ACCESS_LOG).",
        completion: .file())
    var accessLog: String?

    @Flag(help: "Tell of each request to an API step by step, as API Gateway's execution log does (MARTLET_TRACE).")
    var trace = Defaults.flag("MARTLET_TRACE")

    mutating func validate() throws {
        _ = try self.keySources()
        _ = try self.certificates()
        _ = try self.truststores()
        self.tlsPort = self.tlsPort ?? Defaults.number("MARTLET_TLS_PORT")
        if let tlsPort, !(0...65_535 ~= tlsPort) { throw ValidationError("--tls-port is from 0 to 65535, not \(tlsPort)") }
    }

    func apply(to settings: inout HostSettings) throws {
        try self.backends.apply(to: &settings)
        settings.keySources = try self.keySources()
        settings.tlsPort = self.tlsPort
        settings.certificates = try self.certificates()
        settings.truststores = try self.truststores()
        settings.traces = self.trace
        settings.accessLogFile = self.accessLog ?? Defaults.text("MARTLET_ACCESS_LOG")
    }

    /// None without a file.
    func knownKeys() throws -> [String: AccessKey] {
        guard let file = self.accessKeys ?? Defaults.text("MARTLET_ACCESS_KEYS") else { return [:] }
        do {
            return try AccessKey.list(try InputFile.readObject(file, as: "the access keys"))
        } catch let error as AccessKey.FormatError {
            throw CommandFailure.usage("the access keys \(file): \(error.description)")
        }
    }

    private func certificates() throws -> [String: CertificateFiles] {
        var certificates: [String: CertificateFiles] = [:]
        for text in self.certificate {
            let parts = text.split(separator: "=", maxSplits: 1)
            let files = parts.count == 2 ? parts[1].split(separator: ",").map(String.init) : []
            guard files.count == 2 else { throw ValidationError("--certificate is DOMAIN=CERT.PEM,KEY.PEM, not '\(text)'") }
            certificates[parts[0].lowercased()] = CertificateFiles(certificate: files[0], key: files[1])
        }
        return certificates
    }

    private func truststores() throws -> [String: String] {
        var truststores: [String: String] = [:]
        for text in self.truststore {
            let parts = text.split(separator: "=", maxSplits: 1)
            guard parts.count == 2 else { throw ValidationError("--truststore is DOMAIN=FILE.PEM, not '\(text)'") }
            truststores[parts[0].lowercased()] = String(parts[1])
        }
        return truststores
    }

    private func keySources() throws -> [String: String] {
        var sources: [String: String] = [:]
        for text in self.jwks {
            let parts = text.split(separator: "=", maxSplits: 1)
            guard parts.count == 2 else { throw ValidationError("--jwks is ISSUER=PLACE, not '\(text)'") }
            sources[String(parts[0])] = String(parts[1])
        }
        return sources
    }
}
