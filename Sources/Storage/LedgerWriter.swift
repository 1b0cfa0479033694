import Billing
import CoreTypes
import GRDB
import SQS

/// Writes groups into the ledger's tables, each in one transaction. Names are written once and stand as numbers in the rows.
final class LedgerWriter {
    private struct FunctionKey: Hashable {
        let name, version: String
        let memoryMB, storageMB: Int
        let isARM: Bool

        init(_ record: InvocationRecord) {
            (self.name, self.version) = (record.functionName, record.version)
            (self.memoryMB, self.storageMB) = (record.memoryMB, record.ephemeralStorageMB)
            self.isARM = record.isARM
        }
    }

    private struct ConsumerKey: Hashable {
        let kind: Consumer.Kind
        let region, name: String
    }

    private let region: String
    private let session: Int64
    private let begin, commit, rollback: PreparedStatement
    private let addInvocation, addUsage, addAPIRequests, addQueueRequests: PreparedStatement
    private let addFunction, findFunction, addConsumer, findConsumer, addItem, findItem: PreparedStatement
    private let endSession: PreparedStatement
    private var functions: [FunctionKey: Int64] = [:]
    private var consumers: [ConsumerKey: Int64] = [:]
    private var items: [PricedItem: Int64] = [:]

    /// Begins a session.
    init(_ database: Database, session: LedgerSession) throws(StorageError) {
        func make(_ sql: String) throws(StorageError) -> PreparedStatement { try PreparedStatement(database, sql) }
        self.region = session.region
        self.begin = try make("BEGIN IMMEDIATE")
        self.commit = try make("COMMIT")
        self.rollback = try make("ROLLBACK")
        self.addInvocation = try make("INSERT OR IGNORE INTO invocations VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
        self.addUsage = try make(
            """
            INSERT INTO usage VALUES (?, ?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET quantity = quantity + excluded.quantity
            """)
        self.addAPIRequests = try make(
            """
            INSERT INTO api_requests VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET requests = requests + excluded.requests, uncharged = uncharged + excluded.uncharged,
                units = units + excluded.units, response_bytes = response_bytes + excluded.response_bytes,
                client_errors = client_errors + excluded.client_errors, server_errors = server_errors + excluded.server_errors
            """)
        self.addQueueRequests = try make(
            """
            INSERT INTO queue_requests VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET requests = requests + excluded.requests,
                standard_units = standard_units + excluded.standard_units, fifo_units = fifo_units + excluded.fifo_units,
                fair_requests = fair_requests + excluded.fair_requests, messages = messages + excluded.messages,
                empty_receives = empty_receives + excluded.empty_receives,
                short_empty_receives = short_empty_receives + excluded.short_empty_receives, refused = refused + excluded.refused
            """)
        self.addFunction = try make(
            "INSERT OR IGNORE INTO functions (name, version, memory_mb, storage_mb, is_arm) VALUES (?, ?, ?, ?, ?)")
        self.findFunction = try make(
            "SELECT id FROM functions WHERE name = ? AND version = ? AND memory_mb = ? AND storage_mb = ? AND is_arm = ?")
        self.addConsumer = try make("INSERT OR IGNORE INTO consumers (kind, region, name) VALUES (?, ?, ?)")
        self.findConsumer = try make("SELECT id FROM consumers WHERE kind = ? AND region = ? AND name = ?")
        self.addItem = try make("INSERT OR IGNORE INTO items (name) VALUES (?)")
        self.findItem = try make("SELECT id FROM items WHERE name = ?")
        self.endSession = try make("UPDATE sessions SET ended_at = ?, lost = ? WHERE id = ?")
        let addSession = try make(
            "INSERT INTO sessions (kind, region, process, started_at, lost) VALUES (?, ?, ?, ?, 0) RETURNING id")
        addSession.bind(1, session.kind.rawValue)
        addSession.bind(2, session.region)
        addSession.bind(3, Int64(session.processID))
        addSession.bind(4, session.startedAt.nanoseconds)
        guard let id = try addSession.onlyInteger() else { throw StorageError(.damaged, "a session got no number") }
        self.session = id
    }

    /// Writes all of it, or nothing and throws. What is there already is left as it is, and counted once.
    /// - Returns: how many invocations are new.
    func write(_ group: LedgerGroup) throws(StorageError) -> Int {
        try self.inTransaction { () throws(StorageError) in
            var added: [Int64: [InvocationRecord]] = [:]
            var count = 0
            for record in group.records where try self.add(record) {
                added[record.startedAt.minute, default: []].append(record)
                count += 1
            }
            for (minute, records) in added { try self.add(Usage(records), at: minute) }
            for (place, tally) in group.queues { try self.add(tally, place) }
            for (place, tally) in group.apis { try self.add(tally, place) }
            return count
        }
    }

    /// Writes how the session ended; `endedAt` is `nil` while it goes on.
    func note(endedAt: Timestamp?, lost: Int) throws(StorageError) {
        self.endSession.bind(1, endedAt?.nanoseconds)
        self.endSession.bind(2, Int64(lost))
        self.endSession.bind(3, self.session)
        try self.endSession.run()
    }

    private func inTransaction<Result>(_ body: () throws(StorageError) -> Result) throws(StorageError) -> Result {
        try self.begin.run()
        do throws(StorageError) {
            let result = try body()
            try self.commit.run()
            return result
        } catch {
            // The first error is the one to tell; without a transaction, as after a full disk, there is nothing to roll back.
            try? self.rollback.run()
            // Numbers that were given in it are no longer.
            (self.functions, self.consumers, self.items) = ([:], [:], [:])
            throw error
        }
    }

    private func add(_ record: InvocationRecord) throws(StorageError) -> Bool {
        let function = try self.number(of: FunctionKey(record))
        let statement = self.addInvocation
        statement.bind(1, record.startedAt.nanoseconds)
        statement.bind(2, record.requestID.high)
        statement.bind(3, record.requestID.low)
        statement.bind(4, self.session)
        statement.bind(5, function)
        statement.bind(6, record.source.code)
        statement.bind(7, record.outcome.kind.code)
        if case .error(let type) = record.outcome { statement.bind(8, type) } else { statement.bind(8, String?.none) }
        statement.bind(9, record.initDuration?.nanoseconds)
        statement.bind(10, record.duration.nanoseconds)
        statement.bind(11, Int64(record.maxMemoryUsedMB))
        statement.bind(12, Int64(record.requestBytes))
        statement.bind(13, Int64(record.responseBytes))
        statement.bind(14, Int64(record.isStreamed ? 1 : 0))
        statement.bind(15, record.traceHeader)
        try statement.run()
        return statement.changes == 1
    }

    private func add(_ usage: Usage, at minute: Int64) throws(StorageError) {
        for (consumer, quantities) in usage.quantities {
            let consumer = try self.number(of: ConsumerKey(kind: consumer.kind, region: self.region, name: consumer.name))
            for (item, quantity) in quantities {
                self.addUsage.bind(1, minute)
                self.addUsage.bind(2, self.session)
                self.addUsage.bind(3, consumer)
                self.addUsage.bind(4, try self.number(of: item))
                // A group is of some minutes at most: no quantity of one comes near the bound.
                self.addUsage.bind(5, Int64(clamping: quantity))
                try self.addUsage.run()
            }
        }
    }

    private func add(_ tally: APIUsage.Tally, _ place: LedgerGroup.APIMinute) throws(StorageError) {
        let statement = self.addAPIRequests
        statement.bind(1, place.minute)
        statement.bind(2, self.session)
        statement.bind(3, try self.number(of: ConsumerKey(kind: .api, region: self.region, name: place.key.api)))
        statement.bind(4, place.key.kind.rawValue)
        let numbers = [
            tally.requests, tally.uncharged, tally.units, tally.responseBytes, tally.clientErrors, tally.serverErrors,
        ]
        for (index, number) in numbers.enumerated() { statement.bind(Int32(5 + index), Int64(number)) }
        try statement.run()
    }

    private func add(_ tally: QueueUsage.Tally, _ place: LedgerGroup.QueueMinute) throws(StorageError) {
        let statement = self.addQueueRequests
        statement.bind(1, place.minute)
        statement.bind(2, self.session)
        let consumer = ConsumerKey(kind: .queue, region: place.key.region, name: place.key.queue ?? "")
        statement.bind(3, try self.number(of: consumer))
        statement.bind(4, place.key.action.rawValue)
        let numbers = [
            tally.requests, tally.standardUnits, tally.fifoUnits, tally.fairRequests, tally.messages, tally.emptyReceives,
            tally.shortEmptyReceives, tally.refused,
        ]
        for (index, number) in numbers.enumerated() { statement.bind(Int32(5 + index), Int64(number)) }
        try statement.run()
    }

    // MARK: Names

    private func number(of function: FunctionKey) throws(StorageError) -> Int64 {
        if let known = self.functions[function] { return known }
        for statement in [self.addFunction, self.findFunction] {
            statement.bind(1, function.name)
            statement.bind(2, function.version)
            statement.bind(3, Int64(function.memoryMB))
            statement.bind(4, Int64(function.storageMB))
            statement.bind(5, Int64(function.isARM ? 1 : 0))
        }
        let number = try Self.number(self.addFunction, self.findFunction)
        self.functions[function] = number
        return number
    }

    private func number(of consumer: ConsumerKey) throws(StorageError) -> Int64 {
        if let known = self.consumers[consumer] { return known }
        for statement in [self.addConsumer, self.findConsumer] {
            statement.bind(1, consumer.kind.rawValue)
            statement.bind(2, consumer.region)
            statement.bind(3, consumer.name)
        }
        let number = try Self.number(self.addConsumer, self.findConsumer)
        self.consumers[consumer] = number
        return number
    }

    private func number(of item: PricedItem) throws(StorageError) -> Int64 {
        if let known = self.items[item] { return known }
        self.addItem.bind(1, item.rawValue)
        self.findItem.bind(1, item.rawValue)
        let number = try Self.number(self.addItem, self.findItem)
        self.items[item] = number
        return number
    }

    private static func number(_ add: PreparedStatement, _ find: PreparedStatement) throws(StorageError) -> Int64 {
        try add.run()
        guard let number = try find.onlyInteger() else { throw StorageError(.damaged, "a name got no number") }
        return number
    }
}
