package import Billing
package import CoreTypes
package import SQS

/// Where a record stands in the ledger, which is ordered by start and then by request id. Also the key by which pages follow
/// each other: a page begins behind the last record of the one before, whatever was added meanwhile.
package struct LedgerPosition: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let startedAt: Timestamp
    package let requestID: RequestID

    package init(startedAt: Timestamp, requestID: RequestID) {
        self.startedAt = startedAt
        self.requestID = requestID
    }

    package init(_ record: InvocationRecord) { self.init(startedAt: record.startedAt, requestID: record.requestID) }

    /// `1790856000000000000/8f4d2c1b-0a39-4e58-9f67-0123456789ab`: nanoseconds since 1970 and the request id, for addresses.
    package var description: String { "\(self.startedAt.nanoseconds)/\(self.requestID)" }

    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let nanoseconds = Int64(parts[0]), let id = RequestID(parts[1]) else { return nil }
        self.init(startedAt: Timestamp(nanoseconds: nanoseconds), requestID: id)
    }

    package static func < (left: Self, right: Self) -> Bool { left.key < right.key }

    /// SQLite's integers have a sign.
    private var key: (Int64, Int64, Int64) {
        (self.startedAt.nanoseconds, Int64(bitPattern: self.requestID.high), Int64(bitPattern: self.requestID.low))
    }
}

/// Which invocations a reader wants to see.
package struct LedgerQuery: Hashable, Sendable {
    package enum Order: Hashable, Sendable {
        case newestFirst
        case oldestFirst
    }

    /// Those that started at or after it.
    package var since: Timestamp?
    /// Those that started before it.
    package var until: Timestamp?
    package var function: String?
    package var source: InvocationRecord.Source?
    package var outcome: InvocationRecord.Outcome.Kind?
    package var requestID: RequestID?
    /// The last record of the page before this one.
    package var after: LedgerPosition?
    package var order: Order
    package var limit: Int

    package init(
        since: Timestamp? = nil, until: Timestamp? = nil, function: String? = nil, source: InvocationRecord.Source? = nil,
        outcome: InvocationRecord.Outcome.Kind? = nil, requestID: RequestID? = nil, after: LedgerPosition? = nil,
        order: Order = .newestFirst,
        limit: Int = 100
    ) {
        self.since = since
        self.until = until
        self.function = function
        self.source = source
        self.outcome = outcome
        self.requestID = requestID
        self.after = after
        self.order = order
        self.limit = limit
    }
}

/// What part of the ledger is summed up.
package enum LedgerPeriod: Hashable, Sendable {
    /// All of it.
    case everything
    /// From the minute of `since` on, up to the minute of `until`: usage is kept by the minute.
    case time(since: Timestamp?, until: Timestamp?)
    /// Of one host from its start to its end, to the request.
    case session(Int64)
}

/// One run of a host, or of a command that ran functions by itself.
package struct LedgerSession: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable {
        /// `martlet serve`
        case host
        case command
    }

    package let id: Int64
    package let kind: Kind
    package let region: String
    package let processID: Int32
    package let startedAt: Timestamp
    /// `nil` while it runs, and for one that was killed.
    package let endedAt: Timestamp?
    /// Events that could not be written.
    package let lost: Int
}

/// What was used in a period.
package struct LedgerUsage: Sendable {
    /// What a bill is computed from: functions, APIs and queues together.
    package internal(set) var usage = Usage()
    package internal(set) var queues: [QueueUsage.Key: QueueUsage.Tally] = [:]
    package internal(set) var apis: [APIUsage.Key: APIUsage.Tally] = [:]
    /// Events of the period that could not be written, of whole sessions.
    package internal(set) var lost = 0
    private let region: String

    init(region: String) { self.region = region }

    /// The part of ``usage`` that empty receives are.
    package var idle: Usage {
        self.queues.reduce(into: Usage()) { $0.add($1.value.idle.billed, of: self.consumer(of: $1.key)) }
    }

    package var incoming: IncomingRequests {
        IncomingRequests(
            apis: self.apis.values.reduce(0) { $0 + $1.requests },
            invocations: Int(clamping: self.usage.totals[.lambdaRequests] ?? 0),
            queues: self.queues.values.reduce(0) { $0 + $1.requests - $1.emptyReceives })
    }

    /// Whom requests to a queue are billed to.
    package func consumer(of key: QueueUsage.Key) -> Consumer {
        Consumer.queue(key.queue, in: key.region, of: self.region)
    }

    func name(_ name: String, in region: String) -> String { region == self.region ? name : "\(name) (\(region))" }
}
