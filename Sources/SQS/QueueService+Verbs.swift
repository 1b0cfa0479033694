package import CoreTypes

extension QueueService {
    /// Makes a queue, or names the one that exists where each given attribute is the same.
    package mutating func createQueue(
        _ request: CreateQueueRequest, from caller: Caller, now: Timestamp, into effects: inout Effects
    ) throws(SQSError) -> QueueURLResponse { fatalError() }

    /// The queue goes with all it holds, at once; its parked receives end empty.
    package mutating func deleteQueue(
        _ request: QueueRequest, from caller: Caller, now: Timestamp, into effects: inout Effects
    ) throws(SQSError) { fatalError() }

    /// getQueueURL
    package mutating func getQueueURL(
        _ request: GetQueueURLRequest, from caller: Caller, now: Timestamp, into effects: inout Effects
    ) throws(SQSError) -> QueueURLResponse { fatalError() }

    /// The queues of the caller's region, by name.
    package mutating func listQueues(
        _ request: ListQueuesRequest, from caller: Caller, now: Timestamp, into effects: inout Effects
    ) throws(SQSError) -> QueueListResponse { fatalError() }

    /// The queues whose redrive policy names this one.
    package mutating func listDeadLetterSourceQueues(
        _ request: ListDeadLetterSourceQueuesRequest, from caller: Caller, now: Timestamp, into effects: inout Effects
    ) throws(SQSError) -> QueueListResponse { fatalError() }

    /// By their names on the wire.
    package mutating func getQueueAttributes(
        _ request: GetQueueAttributesRequest, from caller: Caller, now: Timestamp, into effects: inout Effects
    ) throws(SQSError) -> [String: String] { fatalError() }

    /// Takes effect at once.
    package mutating func setQueueAttributes(
        _ request: SetQueueAttributesRequest, from caller: Caller, now: Timestamp, into effects: inout Effects
    ) throws(SQSError) { fatalError() }

    /// purgeQueue
    package mutating func purgeQueue(
        _ request: QueueRequest, from caller: Caller, now: Timestamp, into effects: inout Effects
    ) throws(SQSError) { fatalError() }

    /// tagQueue
    package mutating func tagQueue(
        _ request: TagQueueRequest, from caller: Caller, now: Timestamp, into effects: inout Effects
    ) throws(SQSError) { fatalError() }

    /// untagQueue
    package mutating func untagQueue(
        _ request: UntagQueueRequest, from caller: Caller, now: Timestamp, into effects: inout Effects
    ) throws(SQSError) { fatalError() }

    /// listQueueTags
    package mutating func listQueueTags(
        _ request: QueueRequest, from caller: Caller, now: Timestamp, into effects: inout Effects
    ) throws(SQSError) -> [String: String] { fatalError() }

    /// addPermission
    package mutating func addPermission(
        _ request: AddPermissionRequest, from caller: Caller, now: Timestamp, into effects: inout Effects
    ) throws(SQSError) { fatalError() }

    /// removePermission
    package mutating func removePermission(
        _ request: RemovePermissionRequest, from caller: Caller, now: Timestamp, into effects: inout Effects
    ) throws(SQSError) { fatalError() }

    /// sendMessage
    package mutating func sendMessage(
        _ request: SendMessageRequest, from caller: Caller, now: Timestamp, into effects: inout Effects
    ) throws(SQSError) -> SendMessageResponse { fatalError() }

    /// sendMessageBatch
    package mutating func sendMessageBatch(
        _ request: SendMessageBatchRequest, from caller: Caller, now: Timestamp, into effects: inout Effects
    ) throws(SQSError) -> SendMessageBatchResponse { fatalError() }

    /// receiveMessage
    package mutating func receiveMessage(
        _ request: ReceiveMessageRequest, from caller: Caller, now: Timestamp, into effects: inout Effects
    ) throws(SQSError) -> ReceiveMessageResponse { fatalError() }

    /// deleteMessage
    package mutating func deleteMessage(
        _ request: DeleteMessageRequest, from caller: Caller, now: Timestamp, into effects: inout Effects
    ) throws(SQSError) { fatalError() }

    /// deleteMessageBatch
    package mutating func deleteMessageBatch(
        _ request: DeleteMessageBatchRequest, from caller: Caller, now: Timestamp, into effects: inout Effects
    ) throws(SQSError) -> DeleteMessageBatchResponse { fatalError() }

    /// changeMessageVisibility
    package mutating func changeMessageVisibility(
        _ request: ChangeMessageVisibilityRequest, from caller: Caller, now: Timestamp, into effects: inout Effects
    ) throws(SQSError) { fatalError() }

    /// changeMessageVisibilityBatch
    package mutating func changeMessageVisibilityBatch(
        _ request: ChangeMessageVisibilityBatchRequest, from caller: Caller, now: Timestamp, into effects: inout Effects
    ) throws(SQSError) -> ChangeMessageVisibilityBatchResponse { fatalError() }

    /// startMessageMoveTask
    package mutating func startMessageMoveTask(
        _ request: StartMessageMoveTaskRequest, from caller: Caller, now: Timestamp, into effects: inout Effects
    ) throws(SQSError) -> StartMessageMoveTaskResponse { fatalError() }

    /// cancelMessageMoveTask
    package mutating func cancelMessageMoveTask(
        _ request: CancelMessageMoveTaskRequest, from caller: Caller, now: Timestamp, into effects: inout Effects
    ) throws(SQSError) -> CancelMessageMoveTaskResponse { fatalError() }

    /// listMessageMoveTasks
    package mutating func listMessageMoveTasks(
        _ request: ListMessageMoveTasksRequest, from caller: Caller, now: Timestamp, into effects: inout Effects
    ) throws(SQSError) -> ListMessageMoveTasksResponse { fatalError() }

    /// The earliest time at which ``timePassed(now:into:)`` has something to do; may be early, is never late. One timer is enough.
    package var nextDeadline: Timestamp? { fatalError() }

    /// Ends delays, visibility timeouts, waits and retention that are over, and moves what move tasks may move by now.
    package mutating func timePassed(now: Timestamp, into effects: inout Effects) { fatalError() }

    /// The client of a parked receive has gone. Nothing happens when the waiter was answered already: then put the delivery back.
    package mutating func cancel(_ waiter: WaiterID, now: Timestamp, into effects: inout Effects) { fatalError() }

    /// An answer of messages could not be written: they are visible again at once. The receive has counted.
    package mutating func putBack(
        _ messages: [ReceivedMessage], in queue: QueueName, now: Timestamp, into effects: inout Effects
    ) { fatalError() }

    /// Answers every parked receive with nothing.
    package mutating func shutDown(now: Timestamp, into effects: inout Effects) { fatalError() }

    /// The changes that make the live state, and nothing more.
    package func forEachLiveChange(_ body: (Change) throws -> Void) rethrows { fatalError() }

    package func summaries(now: Timestamp) -> [QueueSummary] { fatalError() }

    /// The oldest messages of a queue, without receiving them: all of them, in the order of their sends.
    package func peek(_ queue: QueueName, limit: Int) -> [StoredMessage] { fatalError() }
}

/// A queue at a glance.
package struct QueueSummary: Hashable, Sendable {
    package let name: QueueName
    package let arn: String
    package let isFIFO: Bool
    package let visibleMessages: Int
    package let inFlightMessages: Int
    package let delayedMessages: Int
    /// Of the oldest message, in flight or not.
    package let oldestSentAt: Timestamp?
    package let parkedReceives: Int
    package let deadLetterTargetARN: String?
}
