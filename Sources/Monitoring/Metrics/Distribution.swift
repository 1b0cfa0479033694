/// Values of which count, sum, extremes and percentiles are asked: a log-linear histogram, as HdrHistogram is one. Each power
/// of two is cut into 128 slots, so that a value is known to better than 0.8 %, from microseconds to gigabytes without a range
/// to be chosen before.
///
/// Why not the package HdrHistogram: its counts lie in one array for the whole range, 12 KB for the durations that a function may
/// have, and here each metric has one histogram a minute for hours; and it holds whole numbers only. The slots here are a sorted
/// list of those that have values, a few dozen as a rule. As each slot keeps its sum too, a percentile of a few values, or of
/// equal ones, is exact. docs/metrics.md has the measures.
package struct Distribution: Hashable, Sendable {
    package private(set) var count: Double = 0
    package private(set) var sum: Double = 0
    /// 0 where there is no value.
    package private(set) var minimum: Double = 0
    package private(set) var maximum: Double = 0
    /// By key.
    private var slots: [Slot] = []
    /// How many of a key's lowest bits are given up: grows when there would be too many slots.
    private var coarseness: UInt32 = 0
    /// Percentiles of values below zero are not known (Amazon CloudWatch API reference, GetMetricStatistics).
    private var hasNegativeValues = false
    /// Sets of values of which only the sum is known.
    private var isIncomplete = false

    private struct Slot: Hashable, Sendable {
        var key: UInt32
        var count: Double
        var sum: Double
    }

    /// Slots of a distribution; 24 bytes each. Beyond it neighbours are made one, and values are known half as well.
    package static let slotsMax = 1_024
    /// Of the 52 bits of a fraction, the highest 7 are the slot within a power of two.
    private static let keyShift: UInt64 = 45

    package init() {}

    package var isEmpty: Bool { self.count == 0 }
    /// For tests of the bound.
    var slotCount: Int { self.slots.count }
    /// 0 where there is no value.
    package var average: Double { self.count == 0 ? 0 : self.sum / self.count }

    /// - Parameter times: how often the value was seen; above 0.
    /// - Precondition: `value` is finite.
    package mutating func add(_ value: Double, times: Double = 1) {
        precondition(value.isFinite && times > 0, "a value is a number that was seen")
        self.widen(minimum: value, maximum: value)
        self.count += times
        self.sum += value * times
        if value < 0 {
            self.hasNegativeValues = true
        } else {
            self.addSlot(Slot(key: self.key(of: value), count: times, sum: value * times))
        }
    }

    /// Values that somebody else has summed up (`StatisticValues` of PutMetricData). Percentiles need the values themselves:
    /// they are known only where all values are the same.
    package mutating func add(count: Double, sum: Double, minimum: Double, maximum: Double) {
        if minimum == maximum {
            self.add(minimum, times: count)
            return
        }
        self.widen(minimum: minimum, maximum: maximum)
        self.count += count
        self.sum += sum
        self.isIncomplete = true
    }

    package mutating func merge(_ other: Distribution) {
        guard !other.isEmpty else { return }
        self.widen(minimum: other.minimum, maximum: other.maximum)
        self.count += other.count
        self.sum += other.sum
        self.hasNegativeValues = self.hasNegativeValues || other.hasNegativeValues
        self.isIncomplete = self.isIncomplete || other.isIncomplete
        self.coarsen(to: other.coarseness)
        for slot in other.slots {
            self.addSlot(Slot(key: slot.key >> (self.coarseness - other.coarseness), count: slot.count, sum: slot.sum))
        }
    }

    /// The smallest value that at least `percent` of all values do not exceed (nearest rank); `nil` where it can't be known.
    /// - Parameter percent: from 0 to 100.
    package func percentile(_ percent: Double) -> Double? {
        guard !self.isEmpty, !self.hasNegativeValues, !self.isIncomplete else { return nil }
        if percent >= 100 { return self.maximum }
        let rank = max(percent / 100 * self.count, .leastNonzeroMagnitude)
        var seen = 0.0
        for slot in self.slots {
            seen += slot.count
            if seen >= rank { return min(max(slot.sum / slot.count, self.minimum), self.maximum) }
        }
        return self.maximum
    }

    private mutating func widen(minimum: Double, maximum: Double) {
        self.minimum = self.count == 0 ? minimum : min(self.minimum, minimum)
        self.maximum = self.count == 0 ? maximum : max(self.maximum, maximum)
    }

    /// The bits of a positive number, read as an integer, are in the order of the numbers.
    private func key(of value: Double) -> UInt32 {
        UInt32(truncatingIfNeeded: (value + 0.0).bitPattern >> Self.keyShift) >> self.coarseness
    }

    private mutating func addSlot(_ slot: Slot) {
        let place = self.place(of: slot.key)
        if place < self.slots.count, self.slots[place].key == slot.key {
            self.slots[place].count += slot.count
            self.slots[place].sum += slot.sum
            return
        }
        self.slots.insert(slot, at: place)
        while self.slots.count > Self.slotsMax { self.coarsen(to: self.coarseness + 1) }
    }

    /// Where a key stands, or would.
    private func place(of key: UInt32) -> Int {
        var low = 0
        var high = self.slots.count
        while low < high {
            let middle = (low + high) / 2
            if self.slots[middle].key < key { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private mutating func coarsen(to coarseness: UInt32) {
        guard coarseness > self.coarseness else { return }
        let shift = coarseness - self.coarseness
        self.coarseness = coarseness
        var merged: [Slot] = []
        for slot in self.slots {
            let key = slot.key >> shift
            if let last = merged.indices.last, merged[last].key == key {
                merged[last].count += slot.count
                merged[last].sum += slot.sum
            } else {
                merged.append(Slot(key: key, count: slot.count, sum: slot.sum))
            }
        }
        self.slots = merged
    }
}
