import LambdaCore
import Testing

/// Expected times by hand from the documented 6 MB at once and 2 MB a second after them.
struct StreamingBandwidthTests {
    private static let megabyte = 1024 * 1024

    @Test func theFirstSixMegabytesGoAtOnce() {
        var bandwidth = StreamingBandwidth(at: .seconds(10))
        for _ in 0..<6 { #expect(bandwidth.spend(Self.megabyte, at: .seconds(10)) == nil) }
        #expect(bandwidth.spend(Self.megabyte, at: .seconds(10)) == .milliseconds(500))
    }

    @Test func whatFollowsGoesAtTwoMegabytesASecond() {
        var bandwidth = StreamingBandwidth(at: .zero)
        var now = Duration.zero
        for _ in 0..<20 { if let wait = bandwidth.spend(Self.megabyte, at: now) { now += wait } }
        #expect(now == .seconds(7))
    }

    @Test func aStreamSlowerThanTheLimitNeverWaits() {
        var bandwidth = StreamingBandwidth(at: .zero)
        for second in 0..<1000 { #expect(bandwidth.spend(2 * Self.megabyte, at: .seconds(second)) == nil) }
    }

    @Test func silenceSavesUpNoMoreThanTheFirstSixMegabytes() {
        var bandwidth = StreamingBandwidth(at: .zero)
        #expect(bandwidth.spend(1, at: .seconds(1)) == nil)
        // As long as a clock can tell.
        #expect(bandwidth.spend(6 * Self.megabyte, at: .seconds(Int64.max / 2)) == nil)
        #expect(bandwidth.spend(2 * Self.megabyte, at: .seconds(Int64.max / 2)) == .seconds(1))
    }

    /// However the pieces are cut, and whenever they come, no more has left by any moment than the limit lets through.
    @Test func noMoreLeavesThanTheLimitLetsThrough() {
        for seed in UInt64(1)...50 {
            var generator = TestGenerator(state: seed)
            var bandwidth = StreamingBandwidth(at: .zero)
            var now = Duration.zero
            var sent = 0
            for _ in 0..<500 {
                let allowed = 6 * Self.megabyte + Int(now / .nanoseconds(1)) * 2 * Self.megabyte / 1_000_000_000
                #expect(sent <= allowed + 1, "seed \(seed)")
                let count = Int(generator.next() % 300_000)
                sent += count
                now += .microseconds(Int64(generator.next() % 50_000))
                // The piece that goes over the limit has left; nothing more does until its time has come.
                if let wait = bandwidth.spend(count, at: now) { now += wait }
            }
        }
    }

    /// SplitMix64.
    private struct TestGenerator: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            self.state &+= 0x9E37_79B9_7F4A_7C15
            var value = self.state
            value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
            value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
            return value ^ (value >> 31)
        }
    }
}
