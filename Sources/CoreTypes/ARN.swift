/// An Amazon resource name, `arn:partition:service:region:account:resource` (AWS General Reference, "Amazon Resource
/// Names").
package struct ARN: Hashable, Sendable, CustomStringConvertible {
    package var partition: String
    package var service: String
    package var region: String
    package var account: String
    /// All behind the fifth colon, as it stands: `function:name:qualifier`, `queue-name`, `api-id/stage/GET/path`.
    package var resource: String

    package init(partition: String = "aws", service: String, region: String, account: String, resource: String) {
        self.partition = partition
        self.service = service
        self.region = region
        self.account = account
        self.resource = resource
    }

    /// `nil` when the text has not six parts or does not begin with `arn:`.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0] == "arn", !parts[2].isEmpty, !parts[5].isEmpty else { return nil }
        self.init(
            partition: String(parts[1]), service: String(parts[2]), region: String(parts[3]), account: String(parts[4]),
            resource: String(parts[5]))
    }

    package var description: String {
        "arn:\(self.partition):\(self.service):\(self.region):\(self.account):\(self.resource)"
    }
}
