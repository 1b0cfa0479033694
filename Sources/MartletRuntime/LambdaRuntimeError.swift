/// What went wrong between this process and the Runtime API, or in the use of a response writer.
///
/// A handler sees it only from a response writer. Errors that a handler throws are never wrapped in it.
public struct LambdaRuntimeError: Error, Equatable, Sendable {
    /// The kinds of failure; the names are those of the official runtime where it has the same one.
    public enum Code: String, Sendable {
        /// `AWS_LAMBDA_RUNTIME_API` is not set: the program was started by hand.
        case missingLambdaRuntimeAPIEnvironmentVariable
        /// `AWS_LAMBDA_RUNTIME_API` is not `host:port`.
        case invalidPort
        /// Nobody accepts connections at that address.
        case cannotConnectToControlPlane
        /// The host closed the connection, and no new one can be made.
        case connectionToControlPlaneLost
        /// The host closed the connection before it had answered; a new connection may do.
        case connectionToControlPlaneGoingAway
        /// The host's answer is not HTTP, or is larger than any Lambda answer.
        case malformedResponse
        /// The host refused a request.
        case unexpectedStatusCodeForRequest
        /// An event without `Lambda-Runtime-Aws-Request-Id`.
        case nextInvocationMissingHeaderRequestID
        /// An event without a decimal `Lambda-Runtime-Deadline-Ms`.
        case nextInvocationMissingHeaderDeadline
        /// An event without `Lambda-Runtime-Invoked-Function-Arn`.
        case nextInvocationMissingHeaderInvokedFunctionARN
        /// A response writer was written to after the response had ended.
        case writeAfterFinishHasBeenSent
        /// A response writer was finished twice.
        case finishAfterFinishHasBeenSent
        /// The handler returned without a response.
        case handlerReturnedWithoutResponse
        /// The handler returned before it had finished its response stream.
        case handlerReturnedWithoutFinish
        /// `run()` was called a second time.
        case runtimeCanOnlyBeStartedOnce
    }

    /// The kind of failure.
    public let code: Code

    /// What exactly happened, for people.
    public let detail: String

    /// An error of a kind, with what is known of it.
    public init(code: Code, detail: String = "") {
        self.code = code
        self.detail = detail
    }
}

extension LambdaRuntimeError: CustomStringConvertible {
    /// The code, and the detail where there is one.
    public var description: String { self.detail.isEmpty ? self.code.rawValue : "\(self.code.rawValue): \(self.detail)" }
}
