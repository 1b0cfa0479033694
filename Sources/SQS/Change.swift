package import CoreTypes

/// One entry of the journal: what must be on disk before the answers that came with it. Each is small and costs O(1) to apply;
/// applied in their order from the first they give the live state (``QueueService/init(settings:seed:replaying:now:)``).
///
/// A store of tables keeps queues by ``QueueID``, messages by ``MessageSerial``, deduplication records by queue, group and id, move
/// tasks by id, and the highest reserved serial. It may forget deduplication records once they have expired. What it holds is
/// replayed as `queueSaved`, `messageAdded`, `deduplicationSaved`, `moveTaskSaved` and `serialsReserved`: queues first, messages by
/// rising serial.
package enum Change: Hashable, Sendable {
    /// Created or changed: name, attributes and tags in full (insert or replace).
    case queueSaved(StoredQueue)
    /// With all its messages, deduplication records and move tasks. The name is remembered for the 60 s in which it can't be
    /// used again.
    case queueDeleted(QueueID, QueueName, at: Timestamp)
    /// All its messages and deduplication records go.
    case queuePurged(QueueID, at: Timestamp)
    case messageAdded(StoredMessage)
    case messageReceived(MessageSerial, Receipt)
    /// Hidden until then, or visible when the time is not later than now.
    case visibilityChanged(MessageSerial, until: Timestamp)
    /// To a dead-letter queue: takes the new serial, is visible there at once and keeps all that ``MessageMove`` doesn't name.
    case messageMoved(MessageSerial, MessageMove)
    case messageDeleted(MessageSerial)
    case deduplicationSaved(DeduplicationRecord)
    /// Started, went on or ended (insert or replace).
    case moveTaskSaved(MessageMoveTask)
    /// Ended long ago: only the last ten of a source are listed.
    case moveTaskForgotten(RequestID)
    /// Serials and queue ids up to this one may be in use: after a restart the next one is higher.
    case serialsReserved(upTo: UInt64)
}

package struct StoredQueue: Hashable, Sendable {
    package let id: QueueID
    package let name: QueueName
    package var attributes: QueueAttributes
    package var tags: [String: String]
    package let createdAt: Timestamp
    package var modifiedAt: Timestamp

    package init(
        id: QueueID, name: QueueName, attributes: QueueAttributes, tags: [String: String], createdAt: Timestamp,
        modifiedAt: Timestamp
    ) {
        self.id = id
        self.name = name
        self.attributes = attributes
        self.tags = tags
        self.createdAt = createdAt
        self.modifiedAt = modifiedAt
    }
}

/// A message with all that is known of it. All times are whole milliseconds.
package struct StoredMessage: Hashable, Sendable {
    package let serial: MessageSerial
    package let queue: QueueID
    package let messageID: RequestID
    package let body: [UInt8]
    package let bodyMD5: MD5.Digest
    package let sentAt: Timestamp
    /// When it can be received: the end of its delay (never received) or of its visibility timeout.
    package let visibleAt: Timestamp
    package let receiveCount: Int
    package let firstReceivedAt: Timestamp?
    /// The last receive: the 12 hours of a visibility timeout count from it.
    package let lastReceivedAt: Timestamp?
    package let details: MessageDetails

    package init(
        serial: MessageSerial, queue: QueueID, messageID: RequestID, body: [UInt8], bodyMD5: MD5.Digest, sentAt: Timestamp,
        visibleAt: Timestamp, receiveCount: Int = 0, firstReceivedAt: Timestamp? = nil, lastReceivedAt: Timestamp? = nil,
        details: MessageDetails
    ) {
        self.serial = serial
        self.queue = queue
        self.messageID = messageID
        self.body = body
        self.bodyMD5 = bodyMD5
        self.sentAt = sentAt
        self.visibleAt = visibleAt
        self.receiveCount = receiveCount
        self.firstReceivedAt = firstReceivedAt
        self.lastReceivedAt = lastReceivedAt
        self.details = details
    }
}

/// What most messages of a queue share or lack, held once behind one reference: the sender, and what only some messages have.
package final class MessageDetails: Hashable, Sendable {
    package let senderID: String
    package let attributes: [MessageAttribute]
    package let traceHeader: String?
    package let groupID: String?
    package let deduplicationID: String?
    package let deadLetterSourceARN: String?

    package init(
        senderID: String, attributes: [MessageAttribute] = [], traceHeader: String? = nil, groupID: String? = nil,
        deduplicationID: String? = nil, deadLetterSourceARN: String? = nil
    ) {
        self.senderID = senderID
        self.attributes = attributes
        self.traceHeader = traceHeader
        self.groupID = groupID
        self.deduplicationID = deduplicationID
        self.deadLetterSourceARN = deadLetterSourceARN
    }

    package static func == (left: MessageDetails, right: MessageDetails) -> Bool {
        left === right
            || left.senderID == right.senderID && left.attributes == right.attributes && left.traceHeader == right.traceHeader
                && left.groupID == right.groupID && left.deduplicationID == right.deduplicationID
                && left.deadLetterSourceARN == right.deadLetterSourceARN
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(self.senderID)
        hasher.combine(self.groupID)
        hasher.combine(self.deduplicationID)
    }

    func moved(from sourceARN: String) -> MessageDetails {
        MessageDetails(
            senderID: self.senderID, attributes: self.attributes, traceHeader: self.traceHeader, groupID: self.groupID,
            deduplicationID: self.deduplicationID, deadLetterSourceARN: sourceARN)
    }
}

/// The mark that a receive leaves on a message.
package struct Receipt: Hashable, Sendable {
    package let receiveCount: Int
    package let firstReceivedAt: Timestamp
    package let visibleAt: Timestamp
    package let lastReceivedAt: Timestamp
}

package struct MessageMove: Hashable, Sendable {
    package let queue: QueueID
    package let serial: MessageSerial
    /// The original time; the time of the move where the target is a FIFO queue.
    package let sentAt: Timestamp
    package let visibleAt: Timestamp
    package let deadLetterSourceARN: String
}

/// A FIFO message that was sent within the last five minutes, deleted or not.
package struct DeduplicationRecord: Hashable, Sendable {
    package let queue: QueueID
    /// The message group where the scope is `messageGroup`, else `nil`.
    package let groupID: String?
    package let deduplicationID: String
    package let messageID: RequestID
    package let serial: MessageSerial
    package let expiresAt: Timestamp

    package init(
        queue: QueueID, groupID: String?, deduplicationID: String, messageID: RequestID, serial: MessageSerial,
        expiresAt: Timestamp
    ) {
        self.queue = queue
        self.groupID = groupID
        self.deduplicationID = deduplicationID
        self.messageID = messageID
        self.serial = serial
        self.expiresAt = expiresAt
    }
}
