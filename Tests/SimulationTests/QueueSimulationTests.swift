import CoreTypes
import Foundation
import SQS
import Testing

/// Drives queues in virtual time with producers, consumers, parked receives, purges, other settings, deletions, crashes and restarts
/// from the journal, and holds each answer against a small model that keeps messages in plain arrays. `MARTLET_SIMULATION_SEEDS` says how many seeds.
@Suite("Simulation: queues")
struct QueueSimulationTests {
    private static let seedCount = ProcessInfo.processInfo.environment["MARTLET_SIMULATION_SEEDS"].flatMap(UInt64.init) ?? 60
    /// Seeds that failed once.
    private static let keptSeeds: [UInt64] = [10, 41, 52, 100]

    @Test("nothing answered is lost, held twice, out of order, stored twice or counted wrong")
    func everySeed() {
        var seen: [String: Int] = [:]
        for seed in Self.keptSeeds + Array(0..<Self.seedCount) {
            var world = QueueWorld(seed: seed)
            world.run(steps: 250)
            #expect(world.faults == [], "seed \(seed)")
            seen.merge(world.seen, uniquingKeysWith: +)
            if !world.faults.isEmpty { break }
        }
        // The drive must reach all of these, else it proves nothing.
        for event in [
            "sent", "received", "deleted", "duplicate", "moved", "redriven", "expired", "delivered", "empty delivery", "crash",
            "lost commit", "compaction", "purge", "expired handle", "repeated attempt", "put back", "settings", "queue deleted",
            "queue made again", "too early", "no such queue", "too many in flight", "turns",
        ] {
            #expect(seen[event, default: 0] > 0, "no \(event)")
        }
    }
}
