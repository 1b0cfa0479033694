package import CoreTypes

/// What each API key used of each usage plan: the numbers behind quotas and GetUsage. A value that is kept on disk as JSON
/// (``snapshot``), so that a restart forgets nothing.
package struct UsageCounters: Hashable, Sendable {
    package struct Key: Hashable, Sendable {
        package let planID: String
        package let keyID: String

        package init(planID: String, keyID: String) {
            self.planID = planID
            self.keyID = keyID
        }
    }

    /// One day of GetUsage: requests made, and what was left of the quota after the last of them; `nil` without a quota.
    package struct Day: Hashable, Sendable {
        package var used: Int
        package var remaining: Int?
    }

    private struct Counter: Hashable, Sendable {
        var periodStart: Timestamp
        /// Used in the period; the quota's offset counts as used in the first.
        var used: Int
        /// What UpdateUsage added to the limit of this period.
        var granted = 0
        /// By days since 1970-01-01.
        var days: [Int64: Day] = [:]
    }

    /// GetUsage answers for up to 90 days ("Amazon API Gateway quotas"); older ones are dropped.
    package static let daysKept: Int64 = 90

    private var counters: [Key: Counter] = [:]

    package init() {}

    /// What is left in the present period; `nil` without a quota.
    package func remaining(_ key: Key, quota: UsagePlan.Quota?, at now: Timestamp) -> Int? {
        guard let quota else { return nil }
        let counter = self.counter(key, quota, now)
        return max(quota.limit + counter.granted - counter.used, 0)
    }

    /// Counts a request that was let through.
    package mutating func count(_ key: Key, quota: UsagePlan.Quota?, at now: Timestamp) {
        var counter = self.counter(key, quota, now)
        counter.used += 1
        let today = UsagePlan.Quota.Period.day(of: now)
        var day = counter.days[today] ?? Day(used: 0, remaining: nil)
        day.used += 1
        day.remaining = quota.map { max($0.limit + counter.granted - counter.used, 0) }
        counter.days[today] = day
        if counter.days.count > Self.daysKept { counter.days = counter.days.filter { $0.key > today - Self.daysKept } }
        self.counters[key] = counter
    }

    /// UpdateUsage with `replace /remaining`: from now on so much is left in this period.
    package mutating func setRemaining(_ remaining: Int, _ key: Key, quota: UsagePlan.Quota, at now: Timestamp) {
        var counter = self.counter(key, quota, now)
        counter.granted = remaining + counter.used - quota.limit
        counter.days[UsagePlan.Quota.Period.day(of: now), default: Day(used: 0, remaining: nil)].remaining = remaining
        self.counters[key] = counter
    }

    /// GetUsage: for each key of a plan a day's numbers for each day from `first` to `last`, both included.
    package func usage(
        planID: String, keyID: String? = nil, quota: UsagePlan.Quota?, from first: Timestamp, to last: Timestamp
    ) -> [(keyID: String, days: [Day])] {
        let (start, end) = (UsagePlan.Quota.Period.day(of: first), UsagePlan.Quota.Period.day(of: last))
        guard start <= end, end - start < Self.daysKept else { return [] }
        return self.counters.filter { $0.key.planID == planID && (keyID == nil || $0.key.keyID == keyID) }
            .sorted { $0.key.keyID < $1.key.keyID }
            .map { key, counter in
                (key.keyID, (start...end).map { counter.days[$0] ?? Day(used: 0, remaining: quota?.limit) })
            }
    }

    private func counter(_ key: Key, _ quota: UsagePlan.Quota?, _ now: Timestamp) -> Counter {
        // Without a quota the period does not matter; a month keeps the count small.
        let start = (quota?.period ?? .month).start(of: now)
        guard var counter = self.counters[key] else { return Counter(periodStart: start, used: quota?.offset ?? 0) }
        if counter.periodStart < start {
            counter.periodStart = start
            counter.used = 0
            counter.granted = 0
        }
        return counter
    }
}

extension UsageCounters {
    /// `[{"plan","key","period" (seconds),"used","granted","days":[[day, used, remaining or null]]}]`, sorted.
    package var snapshot: JSON {
        let sorted = self.counters.sorted { ($0.key.planID, $0.key.keyID) < ($1.key.planID, $1.key.keyID) }
        return .array(
            sorted.map { key, counter in
                let days = counter.days.sorted { $0.key < $1.key }.map { day, value -> JSON in
                    .array([
                        .number(JSONNumber(day)), .number(JSONNumber(value.used)),
                        value.remaining.map { .number(JSONNumber($0)) } ?? .null,
                    ])
                }
                return .object([
                    "plan": .string(key.planID), "key": .string(key.keyID),
                    "period": .number(JSONNumber(counter.periodStart.seconds)), "used": .number(JSONNumber(counter.used)),
                    "granted": .number(JSONNumber(counter.granted)), "days": .array(days),
                ])
            })
    }

    /// Reads a ``snapshot``; `nil` for anything else.
    package init?(snapshot: JSON) {
        guard let entries = snapshot.arrayValue else { return nil }
        for entry in entries {
            guard let plan = entry["plan"]?.stringValue, let key = entry["key"]?.stringValue,
                let period = entry["period"]?.intValue, let used = entry["used"]?.intValue,
                let granted = entry["granted"]?.intValue, let days = entry["days"]?.arrayValue,
                let start = Self.timestamp(period)
            else { return nil }
            var counter = Counter(periodStart: start, used: used, granted: granted)
            for day in days {
                guard let parts = day.arrayValue, parts.count == 3, let number = parts[0].intValue,
                    let count = parts[1].intValue, parts[2].isNull || parts[2].intValue != nil
                else { return nil }
                counter.days[Int64(number)] = Day(used: count, remaining: parts[2].intValue)
            }
            self.counters[Key(planID: plan, keyID: key)] = counter
        }
    }

    /// Seconds that a timestamp can hold, about 292 years around 1970.
    private static func timestamp(_ seconds: Int) -> Timestamp? {
        abs(seconds) < 9_000_000_000 ? Timestamp(seconds: Int64(seconds)) : nil
    }
}
