import Foundation
import GRDB

/// The file of the journal: made whole or not at all, known by its mark, refused untouched when it isn't what it should be.
///
/// One connection in SQLite's exclusive locking mode holds it from start to end. That keeps a second host of the same folder
/// out, and spares each commit the locks and the shared memory by which processes would share a WAL.
enum JournalFile {
    /// `MrtQ`, in the header's field for it (SQLite file format, "Application ID").
    static let applicationID: UInt32 = 0x4D72_7451
    /// Of the tables below: rises with every change that an older version could not read.
    static let formatVersion: UInt32 = 1

    private static let tables = """
        CREATE TABLE queues (
            id INTEGER PRIMARY KEY, region TEXT NOT NULL, name TEXT NOT NULL, attributes TEXT NOT NULL, tags TEXT NOT NULL,
            created_at INTEGER NOT NULL, modified_at INTEGER NOT NULL);
        -- A message as it was sent: written once, gone when it is deleted.
        CREATE TABLE messages (
            serial INTEGER PRIMARY KEY, queue INTEGER NOT NULL, id_high INTEGER NOT NULL, id_low INTEGER NOT NULL,
            md5_high INTEGER NOT NULL, md5_low INTEGER NOT NULL, sent_at INTEGER NOT NULL, visible_at INTEGER NOT NULL,
            dead_letter_source TEXT, details BLOB NOT NULL, body BLOB NOT NULL);
        -- What receives have made of it: small rows, so that a receive writes no body.
        CREATE TABLE receipts (
            serial INTEGER PRIMARY KEY, visible_at INTEGER NOT NULL, receive_count INTEGER NOT NULL,
            first_received_at INTEGER NOT NULL, last_received_at INTEGER NOT NULL);
        CREATE TABLE deduplication (
            queue INTEGER NOT NULL, id TEXT NOT NULL, group_id TEXT NOT NULL, has_group INTEGER NOT NULL,
            id_high INTEGER NOT NULL, id_low INTEGER NOT NULL, serial INTEGER NOT NULL, expires_at INTEGER NOT NULL,
            PRIMARY KEY (queue, id, group_id, has_group)) WITHOUT ROWID;
        CREATE INDEX deduplication_expiry ON deduplication (expires_at);
        CREATE TABLE move_tasks (
            id_high INTEGER NOT NULL, id_low INTEGER NOT NULL, source INTEGER NOT NULL, task TEXT NOT NULL,
            PRIMARY KEY (id_high, id_low)) WITHOUT ROWID;
        CREATE TABLE reserved (only INTEGER PRIMARY KEY CHECK (only = 1), serial INTEGER NOT NULL);
        """

    /// Opens the file, or makes it.
    static func open(path: String, durability: Durability) throws(StorageError) -> DatabaseQueue {
        if FileManager.default.fileExists(atPath: path) {
            try self.checkHeader(path)
        } else {
            try self.make(path)
        }
        let queue: DatabaseQueue
        do {
            queue = try DatabaseQueue(path: path, configuration: self.configuration(durability))
        } catch {
            throw self.explain(error, path)
        }
        if let fault = self.fault(queue) {
            // Closing would write what stands in the WAL into the file, which is to be left as it is: the process keeps it open
            // to its end, which is near.
            _ = Unmanaged.passRetained(queue)
            throw self.damaged(path, fault)
        }
        return queue
    }

    private static func configuration(_ durability: Durability) -> Configuration {
        var configuration = Configuration()
        configuration.label = "martlet.queues"
        configuration.foreignKeysEnabled = false
        configuration.prepareDatabase { database in
            // In this order: a connection that is exclusive before it sees the WAL keeps the WAL's index in its own memory.
            try database.execute(sql: "PRAGMA locking_mode = EXCLUSIVE")
            try database.execute(sql: "PRAGMA journal_mode = WAL")
            // NORMAL leaves it to the system when the WAL reaches the disk; FULL waits for it at each commit.
            try database.execute(sql: "PRAGMA synchronous = \(durability == .power ? "FULL" : "NORMAL")")
            try database.execute(sql: "PRAGMA fullfsync = \(durability == .power ? 1 : 0)")
            // Debian's SQLite overwrites what is deleted unless it is told not to.
            try database.execute(sql: "PRAGMA secure_delete = OFF")
            try database.execute(sql: "PRAGMA cache_size = -\(Self.cacheKilobytes)")
            try database.execute(sql: "PRAGMA wal_autocheckpoint = \(Self.checkpointPages)")
            try database.execute(sql: "PRAGMA journal_size_limit = \(Self.walBytesMax)")
            try database.execute(sql: "PRAGMA temp_store = MEMORY")
        }
        return configuration
    }

    /// Sends touch the last page, receives and deletes the first: a small cache holds all that is hot.
    private static let cacheKilobytes = 16 * 1024
    /// The WAL is written back when it has so many pages, of 4 KB.
    private static let checkpointPages = 8_192
    /// A WAL that grew beyond this (one huge transaction) is cut after it was written back.
    private static let walBytesMax = 64 * 1024 * 1024

    // MARK: Before SQLite sees it

    /// Looks at the first 100 bytes (SQLite file format, "The Database Header") without SQLite, which would begin by repairing.
    private static func checkHeader(_ path: String) throws(StorageError) {
        let header: [UInt8]
        do {
            let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            header = [UInt8](try file.read(upToCount: 100) ?? Data())
            try file.close()
        } catch {
            throw StorageError(.inputOutput, "can't read \(path): \(error.localizedDescription)")
        }
        guard header.count == 100, header.starts(with: Array("SQLite format 3\0".utf8)) else {
            throw self.damaged(path, "it is no SQLite database")
        }
        func number(_ offset: Int) -> UInt32 { header[offset..<offset + 4].reduce(0) { $0 << 8 | UInt32($1) } }
        guard number(68) == self.applicationID else { throw self.damaged(path, "it is a SQLite database of another program") }
        let version = number(60)
        guard version <= self.formatVersion else {
            throw StorageError(
                .newer,
                "\(path) was written by a newer version of martlet (format \(version); this one knows up to \(self.formatVersion)). "
                    + "It is left as it is. Use that version, or choose another folder with --state-dir."
            )
        }
    }

    private static func fault(_ queue: DatabaseQueue) -> String? {
        do {
            return try queue.read { database in
                let result = try String.fetchOne(database, sql: "PRAGMA quick_check(1)") ?? "no answer"
                return result == "ok" ? nil : result
            }
        } catch {
            return "\(error)"
        }
    }

    // MARK: Making

    /// Under another name first: a file of the right name is complete, whenever the process ended.
    private static func make(_ path: String) throws(StorageError) {
        let draft = "\(path).new"
        do {
            for suffix in ["", "-journal"] where FileManager.default.fileExists(atPath: draft + suffix) {
                try FileManager.default.removeItem(atPath: draft + suffix)
            }
            let queue = try DatabaseQueue(path: draft)
            try queue.writeWithoutTransaction { database in
                try database.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL")
                try database.execute(sql: "PRAGMA application_id = \(self.applicationID)")
                try database.execute(sql: "PRAGMA user_version = \(self.formatVersion)")
                try database.execute(sql: self.tables)
            }
            try queue.close()
            try FileManager.default.moveItem(atPath: draft, toPath: path)
        } catch {
            throw self.explain(error, path)
        }
    }

    private static func damaged(_ path: String, _ why: String) -> StorageError {
        StorageError(
            .damaged,
            "\(path) can't be used: \(why). It is left as it is. Move it away to begin with empty queues, or choose another folder with --state-dir."
        )
    }

    private static func explain(_ error: any Error, _ path: String) -> StorageError {
        guard let error = error as? DatabaseError else {
            return StorageError(.inputOutput, "can't open \(path): \(error.localizedDescription)")
        }
        switch error.resultCode {
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            return StorageError(
                .inUse,
                "another host has \(path) open. Stop it, choose another folder with --state-dir, or run this one with --in-memory."
            )
        case .SQLITE_CORRUPT, .SQLITE_NOTADB: return self.damaged(path, "\(error)")
        default: return StorageError(.inputOutput, "can't open \(path): \(error)")
        }
    }
}
