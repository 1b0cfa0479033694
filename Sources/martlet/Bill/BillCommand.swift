import ArgumentParser
import Billing
import CoreTypes
import Emulator
import ExecutionEnvironments
import Storage

struct BillCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bill",
        abstract: "Say what everything has cost so far, by function, API and queue.",
        discussion: """
            Reads the ledger of the state folder, whether or not a host runs. Times are UTC.

              martlet bill                                  this session and this month so far
              martlet bill --since 2h                       the last two hours
              martlet bill --since 2026-11-01 --until 2026-11-15
              martlet bill --monthly                        a month that goes on like this session
              martlet bill --monthly --at 50rps             the same mix at another rate
              martlet bill --records csv > invocations.csv  every invocation
            """)

    @Option(help: "From when on: 2026-11-01, 2026-11-01T12:00:00Z or 2h for two hours ago.", transform: LedgerTime.parse)
    var since: LedgerTime?

    @Option(help: "Up to when.", transform: LedgerTime.parse)
    var until: LedgerTime?

    @Flag(help: "What was measured, brought to a month of 30 days.")
    var monthly = false

    @Option(
        help: """
            With --monthly: how often requests come (to APIs, or else invocations, or else requests to queues): 50rps, \
            3k/min, 1M/d.
            """,
        transform: Quantity.rate)
    var at: RequestRate?

    @Option(help: "The invocations themselves, oldest first: csv or json.")
    var records: RecordsForm?

    @OptionGroup(title: "Filters of --records") var filter: RecordsFilter
    @OptionGroup var cost: CostOptions
    @OptionGroup var place: LedgerPlace

    mutating func validate() throws {
        if self.at != nil, !self.monthly { throw ValidationError("--at says how often for --monthly") }
        if self.records != nil, self.monthly { throw ValidationError("--records are what was, --monthly what will be: give one") }
        if self.records == nil, self.filter.isSet {
            throw ValidationError("--function, --source and --outcome choose from --records")
        }
    }

    mutating func run() throws {
        let now = HostClock.now()
        let (since, until) = (self.since?.timestamp(now: now), self.until?.timestamp(now: now))
        if let since, let until, since >= until { throw CommandFailure.usage("--since is before --until") }
        let book = try self.cost.book()
        do {
            let reader = try self.place.open()
            if let records {
                var query = self.filter.query
                (query.since, query.until, query.order) = (since, until, .oldestFirst)
                try RecordsExport(query, form: records, prices: book.table(for: self.cost.region)).write(from: reader)
            } else {
                var report = BillReport(
                    reader, book: book, region: self.cost.region, extent: self.cost.freeTier, now: now)
                try report.add(since: since, until: until, host: self.place.runningHost)
                if self.monthly { report.project(self.at) }
                try self.print(report)
            }
        } catch let error as StorageError {
            throw CommandFailure.host(error.description)
        }
    }

    private func print(_ report: BillReport) throws {
        switch self.cost.output {
        case .text: Terminal.output(Array(report.text(currency: self.cost.currency).utf8))
        case .json: self.cost.print(report.json(currency: self.cost.currency))
        }
    }
}

/// Where a project's ledger lies. The template itself isn't read.
struct LedgerPlace: ParsableArguments {
    @Option(
        name: [.customShort("t"), .long], help: "The template (MARTLET_TEMPLATE).",
        completion: .file(extensions: ["yaml", "yml", "json", "template"]))
    var template: String = Defaults.text("MARTLET_TEMPLATE") ?? "template.yaml"

    @Option(help: "Where the host keeps its things, from the template's folder (MARTLET_STATE_DIR).", completion: .directory)
    var stateDir: String = Defaults.text("MARTLET_STATE_DIR") ?? ".martlet"

    private var stateFolder: String { Project.stateFolder(self.stateDir, ofTemplate: self.template) }

    var runningHost: HostFile? { HostFile.running(in: self.stateFolder) }

    func open() throws -> LedgerReader {
        do throws(StorageError) {
            return try LedgerReader(path: LedgerReader.path(in: self.stateFolder))
        } catch {
            guard error.code == .absent else { throw error }
            let hint =
                self.runningHost == nil
                ? "'martlet serve' and 'martlet invoke' write one"
                : "the host that runs keeps it in memory (--in-memory), or keeps none (--ledger off)"
            throw CommandFailure.host("\(error.description): \(hint)")
        }
    }
}

/// A point in time as people write it: a date, a time, or how long ago.
enum LedgerTime: Hashable, Sendable {
    case at(Timestamp)
    case ago(Duration)

    static func parse(_ text: String) throws -> LedgerTime {
        // A plain number is no time: whether of seconds, days or a year, nobody could tell.
        if Int64(text) == nil {
            if let time = Timestamp(policyDate: text) { return .at(time) }
            // What is no duration either is told below.
            if let duration = try? QuantityText.duration(text) { return .ago(duration) }
        }
        throw ValidationError("'\(text)' should be a time such as 2026-11-01, 2026-11-01T12:00:00Z or 2h for two hours ago")
    }

    func timestamp(now: Timestamp) -> Timestamp {
        switch self {
        case .at(let time): time
        case .ago(let duration): now + (.zero - duration)
        }
    }
}
