package import CoreTypes

/// The values of one metric: by the minute for the last hours, and all together since the host started.
package struct MetricSeries: Hashable, Sendable {
    package let identity: MetricIdentity
    package let unit: MetricUnit
    /// All values but those of the newest minute, which are added when it is over: so each value is counted once when it comes.
    private var closed = Distribution()
    /// The last value, whatever its time says: of a metric that is a level.
    package private(set) var last: Double = 0
    /// By time, with gaps where nothing was recorded. The first ``head`` have expired: they are taken off together, now and
    /// then.
    private var minutes: [Minute] = []
    private var head = 0

    struct Minute: Hashable, Sendable {
        /// Since 1970.
        let number: Int64
        var values: Distribution
    }

    /// Three hours. (CloudWatch keeps minutes for 15 days and then coarser points.)
    package static let retainedMinutes: Int64 = 180

    /// Expired minutes that lie about until they are taken off.
    private static let expiredMax = 64

    init(identity: MetricIdentity, unit: MetricUnit) {
        self.identity = identity
        self.unit = unit
    }

    /// All values since the host started.
    package var total: Distribution {
        var total = self.closed
        if let newest = self.minutes.last { total.merge(newest.values) }
        return total
    }

    /// Hands over the values of the minute of a time, to be added to; values of a time long gone count for the total alone.
    mutating func record(at time: Timestamp, last: Double, _ add: (inout Distribution) -> Void) {
        self.last = last
        let number = Self.number(of: time)
        if let index = self.minutes.indices.last, self.minutes[index].number == number {
            add(&self.minutes[index].values)
            return
        }
        self.recordApart(number, add)
    }

    /// The first value of a minute, or one that comes late.
    private mutating func recordApart(_ number: Int64, _ add: (inout Distribution) -> Void) {
        guard let newest = self.minutes.last, number < newest.number else {
            if let newest = self.minutes.last { self.closed.merge(newest.values) }
            self.insert(number, at: self.minutes.endIndex, add)
            self.expire(before: number - Self.retainedMinutes + 1)
            return
        }
        add(&self.closed)
        guard number > newest.number - Self.retainedMinutes else { return }
        let place = self.minutes[self.head...].firstIndex { $0.number >= number } ?? self.minutes.endIndex
        if place < self.minutes.endIndex, self.minutes[place].number == number {
            add(&self.minutes[place].values)
        } else {
            self.insert(number, at: place, add)
        }
    }

    private mutating func insert(_ number: Int64, at place: Int, _ add: (inout Distribution) -> Void) {
        var minute = Minute(number: number, values: Distribution())
        add(&minute.values)
        self.minutes.insert(minute, at: place)
    }

    /// A metric that is the sum of others.
    init(identity: MetricIdentity, unit: MetricUnit, summing parts: [MetricSeries]) {
        self.init(identity: identity, unit: unit)
        var minutes: [Int64: Distribution] = [:]
        for part in parts {
            self.closed.merge(part.closed)
            for minute in part.minutes[part.head...] { minutes[minute.number, default: Distribution()].merge(minute.values) }
        }
        self.minutes = minutes.sorted { $0.key < $1.key }.map { Minute(number: $0.key, values: $0.value) }
        // The newest minutes of the parts are in none of their closed values; what is not the newest here is closed here.
        guard let newest = self.minutes.last?.number else { return }
        for part in parts {
            if let own = part.minutes.last, own.number < newest { self.closed.merge(own.values) }
        }
    }

    private mutating func expire(before number: Int64) {
        while self.head < self.minutes.count, self.minutes[self.head].number < number {
            self.minutes[self.head].values = Distribution()
            self.head += 1
        }
        if self.head > Self.expiredMax {
            self.minutes.removeFirst(self.head)
            self.head = 0
        }
    }

    /// The values of each period of a span, by the period's beginning; periods without values are left out. Periods lie as
    /// those of 1970 do: one of five minutes begins at :00, :05 and so on.
    /// - Parameters:
    ///   - start: the first minute that counts, the one that the time is in.
    ///   - end: not included.
    ///   - periodSeconds: a multiple of 60.
    package func datapoints(from start: Timestamp, to end: Timestamp, periodSeconds: Int64) -> [Datapoint] {
        precondition(periodSeconds >= 60 && periodSeconds % 60 == 0, "periods are whole minutes")
        let first = Self.number(of: start)
        var points: [Datapoint] = []
        for minute in self.minutes[self.head...] where minute.number >= first && minute.number * 60 < end.seconds {
            let beginning = minute.number * 60 / periodSeconds * periodSeconds
            if let last = points.indices.last, points[last].time.seconds == beginning {
                points[last].values.merge(minute.values)
            } else {
                points.append(Datapoint(time: Timestamp(seconds: beginning), values: minute.values))
            }
        }
        return points
    }

    /// All values of a span as one.
    package func values(from start: Timestamp, to end: Timestamp) -> Distribution {
        let first = Self.number(of: start)
        var values = Distribution()
        for minute in self.minutes[self.head...] where minute.number >= first && minute.number * 60 < end.seconds {
            values.merge(minute.values)
        }
        return values
    }

    private static func number(of time: Timestamp) -> Int64 {
        let seconds = time.seconds
        return seconds >= 0 ? seconds / 60 : (seconds - 59) / 60
    }
}

/// The values of one period.
package struct Datapoint: Hashable, Sendable {
    /// When the period begins.
    package let time: Timestamp
    package var values: Distribution
}
