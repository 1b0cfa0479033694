import CoreTypes
import LambdaCore
import Testing

/// Expected payloads are bodies recorded from the service, with the id of the sample.
@Suite("Function errors")
struct FunctionErrorTests {
    static let id = RequestID("8f4d2c1b-0a39-4e58-9f67-0123456789ab")!
    static let prefix = "RequestId: 8f4d2c1b-0a39-4e58-9f67-0123456789ab Error: "

    @Test(
        "have the service's payload, errorType first",
        arguments: [
            (.timeout(seconds: 3), "Sandbox.Timedout", "Task timed out after 3.00 seconds"),
            (.timeout(seconds: 900), "Sandbox.Timedout", "Task timed out after 900.00 seconds"),
            (.exit(status: 1), "Runtime.ExitError", "Runtime exited with error: exit status 1"),
            (.exit(status: 127), "Runtime.ExitError", "Runtime exited with error: exit status 127"),
            (.exitZero, "Runtime.ExitError", "Runtime exited without providing a reason"),
            (.signal(.killed), "Runtime.ExitError", "Runtime exited with error: signal: killed"),
            (
                .signal(ProcessSignal(11, coreDumped: true)), "Runtime.ExitError",
                "Runtime exited with error: signal: segmentation fault (core dumped)"
            ),
            (.outOfMemory(.killed), "Runtime.OutOfMemory", "Runtime exited with error: signal: killed"),
            (
                .invalidEntrypoint(.notFound(paths: ["/var/task/bootstrap", "/opt/bootstrap"])), "Runtime.InvalidEntrypoint",
                "Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]"
            ),
            (
                .invalidEntrypoint(.notExecutable(path: "/var/task/bootstrap", reason: "permission denied")),
                "Runtime.InvalidEntrypoint",
                "fork/exec /var/task/bootstrap: permission denied"
            ),
            (.extensionFailure(ExtensionFailure(.crash, of: "agent", cause: "exit code 0")), "Extension.Crash", "exit code 0"),
            (
                .extensionFailure(ExtensionFailure(.initError, of: "agent", cause: "Agent.NoKey")), "Extension.InitError",
                "Agent.NoKey"
            ),
            (
                .extensionFailure(ExtensionFailure(.exitError, of: "agent", cause: "Agent.Lost")), "Extension.ExitError",
                "Agent.Lost"
            ),
            (
                .extensionFailure(ExtensionFailure(.launchError, of: "agent", cause: "permission denied")),
                "Extension.LaunchError",
                "permission denied"
            ),
        ] as [(FunctionError, String, String)])
    func payload(error: FunctionError, type: String, cause: String) {
        #expect(error.errorType == type)
        #expect(
            String(decoding: error.payload(requestID: Self.id), as: UTF8.self)
                == #"{"errorType":"\#(type)","errorMessage":"\#(Self.prefix)\#(cause)"}"#)
    }

    @Test("a response that is too large has its message first and no request id")
    func tooLarge() {
        #expect(
            String(decoding: FunctionError.responseTooLarge.payload(requestID: Self.id), as: UTF8.self)
                == #"{"errorMessage":"Response payload size exceeded maximum allowed payload size (6291556 bytes).","#
                + #""errorType":"Function.ResponseSizeTooLarge"}"#)
    }

    @Test(
        "those without a recorded text still have their type",
        arguments: [
            (.truncatedResponse, "Runtime.TruncatedResponse"), (.invalidResponseMode, "Runtime.InvalidResponseModeHeader"),
            (.sandboxFailure("no descriptors left"), "Sandbox.Failure"),
        ] as [(FunctionError, String)])
    func types(error: FunctionError, type: String) throws {
        let payload = try JSON(parsing: error.payload(requestID: Self.id))
        #expect(payload["errorType"] == .string(type))
        #expect(payload["errorMessage"]?.stringValue?.hasPrefix(Self.prefix) == true)
    }

    @Test("leave the log lines that tools search for")
    func logLines() {
        let time = Timestamp(milliseconds: 1_790_856_000_123)
        #expect(
            FunctionError.timeout(seconds: 3).logLines(requestID: Self.id, at: time)
                == "2026-10-01T12:00:00.123Z 8f4d2c1b-0a39-4e58-9f67-0123456789ab Task timed out after 3.00 seconds\n")
        #expect(
            FunctionError.exit(status: 1).logLines(requestID: Self.id, at: time)
                == "\(Self.prefix)Runtime exited with error: exit status 1\nRuntime.ExitError\n")
    }

    /// Go 1.22, package syscall.
    @Test(
        "signals are named as Go names them",
        arguments: [
            (4, "illegal instruction"), (5, "trace/breakpoint trap"), (6, "aborted"), (8, "floating point exception"),
            (9, "killed"),
            (11, "segmentation fault"), (13, "broken pipe"), (15, "terminated"), (64, "signal 64"),
        ] as [(Int32, String)])
    func signals(number: Int32, name: String) {
        #expect(ProcessSignal(number).name == name)
        #expect(ProcessSignal(number, coreDumped: true).description == "signal: \(name) (core dumped)")
    }

    /// The rule of the emulator's rapid core: `^(Runtime|Function)\.[A-Z][a-zA-Z]+$`.
    @Test(
        "a runtime's error type is normalised for telemetry",
        arguments: [
            ("Runtime.ExitError", "Runtime.ExitError"), ("Function.OutOfStock", "Function.OutOfStock"),
            ("Function.outOfStock", "Function.Unknown"), ("Function.", "Function.Unknown"), ("Function.A", "Function.Unknown"),
            ("Runtime.Exit2", "Runtime.Unknown"), ("Runtime.Exit Error", "Runtime.Unknown"), ("Unhandled", "Runtime.Unknown"),
            ("", "Runtime.Unknown"), ("Function", "Runtime.Unknown"), ("Runtime.Érror", "Runtime.Unknown"),
        ])
    func normalised(header: String, type: String) {
        #expect(normalisedErrorType(header) == type)
    }
}
