/// Which service a signed request is meant for: the credential scope `<key>/<date>/<region>/<service>/aws4_request` of the
/// `Authorization` header or of `X-Amz-Credential` (IAM user guide, "Elements of an AWS API request signature"). Signatures are
/// not checked: any credentials are good.
package struct SigningScope: Hashable, Sendable {
    package var accessKey: String
    package var region: String
    package var service: String

    /// `nil` for unsigned requests and other schemes.
    package init?(_ request: AWSRequest) {
        let credential: Substring
        if let header = request.header("authorization") {
            // SigV4a (`AWS4-ECDSA-P256-SHA256`) has no region in its scope and is not sent to a single region's endpoint.
            guard header.hasPrefix("AWS4-HMAC-SHA256"), let start = Self.end(of: "Credential=", in: header) else { return nil }
            credential = header[start...].prefix { $0 != "," && $0 != " " }
        } else if let parameter = request.parameter("X-Amz-Credential") {
            credential = parameter[...]
        } else {
            return nil
        }
        // An access key may hold slashes; the scope's four parts stand at the end.
        let parts = credential.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count >= 5, parts[parts.count - 1] == "aws4_request" else { return nil }
        self.accessKey = parts[..<(parts.count - 4)].joined(separator: "/")
        self.region = String(parts[parts.count - 3])
        self.service = String(parts[parts.count - 2])
    }

    private static func end(of marker: String, in text: String) -> String.Index? {
        var start = text.startIndex
        while start < text.endIndex {
            if text[start...].hasPrefix(marker) { return text.index(start, offsetBy: marker.count) }
            start = text.index(after: start)
        }
        return nil
    }
}
