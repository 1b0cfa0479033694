import Billing
import CoreTypes
import Foundation
import Storage

/// Measures the ledger and the price function, and prints a line for each figure: its name and the number.
///
/// - `page`: milliseconds for one page of 100,000 records out of 200,000, the median of 15.
/// - `filtered`: the same for the 10,000 among them of one of twenty functions.
/// - `console`: milliseconds for a page of 1,000 out of the 100,000 records that the console has, behind 50,000.
/// - `console-filtered`: the same of those that failed.
/// - `ring`: nanoseconds for keeping one record there.
/// - `month`: milliseconds for the sum of a month's usage.
/// - `prices`: records a second that are priced one by one.
/// - `bill`: records a second that become a bill.
/// - `append`: nanoseconds for handing over one record.
///
/// usage: ledger FOLDER

func milliseconds(_ body: () throws -> Void) rethrows -> Double {
    var times: [Double] = []
    for _ in 0..<15 {
        let start = ContinuousClock.now
        try body()
        times.append(Double((ContinuousClock.now - start).nanoseconds) / 1e6)
    }
    return times.sorted()[times.count / 2]
}

func record(_ number: Int) -> InvocationRecord {
    InvocationRecord(
        requestID: RequestID(random: UInt64(number) &* 0x9E37_79B9_7F4A_7C15, UInt64(number) &* 0xBF58_476D_1CE4_E5B9),
        functionName: "orders-service-function-\(number % 20)", version: "$LATEST", source: number % 3 == 0 ? .gateway : .invoke,
        startedAt: Timestamp(nanoseconds: 1_790_856_000_000_000_000 + Int64(number) * 12_345_678),
        initDuration: number % 100 == 0 ? .microseconds(81_230) : nil, duration: .microseconds(3_210 + number % 977),
        memoryMB: 256, maxMemoryUsedMB: 36, outcome: number % 50 == 0 ? .error(type: "OrderError") : .success, requestBytes: 211,
        responseBytes: 97, traceHeader: "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1")
}

let path = CommandLine.arguments[1] + "/ledger.sqlite"
let records = (0..<200_000).map(record)
let settings = Ledger.Settings(kind: .host, region: "us-east-1", processID: 1, startedAt: records[0].startedAt)
let ledger = try Ledger(path: path, settings: settings, clock: { Timestamp(seconds: 0) }, report: { print("report", $0) })
var spent = Duration.zero
for start in stride(from: 0, to: records.count, by: 1_000) {
    let began = ContinuousClock.now
    for record in records[start..<start + 1_000] { ledger.append(record) }
    spent += ContinuousClock.now - began
    ledger.flush()
}
print("append", spent.nanoseconds / Int64(records.count))
let reader = try ledger.makeReader()

func page(_ query: LedgerQuery, of count: Int) throws -> Double {
    try milliseconds {
        let found = try reader.invocations(query).count
        precondition(found == count, "the page has \(found) records")
    }
}

print("page", try page(LedgerQuery(limit: 100_000), of: 100_000))
print("filtered", try page(LedgerQuery(function: "orders-service-function-7", limit: 100_000), of: 10_000))
print("month", try milliseconds { _ = try reader.usage(.everything, region: "us-east-1") })
ledger.close()

let ring = InvocationRing()
let keeping = milliseconds { for record in records { ring.append(record, receivedAt: record.startedAt) } }
print("ring", Int(keeping * 1e6 / Double(records.count)))
var latest = InvocationQuery()
(latest.offset, latest.limit) = (50_000, 1_000)
var failed = InvocationQuery()
(failed.outcome, failed.limit) = (.error, 1_000)
print("console", milliseconds { precondition(ring.page(latest).invocations.count == 1_000) })
print("console-filtered", milliseconds { precondition(ring.page(failed).total >= 1_980) })

let prices = PriceTable.usEast1
var total = Money.zero
print("prices", Int(200_000_000 / milliseconds { total = records.reduce(.zero) { $0 + charges(for: $1, prices: prices).total } }))
var bill = Money.zero
let perBill = milliseconds { bill = PriceBook.embedded.bill(for: Usage(records), region: "us-east-1", extent: .none).total }
print("bill", Int(200_000_000 / perBill))
// What nobody looks at the compiler would leave out.
precondition(total > .zero && bill > .zero)
