import Synchronization

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    @preconcurrency import Glibc
#elseif canImport(Musl)
    @preconcurrency import Musl
#endif

/// One invocation as the Runtime API delivered it.
struct Invocation {
    /// Which one it is in this process, so that a writer kept too long cannot answer for the next.
    let number: UInt64
    let requestID: String
    let deadline: LambdaClock.Instant
    let invokedFunctionARN: String
    let traceID: String
    let clientContext: String?
    let cognitoIdentity: String?
    let tenantID: String?
    let event: ByteBuffer
}

/// The runtime's side of the Runtime API: asks for events, sends what becomes of them.
///
/// JUSTIFICATION of `@unchecked Sendable`: response writers may be used on any thread. Whatever a writer does, it does under the
/// lock, and only in the phases `handling` and `streaming`. The run loop uses the connection without the lock only in the phase
/// `waiting`, in which every writer is refused.
final class RuntimeSession: @unchecked Sendable {
    /// How far the answer to the present invocation has come.
    enum Phase: Equatable {
        /// Between two invocations. Next: `handling`.
        case waiting
        /// The handler has the event; nothing is sent. Next: `streaming`, `answered`, `lost`.
        case handling
        /// The head and some chunks are sent. Next: `answered`, `lost`.
        case streaming
        /// All is sent, the host's acknowledgement not yet read: the run loop does that, so that work after the response
        /// starts at once. Next: `waiting`.
        case answered
        /// The connection broke before all was sent. Next: `waiting`.
        case lost
    }

    private struct State {
        var phase = Phase.waiting
        /// The request for the next event has left together with the answer.
        var hasAskedForNext = false
        var number: UInt64 = 0
        var requestID = ""
        var head: [UInt8] = []
    }

    /// So many connections in a row that end within a second and without an event mean that the host is gone.
    static let maximumShortConnections = 10
    private let state = Mutex(State())
    private let connection: RuntimeConnection
    private let requests: RuntimeRequests
    private let logger: LambdaLogger
    /// A buffered answer is the last that a handler does: the request for the next event goes with it in one write, which saves
    /// a system call and a wake-up here and one at the host. Should the connection break in between, the request is sent again.
    private let asksWithAnswer: Bool
    private var acknowledgementDue = false

    init(endpoint: RuntimeEndpoint, logger: LambdaLogger, asksWithAnswer: Bool = false) {
        self.connection = RuntimeConnection(endpoint: endpoint)
        self.requests = RuntimeRequests(endpoint: endpoint)
        self.logger = logger
        self.asksWithAnswer = asksWithAnswer
    }

    // MARK: The run loop's side

    /// Waits for the next event: as long as it takes, over as many connections as it takes.
    ///
    /// Nil if the host went away between two invocations, which is how hosts end. Throws `cannotConnectToControlPlane` before the
    /// first event, and `connectionToControlPlaneLost` if an answer could not be delivered and the host is gone.
    func next() throws(LambdaRuntimeError) -> Invocation? {
        let (answerLost, asked, number) = self.state.withLock { state in
            defer {
                state.phase = .waiting
                state.hasAskedForNext = false
            }
            return (state.phase == .lost, state.hasAskedForNext, state.number)
        }
        var hasAsked = asked
        var shortConnections = 0
        while shortConnections < Self.maximumShortConnections {
            let started = ContinuousClock.now
            do throws(LambdaRuntimeError) {
                try self.readAcknowledgement()
                if !hasAsked || !self.connection.isConnected {
                    if !self.connection.isConnected { try self.connection.connect() }
                    try self.connection.send(self.requests.next)
                }
                hasAsked = false
                return try self.receiveInvocation(number: number + 1)
            } catch {
                switch error.code {
                case .connectionToControlPlaneGoingAway: break
                case .cannotConnectToControlPlane where number > 0:
                    guard answerLost else { return nil }
                    throw LambdaRuntimeError(code: .connectionToControlPlaneLost, detail: error.detail)
                default: throw error
                }
            }
            shortConnections = ContinuousClock.now - started < .seconds(1) ? shortConnections + 1 : 0
        }
        throw LambdaRuntimeError(code: .connectionToControlPlaneLost, detail: "the host closes every connection")
    }

    private func receiveInvocation(number: UInt64) throws(LambdaRuntimeError) -> Invocation {
        let head = try self.connection.receiveHead()
        guard head.status == 200 else { throw try self.refusal(head, of: "/runtime/invocation/next") }
        guard let requestID = self.connection.text(head.requestID), !requestID.isEmpty else {
            throw LambdaRuntimeError(code: .nextInvocationMissingHeaderRequestID)
        }
        guard let deadline = head.deadlineMilliseconds else {
            throw LambdaRuntimeError(code: .nextInvocationMissingHeaderDeadline)
        }
        guard let invokedFunctionARN = self.connection.text(head.invokedFunctionARN) else {
            throw LambdaRuntimeError(code: .nextInvocationMissingHeaderInvokedFunctionARN)
        }
        let traceID = self.connection.text(head.traceID) ?? ""
        let clientContext = self.connection.text(head.clientContext)
        let cognitoIdentity = self.connection.text(head.cognitoIdentity)
        let tenantID = self.connection.text(head.tenantID)
        let event = ByteBuffer(bytes: try self.connection.receiveBody(of: head))
        if head.closesConnection { self.connection.disconnect() }
        self.state.withLock { state in
            state.phase = .handling
            state.number = number
            state.requestID = requestID
        }
        return Invocation(
            number: number, requestID: requestID, deadline: .init(millisecondsSinceEpoch: deadline),
            invokedFunctionARN: invokedFunctionARN, traceID: traceID, clientContext: clientContext,
            cognitoIdentity: cognitoIdentity, tenantID: tenantID, event: event)
    }

    /// Reads what the host says to the last answer. A refusal (too large, too late) is logged and not reported again: the host
    /// has told the invoker already, and the runtime goes on with the next event.
    private func readAcknowledgement() throws(LambdaRuntimeError) {
        guard self.acknowledgementDue else { return }
        self.acknowledgementDue = false
        let head = try self.connection.receiveHead()
        if head.status >= 300 {
            let error = try self.refusal(head, of: "the response")
            self.logger.error("\(error)")
        } else {
            try self.connection.skipBody(of: head)
        }
        if head.closesConnection { self.connection.disconnect() }
    }

    private func refusal(_ head: ResponseHead, of request: String) throws(LambdaRuntimeError) -> LambdaRuntimeError {
        let body = String(decoding: try self.connection.receiveBody(of: head).prefix(1024), as: UTF8.self)
        return LambdaRuntimeError(
            code: .unexpectedStatusCodeForRequest, detail: "\(request) was answered with \(head.status) \(body)")
    }

    /// Called when the handler has returned: sees that the invocation is answered, one way or the other.
    func handlerEnded(_ number: UInt64, throwing error: (any Error)?) throws(LambdaRuntimeError) {
        try self.state.withLock { (state) throws(LambdaRuntimeError) in
            switch (state.phase, error) {
            case (.handling, let error?):
                try self.post(&state, error: error)
            case (.handling, nil):
                try self.post(&state, error: LambdaRuntimeError(code: .handlerReturnedWithoutResponse))
            case (.streaming, let error):
                try self.endStream(&state, error: error ?? LambdaRuntimeError(code: .handlerReturnedWithoutFinish))
            case (.answered, _), (.lost, _), (.waiting, _):
                break
            }
        }
    }

    private func post(_ state: inout State, error: any Error) throws(LambdaRuntimeError) {
        let report = ErrorReport(error)
        let body = ByteBuffer(bytes: report.json)
        self.requests.error(requestID: state.requestID, type: report.headerValue, length: body.readableBytes, into: &state.head)
        try self.send(&state, body, then: .answered)
    }

    /// Ends the chunks with the two trailers that carry an error which comes too late for anything else.
    private func endStream(_ state: inout State, error: any Error) throws(LambdaRuntimeError) {
        self.requests.trailers(ErrorReport(error), into: &state.head)
        try self.send(&state, ByteBuffer(), then: .answered)
    }

    // MARK: The writers' side

    func write(_ buffer: ByteBuffer, to number: UInt64, hasCustomHeaders: Bool) throws(LambdaRuntimeError) {
        try self.state.withLock { (state) throws(LambdaRuntimeError) in
            try Self.check(state, number, else: .writeAfterFinishHasBeenSent)
            if state.phase == .handling {
                self.requests.stream(requestID: state.requestID, hasCustomHeaders: hasCustomHeaders, into: &state.head)
            } else {
                state.head.removeAll(keepingCapacity: true)
            }
            // An empty chunk would end the response.
            if buffer.readableBytes > 0 { RuntimeRequests.chunk(buffer.readableBytes, into: &state.head) }
            try self.send(&state, buffer, buffer.readableBytes > 0 ? Self.lineEnd : [], then: .streaming)
        }
    }

    func finish(_ buffer: ByteBuffer?, to number: UInt64) throws(LambdaRuntimeError) {
        try self.state.withLock { (state) throws(LambdaRuntimeError) in
            try Self.check(state, number, else: buffer == nil ? .finishAfterFinishHasBeenSent : .writeAfterFinishHasBeenSent)
            let buffer = buffer ?? ByteBuffer()
            guard state.phase == .streaming else {
                self.requests.response(requestID: state.requestID, length: buffer.readableBytes, into: &state.head)
                guard self.asksWithAnswer else { return try self.send(&state, buffer, then: .answered) }
                // What the handler printed belongs before the end of its invocation, which this request is.
                fflush(nil)
                try self.send(&state, buffer, self.requests.next, then: .answered)
                state.hasAskedForNext = true
                return
            }
            state.head.removeAll(keepingCapacity: true)
            if buffer.readableBytes > 0 { RuntimeRequests.chunk(buffer.readableBytes, into: &state.head) }
            let end = buffer.readableBytes > 0 ? Self.lineEnd + Self.lastChunk : Self.lastChunk
            try self.send(&state, buffer, end, then: .answered)
        }
    }

    private static func check(
        _ state: borrowing State, _ number: UInt64, else code: LambdaRuntimeError.Code
    ) throws(LambdaRuntimeError) {
        guard state.number == number else { throw LambdaRuntimeError(code: code) }
        switch state.phase {
        case .handling, .streaming: break
        case .waiting, .answered: throw LambdaRuntimeError(code: code)
        case .lost: throw LambdaRuntimeError(code: .connectionToControlPlaneLost)
        }
    }

    private func send(
        _ state: inout State, _ body: ByteBuffer, _ tail: [UInt8] = [], then phase: Phase
    ) throws(LambdaRuntimeError) {
        do throws(LambdaRuntimeError) {
            // The host may have closed the connection that the event came over: then the answer goes over a new one.
            if state.phase == .handling, !self.connection.isConnected || self.connection.isClosedByHost {
                try self.connection.connect()
            }
            try self.connection.send(state.head, body, tail)
            state.phase = phase
            self.acknowledgementDue = phase == .answered
        } catch {
            state.phase = .lost
            throw LambdaRuntimeError(code: .connectionToControlPlaneLost, detail: error.detail)
        }
    }

    private static let lineEnd = Array("\r\n".utf8)
    private static let lastChunk = Array("0\r\n\r\n".utf8)
}
