import CoreTypes

/// A month of invocations that are all alike.
package struct LambdaWorkload: Workload {
    package var requests: Int
    package var duration: Duration
    package var memoryMB: Int
    package var isARM = false
    package var ephemeralStorageMB = PriceTable.freeEphemeralStorageMB
    /// Of each response, when it is streamed.
    package var streamedBytes = 0
    /// How many environments are kept warm, and for how long; all invocations are then taken to run on them.
    package var provisioned: (concurrency: Int, time: Duration)?

    package init(requests: Int, duration: Duration, memoryMB: Int, isARM: Bool = false) {
        self.requests = requests
        self.duration = duration
        self.memoryMB = memoryMB
        self.isARM = isARM
    }

    /// What a function may be set to (Lambda quotas, "Function configuration").
    package static let memoryMBRange = 128...10_240
    package static let ephemeralStorageMBRange = 512...10_240
    package static let durationLimit = Duration.seconds(900)
    /// What a response may stream (Lambda quotas, 200 MB since July 2025).
    package static let streamedBytesLimit = 209_715_200

    /// Rounded up to a whole millisecond, at least 1.
    var billedMilliseconds: Int { max(1, Int((self.duration.nanoseconds + 999_999) / 1_000_000)) }

    private var megabyteMilliseconds: Int128 { Int128(self.requests) * Int128(self.billedMilliseconds) * Int128(self.memoryMB) }

    package var title: String {
        "\(DecimalText.grouped(self.requests)) requests a month of " + self.each
    }

    /// `1,000 ms at 512 MB, x86_64`
    package var each: String {
        "\(DecimalText.grouped(self.billedMilliseconds)) ms at \(DecimalText.grouped(self.memoryMB)) MB, "
            + (self.isARM ? "arm64" : "x86_64")
    }

    package var usage: Usage {
        let function = Consumer(.function, "estimate")
        var usage = Usage()
        usage.add(Int128(self.requests), of: .lambdaRequests, by: function)
        let duration: PricedItem =
            if self.provisioned != nil {
                self.isARM ? .provisionedDurationARM : .provisionedDurationX86
            } else {
                self.isARM ? .lambdaDurationARM : .lambdaDurationX86
            }
        usage.add(self.megabyteMilliseconds, of: duration, by: function)
        usage.add(self.storage, of: .lambdaEphemeralStorage, by: function)
        usage.add(self.streamed, of: .lambdaStreamedBytes, by: function)
        usage.add(
            self.configured, of: self.isARM ? .provisionedConcurrencyARM : .provisionedConcurrencyX86, by: function)
        return usage
    }

    private var storage: Int128 {
        let extra = max(0, self.ephemeralStorageMB - PriceTable.freeEphemeralStorageMB)
        return Int128(self.requests) * Int128(self.billedMilliseconds) * Int128(extra)
    }

    private var streamed: Int128 { Int128(self.requests) * Int128(max(0, self.streamedBytes - PriceTable.freeStreamedBytes)) }

    private var configured: Int128 {
        guard let provisioned = self.provisioned else { return 0 }
        return Int128(provisioned.concurrency) * Int128(self.memoryMB) * provisioned.time.provisionedMilliseconds
    }

    package var steps: [Estimate.Step] {
        let requests = DecimalText.grouped(self.requests)
        let seconds = DecimalText.text(Int128(self.billedMilliseconds), scale: 3, minimumFraction: 0)
        var steps = [
            Estimate.Step(
                "Duration", "\(requests) × \(seconds) s × \(DecimalText.grouped(self.memoryMB)) MB ÷ 1,024",
                PriceUnit.gigabyteSecond.text(self.megabyteMilliseconds))
        ]
        if self.storage > 0 {
            let extra = self.ephemeralStorageMB - PriceTable.freeEphemeralStorageMB
            steps.append(
                Estimate.Step(
                    "Ephemeral storage", "\(requests) × \(seconds) s × (\(self.ephemeralStorageMB) − 512 = \(extra)) MB ÷ 1,024",
                    PriceUnit.gigabyteSecond.text(self.storage)))
        }
        if self.streamed > 0 {
            let extra = DecimalText.grouped(self.streamedBytes - PriceTable.freeStreamedBytes)
            steps.append(
                Estimate.Step(
                    "Streamed", "\(requests) × \(extra) bytes beyond the first 6 MB", PriceUnit.gigabyte.text(self.streamed)))
        }
        if let provisioned = self.provisioned {
            let seconds = DecimalText.grouped(provisioned.time.provisionedMilliseconds / 1_000)
            steps.append(
                Estimate.Step(
                    "Provisioned concurrency",
                    "\(provisioned.concurrency) × \(seconds) s × \(DecimalText.grouped(self.memoryMB)) MB ÷ 1,024",
                    PriceUnit.gigabyteSecond.text(self.configured)))
        }
        return steps
    }

    package var notes: [String] {
        self.provisioned == nil ? [] : ["All invocations are taken to run on provisioned concurrency; its free tier is none."]
    }
}
