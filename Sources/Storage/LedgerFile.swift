import Foundation
import GRDB

/// The file of the ledger.
///
/// Several processes may have it open: a host that writes, commands that run a function by themselves, and `martlet bill`,
/// which reads. SQLite's WAL lets readers see the last commit while a writer writes the next.
enum LedgerFile {
    /// An invocation is written at the right edge of its table, whose key begins with the time: a commit touches few pages
    /// however large the table is, which an index by random ids would not. The key also holds that nothing is there twice; an
    /// asynchronous event that is tried again keeps its request id, so the start is part of it.
    ///
    /// What is metered by the minute is kept apart from the invocations: it stays when old ones are forgotten.
    private static let tables = """
        CREATE TABLE sessions (
            id INTEGER PRIMARY KEY, kind TEXT NOT NULL, region TEXT NOT NULL, process INTEGER NOT NULL,
            started_at INTEGER NOT NULL, ended_at INTEGER, lost INTEGER NOT NULL);
        -- What many invocations share.
        CREATE TABLE functions (
            id INTEGER PRIMARY KEY, name TEXT NOT NULL, version TEXT NOT NULL, memory_mb INTEGER NOT NULL,
            storage_mb INTEGER NOT NULL, is_arm INTEGER NOT NULL, UNIQUE (name, version, memory_mb, storage_mb, is_arm));
        CREATE TABLE invocations (
            started_at INTEGER NOT NULL, id_high INTEGER NOT NULL, id_low INTEGER NOT NULL, session INTEGER NOT NULL,
            function INTEGER NOT NULL, source INTEGER NOT NULL, outcome INTEGER NOT NULL, error_type TEXT, init INTEGER,
            duration INTEGER NOT NULL, max_memory_mb INTEGER NOT NULL, request_bytes INTEGER NOT NULL,
            response_bytes INTEGER NOT NULL, is_streamed INTEGER NOT NULL, trace TEXT NOT NULL,
            PRIMARY KEY (started_at, id_high, id_low)) WITHOUT ROWID;
        CREATE TABLE consumers (
            id INTEGER PRIMARY KEY, kind TEXT NOT NULL, region TEXT NOT NULL, name TEXT NOT NULL, UNIQUE (kind, region, name));
        CREATE TABLE items (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
        -- Of functions: what is priced.
        CREATE TABLE usage (
            minute INTEGER NOT NULL, session INTEGER NOT NULL, consumer INTEGER NOT NULL, item INTEGER NOT NULL,
            quantity INTEGER NOT NULL, PRIMARY KEY (minute, session, consumer, item)) WITHOUT ROWID;
        CREATE TABLE api_requests (
            minute INTEGER NOT NULL, session INTEGER NOT NULL, consumer INTEGER NOT NULL, kind TEXT NOT NULL,
            requests INTEGER NOT NULL, uncharged INTEGER NOT NULL, units INTEGER NOT NULL, response_bytes INTEGER NOT NULL,
            client_errors INTEGER NOT NULL, server_errors INTEGER NOT NULL,
            PRIMARY KEY (minute, session, consumer, kind)) WITHOUT ROWID;
        CREATE TABLE queue_requests (
            minute INTEGER NOT NULL, session INTEGER NOT NULL, consumer INTEGER NOT NULL, action TEXT NOT NULL,
            requests INTEGER NOT NULL, standard_units INTEGER NOT NULL, fifo_units INTEGER NOT NULL,
            fair_requests INTEGER NOT NULL, messages INTEGER NOT NULL, empty_receives INTEGER NOT NULL,
            short_empty_receives INTEGER NOT NULL, refused INTEGER NOT NULL,
            PRIMARY KEY (minute, session, consumer, action)) WITHOUT ROWID;
        """

    static func file(_ path: String) -> DatabaseFile {
        DatabaseFile(
            // `MrtL`
            path: path, applicationID: 0x4D72_744C, formatVersion: 1, tables: self.tables,
            remedy: "Move it away to begin a new ledger, or run without one: --ledger off.",
            remedyWhenInUse: "Try again, or choose another folder with --state-dir.")
    }

    /// Opens the file to write it, or makes it.
    static func open(path: String) throws(StorageError) -> DatabaseQueue {
        let file = self.file(path)
        try file.prepare()
        return try self.connect(file, isReader: false)
    }

    /// Opens a file that is there, to read it alone.
    static func openToRead(path: String) throws(StorageError) -> DatabaseQueue {
        let file = self.file(path)
        try file.checkHeader()
        return try self.connect(file, isReader: true)
    }

    /// A ledger that ends with its process.
    static func inMemory() throws(StorageError) -> DatabaseQueue {
        do {
            let queue = try DatabaseQueue()
            try queue.writeWithoutTransaction { try self.file(":memory:").lay($0) }
            return queue
        } catch {
            throw StorageError(.inputOutput, "can't make a ledger in memory: \(error)")
        }
    }

    private static func connect(_ file: DatabaseFile, isReader: Bool) throws(StorageError) -> DatabaseQueue {
        let queue: DatabaseQueue
        do {
            queue = try DatabaseQueue(path: file.path, configuration: self.configuration(isReader: isReader))
        } catch {
            throw file.explain(error)
        }
        if self.size(file.path) <= self.checkedBytesMax, let fault = DatabaseFile.fault(queue) {
            // As for the journal: closing would write the WAL into a file that is to be left as it is.
            _ = Unmanaged.passRetained(queue)
            throw file.damaged(fault)
        }
        return queue
    }

    private static func size(_ path: String) -> Int {
        // What can't be asked for its size can't be opened either, and that is told.
        ((try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? Int) ?? 0
    }

    /// Files up to this size are read through when they are opened, which takes some milliseconds. Damage of larger ones is
    /// found when a row of it is needed.
    private static let checkedBytesMax = 4 * 1024 * 1024

    private static func configuration(isReader: Bool) -> Configuration {
        var configuration = Configuration()
        configuration.label = isReader ? "martlet.ledger.reader" : "martlet.ledger"
        configuration.foreignKeysEnabled = false
        configuration.readonly = isReader
        // Another process's commit takes milliseconds; its pruning, some tens of them.
        configuration.busyMode = .timeout(Self.busySeconds)
        configuration.prepareDatabase { database in
            if !isReader {
                try database.execute(sql: "PRAGMA journal_mode = WAL")
                // What was committed survives the end of the process; a power cut may take the last commits, never the file.
                try database.execute(sql: "PRAGMA synchronous = NORMAL")
                try database.execute(sql: "PRAGMA secure_delete = OFF")
                try database.execute(sql: "PRAGMA wal_autocheckpoint = \(Self.checkpointPages)")
                try database.execute(sql: "PRAGMA journal_size_limit = \(Self.walBytesMax)")
            }
            try database.execute(sql: "PRAGMA cache_size = -\(Self.cacheKilobytes)")
            try database.execute(sql: "PRAGMA temp_store = MEMORY")
        }
        return configuration
    }

    private static let busySeconds = 2.0
    /// Writers touch the edge of their tables.
    private static let cacheKilobytes = 4 * 1024
    /// The WAL is written back when it has so many pages, of 4 KB: some seconds of a busy host.
    private static let checkpointPages = 4_096
    private static let walBytesMax = 32 * 1024 * 1024
}
