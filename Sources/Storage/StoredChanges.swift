import CoreTypes
import GRDB
package import SQS

/// What the tables hold, as the changes that make it, read as they are asked for: a start needs no second copy of the queues.
///
/// A sequence can't throw: a fault ends it, and stands in ``fault``.
package final class StoredChanges: Sequence, IteratorProtocol {
    package private(set) var fault: StorageError?
    private let reserved, queues, messages, deduplication, tasks: PreparedStatement
    private var phase = Phase.reserved
    private var lastDetails: (bytes: [UInt8], source: String?, details: MessageDetails)?

    private enum Phase {
        case reserved, queues, messages, deduplication, tasks, done
    }

    init(_ database: Database) throws(StorageError) {
        self.reserved = try PreparedStatement(database, "SELECT serial FROM reserved")
        self.queues = try PreparedStatement(
            database, "SELECT id, region, name, attributes, tags, created_at, modified_at FROM queues ORDER BY id")
        self.messages = try PreparedStatement(
            database,
            """
            SELECT serial, queue, id_high, id_low, md5_high, md5_low, sent_at, messages.visible_at, dead_letter_source, details,
                body, receipts.visible_at, receive_count, first_received_at, last_received_at
            FROM messages LEFT JOIN receipts USING (serial) ORDER BY serial
            """)
        self.deduplication = try PreparedStatement(
            database, "SELECT queue, id, group_id, has_group, id_high, id_low, serial, expires_at FROM deduplication")
        self.tasks = try PreparedStatement(database, "SELECT task FROM move_tasks")
    }

    package func next() -> Change? {
        do throws(StorageError) {
            return try self.read()
        } catch {
            self.fault = error
            self.phase = .done
            return nil
        }
    }

    private func read() throws(StorageError) -> Change? {
        while true {
            switch self.phase {
            case .reserved:
                if try self.reserved.next() { return .serialsReserved(upTo: self.reserved.unsigned(0)) }
                self.phase = .queues
            case .queues:
                if try self.queues.next() { return .queueSaved(try self.queue()) }
                self.phase = .messages
            case .messages:
                if try self.messages.next() { return .messageAdded(try self.message()) }
                self.phase = .deduplication
            case .deduplication:
                if try self.deduplication.next() { return .deduplicationSaved(self.record()) }
                self.phase = .tasks
            case .tasks:
                if try self.tasks.next() {
                    guard let task = TaskCoding.decode(self.tasks.text(0)) else { throw Self.unreadable("move task", nil) }
                    return .moveTaskSaved(task)
                }
                self.phase = .done
            case .done: return nil
            }
        }
    }

    private func queue() throws(StorageError) -> StoredQueue {
        let row = self.queues
        guard let region = row.text(1), let name = row.text(2), let values = MapCoding.decode(row.text(3)),
            let tags = MapCoding.decode(row.text(4))
        else { throw Self.unreadable("queue", row.unsigned(0)) }
        let attributes: QueueAttributes
        do throws(SQSError) {
            attributes = try QueueAttributes(stored: values)
        } catch {
            throw Self.unreadable("queue", row.unsigned(0))
        }
        return StoredQueue(
            id: QueueID(row.unsigned(0)), name: QueueName(region: region, name: name), attributes: attributes, tags: tags,
            createdAt: Timestamp(nanoseconds: row.integer(5)), modifiedAt: Timestamp(nanoseconds: row.integer(6)))
    }

    private func message() throws(StorageError) -> StoredMessage {
        let row = self.messages
        func time(_ column: Int32) -> Timestamp { Timestamp(milliseconds: row.integer(column)) }
        let wasReceived = !row.isNull(11)
        return StoredMessage(
            serial: MessageSerial(row.unsigned(0)), queue: QueueID(row.unsigned(1)),
            messageID: RequestID(random: row.unsigned(2), row.unsigned(3)), body: row.bytes(10),
            bodyMD5: MD5.Digest(high: row.unsigned(4), low: row.unsigned(5)), sentAt: time(6),
            visibleAt: time(wasReceived ? 11 : 7),
            receiveCount: wasReceived ? Int(row.integer(12)) : 0, firstReceivedAt: wasReceived ? time(13) : nil,
            lastReceivedAt: wasReceived ? time(14) : nil, details: try self.details())
    }

    private func details() throws(StorageError) -> MessageDetails {
        let bytes = self.messages.bytes(9)
        let source = self.messages.text(8)
        if let last = self.lastDetails, last.bytes == bytes, last.source == source { return last.details }
        guard let details = DetailsCoding.decode(bytes, deadLetterSourceARN: source) else {
            throw Self.unreadable("message", self.messages.unsigned(0))
        }
        self.lastDetails = (bytes, source, details)
        return details
    }

    private func record() -> DeduplicationRecord {
        let row = self.deduplication
        return DeduplicationRecord(
            queue: QueueID(row.unsigned(0)), groupID: row.integer(3) == 0 ? nil : row.text(2) ?? "",
            deduplicationID: row.text(1) ?? "", messageID: RequestID(random: row.unsigned(4), row.unsigned(5)),
            serial: MessageSerial(row.unsigned(6)), expiresAt: Timestamp(milliseconds: row.integer(7)))
    }

    private static func unreadable(_ kind: String, _ key: UInt64?) -> StorageError {
        StorageError(.damaged, "the row of \(kind)\(key.map { " \($0)" } ?? "") can't be read")
    }
}
