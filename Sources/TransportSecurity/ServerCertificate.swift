import NIOSSL

/// What a server shows, and the key to it.
package struct ServerCertificate: Sendable {
    /// Its own certificate first, those that lead to the root behind it.
    let chain: [NIOSSLCertificate]
    let key: NIOSSLPrivateKey

    init(chain: [NIOSSLCertificate], key: NIOSSLPrivateKey) {
        self.chain = chain
        self.key = key
    }

    /// From PEM files.
    /// - Throws: where a file can't be read, or the key isn't the certificate's.
    package init(certificateFile: String, keyFile: String) throws(SecurityError) {
        do {
            self.chain = try NIOSSLCertificate.fromPEMFile(certificateFile)
        } catch {
            throw SecurityError("\(certificateFile) is no file of certificates in PEM form")
        }
        do {
            self.key = try NIOSSLPrivateKey(file: keyFile, format: .pem)
        } catch {
            throw SecurityError("\(keyFile) is no file of a private key in PEM form, without a password")
        }
        do {
            _ = try NIOSSLContext(configuration: self.configuration)
        } catch {
            throw SecurityError(
                "the key of \(keyFile) does not belong to the certificate of \(certificateFile), or that is none for servers")
        }
    }

    /// Of a listener that asks its clients for nothing. TLS 1.2 and 1.3, as the security policies of Regional endpoints have it.
    var configuration: TLSConfiguration {
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: self.chain.map { .certificate($0) }, privateKey: .privateKey(self.key))
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["h2", "http/1.1"]
        return configuration
    }

    /// Of a listener whose clients have to show a certificate, which the handshake hands to a callback.
    func configuration(asking truststore: Truststore) -> TLSConfiguration {
        var configuration = self.configuration
        configuration.certificateVerification = .noHostnameVerification
        configuration.trustRoots = .certificates(truststore.certificates)
        return configuration
    }
}
