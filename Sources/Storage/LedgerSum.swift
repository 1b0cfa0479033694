import Billing
import CoreTypes
import GRDB
import SQS

/// What was used in a period, summed up by SQLite in whole numbers.
struct LedgerSum {
    private let period: LedgerPeriod
    private let region: String

    init(_ period: LedgerPeriod, region: String) {
        self.period = period
        self.region = region
    }

    func usage(_ database: Database) throws(StorageError) -> LedgerUsage {
        var sum = LedgerUsage(region: self.region)
        try self.addFunctions(database, to: &sum)
        try self.addAPIs(database, to: &sum)
        try self.addQueues(database, to: &sum)
        sum.lost = try self.lost(database)
        return sum
    }

    private func addFunctions(_ database: Database, to sum: inout LedgerUsage) throws(StorageError) {
        let statement = try self.statement(
            database,
            """
            SELECT consumers.kind, consumers.region, consumers.name, items.name, sum(quantity) FROM usage
            JOIN consumers ON consumers.id = consumer JOIN items ON items.id = item WHERE \(self.condition)
            GROUP BY consumer, item
            """)
        while try statement.next() {
            guard let kind = statement.text(0).flatMap(Consumer.Kind.init(rawValue:)),
                let item = statement.text(3).flatMap(PricedItem.init(rawValue:)), statement.integer(4) >= 0
            else { throw StorageError(.damaged, "a row of usage can't be read") }
            let name = sum.name(statement.text(2) ?? "", in: statement.text(1) ?? self.region)
            sum.usage.add(Int128(statement.integer(4)), of: item, by: Consumer(kind, name))
        }
    }

    private func addAPIs(_ database: Database, to sum: inout LedgerUsage) throws(StorageError) {
        let statement = try self.statement(
            database,
            """
            SELECT region, name, api_requests.kind, sum(requests), sum(uncharged), sum(units), sum(response_bytes),
                sum(client_errors), sum(server_errors)
            FROM api_requests JOIN consumers ON consumers.id = consumer WHERE \(self.condition)
            GROUP BY consumer, api_requests.kind
            """)
        while try statement.next() {
            guard let kind = statement.text(2).flatMap(APIRequests.Kind.init(rawValue:)) else {
                throw StorageError(.damaged, "a row of requests to APIs can't be read")
            }
            var tally = APIUsage.Tally()
            func number(_ column: Int32) -> Int { Int(statement.integer(column)) }
            (tally.requests, tally.uncharged, tally.units) = (number(3), number(4), number(5))
            (tally.responseBytes, tally.clientErrors, tally.serverErrors) = (number(6), number(7), number(8))
            let name = sum.name(statement.text(1) ?? "", in: statement.text(0) ?? self.region)
            sum.apis[APIUsage.Key(api: name, kind: kind), default: APIUsage.Tally()] += tally
            sum.usage.add(tally.billed(kind), to: name)
        }
    }

    private func addQueues(_ database: Database, to sum: inout LedgerUsage) throws(StorageError) {
        let statement = try self.statement(
            database,
            """
            SELECT region, name, action, sum(requests), sum(standard_units), sum(fifo_units), sum(fair_requests), sum(messages),
                sum(empty_receives), sum(short_empty_receives), sum(refused)
            FROM queue_requests JOIN consumers ON consumers.id = consumer WHERE \(self.condition) GROUP BY consumer, action
            """)
        while try statement.next() {
            guard let region = statement.text(0), let name = statement.text(1),
                let action = statement.text(2).flatMap(QueueAction.init(rawValue:))
            else { throw StorageError(.damaged, "a row of requests to queues can't be read") }
            var tally = QueueUsage.Tally()
            func number(_ column: Int32) -> Int { Int(statement.integer(column)) }
            (tally.requests, tally.standardUnits, tally.fifoUnits) = (number(3), number(4), number(5))
            (tally.fairRequests, tally.messages, tally.emptyReceives) = (number(6), number(7), number(8))
            (tally.shortEmptyReceives, tally.refused) = (number(9), number(10))
            let key = QueueUsage.Key(region: region, queue: name.isEmpty ? nil : name, action: action)
            sum.queues[key, default: QueueUsage.Tally()] += tally
            sum.usage.add(tally.billed, of: sum.consumer(of: key))
        }
    }

    private func lost(_ database: Database) throws(StorageError) -> Int {
        let condition: String
        let bounds: [Int64]
        switch self.period {
        case .everything: (condition, bounds) = ("1", [])
        case .session(let id): (condition, bounds) = ("id = ?", [id])
        case .time(let since, let until):
            condition = "coalesce(ended_at, started_at) >= ? AND started_at < ?"
            bounds = [since?.nanoseconds ?? .min, until?.nanoseconds ?? .max]
        }
        let statement = try PreparedStatement(database, "SELECT coalesce(sum(lost), 0) FROM sessions WHERE \(condition)")
        for (index, bound) in bounds.enumerated() { statement.bind(Int32(index + 1), bound) }
        return Int(try statement.onlyInteger() ?? 0)
    }

    private var condition: String {
        switch self.period {
        case .everything: "1"
        case .session: "session = ?"
        case .time: "minute >= ? AND minute < ?"
        }
    }

    private func statement(_ database: Database, _ sql: String) throws(StorageError) -> PreparedStatement {
        let statement = try PreparedStatement(database, sql)
        switch self.period {
        case .everything: break
        case .session(let id): statement.bind(1, id)
        case .time(let since, let until):
            statement.bind(1, since?.minute ?? .min)
            statement.bind(2, until.map { $0.minute + ($0 > Timestamp(seconds: $0.minute * 60) ? 1 : 0) } ?? .max)
        }
        return statement
    }
}
