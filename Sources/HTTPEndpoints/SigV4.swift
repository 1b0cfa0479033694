package import APIGateway
package import CoreTypes
import Crypto

/// Verifies requests signed with AWS Signature Version 4, in headers or in the query (IAM user guide, "Create a signed AWS API
/// request"). For services that hash the body and encode the path twice, which is all but S3.
package struct SigV4: Sendable {
    package static let algorithm = "AWS4-HMAC-SHA256"
    /// How far the clocks of client and service may be apart.
    package static let skew = Duration.seconds(300)
    /// The longest that a presigned request is good for.
    private static let expirySecondsMax = 604_800

    /// `execute-api`, `lambda`; part of what is signed.
    package let service: String
    package let region: String
    /// An access key by its id; `nil` for one that is unknown.
    private let key: @Sendable (String) -> AccessKey?

    package init(service: String, region: String, key: @escaping @Sendable (String) -> AccessKey?) {
        self.service = service
        self.region = region
        self.key = key
    }

    /// Why a signature is refused, with the words of the service where they are known.
    package enum Fault: Error, Hashable, Sendable {
        case missing
        case incomplete(String)
        case unknownKey
        case otherService(String)
        /// With the region that was signed for.
        case otherRegion(String)
        /// The access key's own time is over.
        case expiredKey
        /// The signature is too old, or of a time that is yet to come; with the service's sentence.
        case untimely(String)
        case mismatch

        /// Values of `x-amzn-ErrorType`.
        package var code: String {
            switch self {
            case .missing: "MissingAuthenticationTokenException"
            case .incomplete: "IncompleteSignatureException"
            case .unknownKey: "UnrecognizedClientException"
            case .expiredKey: "ExpiredTokenException"
            case .otherService, .otherRegion, .untimely, .mismatch: "InvalidSignatureException"
            }
        }

        package var message: String {
            switch self {
            case .missing: "Missing Authentication Token"
            case .incomplete(let what): what
            case .unknownKey: "The security token included in the request is invalid."
            case .otherService(let service): "Credential should be scoped to correct service: '\(service)'."
            // IAM user guide, "Troubleshoot signed requests for AWS APIs".
            case .otherRegion(let region): "Credential should be scoped to a valid Region, not '\(region)'."
            case .expiredKey: "The security token included in the request is expired"
            case .untimely(let sentence): sentence
            case .mismatch:
                "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and "
                    + "signing method. Consult the service documentation for details."
            }
        }
    }

    /// What a signed request says of its signature.
    private struct Claim {
        var accessKey = ""
        var scope: [Substring] = []
        var signedHeaders: [String] = []
        var signature = ""
        var date = ""
        /// Presigned requests only.
        var expirySeconds: Int?
    }

    /// - Returns: the access key that signed.
    @discardableResult
    package func verify(
        _ request: GatewayRequest, body: UnsafeRawBufferPointer, now: Timestamp
    ) throws(Fault) -> String {
        let claim = try Self.claim(of: request)
        guard claim.scope[2] == self.service else { throw .otherService(self.service) }
        guard claim.scope[1] == self.region else { throw .otherRegion(String(claim.scope[1])) }
        try Self.check(claim, now: now)
        guard let key = self.key(claim.accessKey) else { throw .unknownKey }
        if let expiry = key.expiresAt, expiry <= now { throw .expiredKey }
        let canonical = CanonicalRequest(
            request, signedHeaders: claim.signedHeaders, bodyHash: Self.hex(Crypto.SHA256.hash(data: body)))
        let text = [
            Self.algorithm, claim.date, claim.scope.joined(separator: "/"),
            Self.hex(Crypto.SHA256.hash(data: Array(canonical.text.utf8))),
        ].joined(separator: "\n")
        let expected = Self.hex(Self.mac(text, Self.signingKey(key.secret, scope: claim.scope)))
        // Compared as authentication codes are: in a time that tells nothing of where they differ.
        let matches = zip(expected.utf8, claim.signature.utf8).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
        guard matches, expected.utf8.count == claim.signature.utf8.count else { throw .mismatch }
        return claim.accessKey
    }

    private static func claim(of request: GatewayRequest) throws(Fault) -> Claim {
        var claim = Claim()
        let query = SignedQuery(request.target)
        let credential: String
        if let header = request.headers.first("authorization") {
            guard header.hasPrefix(Self.algorithm) else { throw .missing }
            let parts = Self.parts(of: header.dropFirst(Self.algorithm.count))
            guard let found = parts["Credential"] else { throw .incomplete(Self.requires("Credential")) }
            guard let signature = parts["Signature"] else { throw .incomplete(Self.requires("Signature")) }
            guard let names = parts["SignedHeaders"] else { throw .incomplete(Self.requires("SignedHeaders")) }
            guard let date = request.headers.first("x-amz-date") else {
                throw .incomplete("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.")
            }
            (credential, claim.signature, claim.date) = (found, signature, date)
            claim.signedHeaders = names.split(separator: ";").map(String.init)
        } else if query["X-Amz-Algorithm"] == Self.algorithm, let found = query["X-Amz-Credential"],
            let signature = query["X-Amz-Signature"], let date = query["X-Amz-Date"]
        {
            (credential, claim.signature, claim.date) = (found, signature, date)
            claim.signedHeaders = (query["X-Amz-SignedHeaders"] ?? "").split(separator: ";").map(String.init)
            guard let text = query["X-Amz-Expires"], let seconds = Int(text), 0...Self.expirySecondsMax ~= seconds else {
                throw .incomplete("X-Amz-Expires should be a number of seconds up to \(Self.expirySecondsMax)")
            }
            claim.expirySeconds = seconds
        } else {
            throw .missing
        }
        let scope = credential.split(separator: "/", omittingEmptySubsequences: false)
        guard scope.count >= 5, scope.last == "aws4_request" else {
            throw .incomplete("Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term")
        }
        claim.accessKey = scope.dropLast(4).joined(separator: "/")
        claim.scope = Array(scope.suffix(4))
        // A signature that doesn't cover the host would be as good on any other.
        guard claim.signedHeaders.contains("host") else {
            throw .incomplete("'Host' must be a 'SignedHeader' in the AWS Authorization.")
        }
        return claim
    }

    private static func requires(_ name: String) -> String { "Authorization header requires '\(name)' parameter." }

    /// `Name=value, Name=value`.
    private static func parts(of text: Substring) -> [String: String] {
        var parts: [String: String] = [:]
        for part in text.split(separator: ",") {
            let pair = part.drop { $0 == " " }.split(separator: "=", maxSplits: 1)
            if pair.count == 2 { parts[String(pair[0])] = String(pair[1]) }
        }
        return parts
    }

    private static func check(_ claim: Claim, now: Timestamp) throws(Fault) {
        guard let signedAt = Self.time(claim.date), claim.date.hasPrefix(claim.scope[0]) else {
            throw .incomplete("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP")
        }
        let age = now - signedAt
        let allowed = claim.expirySeconds.map { Duration.seconds($0) } ?? Self.skew
        if age > allowed {
            let margin = claim.expirySeconds.map { "\($0) sec." } ?? "5 min."
            throw .untimely(
                "Signature expired: \(claim.date) is now earlier than \(Self.text(now + (.zero - allowed))) (\(Self.text(now)) - \(margin))"
            )
        }
        if age < .zero - Self.skew {
            throw .untimely(
                "Signature not yet current: \(claim.date) is still later than \(Self.text(now + Self.skew)) "
                    + "(\(Self.text(now)) + 5 min.)")
        }
    }

    /// `20150830T123600Z`
    private static func text(_ time: Timestamp) -> String {
        time.iso8601.prefix { $0 != "." }.filter { $0 != "-" && $0 != ":" } + "Z"
    }

    /// `20150830T123600Z`.
    private static func time(_ text: String) -> Timestamp? {
        let bytes = Array(text.utf8)
        guard bytes.count == 16, bytes[8] == UInt8(ascii: "T"), bytes[15] == UInt8(ascii: "Z") else { return nil }
        func number(_ range: Range<Int>) -> Int? {
            bytes[range].reduce(0 as Int?) { total, byte in
                guard let total, UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte else { return nil }
                return total * 10 + Int(byte - UInt8(ascii: "0"))
            }
        }
        guard let year = number(0..<4), let month = number(4..<6), let day = number(6..<8), let hour = number(9..<11),
            let minute = number(11..<13), let second = number(13..<15), 1...12 ~= month
        else { return nil }
        // Days to the civil date, after Howard Hinnant's "chrono-compatible low-level date algorithms".
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let days = era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
        return Timestamp(seconds: Int64(days * 86_400 + hour * 3_600 + minute * 60 + second))
    }

    // MARK: Cryptography

    private static func signingKey(_ secret: String, scope: [Substring]) -> [UInt8] {
        scope.reduce(Array(("AWS4" + secret).utf8)) { key, part in self.mac(String(part), key) }
    }

    private static func mac(_ text: String, _ key: [UInt8]) -> [UInt8] {
        Array(HMAC<Crypto.SHA256>.authenticationCode(for: Array(text.utf8), using: SymmetricKey(data: key)))
    }

    private static func hex(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
