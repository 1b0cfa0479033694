import Billing
import CoreTypes
import Testing

@Suite("Invocation report")
struct InvocationReportTests {
    /// By hand: 114 ms × 128 MB = 0.01425 GB-s × $0.0000166667 = $0.000000237500475.
    @Test("has the documented shape for a cold start")
    func cold() {
        let record = InvocationRecord.sample(duration: .microseconds(3_010), initDuration: .microseconds(110_100))
        let report = InvocationReport(record, prices: .usEast1)
        #expect(
            report.json.description
                == #"{"requestId":"8f4d2c1b-0a39-4e58-9f67-0123456789ab","functionName":"Hello","functionVersion":"$LATEST","#
                + #""source":"invoke","startedAt":"2026-10-01T12:00:00.000Z","coldStart":true,"durationMs":3.01,"#
                + #""billedDurationMs":114,"initDurationMs":110.1,"#
                + #""memorySizeMB":128,"maxMemoryUsedMB":36,"architecture":"x86_64","requestBytes":2,"#
                + #""responseBytes":15,"status":"success","#
                + #""gbSeconds":0.01425,"cost":{"requests":0.0000002,"duration":0.000000237500475,"total":0.000000437500475,"#
                + #""currency":"USD","region":"us-east-1","pricesOf":"2026-10-01"}}"#)
        #expect(report.costLine == "Billed 114 ms x 128 MB = 0.01425 GB-s: 0.0000004375 USD (us-east-1, prices of 2026-10-01)")
    }

    @Test("tells an error's type, and only then")
    func status() {
        func json(_ outcome: InvocationRecord.Outcome) -> JSON {
            InvocationReport(.sample(duration: .seconds(3), outcome: outcome), prices: .apNortheast2).json
        }
        #expect(json(.error(type: "Orders.Missing"))["status"] == "error")
        #expect(json(.error(type: "Orders.Missing"))["errorType"] == "Orders.Missing")
        #expect(json(.timeout)["status"] == "timeout")
        #expect(json(.timeout)["errorType"] == nil)
        #expect(json(.success)["initDurationMs"] == nil)
        #expect(json(.success)["coldStart"] == false)
        #expect(json(.success)["cost"]?["region"] == "ap-northeast-2")
    }
}
