import Billing
import CoreTypes

/// How much is going on: invocations second by second over the last minutes. Lives on the event loop.
final class ActivityMeter {
    /// Seconds that are remembered.
    static let secondsMax = 300

    struct Second: Hashable {
        /// Since 1970; says which of its turns a place of the ring is in.
        var time: Int64 = 0
        var invocations = 0
        var errors = 0
        var coldStarts = 0
    }

    private var seconds = [Second](repeating: Second(), count: ActivityMeter.secondsMax)

    func add(_ record: InvocationRecord) {
        // By the end of the invocation: that is when it is counted.
        let time = (record.startedAt + record.duration).seconds
        let place = Int(time % Int64(Self.secondsMax))
        if self.seconds[place].time != time { self.seconds[place] = Second(time: time) }
        self.seconds[place].invocations += 1
        if record.outcome != .success { self.seconds[place].errors += 1 }
        if record.isColdStart { self.seconds[place].coldStarts += 1 }
    }

    func removeAll() { self.seconds = [Second](repeating: Second(), count: Self.secondsMax) }

    /// The seconds with invocations among the last ones, the oldest first.
    func series(until now: Timestamp) -> [Second] {
        let oldest = now.seconds - Int64(Self.secondsMax)
        let recent = self.seconds.filter { $0.invocations > 0 && $0.time > oldest && $0.time <= now.seconds }
        return recent.sorted { $0.time < $1.time }
    }
}
