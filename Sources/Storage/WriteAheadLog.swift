import GRDB
import GRDBSQLite

/// How long the WAL of a connection is, and when it is written back into the file. SQLite by itself would do that within whichever
/// commit crosses the bound, which then takes a hundred times as long; here the writer chooses the moment.
final class WriteAheadLog {
    /// Pages of 4 KB.
    private(set) var pages = 0
    private let connection: OpaquePointer

    /// It is written back when it has so many pages.
    static let pagesMax = 8_192

    init(_ database: Database) {
        guard let connection = database.sqliteConnection else { preconditionFailure("the database is open while it is written") }
        self.connection = connection
        // Takes the place of SQLite's own: the connection must not outlive this object while it commits.
        sqlite3_wal_hook(
            connection,
            { log, _, _, pages in
                Unmanaged<WriteAheadLog>.fromOpaque(log!).takeUnretainedValue().pages = Int(pages)
                return SQLITE_OK
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    deinit { sqlite3_wal_hook(self.connection, nil, nil) }

    /// Whether it is to be written back.
    var isLong: Bool { self.pages >= Self.pagesMax }

    /// What can't be written back stays in the WAL, which a later call or the next start writes back: nothing is lost.
    func writeBackIfLong() {
        guard self.isLong else { return }
        sqlite3_wal_checkpoint_v2(self.connection, nil, SQLITE_CHECKPOINT_PASSIVE, nil, nil)
        self.pages = 0
    }
}
