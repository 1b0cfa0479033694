import CoreTypes
import Testing

@testable import APIGateway

@Suite("Token buckets, exact under any clock")
struct TokenBucketTests {
    /// A bucket with its limit, which takes where it can.
    final class Tap {
        private let limit: ThrottleLimit
        private var bucket: TokenBucket

        init(rate: Double, burst: Int) {
            self.limit = ThrottleLimit(rate: rate, burst: burst)
            self.bucket = TokenBucket(self.limit, at: testTime)
        }

        func takes(_ milliseconds: Int64) -> Bool {
            guard self.bucket.hasToken(self.limit, at: testTime + .milliseconds(milliseconds)) else { return false }
            self.bucket.take()
            return true
        }
    }

    /// By hand: a bucket of 2 that fills by 10 a second has two at once, then one every 100 ms.
    @Test("the bucket's size passes at once, then the rate")
    func burstThenRate() {
        let tap = Tap(rate: 10, burst: 2)
        #expect(tap.takes(0) && tap.takes(0) && !tap.takes(0))
        #expect(!tap.takes(99) && tap.takes(100) && !tap.takes(100))
        #expect(tap.takes(200) && !tap.takes(299) && tap.takes(300))
    }

    @Test("a long pause fills it to its size, not more")
    func pause() {
        let tap = Tap(rate: 1_000, burst: 3)
        let century: Int64 = 1_000 * 86_400 * 365 * 100
        #expect(tap.takes(century) && tap.takes(century) && tap.takes(century) && !tap.takes(century))
    }

    @Test("a rate of half a request a second gives one every two seconds")
    func slow() {
        let tap = Tap(rate: 0.5, burst: 1)
        #expect(tap.takes(0) && !tap.takes(1_999) && tap.takes(2_000))
    }

    @Test("zero lets nothing through, and a clock that goes back adds nothing")
    func edges() {
        #expect(!Tap(rate: 0, burst: 0).takes(1_000_000))
        let tap = Tap(rate: 1, burst: 1)
        #expect(tap.takes(0) && !tap.takes(-5_000) && !tap.takes(999) && tap.takes(1_000))
    }

    /// Within any time t no more than burst + rate × t pass: the definition of a token bucket.
    @Test("never more than the burst and the rate allow, at random times", arguments: 0..<10)
    func neverMore(seed: UInt64) {
        var generator = SeededGenerator(state: seed)
        let rate = Int64.random(in: 1...2_000, using: &generator)
        let burst = Int.random(in: 1...50, using: &generator)
        let limit = ThrottleLimit(rate: Double(rate), burst: burst)
        var bucket = TokenBucket(limit, at: testTime)
        var elapsed: Int64 = 0
        var passed: Int64 = 0
        for _ in 0..<2_000 {
            elapsed += Int64.random(in: 0...2_000_000, using: &generator)
            if bucket.hasToken(limit, at: Timestamp(nanoseconds: testTime.nanoseconds + elapsed)) {
                bucket.take()
                passed += 1
            }
            #expect(passed * 1_000_000_000 <= Int64(burst) * 1_000_000_000 + rate * elapsed, "seed \(seed)")
        }
    }

    @Test("a request that one limit refuses takes no token of another")
    func allOrNone() {
        var throttle = Throttle(account: ThrottleLimit(rate: 0, burst: 2))
        let tight = Throttle.Check(.client(planID: "p", keyID: "k"), ThrottleLimit(rate: 0, burst: 1))
        let refusals = [[tight], [tight], [], []].map { throttle.admit($0, at: testTime) }
        #expect(refusals == [nil, tight.scope, nil, .account])
    }

    /// "Amazon API Gateway quotas": 10,000 requests a second with a bucket of 5,000.
    @Test("the account's limit is 10,000 a second with a bucket of 5,000")
    func account() {
        var throttle = Throttle()
        let first = (0..<5_000).map { _ in throttle.admit([], at: testTime) }
        #expect(first.allSatisfy { $0 == nil })
        let later = [0, 99, 100].map { throttle.admit([], at: testTime + .microseconds($0)) }
        #expect(later == [.account, .account, nil])
    }

    @Test("a relaxed limit lets a load test through")
    func relaxed() {
        var throttle = Throttle(account: .relaxed)
        #expect((0..<20_000).allSatisfy { _ in throttle.admit([], at: testTime) == nil })
    }
}

@Suite("Usage counters")
struct UsageCounterTests {
    static let key = UsageCounters.Key(planID: "plan", keyID: "key")

    /// 21 November 2026 is a Saturday; its week began on Sunday the 15th.
    @Test(
        "periods begin at midnight UTC, on Sunday, on the first",
        arguments: [
            (UsagePlan.Quota.Period.day, "2026-11-21T00:00:00.000Z"), (.week, "2026-11-15T00:00:00.000Z"),
            (.month, "2026-11-01T00:00:00.000Z"),
        ])
    func periods(period: UsagePlan.Quota.Period, start: String) {
        #expect(period.start(of: testTime).iso8601 == start)
        #expect(period.start(of: period.start(of: testTime)).iso8601 == start)
    }

    @Test("a quota is used up, and is there again in the next period", arguments: UsagePlan.Quota.Period.allCases)
    func quota(period: UsagePlan.Quota.Period) {
        let quota = UsagePlan.Quota(limit: 2, period: period)
        var usage = UsageCounters()
        #expect(usage.remaining(Self.key, quota: quota, at: testTime) == 2)
        usage.count(Self.key, quota: quota, at: testTime)
        usage.count(Self.key, quota: quota, at: testTime)
        #expect(usage.remaining(Self.key, quota: quota, at: testTime) == 0)
        let next = testTime + .seconds(86_400 * (period == .day ? 1 : period == .week ? 7 : 31))
        #expect(usage.remaining(Self.key, quota: quota, at: next) == 2)
    }

    @Test("the offset is taken off the first period only")
    func offset() {
        let quota = UsagePlan.Quota(limit: 5, period: .day, offset: 4)
        var usage = UsageCounters()
        #expect(usage.remaining(Self.key, quota: quota, at: testTime) == 1)
        usage.count(Self.key, quota: quota, at: testTime)
        #expect(usage.remaining(Self.key, quota: quota, at: testTime) == 0)
        #expect(usage.remaining(Self.key, quota: quota, at: testTime + .seconds(86_400)) == 5)
    }

    @Test("GetUsage: used and remaining, a pair for each day")
    func days() {
        let quota = UsagePlan.Quota(limit: 10, period: .month)
        var usage = UsageCounters()
        let tomorrow = testTime + .seconds(86_400)
        for time in [testTime, testTime, tomorrow] { usage.count(Self.key, quota: quota, at: time) }
        let found = usage.usage(planID: "plan", quota: quota, from: testTime, to: tomorrow + .seconds(86_400))
        #expect(found.map(\.keyID) == ["key"])
        #expect(found[0].days.map(\.used) == [2, 1, 0])
        #expect(found[0].days.map(\.remaining) == [8, 7, 10])
        #expect(usage.usage(planID: "other", quota: quota, from: testTime, to: tomorrow).isEmpty)
    }

    @Test("UpdateUsage sets what is left in the period")
    func remaining() {
        let quota = UsagePlan.Quota(limit: 1, period: .day)
        var usage = UsageCounters()
        usage.count(Self.key, quota: quota, at: testTime)
        usage.setRemaining(3, Self.key, quota: quota, at: testTime)
        #expect(usage.remaining(Self.key, quota: quota, at: testTime) == 3)
        #expect(usage.remaining(Self.key, quota: quota, at: testTime + .seconds(86_400)) == 1)
    }

    @Test("a snapshot read back is the same")
    func snapshot() throws {
        var usage = UsageCounters()
        let quota = UsagePlan.Quota(limit: 10, period: .week, offset: 2)
        for index in 0..<5 {
            let key = UsageCounters.Key(planID: "p\(index % 2)", keyID: "k\(index)")
            usage.count(key, quota: index == 3 ? nil : quota, at: testTime + .seconds(86_400 * index))
        }
        usage.setRemaining(7, UsageCounters.Key(planID: "p0", keyID: "k0"), quota: quota, at: testTime)
        let text = usage.snapshot.description
        #expect(UsageCounters(snapshot: try JSON(parsing: text)) == usage)
    }

    @Test(
        "what is no snapshot is refused",
        arguments: [
            "{}", "[1]", #"[{"plan":"a"}]"#,
            #"[{"plan":"a","key":"b","period":99999999999999,"used":1,"granted":0,"days":[]}]"#,
            #"[{"plan":"a","key":"b","period":1,"used":1,"granted":0,"days":[[1]]}]"#,
        ])
    func bad(text: String) throws {
        #expect(UsageCounters(snapshot: try JSON(parsing: text)) == nil)
    }
}
