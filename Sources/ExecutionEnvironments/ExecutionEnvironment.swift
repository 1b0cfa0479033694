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
    let code: PreparedCode
    let context: EnvironmentContext
    let description: EnvironmentDescription
    let temporaryFolder: String
    let metadataToken: String
    /// Tells the invoker: `freed` when it can take an invocation, `ended` when nothing is left of it.
    weak var owner: (any EnvironmentOwner)?

    private(set) var state = State.starting
    var invocation: Invocation?
    var api = RuntimeAPIState()
    var listener: RuntimeListener?
    var extensions: ExtensionHost?
    var meter = MemoryMeter()
    /// Cuts output for telemetry.
    var lines = LogLineSplitter()
    /// The runtime's connection that waits in `/next`.
    var parked: HTTPConnection?

    private var runtime: ChildProcess?
    private var output: OutputPipe?
    private var group: CGroups.Group?
    private var deadline: NIODeadline?
    private var timer: (task: Scheduled<Void>, at: NIODeadline)?
    private var initPhase = InitPhase.initialize
    private var initStarted = NIODeadline.uptimeNanoseconds(0)
    private var retiresAfterInvocation = false
    private var isFrozen = false
    private var isSweeping = false
    /// No process will be started here again.
    private var isLeaving = false
    /// Open until the runtime has been started.
    private var pendingDescriptors: [Int32] = []

    init(id: Int, function: ResolvedFunction, code: PreparedCode, context: EnvironmentContext, owner: any EnvironmentOwner) {
        self.id = id
        self.function = function
        self.code = code
        self.context = context
        self.owner = owner
        let now = HostClock.now()
        let logStream = context.makeLogStream(version: function.executedVersion, at: now)
        self.metadataToken = RequestID(using: &context.random).description
        self.temporaryFolder = "\(context.settings.environmentsFolder)/\(logStream.suffix(16))"
        self.description = EnvironmentDescription(
            functionName: function.configuration.name, version: function.executedVersion,
            logGroup: function.configuration.logging.logGroup ?? "/aws/lambda/\(function.configuration.name)",
            logStream: logStream,
            logging: function.configuration.logging)
    }

    var eventLoop: any EventLoop { self.context.eventLoop }
    var configuration: FunctionConfiguration { self.function.configuration }
    var now: NIODeadline { .now() }

    private var processes: [pid_t] {
        (self.runtime.map { [$0.processID] } ?? []) + (self.extensions?.processIDs ?? [])
    }

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
        case .initialize: self.arm(self.initStarted + .nanoseconds(self.context.settings.initLimit.nanoseconds))
        case .invoke: if let invocation { self.arm(self.limit(of: invocation)) }
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

    private func spawn(_ plan: LaunchPlan, _ extensionPaths: [String]) throws(LaunchError) {
        let variables = EnvironmentVariables(
            configuration: self.configuration, version: self.function.executedVersion, region: self.context.settings.region,
            runtimeAPI: "127.0.0.1:\(self.listener?.port ?? 0)", logStream: self.description.logStream,
            metadataToken: self.metadataToken,
            credentials: self.context.credentials, taskRoot: self.code.taskRoot,
            runtimeFolder: self.context.settings.runtimeFolder, layersRoot: self.code.layersRoot,
            temporaryFolder: self.temporaryFolder)
        self.group = self.context.cgroups?.makeGroup(
            name: String(self.description.logStream.suffix(16)), memoryMB: self.configuration.memoryMB)
        let cgroup = self.group?.openProcesses() ?? -1
        defer { if cgroup >= 0 { close(cgroup) } }
        do throws(ProcessError) {
            let weakSelf = NIOLoopBound(WeakEnvironment(self), eventLoop: self.eventLoop)
            let eventLoop = self.eventLoop
            let (pipe, writeEnd) = try OutputPipe.open { eventLoop.execute { weakSelf.value.environment?.passOnOutput() } }
            self.output = pipe
            defer { close(writeEnd) }
            let host = ExtensionHost(environment: self, externalNames: extensionPaths.map(Self.fileName))
            self.extensions = host
            for path in extensionPaths {
                // One that can't be started fails the init, which may have begun again by now.
                guard self.state == .starting, self.extensions === host else { return }
                host.start(
                    name: Self.fileName(path),
                    request: self.request(executable: path, arguments: [path], environment: variables.extensionTexts()),
                    output: writeEnd, cgroup: cgroup)
            }
            guard self.state == .starting, self.extensions === host else { return }
            // The runtime starts when every extension has registered; the descriptors must live until then.
            let runtimeOutput = dup(writeEnd)
            let runtimeGroup = cgroup >= 0 ? dup(cgroup) : -1
            let request = self.request(executable: plan.executable, arguments: plan.arguments, environment: variables.texts())
            self.pendingDescriptors = [runtimeOutput, runtimeGroup]
            host.whenAllRegistered { [unowned self] in self.startRuntime(request, output: runtimeOutput, cgroup: runtimeGroup) }
        } catch {
            self.failInit(.platform(Self.functionError(of: error)), isFinal: true)
        }
    }

    private func startRuntime(_ request: ChildProcess.Request, output: Int32, cgroup: Int32) {
        guard self.state == .starting else { return }
        defer { self.closePendingDescriptors() }
        do throws(ProcessError) {
            self.runtime = try ChildProcess(
                request, output: output, cgroup: cgroup, guardian: self.context.guardian, eventLoop: self.eventLoop
            ) { [weak self] process, end in self?.runtimeEnded(process, end) }
        } catch {
            self.failInit(.platform(Self.functionError(of: error)), isFinal: true)
        }
    }

    private func closePendingDescriptors() {
        for descriptor in self.pendingDescriptors where descriptor >= 0 { close(descriptor) }
        self.pendingDescriptors = []
    }

    private static func fileName(_ path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }

    private static func functionError(of error: ProcessError) -> FunctionError {
        switch error.stage {
        case .execute:
            // AWS's name of a bootstrap, and the words of Go's os/exec, in the service's text.
            let path = error.executable.hasSuffix("/bootstrap") ? "/var/task/bootstrap" : error.executable
            return .invalidEntrypoint(.notExecutable(path: path, reason: Self.reason(error.errorNumber)))
        case .workingDirectory, .fork, .setup: return .sandboxFailure(error.description)
        }
    }

    private func request(executable: String, arguments: [String], environment: [String]) -> ChildProcess.Request {
        ChildProcess.Request(
            executable: executable, arguments: arguments, environment: environment, workingDirectory: self.code.taskRoot,
            group: nil,
            openFiles: EnvironmentLimits.openFiles,
            dataBytes: self.group == nil ? UInt64(self.configuration.memoryMB + EnvironmentLimits.dataHeadroomMB) << 20 : 0,
            fileBytes: UInt64(self.configuration.ephemeralStorageMB) << 20)
    }

    /// As Go's `os/exec` spells it, whose texts the service shows.
    private static func reason(_ number: Int32) -> String {
        switch number {
        case EACCES: "permission denied"
        case ENOEXEC: "exec format error"
        case ENOENT: "no such file or directory"
        default: String(cString: strerror(number))
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
        self.meter.read(processes: self.processes, now: self.now)
        self.deadline = nil
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
            self.arm(self.limit(of: invocation))
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
        self.beginClock(of: invocation)
        self.deliver()
    }

    private func beginClock(of invocation: Invocation) {
        invocation.startedAt = HostClock.now()
        invocation.started = self.now
        self.arm(self.limit(of: invocation))
        self.invocationBegan(invocation)
    }

    private func limit(of invocation: Invocation) -> NIODeadline {
        invocation.started + .seconds(Int64(self.configuration.timeoutSeconds))
    }

    /// Gives the event to the runtime and to the extensions that want it; waits if the runtime is between two connections.
    func deliver() {
        guard self.state == .busy, let invocation, invocation.answer == nil, let connection = self.parked else { return }
        self.parked = nil
        self.api.delivered(requestID: invocation.idText)
        let deadlineMs = invocation.startedAt.milliseconds + Int64(self.configuration.timeoutSeconds) * 1000
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
    }

    /// The runtime has answered, with its response or with an error.
    func answered(_ answer: Invocation.Answer) {
        guard let invocation else { return }
        self.api.answered()
        invocation.answer = answer
        if !invocation.wantsLog { self.handOver(invocation, record: nil) }
    }

    /// Runtime and extensions have asked for the next event: the invocation is over.
    private func finishInvocation() {
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
        self.conclude(invocation, outcome: outcome, duration: .nanoseconds(elapsed.nanoseconds))
        self.deadline = nil
        self.becomeIdle()
    }

    private func becomeIdle() {
        if self.retiresAfterInvocation {
            self.end()
            return
        }
        self.state = .idle
        if self.context.settings.freezesIdle { self.freeze() }
        self.owner?.environmentFreed(self, isFresh: true)
    }

    /// The invocation can't come to a good end: its client is told, and the processes are replaced.
    func fail(_ invocation: Invocation, _ failure: EnvironmentFailure) {
        let elapsed =
            failure.isTimeout
            ? Duration.seconds(self.configuration.timeoutSeconds) : .nanoseconds((self.now - invocation.started).nanoseconds)
        self.passOnOutput()
        self.meter.read(processes: self.processes, now: self.now)
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
        self.conclude(invocation, outcome: outcome, duration: elapsed)
        self.state = .ending
        self.deadline = nil
        self.stopProcesses(reason: failure.isTimeout ? .timeout : .failure)
    }

    private func conclude(_ invocation: Invocation, outcome: InvocationRecord.Outcome, duration: Duration) {
        let record = InvocationRecord(
            requestID: invocation.id, functionName: self.configuration.name, version: self.function.executedVersion,
            source: invocation.source, startedAt: invocation.startedAt, initDuration: invocation.initDuration, duration: duration,
            memoryMB: self.configuration.memoryMB, ephemeralStorageMB: self.configuration.ephemeralStorageMB,
            isARM: self.configuration.architecture == .arm64, maxMemoryUsedMB: self.maxMemoryUsedMB, outcome: outcome,
            requestBytes: invocation.payload.readableBytes,
            responseBytes: max(invocation.streamedBytes, invocation.answer?.payload.readableBytes ?? 0),
            isStreamed: invocation.answer?.isStreamed ?? false, traceHeader: invocation.traceHeader)
        self.invocationEnded(invocation, record)
        self.invocation = nil
        self.owner?.invocationConcluded(invocation)
        if invocation.wantsLog { self.handOver(invocation, record: record) }
    }

    /// Rounded up, and never above what the function may have: what it asked for beyond that it didn't get.
    private var maxMemoryUsedMB: Int { min((self.meter.peak + (1 << 20) - 1) >> 20, self.configuration.memoryMB) }

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
    private func runtimeEnded(_ process: ChildProcess, _ end: ProcessEnd) {
        self.parked = nil
        self.meter.note(peak: process.peakBytes)
        self.runtime = nil
        self.passOnOutput()
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

    private func failure(of end: ProcessEnd) -> EnvironmentFailure {
        let isOverLimit = self.group?.ranOutOfMemory == true || self.meter.peak >= self.configuration.memoryMB << 20
        return switch end {
        case .exited(0): .platform(.exitZero)
        // A runtime that can't get memory may give up by itself.
        case .exited(let code): .platform(isOverLimit ? .outOfMemory(.killed) : .exit(status: Int(code)))
        case .signalled(let number, let dumpedCore):
            .platform(isOverLimit ? .outOfMemory(.killed) : .signal(ProcessSignal(number, coreDumped: dumpedCore)))
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
            self.deadline = nil
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

    /// Asks extensions, waits for as long as they may take, kills the groups. ``checkEnded()`` goes on when all have been reaped.
    private func stopProcesses(reason: ExtensionEvent.ShutdownReason) {
        self.closePendingDescriptors()
        if let extensions, extensions.shutDown(reason, runtime: self.runtime, kill: { [weak self] in self?.killProcesses() }) {
            return
        }
        self.killProcesses()
    }

    private func killProcesses() {
        self.runtime?.signal(SIGKILL)
        self.extensions?.signal(SIGKILL)
        self.checkEnded()
    }

    private func checkEnded() {
        guard self.state == .ending, !self.isSweeping, self.runtime == nil, self.extensions?.processIDs.isEmpty ?? true else {
            return
        }
        if let output {
            self.passOnOutput(output.close())
            self.output = nil
        }
        self.group?.remove()
        self.group = nil
        self.extensions?.close()
        self.extensions = nil
        let marker = String(self.description.logStream.suffix(16))
        if self.isLeaving {
            self.context.sweeper.sweepLater(marker)
            self.finishEnd()
        } else {
            // The marker lives on with the environment: what it marks must be gone before a process starts here again.
            self.isSweeping = true
            self.context.sweeper.sweep(marker) { [self] in
                self.isSweeping = false
                self.finishEnd()
            }
        }
    }

    private func finishEnd() {
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
        self.timer?.task.cancel()
        self.timer = nil
        self.context.removeFolder(self.temporaryFolder)
        if let listener { self.context.giveBack(listener) }
        self.listener = nil
        self.owner?.environmentEnded(self)
    }

    // MARK: Time

    /// Sets the one deadline of the environment. The timer behind it is left alone when it fires earlier anyway, so that a warm
    /// invocation costs no timer.
    private func arm(_ deadline: NIODeadline) {
        self.deadline = deadline
        if let timer, timer.at <= deadline { return }
        self.timer?.task.cancel()
        self.schedule(deadline)
    }

    private func schedule(_ deadline: NIODeadline) {
        let weakSelf = NIOLoopBound(WeakEnvironment(self), eventLoop: self.eventLoop)
        self.timer = (self.eventLoop.scheduleTask(deadline: deadline) { weakSelf.value.environment?.timerFired() }, deadline)
    }

    private func timerFired() {
        self.timer = nil
        guard let deadline else { return }
        guard deadline <= self.now else {
            self.schedule(deadline)
            return
        }
        self.deadline = nil
        switch self.state {
        case .starting:
            self.failInit(
                self.initPhase == .invoke ? .platform(.timeout(seconds: self.configuration.timeoutSeconds)) : .initTimeout)
        case .busy: if let invocation { self.fail(invocation, .platform(.timeout(seconds: self.configuration.timeoutSeconds))) }
        case .idle, .ending, .reset, .ended: break
        }
    }

    /// Looks after a long invocation's memory where no cgroup does. Called every ``EnvironmentLimits/memoryCheck``.
    func checkMemory() {
        guard self.state == .busy || self.state == .starting, self.group == nil, !self.processes.isEmpty else { return }
        let now = self.now
        if self.state == .busy, let invocation, now - invocation.started < EnvironmentLimits.memoryCheck { return }
        let current = self.meter.read(processes: self.processes, now: now)
        guard current > self.configuration.memoryMB << 20 else { return }
        // What follows is what the kernel's OOM killer does: SIGKILL, seen as the end of the process.
        self.runtime?.signal(SIGKILL)
    }

    // MARK: Freeze

    private func freeze() {
        guard !self.isFrozen else { return }
        self.isFrozen = true
        self.runtime?.signal(SIGSTOP)
        self.extensions?.signal(SIGSTOP)
    }

    private func thaw() {
        guard self.isFrozen else { return }
        self.isFrozen = false
        self.runtime?.signal(SIGCONT)
        self.extensions?.signal(SIGCONT)
    }

    // MARK: Output

    /// Takes what the processes have written so far.
    func passOnOutput() { self.passOnOutput(self.output?.take() ?? []) }

    private func passOnOutput(_ bytes: [UInt8]) {
        if !bytes.isEmpty { self.functionWrote(bytes) }
    }
}

/// What an environment tells the one that owns it.
protocol EnvironmentOwner: AnyObject {
    /// It can take an invocation. Not fresh: its process must be started again first.
    func environmentFreed(_ environment: ExecutionEnvironment, isFresh: Bool)
    /// Its process left while it was idle; it will end and must get nothing more.
    func environmentLost(_ environment: ExecutionEnvironment)
    func environmentEnded(_ environment: ExecutionEnvironment)
    /// The invocation no longer counts as in flight.
    func invocationConcluded(_ invocation: Invocation)
}

/// Lets a closure that crosses threads hold an environment without keeping it.
struct WeakEnvironment {
    weak var environment: ExecutionEnvironment?
    init(_ environment: ExecutionEnvironment) { self.environment = environment }
}

/// Bounds of an environment that are no quotas of a function's configuration (Lambda developer guide, "Lambda quotas").
enum EnvironmentLimits {
    static let openFiles: UInt64 = 1024
    /// The limit on data segments counts what is reserved, not only what is used, so it stands this far above the memory limit:
    /// it stops a runaway between two looks at the resident memory.
    static let dataHeadroomMB = 512
    /// How often the memory of a running invocation is looked at.
    static let memoryCheck = TimeAmount.milliseconds(25)
    /// A log tail is cut from this much of an invocation's log.
    static let keptLogBytes = 8 * 1024 * 1024
}
