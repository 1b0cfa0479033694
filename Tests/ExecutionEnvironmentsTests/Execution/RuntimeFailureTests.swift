import Billing
import ExecutionEnvironments
import Foundation
import LambdaCore
import Testing

extension ProcessTests {
    /// Ways in which a runtime fails, in the words observed on the service until 2026.
    struct RuntimeFailures {
        private func platform(_ type: String, _ message: String, _ outcome: InvokerHarness.Outcome) -> String {
            #"{"errorType":"\#(type)","errorMessage":"RequestId: \#(outcome.requestID) Error: \#(message)"}"#
        }

        @Test(arguments: [
            ("os._exit(1)", "exit status 1"), ("sys.exit(3)", "exit status 3"),
            ("os.kill(os.getpid(), signal.SIGKILL)", "signal: killed"),
            ("os.kill(os.getpid(), signal.SIGTERM)", "signal: terminated"),
            ("os.kill(os.getpid(), signal.SIGSEGV)", "signal: segmentation fault"), ("os.abort()", "signal: aborted"),
        ])
        func aProcessThatEndsInsteadOfAnswering(_ statement: String, _ cause: String) async throws {
            try await InvokerHarness.with { harness in
                try harness.deploy(Bootstrap.python("forever(lambda id, headers, body: body if body == b'1' else \(statement))"))
                let outcome = try await harness.invoke()
                #expect(outcome.failure == .function(type: "Runtime.ExitError"))
                #expect(outcome.payload == self.platform("Runtime.ExitError", "Runtime exited with error: \(cause)", outcome))
                // The next one is served by a new process.
                #expect(try await harness.invoke("1").payload == "1")
                #expect(harness.recorder.records.map(\.outcome) == [.error(type: "Runtime.ExitError"), .success])
            }
        }

        @Test func aProcessThatLeavesWithStatusZero() async throws {
            try await InvokerHarness.with { harness in
                try harness.deploy(Bootstrap.python("forever(lambda id, headers, body: os._exit(0))"))
                let outcome = try await harness.invoke()
                #expect(
                    outcome.payload == self.platform("Runtime.ExitError", "Runtime exited without providing a reason", outcome))
            }
        }

        @Test func nothingToRun() async throws {
            try await InvokerHarness.with { harness in
                try harness.deploy(nil)
                let outcome = try await harness.invoke()
                let message = "Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]"
                #expect(outcome.payload == self.platform("Runtime.InvalidEntrypoint", message, outcome))
                #expect(outcome.failure == .function(type: "Runtime.InvalidEntrypoint"))
            }
        }

        @Test(arguments: [
            ("#!/bin/sh\n", 0o644, "permission denied"), ("no program", 0o755, "exec format error"),
            ("#!/no/such/interpreter\n", 0o755, "no such file or directory"),
        ])
        func whatCannotBeExecuted(_ text: String, _ mode: Int, _ reason: String) async throws {
            try await InvokerHarness.with { harness in
                try harness.deploy(nil)
                try harness.write(text, to: "code/f/bootstrap", mode: mode)
                let outcome = try await harness.invoke()
                #expect(
                    outcome.payload
                        == self.platform("Runtime.InvalidEntrypoint", "fork/exec /var/task/bootstrap: \(reason)", outcome))
                // Once it is mended the same environment runs it.
                try harness.deploy(Bootstrap.echo)
                #expect(try await harness.invoke("1").payload == "1")
            }
        }

        @Test func aTimeoutKillsTheWholeGroupAndTheNextInvocationStartsAnew() async throws {
            try await InvokerHarness.with { harness in
                try harness.deploy(
                    Bootstrap.python(
                        #"""
                        def handler(id, headers, body):
                            if body == b"1": return body
                            child = subprocess.Popen(["sleep", "600"])
                            print("pids", os.getpid(), child.pid, flush=True)
                            time.sleep(600)
                        forever(handler)
                        """#)
                ) { $0.timeoutSeconds = 1 }
                let outcome = try await harness.invoke()
                #expect(outcome.failure == .timeout)
                #expect(outcome.payload == self.platform("Sandbox.Timedout", "Task timed out after 1.00 seconds", outcome))
                let numbers = harness.recorder.text(of: outcome.requestID).split(whereSeparator: \.isWhitespace).compactMap {
                    Int($0)
                }
                try #require(numbers.count >= 2)
                try await eventually("the runtime and its child end") {
                    numbers.prefix(2).allSatisfy { Processes.state($0) == nil }
                }
                #expect(try await harness.invoke("1").payload == "1")
                let records = harness.recorder.records
                #expect(records.map(\.outcome) == [.timeout, .success])
                #expect(records.first?.duration == .seconds(1))
                // The init of the second counts to its invocation, not to an init phase.
                #expect(records.last?.initDuration == nil)
                let phases = harness.recorder.platform.compactMap {
                    if case .initStart(let event) = $0 { event.phase } else { nil }
                }
                #expect(phases == [.`init`, .invoke])
            }
        }

        @Test func anInitErrorIsTriedOnceMoreAndToldAsItIs() async throws {
            try await InvokerHarness.with { harness in
                try harness.deploy(
                    Bootstrap.python(
                        #"""
                        print("init", flush=True)
                        call("POST", "init/error", text({"errorMessage": "없음", "errorType": "Runtime.ImportModuleError", "x": 1}),
                            {"Lambda-Runtime-Function-Error-Type": "Runtime.ImportModuleError"})
                        os._exit(1)
                        """#))
                let outcome = try await harness.invoke()
                #expect(outcome.payload == #"{"errorMessage": "없음", "errorType": "Runtime.ImportModuleError", "x": 1}"#)
                #expect(outcome.failure == .function(type: "Runtime.ImportModuleError"))
                #expect(harness.recorder.text.split(separator: "\n").count { $0 == "init" } == 2)
            }
        }

        @Test func anInitThatFailsOnceIsNoFailureOfTheInvocation() async throws {
            try await InvokerHarness.with { harness in
                try harness.deploy(
                    Bootstrap.python(
                        #"""
                        path = os.environ["TMPDIR"] + "/once"
                        if not os.path.exists(path):
                            open(path, "w").close()
                            os._exit(7)
                        forever(lambda id, headers, body: body)
                        """#))
                let outcome = try await harness.invoke("1")
                #expect(outcome.payload == "1")
                #expect(outcome.failure == nil)
                let reports = harness.recorder.platform.compactMap {
                    if case .initReport(let event) = $0 { event.errorType } else { nil }
                }
                #expect(reports == ["Runtime.ExitError"])
            }
        }

        @Test func anInitThatTakesTooLongIsTriedAgainUnderTheFunctionsTimeout() async throws {
            try await InvokerHarness.with({ $0.initLimit = .milliseconds(300) }) { harness in
                try harness.deploy(Bootstrap.python("print('init', flush=True)\ntime.sleep(600)")) { $0.timeoutSeconds = 1 }
                let outcome = try await harness.invoke()
                #expect(outcome.failure == .timeout)
                #expect(outcome.payload == self.platform("Sandbox.Timedout", "Task timed out after 1.00 seconds", outcome))
                let reports = harness.recorder.platform.compactMap { event in
                    if case .initReport(let report) = event { "\(report.phase.rawValue) \(report.status.rawValue)" } else { nil }
                }
                #expect(reports == ["init timeout", "invoke timeout"])
            }
        }

        @Test func aRuntimeThatEndsAfterItsAnswerSpoilsNothing() async throws {
            try await InvokerHarness.with { harness in
                try harness.deploy(
                    Bootstrap.python(
                        #"""
                        id, headers, body = invocation()
                        answer(id, body)
                        os._exit(1)
                        """#))
                for event in ["1", "2"] {
                    let outcome = try await harness.invoke(event)
                    #expect(outcome.payload == event)
                    #expect(outcome.failure == nil)
                }
                try await eventually("both are recorded") { harness.recorder.records.map(\.outcome) == [.success, .success] }
            }
        }

        @Test func aRuntimeThatLeavesBetweenTwoInvocationsIsReplaced() async throws {
            try await InvokerHarness.with { harness in
                try harness.deploy(Bootstrap.pid)
                let pid = try #require(try await Self.pid(harness.invoke()))
                kill(pid_t(pid), SIGKILL)
                try await eventually("the environment is given up") { try await harness.environmentCount == 0 }
                #expect(try await Self.pid(harness.invoke()) != pid)
                #expect(harness.recorder.records.map(\.isColdStart) == [true, true])
            }
        }

        static func pid(_ outcome: InvokerHarness.Outcome) throws -> Int? {
            (try JSONSerialization.jsonObject(with: Data(outcome.payload.utf8)) as? [String: Int])?["pid"]
        }

        @Test func moreMemoryThanTheFunctionHas() async throws {
            try await InvokerHarness.with { harness in
                try harness.deploy(
                    Bootstrap.python(
                        #"""
                        def handler(id, headers, body):
                            if body == b"1": os._exit(1)
                            held = bytearray(300 << 20)
                            for page in range(0, len(held), 4096): held[page] = 1
                            time.sleep(600)
                        forever(handler)
                        """#))
                let outcome = try await harness.invoke()
                #expect(outcome.failure == .function(type: "Runtime.OutOfMemory"))
                #expect(
                    outcome.payload == self.platform("Runtime.OutOfMemory", "Runtime exited with error: signal: killed", outcome))
                #expect(harness.recorder.records.first?.maxMemoryUsedMB == 128)
                // What comes after it in the same environment is not blamed on memory.
                #expect(try await harness.invoke("1").failure == .function(type: "Runtime.ExitError"))
                #expect((harness.recorder.records.last?.maxMemoryUsedMB).map { $0 < 128 } == true)
            }
        }
    }
}
