import CoreTypes
import LambdaCore
import Testing

/// Every stage of an external extension × every event. The rows of refused requests are those of AWS's emulator
/// (`core/externalagent_states.go`), the others follow the developer guide's description of the phases.
@Suite("Extension stages")
struct ExtensionsTransitionTests {
    enum Event: String, CaseIterable {
        case register, next, initError, exitError, invoke, shutdown, launchFailed, processExited, requestClosed
    }

    typealias Stage = ExtensionsState.Stage
    private static let id = ExtensionsStateTests.agentID

    private static func state(_ stage: Stage) -> ExtensionsState {
        var state =
            stage == .started || stage == .launchError
            ? ExtensionsState(externalNames: ["agent"], function: ExtensionsStateTests.function)
            : ExtensionsStateTests.registered()
        switch stage {
        case .started, .registered: break
        case .ready: _ = state.next(identifier: self.id.description)
        case .running:
            _ = state.next(identifier: self.id.description)
            _ = state.invocationStarted(ExtensionsStateTests.invoke, identifier: ExtensionsStateTests.eventID)
        case .initError: _ = state.initError(identifier: self.id.description, errorType: "A.B")
        case .exitError: _ = state.exitError(identifier: self.id.description, errorType: "A.B")
        case .launchError: _ = state.launchFailed("agent", reason: "permission denied")
        case .exited: _ = state.processExited("agent", cause: "exit code 0")
        }
        return state
    }

    private static func stage(_ state: ExtensionsState) -> String {
        guard case .extensionState(let event) = state.platformEvents[0] else { return "?" }
        return event.state
    }

    /// What came back, in a word: a status, `park`, the kind of action, or `-`.
    private static func apply(_ event: Event, to state: inout ExtensionsState) -> String {
        func word(_ action: ExtensionsState.Action?) -> String {
            switch action {
            case .deliver: "deliver"
            case .fail(let failure): failure.errorType
            case .kill: "kill"
            case nil: "-"
            }
        }
        let id = self.id.description
        switch event {
        case .register:
            let body = ExtensionsStateTests.both.utf8
            return "\(state.register(name: "agent", acceptFeature: nil, body: body, newIdentifier: self.id).status)"
        case .next:
            switch state.next(identifier: id) {
            case .park: return "park"
            case .respond(let response): return "\(response.status)"
            }
        case .initError:
            let (response, action) = state.initError(identifier: id, errorType: "A.B")
            return "\(response.status) \(word(action))"
        case .exitError:
            let (response, action) = state.exitError(identifier: id, errorType: "A.B")
            return "\(response.status) \(word(action))"
        case .invoke:
            return word(state.invocationStarted(ExtensionsStateTests.invoke, identifier: ExtensionsStateTests.eventID).first)
        case .shutdown:
            return word(
                state.shutdownStarted(
                    .spindown, deadline: ExtensionsStateTests.deadline, identifier: ExtensionsStateTests.eventID
                ).first)
        case .launchFailed: return word(state.launchFailed("agent", reason: "permission denied"))
        case .processExited: return word(state.processExited("agent", cause: "exit status 1"))
        case .requestClosed:
            state.parkedRequestClosed(self.id)
            return "-"
        }
    }

    @Test(
        "every stage meets every event as written",
        arguments: [
            (
                .started,
                [
                    .register: ("200", .registered), .next: ("403", .started), .initError: ("403 -", .started),
                    .exitError: ("403 -", .started),
                    .invoke: ("-", .started), .shutdown: ("kill", .started),
                    .launchFailed: ("Extension.LaunchError", .launchError),
                    .processExited: ("Extension.Crash", .exited), .requestClosed: ("-", .started),
                ]
            ),
            (
                .registered,
                [
                    .register: ("403", .registered), .next: ("park", .ready), .initError: ("202 Extension.InitError", .initError),
                    .exitError: ("202 Extension.ExitError", .exitError), .invoke: ("-", .registered),
                    .shutdown: ("-", .registered),
                    .launchFailed: ("-", .registered), .processExited: ("Extension.Crash", .exited),
                    .requestClosed: ("-", .registered),
                ]
            ),
            (
                .ready,
                [
                    .register: ("403", .ready), .next: ("403", .ready), .initError: ("403 -", .ready),
                    .exitError: ("202 Extension.ExitError", .exitError), .invoke: ("deliver", .running),
                    .shutdown: ("deliver", .running),
                    .launchFailed: ("-", .ready), .processExited: ("Extension.Crash", .exited), .requestClosed: ("-", .running),
                ]
            ),
            (
                .running,
                [
                    .register: ("403", .running), .next: ("park", .ready), .initError: ("403 -", .running),
                    .exitError: ("202 Extension.ExitError", .exitError), .invoke: ("-", .running), .shutdown: ("-", .running),
                    .launchFailed: ("-", .running), .processExited: ("Extension.Crash", .exited), .requestClosed: ("-", .running),
                ]
            ),
            (
                .initError,
                [
                    .register: ("403", .initError), .next: ("403", .initError), .initError: ("202 -", .initError),
                    .exitError: ("403 -", .initError), .invoke: ("-", .initError), .shutdown: ("-", .initError),
                    .launchFailed: ("-", .initError), .processExited: ("-", .exited), .requestClosed: ("-", .initError),
                ]
            ),
            (
                .exitError,
                [
                    .register: ("403", .exitError), .next: ("403", .exitError), .initError: ("403 -", .exitError),
                    .exitError: ("202 -", .exitError), .invoke: ("-", .exitError), .shutdown: ("-", .exitError),
                    .launchFailed: ("-", .exitError), .processExited: ("-", .exited), .requestClosed: ("-", .exitError),
                ]
            ),
            (
                .launchError,
                [
                    .register: ("403", .launchError), .next: ("403", .launchError), .initError: ("403 -", .launchError),
                    .exitError: ("403 -", .launchError), .invoke: ("-", .launchError), .shutdown: ("-", .launchError),
                    .launchFailed: ("-", .launchError), .processExited: ("-", .launchError), .requestClosed: ("-", .launchError),
                ]
            ),
            (
                .exited,
                [
                    .register: ("403", .exited), .next: ("403", .exited), .initError: ("403 -", .exited),
                    .exitError: ("403 -", .exited),
                    .invoke: ("-", .exited), .shutdown: ("-", .exited), .launchFailed: ("-", .exited),
                    .processExited: ("-", .exited),
                    .requestClosed: ("-", .exited),
                ]
            ),
        ] as [(Stage, [Event: (String, Stage)])])
    func table(stage: Stage, row: [Event: (String, Stage)]) throws {
        for event in Event.allCases {
            var state = Self.state(stage)
            #expect(Self.stage(state) == stage.rawValue)
            let (outcome, next) = try #require(row[event])
            let seen = Self.apply(event, to: &state)
            #expect(seen == outcome, "\(stage) × \(event)")
            #expect(Self.stage(state) == next.rawValue, "\(stage) × \(event)")
        }
    }

    @Test("a refused transition says from where to where")
    func message() {
        var state = Self.state(.ready)
        guard case .respond(let response) = state.next(identifier: Self.id.description) else {
            Issue.record("expected a refusal")
            return
        }
        #expect(
            ExtensionsStateTests.text(response)
                == #"{"errorMessage":"State transition from Ready to Ready failed for extension "#
                + #"11111111-1111-4111-8111-111111111111. "#
                + #"Error: State transition is not allowed","errorType":"Extension.InvalidExtensionState"}"# + "\n")
    }
}
