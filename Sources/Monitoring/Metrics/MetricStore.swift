package import CoreTypes

/// All metrics of a host, in memory: CloudWatch's names and dimensions, points of one minute for three hours.
///
/// Who records often asks once for the place of a series and uses it from then on; recording costs tens of nanoseconds.
/// ```
/// let sent = store.place(of: MetricIdentity("AWS/SQS", "NumberOfMessagesSent", [queue]), unit: .count)
/// store.record(1, in: sent, at: now)
/// ```
package struct MetricStore: Sendable {
    /// Where a series stands; good as long as the store. `nil` series don't exist: beyond the bound a place takes values and
    /// forgets them.
    package struct Place: Hashable, Sendable {
        fileprivate let index: Int
    }

    private var series: [MetricSeries] = []
    private var places: [MetricIdentity: Int] = [:]
    private var sums: [MetricIdentity: Sum] = [:]
    /// Of series and sums, in the order in which they were first asked for.
    package private(set) var identities: [MetricIdentity] = []
    private struct Sum: Sendable {
        let unit: MetricUnit
        var parts: [Int] = []
    }

    /// Series that were asked for and not made.
    package private(set) var refusedSeries = 0

    /// Whoever puts a request id into a dimension makes a series of each.
    package static let seriesMax = 10_000

    package init() {}

    package var count: Int { self.series.count }

    package mutating func place(of identity: MetricIdentity, unit: MetricUnit) -> Place {
        if let index = self.places[identity] { return Place(index: index) }
        guard self.series.count < Self.seriesMax, self.sums[identity] == nil else {
            self.refusedSeries += 1
            return Place(index: -1)
        }
        self.series.append(MetricSeries(identity: identity, unit: unit))
        self.identities.append(identity)
        self.places[identity] = self.series.count - 1
        return Place(index: self.series.count - 1)
    }

    /// Makes the values of a series count for another metric too, which is the sum of all such series and nothing else: it costs
    /// something when it is read, and nothing when a value comes.
    package mutating func add(_ place: Place, to identity: MetricIdentity, unit: MetricUnit) {
        guard place.index >= 0, self.places[identity] == nil else { return }
        if self.sums[identity] == nil { self.identities.append(identity) }
        self.sums[identity, default: Sum(unit: unit)].parts.append(place.index)
    }

    /// - Parameter times: how often the value was seen.
    package mutating func record(_ value: Double, times: Double = 1, in place: Place, at time: Timestamp) {
        guard place.index >= 0 else { return }
        self.series[place.index].record(at: time, last: value) { $0.add(value, times: times) }
    }

    package mutating func record(_ datum: MetricDatum) {
        let place = self.place(of: datum.identity, unit: datum.unit)
        guard place.index >= 0 else { return }
        switch datum.content {
        case .values(let values):
            for (value, times) in values { self.record(value, times: times, in: place, at: datum.time) }
        case .summary(let count, let sum, let minimum, let maximum):
            self.series[place.index].record(at: datum.time, last: maximum) {
                $0.add(count: count, sum: sum, minimum: minimum, maximum: maximum)
            }
        }
    }

    package subscript(_ identity: MetricIdentity) -> MetricSeries? {
        if let index = self.places[identity] { return self.series[index] }
        return self.sums[identity].map { sum in
            MetricSeries(identity: identity, unit: sum.unit, summing: sum.parts.map { self.series[$0] })
        }
    }

    /// What ListMetrics asks for: all that have the namespace, the name and each of the dimensions (a dimension without a value
    /// is any of its name); without them, all. A metric that has further dimensions is found too.
    package func find(
        namespace: String? = nil, name: String? = nil, dimensions: [(name: String, value: String?)] = []
    ) -> [MetricIdentity] {
        self.identities.filter { identity in
            (namespace == nil || identity.namespace == namespace) && (name == nil || identity.name == name)
                && dimensions.allSatisfy { wanted in
                    identity.dimensions.contains { $0.name == wanted.name && (wanted.value == nil || $0.value == wanted.value) }
                }
        }
    }
}

/// Values that come by themselves, from PutMetricData or a line of a log.
package struct MetricDatum: Hashable, Sendable {
    package enum Content: Sendable {
        /// Each with how often it was seen.
        case values([(value: Double, times: Double)])
        case summary(count: Double, sum: Double, minimum: Double, maximum: Double)
    }

    package let identity: MetricIdentity
    package let unit: MetricUnit
    package let time: Timestamp
    package let content: Content

    package init(_ identity: MetricIdentity, unit: MetricUnit, time: Timestamp, _ content: Content) {
        self.identity = identity
        self.unit = unit
        self.time = time
        self.content = content
    }
}

extension MetricDatum {
    private static let pastMilliseconds = 14 * 86_400_000
    private static let futureMilliseconds = 2 * 3_600_000

    /// Whether values may be of a time, since 1970: up to two weeks ago and two hours ahead (Amazon CloudWatch API reference,
    /// "MetricDatum", `Timestamp`).
    package static func accepts(milliseconds: Int, at now: Timestamp) -> Bool {
        let present = Int(now.milliseconds)
        return (present - self.pastMilliseconds...present + self.futureMilliseconds).contains(milliseconds)
    }
}

extension MetricDatum.Content: Hashable {
    package static func == (left: Self, right: Self) -> Bool {
        switch (left, right) {
        case (.values(let left), .values(let right)): left.elementsEqual(right, by: ==)
        case (.summary(let a, let b, let c, let d), .summary(let e, let f, let g, let h)): (a, b, c, d) == (e, f, g, h)
        case (.values, .summary), (.summary, .values): false
        }
    }

    package func hash(into hasher: inout Hasher) {
        switch self {
        case .values(let values): for (value, times) in values { hasher.combine([value, times]) }
        case .summary(let count, let sum, let minimum, let maximum): hasher.combine([count, sum, minimum, maximum])
        }
    }
}
