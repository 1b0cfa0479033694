import GRDB
import GRDBSQLite

/// A statement that GRDB has prepared, bound and run through SQLite's own calls: a row costs half of what it does with
/// arguments as GRDB's values, and a message's body goes from its array to the page without a copy on the way.
///
/// Parameters are numbered from 1, columns from 0, as SQLite does.
final class PreparedStatement {
    /// Owns what `raw` points at.
    private let statement: Statement
    private let raw: OpaquePointer
    private let database: OpaquePointer

    init(_ database: Database, _ sql: String) throws(StorageError) {
        do {
            self.statement = try database.makeStatement(sql: sql)
        } catch {
            throw StorageError(.damaged, "its tables are not as this version makes them (\(error))")
        }
        guard let connection = database.sqliteConnection else { preconditionFailure("the database is open while it is written") }
        self.raw = self.statement.sqliteStatement
        self.database = connection
    }

    func bind(_ index: Int32, _ value: Int64) { sqlite3_bind_int64(self.raw, index, value) }
    func bind(_ index: Int32, _ value: UInt64) { sqlite3_bind_int64(self.raw, index, Int64(bitPattern: value)) }

    func bind(_ index: Int32, _ value: Int64?) {
        if let value { self.bind(index, value) } else { sqlite3_bind_null(self.raw, index) }
    }

    func bind(_ index: Int32, _ text: String?) {
        guard var text else {
            sqlite3_bind_null(self.raw, index)
            return
        }
        // SQLite copies it: the pointer is good for this call only.
        let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        text.withUTF8 { utf8 in
            _ = utf8.withMemoryRebound(to: CChar.self) {
                sqlite3_bind_text(self.raw, index, $0.baseAddress, Int32($0.count), copied)
            }
        }
    }

    /// Runs `body` while SQLite may read `bytes`, which are not copied.
    func withBound<Result>(
        _ index: Int32, _ bytes: [UInt8], _ body: () throws(StorageError) -> Result
    ) throws(StorageError) -> Result {
        let outcome = bytes.withUnsafeBytes { buffer in
            if buffer.isEmpty {
                sqlite3_bind_zeroblob(self.raw, index, 0)
            } else {
                sqlite3_bind_blob(self.raw, index, buffer.baseAddress, Int32(buffer.count), nil)
            }
            return Swift.Result { () throws(StorageError) in try body() }
        }
        return try outcome.get()
    }

    /// Runs a statement that gives no rows, and makes it ready for the next run.
    func run() throws(StorageError) {
        let code = sqlite3_step(self.raw)
        sqlite3_reset(self.raw)
        guard code == SQLITE_DONE || code == SQLITE_ROW else { throw self.failure(code) }
    }

    /// How many rows the last run changed.
    var changes: Int { Int(sqlite3_changes(self.database)) }

    // MARK: Rows

    /// Steps to the next row; `false` behind the last one.
    func next() throws(StorageError) -> Bool {
        let code = sqlite3_step(self.raw)
        if code == SQLITE_ROW { return true }
        sqlite3_reset(self.raw)
        guard code == SQLITE_DONE else { throw self.failure(code) }
        return false
    }

    /// The first column of the one row that there is, if there is one.
    func onlyInteger() throws(StorageError) -> Int64? {
        guard try self.next() else { return nil }
        let value = self.integer(0)
        while try self.next() {}
        return value
    }

    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(self.raw, column) == SQLITE_NULL }
    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(self.raw, column) }
    func unsigned(_ column: Int32) -> UInt64 { UInt64(bitPattern: sqlite3_column_int64(self.raw, column)) }

    func bytes(_ column: Int32) -> [UInt8] {
        guard let base = sqlite3_column_blob(self.raw, column) else { return [] }
        return [UInt8](UnsafeRawBufferPointer(start: base, count: Int(sqlite3_column_bytes(self.raw, column))))
    }

    func text(_ column: Int32) -> String? {
        guard let base = sqlite3_column_text(self.raw, column) else { return nil }
        return String(
            decoding: UnsafeBufferPointer(start: base, count: Int(sqlite3_column_bytes(self.raw, column))), as: UTF8.self)
    }

    private func failure(_ code: Int32) -> StorageError {
        let message = String(cString: sqlite3_errmsg(self.database))
        let isDamage = code & 0xFF == SQLITE_CORRUPT || code & 0xFF == SQLITE_NOTADB
        return StorageError(isDamage ? .damaged : .inputOutput, "SQLite says \"\(message)\" (\(code))")
    }
}
