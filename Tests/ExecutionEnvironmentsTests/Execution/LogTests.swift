import Billing
import CoreTypes
import ExecutionEnvironments
import LambdaCore
import Testing

extension ProcessTests {
    /// Who wrote what, and for which invocation (Lambda developer guide, "Working with Lambda function logs").
    struct Logs {
        /// One system call before the answer: no line may slip into the next invocation or out of this one.
        private static let writing = Bootstrap.python(
            #"""
            def handler(id, headers, body):
                os.write(1, b"out " + body + b"\n")
                os.write(2, b"err " + body + b"\n")
                return body
            forever(handler)
            """#)

        @Test func whatIsWrittenRightBeforeTheAnswerBelongsToTheInvocation() async throws {
            try await InvokerHarness.with { harness in
                try harness.deploy(Self.writing)
                for number in 0..<50 {
                    let outcome = try await harness.invoke(.init(payload: "\(number)", wantsLog: true))
                    #expect(harness.recorder.text(of: outcome.requestID) == "out \(number)\nerr \(number)\n")
                }
            }
        }

        @Test func aLogThatIsAskedForGoesFromStartToReport() async throws {
            try await InvokerHarness.with { harness in
                try harness.deploy(Self.writing)
                _ = try await harness.invoke("0")
                let outcome = try await harness.invoke(.init(payload: "1", wantsLog: true))
                let id = outcome.requestID
                let lines = try #require(outcome.log).split(separator: "\n", omittingEmptySubsequences: false)
                try #require(lines.count == 6)
                #expect(lines[0] == "START RequestId: \(id) Version: $LATEST")
                #expect(lines[1] == "out 1")
                #expect(lines[2] == "err 1")
                #expect(lines[3] == "END RequestId: \(id)")
                #expect(
                    lines[4].wholeMatch(
                        of:
                            /REPORT RequestId: [0-9a-f-]{36}\tDuration: [0-9]+\.[0-9]{2} ms\tBilled Duration: [0-9]+ ms\tMemory Size: 128 MB\tMax Memory Used: [0-9]+ MB\t/
                    )
                        != nil)
                #expect(lines[5] == "")
                #expect(outcome.record?.requestID == id)
            }
        }

        @Test func theLogOfAColdStartHasItsInitDuration() async throws {
            try await InvokerHarness.with { harness in
                try harness.deploy(Self.writing)
                let log = try #require(try await harness.invoke(.init(payload: "1", wantsLog: true)).log)
                #expect(log.firstMatch(of: /\tInit Duration: [0-9]+\.[0-9]{2} ms/) != nil)
            }
        }

        @Test func theLogOfATimeoutSaysSo() async throws {
            try await InvokerHarness.with { harness in
                try harness.deploy(Bootstrap.python("forever(lambda id, headers, body: time.sleep(600))")) {
                    $0.timeoutSeconds = 1
                }
                let outcome = try await harness.invoke(.init(wantsLog: true))
                let log = try #require(outcome.log)
                #expect(log.contains(" \(outcome.requestID) Task timed out after 1.00 seconds\n"))
                #expect(log.contains("\tDuration: 1000.00 ms\tBilled Duration: "))
                #expect(log.contains("\tStatus: timeout"))
            }
        }

        @Test func aLogInJSONHasRecordsInsteadOfLines() async throws {
            try await InvokerHarness.with { harness in
                try harness.deploy(Self.writing) { $0.logging.format = .json }
                let outcome = try await harness.invoke(.init(payload: "1", wantsLog: true))
                let log = try #require(outcome.log)
                #expect(!log.contains("START RequestId"))
                #expect(!log.contains("REPORT RequestId"))
                let lines = log.split(separator: "\n")
                #expect(lines.contains { $0.contains(#""type":"platform.start""#) && $0.contains(outcome.requestID.description) })
                #expect(lines.contains { $0.contains(#""type":"platform.report""#) && $0.contains(#""status":"success""#) })
                #expect(lines.contains("out 1"))
            }
        }

        @Test func aWriterThatWritesMoreThanItsPipeHoldsIsNotHeldUp() async throws {
            try await InvokerHarness.with { harness in
                try harness.deploy(
                    Bootstrap.python(
                        #"""
                        def handler(id, headers, body):
                            for _ in range(1000): os.write(1, b"x" * 999 + b"\n")
                            return body
                        forever(handler)
                        """#))
                let outcome = try await harness.invoke(.init(payload: "1", wantsLog: true))
                #expect(outcome.payload == "1")
                #expect(harness.recorder.text(of: outcome.requestID).utf8.count == 1_000_000)
            }
        }
    }
}
