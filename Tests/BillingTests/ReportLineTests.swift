import Billing
import CoreTypes
import Testing

/// Expected lines are the service's, as recorded in 2024 to 2026, with the id and numbers of the samples.
@Suite("REPORT line")
struct ReportLineTests {
    static let id = "8f4d2c1b-0a39-4e58-9f67-0123456789ab"
    static let trace = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"

    @Test("a warm success ends in a tab")
    func warm() {
        #expect(
            ReportLine.text(.sample(duration: .microseconds(2_900)))
                == "REPORT RequestId: \(Self.id)\tDuration: 2.90 ms\tBilled Duration: 3 ms\tMemory Size: 128 MB"
                + "\tMax Memory Used: 36 MB\t\n"
        )
    }

    @Test("a cold start names its init phase and bills it")
    func cold() {
        #expect(
            ReportLine.text(.sample(duration: .microseconds(3_010), initDuration: .microseconds(110_100)))
                == "REPORT RequestId: \(Self.id)\tDuration: 3.01 ms\tBilled Duration: 114 ms\tMemory Size: 128 MB"
                + "\tMax Memory Used: 36 MB\tInit Duration: 110.10 ms\t\n"
        )
    }

    @Test("a time-out after a cold start has its status last, without a tab")
    func timeout() {
        let record = InvocationRecord.sample(
            duration: .seconds(600), initDuration: .microseconds(476_750), memoryMB: 1_536, maxMemoryUsedMB: 1_035,
            outcome: .timeout)
        #expect(
            ReportLine.text(record)
                == "REPORT RequestId: \(Self.id)\tDuration: 600000.00 ms\tBilled Duration: 600477 ms"
                + "\tMemory Size: 1536 MB\tMax Memory Used: 1035 MB\tInit Duration: 476.75 ms\tStatus: timeout\n"
        )
    }

    @Test(
        "an error names its type",
        arguments: [
            ("Runtime.ExitError", "Status: error\tError Type: Runtime.ExitError\n"), ("", "Status: error\n"),
            ("Forged\nREPORT\tx", "Status: error\tError Type: Forged REPORT x\n"),
        ])
    func error(type: String, ending: String) {
        let line = ReportLine.text(.sample(duration: .microseconds(95_780), outcome: .error(type: type)))
        #expect(line.hasPrefix("REPORT RequestId: \(Self.id)\tDuration: 95.78 ms\tBilled Duration: 96 ms\t"))
        #expect(line.hasSuffix("Max Memory Used: 36 MB\t" + ending))
    }

    @Test("a sampled trace has a second line")
    func sampled() {
        let line = ReportLine.text(.sample(duration: .milliseconds(1), traceHeader: Self.trace))
        #expect(
            line.hasSuffix(
                "Used: 36 MB\t\nXRAY TraceId: 1-5759e988-bd862e3fe1be46a994272793\tSegmentId: 53995c3f42cd8ad8\tSampled: true\t\n"
            ))
    }

    @Test(
        "a trace that is not sampled, or no trace at all, has none",
        arguments: [
            "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0",
            "Root=1-5759e988-bd862e3fe1be46a994272793",
            "Sampled=1", "nonsense", ";;=;",
        ])
    func notSampled(header: String) {
        let line = ReportLine.text(.sample(duration: .milliseconds(1), traceHeader: header))
        #expect(line.hasSuffix("Max Memory Used: 36 MB\t\n"))
    }

    @Test("goes behind what is there")
    func appends() {
        var bytes = Array("END\n".utf8)
        ReportLine.append(.sample(duration: .milliseconds(1)), to: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self).hasPrefix("END\nREPORT RequestId: "))
    }
}
