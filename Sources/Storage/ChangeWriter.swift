import CoreTypes
import GRDB
import SQS

/// Applies the journal's changes to its tables. Every statement is prepared once; each change costs one to four of them, by key,
/// whatever the tables hold, but those that end a whole queue, which walk the messages.
final class ChangeWriter {
    private let begin, commit, rollback: PreparedStatement
    private let saveQueue, deleteQueue, deleteQueueTasks, deleteQueueReceipts, deleteQueueMessages,
        deleteQueueDeduplication: PreparedStatement
    private let addMessage, deleteMessage, moveMessage: PreparedStatement
    private let saveReceipt, deleteReceipt, moveReceipt, changeReceiptVisibility, changeMessageVisibility: PreparedStatement
    private let saveDeduplication, expireDeduplication, saveTask, forgetTask, reserve: PreparedStatement
    /// Messages of one sender share their details as a rule, and so their bytes.
    private var lastDetails: (details: MessageDetails, bytes: [UInt8])?

    init(_ database: Database) throws(StorageError) {
        func make(_ sql: String) throws(StorageError) -> PreparedStatement { try PreparedStatement(database, sql) }
        self.begin = try make("BEGIN IMMEDIATE")
        self.commit = try make("COMMIT")
        self.rollback = try make("ROLLBACK")
        self.saveQueue = try make(
            "INSERT OR REPLACE INTO queues (id, region, name, attributes, tags, created_at, modified_at) VALUES (?, ?, ?, ?, ?, ?, ?)"
        )
        self.deleteQueue = try make("DELETE FROM queues WHERE id = ?")
        self.deleteQueueTasks = try make("DELETE FROM move_tasks WHERE source = ?")
        self.deleteQueueReceipts = try make("DELETE FROM receipts WHERE serial IN (SELECT serial FROM messages WHERE queue = ?)")
        self.deleteQueueMessages = try make("DELETE FROM messages WHERE queue = ?")
        self.deleteQueueDeduplication = try make("DELETE FROM deduplication WHERE queue = ?")
        self.addMessage = try make(
            """
            INSERT INTO messages (
                serial, queue, id_high, id_low, md5_high, md5_low, sent_at, visible_at, dead_letter_source, details, body)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        self.deleteMessage = try make("DELETE FROM messages WHERE serial = ?")
        self.moveMessage = try make(
            """
            INSERT INTO messages SELECT ?, ?, id_high, id_low, md5_high, md5_low, ?, ?, ?, details, body FROM messages
            WHERE serial = ?
            """)
        self.saveReceipt = try make(
            """
            INSERT OR REPLACE INTO receipts (serial, visible_at, receive_count, first_received_at, last_received_at)
            VALUES (?, ?, ?, ?, ?)
            """)
        self.deleteReceipt = try make("DELETE FROM receipts WHERE serial = ?")
        self.moveReceipt = try make(
            """
            INSERT INTO receipts SELECT ?, ?, receive_count, first_received_at, last_received_at FROM receipts WHERE serial = ?
            """)
        self.changeReceiptVisibility = try make("UPDATE receipts SET visible_at = ? WHERE serial = ?")
        self.changeMessageVisibility = try make("UPDATE messages SET visible_at = ? WHERE serial = ?")
        self.saveDeduplication = try make(
            """
            INSERT OR REPLACE INTO deduplication (queue, id, group_id, has_group, id_high, id_low, serial, expires_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """)
        self.expireDeduplication = try make("DELETE FROM deduplication WHERE expires_at <= ?")
        self.saveTask = try make("INSERT OR REPLACE INTO move_tasks (id_high, id_low, source, task) VALUES (?, ?, ?, ?)")
        self.forgetTask = try make("DELETE FROM move_tasks WHERE id_high = ? AND id_low = ?")
        self.reserve = try make("INSERT OR REPLACE INTO reserved (only, serial) VALUES (1, ?)")
    }

    /// Applies all of them in one transaction, or none and throws.
    func write(_ changes: some Collection<Change>) throws(StorageError) {
        // A statement outside of a transaction is one by itself; the two that begin and end another take as long as it does.
        if let only = changes.first, only.isOneStatement, changes.dropFirst().isEmpty { return try self.apply(only) }
        try self.begin.run()
        do throws(StorageError) {
            for change in changes { try self.apply(change) }
            try self.commit.run()
        } catch {
            // The first error is the one to tell; without a transaction, as after a full disk, there is nothing to roll back.
            try? self.rollback.run()
            throw error
        }
    }

    private func apply(_ change: Change) throws(StorageError) {
        switch change {
        case .queueSaved(let queue): try self.save(queue)
        case .queueDeleted(let id, _, at: _):
            try self.empty(id)
            try self.run(self.deleteQueueTasks, id.value)
            try self.run(self.deleteQueue, id.value)
        case .queuePurged(let id, at: _): try self.empty(id)
        case .messageAdded(let message): try self.add(message)
        case .messageReceived(let serial, let receipt): try self.save(receipt, of: serial)
        case .visibilityChanged(let serial, until: let time): try self.hide(serial, until: time)
        case .messageMoved(let serial, let move): try self.move(serial, move)
        case .messageDeleted(let serial):
            try self.run(self.deleteMessage, serial.value)
            try self.run(self.deleteReceipt, serial.value)
        case .deduplicationSaved(let record): try self.save(record)
        case .moveTaskSaved(let task):
            self.saveTask.bind(1, task.id.high)
            self.saveTask.bind(2, task.id.low)
            self.saveTask.bind(3, task.source.value)
            self.saveTask.bind(4, TaskCoding.encode(task))
            try self.saveTask.run()
        case .moveTaskForgotten(let id):
            self.forgetTask.bind(1, id.high)
            self.forgetTask.bind(2, id.low)
            try self.forgetTask.run()
        case .serialsReserved(upTo: let serial): try self.run(self.reserve, serial)
        }
    }

    private func run(_ statement: PreparedStatement, _ key: UInt64) throws(StorageError) {
        statement.bind(1, key)
        try statement.run()
    }

    private func save(_ queue: StoredQueue) throws(StorageError) {
        self.saveQueue.bind(1, queue.id.value)
        self.saveQueue.bind(2, queue.name.region)
        self.saveQueue.bind(3, queue.name.name)
        self.saveQueue.bind(4, MapCoding.encode(queue.attributes.wireValues))
        self.saveQueue.bind(5, MapCoding.encode(queue.tags))
        self.saveQueue.bind(6, queue.createdAt.nanoseconds)
        self.saveQueue.bind(7, queue.modifiedAt.nanoseconds)
        try self.saveQueue.run()
    }

    /// The messages have no index by queue, which every send would pay for: a purge looks at all rows once instead.
    private func empty(_ queue: QueueID) throws(StorageError) {
        try self.run(self.deleteQueueReceipts, queue.value)
        try self.run(self.deleteQueueMessages, queue.value)
        try self.run(self.deleteQueueDeduplication, queue.value)
    }

    private func add(_ message: StoredMessage) throws(StorageError) {
        let statement = self.addMessage
        statement.bind(1, message.serial.value)
        statement.bind(2, message.queue.value)
        statement.bind(3, message.messageID.high)
        statement.bind(4, message.messageID.low)
        statement.bind(5, message.bodyMD5.high)
        statement.bind(6, message.bodyMD5.low)
        statement.bind(7, message.sentAt.milliseconds)
        statement.bind(8, message.visibleAt.milliseconds)
        statement.bind(9, message.details.deadLetterSourceARN)
        try statement.withBound(10, self.bytes(of: message.details)) { () throws(StorageError) in
            try statement.withBound(11, message.body) { () throws(StorageError) in try statement.run() }
        }
        guard message.receiveCount > 0, let first = message.firstReceivedAt, let last = message.lastReceivedAt else { return }
        try self.save(
            message.serial, visibleAt: message.visibleAt, count: message.receiveCount, first: first, last: last)
    }

    private func bytes(of details: MessageDetails) -> [UInt8] {
        if let last = self.lastDetails, last.details === details { return last.bytes }
        let bytes = DetailsCoding.encode(details)
        self.lastDetails = (details, bytes)
        return bytes
    }

    private func save(_ receipt: Receipt, of serial: MessageSerial) throws(StorageError) {
        try self.save(
            serial, visibleAt: receipt.visibleAt, count: receipt.receiveCount, first: receipt.firstReceivedAt,
            last: receipt.lastReceivedAt)
    }

    private func save(
        _ serial: MessageSerial, visibleAt: Timestamp, count: Int, first: Timestamp, last: Timestamp
    ) throws(StorageError) {
        self.saveReceipt.bind(1, serial.value)
        self.saveReceipt.bind(2, visibleAt.milliseconds)
        self.saveReceipt.bind(3, Int64(count))
        self.saveReceipt.bind(4, first.milliseconds)
        self.saveReceipt.bind(5, last.milliseconds)
        try self.saveReceipt.run()
    }

    private func hide(_ serial: MessageSerial, until time: Timestamp) throws(StorageError) {
        self.changeReceiptVisibility.bind(1, time.milliseconds)
        self.changeReceiptVisibility.bind(2, serial.value)
        try self.changeReceiptVisibility.run()
        if self.changeReceiptVisibility.changes > 0 { return }
        // Not received yet: its delay was changed.
        self.changeMessageVisibility.bind(1, time.milliseconds)
        self.changeMessageVisibility.bind(2, serial.value)
        try self.changeMessageVisibility.run()
    }

    private func move(_ serial: MessageSerial, _ move: MessageMove) throws(StorageError) {
        self.moveMessage.bind(1, move.serial.value)
        self.moveMessage.bind(2, move.queue.value)
        self.moveMessage.bind(3, move.sentAt.milliseconds)
        self.moveMessage.bind(4, move.visibleAt.milliseconds)
        self.moveMessage.bind(5, move.deadLetterSourceARN)
        self.moveMessage.bind(6, serial.value)
        try self.moveMessage.run()
        self.moveReceipt.bind(1, move.serial.value)
        self.moveReceipt.bind(2, move.visibleAt.milliseconds)
        self.moveReceipt.bind(3, serial.value)
        try self.moveReceipt.run()
        try self.run(self.deleteMessage, serial.value)
        try self.run(self.deleteReceipt, serial.value)
    }

    private func save(_ record: DeduplicationRecord) throws(StorageError) {
        self.saveDeduplication.bind(1, record.queue.value)
        self.saveDeduplication.bind(2, record.deduplicationID)
        self.saveDeduplication.bind(3, record.groupID ?? "")
        self.saveDeduplication.bind(4, Int64(record.groupID == nil ? 0 : 1))
        self.saveDeduplication.bind(5, record.messageID.high)
        self.saveDeduplication.bind(6, record.messageID.low)
        self.saveDeduplication.bind(7, record.serial.value)
        self.saveDeduplication.bind(8, record.expiresAt.milliseconds)
        try self.saveDeduplication.run()
        // What was over when this one was sent. The index makes it a look at one row when there is nothing to do.
        self.expireDeduplication.bind(1, record.expiresAt.milliseconds - Self.deduplicationMilliseconds)
        try self.expireDeduplication.run()
    }

    /// How long a deduplication record holds: five minutes.
    private static let deduplicationMilliseconds: Int64 = 300_000
}

extension Change {
    /// Whether ``ChangeWriter`` applies it with one statement.
    fileprivate var isOneStatement: Bool {
        switch self {
        case .messageAdded(let message): message.receiveCount == 0
        case .messageReceived, .queueSaved, .moveTaskSaved, .moveTaskForgotten, .serialsReserved: true
        case .messageDeleted, .messageMoved, .visibilityChanged, .deduplicationSaved, .queueDeleted, .queuePurged: false
        }
    }
}
