package import Billing
import CoreTypes
import Foundation
import GRDB

/// Looks into a ledger, whether or not a host writes it. Calls block: not for an event loop.
package final class LedgerReader: Sendable {
    private let database: DatabaseQueue
    private let name: String

    /// Of a state folder.
    package static func path(in stateFolder: String) -> String { "\(stateFolder)/ledger.sqlite" }

    /// Opens a ledger that is there.
    /// - Throws: when there is none, and when it is damaged or newer.
    package init(path: String) throws(StorageError) {
        guard FileManager.default.fileExists(atPath: path) else {
            throw StorageError(.absent, "there is no ledger \(path)")
        }
        self.database = try LedgerFile.openToRead(path: path)
        self.name = path
    }

    /// Of a ledger in memory.
    init(sharing database: DatabaseQueue) {
        self.database = database
        self.name = "the ledger in memory"
    }

    /// A page of invocations. Costs what lies between its first and its last record.
    package func invocations(_ query: LedgerQuery) throws -> [InvocationRecord] {
        try self.read { database in try LedgerPage(query).records(database) }
    }

    package func session(_ id: Int64) throws -> LedgerSession? {
        try self.sessions("WHERE id = ?1", id).first
    }

    /// The last one that began.
    package func lastSession(_ kind: LedgerSession.Kind) throws -> LedgerSession? {
        try self.sessions("WHERE kind = ?1 ORDER BY id DESC LIMIT 1", kind.rawValue).first
    }

    /// Of a host that runs. It need not be the last: one that was started beside it and refused began later.
    package func runningSession(process: Int32) throws -> LedgerSession? {
        let condition = "WHERE process = ?1 AND kind = '\(LedgerSession.Kind.host.rawValue)' AND ended_at IS NULL"
        return try self.sessions("\(condition) ORDER BY id DESC LIMIT 1", Int64(process)).first
    }

    /// What was used, by whom. Consumers of another region than `region` have theirs behind their name.
    package func usage(_ period: LedgerPeriod, region: String) throws -> LedgerUsage {
        try self.read { database in try LedgerSum(period, region: region).usage(database) }
    }

    private func sessions(_ condition: String, _ argument: some LedgerArgument) throws -> [LedgerSession] {
        try self.read { database in
            let statement = try PreparedStatement(
                database, "SELECT id, kind, region, process, started_at, ended_at, lost FROM sessions \(condition)")
            argument.bind(to: statement, at: 1)
            var sessions: [LedgerSession] = []
            while try statement.next() {
                guard let kind = statement.text(1).flatMap(LedgerSession.Kind.init(rawValue:)) else {
                    throw StorageError(.damaged, "the row of session \(statement.integer(0)) can't be read")
                }
                sessions.append(
                    LedgerSession(
                        id: statement.integer(0), kind: kind, region: statement.text(2) ?? "",
                        processID: Int32(truncatingIfNeeded: statement.integer(3)),
                        startedAt: Timestamp(nanoseconds: statement.integer(4)),
                        endedAt: statement.isNull(5) ? nil : Timestamp(nanoseconds: statement.integer(5)),
                        lost: Int(statement.integer(6))))
            }
            return sessions
        }
    }

    /// All statements of `body` see the same commit.
    private func read<Result>(_ body: (Database) throws -> Result) throws -> Result {
        do {
            return try self.database.read(body)
        } catch let error as StorageError {
            throw StorageError(error.code, "\(self.name) can't be read: \(error.description)")
        } catch {
            throw StorageError(.inputOutput, "\(self.name) can't be read: \(error)")
        }
    }
}

/// What stands for a `?` of a statement.
protocol LedgerArgument {
    func bind(to statement: PreparedStatement, at index: Int32)
}

extension Int64: LedgerArgument {
    func bind(to statement: PreparedStatement, at index: Int32) { statement.bind(index, self) }
}

extension String: LedgerArgument {
    func bind(to statement: PreparedStatement, at index: Int32) { statement.bind(index, self) }
}
