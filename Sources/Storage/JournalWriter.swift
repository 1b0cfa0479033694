import GRDB
import GRDBSQLite
import SQS

/// All that writes to the journal's file. Used by one thread at a time, and without GRDB's queue and hooks around each commit:
/// there is nobody else to keep out, and nobody who observes.
final class JournalWriter {
    private let changes: ChangeWriter
    private let compaction: Compaction
    private let log: WriteAheadLog

    init(_ database: Database) throws(StorageError) {
        self.changes = try ChangeWriter(database)
        self.compaction = try Compaction(database)
        self.log = WriteAheadLog(database)
        sqlite3_commit_hook(database.sqliteConnection, nil, nil)
        sqlite3_rollback_hook(database.sqliteConnection, nil, nil)
    }

    /// Applies all of them in one transaction, or none and throws.
    func write(_ changes: some Collection<Change>) throws(StorageError) {
        try self.changes.write(changes)
        self.compaction.committed()
    }

    /// Whether there is work to do behind the next commit.
    var owesWork: Bool { self.log.isLong || self.compaction.isDue }

    /// After a commit: as long as that takes, which is as long as a hundred commits or more.
    func writeBackIfLong() { self.log.writeBackIfLong() }

    /// While there is nothing else to do: gives room back to the system, a piece at a time; `false` when there is none.
    func compact() -> Bool { self.compaction.step() }
}
