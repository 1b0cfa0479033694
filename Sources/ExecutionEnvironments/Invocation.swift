package import Billing
package import CoreTypes
package import LambdaCore
package import NIOCore

/// One invocation on its way through the host. Lives on the invoker's event loop.
package final class Invocation {
    package let id: RequestID
    /// The id as it goes over the wire, made once.
    package let idText: String
    package let function: ResolvedFunction
    package let payload: ByteBuffer
    package let source: InvocationRecord.Source
    package let traceHeader: String
    package let clientContext: String?
    package let cognitoIdentity: String?
    /// The client waits for the REPORT line: the result is held back until the invocation has ended, and carries log and record.
    package let wantsLog: Bool
    /// The client takes the response piece by piece, as the function writes it.
    package let streamsResponse: Bool
    /// When it came in: what lies between this and its start was spent waiting, or starting an environment.
    package let receivedAt = HostClock.now()

    let client: any InvocationClient
    var ticket: ConcurrencyAdmission.Ticket?
    /// It has waited once for an environment that was about to be free.
    var hasBeenPatient = false
    /// Until when it does so.
    var patienceEnds: NIODeadline?
    var startedAt = Timestamp(nanoseconds: 0)
    var started = NIODeadline.uptimeNanoseconds(0)
    var initDuration: Duration?
    var log: [UInt8] = []
    var answer: Answer?
    var streamedBytes = 0

    /// What its client got, unless it was streamed; `nil` before the answer.
    package var response: ByteBuffer? { self.answer?.payload }

    struct Answer {
        var payload: ByteBuffer
        var error: InvocationFailure?
        var contentType: String?
        var isStreamed = false
    }

    package init(
        id: RequestID, function: ResolvedFunction, payload: ByteBuffer, source: InvocationRecord.Source,
        traceHeader: String, clientContext: String? = nil, cognitoIdentity: String? = nil, wantsLog: Bool = false,
        streamsResponse: Bool = false, client: any InvocationClient
    ) {
        self.id = id
        self.idText = id.description
        self.function = function
        self.payload = payload
        self.source = source
        self.traceHeader = traceHeader
        self.clientContext = clientContext
        self.cognitoIdentity = cognitoIdentity
        self.wantsLog = wantsLog
        self.streamsResponse = streamsResponse
        self.client = client
    }
}

/// Why an invocation has no response of its function.
package enum InvocationFailure: Hashable, Sendable {
    /// The function, its runtime or an extension failed: the payload says how, the type is for the record.
    case function(type: String)
    case timeout
    case throttled(ThrottleReason)
    /// The host itself can't take it: it is stopping, or too many invocations wait.
    case unavailable(String)
}

/// What an invoker gives back.
package struct InvocationResult {
    package let requestID: RequestID
    package let executedVersion: String
    /// The function's response, or the JSON of its error.
    package let payload: ByteBuffer
    package let failure: InvocationFailure?
    /// Of a streamed response, if the function gave one.
    package let contentType: String?
    /// The whole log of the invocation and its record; only if asked for.
    package let log: [UInt8]?
    package let record: InvocationRecord?
}

/// Whoever asked for an invocation. Called on the invoker's event loop; ``finished(_:)`` is called exactly once, last.
package protocol InvocationClient: AnyObject {
    /// The function began a streamed response; only where the invocation streams.
    func streamBegan(contentType: String?)
    /// A piece of it. `consumed` completes when the next piece may come.
    func streamed(_ part: ByteBuffer, consumed: EventLoopPromise<Void>?)
    func finished(_ result: InvocationResult)
}

extension InvocationClient {
    package func streamBegan(contentType: String?) {}
    package func streamed(_ part: ByteBuffer, consumed: EventLoopPromise<Void>?) { consumed?.succeed() }
}
