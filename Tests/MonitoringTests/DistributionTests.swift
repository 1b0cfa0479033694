import Testing

@testable import Monitoring

/// Expected values are computed by hand: a percentile is the nearest rank's value, the smallest that so many percent of all
/// values do not exceed.
@Suite struct DistributionTests {
    @Test func countsAndSums() {
        var distribution = Distribution()
        for value in [4.0, 1, 7] { distribution.add(value) }
        distribution.add(2, times: 3)
        #expect(distribution.count == 6)
        #expect(distribution.sum == 18)
        #expect(distribution.average == 3)
        #expect(distribution.minimum == 1)
        #expect(distribution.maximum == 7)
    }

    @Test(arguments: [(0.0, 10.0), (10, 10), (10.1, 20), (50, 50), (90, 90), (99, 100), (100, 100)])
    func percentilesOfTenValuesAreTheNearestRanks(percent: Double, expected: Double) {
        var distribution = Distribution()
        for value in stride(from: 100.0, through: 10, by: -10) { distribution.add(value) }
        #expect(distribution.percentile(percent) == expected)
    }

    @Test func aValueSeenManyTimesCountsAsMany() {
        var distribution = Distribution()
        distribution.add(1, times: 99)
        distribution.add(1_000)
        #expect(distribution.percentile(99) == 1)
        #expect(distribution.percentile(99.5) == 1_000)
    }

    @Test func percentilesAreWithinOneSlotOfTheTruth() throws {
        var generator = SeededGenerator(seed: 7)
        var values: [Double] = []
        var distribution = Distribution()
        for _ in 0..<10_000 {
            let value = Double.random(in: 0.001...10, using: &generator)
            values.append(value)
            distribution.add(value)
        }
        values.sort()
        for percent in [1.0, 25, 50, 75, 90, 99, 99.9] {
            let exact = values[Int((percent / 100 * 10_000).rounded(.up)) - 1]
            let found = try #require(distribution.percentile(percent))
            // Fourteen powers of two may be more slots than there are: a slot is up to 1/32 wide then.
            #expect(abs(found - exact) <= exact / 32, "p\(percent)")
        }
    }

    @Test func mergingIsTheSameAsAddingAll() {
        var generator = SeededGenerator(seed: 11)
        var all = Distribution()
        var parts = [Distribution(), Distribution(), Distribution()]
        for _ in 0..<3_000 {
            let value = Double(Int.random(in: 0...1_000_000, using: &generator)) / 1_024
            all.add(value)
            parts[Int.random(in: 0...2, using: &generator)].add(value)
        }
        var merged = Distribution()
        for part in parts { merged.merge(part) }
        #expect(merged.count == all.count)
        // Eighths of eighths are exact in binary, whatever the order of the sum.
        #expect(merged.sum == all.sum)
        for percent in [50.0, 90, 99] { #expect(merged.percentile(percent) == all.percentile(percent)) }
    }

    @Test func memoryIsBounded() {
        var distribution = Distribution()
        for exponent in -300...300 {
            for step in 0..<10 { distribution.add(Double(sign: .plus, exponent: exponent, significand: 1 + Double(step) / 10)) }
        }
        #expect(distribution.slotCount <= Distribution.slotsMax)
        #expect(distribution.count == 6_010)
        #expect(distribution.percentile(100) == distribution.maximum)
    }

    @Test func percentilesOfNegativeValuesAreUnknown() {
        var distribution = Distribution()
        distribution.add(-1)
        distribution.add(2)
        #expect(distribution.percentile(50) == nil)
        #expect(distribution.minimum == -1)
    }

    @Test func percentilesOfSumsAreUnknownUnlessAllValuesAreEqual() {
        var sums = Distribution()
        sums.add(count: 3, sum: 9, minimum: 1, maximum: 5)
        #expect(sums.percentile(50) == nil)
        #expect(sums.average == 3)
        var equal = Distribution()
        equal.add(count: 3, sum: 12, minimum: 4, maximum: 4)
        #expect(equal.percentile(50) == 4)
        #expect(equal.sum == 12)
    }

    @Test func nothingHasNoStatistics() {
        #expect(Distribution().percentile(50) == nil)
        #expect(Statistic.sum.value(of: Distribution()) == nil)
    }

    /// Names from "CloudWatch statistics definitions"; trimmed means and their like are not computed.
    @Test(arguments: [
        ("Sum", Statistic.sum), ("SampleCount", .sampleCount), ("p99", .percentile(99)), ("p99.9", .percentile(99.9)),
        ("p0.5", .percentile(0.5)), ("p100", .percentile(100)),
    ])
    func statisticsHaveNames(name: String, expected: Statistic) { #expect(Statistic(name) == expected) }

    @Test(arguments: ["", "p", "p101", "p-1", "p1e1", "p9.", "p.9", "sum", "tm90", "IQM", "PR(:300)", "p99.99999999999"])
    func otherNamesAreNone(name: String) { #expect(Statistic(name) == nil) }
}

/// The same numbers for the same seed.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { self.state = seed }

    /// SplitMix64 (Steele, Lea, Flood 2014).
    mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var value = self.state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }
}
