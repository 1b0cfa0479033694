package import CoreTypes
import Crypto

/// Signs requests with Signature Version 4 (AWS General Reference, "Create a signed AWS API request").
package struct RequestSignature: Sendable {
    package let credentials: AWSCredentials
    package let region: String
    package let service: String

    package init(credentials: AWSCredentials, region: String, service: String) {
        self.credentials = credentials
        self.region = region
        self.service = service
    }

    /// The headers to add: `x-amz-date`, `authorization` and, with temporary credentials, `x-amz-security-token`.
    /// - Parameters:
    ///   - path: encoded as it is sent.
    ///   - query: in canonical form, sorted and encoded; empty for none.
    ///   - headers: all that are signed, `host` among them.
    package func headers(
        method: String, path: String, query: String = "", headers: [(name: String, value: String)], body: [UInt8],
        at time: Timestamp
    ) -> [(name: String, value: String)] {
        let date = Self.date(time)
        var signed = headers.map { (name: $0.name.lowercased(), value: Self.trimmed($0.value)) }
        signed.append(("x-amz-date", date))
        var added = [(name: "x-amz-date", value: date)]
        if let token = self.credentials.sessionToken {
            signed.append(("x-amz-security-token", token))
            added.append(("x-amz-security-token", token))
        }
        signed.sort { $0.name < $1.name }
        let names = signed.map(\.name).joined(separator: ";")
        let canonical = [
            method, path, query, signed.map { "\($0.name):\($0.value)\n" }.joined(), names,
            Self.hexadecimal(Crypto.SHA256.hash(data: body)),
        ].joined(separator: "\n")
        let day = String(date.prefix(8))
        let scope = "\(day)/\(self.region)/\(self.service)/aws4_request"
        let text = "AWS4-HMAC-SHA256\n\(date)\n\(scope)\n\(Self.hexadecimal(Crypto.SHA256.hash(data: Array(canonical.utf8))))"
        let signature = Self.hexadecimal(Self.code(text, key: self.key(day)))
        added.append(
            (
                "authorization",
                "AWS4-HMAC-SHA256 Credential=\(self.credentials.accessKeyID)/\(scope), SignedHeaders=\(names), Signature=\(signature)"
            ))
        return added
    }

    private func key(_ day: String) -> SymmetricKey {
        [day, self.region, self.service, "aws4_request"].reduce(
            SymmetricKey(data: Array("AWS4\(self.credentials.secretAccessKey)".utf8))
        ) {
            SymmetricKey(data: Self.code($1, key: $0))
        }
    }

    private static func code(_ text: String, key: SymmetricKey) -> HMAC<Crypto.SHA256>.MAC {
        HMAC<Crypto.SHA256>.authenticationCode(for: Array(text.utf8), using: key)
    }

    private static func trimmed(_ text: String) -> String { text.split(separator: " ").joined(separator: " ") }

    /// `20150830T123600Z`
    private static func date(_ time: Timestamp) -> String {
        let civil = time.civil
        return "\(Timestamp.pad(civil.year, 4))\(Timestamp.pad(civil.month))\(Timestamp.pad(civil.day))T"
            + "\(Timestamp.pad(civil.hour))\(Timestamp.pad(civil.minute))\(Timestamp.pad(civil.second))Z"
    }

    private static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
