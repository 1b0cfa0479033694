import Billing
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

/// One execution environment: a runtime process, its extensions, their port and folder, and one invocation at a time.
///
/// States, each with what comes next:
/// - `starting` (process runs, not all have asked for an event) → `idle` or `busy`; on failure `starting` again or `ending`
/// - `idle` → `busy`, or `ending`
/// - `busy` (an invocation is delivered or waits for the runtime) → `idle` when all ask for the next event; `ending` on a fault
/// - `ending` (processes are told to go) → `reset` when an invocation's fault ended them, else `ended`
/// - `reset` (no process; folder and log stream are kept, as AWS keeps `/tmp`) → `starting` with the next invocation
final class ExecutionEnvironment {
    enum State {
        case starting, idle, busy, ending, reset, ended
    }

    /// Which phase an init counts to: its own, or the invocation's that had to start the process again.
    enum InitPhase: Equatable {
        case initialize, invoke
    }

    let id: Int
    let function: ResolvedFunction
    /// Of the function. Its members are wanted several times in each invocation.
    let configuration: FunctionConfiguration
    let code: PreparedCode
    let context: EnvironmentContext
    let description: EnvironmentDescription
    let temporaryFolder: String
    let metadataToken: String
    /// Its runtime was started by hand, in a debugger as a rule, and comes to the shared port: no process here is ours.
    let isAttached: Bool
    /// Tells the invoker: `freed` when it can take an invocation, `ended` when nothing is left of it.
    weak var owner: (any EnvironmentOwner)?

    private(set) var state = State.starting
    var invocation: Invocation?
    var api = RuntimeAPIState()
    var listener: RuntimeListener?
    var extensions: ExtensionHost?
    var meter = MemoryMeter()
    var storage: TemporaryStorage
    /// Cuts output into lines.
    var lines = LogLineSplitter()
    /// The runtime's connection that waits in `/next`.
    var parked: HTTPConnection?

    var runtime: ChildProcess?
    var output: OutputPipe?
    var group: CGroups.Group?
    private let timer: DeadlineTimer
    private var initPhase = InitPhase.initialize
    private var initStarted = NIODeadline.uptimeNanoseconds(0)
    var retiresAfterInvocation = false
    /// Of an attached runtime: the connection that took the event, and whether answers come on it.
    weak var carrier: HTTPConnection?
    var answersOnCarrier = false
    var isFrozen = false
    var isSweeping = false
    /// No process will be started here again.
    var isLeaving = false
    /// Open until the runtime has been started.
    var pendingDescriptors: [Int32] = []

    init(
        id: Int, function: ResolvedFunction, code: PreparedCode, context: EnvironmentContext, owner: any EnvironmentOwner,
        isAttached: Bool = false
    ) {
        self.id = id
        self.isAttached = isAttached
        self.function = function
        self.configuration = function.configuration
        self.code = code
        self.context = context
        self.timer = DeadlineTimer(eventLoop: context.eventLoop)
        self.owner = owner
        let now = HostClock.now()
        let logStream = context.makeLogStream(version: function.executedVersion, at: now)
        self.metadataToken = RequestID(using: &context.random).description
        self.temporaryFolder = "\(context.settings.environmentsFolder)/\(logStream.suffix(16))"
        self.storage = TemporaryStorage(
            folder: self.temporaryFolder, limitMB: function.configuration.ephemeralStorageMB)
        self.description = EnvironmentDescription(
            functionName: function.configuration.name, version: function.executedVersion,
            logGroup: function.configuration.logging.logGroup ?? "/aws/lambda/\(function.configuration.name)",
            logStream: logStream,
            logging: function.configuration.logging)
        self.timer.onPassed = { [unowned self] in self.deadlinePassed() }
    }

    /// It has answered, and will be free when runtime and extensions ask for the next event.
    var isFinishing: Bool { self.state == .busy && self.invocation?.answer != nil }

    var eventLoop: any EventLoop { self.context.eventLoop }
    var now: NIODeadline { .now() }

    // MARK: Start

    /// Starts the processes for an invocation.
    func start(for invocation: Invocation) {
        self.invocation = invocation
        self.context.takeListener { [self] result in
            switch result {
            case .success(let listener):
                // The host may have been stopped while the port was being opened.
                guard self.state == .starting else {
                    self.context.giveBack(listener)
                    return
                }
                listener.environment = self
                self.listener = listener
                mkdir(self.temporaryFolder, 0o700)
                self.startProcesses(phase: .initialize)
            case .failure(let error):
                self.failInit(.platform(.sandboxFailure("no port for the Runtime API: \(error)")), isFinal: true)
            }
        }
    }

    private func startProcesses(phase: InitPhase) {
        self.state = .starting
        self.api = RuntimeAPIState()
        self.meter = MemoryMeter()
        self.initPhase = phase
        self.initStarted = self.now
        self.initBegan(phase)
        switch phase {
        case .initialize: self.timer.arm(self.initStarted + .nanoseconds(self.context.settings.initLimit.nanoseconds))
        case .invoke: if let invocation { self.timer.arm(self.limit(of: invocation)) }
        }
        do throws(LaunchError) {
            let plan = try LaunchPlan(
                runtime: self.configuration.runtime, code: self.code, interpreters: self.context.settings.interpreters)
            let extensionPaths = LaunchPlan.extensions(in: self.code.layersRoot)
            guard extensionPaths.count <= FunctionLimits.extensions else {
                let failure = ExtensionFailure(
                    .launchError, of: Self.fileName(extensionPaths[FunctionLimits.extensions]),
                    cause: "\(extensionPaths.count) extensions: no more than \(FunctionLimits.extensions) are started")
                self.failInit(.platform(.extensionFailure(failure)), isFinal: true)
                return
            }
            try self.spawn(plan, extensionPaths)
        } catch {
            self.failInit(.platform(error.functionError), isFinal: true)
        }
    }

    // MARK: Init

    /// Called whenever the runtime or an extension asks for its next event.
    func checkReady() {
        guard self.api.phase == .ready, self.extensions?.allReady ?? true else { return }
        switch self.state {
        case .starting: self.initialized()
        case .busy: if self.invocation?.answer != nil { self.finishInvocation() }
        case .idle, .ending, .reset, .ended: break
        }
    }

    private func initialized() {
        let duration = Duration.nanoseconds((self.now - self.initStarted).nanoseconds)
        self.initSucceeded(self.initPhase, after: duration)
        self.meter.read(processes: self.processes)
        self.timer.disarm()
        self.extensions?.initEnded()
        guard let invocation else {
            self.becomeIdle()
            return
        }
        if self.initPhase == .initialize {
            invocation.initDuration = duration
            self.begin(invocation)
        } else {
            self.state = .busy
            // The clock of the invocation has been running since before the process was started again.
            self.timer.arm(self.limit(of: invocation))
            self.deliver()
        }
    }

    /// The processes could not be started or failed before they were ready. Init is tried once more within the invocation.
    func failInit(_ failure: EnvironmentFailure, isFinal: Bool = false) {
        guard self.state == .starting else { return }
        let duration = Duration.nanoseconds((self.now - self.initStarted).nanoseconds)
        self.initFailed(self.initPhase, failure, after: duration)
        guard let invocation else {
            self.end()
            return
        }
        if self.initPhase == .initialize {
            // From here on the time is the invocation's.
            self.beginClock(of: invocation)
            if !isFinal {
                self.state = .ending
                self.afterEnd = { environment in environment.startProcesses(phase: .invoke) }
                self.stopProcesses(reason: .failure)
                return
            }
        }
        self.fail(invocation, failure)
    }

    /// What follows when all processes have ended; the environment is reset otherwise.
    private var afterEnd: ((ExecutionEnvironment) -> Void)?

    // MARK: Invocation

    /// - Precondition: idle or reset.
    func run(_ invocation: Invocation) {
        self.invocation = invocation
        switch self.state {
        case .idle:
            self.thaw()
            self.begin(invocation)
        case .reset:
            self.beginClock(of: invocation)
            self.startProcesses(phase: .invoke)
        case .starting, .busy, .ending, .ended:
            preconditionFailure("an environment takes an invocation when it is idle or reset")
        }
    }

    private func begin(_ invocation: Invocation) {
        self.state = .busy
        self.startClock(of: invocation)
        // The runtime gets its event first; what it writes is read later than this line of the log is.
        self.deliver()
        self.invocationBegan(invocation)
    }

    private func beginClock(of invocation: Invocation) {
        self.startClock(of: invocation)
        self.invocationBegan(invocation)
    }

    private func startClock(of invocation: Invocation) {
        invocation.startedAt = HostClock.now()
        invocation.started = self.now
        self.timer.arm(self.limit(of: invocation))
    }

    private var timeoutSeconds: Int {
        self.isAttached ? EnvironmentLimits.attachedTimeoutSeconds : self.configuration.timeoutSeconds
    }

    private func limit(of invocation: Invocation) -> NIODeadline {
        invocation.started + .seconds(Int64(self.timeoutSeconds))
    }

    /// Gives the event to the runtime and to the extensions that want it; waits if the runtime is between two connections.
    func deliver() {
        guard self.state == .busy, let invocation, invocation.answer == nil, let connection = self.parked else { return }
        self.parked = nil
        self.api.delivered(requestID: invocation.idText)
        let deadlineMs = invocation.startedAt.milliseconds + Int64(self.timeoutSeconds) * 1000
        connection.respond(status: .ok, body: invocation.payload) { head in
            head.writeStaticString("content-type: application/json\r\n")
            head.writeHeader("lambda-runtime-aws-request-id" as StaticString, invocation.idText)
            head.writeHeader("lambda-runtime-deadline-ms" as StaticString, deadlineMs)
            head.writeHeader("lambda-runtime-invoked-function-arn" as StaticString, invocation.function.invokedARN)
            if !invocation.traceHeader.isEmpty {
                head.writeHeader("lambda-runtime-trace-id" as StaticString, invocation.traceHeader)
            }
            if let clientContext = invocation.clientContext {
                head.writeHeader("lambda-runtime-client-context" as StaticString, clientContext)
            }
            if let identity = invocation.cognitoIdentity {
                head.writeHeader("lambda-runtime-cognito-identity" as StaticString, identity)
            }
        }
        self.extensions?.invocationStarted(invocation, deadline: Timestamp(milliseconds: deadlineMs))
        if self.isAttached { self.watchCarrier(connection) }
    }

    /// The runtime has answered, with its response or with an error.
    func answered(_ answer: Invocation.Answer) {
        guard let invocation else { return }
        self.api.answered()
        invocation.answer = answer
        if self.isAttached { self.timer.arm(self.now + EnvironmentLimits.attachedReturn) }
        if !invocation.wantsLog { self.handOver(invocation, record: nil) }
        self.owner?.invocationAnswered()
    }

    /// Runtime and extensions have asked for the next event: the invocation is over.
    func finishInvocation() {
        guard let invocation, let answer = invocation.answer else { return }
        let elapsed = self.now - invocation.started
        self.passOnOutput()
        self.meter.update(processes: self.processes, after: elapsed, now: self.now)
        if let peak = self.group?.peak { self.meter.note(peak: peak) }
        let outcome: InvocationRecord.Outcome =
            switch answer.error {
            case nil: .success
            case .function(let type): .error(type: type)
            case .timeout, .throttled, .unavailable: preconditionFailure("no answer of a runtime is one of these")
            }
        let record = self.record(of: invocation, outcome: outcome, duration: .nanoseconds(elapsed.nanoseconds))
        let endedAt = HostClock.now()
        self.timer.disarm()
        // One that waits has its event before the end of this one is written down: the runtime works meanwhile.
        self.invocation = self.retiresAfterInvocation ? nil : self.owner?.nextInvocation(for: self)
        if let next = self.invocation {
            self.startClock(of: next)
            self.deliver()
            self.conclude(invocation, record, at: endedAt)
            self.invocationBegan(next)
        } else {
            self.conclude(invocation, record, at: endedAt)
            self.becomeIdle()
        }
    }

    private func becomeIdle() {
        self.state = .idle
        if self.retiresAfterInvocation {
            self.end()
            return
        }
        if self.context.settings.freezesIdle { self.freeze() }
        self.owner?.environmentFreed(self, isFresh: true)
    }

    /// The invocation can't come to a good end: its client is told, and the processes are replaced.
    func fail(_ invocation: Invocation, _ failure: EnvironmentFailure) {
        let elapsed =
            failure.isTimeout
            ? Duration.seconds(self.timeoutSeconds) : .nanoseconds((self.now - invocation.started).nanoseconds)
        self.passOnOutput()
        self.meter.read(processes: self.processes)
        if let peak = self.group?.peak { self.meter.note(peak: peak) }
        var outcome: InvocationRecord.Outcome = failure.isTimeout ? .timeout : .error(type: failure.errorType)
        if let answer = invocation.answer {
            // The answer stands. A process that ends after it spoils nothing; only taking too long does.
            if case .function(let type) = answer.error, !failure.isTimeout {
                outcome = .error(type: type)
            } else if !failure.isTimeout {
                outcome = .success
            }
        } else {
            invocation.answer = failure.answer(to: invocation.id)
            if !invocation.wantsLog { self.handOver(invocation, record: nil) }
            self.invocationFailed(invocation, failure)
        }
        let record = self.record(of: invocation, outcome: outcome, duration: elapsed)
        self.invocation = nil
        self.conclude(invocation, record, at: HostClock.now())
        self.state = .ending
        self.timer.disarm()
        self.stopProcesses(reason: failure.isTimeout ? .timeout : .failure)
    }

    private func conclude(_ invocation: Invocation, _ record: InvocationRecord, at now: Timestamp) {
        self.invocationEnded(invocation, record, at: now)
        self.owner?.invocationConcluded(invocation)
        if invocation.wantsLog { self.handOver(invocation, record: record) }
    }

    func handOver(_ invocation: Invocation, record: InvocationRecord?) {
        guard let answer = invocation.answer else { return }
        invocation.client.finished(
            InvocationResult(
                requestID: invocation.id, executedVersion: self.function.executedVersion, payload: answer.payload,
                failure: answer.error,
                contentType: answer.contentType, log: invocation.wantsLog ? invocation.log : nil, record: record))
    }

    // MARK: Ends

    /// A runtime process has ended, told to or not.
    func runtimeEnded(_ process: ChildProcess, _ end: ProcessEnd) {
        self.parked = nil
        self.meter.note(peak: process.peakBytes)
        self.runtime = nil
        self.passOnOutput()
        self.finishLine(of: self.invocation, at: HostClock.now())
        switch self.state {
        case .starting:
            self.failInit(self.failure(of: end))
        case .busy:
            if let invocation { self.fail(invocation, self.failure(of: end)) }
        case .idle:
            // It left between two invocations; the next one starts anew.
            self.owner?.environmentLost(self)
            self.end()
        case .ending, .reset, .ended: break
        }
        self.checkEnded()
    }

    func extensionEnded() { self.checkEnded() }

    /// An extension broke the environment: an invocation under way fails with it, and everything starts anew.
    func extensionFailed(_ failure: ExtensionFailure) {
        switch self.state {
        case .starting: self.failInit(.platform(.extensionFailure(failure)))
        case .busy: if let invocation { self.fail(invocation, .platform(.extensionFailure(failure))) }
        case .idle:
            self.owner?.environmentLost(self)
            self.end()
        case .ending, .reset, .ended: break
        }
    }

    /// Ends the environment for good.
    func end() {
        switch self.state {
        case .ended, .ending:
            self.isLeaving = true
            self.afterEnd = { environment in environment.ended() }
        case .busy:
            self.retiresAfterInvocation = true
        case .starting, .idle, .reset:
            self.state = .ending
            self.isLeaving = true
            self.timer.disarm()
            self.afterEnd = { environment in environment.ended() }
            self.thaw()
            self.stopProcesses(reason: .spindown)
        }
    }

    /// Ends the environment now, whatever it does; an invocation under way is given up.
    func abort(_ why: String) {
        // Also while the processes of a failed init end, before it is tried again.
        if let invocation {
            self.fail(invocation, .platform(.sandboxFailure(why)))
        }
        self.end()
    }

    func finishEnd() {
        let afterEnd = self.afterEnd
        self.afterEnd = nil
        if let afterEnd {
            afterEnd(self)
        } else if self.retiresAfterInvocation {
            self.ended()
        } else {
            self.state = .reset
            self.owner?.environmentFreed(self, isFresh: false)
        }
    }

    private func ended() {
        self.state = .ended
        self.timer.cancel()
        self.context.removeFolder(self.temporaryFolder)
        if let listener { self.context.giveBack(listener) }
        self.listener = nil
        self.owner?.environmentEnded(self)
    }

    // MARK: Time

    func rest() { self.timer.rest() }

    /// The init, or the invocation, has taken all the time it has.
    private func deadlinePassed() {
        switch self.state {
        case .starting:
            self.failInit(
                self.initPhase == .invoke ? .platform(.timeout(seconds: self.timeoutSeconds)) : .initTimeout)
        case .busy where self.isAttached && self.invocation?.answer != nil: self.attachedRuntimeLeft()
        case .busy: if let invocation { self.fail(invocation, .platform(.timeout(seconds: self.timeoutSeconds))) }
        case .idle, .ending, .reset, .ended: break
        }
    }
}
