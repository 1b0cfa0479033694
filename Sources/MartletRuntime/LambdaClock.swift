#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The wall clock in milliseconds since 1970 (UTC), the unit in which the Runtime API tells deadlines.
public struct LambdaClock: Clock {
    /// A moment, in milliseconds since the Unix epoch.
    public struct Instant: InstantProtocol, CustomStringConvertible {
        private let milliseconds: Int64

        /// A moment from what `Lambda-Runtime-Deadline-Ms` says.
        public init(millisecondsSinceEpoch milliseconds: Int64) { self.milliseconds = milliseconds }

        /// Milliseconds since the Unix epoch.
        public func millisecondsSinceEpoch() -> Int64 { self.milliseconds }

        /// The moment that much later, a fraction of a millisecond left out.
        public func advanced(by duration: Duration) -> Instant {
            Instant(millisecondsSinceEpoch: self.milliseconds + Int64(duration / .milliseconds(1)))
        }

        /// How long it is from this moment to the other; negative if the other one is earlier.
        public func duration(to other: Instant) -> Duration { .milliseconds(other.milliseconds - self.milliseconds) }

        /// Whether the left moment is the earlier one.
        public static func < (left: Instant, right: Instant) -> Bool { left.milliseconds < right.milliseconds }

        /// Milliseconds since the Unix epoch, decimal.
        public var description: String { "\(self.milliseconds)" }
    }

    /// The clock; all of them tell the same time.
    public init() {}

    /// The present moment.
    public var now: Instant {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Instant(millisecondsSinceEpoch: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }

    /// One millisecond.
    public var minimumResolution: Duration { .milliseconds(1) }

    /// Waits until a moment, or throws `CancellationError`.
    public func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        try await ContinuousClock().sleep(until: .now.advanced(by: self.now.duration(to: deadline)), tolerance: tolerance)
    }
}

extension LambdaClock.Instant {
    /// The moment in RFC 3339 with milliseconds, as log lines carry it: `2026-01-31T12:00:00.000Z`.
    ///
    /// The date comes from the day number by Howard Hinnant's `civil_from_days`, so that no calendar library is linked.
    var timestamp: String {
        let milliseconds = self.millisecondsSinceEpoch()
        let days = Self.floorDivide(milliseconds, 86_400_000)
        let time = milliseconds - days * 86_400_000
        let shifted = days + 719_468
        let era = Self.floorDivide(shifted, 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        var text = Self.padded(year, 4) + "-" + Self.padded(month, 2) + "-" + Self.padded(day, 2) + "T"
        text += Self.padded(time / 3_600_000, 2) + ":" + Self.padded(time / 60_000 % 60, 2) + ":"
        return text + Self.padded(time / 1000 % 60, 2) + "." + Self.padded(time % 1000, 3) + "Z"
    }

    private static func floorDivide(_ value: Int64, _ by: Int64) -> Int64 { (value >= 0 ? value : value - by + 1) / by }

    private static func padded(_ value: Int64, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}
