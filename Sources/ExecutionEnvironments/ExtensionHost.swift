import CoreTypes
import HTTPServing
import LambdaCore
import NIOCore
import NIOHTTP1

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// The extensions of one environment as processes and connections: performs what ``ExtensionsState`` decides. Made anew for each
/// start of the environment's processes.
final class ExtensionHost {
    private unowned let environment: ExecutionEnvironment
    private var state: ExtensionsState
    private var processes: [String: ChildProcess] = [:]
    /// What each of them prints comes through a pipe of its own, so that its lines are told from the function's.
    private var outputs: [String: (pipe: OutputPipe, lines: LogLineSplitter)] = [:]
    private var parked: [RequestID: HTTPConnection] = [:]
    private var senders: [RequestID: TelemetrySender] = [:]
    private var killTimer: Scheduled<Void>?
    /// Called when every external extension has registered; then the runtime may start.
    private var onRegistered: (() -> Void)?

    init(environment: ExecutionEnvironment, externalNames: [String]) {
        self.environment = environment
        let configuration = environment.configuration
        self.state = ExtensionsState(
            externalNames: externalNames,
            function: .init(
                name: configuration.name, version: environment.function.executedVersion, handler: configuration.handler,
                accountID: environment.context.settings.account))
    }

    var processIDs: [pid_t] { self.processes.values.map(\.processID) }
    var allReady: Bool { self.state.allReady }
    var hasSubscribers: Bool { !self.senders.isEmpty }

    // MARK: Processes

    func start(name: String, request: ChildProcess.Request, cgroup: Int32) {
        let weakSelf = NIOLoopBound(WeakHost(host: self), eventLoop: self.environment.eventLoop)
        let eventLoop = self.environment.eventLoop
        do throws(ProcessError) {
            let (pipe, writeEnd) = try OutputPipe.open { eventLoop.execute { weakSelf.value.host?.passOnOutput(of: name) } }
            defer { Self.closeDescriptor(writeEnd) }
            self.outputs[name] = (pipe, LogLineSplitter())
            self.processes[name] = try ChildProcess(
                request, output: writeEnd, cgroup: cgroup, guardian: self.environment.context.guardian,
                eventLoop: self.environment.eventLoop
            ) { [weak self] _, end in self?.processEnded(name, end) }
        } catch {
            self.perform(self.state.launchFailed(name, reason: error.reason))
        }
    }

    func whenAllRegistered(_ body: @escaping () -> Void) {
        if self.state.allExternalRegistered { body() } else { self.onRegistered = body }
    }

    private func processEnded(_ name: String, _ end: ProcessEnd) {
        self.processes[name] = nil
        let cause =
            switch end {
            case .exited(0): "exit code 0"
            case .exited(let code): "exit status \(code)"
            case .signalled(let number, let dumpedCore): ProcessSignal(number, coreDumped: dumpedCore).description
            }
        self.perform(self.state.processExited(name, cause: cause))
        self.environment.extensionEnded()
    }

    private static func closeDescriptor(_ descriptor: Int32) {
        #if canImport(Darwin)
            Darwin.close(descriptor)
        #else
            Glibc.close(descriptor)
        #endif
    }

    private struct WeakHost {
        weak var host: ExtensionHost?
    }

    /// Takes what the extensions have printed so far.
    func passOnOutput() { for name in self.outputs.keys { self.passOnOutput(of: name) } }

    private func passOnOutput(of name: String) {
        guard let bytes = self.outputs[name]?.pipe.take(), !bytes.isEmpty else { return }
        self.outputs[name]?.lines.append(bytes[...]) { self.environment.extensionWrote(line: $0) }
    }

    private func closeOutputs() {
        for name in self.outputs.keys {
            let rest = self.outputs[name]?.pipe.close() ?? []
            self.outputs[name]?.lines.append(rest[...]) { self.environment.extensionWrote(line: $0) }
            self.outputs[name]?.lines.finish { self.environment.extensionWrote(line: $0) }
        }
        self.outputs = [:]
    }

    private func perform(_ action: ExtensionsState.Action?) {
        switch action {
        case nil: break
        case .deliver(let identifier, let response):
            if let connection = self.parked.removeValue(forKey: identifier) { connection.respond(with: response) }
        case .fail(let failure): self.environment.extensionFailed(failure)
        case .kill(let name): self.processes[name]?.signal(SIGKILL)
        }
    }

    func signal(_ number: Int32) { for process in self.processes.values { process.signal(number) } }

    // MARK: Life of the environment

    func initEnded() {
        for event in self.state.platformEvents { self.environment.emit(event) }
        self.state.initEnded()
    }

    func invocationStarted(_ invocation: Invocation, deadline: Timestamp) {
        guard !self.state.isEmpty else { return }
        let event = ExtensionEvent.invoke(
            requestID: invocation.id, invokedFunctionARN: invocation.function.invokedARN, deadline: deadline,
            traceHeader: invocation.traceHeader)
        for action in self.state.invocationStarted(event, identifier: invocation.id) { self.perform(action) }
    }

    /// Asks the processes to end and sees to it that they do. `false` when nobody is to be asked: kill at once.
    func shutDown(_ reason: ExtensionEvent.ShutdownReason, runtime: ChildProcess?, kill: @escaping () -> Void) -> Bool {
        let full = self.state.shutdownBudget
        let budget = reason == .spindown ? full : full.afterReset(remaining: full.total)
        guard budget.total > .zero else { return false }
        if budget.signalsRuntime { runtime?.signal(SIGTERM) } else { runtime?.signal(SIGKILL) }
        let deadline = HostClock.now() + budget.total
        let identifier = RequestID(using: &self.environment.context.random)
        for action in self.state.shutdownStarted(reason, deadline: deadline, identifier: identifier) { self.perform(action) }
        let eventLoop = self.environment.eventLoop
        let bound = NIOLoopBound((runtime, kill), eventLoop: eventLoop)
        eventLoop.scheduleTask(in: .nanoseconds(budget.runtime.nanoseconds)) { bound.value.0?.signal(SIGKILL) }
        self.killTimer = eventLoop.scheduleTask(in: .nanoseconds(budget.total.nanoseconds)) { bound.value.1() }
        return true
    }

    /// All processes are gone.
    func close() {
        self.killTimer?.cancel()
        self.closeOutputs()
        for sender in self.senders.values { sender.flush() }
        self.senders = [:]
        self.parked = [:]
    }

    func record(_ event: TelemetryEvent, at time: Timestamp) {
        for sender in self.senders.values { sender.record(event, at: time) }
    }

    // MARK: Requests

    func handle(_ route: RuntimeAPIRoute, _ request: HTTPRequest, on connection: HTTPConnection) {
        let headers = request.head.headers
        let identifier = headers.first(name: ExtensionsState.identifierHeader)
        let body = Array(buffer: request.body)
        switch route {
        case .registerExtension:
            let response = self.state.register(
                name: headers.first(name: "lambda-extension-name"),
                acceptFeature: headers.first(name: "lambda-extension-accept-feature"),
                body: body, newIdentifier: RequestID(using: &self.environment.context.random))
            connection.respond(with: response)
            if self.state.allExternalRegistered, let onRegistered {
                self.onRegistered = nil
                onRegistered()
            }
        case .extensionNext: self.next(identifier, on: connection)
        case .extensionInitError, .extensionExitError:
            let errorType = headers.first(name: ExtensionsState.errorTypeHeader)
            let (response, action) =
                route == .extensionInitError
                ? self.state.initError(identifier: identifier, errorType: errorType)
                : self.state.exitError(identifier: identifier, errorType: errorType)
            connection.respond(with: response)
            self.perform(action)
        case .subscribeTelemetry, .subscribeLogs:
            let (response, accepted) = self.state.subscribe(
                identifier: identifier, api: route == .subscribeLogs ? .logs : .telemetry, body: body)
            connection.respond(with: response)
            guard let accepted else { return }
            self.senders[accepted.identifier] = TelemetrySender(
                accepted.subscription, format: self.environment.configuration.logging.format,
                eventLoop: self.environment.eventLoop)
            self.environment.emit(accepted.event)
        case .next, .response, .error, .initError, .ping, .metadata:
            preconditionFailure("the runtime's own requests are answered by the environment")
        }
    }

    private func next(_ identifier: String?, on connection: HTTPConnection) {
        switch self.state.next(identifier: identifier) {
        case .respond(let response): connection.respond(with: response)
        case .park(let id):
            self.parked[id] = connection
            connection.onClose = { [weak self, weak connection] in
                guard let self, let connection, self.parked[id] === connection else { return }
                self.parked[id] = nil
                self.state.parkedRequestClosed(id)
            }
            self.environment.checkReady()
        }
    }
}

extension HTTPConnection {
    func respond(with response: PlatformAPIResponse) {
        self.respond(status: HTTPResponseStatus(statusCode: response.status), body: ByteBuffer(bytes: response.body)) { head in
            head.writeHeader("content-type" as StaticString, PlatformAPIResponse.contentType)
            for header in response.headers { head.writeForeignHeader(header.name, header.value) }
        }
    }
}
