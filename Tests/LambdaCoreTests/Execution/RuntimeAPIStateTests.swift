import LambdaCore
import Testing

/// Each phase against each event. What is allowed follows AWS's own emulator (its rapid core's state table); bodies too.
struct RuntimeAPIStateTests {
    private typealias Phase = RuntimeAPIState.Phase

    /// A machine that has come to a phase by the shortest way, with `r-1` as the one invocation it has seen.
    private static func machine(in phase: Phase) -> RuntimeAPIState {
        var state = RuntimeAPIState()
        switch phase {
        case .started: break
        case .ready: _ = state.askedForNext()
        case .running:
            _ = state.askedForNext()
            state.delivered(requestID: "r-1")
        case .answered:
            _ = state.askedForNext()
            state.delivered(requestID: "r-1")
            state.answered()
        case .initFailed: _ = state.reportedInitError()
        }
        return state
    }

    @Test(arguments: [
        (RuntimeAPIState.Phase.started, RuntimeAPIState.Next.initialized, RuntimeAPIState.Phase.ready),
        (.ready, .waitsAgain, .ready),
        (.running, .abandoned, .ready),
        (.answered, .finished, .ready),
        (.initFailed, .refused(.invalidStateTransition(from: .initFailed, to: "Ready")), .initFailed),
    ])
    func next(phase: RuntimeAPIState.Phase, expected: RuntimeAPIState.Next, after: RuntimeAPIState.Phase) {
        var state = Self.machine(in: phase)
        #expect(state.askedForNext() == expected)
        #expect(state.phase == after)
    }

    @Test(arguments: [
        (RuntimeAPIState.Phase.started, RuntimeAPIError?.some(.invalidStateTransition(from: .started, to: "InvocationResponse"))),
        (.ready, .invalidStateTransition(from: .ready, to: "InvocationResponse")),
        (.running, nil),
        (.answered, .invalidStateTransition(from: .answered, to: "InvocationResponse")),
        (.initFailed, .invalidStateTransition(from: .initFailed, to: "InvocationResponse")),
    ])
    func anAnswerToTheOnlyInvocation(phase: RuntimeAPIState.Phase, expected: RuntimeAPIError?) {
        #expect(Self.machine(in: phase).mayAnswer(requestID: "r-1", with: "InvocationResponse") == expected)
    }

    @Test(arguments: [
        (RuntimeAPIState.Phase.started, RuntimeAPIError.invalidStateTransition(from: .started, to: "InvocationErrorResponse")),
        (.ready, .invalidStateTransition(from: .ready, to: "InvocationErrorResponse")),
        (.running, .invalidRequestID),
        (.answered, .invalidRequestID),
        (.initFailed, .invalidStateTransition(from: .initFailed, to: "InvocationErrorResponse")),
    ])
    func anAnswerToAnotherInvocation(phase: RuntimeAPIState.Phase, expected: RuntimeAPIError) {
        #expect(Self.machine(in: phase).mayAnswer(requestID: "r-2", with: "InvocationErrorResponse") == expected)
    }

    @Test func anAnswerToAnInvocationOfThePastHasAnInvalidID() {
        var state = Self.machine(in: .answered)
        _ = state.askedForNext()
        #expect(state.mayAnswer(requestID: "r-1", with: "InvocationResponse") == .invalidRequestID)
        state.delivered(requestID: "r-2")
        #expect(state.mayAnswer(requestID: "r-1", with: "InvocationResponse") == .invalidRequestID)
        #expect(state.mayAnswer(requestID: "r-2", with: "InvocationResponse") == nil)
    }

    @Test(arguments: [RuntimeAPIState.Phase.ready, .running, .answered, .initFailed])
    func anInitErrorAfterInitIsRefused(phase: RuntimeAPIState.Phase) {
        var state = Self.machine(in: phase)
        #expect(state.reportedInitError() == .invalidStateTransition(from: phase, to: "InitError"))
        #expect(state.phase == phase)
    }

    @Test func anInitErrorDuringInitIsTaken() {
        var state = Self.machine(in: .started)
        #expect(state.reportedInitError() == nil)
        #expect(state.phase == .initFailed)
    }

    @Test func aRefusalNamesBothStates() {
        let refusal = RuntimeAPIError.invalidStateTransition(from: .answered, to: "InvocationErrorResponse")
        #expect(refusal.status == 403)
        #expect(
            refusal.body
                == #"{"errorMessage":"State transition from ResponseSent to InvocationErrorResponse failed for runtime. "#
                + #"Error: State transition is not allowed","errorType":"InvalidStateTransition"}"#)
    }

    @Test func theOtherRefusals() {
        #expect(RuntimeAPIError.invalidRequestID.body == #"{"errorMessage":"Invalid request ID","errorType":"InvalidRequestID"}"#)
        #expect(RuntimeAPIError.invalidRequestID.status == 400)
        #expect(
            RuntimeAPIError.entityTooLarge.body
                == #"{"errorMessage":"Exceeded maximum allowed payload size (6291556 bytes).","errorType":"RequestEntityTooLarge"}"#
        )
        #expect(RuntimeAPIError.entityTooLarge.status == 413)
    }
}
