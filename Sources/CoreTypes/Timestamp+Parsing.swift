extension Timestamp {
    /// Reads the dates of policy conditions: seconds since 1970, or the profile of ISO 8601 that IAM takes, `2026-01-31`,
    /// `2026-01-31T12:00:00Z` and `2026-01-31T12:00:00.123+09:00`. `nil` for anything else and for years outside 1700 to 2200.
    package init?(policyDate text: String) {
        if let seconds = Int64(text), abs(seconds) < 8_000_000_000 {
            self.init(seconds: seconds)
            return
        }
        var reader = DateReader(text)
        guard let year = reader.number(4), (1_700...2_200).contains(year), reader.take("-"), let month = reader.number(2),
            (1...12).contains(month), reader.take("-"), let day = reader.number(2),
            (1...Self.days(inMonth: month, of: year)).contains(day)
        else { return nil }
        let midnight = Self.daysSinceEpoch(year: year, month: month, day: day) * 86_400
        if reader.isAtEnd {
            self.init(seconds: Int64(midnight))
            return
        }
        guard reader.take("T"), let hour = reader.number(2), hour < 24, reader.take(":"), let minute = reader.number(2),
            minute < 60
        else { return nil }
        var second = 0
        if reader.take(":") {
            guard let value = reader.number(2), value <= 60 else { return nil }
            second = value
        }
        guard let fraction = reader.nanoseconds(), let offset = reader.offsetSeconds(), reader.isAtEnd else { return nil }
        let seconds = midnight + hour * 3_600 + minute * 60 + second - offset
        self.init(nanoseconds: Int64(seconds) * 1_000_000_000 + Int64(fraction))
    }

    private static func days(inMonth month: Int, of year: Int) -> Int {
        let next = month == 12 ? (year: year + 1, month: 1) : (year: year, month: month + 1)
        return self.daysSinceEpoch(year: next.year, month: next.month, day: 1)
            - self.daysSinceEpoch(year: year, month: month, day: 1)
    }

    /// The inverse of ``civil``, after the same source: years begin in March.
    private static func daysSinceEpoch(year: Int, month: Int, day: Int) -> Int {
        let year = month <= 2 ? year - 1 : year
        let era = year / 400
        let yearOfEra = year - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}

private struct DateReader {
    private var rest: Substring.UTF8View

    init(_ text: String) { self.rest = text[...].utf8 }

    var isAtEnd: Bool { self.rest.isEmpty }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard self.rest.first == UInt8(ascii: character) else { return false }
        self.rest.removeFirst()
        return true
    }

    mutating func number(_ width: Int) -> Int? {
        let digits = self.rest.prefix(width)
        guard digits.count == width, digits.allSatisfy({ (48...57).contains($0) }) else { return nil }
        self.rest.removeFirst(width)
        return digits.reduce(0) { $0 * 10 + Int($1) - 48 }
    }

    /// A fraction of a second, if there is one.
    mutating func nanoseconds() -> Int? {
        guard self.take(".") else { return 0 }
        let digits = Array(self.rest.prefix { (48...57).contains($0) })
        guard (1...9).contains(digits.count) else { return nil }
        self.rest.removeFirst(digits.count)
        return (0..<9).reduce(0) { $0 * 10 + ($1 < digits.count ? Int(digits[$1]) - 48 : 0) }
    }

    /// `Z` or `+09:00`.
    mutating func offsetSeconds() -> Int? {
        if self.take("Z") { return 0 }
        let sign = self.take("+") ? 1 : self.take("-") ? -1 : 0
        guard sign != 0, let hours = self.number(2) else { return nil }
        _ = self.take(":")
        guard let minutes = self.number(2) else { return nil }
        return sign * (hours * 3_600 + minutes * 60)
    }
}
