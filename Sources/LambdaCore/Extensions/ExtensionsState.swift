package import CoreTypes

/// The extensions of one execution environment, from one init to its shutdown: who has registered, who waits, who is still busy,
/// and what each request of the Extensions API is answered (Lambda developer guide, "Extensions API", prefix `/2020-01-01`).
///
/// An external extension is a process from `/opt/extensions`, known by its file name before it registers. Any other name is an
/// internal extension, a thread of the runtime. Each one goes
/// ```
/// Started → Registered → Ready (waits in /next) ⇄ Running (has an event) → Exited
///    └→ LaunchError  └→ InitError   └────────────────┴→ ExitError
/// ```
/// and any of them → Exited when its process ends. A new init of the environment begins with a new value.
package struct ExtensionsState: Sendable {
    /// What to do after a request or an event.
    package enum Action: Hashable, Sendable {
        /// Answer the parked `/next` of this extension.
        case deliver(to: RequestID, PlatformAPIResponse)
        /// The environment has failed. Told once; later failures are consequences.
        case fail(ExtensionFailure)
        /// End this process now: it did not ask for SHUTDOWN.
        case kill(extensionName: String)
    }

    /// How a request is answered.
    package enum Reply: Hashable, Sendable {
        case respond(PlatformAPIResponse)
        /// Keep the request of this extension open until an action delivers to it.
        case park(RequestID)
    }

    package enum Stage: String, Hashable, Sendable, CaseIterable {
        case started = "Started"
        case registered = "Registered"
        case ready = "Ready"
        case running = "Running"
        case initError = "InitError"
        case exitError = "ExitError"
        case launchError = "LaunchError"
        case exited = "Exited"
    }

    /// What the answer to a registration tells of the function.
    package struct Function: Hashable, Sendable {
        package let name: String
        package let version: String
        package let handler: String
        package let accountID: String

        package init(name: String, version: String, handler: String, accountID: String) {
            self.name = name
            self.version = version
            self.handler = handler
            self.accountID = accountID
        }
    }

    private enum Phase: Hashable {
        case initializing
        case serving
        case shuttingDown(ExtensionEvent, identifier: RequestID)
    }

    private struct Member {
        let name: String
        let isExternal: Bool
        var identifier: RequestID?
        var stage = Stage.started
        var events: [ExtensionEvent.Kind] = []
        var errorType: String?
        /// The one of the two APIs that it subscribed to.
        var subscribedAPI: TelemetrySchema.API?
        var toldToShutDown = false
    }

    private let function: Function
    private var members: [Member]
    private var phase = Phase.initializing
    package private(set) var failure: ExtensionFailure?

    /// - Parameter externalNames: the files of `/opt/extensions`, whose processes are being started; at most 10.
    package init(externalNames: [String], function: Function) {
        precondition(externalNames.count <= FunctionLimits.extensions, "more external extensions than Lambda starts")
        self.function = function
        self.members = externalNames.map { Member(name: $0, isExternal: true) }
    }
}

// MARK: Questions

extension ExtensionsState {
    /// Whether the runtime may start: each external extension has registered.
    package var allExternalRegistered: Bool { self.members.allSatisfy { !$0.isExternal || $0.stage != .started } }

    /// Whether all wait for their next event: true ends the init phase, or an invocation, for the extensions' part.
    package var allReady: Bool { self.members.allSatisfy { $0.stage == .ready } }

    package var isEmpty: Bool { self.members.isEmpty }

    /// Names of external extensions whose processes still run.
    package var runningExternalNames: [String] {
        self.members.filter { $0.isExternal && $0.stage != .exited && $0.stage != .launchError }.map(\.name)
    }

    /// By registered extensions: 2,000 ms with an external one, 500 ms with an internal one, else none.
    package var shutdownBudget: ShutdownBudget {
        let registered = self.members.filter { $0.identifier != nil }
        if registered.contains(where: \.isExternal) { return .external }
        return registered.isEmpty ? .none : .internalOnly
    }

    /// `platform.extension` for each one, told when the init phase ends.
    package var platformEvents: [PlatformEvent] {
        self.members.map {
            .extensionState(
                .init(name: $0.name, state: $0.stage.rawValue, events: $0.events.map(\.rawValue), errorType: $0.errorType))
        }
    }
}

// MARK: Requests

extension ExtensionsState {
    package static let identifierHeader = "Lambda-Extension-Identifier"
    package static let errorTypeHeader = "Lambda-Extension-Function-Error-Type"

    /// `POST /extension/register`. `newIdentifier` becomes the extension's when it is accepted.
    package mutating func register(
        name: String?, acceptFeature: String?, body: some Sequence<UInt8>, newIdentifier: RequestID
    ) -> PlatformAPIResponse {
        do throws(ExtensionsAPIError) {
            guard let name, !name.isEmpty else { throw .emptyName }
            let request = try RegisterRequest(parsing: body)
            let place = try self.place(forRegistering: name, request)
            self.members[place].identifier = newIdentifier
            self.members[place].events = request.kinds
            self.members[place].stage = .registered
        } catch {
            return error.response
        }
        var answer: JSONObject = [
            "functionName": .string(self.function.name), "functionVersion": .string(self.function.version),
            "handler": .string(self.function.handler),
        ]
        let features = (acceptFeature ?? "").split(separator: ",").map { $0.drop { $0 == " " } }
        if features.contains("accountId"), !self.function.accountID.isEmpty {
            answer["accountId"] = .string(self.function.accountID)
        }
        let header = PlatformAPIResponse.Header(name: Self.identifierHeader, value: newIdentifier.description)
        return PlatformAPIResponse(status: 200, headers: [header], json: .object(answer))
    }

    /// `GET /extension/event/next`
    package mutating func next(identifier: String?) -> Reply {
        do throws(ExtensionsAPIError) {
            let place = try self.place(ofIdentifier: identifier)
            let member = self.members[place]
            guard let id = member.identifier, member.stage == .registered || member.stage == .running else {
                throw .invalidTransition(from: member.stage.rawValue, to: Stage.ready.rawValue, extensionName: identifier ?? "")
            }
            if case .shuttingDown(let event, let eventID) = self.phase, member.events.contains(.shutdown), !member.toldToShutDown
            {
                self.members[place].toldToShutDown = true
                self.members[place].stage = .running
                return .respond(event.response(identifier: eventID))
            }
            self.members[place].stage = .ready
            return .park(id)
        } catch {
            return .respond(error.response)
        }
    }

    /// `POST /extension/init/error`: allowed until the first `/next`.
    package mutating func initError(identifier: String?, errorType: String?) -> (PlatformAPIResponse, Action?) {
        self.report(.initError, .initError, identifier, errorType) { $0 == .registered }
    }

    /// `POST /extension/exit/error`
    package mutating func exitError(identifier: String?, errorType: String?) -> (PlatformAPIResponse, Action?) {
        self.report(.exitError, .exitError, identifier, errorType) { $0 == .registered || $0 == .ready || $0 == .running }
    }

    /// `PUT /2022-07-01/telemetry` and `PUT /2020-08-15/logs`, during init only. A second request through the same API replaces
    /// the first; one through the other API is refused. The subscription comes with the event that tells of it.
    package mutating func subscribe(
        identifier: String?, api: TelemetrySchema.API, body: some Sequence<UInt8>
    ) -> (PlatformAPIResponse, (subscription: TelemetrySubscription, identifier: RequestID, event: PlatformEvent)?) {
        let place: Int
        do throws(ExtensionsAPIError) {
            place = try self.place(ofIdentifier: identifier)
            guard self.phase == .initializing else { throw .subscriptionClosed(api) }
        } catch {
            return (error.response, nil)
        }
        let member = self.members[place]
        guard let id = member.identifier else { preconditionFailure("an extension is found by its identifier") }
        do throws(TelemetrySubscription.Invalid) {
            if let other = member.subscribedAPI, other != api {
                let type = api == .logs ? "Logs.ValidationError" : "ValidationError"
                throw .init(errorType: type, message: "the extension has subscribed by the other API already")
            }
            let subscription = try TelemetrySubscription(parsing: body, for: api)
            self.members[place].subscribedAPI = api
            let event = PlatformEvent.Subscription(name: member.name, types: subscription.types.map(\.rawValue))
            let platformEvent = api == .logs ? PlatformEvent.logsSubscription(event) : .telemetrySubscription(event)
            return (PlatformAPIResponse(status: 200, json: "OK"), (subscription, id, platformEvent))
        } catch {
            return (.error(status: 400, error.errorType, error.message), nil)
        }
    }
}

// MARK: Events of the environment

extension ExtensionsState {
    /// The init phase is over: no more registrations or subscriptions.
    package mutating func initEnded() {
        if self.phase == .initializing { self.phase = .serving }
    }

    /// An invocation begins: each extension that asked for INVOKE gets the event and is busy until its next `/next`.
    package mutating func invocationStarted(_ event: ExtensionEvent, identifier: RequestID) -> [Action] {
        self.initEnded()
        return self.deliver(event, identifier, to: .invoke)
    }

    /// The environment shuts down. Waiting extensions that asked for SHUTDOWN are told now, busy ones at their next `/next`;
    /// external ones that did not ask are killed.
    package mutating func shutdownStarted(
        _ reason: ExtensionEvent.ShutdownReason, deadline: Timestamp, identifier: RequestID
    ) -> [Action] {
        if case .shuttingDown = self.phase { return [] }
        let event = ExtensionEvent.shutdown(reason, deadline: deadline)
        self.phase = .shuttingDown(event, identifier: identifier)
        let kills = self.members.filter { $0.isExternal && !$0.events.contains(.shutdown) && $0.stage.hasProcess }
        return self.deliver(event, identifier, to: .shutdown) + kills.map { .kill(extensionName: $0.name) }
    }

    /// The connection of a parked `/next` closed: the extension is busy again until it asks anew.
    package mutating func parkedRequestClosed(_ identifier: RequestID) {
        guard let place = self.members.firstIndex(where: { $0.identifier == identifier }) else { return }
        if self.members[place].stage == .ready { self.members[place].stage = .running }
    }

    /// The process of an external extension could not be started; `reason` is the system's word.
    package mutating func launchFailed(_ name: String, reason: String) -> Action? {
        guard let place = self.members.firstIndex(where: { $0.isExternal && $0.name == name && $0.stage == .started }) else {
            return nil
        }
        self.members[place].stage = .launchError
        self.members[place].errorType = reason
        return self.fail(ExtensionFailure(.launchError, of: name, cause: reason))
    }

    /// The process of an external extension ended: `exit code 0`, `exit status 1`, `signal: killed`. A crash, unless the
    /// environment shuts down or the extension has told its failure before.
    package mutating func processExited(_ name: String, cause: String) -> Action? {
        guard let place = self.members.firstIndex(where: { $0.isExternal && $0.name == name && $0.stage.hasProcess }) else {
            return nil
        }
        let stage = self.members[place].stage
        self.members[place].stage = .exited
        if case .shuttingDown = self.phase { return nil }
        if stage == .initError || stage == .exitError { return nil }
        self.members[place].errorType = ExtensionFailure.Kind.crash.rawValue
        return self.fail(ExtensionFailure(.crash, of: name, cause: cause))
    }
}

// MARK: Detail

extension ExtensionsState {
    private mutating func place(
        forRegistering name: String, _ request: RegisterRequest
    ) throws(ExtensionsAPIError) -> Int {
        let found = self.members.firstIndex { $0.name == name }
        let isExternal = found.map { self.members[$0].isExternal } ?? false
        try request.validate(isExternal: isExternal)
        if let found, isExternal {
            let stage = self.members[found].stage
            guard stage == .started else {
                throw .invalidTransition(from: stage.rawValue, to: Stage.registered.rawValue, extensionName: name)
            }
            return found
        }
        guard self.phase == .initializing else { throw .registrationClosed }
        guard self.members.count < FunctionLimits.extensions else { throw .tooManyExtensions }
        guard found == nil else { throw .nameTaken }
        self.members.append(Member(name: name, isExternal: false))
        return self.members.count - 1
    }

    private func place(ofIdentifier text: String?) throws(ExtensionsAPIError) -> Int {
        guard let text, !text.isEmpty else { throw .missingIdentifier }
        guard let identifier = RequestID(text) else { throw .invalidIdentifier }
        guard let place = self.members.firstIndex(where: { $0.identifier == identifier }) else { throw .unknownIdentifier(text) }
        return place
    }

    private mutating func report(
        _ kind: ExtensionFailure.Kind, _ stage: Stage, _ identifier: String?, _ errorType: String?, allowed: (Stage) -> Bool
    ) -> (PlatformAPIResponse, Action?) {
        do throws(ExtensionsAPIError) {
            let place = try self.place(ofIdentifier: identifier)
            guard let errorType, !errorType.isEmpty else { throw .missingHeader(Self.errorTypeHeader) }
            let member = self.members[place]
            // A repeated report is accepted; the first one counts.
            if member.stage == stage { return (.accepted, nil) }
            guard allowed(member.stage) else {
                throw .invalidTransition(from: member.stage.rawValue, to: stage.rawValue, extensionName: identifier ?? "")
            }
            self.members[place].stage = stage
            self.members[place].errorType = errorType
            return (.accepted, self.fail(ExtensionFailure(kind, of: member.name, cause: errorType)))
        } catch {
            return (error.response, nil)
        }
    }

    private mutating func fail(_ failure: ExtensionFailure) -> Action? {
        if case .shuttingDown = self.phase { return nil }
        guard self.failure == nil else { return nil }
        self.failure = failure
        return .fail(failure)
    }

    private mutating func deliver(_ event: ExtensionEvent, _ identifier: RequestID, to kind: ExtensionEvent.Kind) -> [Action] {
        var actions: [Action] = []
        for place in self.members.indices where self.members[place].stage == .ready && self.members[place].events.contains(kind) {
            guard let id = self.members[place].identifier else { continue }
            self.members[place].stage = .running
            if kind == .shutdown { self.members[place].toldToShutDown = true }
            actions.append(.deliver(to: id, event.response(identifier: identifier)))
        }
        return actions
    }
}

extension ExtensionsState.Stage {
    fileprivate var hasProcess: Bool { self != .exited && self != .launchError }
}
