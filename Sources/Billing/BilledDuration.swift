extension Duration {
    /// Hundredths of a millisecond, rounded half up: the precision of every REPORT line. Lines, bills and telemetry are all
    /// computed from this one figure, so that whoever adds up a line gets its billed duration.
    package var hundredthsOfMilliseconds: Int64 {
        let (seconds, attoseconds) = self.components
        return seconds * 100_000 + (attoseconds + 5_000_000_000_000) / 10_000_000_000_000
    }
}

extension InvocationRecord {
    /// Whole milliseconds that are paid for: the init phase and the duration together, rounded up, at least 1.
    ///
    /// Since 2025-08-01 the init phase is billed for every runtime and package type (AWS Compute Blog, "AWS Lambda standardizes
    /// billing for INIT phase"). After a time-out ``duration`` is the configured timeout, which is what AWS bills: 600,000 ms
    /// after an init of 476.75 ms are 600,477 ms.
    package var billedMilliseconds: Int {
        let hundredths = self.duration.hundredthsOfMilliseconds + (self.initDuration?.hundredthsOfMilliseconds ?? 0)
        return max(1, Int((hundredths + 99) / 100))
    }

    /// Memory × time, exactly: 1,024,000 of these are a GB-second.
    package var billedMegabyteMilliseconds: Int { self.memoryMB * self.billedMilliseconds }

    /// `0.000375`: GB-seconds with all their digits, which are finite because 1,024,000 divides 10¹³.
    package var gigabyteSecondsText: String {
        DecimalText.text(Int128(self.billedMegabyteMilliseconds) * 9_765_625, scale: 13, minimumFraction: 0)
    }
}
