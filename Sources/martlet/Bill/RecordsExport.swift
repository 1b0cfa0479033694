import ArgumentParser
import Billing
import CoreTypes
import Storage

enum RecordsForm: String, ExpressibleByArgument, CaseIterable {
    case csv, json
}

struct RecordsFilter: ParsableArguments {
    @Option(help: "Of this function alone.")
    var function: String?

    @Option(help: "That came in so: invoke, asynchronous, gateway, function-url or queue.")
    var source: InvocationRecord.Source?

    @Option(help: "That ended so: success, error or timeout.")
    var outcome: InvocationRecord.Outcome.Kind?

    var isSet: Bool { self.function != nil || self.source != nil || self.outcome != nil }

    var query: LedgerQuery { LedgerQuery(function: self.function, source: self.source, outcome: self.outcome) }
}

extension InvocationRecord.Source: ExpressibleByArgument {}
extension InvocationRecord.Outcome.Kind: ExpressibleByArgument {}

/// Writes invocations to standard output, page by page, so that a large ledger needs no memory.
struct RecordsExport {
    private var query: LedgerQuery
    private let form: RecordsForm
    private let prices: PriceTable

    private static let pageSize = 10_000

    init(_ query: LedgerQuery, form: RecordsForm, prices: PriceTable) {
        self.query = query
        self.query.limit = Self.pageSize
        self.form = form
        self.prices = prices
    }

    /// JSON is one array with a record a line.
    func write(from reader: LedgerReader) throws {
        let csv = RecordsCSV(prices: self.prices)
        var query = self.query
        var isFirst = true
        Terminal.output(self.form == .csv ? csv.head : Array("[".utf8))
        while true {
            let page = try reader.invocations(query)
            var bytes: [UInt8] = []
            for record in page {
                switch self.form {
                case .csv: bytes += csv.row(record)
                case .json:
                    bytes += Array((isFirst ? "\n" : ",\n").utf8) + InvocationReport(record, prices: self.prices).json.bytes
                }
                isFirst = false
            }
            Terminal.output(bytes)
            guard page.count == Self.pageSize, let last = page.last else { break }
            query.after = LedgerPosition(last)
        }
        if self.form == .json { Terminal.output(Array("\n]\n".utf8)) }
    }
}
