/// Where a runtime process stands in its dialogue with the Runtime API, and what it may say next.
///
/// `started → ready` (first `/next`) `→ running` (an event was delivered) `→ answered` (response or error) `→ ready` (`/next`);
/// `started → initFailed`. The names in refusals are those of AWS's own emulator.
package struct RuntimeAPIState: Hashable, Sendable {
    package enum Phase: String, Hashable, Sendable {
        case started = "Started"
        case ready = "Ready"
        case running = "Running"
        case answered = "ResponseSent"
        case initFailed = "InitError"
    }

    package enum Next: Hashable, Sendable {
        /// The init phase is over.
        case initialized
        /// The invocation under way has been answered before: the environment is free.
        case finished
        /// The runtime asks for more without having answered; its invocation has no result.
        case abandoned
        /// It waited already and asks again, on a new connection as a rule.
        case waitsAgain
        case refused(RuntimeAPIError)
    }

    package private(set) var phase = Phase.started
    /// The invocation that is running or was answered last.
    package private(set) var requestID = ""

    package init() {}

    package mutating func askedForNext() -> Next {
        switch self.phase {
        case .started:
            self.phase = .ready
            return .initialized
        case .answered:
            self.phase = .ready
            return .finished
        case .running:
            self.phase = .ready
            return .abandoned
        case .ready:
            return .waitsAgain
        case .initFailed:
            return .refused(.invalidStateTransition(from: self.phase, to: "Ready"))
        }
    }

    /// - Precondition: the runtime is waiting.
    package mutating func delivered(requestID: String) {
        precondition(self.phase == .ready, "an event goes to a runtime that waits for one")
        self.phase = .running
        self.requestID = requestID
    }

    /// Whether a response or error for `requestID` may come now. Does not count as the answer yet: ``answered()`` does, when it
    /// is whole.
    package func mayAnswer(requestID: some StringProtocol, with state: String) -> RuntimeAPIError? {
        switch self.phase {
        case .running: requestID == self.requestID ? nil : .invalidRequestID
        case .answered:
            requestID == self.requestID ? .invalidStateTransition(from: self.phase, to: state) : .invalidRequestID
        case .started, .ready: self.requestID.isEmpty ? .invalidStateTransition(from: self.phase, to: state) : .invalidRequestID
        case .initFailed: .invalidStateTransition(from: self.phase, to: state)
        }
    }

    package mutating func answered() {
        precondition(self.phase == .running, "an answer belongs to a running invocation")
        self.phase = .answered
    }

    package mutating func reportedInitError() -> RuntimeAPIError? {
        guard self.phase == .started else { return .invalidStateTransition(from: self.phase, to: "InitError") }
        self.phase = .initFailed
        return nil
    }
}

/// What the Runtime API answers to a request it refuses (bodies as AWS's emulator gives them).
package struct RuntimeAPIError: Error, Hashable, Sendable {
    package let status: Int
    package let type: String
    package let message: String

    package var body: String { #"{"errorMessage":"\#(self.message)","errorType":"\#(self.type)"}"# }

    package static let invalidRequestID = RuntimeAPIError(status: 400, type: "InvalidRequestID", message: "Invalid request ID")
    package static let invalidFunctionResponseMode = RuntimeAPIError(
        status: 400, type: "InvalidFunctionResponseMode", message: "Invalid function response mode")
    package static let truncatedRequest = RuntimeAPIError(
        status: 400, type: "TruncatedHTTPRequest", message: "HTTP request detected as truncated")
    package static let entityTooLarge = RuntimeAPIError(
        status: 413, type: "RequestEntityTooLarge",
        message: "Exceeded maximum allowed payload size (\(FunctionLimits.responseBytes) bytes).")
    package static let notFound = RuntimeAPIError(status: 404, type: "NotFound", message: "No such resource in the Runtime API")

    package static let unknownFunction = RuntimeAPIError(
        status: 404, type: "UnknownFunction",
        message: "No function of this name here: AWS_LAMBDA_RUNTIME_API is host:port/FunctionName")

    package static func invalidStateTransition(from phase: RuntimeAPIState.Phase, to state: String) -> RuntimeAPIError {
        RuntimeAPIError(
            status: 403, type: "InvalidStateTransition",
            message:
                "State transition from \(phase.rawValue) to \(state) failed for runtime. Error: State transition is not allowed")
    }
}
