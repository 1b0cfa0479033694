import Billing
import CoreTypes

/// The latest invocations, in memory: compact rows in blocks, of which the oldest is dropped as a whole; nothing is ever moved.
/// 100,000 take some 10 MB. Lives on the event loop.
final class InvocationRing {
    static let recordsMax = 100_000
    /// Records are dropped by so many.
    static let blockCount = 1_000

    private let recordsMax: Int
    /// Some hundred at most. An array, as its elements are changed where they lie: a `CircularBuffer` copies the block it hands out.
    private var blocks: [InvocationBlock] = []
    private(set) var lastNumber: UInt64 = 0
    private(set) var count = 0

    init(recordsMax: Int = InvocationRing.recordsMax) { self.recordsMax = recordsMax }

    /// Keeps everything of a record but its trace header, which is longer than all the rest.
    func append(_ record: InvocationRecord, receivedAt: Timestamp) {
        if self.blocks.last.map({ $0.rows.count == Self.blockCount }) ?? true {
            if self.count + Self.blockCount > self.recordsMax, !self.blocks.isEmpty {
                self.count -= self.blocks.removeFirst().rows.count
            }
            self.blocks.append(InvocationBlock(firstNumber: self.lastNumber + 1, capacity: Self.blockCount))
        }
        self.lastNumber += 1
        self.blocks[self.blocks.count - 1].append(record, receivedAt: receivedAt)
        self.count += 1
    }

    func removeAll() {
        self.blocks.removeAll()
        self.count = 0
    }

    /// Whether the newest is one of those that a query wants.
    func newestMatches(_ query: InvocationQuery) -> Bool {
        guard let block = self.blocks.last, let newest = block.rows.last else { return false }
        return InvocationBlock.Filter(query, block).takes(newest)
    }

    /// Durations of invocations that started at or after `since`, the newest first, up to `limit`.
    func durations(since: Timestamp, limit: Int) -> [Duration] {
        var durations: [Duration] = []
        for block in self.blocks.reversed() {
            for row in block.rows.reversed() {
                guard row.startedAt >= since, durations.count < limit else { return durations }
                durations.append(row.duration)
            }
        }
        return durations
    }

    /// O(records), at some nanoseconds each; O(page) where nothing is filtered.
    func page(_ query: InvocationQuery) -> InvocationPage {
        var page = InvocationPage()
        for block in self.blocks.reversed() {
            let end = min(
                block.rows.count, query.through.map { Int(clamping: Int64(clamping: $0) - block.firstNumber + 1) } ?? .max)
            guard end > 0 else { continue }
            if query.takesAll, page.total + end <= query.offset || page.invocations.count == query.limit {
                page.total += end
                continue
            }
            let filter = InvocationBlock.Filter(query, block)
            for place in (0..<end).reversed() where filter.takes(block.rows[place]) {
                page.total += 1
                guard page.total > query.offset, page.invocations.count < query.limit else { continue }
                page.invocations.append(block.invocation(at: place))
            }
        }
        return page
    }

    /// O(records): nobody asks for it often enough to pay for an index with each invocation.
    func invocation(_ id: RequestID) -> RecordedInvocation? {
        for block in self.blocks.reversed() {
            if let place = block.rows.lastIndex(where: { $0.requestID == id }) { return block.invocation(at: place) }
        }
        return nil
    }
}
