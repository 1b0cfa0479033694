import CoreTypes
import Testing

@testable import APIGateway

/// API Gateway developer guide, "How to turn on mutual TLS authentication for your REST APIs" and "… for your HTTP APIs".
@Suite("Mutual TLS")
struct MutualTLSTests {
    static let certificate = ClientCertificate(
        pem: "PEM", subjectDN: "CN=client", issuerDN: "CN=ca", serialNumber: "1", notBefore: "May 28 12:30:02 2019 GMT",
        notAfter: "Aug  5 09:36:04 2021 GMT")

    /// `mutual.example.com` asks for certificates, `plain.example.com` doesn't.
    static func gateway() -> Gateway {
        var configuration = GatewayConfiguration(apis: [
            .rest(restMethod("ANY", "/{proxy+}")), httpAPI([route("GET", "/{proxy+}", .version2)]),
        ])
        for name in ["mutual.example.com", "plain.example.com"] {
            var domain = CustomDomain(name: name, logicalID: name)
            domain.mappings = [
                CustomDomain.Mapping(path: "rest", apiID: "rest000000", stage: "stage"),
                CustomDomain.Mapping(path: "http", apiID: "http000000", stage: "$default"),
            ]
            if name.hasPrefix("mutual") { domain.mutualTLS = CustomDomain.MutualTLS(truststoreURI: "s3://b/k") }
            configuration.domains.append(domain)
        }
        return Gateway(configuration)
    }

    private static func drive(
        _ path: String, host: String, serverName: String?, certificate: ClientCertificate?, refusal: String? = nil
    ) -> Drive {
        var request = request("GET", path, headers: [("Host", host)])
        request.scheme = serverName == nil ? "http" : "https"
        request.serverName = serverName
        request.clientCertificate = certificate
        request.clientCertificateRefusal = refusal
        return Drive(Self.gateway(), request, body: [], logs: true)
    }

    @Test("the certificate is in the event, where each format has it")
    func events() throws {
        for (path, place) in [("/rest/a", "identity"), ("/http/a", "authentication")] {
            var drive = Self.drive(
                path, host: "mutual.example.com:3000", serverName: "mutual.example.com", certificate: Self.certificate)
            let event = try JSON(parsing: try drive.start().call.payload)
            let certificate = event["requestContext"]?[place]?["clientCert"]
            #expect(certificate?["clientCertPem"] == "PEM" && certificate?["subjectDN"] == "CN=client")
            #expect(certificate?["issuerDN"] == "CN=ca" && certificate?["serialNumber"] == "1")
            #expect(
                certificate?["validity"]
                    == ["notBefore": "May 28 12:30:02 2019 GMT", "notAfter": "Aug  5 09:36:04 2021 GMT"])
            #expect(drive.exchange.context?.variable("identity.clientCert.subjectDN") == "CN=client")
        }
    }

    @Test(
        "no trusted certificate for the domain itself: 403 Forbidden",
        arguments: [
            // Over plain HTTP; without one; not trusted; another domain's connection, or none's.
            (nil, nil, nil), ("mutual.example.com", nil, nil),
            ("mutual.example.com", nil, "Could not find issuer for certificate"),
            ("plain.example.com", Self.certificate, nil), ("localhost", Self.certificate, nil), (nil, Self.certificate, nil),
        ] as [(String?, ClientCertificate?, String?)])
    func refused(serverName: String?, certificate: ClientCertificate?, refusal: String?) throws {
        for path in ["/rest/a", "/http/a", "/ping", "/none"] {
            var drive = Self.drive(
                path, host: "MUTUAL.example.com", serverName: serverName, certificate: certificate, refusal: refusal)
            let response = try drive.start().response
            #expect(response.status == 403 && response.text == #"{"message":"Forbidden"}"#)
            if let refusal {
                #expect(drive.exchange.executionLog?.lines.first == "Access denied. Reason: \(refusal)")
            }
        }
    }

    @Test("a certificate shown to one domain is unknown to another")
    func otherHosts() throws {
        for (host, path) in [("plain.example.com", "/rest/a"), ("localhost", "/stage/a")] {
            var drive = Self.drive(
                path, host: host, serverName: "mutual.example.com", certificate: Self.certificate)
            let event = try JSON(parsing: try drive.start().call.payload)
            #expect(event["requestContext"]?["identity"]?["clientCert"] == nil)
        }
    }
}
