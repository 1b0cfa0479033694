import HTTPServing
import NIOHTTP1

/// What the head of a request says to the queues, read in one pass.
struct SQSRequestHead {
    /// `AmazonSQS.SendMessage`: the JSON protocol.
    var target: String?
    var isForm = false
    var isJSON = false
    var authorization: String?
    var host: String?
    var userAgent = ""
    var traceHeader: String?
    var acceptsJSON = false
    var path: Substring
    var query: Substring

    init(_ head: HTTPRequestHead) {
        let uri = head.uri
        let mark = uri.utf8.firstIndex(of: UInt8(ascii: "?")) ?? uri.endIndex
        self.path = uri[..<mark]
        self.query = mark == uri.endIndex ? "" : uri[uri.index(after: mark)...]
        for (name, value) in head.headers {
            switch name.utf8.count {
            case 4 where equal(name, "host"): self.host = value
            case 6 where equal(name, "accept"): self.acceptsJSON = value.hasPrefix("application/json")
            case 10 where equal(name, "user-agent"): self.userAgent = value
            case 12 where equal(name, "x-amz-target"): self.target = value
            case 12 where equal(name, "content-type"):
                self.isJSON = value.hasPrefix("application/x-amz-json-1.")
                self.isForm = value.hasPrefix("application/x-www-form-urlencoded")
            case 13 where equal(name, "authorization"): self.authorization = value
            case 15 where equal(name, "x-amzn-trace-id"): self.traceHeader = value
            default: break
            }
        }
    }

    static let targetPrefix = "AmazonSQS."

    /// The action of the JSON protocol.
    var jsonAction: Substring? {
        guard let target, target.hasPrefix(Self.targetPrefix) else { return nil }
        return Substring(target.utf8.dropFirst(Self.targetPrefix.utf8.count))
    }

    /// `/000000000000/` and no name yet.
    private static let shortestQueuePath = 14

    /// Whether the path is that of a queue URL: `/account/name` or `/queue/region/account/name`.
    var isQueuePath: Bool {
        guard self.path.utf8.count > Self.shortestQueuePath else { return false }
        let parts = self.path.utf8.dropFirst().split(separator: UInt8(ascii: "/"), maxSplits: 4, omittingEmptySubsequences: false)
        func isAccount(_ part: Substring.UTF8View) -> Bool { part.count == 12 && part.allSatisfy { 0x30...0x39 ~= $0 } }
        return switch parts.count {
        case 2: isAccount(parts[0]) && !parts[1].isEmpty
        case 4: Substring(parts[0]) == "queue" && isAccount(parts[2]) && !parts[3].isEmpty
        default: false
        }
    }

    /// The credential's scope, `key/date/region/service/aws4_request`, of the header or of a presigned query.
    var scope: CredentialScope? {
        if let authorization, let scope = CredentialScope(header: authorization) { return scope }
        guard !self.query.isEmpty,
            let credential = AWSRequest.parameters(self.query).first(where: { $0.name == "X-Amz-Credential" })?.value
        else { return nil }
        return CredentialScope(credential[...])
    }
}

/// The part of a signature that says who calls where (IAM user guide, "Elements of an AWS API request signature").
struct CredentialScope: Hashable {
    /// As it was sent.
    var text: Substring
    var accessKey: Substring
    var region: Substring
    var service: Substring

    static let scheme = "AWS4-HMAC-SHA256"
    private static let marker = "Credential="

    /// `nil` for other schemes and for a header without a whole scope.
    init?(header: String) {
        guard header.hasPrefix(Self.scheme), let start = Self.credentialStart(header) else { return nil }
        let rest = header.utf8[start...]
        let end = rest.firstIndex { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: " ") } ?? rest.endIndex
        self.init(header[start..<end])
    }

    init?(_ text: Substring) {
        // An access key may hold slashes; the scope's four parts stand at the end.
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count >= 5, parts[parts.count - 1] == "aws4_request" else { return nil }
        self.text = text
        self.accessKey = text[..<parts[parts.count - 5].endIndex]
        self.region = parts[parts.count - 3]
        self.service = parts[parts.count - 2]
    }

    /// Where the credential begins in an `Authorization` header.
    private static func credentialStart(_ header: String) -> String.Index? {
        let utf8 = header.utf8
        var index = utf8.startIndex
        while let found = utf8[index...].firstIndex(of: UInt8(ascii: "C")) {
            if utf8[found...].starts(with: Self.marker.utf8) { return utf8.index(found, offsetBy: Self.marker.utf8.count) }
            index = utf8.index(after: found)
        }
        return nil
    }
}
