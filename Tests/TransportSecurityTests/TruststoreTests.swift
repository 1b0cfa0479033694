import Foundation
import HTTPServing
import Testing

@testable import TransportSecurity

@Suite("Truststores")
struct TruststoreTests {
    /// Reasons are those of the knowledge center, "How do I troubleshoot HTTP 403 Forbidden errors from an API Gateway custom domain
    /// name that requires mutual TLS?", where it has one, else OpenSSL's.
    @Test(
        "which clients are trusted",
        arguments: [
            ("root", "client", nil), ("full", "client", nil), ("full", "deep-3", nil), ("own", "own", nil),
            // Chains are built from the truststore alone, and end at a root.
            ("root", "deep-3", "Could not find issuer for certificate"),
            ("part", "deep-3", "Could not find issuer for certificate"),
            // Five authorities; four are the most ("Prerequisites for mutual TLS").
            ("full", "deep-4", "Could not find issuer for certificate"),
            ("root", "stranger", "Could not find issuer for certificate"),
            ("own", "client", "Could not find issuer for certificate"),
            ("root", "own", "self signed certificate"), ("root", "expired", "certificate has expired"),
            ("root", "future", "certificate is not yet valid"),
            ("root", "sha1", "Client cert using an insecure Signature Algorithm"),
            ("root", "small-key", "Client cert using an insecure Signature Algorithm"),
        ] as [(String, String, String?)])
    func verdicts(truststore: String, client: String, refusal: String?) async throws {
        let truststore = try Truststore(file: Vectors.path(truststore))
        #expect(await truststore.judge(try Vectors.certificates(client)).refusal == refusal)
    }

    @Test("what a client sends beside its own certificate doesn't count")
    func onlyTheLeaf() async throws {
        let truststore = try Truststore(file: Vectors.path("root"))
        let chain = try Vectors.certificates("deep-3") + Vectors.certificates("full")
        #expect(await truststore.judge(chain).refusal == "Could not find issuer for certificate")
        #expect(await truststore.judge([]).refusal != nil)
    }

    @Test("a client's certificate is told as API Gateway tells it")
    func description() async throws {
        let truststore = try Truststore(file: Vectors.path("root"))
        let peer = await truststore.judge(try Vectors.certificates("client"))
        // The event of the AWS Compute Blog, "Introducing mutual TLS authentication for Amazon API Gateway".
        let place = "C=US,ST=Washington,L=Seattle,O=Amazon Web Services,OU=Security"
        #expect(peer.subject == "\(place),CN=My Client" && peer.issuer == "\(place),CN=My Private CA")
        #expect(peer.serialNumber == "1")
        #expect(peer.notBefore == "Aug 29 00:28:21 2020 GMT" && peer.notAfter == "Aug  5 00:28:21 2120 GMT")
        #expect(try peer.pem == String(contentsOfFile: Vectors.path("client"), encoding: .utf8))
    }

    @Test("large serial numbers, other scripts, the last of all dates")
    func unusual() async throws {
        let truststore = try Truststore(file: Vectors.path("root"))
        let large = await truststore.judge(try Vectors.certificates("large-serial"))
        // As `openssl x509 -text` prints it.
        #expect(large.serialNumber == "a1:b2:c3:d4:e5:f6:07:18:29:3a:4b:5c:6d:7e:8f:90")
        // A comma within a name is escaped (RFC 4514 section 2.4).
        #expect(large.subject == #"C=KR,O=한국\, 회사,CN=클라이언트"#)
        let middle = await truststore.judge(try Vectors.certificates("middle-serial"))
        #expect(middle.serialNumber == "72623859790382856" && middle.notAfter == "Dec 31 23:59:59 9999 GMT")
    }

    @Test("files that are no truststore are refused in a sentence")
    func badFiles() async throws {
        try await withFolder { folder in
            let empty = "\(folder)/empty.pem"
            try Data().write(to: URL(fileURLWithPath: empty))
            let large = "\(folder)/large.pem"
            try Data(count: Truststore.bytesMax + 1).write(to: URL(fileURLWithPath: large))
            for (file, part) in [(empty, "empty.pem"), (large, "larger than"), ("\(folder)/none", "can't read")] {
                let error = #expect(throws: SecurityError.self) { try Truststore(file: file) }
                #expect(error?.description.contains(part) == true)
            }
        }
    }
}
