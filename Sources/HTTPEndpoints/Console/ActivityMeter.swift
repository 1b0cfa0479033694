import Billing
import CoreTypes

/// How much is going on: invocations second by second over the last minutes, and what all of them used since the host started.
/// Lives on the event loop.
final class ActivityMeter {
    /// Seconds that are remembered.
    static let secondsMax = 300
    /// Records are added up by so many: one look-up by name for all of a function's.
    private static let batchCount = 256

    struct Second: Hashable {
        /// Since 1970; says which of its turns a place of the ring is in.
        var time: Int64 = 0
        var invocations = 0
        var errors = 0
        var coldStarts = 0
    }

    private var seconds = [Second](repeating: Second(), count: ActivityMeter.secondsMax)
    private var pending: [InvocationRecord] = []
    private var folded = Usage()
    private var counts: [String: Counts] = [:]

    struct Counts: Hashable {
        var invocations = 0
        var errors = 0
    }

    func add(_ record: InvocationRecord) {
        // By the end of the invocation: that is when it is counted.
        let time = (record.startedAt + record.duration).seconds
        let place = Int(time % Int64(Self.secondsMax))
        if self.seconds[place].time != time { self.seconds[place] = Second(time: time) }
        self.seconds[place].invocations += 1
        if record.outcome != .success { self.seconds[place].errors += 1 }
        if record.isColdStart { self.seconds[place].coldStarts += 1 }
        self.pending.append(record)
        if self.pending.count == Self.batchCount { self.fold() }
    }

    func removeAll() {
        self.seconds = [Second](repeating: Second(), count: Self.secondsMax)
        self.pending.removeAll(keepingCapacity: true)
        self.folded = Usage()
        self.counts = [:]
    }

    /// Of all invocations so far.
    var usage: Usage {
        self.fold()
        return self.folded
    }

    func counts(of function: String) -> Counts {
        self.fold()
        return self.counts[function] ?? Counts()
    }

    var totals: Counts {
        self.fold()
        return self.counts.values.reduce(into: Counts()) {
            $0.invocations += $1.invocations
            $0.errors += $1.errors
        }
    }

    private func fold() {
        guard !self.pending.isEmpty else { return }
        self.folded += Usage(self.pending)
        for record in self.pending {
            self.counts[record.functionName, default: Counts()].invocations += 1
            if record.outcome != .success { self.counts[record.functionName, default: Counts()].errors += 1 }
        }
        self.pending.removeAll(keepingCapacity: true)
    }

    /// The seconds with invocations among the last ones, the oldest first.
    func series(until now: Timestamp) -> [Second] {
        let oldest = now.seconds - Int64(Self.secondsMax)
        return self.seconds.filter { $0.invocations > 0 && $0.time > oldest && $0.time <= now.seconds }.sorted { $0.time < $1.time }
    }
}
