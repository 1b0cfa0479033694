package import CoreTypes

/// Lambda's sampling where the caller made no decision: the first invocation of each second, and 5 % of the others.
package struct TraceSampler: Hashable, Sendable {
    private var lastSecond: Int64?
    private static let fraction = UInt64.max / 20

    package init() {}

    package mutating func samples(at now: Timestamp, random: UInt64) -> Bool {
        guard self.lastSecond == now.seconds else {
            self.lastSecond = now.seconds
            return true
        }
        return random < Self.fraction
    }
}

extension TraceHeader {
    /// The header that a function sees. `PassThrough` forwards the caller's trace, Parent and decision; without one the trace is
    /// new and not sampled. `Active` keeps the caller's decision, asks the sampler when there is none, and puts the segment of
    /// this invocation in as Parent, when the trace is sampled.
    package static func forInvocation(
        incoming: String?, mode: TracingMode, sampler: inout TraceSampler, at now: Timestamp, random: TraceRandomness
    ) -> TraceHeader {
        let caller = incoming.flatMap { TraceHeader($0) }
        var header = caller ?? TraceHeader(newTraceAt: now, random: random)
        if caller?.sampling != .sampled, caller?.sampling != .notSampled {
            let samples = mode == .active && sampler.samples(at: now, random: random.traceLow)
            header.sampling = samples ? .sampled : .notSampled
        }
        if mode == .active, header.isSampled { header.parent = random.segmentID }
        return header
    }
}
