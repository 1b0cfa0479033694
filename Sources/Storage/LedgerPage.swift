import Billing
import CoreTypes
import GRDB

/// One page of invocations, by one walk along the table's own order: nothing is sorted, and filters cost the rows they pass over.
struct LedgerPage {
    private let query: LedgerQuery
    private var conditions: [String] = []
    private var arguments: [any LedgerArgument] = []

    init(_ query: LedgerQuery) {
        self.query = query
        if let since = query.since { self.add("started_at >= ?", since.nanoseconds) }
        if let until = query.until { self.add("started_at < ?", until.nanoseconds) }
        if let function = query.function { self.add("function IN (SELECT id FROM functions WHERE name = ?)", function) }
        if let source = query.source { self.add("source = ?", source.code) }
        if let outcome = query.outcome { self.add("outcome = ?", outcome.code) }
        if let id = query.requestID {
            self.add("id_high = ? AND id_low = ?", Int64(bitPattern: id.high), Int64(bitPattern: id.low))
        }
        if let after = query.after {
            let id = (Int64(bitPattern: after.requestID.high), Int64(bitPattern: after.requestID.low))
            self.add(
                "(started_at, id_high, id_low) \(query.order == .newestFirst ? "<" : ">") (?, ?, ?)", after.startedAt.nanoseconds,
                id.0, id.1)
        }
    }

    private mutating func add(_ condition: String, _ arguments: any LedgerArgument...) {
        self.conditions.append(condition)
        self.arguments += arguments
    }

    private var sql: String {
        let direction = self.query.order == .newestFirst ? "DESC" : "ASC"
        return """
            SELECT started_at, id_high, id_low, function, source, outcome, error_type, init, duration, max_memory_mb,
                request_bytes, response_bytes, is_streamed, trace
            FROM invocations \(self.conditions.isEmpty ? "" : "WHERE " + self.conditions.joined(separator: " AND "))
            ORDER BY started_at \(direction), id_high \(direction), id_low \(direction) LIMIT ?
            """
    }

    func records(_ database: Database) throws(StorageError) -> [InvocationRecord] {
        let functions = try Self.functions(database)
        let statement = try PreparedStatement(database, self.sql)
        for (index, argument) in self.arguments.enumerated() { argument.bind(to: statement, at: Int32(index + 1)) }
        statement.bind(Int32(self.arguments.count + 1), Int64(max(self.query.limit, 0)))
        var records: [InvocationRecord] = []
        while try statement.next() {
            guard let function = functions[statement.integer(3)],
                let source = InvocationRecord.Source(code: statement.integer(4)),
                let outcome = InvocationRecord.Outcome.Kind(code: statement.integer(5))
            else { throw StorageError(.damaged, "the invocation of \(statement.integer(0)) ns can't be read") }
            records.append(
                InvocationRecord(
                    requestID: RequestID(random: statement.unsigned(1), statement.unsigned(2)), functionName: function.name,
                    version: function.version, source: source, startedAt: Timestamp(nanoseconds: statement.integer(0)),
                    initDuration: statement.isNull(7) ? nil : .nanoseconds(statement.integer(7)),
                    duration: .nanoseconds(statement.integer(8)), memoryMB: function.memoryMB,
                    ephemeralStorageMB: function.storageMB, isARM: function.isARM, maxMemoryUsedMB: Int(statement.integer(9)),
                    outcome: Self.outcome(outcome, statement), requestBytes: Int(statement.integer(10)),
                    responseBytes: Int(statement.integer(11)), isStreamed: statement.integer(12) != 0,
                    traceHeader: statement.text(13) ?? ""))
        }
        return records
    }

    private static func outcome(_ outcome: InvocationRecord.Outcome.Kind, _ statement: PreparedStatement)
        -> InvocationRecord.Outcome
    {
        switch outcome {
        case .success: .success
        case .error: .error(type: statement.text(6) ?? "")
        case .timeout: .timeout
        }
    }

    private struct Function {
        let name, version: String
        let memoryMB, storageMB: Int
        let isARM: Bool
    }

    private static func functions(_ database: Database) throws(StorageError) -> [Int64: Function] {
        let statement = try PreparedStatement(
            database, "SELECT id, name, version, memory_mb, storage_mb, is_arm FROM functions")
        var functions: [Int64: Function] = [:]
        while try statement.next() {
            functions[statement.integer(0)] = Function(
                name: statement.text(1) ?? "", version: statement.text(2) ?? "", memoryMB: Int(statement.integer(3)),
                storageMB: Int(statement.integer(4)), isARM: statement.integer(5) != 0)
        }
        return functions
    }
}
