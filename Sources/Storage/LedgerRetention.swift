import CoreTypes
import GRDB

/// Forgets the oldest invocations beyond a number, a bounded piece at a time, and usage that no bill asks for any more.
final class LedgerRetention {
    private let limit: Int
    private let count, edge, deleteInvocations: PreparedStatement
    private let deleteUsage: [PreparedStatement]
    private let deleteSessions: PreparedStatement
    /// How many invocations there are, counted once.
    private var rows: Int?
    private let compaction: Compaction

    /// Rows that go at once: some milliseconds, while invocations wait in memory.
    private static let step = 10_000
    /// What may be there above the limit, so that not every commit deletes.
    private static let slack = 1_000
    /// Usage stays for thirteen months: a year and the one under way.
    private static let usageMinutes: Int64 = 400 * 24 * 60

    init(_ database: Database, limit: Int) throws(StorageError) {
        func make(_ sql: String) throws(StorageError) -> PreparedStatement { try PreparedStatement(database, sql) }
        self.limit = limit
        self.count = try make("SELECT count(*) FROM invocations")
        self.edge = try make("SELECT started_at FROM invocations ORDER BY started_at, id_high, id_low LIMIT 1 OFFSET ?")
        self.deleteInvocations = try make("DELETE FROM invocations WHERE started_at < ?")
        self.deleteUsage = try ["usage", "api_requests", "queue_requests"].map { table throws(StorageError) in
            try make("DELETE FROM \(table) WHERE minute < ?")
        }
        self.deleteSessions = try make("DELETE FROM sessions WHERE started_at < ?")
        self.compaction = try Compaction(database)
    }

    /// Once, at the start of a host.
    func forgetUsage(before now: Timestamp) throws(StorageError) {
        let minute = now.minute - Self.usageMinutes
        for statement in self.deleteUsage {
            statement.bind(1, minute)
            try statement.run()
        }
        self.deleteSessions.bind(1, Timestamp(seconds: minute * 60).nanoseconds)
        try self.deleteSessions.run()
    }

    /// After a commit: takes a piece away if there are too many.
    func added(_ invocations: Int) throws(StorageError) {
        self.compaction.committed()
        let rows: Int
        if let known = self.rows { rows = known + invocations } else { rows = Int(try self.count.onlyInteger() ?? 0) }
        self.rows = rows
        guard rows > self.limit + min(Self.slack, self.limit) else { return }
        self.edge.bind(1, Int64(min(rows - self.limit, Self.step)))
        guard let edge = try self.edge.onlyInteger() else { return }
        self.deleteInvocations.bind(1, edge)
        try self.deleteInvocations.run()
        self.rows = rows - self.deleteInvocations.changes
    }

    /// Gives room back to the system while nothing else is to do; `false` when there is none.
    func compact() -> Bool { self.compaction.step() }
}
