import Billing
import CoreTypes
import Testing

@Suite("Tuning")
struct TuningTests {
    private static func tuning() -> Tuning {
        func size(_ memory: Int, _ milliseconds: [Int], outcome: InvocationRecord.Outcome = .success) -> Tuning.Size {
            let warm = milliseconds.map {
                InvocationRecord.sample(duration: .milliseconds($0), memoryMB: memory, outcome: outcome)
            }
            let cold = InvocationRecord.sample(duration: .seconds(9), initDuration: .milliseconds(100), memoryMB: memory)
            return Tuning.Size(memoryMB: memory, records: [cold] + warm)
        }
        return Tuning(
            function: "Orders",
            sizes: [
                size(512, [30, 10, 20]), size(128, [60, 90, 70]), size(256, [1], outcome: .error(type: "Runtime.OutOfMemory")),
            ],
            book: .embedded, region: "us-east-1")
    }

    /// By hand: the medians are 70 ms at 128 MB and 20 ms at 512 MB; a million are 8,750 GB-s and 10,000 GB-s at $0.0000166667,
    /// $0.145833625 and $0.166667, and $0.20 for the requests.
    @Test("finds the cheapest and the fastest size, and leaves out those that failed")
    func best() {
        let tuning = Self.tuning()
        #expect(tuning.sizes.map(\.memoryMB) == [128, 256, 512])
        #expect(tuning.cheapest?.memoryMB == 128)
        #expect(tuning.fastest?.memoryMB == 512)
        #expect(
            tuning.sizes.map { $0.million(.embedded, region: "us-east-1")?.exactText } == ["0.345833625", nil, "0.366667"])
        #expect(tuning.json["sizes"]?.arrayValue?[1]["failure"] == "Runtime.OutOfMemory")
        #expect(tuning.json["cheapestMB"] == 128)
        #expect(tuning.text.contains("Cheapest: 128 MB. Fastest: 512 MB."))
    }

    @Test("nothing measured is nothing found")
    func empty() {
        let tuning = Tuning(
            function: "x", sizes: [Tuning.Size(memoryMB: 128, records: [])], book: .embedded, region: "us-east-1")
        #expect(tuning.cheapest == nil && tuning.fastest == nil)
        #expect(tuning.json["fastestMB"] == .null)
        #expect(!tuning.text.isEmpty)
    }
}
