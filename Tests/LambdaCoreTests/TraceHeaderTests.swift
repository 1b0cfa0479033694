import CoreTypes
import LambdaCore
import Testing

@Suite("Trace header")
struct TraceHeaderTests {
    static let root = "1-5759e988-bd862e3fe1be46a994272793"
    static let full = "Root=\(root);Parent=53995c3f42cd8ad8;Sampled=1;Lineage=a87bd80c:1|68fd508a:5"
    static let random = TraceRandomness(traceHigh: 0x0123_4567_89AB_CDEF, traceLow: 0xFFFF_FFFF_0000_00A1, segment: 0xB1)
    /// 2026-10-01T12:00:00Z is 1790856000 = 0x6abe4b40 seconds.
    static let now = Timestamp(seconds: 1_790_856_000)
    static let newRoot = "1-6abe4b40-0123456789abcdef000000a1"

    @Test(
        "keeps Root, Parent, Sampled and Lineage",
        arguments: [
            full, "Root=\(root)", "Root=\(root);Sampled=?", "Root=\(root);Parent=53995c3f42cd8ad8",
            "Root=\(root);Lineage=a87bd80c:1",
        ])
    func roundTrip(text: String) {
        #expect(TraceHeader(text)?.text == text)
    }

    @Test("reads any order and spaces, and passes other fields over")
    func order() {
        let header = TraceHeader("Self=1-x; Sampled=0; Parent=53995c3f42cd8ad8 ;Root=\(Self.root)")
        #expect(header?.root == Self.root)
        #expect(header?.sampling == .notSampled)
    }

    @Test(
        "refuses what has no Root or can't be a header",
        arguments: [
            "", ";", "Root=", "Parent=53995c3f42cd8ad8", "Root=a\nb", "Root=\u{e9}",
            "Root=" + String(repeating: "a", count: 1_024),
        ])
    func refused(text: String) {
        #expect(TraceHeader(text) == nil)
    }

    private func seen(_ incoming: String?, _ mode: TracingMode, samples: Bool = false) -> String {
        var sampler = TraceSampler()
        if !samples { _ = sampler.samples(at: Self.now, random: .max) }
        return TraceHeader.forInvocation(incoming: incoming, mode: mode, sampler: &sampler, at: Self.now, random: Self.random)
            .text
    }

    @Test("PassThrough forwards trace, parent and decision; a new trace is not sampled")
    func passThrough() {
        #expect(self.seen(Self.full, .passThrough) == Self.full)
        #expect(self.seen("Root=\(Self.root);Sampled=0", .passThrough) == "Root=\(Self.root);Sampled=0")
        #expect(self.seen("Root=\(Self.root);Sampled=?", .passThrough, samples: true) == "Root=\(Self.root);Sampled=0")
        #expect(self.seen(nil, .passThrough, samples: true) == "Root=\(Self.newRoot);Parent=00000000000000b1;Sampled=0")
        #expect(self.seen("nonsense", .passThrough) == "Root=\(Self.newRoot);Parent=00000000000000b1;Sampled=0")
    }

    @Test("Active keeps the caller's decision and puts the function's segment in as parent")
    func active() {
        #expect(
            self.seen(Self.full, .active) == "Root=\(Self.root);Parent=00000000000000b1;Sampled=1;Lineage=a87bd80c:1|68fd508a:5")
        #expect(
            self.seen("Root=\(Self.root);Parent=53995c3f42cd8ad8;Sampled=0", .active, samples: true)
                == "Root=\(Self.root);Parent=53995c3f42cd8ad8;Sampled=0")
    }

    @Test("Active decides where the caller did not")
    func activeDecides() {
        #expect(self.seen(nil, .active, samples: true) == "Root=\(Self.newRoot);Parent=00000000000000b1;Sampled=1")
        #expect(self.seen(nil, .active, samples: false) == "Root=\(Self.newRoot);Parent=00000000000000b1;Sampled=0")
        #expect(self.seen("Root=\(Self.root)", .active, samples: true) == "Root=\(Self.root);Parent=00000000000000b1;Sampled=1")
    }

    @Test("samples the first of each second and one in twenty of the rest")
    func sampler() {
        var sampler = TraceSampler()
        let next = Self.now + .seconds(1)
        let draws: [(Timestamp, UInt64)] = [
            (Self.now, .max), (Self.now, .max), (Self.now, .max / 20), (Self.now, .max / 20 - 1), (next, .max),
        ]
        let decisions = draws.map { sampler.samples(at: $0, random: $1) }
        #expect(decisions == [true, false, false, true, true])
    }
}
