package import CoreTypes
package import LambdaCore

/// An event source mapping that a template describes.
package struct DeployedMapping: Hashable, Sendable {
    /// Of the resource; for an event of a function the function's and the event's, as SAM names it.
    package var logicalID: String
    package var queue: ARN
    /// Where the queue is, when it is not one of this host.
    package var queueURL: String?
    /// Name or ARN, with a qualifier or without.
    package var functionName: String
    /// Checked: a mapping of the queue can be made with it.
    package var change: EventSourceMappingChange
    package var tags: [String: String]

    package init(
        logicalID: String, queue: ARN, queueURL: String? = nil, functionName: String,
        change: EventSourceMappingChange = EventSourceMappingChange(), tags: [String: String] = [:]
    ) {
        self.logicalID = logicalID
        self.queue = queue
        self.queueURL = queueURL
        self.functionName = functionName
        self.change = change
        self.tags = tags
    }
}
