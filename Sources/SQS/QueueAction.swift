/// The actions of the SQS API 2012-11-05, by their names on the wire (Amazon SQS API Reference, "Actions").
package enum QueueAction: String, CaseIterable, Hashable, Sendable {
    case addPermission = "AddPermission"
    case cancelMessageMoveTask = "CancelMessageMoveTask"
    case changeMessageVisibility = "ChangeMessageVisibility"
    case changeMessageVisibilityBatch = "ChangeMessageVisibilityBatch"
    case createQueue = "CreateQueue"
    case deleteMessage = "DeleteMessage"
    case deleteMessageBatch = "DeleteMessageBatch"
    case deleteQueue = "DeleteQueue"
    case getQueueAttributes = "GetQueueAttributes"
    case getQueueURL = "GetQueueUrl"
    case listDeadLetterSourceQueues = "ListDeadLetterSourceQueues"
    case listMessageMoveTasks = "ListMessageMoveTasks"
    case listQueues = "ListQueues"
    case listQueueTags = "ListQueueTags"
    case purgeQueue = "PurgeQueue"
    case receiveMessage = "ReceiveMessage"
    case removePermission = "RemovePermission"
    case sendMessage = "SendMessage"
    case sendMessageBatch = "SendMessageBatch"
    case setQueueAttributes = "SetQueueAttributes"
    case startMessageMoveTask = "StartMessageMoveTask"
    case tagQueue = "TagQueue"
    case untagQueue = "UntagQueue"

    /// Billed at the FIFO rate on FIFO queues (Amazon SQS pricing); all else is billed at the standard rate.
    package var hasFIFORate: Bool {
        switch self {
        case .sendMessage, .sendMessageBatch, .receiveMessage, .deleteMessage, .deleteMessageBatch, .changeMessageVisibility,
            .changeMessageVisibilityBatch:
            true
        default: false
        }
    }

    /// The action that a policy names: a batch is permitted by the permission of its single form (developer guide, "Amazon
    /// SQS API permissions").
    package var permission: String {
        switch self {
        case .sendMessageBatch: "sqs:SendMessage"
        case .deleteMessageBatch: "sqs:DeleteMessage"
        case .changeMessageVisibilityBatch: "sqs:ChangeMessageVisibility"
        default: "sqs:\(self.rawValue)"
        }
    }

    /// Only the queue's owner may call these, whatever a policy says (API Reference, AddPermission: "Cross-account
    /// permissions don't apply to this action" and its list).
    package var isOwnerOnly: Bool {
        switch self {
        case .addPermission, .cancelMessageMoveTask, .createQueue, .deleteQueue, .listMessageMoveTasks, .listQueues,
            .listQueueTags, .removePermission, .setQueueAttributes, .startMessageMoveTask, .tagQueue, .untagQueue:
            true
        default: false
        }
    }
}
