import GRDB

/// The file of the journal.
///
/// One connection in SQLite's exclusive locking mode holds it from start to end. That keeps a second host of the same folder
/// out, and spares each commit the locks and the shared memory by which processes would share a WAL.
enum JournalFile {
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

    /// `MrtQ`
    private static let applicationID: UInt32 = 0x4D72_7451
    private static let formatVersion: UInt32 = 1

    private static func file(_ path: String) -> DatabaseFile {
        DatabaseFile(
            path: path, applicationID: self.applicationID, formatVersion: self.formatVersion, tables: self.tables,
            remedy: "Move it away to begin with empty queues, or choose another folder with --state-dir.",
            remedyWhenInUse: "Stop it, choose another folder with --state-dir, or run this one with --in-memory.")
    }

    /// Opens the file, or makes it.
    static func open(path: String, durability: Durability) throws(StorageError) -> DatabaseQueue {
        let file = self.file(path)
        try file.prepare()
        let queue: DatabaseQueue
        do {
            queue = try DatabaseQueue(path: path, configuration: self.configuration(durability))
        } catch {
            throw file.explain(error)
        }
        if let fault = DatabaseFile.fault(queue) {
            // Closing would write what stands in the WAL into the file, which is to be left as it is: the process keeps it open
            // to its end, which is near.
            _ = Unmanaged.passRetained(queue)
            throw file.damaged(fault)
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
            try database.execute(sql: "PRAGMA journal_size_limit = \(Self.walBytesMax)")
            try database.execute(sql: "PRAGMA temp_store = MEMORY")
        }
        return configuration
    }

    /// Sends touch the last page, receives and deletes the first: a small cache holds all that is hot.
    private static let cacheKilobytes = 16 * 1024
    /// A WAL that grew beyond this (one huge transaction) is cut after it was written back.
    private static let walBytesMax = 64 * 1024 * 1024
}
