/// How fast one streamed response may leave: its first bytes as fast as they come, the rest at a steady rate (Lambda developer
/// guide, "Response streaming for Lambda functions", "Bandwidth limits": 6 MB, then 2 MB/s). A token bucket, as in AWS's Runtime
/// Interface Emulator: full at the beginning, filled up again by time, so that a slow stream never meets the limit.
package struct StreamingBandwidth: Hashable, Sendable {
    package static let burstBytes = 6 * 1024 * 1024
    package static let bytesPerSecond = 2 * 1024 * 1024

    /// Below zero is what went out ahead of its time.
    private var available = Self.burstBytes
    private var filledAt: Duration

    /// - Parameter now: the time since any fixed moment, by a clock that never steps back.
    package init(at now: Duration) { self.filledAt = now }

    /// Counts bytes that leave now. Returns for how long nothing more may leave, or `nil`.
    package mutating func spend(_ bytes: Int, at now: Duration) -> Duration? {
        self.fill(at: now)
        self.available -= bytes
        guard self.available < 0 else { return nil }
        return .nanoseconds(Int64(-self.available) * 1_000_000_000 / Int64(Self.bytesPerSecond))
    }

    private mutating func fill(at now: Duration) {
        let missing = Self.burstBytes - self.available
        let elapsed = now - self.filledAt
        // Whole seconds apart, so that no product overflows, however long a function says nothing.
        guard elapsed < .seconds(missing / Self.bytesPerSecond + 1) else {
            self.available = Self.burstBytes
            self.filledAt = now
            return
        }
        let nanoseconds = elapsed.components.seconds * 1_000_000_000 + elapsed.components.attoseconds / 1_000_000_000
        let gained = min(Int(nanoseconds) * Self.bytesPerSecond / 1_000_000_000, missing)
        self.available += gained
        // Only the time that the gained bytes took: what is less than a byte counts next time.
        self.filledAt += .nanoseconds(Int64(gained) * 1_000_000_000 / Int64(Self.bytesPerSecond))
    }
}
