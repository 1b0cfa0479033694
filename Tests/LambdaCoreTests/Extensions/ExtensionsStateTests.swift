import CoreTypes
import LambdaCore
import Testing

@Suite("Extensions")
struct ExtensionsStateTests {
    static let function = ExtensionsState.Function(
        name: "f", version: "$LATEST", handler: "index.handler", accountID: "000000000000")
    static let agentID = RequestID("11111111-1111-4111-8111-111111111111")!
    static let threadID = RequestID("22222222-2222-4222-8222-222222222222")!
    static let eventID = RequestID("8f4d2c1b-0a39-4e58-9f67-0123456789ab")!
    static let deadline = Timestamp(milliseconds: 1_790_856_003_000)
    static let invoke = ExtensionEvent.invoke(
        requestID: eventID, invokedFunctionARN: "arn:aws:lambda:us-east-1:000000000000:function:f", deadline: deadline,
        traceHeader: "Root=1-6abe1740-0123456789abcdef000000a1;Sampled=0")
    static let both = #"{"events":["INVOKE","SHUTDOWN"]}"#

    /// One external extension named `agent`, which has registered for both events.
    static func registered(_ body: String = both) -> ExtensionsState {
        var state = ExtensionsState(externalNames: ["agent"], function: self.function)
        _ = state.register(name: "agent", acceptFeature: nil, body: body.utf8, newIdentifier: self.agentID)
        return state
    }

    static func text(_ response: PlatformAPIResponse) -> String { String(decoding: response.body, as: UTF8.self) }

    @Test("registration is answered with the function's description")
    func register() {
        var state = ExtensionsState(externalNames: ["agent"], function: Self.function)
        #expect(!state.allExternalRegistered)
        let response = state.register(name: "agent", acceptFeature: nil, body: Self.both.utf8, newIdentifier: Self.agentID)
        #expect(response.status == 200)
        #expect(response.headers == [.init(name: "Lambda-Extension-Identifier", value: "11111111-1111-4111-8111-111111111111")])
        #expect(Self.text(response) == #"{"functionName":"f","functionVersion":"$LATEST","handler":"index.handler"}"# + "\n")
        #expect(state.allExternalRegistered)
        #expect(!state.allReady)
        let internalResponse = state.register(
            name: "thread", acceptFeature: "other, accountId,", body: #"{"events":["INVOKE"]}"#.utf8, newIdentifier: Self.threadID
        )
        #expect(
            Self.text(internalResponse)
                == #"{"functionName":"f","functionVersion":"$LATEST","handler":"index.handler","accountId":"000000000000"}"#
                + "\n")
        #expect(
            state.platformEvents == [
                .extensionState(.init(name: "agent", state: "Registered", events: ["INVOKE", "SHUTDOWN"])),
                .extensionState(.init(name: "thread", state: "Registered", events: ["INVOKE"])),
            ])
    }

    /// Types and texts of AWS's emulator, whose rapid core is the service's.
    @Test(
        "a registration is refused with its type",
        arguments: [
            (nil, both, "Extension.InvalidExtensionName", "Empty extension name"),
            ("", both, "Extension.InvalidExtensionName", "Empty extension name"),
            ("agent", "[]", "InvalidRequestFormat", "the body should be an object, not array"),
            ("agent", "", "InvalidRequestFormat", "1:1: unexpected end of JSON text"),
            ("agent", #"{"events":"INVOKE"}"#, "InvalidRequestFormat", "events should be an array of strings"),
            (
                "agent", #"{"events":[],"configurationKeys":["A"]}"#, "InvalidRequestFormat",
                "configurationKeys are deprecated; use environment variables instead"
            ),
            ("agent", #"{"events":["abcdef"]}"#, "Extension.InvalidEventType", "abcdef: unknown event type"),
            (
                "thread", #"{"events":["SHUTDOWN"]}"#, "Extension.InvalidEventType",
                "SHUTDOWN: not available to internal extensions"
            ),
        ] as [(String?, String, String, String)])
    func refused(name: String?, body: String, type: String, message: String) {
        var state = ExtensionsState(externalNames: ["agent"], function: Self.function)
        let response = state.register(name: name, acceptFeature: nil, body: body.utf8, newIdentifier: Self.agentID)
        #expect(response.status == 403)
        #expect(Self.text(response) == #"{"errorMessage":"\#(message)","errorType":"\#(type)"}"# + "\n")
        #expect(
            state.platformEvents == [.extensionState(.init(name: "agent", state: "Started", events: []))], "nothing has changed")
    }

    @Test("an eleventh extension, a taken name and a late one are refused")
    func limits() {
        var state = ExtensionsState(externalNames: (0..<9).map { "agent\($0)" }, function: Self.function)
        func register(_ name: String) -> String {
            Self.text(state.register(name: name, acceptFeature: nil, body: "{}".utf8, newIdentifier: Self.threadID))
        }
        let answers = ["thread", "another"].map { register($0) }
        #expect(answers[0].contains("functionName"))
        #expect(answers[1].contains("Extension.TooManyExtensions"))
        var other = Self.registered()
        _ = other.register(name: "thread", acceptFeature: nil, body: "{}".utf8, newIdentifier: Self.threadID)
        let taken = other.register(name: "thread", acceptFeature: nil, body: "{}".utf8, newIdentifier: Self.eventID)
        #expect(Self.text(taken).contains("Extension with this name already registered"))
        other.initEnded()
        let late = other.register(name: "late", acceptFeature: nil, body: "{}".utf8, newIdentifier: Self.eventID)
        #expect(Self.text(late).contains("Extension.RegistrationClosed"))
    }

    @Test(
        "an identifier must be there, be a UUID and be known",
        arguments: [
            (nil, "Extension.MissingExtensionIdentifier"), ("", "Extension.MissingExtensionIdentifier"),
            ("agent", "Extension.InvalidExtensionIdentifier"),
            ("22222222-2222-4222-8222-222222222222", "Extension.UnknownExtensionIdentifier"),
        ])
    func identifiers(identifier: String?, type: String) {
        var state = Self.registered()
        var answers: [PlatformAPIResponse] = []
        if case .respond(let response) = state.next(identifier: identifier) { answers.append(response) }
        answers.append(state.initError(identifier: identifier, errorType: "A.B").0)
        answers.append(state.exitError(identifier: identifier, errorType: "A.B").0)
        answers.append(state.subscribe(identifier: identifier, api: .telemetry, body: "{}".utf8).0)
        #expect(answers.map(\.status) == [403, 403, 403, 403])
        #expect(answers.allSatisfy { Self.text($0).contains(#""errorType":"\#(type)""#) })
    }

    @Test("a failure report needs its error type")
    func missingHeader() {
        var state = Self.registered()
        let (response, action) = state.initError(identifier: Self.agentID.description, errorType: nil)
        #expect(
            Self.text(response)
                == #"{"errorMessage":"Lambda-Extension-Function-Error-Type not found","errorType":"Extension.MissingHeader"}"#
                + "\n")
        #expect(action == nil)
        let (empty, _) = state.exitError(identifier: Self.agentID.description, errorType: "")
        #expect(empty.status == 403)
    }

    @Test("events go to those that asked for them, and the invocation waits for these alone")
    func invocation() {
        var state = Self.registered()
        _ = state.register(name: "thread", acceptFeature: nil, body: "{}".utf8, newIdentifier: Self.threadID)
        let parked = [state.next(identifier: Self.agentID.description), state.next(identifier: Self.threadID.description)]
        #expect(parked == [.park(Self.agentID), .park(Self.threadID)])
        #expect(state.allReady)
        let actions = state.invocationStarted(Self.invoke, identifier: Self.eventID)
        guard actions.count == 1, case .deliver(Self.agentID, let response) = actions[0] else {
            Issue.record("expected one delivery, not \(actions)")
            return
        }
        #expect(response.headers == [.init(name: "Lambda-Extension-Event-Identifier", value: Self.eventID.description)])
        #expect(
            Self.text(response)
                == #"{"eventType":"INVOKE","deadlineMs":1790856003000,"requestId":"8f4d2c1b-0a39-4e58-9f67-0123456789ab","#
                + #""invokedFunctionArn":"arn:aws:lambda:us-east-1:000000000000:function:f","#
                + #""tracing":{"type":"X-Amzn-Trace-Id","value":"Root=1-6abe1740-0123456789abcdef000000a1;Sampled=0"}}"# + "\n")
        #expect(!state.allReady)
        _ = state.next(identifier: Self.agentID.description)
        #expect(state.allReady)
    }

    @Test("a parked request that is gone must be asked anew")
    func parkedRequestClosed() {
        var state = Self.registered()
        _ = state.next(identifier: Self.agentID.description)
        state.parkedRequestClosed(Self.agentID)
        #expect(!state.allReady)
        let again = state.next(identifier: Self.agentID.description)
        #expect(again == .park(Self.agentID))
        #expect(state.allReady)
    }

    @Test(
        "SHUTDOWN goes to waiting extensions at once, to a busy one when it asks",
        arguments: ExtensionEvent.ShutdownReason.allCases)
    func shutdown(reason: ExtensionEvent.ShutdownReason) {
        let body = #"{"eventType":"SHUTDOWN","shutdownReason":"\#(reason.rawValue)","deadlineMs":1790856003000}"# + "\n"
        var waiting = Self.registered()
        _ = waiting.next(identifier: Self.agentID.description)
        let actions = waiting.shutdownStarted(reason, deadline: Self.deadline, identifier: Self.eventID)
        guard actions.count == 1, case .deliver(_, let delivered) = actions[0] else {
            Issue.record("expected one delivery, not \(actions)")
            return
        }
        #expect(Self.text(delivered) == body)
        let next = waiting.next(identifier: Self.agentID.description)
        #expect(next == .park(Self.agentID), "told once")
        let twice = waiting.shutdownStarted(reason, deadline: Self.deadline, identifier: Self.eventID)
        #expect(twice.isEmpty)

        var busy = Self.registered()
        let none = busy.shutdownStarted(reason, deadline: Self.deadline, identifier: Self.eventID)
        #expect(none.isEmpty)
        guard case .respond(let answered) = busy.next(identifier: Self.agentID.description) else {
            Issue.record("expected an answer at once")
            return
        }
        #expect(Self.text(answered) == body)
        let exited = busy.processExited("agent", cause: "exit code 0")
        #expect(exited == nil, "leaving after SHUTDOWN is no crash")
        #expect(busy.runningExternalNames.isEmpty)
    }

    @Test("an external extension that did not ask for SHUTDOWN is killed")
    func kill() {
        var state = Self.registered(#"{"events":["INVOKE"]}"#)
        #expect(state.runningExternalNames == ["agent"])
        let actions = state.shutdownStarted(.spindown, deadline: Self.deadline, identifier: Self.eventID)
        #expect(actions == [.kill(extensionName: "agent")])
    }

    @Test("the first failure counts, its consequences do not")
    func firstFailure() {
        var state = ExtensionsState(externalNames: ["a", "b"], function: Self.function)
        let first = state.launchFailed("a", reason: "permission denied")
        let second = state.processExited("b", cause: "exit status 1")
        #expect(first == .fail(ExtensionFailure(.launchError, of: "a", cause: "permission denied")))
        #expect(second == nil)
        #expect(state.failure?.kind == .launchError)
        let unknown = state.launchFailed("c", reason: "x")
        #expect(unknown == nil, "an unknown name means nothing")
    }

    @Test("shutdown time depends on who has registered")
    func budgets() {
        var state = ExtensionsState(externalNames: [], function: Self.function)
        #expect(state.shutdownBudget == .none)
        #expect(!state.shutdownBudget.signalsRuntime)
        _ = state.register(name: "thread", acceptFeature: nil, body: "{}".utf8, newIdentifier: Self.threadID)
        #expect(state.shutdownBudget.total == .milliseconds(500))
        let external = Self.registered().shutdownBudget
        #expect(external.total == .milliseconds(2_000))
        #expect(external.runtime == .milliseconds(300))
        #expect(external.afterReset(remaining: .milliseconds(1_000)).runtime == .milliseconds(300))
        #expect(external.afterReset(remaining: .seconds(10)).runtime == .milliseconds(600))
        #expect(external.afterReset(remaining: .milliseconds(-5)).total == .zero)
    }

    @Test("a subscription is taken during init, by one API alone")
    func subscribe() throws {
        var state = Self.registered()
        let id = Self.agentID.description
        let body = #"{"schemaVersion":"2022-12-13","types":["platform"],"destination":{"protocol":"TCP","port":5000}}"#
        let (response, taken) = state.subscribe(identifier: id, api: .telemetry, body: body.utf8)
        #expect(response.status == 200)
        #expect(Self.text(response) == "\"OK\"\n")
        let subscribed = try #require(taken)
        #expect(subscribed.identifier == Self.agentID)
        #expect(subscribed.subscription.destination == .tcp(port: 5_000))
        #expect(subscribed.event == .telemetrySubscription(.init(name: "agent", types: ["platform"])))
        let (other, none) = state.subscribe(
            identifier: id, api: .logs, body: #"{"types":["platform"],"destination":{"protocol":"TCP","port":5000}}"#.utf8)
        #expect(other.status == 400)
        #expect(Self.text(other).contains("Logs.ValidationError"))
        #expect(none?.subscription == nil)
        let (invalid, _) = state.subscribe(identifier: id, api: .telemetry, body: "[]".utf8)
        #expect(invalid.status == 400)
        state.initEnded()
        let late = state.subscribe(identifier: id, api: .telemetry, body: body.utf8).0
        #expect(late.status == 403)
        #expect(
            Self.text(late)
                == #"{"errorMessage":"Telemetry API subscription is closed","errorType":"Telemetry.SubscriptionClosed"}"# + "\n")
    }
}
