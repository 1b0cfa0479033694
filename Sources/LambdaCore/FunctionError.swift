package import CoreTypes

/// How an invocation failed where the platform speaks, not the function: a closed set, with the bytes that the invoker gets as
/// payload of a 200 with `X-Amz-Function-Error: Unhandled`. What a runtime reports itself (`/error`, `/init/error`) goes to the
/// invoker verbatim and has no case here.
///
/// Texts are those observed on the service until 2026; where none is recorded the case says so.
package enum FunctionError: Hashable, Sendable {
    case timeout(seconds: Int)
    /// The runtime left with a status other than 0.
    case exit(status: Int)
    /// The runtime left with status 0 and without an answer.
    case exitZero
    case signal(ProcessSignal)
    /// Killed at the memory limit.
    case outOfMemory(ProcessSignal)
    case invalidEntrypoint(InvalidEntrypoint)
    /// More than 6 MB + 100 bytes of buffered response.
    case responseTooLarge
    /// The runtime's connection ended before its streamed response did. Text: ours.
    case truncatedResponse
    /// `Lambda-Runtime-Function-Response-Mode` with another value than `streaming`. Text: ours.
    case invalidResponseMode
    case extensionFailure(ExtensionFailure)
    /// The host itself could not do its part. Text: ours.
    case sandboxFailure(String)

    /// Why there was nothing to run.
    package enum InvalidEntrypoint: Hashable, Sendable {
        case notFound(paths: [String])
        /// `reason` is the system's word: `permission denied`, `exec format error`, `no such file or directory`.
        case notExecutable(path: String, reason: String)
    }

    package var errorType: String {
        switch self {
        case .timeout: "Sandbox.Timedout"
        case .exit, .exitZero, .signal: "Runtime.ExitError"
        case .outOfMemory: "Runtime.OutOfMemory"
        case .invalidEntrypoint: "Runtime.InvalidEntrypoint"
        case .responseTooLarge: "Function.ResponseSizeTooLarge"
        case .truncatedResponse: "Runtime.TruncatedResponse"
        case .invalidResponseMode: "Runtime.InvalidResponseModeHeader"
        case .extensionFailure(let failure): failure.errorType
        case .sandboxFailure: "Sandbox.Failure"
        }
    }

    /// What happened, without the request id: `Runtime exited with error: exit status 1`.
    package var cause: String {
        switch self {
        case .timeout(let seconds): "Task timed out after \(seconds).00 seconds"
        case .exit(let status): "Runtime exited with error: exit status \(status)"
        case .exitZero: "Runtime exited without providing a reason"
        case .signal(let signal), .outOfMemory(let signal): "Runtime exited with error: \(signal)"
        case .invalidEntrypoint(.notFound(let paths)): "Couldn't find valid bootstrap(s): [\(paths.joined(separator: " "))]"
        case .invalidEntrypoint(.notExecutable(let path, let reason)): "fork/exec \(path): \(reason)"
        case .responseTooLarge:
            "Response payload size exceeded maximum allowed payload size (\(FunctionLimits.responseBytes) bytes)."
        case .truncatedResponse: "The runtime closed its connection before the response was complete"
        case .invalidResponseMode: "Invalid value of the Lambda-Runtime-Function-Response-Mode header"
        case .extensionFailure(let failure): failure.cause
        case .sandboxFailure(let reason): reason
        }
    }

    /// `errorMessage` of the payload. All but one begin with the request id.
    package func message(requestID: RequestID) -> String {
        switch self {
        case .responseTooLarge: self.cause
        default: "RequestId: \(requestID) Error: \(self.cause)"
        }
    }

    /// The payload in the service's key order: `errorType` first, except for a response that is too large.
    package func payload(requestID: RequestID) -> [UInt8] {
        let type = ("errorType", JSON.string(self.errorType))
        let message = ("errorMessage", JSON.string(self.message(requestID: requestID)))
        return JSON.object(JSONObject(self == .responseTooLarge ? [message, type] : [type, message])).bytes
    }

    /// The lines that were written after a failure until about 2025, each with its line break. Since then `Status:` and
    /// `Error Type:` of the REPORT line say it; tools search for both. Written in the text format only.
    package func logLines(requestID: RequestID, at time: Timestamp) -> String {
        switch self {
        case .timeout: "\(time.iso8601) \(requestID) \(self.cause)\n"
        case .responseTooLarge: "\(self.cause)\n\(self.errorType)\n"
        default: "\(self.message(requestID: requestID))\n\(self.errorType)\n"
        }
    }
}

/// How an extension broke its environment (Lambda developer guide, "Extensions API").
package struct ExtensionFailure: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        /// The process ended while the environment needed it.
        case crash = "Extension.Crash"
        /// It called `/extension/init/error`.
        case initError = "Extension.InitError"
        /// It called `/extension/exit/error`.
        case exitError = "Extension.ExitError"
        /// Its file could not be started.
        case launchError = "Extension.LaunchError"
    }

    package let kind: Kind
    package let extensionName: String
    /// `exit code 0`, `exit status 1`, `signal: killed`, the error type that the extension sent, or the system's word.
    package let cause: String

    package var errorType: String { self.kind.rawValue }

    package init(_ kind: Kind, of extensionName: String, cause: String) {
        self.kind = kind
        self.extensionName = extensionName
        self.cause = cause
    }
}

/// The error type that a runtime sends in `Lambda-Runtime-Function-Error-Type` (free text), as telemetry and REPORT tell it:
/// as it is when it matches `(Runtime|Function)\.[A-Z][a-zA-Z]+`, else `Function.Unknown` or `Runtime.Unknown` by its prefix.
package func normalisedErrorType(_ header: String) -> String {
    let isFunction = header.hasPrefix("Function.")
    guard isFunction || header.hasPrefix("Runtime.") else { return "Runtime.Unknown" }
    let reason = header.utf8.dropFirst(isFunction ? 9 : 8)
    let isLetter = { (byte: UInt8) in (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) }
    if reason.count >= 2, (0x41...0x5A).contains(reason.first!), reason.allSatisfy(isLetter) { return header }
    return isFunction ? "Function.Unknown" : "Runtime.Unknown"
}
