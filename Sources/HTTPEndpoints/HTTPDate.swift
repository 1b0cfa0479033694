import CoreTypes
import ExecutionEnvironments
import Synchronization

/// The `Date` header of answers, formatted once a second.
enum HTTPDate {
    private static let last = Mutex<(second: Int64, text: String)>((0, ""))

    static var now: String {
        let time = HostClock.now()
        return self.last.withLock { last in
            if last.second != time.seconds { last = (time.seconds, time.httpDate) }
            return last.text
        }
    }
}
