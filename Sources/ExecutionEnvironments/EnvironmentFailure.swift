import CoreTypes
import LambdaCore
import NIOCore

/// Why an environment can't go on with what it was doing.
enum EnvironmentFailure: Hashable {
    /// The platform saw it, and words it.
    case platform(FunctionError)
    /// The runtime reported it during init; its words go to the invoker as they are.
    case reported(type: String, payload: ByteBuffer)
    /// Init took longer than its own phase may; it is tried again within the invocation.
    case initTimeout
    /// The runtime asked for the next event without having answered. The service's text is not recorded: ours.
    case abandoned

    var isTimeout: Bool { if case .platform(.timeout) = self { true } else { false } }

    var errorType: String {
        switch self {
        case .platform(let error): error.errorType
        case .reported(let type, _): type
        case .initTimeout: "Sandbox.Timedout"
        case .abandoned: "Runtime.Unknown"
        }
    }

    /// What the invoker gets.
    func answer(to requestID: RequestID) -> Invocation.Answer {
        switch self {
        case .platform(let error):
            .init(
                payload: ByteBuffer(bytes: error.payload(requestID: requestID)),
                error: self.isTimeout ? .timeout : .function(type: self.errorType))
        case .reported(let type, let payload): .init(payload: payload, error: .function(type: type))
        case .initTimeout: preconditionFailure("an init that took too long is tried again before anyone is told")
        case .abandoned:
            .init(
                payload: ByteBuffer(
                    string:
                        #"{"errorType":"\#(self.errorType)","errorMessage":"RequestId: \#(requestID) Error: The runtime asked for the "#
                        + #"next event without answering this one"}"#),
                error: .function(type: self.errorType))
        }
    }
}
