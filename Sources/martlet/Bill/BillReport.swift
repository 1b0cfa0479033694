import Billing
import CoreTypes
import Emulator
import SQS
import Storage

/// What `martlet bill` says: a bill for each period, or for the month that one of them projects to.
struct BillReport {
    struct Section {
        /// The member of the JSON document.
        let key: String
        let title: String
        let from: Timestamp
        let to: Timestamp
        let usage: LedgerUsage
        let bill: Bill
        var session: LedgerSession?
    }

    private struct Projection {
        let title: String
        let bill: Bill
    }

    private let reader: LedgerReader
    private let book: PriceBook
    private let region: String
    private let extent: FreeTier.Extent
    private let now: Timestamp
    private var sections: [Section] = []
    private var projection: Projection?
    private var isProjecting = false
    private var notes: [String] = []

    init(_ reader: LedgerReader, book: PriceBook, region: String, extent: FreeTier.Extent, now: Timestamp) {
        self.reader = reader
        self.book = book
        self.region = region
        self.extent = extent
        self.now = now
    }

    /// The period that was asked for, or this session and this month.
    mutating func add(since: Timestamp?, until: Timestamp?, host: HostFile?) throws {
        if since != nil || until != nil {
            let from = since ?? Timestamp(seconds: 0)
            let to = min(until ?? self.now, self.now)
            let title =
                "\(since.map { "Since \($0.minuteText)" } ?? "From the beginning")\(until.map { " until \($0.minuteText)" } ?? "")"
            try self.add("period", title, from: from, to: to, .time(since: since, until: until))
            return
        }
        let running = try host.flatMap { try self.reader.runningSession(process: $0.processID) }
        let session = try running ?? self.reader.lastSession(.host)
        if let session {
            let end = running != nil ? "running" : session.endedAt.map { "until \($0.minuteText)" } ?? "it was killed"
            try self.add(
                "session", "\(running != nil ? "This" : "The last") session: since \(session.startedAt.minuteText), \(end)",
                from: session.startedAt, to: session.endedAt ?? self.now, .session(session.id), session)
        }
        if host != nil, running == nil {
            self.notes.append("The host that runs keeps its ledger in memory (--in-memory), or keeps none (--ledger off).")
        }
        let month = self.now.startOfMonth
        try self.add(
            "month", "This month so far: since \(month.minuteText)", from: month, to: self.now, .time(since: month, until: nil))
    }

    private mutating func add(
        _ key: String, _ title: String, from: Timestamp, to: Timestamp, _ period: LedgerPeriod, _ session: LedgerSession? = nil
    ) throws {
        let usage = try self.reader.usage(period, region: self.region)
        let bill = self.book.bill(for: usage.usage, region: self.region, extent: self.extent)
        self.sections.append(
            Section(key: key, title: title, from: from, to: to, usage: usage, bill: bill, session: session))
    }

    /// Brings the first period in which anything was used to a month.
    mutating func project(_ rate: RequestRate?) {
        self.isProjecting = true
        let measured = self.sections.first { !$0.usage.usage.quantities.isEmpty }
        guard let measured else { return }
        let length = measured.to - measured.from
        let usage = measured.usage
        let month =
            rate.map { usage.usage.month(at: $0, of: usage.incoming, idle: usage.idle, measuredOver: length) }
            ?? usage.usage.month(.measured(over: length))
        guard let month else { return }
        let measuring = "\(measured.title.prefix(1).lowercased())\(measured.title.dropFirst())"
        let title =
            rate.map { "A month of \(DecimalText.grouped($0.requestsPerMonth)) requests, the mix as measured: \(measuring)" }
            ?? "A month that goes on as measured: \(measuring)"
        self.projection = Projection(
            title: title, bill: self.book.bill(for: month, region: self.region, extent: self.extent))
    }

    // MARK: Text

    func text(currency: Currency?) -> String {
        var parts: [String] = []
        let bills: [Bill]
        if self.isProjecting {
            guard let projection else { return "Nothing was measured that a month could be made of.\n" }
            parts.append("\(projection.title)\n\n\(projection.bill.text(currency: currency))")
            bills = [projection.bill]
        } else {
            parts = self.sections.map { "\($0.title)\n\n\($0.bill.text(currency: currency, details: $0.details))" }
            bills = self.sections.map(\.bill)
        }
        let lost = self.sections.map(\.usage.lost).max() ?? 0
        var notes = self.notes
        if lost > 0 { notes.append("\(DecimalText.grouped(lost)) events are missing: they could not be written.") }
        for note in bills.flatMap({ self.book.notes(on: $0, region: self.region) }) where !notes.contains(note) {
            notes.append(note)
        }
        if let bill = bills.first { notes.append("Prices of \(bill.region), \(bill.pricesOf).") }
        return parts.joined(separator: "\n") + "\n" + notes.map { "\($0)\n" }.joined()
    }

    // MARK: JSON

    /// ```
    /// {"session":{"id":3,"processId":4711,"startedAt":"…","endedAt":null,"from":"…","to":"…","lost":0,"bill":{…},
    ///             "apis":[{"api":"Orders","type":"rest","requests":3,"uncharged":1,"units":2,"responseBytes":60,
    ///                      "clientErrors":1,"serverErrors":0}],
    ///             "queues":[{"queue":"orders","region":"us-east-1","action":"ReceiveMessage","requests":15,"units":15,
    ///                        "messages":0,"emptyReceives":15,"shortEmptyReceives":0,"refused":0}]},
    ///  "month":{…},"notes":["…"]}
    /// ```
    /// With `--since` or `--until` one member `period` stands in the place of `session` and `month`; with `--monthly` there is
    /// `projection` besides: `{"title":"…","bill":{…}}`, or null where nothing was measured.
    func json(currency: Currency?) -> JSON {
        var document = JSONObject(self.sections.map { ($0.key, $0.json(currency: currency)) })
        if self.isProjecting {
            let projection = self.projection.map { projection -> JSON in
                ["title": .string(projection.title), "bill": projection.bill.json(currency: currency)]
            }
            document["projection"] = projection ?? .null
        }
        let notes = self.notes + Set(self.sections.flatMap { self.book.notes(on: $0.bill, region: self.region) }).sorted()
        document["notes"] = .array(notes.map(JSON.string))
        return .object(document)
    }
}

extension BillReport.Section {
    /// What else is known of consumers.
    fileprivate var details: [Consumer: [String]] {
        var details: [Consumer: [String]] = [:]
        for (key, tally) in self.usage.apis {
            var words = [Self.counted(tally.requests, "request")]
            if tally.uncharged > 0 { words.append("\(DecimalText.grouped(tally.uncharged)) turned away at no charge") }
            if tally.clientErrors > 0 { words.append(Self.counted(tally.clientErrors, "client error")) }
            if tally.serverErrors > 0 { words.append(Self.counted(tally.serverErrors, "server error")) }
            if words.count > 1 { details[Consumer(.api, key.api), default: []].append(words.joined(separator: ", ")) }
        }
        var queues: [Consumer: QueueUsage.Tally] = [:]
        for (key, tally) in self.usage.queues {
            queues[self.usage.consumer(of: key), default: QueueUsage.Tally()] += tally
        }
        for (consumer, tally) in queues where tally.emptyReceives > 0 {
            let short = tally.shortEmptyReceives
            details[consumer] = [
                "\(DecimalText.grouped(tally.emptyReceives)) of \(Self.counted(tally.requests, "request")) were receives that found nothing"
                    + (short > 0 ? ", \(DecimalText.grouped(short)) of them without waiting" : "")
            ]
        }
        return details
    }

    private static func counted(_ count: Int, _ noun: String) -> String {
        "\(DecimalText.grouped(count)) \(noun)\(count == 1 ? "" : "s")"
    }

    fileprivate func json(currency: Currency?) -> JSON {
        var section: JSONObject = [:]
        if let session {
            section["id"] = .number(JSONNumber(session.id))
            section["processId"] = .number(JSONNumber(session.processID))
            section["startedAt"] = .string(session.startedAt.iso8601)
            section["endedAt"] = JSON(session.endedAt?.iso8601)
        }
        section["from"] = .string(self.from.iso8601)
        section["to"] = .string(self.to.iso8601)
        section["lost"] = .number(JSONNumber(self.usage.lost))
        section["bill"] = self.bill.json(currency: currency)
        section["apis"] = .array(self.usage.apis.sorted { $0.key.api < $1.key.api }.map { Self.json($0.key, $0.value) })
        let queues = self.usage.queues.sorted {
            ($0.key.region, $0.key.queue ?? "", $0.key.action.rawValue) < (
                $1.key.region, $1.key.queue ?? "", $1.key.action.rawValue
            )
        }
        section["queues"] = .array(queues.map { Self.json($0.key, $0.value) })
        return .object(section)
    }

    private static func json(_ key: APIUsage.Key, _ tally: APIUsage.Tally) -> JSON {
        [
            "api": .string(key.api), "type": .string(key.kind.rawValue), "requests": .number(JSONNumber(tally.requests)),
            "uncharged": .number(JSONNumber(tally.uncharged)), "units": .number(JSONNumber(tally.units)),
            "responseBytes": .number(JSONNumber(tally.responseBytes)),
            "clientErrors": .number(JSONNumber(tally.clientErrors)), "serverErrors": .number(JSONNumber(tally.serverErrors)),
        ]
    }

    private static func json(_ key: QueueUsage.Key, _ tally: QueueUsage.Tally) -> JSON {
        [
            "queue": JSON(key.queue), "region": .string(key.region), "action": .string(key.action.rawValue),
            "requests": .number(JSONNumber(tally.requests)),
            "units": .number(JSONNumber(tally.standardUnits + tally.fifoUnits)),
            "messages": .number(JSONNumber(tally.messages)), "emptyReceives": .number(JSONNumber(tally.emptyReceives)),
            "shortEmptyReceives": .number(JSONNumber(tally.shortEmptyReceives)), "refused": .number(JSONNumber(tally.refused)),
        ]
    }
}

extension Timestamp {
    /// `2026-11-01 12:00 UTC`
    fileprivate var minuteText: String {
        let civil = self.civil
        return
            "\(civil.year)-\(Timestamp.pad(civil.month))-\(Timestamp.pad(civil.day)) \(Timestamp.pad(civil.hour)):\(Timestamp.pad(civil.minute)) UTC"
    }
}
