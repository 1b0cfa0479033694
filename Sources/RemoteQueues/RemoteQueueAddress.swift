/// Where a queue of another host is: its URL taken apart.
package struct RemoteQueueAddress: Hashable, Sendable {
    /// As requests name the queue.
    package let queueURL: String
    /// `https://sqs.eu-central-1.amazonaws.com/`: where requests go.
    package let endpoint: String
    /// Host and port, as the `Host` header has them.
    package let authority: String

    /// - Returns: `nil` for anything but an http or https URL with a host, an account and a name.
    package init?(_ queueURL: String) {
        let scheme: String
        if queueURL.hasPrefix("https://") {
            scheme = "https://"
        } else if queueURL.hasPrefix("http://") {
            scheme = "http://"
        } else {
            return nil
        }
        let parts = queueURL.dropFirst(scheme.count).split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count >= 3, let authority = parts.first, !authority.isEmpty, !parts.contains(""),
            authority.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "@") })
        else { return nil }
        self.queueURL = queueURL
        self.authority = String(authority)
        self.endpoint = "\(scheme)\(authority)/"
    }

    /// Whether this is AWS itself: polling it takes messages away from whoever should have them.
    package var isAWS: Bool {
        let host = self.authority.prefix { $0 != ":" }.lowercased()
        return ["amazonaws.com", "amazonaws.com.cn", "api.aws"].contains { host == $0 || host.hasSuffix("." + $0) }
    }
}
