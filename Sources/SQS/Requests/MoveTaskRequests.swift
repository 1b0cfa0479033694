package import CoreTypes

package struct StartMessageMoveTaskRequest: Hashable, Sendable {
    package var sourceARN: String?
    /// Where to; each message to its own source queue when absent.
    package var destinationARN: String?
    /// 1 to 500; as fast as it goes when absent.
    package var maximumMessagesPerSecond: Int?

    package init(sourceARN: String?, destinationARN: String? = nil, maximumMessagesPerSecond: Int? = nil) {
        self.sourceARN = sourceARN
        self.destinationARN = destinationARN
        self.maximumMessagesPerSecond = maximumMessagesPerSecond
    }
}

package struct StartMessageMoveTaskResponse: Hashable, Sendable {
    /// Base64 of `{"taskId":"…","sourceArn":"…"}`.
    package let taskHandle: String
}

package struct CancelMessageMoveTaskRequest: Hashable, Sendable {
    package var taskHandle: String?

    package init(taskHandle: String?) { self.taskHandle = taskHandle }
}

package struct CancelMessageMoveTaskResponse: Hashable, Sendable {
    package let messagesMoved: Int
}

package struct ListMessageMoveTasksRequest: Hashable, Sendable {
    package var sourceARN: String?
    /// 1 to 10; 1 when absent.
    package var maximumResults: Int?

    package init(sourceARN: String?, maximumResults: Int? = nil) {
        self.sourceARN = sourceARN
        self.maximumResults = maximumResults
    }
}

package struct ListMessageMoveTasksResponse: Hashable, Sendable {
    /// Newest first.
    package let results: [Entry]

    package struct Entry: Hashable, Sendable {
        /// Only while the task runs.
        package let taskHandle: String?
        package let task: MessageMoveTask
    }
}

/// A message move task: the redrive of a dead-letter queue.
///
/// ```
/// running ──► completed | failed
///    └──► cancelled
/// ```
package struct MessageMoveTask: Hashable, Sendable {
    package enum Status: String, Hashable, Sendable {
        case running = "RUNNING"
        case completed = "COMPLETED"
        case cancelling = "CANCELLING"
        case cancelled = "CANCELLED"
        case failed = "FAILED"
    }

    package let id: RequestID
    package let source: QueueID
    package let sourceARN: String
    package let destinationARN: String?
    package let maximumMessagesPerSecond: Int?
    package let startedAt: Timestamp
    /// Messages that were visible when the task began. It moves no more than these, so that it ends.
    package let messagesToMove: Int
    package internal(set) var status: Status = .running
    package internal(set) var messagesMoved = 0
    /// A query code, such as `AWS.SimpleQueueService.NonExistentQueue`.
    package internal(set) var failureReason: String?

    package init(
        id: RequestID, source: QueueID, sourceARN: String, destinationARN: String?, maximumMessagesPerSecond: Int?,
        startedAt: Timestamp, messagesToMove: Int, status: Status = .running, messagesMoved: Int = 0,
        failureReason: String? = nil
    ) {
        self.id = id
        self.source = source
        self.sourceARN = sourceARN
        self.destinationARN = destinationARN
        self.maximumMessagesPerSecond = maximumMessagesPerSecond
        self.startedAt = startedAt
        self.messagesToMove = messagesToMove
        self.status = status
        self.messagesMoved = messagesMoved
        self.failureReason = failureReason
    }
}
