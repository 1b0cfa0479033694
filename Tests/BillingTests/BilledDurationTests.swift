import Billing
import Testing

@Suite("Billed duration")
struct BilledDurationTests {
    /// The rows are REPORT lines of the service (2026) unless a comment says otherwise.
    @Test(
        "is init and duration together, rounded up to a millisecond",
        arguments: [
            (nil, 2_900_000, 3), (110_100_000, 3_010_000, 114), (476_750_000, 600_000_000_000, 600_477),
            (463_512_000, 1_233_960_000, 1_698), (nil, 5_000_000_000, 5_000), (nil, 3_000_000_000, 3_000),
            // By hand: a whole millisecond is not rounded, the next hundredth is, and nothing is free.
            (nil, 1_000_000, 1), (nil, 1_010_000, 2), (nil, 0, 1), (nil, 20_000, 1), (990_000, 20_000, 2),
        ] as [(Int64?, Int64, Int)])
    func rule(initNanoseconds: Int64?, nanoseconds: Int64, billed: Int) {
        let record = InvocationRecord.sample(
            duration: .nanoseconds(nanoseconds), initDuration: initNanoseconds.map { .nanoseconds($0) },
            outcome: nanoseconds >= 3_000_000_000 ? .timeout : .success)
        #expect(record.billedMilliseconds == billed)
    }

    @Test("agrees with the hundredths that the line shows")
    func hundredths() {
        let record = InvocationRecord.sample(duration: .nanoseconds(3_004_000))
        #expect(record.duration.hundredthsOfMilliseconds == 300, "3.004 ms read 3.00 ms")
        #expect(record.billedMilliseconds == 3)
        #expect(Duration.nanoseconds(3_005_000).hundredthsOfMilliseconds == 301)
        #expect(Duration.seconds(900).hundredthsOfMilliseconds == 90_000_000)
    }

    /// By hand: 114 ms × 128 MB = 14,592 MB·ms; ÷ 1,024,000 = 0.01425.
    @Test(
        "makes exact GB-seconds",
        arguments: [(114, 128, "0.01425"), (1_000, 1_024, "1"), (1, 129, "0.0001259765625"), (3, 128, "0.000375")])
    func gigabyteSeconds(milliseconds: Int, memoryMB: Int, text: String) {
        let record = InvocationRecord.sample(duration: .milliseconds(milliseconds), memoryMB: memoryMB)
        #expect(record.billedMegabyteMilliseconds == milliseconds * memoryMB)
        #expect(record.gigabyteSecondsText == text)
    }
}
