/// A point in time: nanoseconds since 1970-01-01T00:00:00Z. Formatting and calendar arithmetic need no library, so that the
/// core stays free of clocks and locales.
package struct Timestamp: Hashable, Comparable, Sendable {
    package let nanoseconds: Int64

    package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }
    package init(milliseconds: Int64) { self.nanoseconds = milliseconds * 1_000_000 }
    package init(seconds: Int64) { self.nanoseconds = seconds * 1_000_000_000 }

    /// Rounded down, also before 1970.
    package var milliseconds: Int64 { Self.floor(self.nanoseconds, 1_000_000) }
    package var seconds: Int64 { Self.floor(self.nanoseconds, 1_000_000_000) }

    package static func < (left: Self, right: Self) -> Bool { left.nanoseconds < right.nanoseconds }

    package static func + (time: Self, duration: Duration) -> Self {
        Timestamp(nanoseconds: time.nanoseconds + duration.nanoseconds)
    }

    package static func - (left: Self, right: Self) -> Duration { .nanoseconds(left.nanoseconds - right.nanoseconds) }

    private static func floor(_ value: Int64, _ unit: Int64) -> Int64 {
        value >= 0 ? value / unit : (value - unit + 1) / unit
    }
}

extension Duration {
    /// Whole nanoseconds; durations of more than 292 years are not used here and trap.
    package var nanoseconds: Int64 {
        let (seconds, attoseconds) = self.components
        return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    }

    package var milliseconds: Double { Double(self.nanoseconds) / 1_000_000 }
}

extension Timestamp {
    /// The parts of the UTC calendar, by the proleptic Gregorian rules.
    package struct Civil: Hashable, Sendable {
        package let year: Int
        package let month: Int
        package let day: Int
        package let hour: Int
        package let minute: Int
        package let second: Int
        package let millisecond: Int
        /// 0 is Sunday.
        package let weekday: Int
    }

    package var civil: Civil {
        let days = Self.floor(self.seconds, 86_400)
        let secondOfDay = Int(self.seconds - days * 86_400)
        // Days from civil, after Howard Hinnant's "chrono-compatible low-level date algorithms": years begin in March.
        let shifted = Int(days) + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        return Civil(
            year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month: month, day: dayOfYear - (153 * marchMonth + 2) / 5 + 1,
            hour: secondOfDay / 3_600, minute: secondOfDay / 60 % 60, second: secondOfDay % 60,
            millisecond: Int(self.milliseconds - self.seconds * 1_000), weekday: ((Int(days) + 4) % 7 + 7) % 7)
    }

    /// Midnight of the first day of its month, in UTC: bills are made out so.
    package var startOfMonth: Timestamp {
        let civil = self.civil
        let sinceMidnight = Int64(civil.hour * 3_600 + civil.minute * 60 + civil.second)
        return Timestamp(seconds: self.seconds - sinceMidnight - Int64(civil.day - 1) * 86_400)
    }

    /// `2026-01-31T12:00:00.000Z` (RFC 3339), as telemetry records, logs and destinations write it.
    package var iso8601: String { self.dateTime + "Z" }

    /// `2026-01-31T12:00:00.000+0000`, as the Lambda API writes `LastModified` of a function.
    package var lambdaLastModified: String { self.dateTime + "+0000" }

    private var dateTime: String {
        let civil = self.civil
        return "\(Self.pad(civil.year, 4))-\(Self.pad(civil.month))-\(Self.pad(civil.day))T"
            + "\(Self.pad(civil.hour)):\(Self.pad(civil.minute)):\(Self.pad(civil.second)).\(Self.pad(civil.millisecond, 3))"
    }

    /// `12/Mar/2020:19:03:58 +0000`: the common log format, as `requestContext.requestTime` writes it.
    package var commonLogFormat: String {
        let civil = self.civil
        return "\(Self.pad(civil.day))/\(Self.months[civil.month - 1])/\(Self.pad(civil.year, 4)):"
            + "\(Self.pad(civil.hour)):\(Self.pad(civil.minute)):\(Self.pad(civil.second)) +0000"
    }

    /// `Sat, 21 Nov 2026 05:47:00 GMT` (RFC 9110 section 5.6.7).
    package var httpDate: String {
        let civil = self.civil
        return
            "\(Self.weekdays[civil.weekday]), \(Self.pad(civil.day)) \(Self.months[civil.month - 1]) \(Self.pad(civil.year, 4)) "
            + "\(Self.pad(civil.hour)):\(Self.pad(civil.minute)):\(Self.pad(civil.second)) GMT"
    }

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]

    package static func pad(_ value: Int, _ width: Int = 2) -> String {
        let digits = String(value)
        return digits.utf8.count >= width ? digits : String(repeating: "0", count: width - digits.utf8.count) + digits
    }
}
