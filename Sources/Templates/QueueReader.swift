import CoreTypes
import SQS

/// Reads `AWS::SQS::Queue`, and `AWS::SQS::QueuePolicy` into the queues that it names (CloudFormation template reference).
struct QueueReader {
    static let queueType = "AWS::SQS::Queue"
    static let policyTypes: Set<String> = ["AWS::SQS::QueuePolicy", "AWS::SQS::QueueInlinePolicy"]

    let evaluation: Evaluation

    private static let plainAttributes = [
        "ContentBasedDeduplication", "DeduplicationScope", "DelaySeconds", "FifoQueue", "FifoThroughputLimit",
        "KmsDataKeyReusePeriodSeconds", "KmsMasterKeyId", "MaximumMessageSize", "MessageRetentionPeriod",
        "ReceiveMessageWaitTimeSeconds", "SqsManagedSseEnabled", "VisibilityTimeout",
    ]
    private static let documents = ["RedriveAllowPolicy", "RedrivePolicy"]
    private static let queue = PropertyTable(emulated: plainAttributes + documents + ["QueueName", "Tags"])
    private static let policy = PropertyTable(emulated: ["PolicyDocument", "Queues", "Queue"])

    /// In an order in which each can be made: dead-letter queues before those that use them.
    func read() -> [DeployedQueue] {
        var queues: [DeployedQueue] = []
        let resources = self.evaluation.resourceOrder.compactMap { self.evaluation.resources[$0] }
        for resource in resources where resource.type == Self.queueType {
            guard let queue = self.queue(resource) else { continue }
            if let other = queues.first(where: { $0.name == queue.name }) {
                self.evaluation.error(
                    "The queue name \(queue.name) is taken by \(other.logicalID) already. Give another QueueName.",
                    at: resource.location, path: resource.path)
            }
            queues.append(queue)
        }
        for resource in resources where Self.policyTypes.contains(resource.type) { self.apply(resource, to: &queues) }
        return Self.ordered(queues)
    }

    private func queue(_ resource: Resource) -> DeployedQueue? {
        let reader = PropertyReader(self.evaluation, resource)
        reader.check(Self.queue)
        var attributes: [String: String] = [:]
        for name in Self.plainAttributes { attributes[name] = reader.text(name) }
        // A standard queue has no such attribute.
        if attributes["FifoQueue"]?.lowercased() == "false" { attributes["FifoQueue"] = nil }
        for name in Self.documents {
            attributes[name] = reader.value(name).map { $0.text ?? $0.json.description }
        }
        do throws(SQSError) {
            _ = try QueueAttributes(creating: attributes)
        } catch {
            self.evaluation.error(error.message, at: resource.location, path: resource.path)
            return nil
        }
        return DeployedQueue(
            logicalID: resource.logicalID, name: self.evaluation.physicalName(of: resource), attributes: attributes,
            tags: self.tags(reader))
    }

    private func tags(_ reader: PropertyReader) -> [String: String] {
        var tags: [String: String] = [:]
        for tag in reader.list("Tags") ?? [] {
            guard let key = tag.map?["Key"]?.text else {
                self.evaluation.error("A tag is a map of Key and Value.", at: tag.location, path: reader.path("Tags"))
                continue
            }
            tags[key] = tag.map?["Value"]?.text ?? ""
        }
        return tags
    }

    private func apply(_ resource: Resource, to queues: inout [DeployedQueue]) {
        let reader = PropertyReader(self.evaluation, resource)
        reader.check(Self.policy)
        guard let document = reader.value("PolicyDocument") else {
            reader.error("Property 'PolicyDocument' is required. Give a policy.", at: "PolicyDocument")
            return
        }
        let urls = resource.type == "AWS::SQS::QueueInlinePolicy" ? reader.text("Queue").map { [$0] } : reader.texts("Queues")
        guard let urls, !urls.isEmpty else {
            reader.error("Property 'Queues' is required. Name queues by !Ref.", at: "Queues")
            return
        }
        for url in urls {
            let name = url.split(separator: "/").last.map(String.init) ?? url
            guard let place = queues.firstIndex(where: { $0.name == name }) else {
                // A queue with errors is not in the list; those errors are told already.
                if self.evaluation.diagnostics.errors.isEmpty {
                    reader.notice("\(name) is no queue of this template; the policy has no effect on it.", at: "Queues")
                }
                continue
            }
            queues[place].attributes["Policy"] = document.text ?? document.json.description
        }
    }

    /// Queues that name one another in a circle keep the order of the template; the host says which can't be made.
    private static func ordered(_ queues: [DeployedQueue]) -> [DeployedQueue] {
        var rest = queues
        var ordered: [DeployedQueue] = []
        while !rest.isEmpty {
            let place =
                rest.firstIndex { queue in
                    guard let target = Self.target(of: queue), target != queue.name else { return true }
                    return !rest.contains { $0.name == target }
                } ?? 0
            ordered.append(rest.remove(at: place))
        }
        return ordered
    }

    private static func target(of queue: DeployedQueue) -> String? {
        // Checked as a queue's attribute already.
        guard let text = queue.attributes["RedrivePolicy"], let policy = try? JSON(parsing: text) else { return nil }
        return policy["deadLetterTargetArn"]?.stringValue.flatMap { ARN($0) }?.resource
    }
}
