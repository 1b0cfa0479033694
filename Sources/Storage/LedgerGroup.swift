import Billing
import CoreTypes
import SQS

/// What waits for the next commit. Requests to queues and APIs are counted here already, by the minute: an idle mapping's
/// receives are one row a minute.
struct LedgerGroup {
    struct QueueMinute: Hashable {
        let minute: Int64
        let key: QueueUsage.Key
    }

    struct APIMinute: Hashable {
        let minute: Int64
        let key: APIUsage.Key
    }

    private(set) var records: [InvocationRecord] = []
    private(set) var queues: [QueueMinute: QueueUsage.Tally] = [:]
    private(set) var apis: [APIMinute: APIUsage.Tally] = [:]

    var isEmpty: Bool { self.records.isEmpty && self.queues.isEmpty && self.apis.isEmpty }
    var count: Int { self.records.count + self.queues.count + self.apis.count }
    /// How many invocations and requests it stands for.
    var events: Int {
        self.records.count + self.queues.values.reduce(0) { $0 + $1.requests } + self.apis.values.reduce(0) { $0 + $1.requests }
    }

    mutating func add(_ record: InvocationRecord) { self.records.append(record) }

    mutating func add(_ event: UsageEvent) {
        self.queues[QueueMinute(minute: event.time.minute, key: QueueUsage.Key(event)), default: QueueUsage.Tally()].add(event)
    }

    mutating func add(_ event: APIUsage.Event) {
        self.apis[APIMinute(minute: event.time.minute, key: event.key), default: APIUsage.Tally()].add(event)
    }

    /// What came after this.
    mutating func append(_ later: LedgerGroup) {
        self.records += later.records
        for (key, tally) in later.queues { self.queues[key, default: QueueUsage.Tally()] += tally }
        for (key, tally) in later.apis { self.apis[key, default: APIUsage.Tally()] += tally }
    }
}

extension Timestamp {
    /// Whole minutes since 1970, rounded down.
    var minute: Int64 {
        let seconds = self.seconds
        return seconds >= 0 ? seconds / 60 : (seconds - 59) / 60
    }
}
