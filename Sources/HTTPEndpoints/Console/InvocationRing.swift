import Billing
import CoreTypes

/// What the console and test suites ask of the invocations that have ended.
struct InvocationQuery: Hashable, Sendable {
    var function: String?
    var source: InvocationRecord.Source?
    /// `success`, `error` or `timeout`.
    var status: String?
    var coldStartsOnly = false
    var since: Timestamp?
    /// Only records up to this number: pages stay where they are while more records come.
    var through: UInt64?
    /// How many matching records, the newest first, come before the page.
    var offset = 0
    var limit = 50

    func matches(_ record: InvocationRecord) -> Bool {
        (self.function.map { $0 == record.functionName } ?? true) && (self.source.map { $0 == record.source } ?? true)
            && (self.status.map { $0 == record.outcome.statusText } ?? true) && (!self.coldStartsOnly || record.isColdStart)
            && (self.since.map { $0 <= record.startedAt } ?? true)
    }

    /// Whether every record matches, so that nothing has to be looked at to count them.
    var takesAll: Bool {
        self.function == nil && self.source == nil && self.status == nil && !self.coldStartsOnly && self.since == nil
    }
}

/// One invocation that has ended, with its place in the order in which they did.
struct RecordedInvocation: Hashable, Sendable {
    /// From 1; never given twice by one host.
    let number: UInt64
    let record: InvocationRecord
    let receivedAt: Timestamp

    /// Between its arrival and its delivery to the runtime, without the start of an environment.
    var queueDuration: Duration {
        max(self.record.startedAt - self.receivedAt - (self.record.initDuration ?? .zero), .zero)
    }
}

/// The matching records of a query.
struct InvocationPage: Hashable, Sendable {
    /// Of all that match, not of the page.
    var total = 0
    /// The newest first.
    var invocations: [RecordedInvocation] = []
}

/// The latest invocations, in memory: records in blocks, of which the oldest is dropped as a whole; nothing is ever moved.
/// Lives on the event loop.
final class InvocationRing {
    static let recordsMax = 100_000
    /// Records are dropped by so many.
    static let blockCount = 1_000

    private let recordsMax: Int
    /// Some hundred at most. An array, as its elements are changed where they lie: a `CircularBuffer` copies the block it hands out.
    private var blocks: [ContiguousArray<RecordedInvocation>] = []
    private(set) var lastNumber: UInt64 = 0
    private(set) var count = 0

    init(recordsMax: Int = InvocationRing.recordsMax) { self.recordsMax = recordsMax }

    func append(_ record: InvocationRecord, receivedAt: Timestamp) {
        self.lastNumber += 1
        if self.blocks.last.map({ $0.count == Self.blockCount }) ?? true {
            if self.count + Self.blockCount > self.recordsMax, !self.blocks.isEmpty {
                self.count -= self.blocks.removeFirst().count
            }
            var block = ContiguousArray<RecordedInvocation>()
            block.reserveCapacity(Self.blockCount)
            self.blocks.append(block)
        }
        let invocation = RecordedInvocation(number: self.lastNumber, record: record, receivedAt: receivedAt)
        self.blocks[self.blocks.count - 1].append(invocation)
        self.count += 1
    }

    func removeAll() {
        self.blocks.removeAll()
        self.count = 0
    }

    var newest: RecordedInvocation? { self.blocks.last?.last }

    /// Every record, the newest first, until `body` says that it has enough.
    func forEachFromNewest(_ body: (RecordedInvocation) -> Bool) {
        for block in self.blocks.reversed() {
            for invocation in block.reversed() where !body(invocation) { return }
        }
    }

    /// O(records); O(page) where nothing is filtered and the page is among the newest.
    func page(_ query: InvocationQuery) -> InvocationPage {
        var page = InvocationPage()
        let counts = query.takesAll && query.through == nil
        self.forEachFromNewest { invocation in
            if let through = query.through, invocation.number > through { return true }
            guard query.matches(invocation.record) else { return true }
            page.total += 1
            if page.total > query.offset, page.invocations.count < query.limit { page.invocations.append(invocation) }
            return !counts || page.invocations.count < query.limit
        }
        if counts { page.total = self.count }
        return page
    }

    /// O(records): nobody asks for it often enough to pay for an index with each invocation.
    func invocation(_ id: RequestID) -> RecordedInvocation? {
        var found: RecordedInvocation?
        self.forEachFromNewest { invocation in
            if invocation.record.requestID == id { found = invocation }
            return found == nil
        }
        return found
    }
}

extension InvocationRecord.Outcome {
    var statusText: String {
        switch self {
        case .success: "success"
        case .error: "error"
        case .timeout: "timeout"
        }
    }
}
