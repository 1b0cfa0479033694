import CoreTypes
package import LambdaCore
package import NIOCore

/// Takes invocations from every door and gives each to an execution environment. Lives on one event loop, with all environments
/// and the connections of clients and functions, so that a warm invocation never changes threads.
package final class Invoker: EnvironmentOwner {
    package let eventLoop: any EventLoop
    let context: EnvironmentContext
    private let prepare: CodePreparation
    private var pool: EnvironmentPool
    private var admission: ConcurrencyAdmission
    /// Functions with a runtime that was started by hand, or that wait for one.
    var attachments: [String: Attachment] = [:]
    var lastAttachedID = 0
    private var environments: [Int: ExecutionEnvironment] = [:]
    /// Invocations that wait for a free environment, because the machine's bound is reached or one is about to be free.
    private var waiting = WaitingLines()
    /// Invocations of versions whose code is being unpacked.
    private var unprepared: [FunctionVersionID: [Invocation]] = [:]
    private var prepared: [FunctionVersionID: PreparedCode] = [:]
    private var runningWatch: Scheduled<Void>?
    private var patienceWatch: Scheduled<Void>?
    private var idleWatch: Scheduled<Void>?
    private var stopped: EventLoopPromise<Void>?
    /// Told of every invocation, wherever it comes from.
    package var restWatch: RestWatch?

    /// Invocations that may wait for an environment; more are refused.
    package static let waitingLimit = 10_000

    /// Makes a version's files ready: unpacks archives, merges layers. Called once for each version, answers on any thread.
    package typealias CodePreparation = (ResolvedFunction, any EventLoop) -> EventLoopFuture<PreparedCode>

    package init(context: EnvironmentContext, prepare: @escaping CodePreparation) {
        self.eventLoop = context.eventLoop
        self.context = context
        self.prepare = prepare
        self.pool = EnvironmentPool(limit: context.settings.maxEnvironments, idleTimeout: context.settings.idleTimeout)
        self.admission = ConcurrencyAdmission(accountLimit: context.settings.accountConcurrency)
        for name in context.settings.attachedFunctions { self.attachments[name] = Attachment() }
        context.prepareListener()
    }

    package var environmentCount: Int { self.environments.count }
    /// Those that can take an invocation: idle, or reset and to be started with it.
    package var freeEnvironmentCount: Int { self.environments.values.count { $0.state == .idle || $0.state == .reset } }
    package var invocationsInFlight: Int { self.admission.inFlight }

    /// Follows `PutFunctionConcurrency` and the template.
    package func reserve(_ count: Int?, for function: String) { self.admission.reserve(count, for: function) }

    package func invoke(_ invocation: Invocation) {
        self.restWatch?.noteActivity()
        guard self.stopped == nil else {
            self.refuse(invocation, .unavailable("the host is stopping"))
            return
        }
        switch self.admission.admit(function: invocation.function.id.name) {
        case .failure(let throttled):
            if self.retriesAdmission(invocation) { return }
            self.refuse(invocation, .throttled(throttled.reason))
        case .success(let ticket):
            invocation.ticket = ticket
            self.place(invocation)
        }
    }

    /// As ``waitsForFinishing(_:)``, for a function whose concurrency is used up by an invocation that has been answered: one
    /// caller who calls in turn is never two at once.
    private func retriesAdmission(_ invocation: Invocation) -> Bool {
        let name = invocation.function.id.name
        guard !invocation.hasBeenPatient,
            self.environments.values.contains(where: { $0.isFinishing && $0.configuration.name == name })
        else { return false }
        invocation.hasBeenPatient = true
        let bound = NIOLoopBound((self, invocation), eventLoop: self.eventLoop)
        self.eventLoop.scheduleTask(in: Self.admissionPatience) { bound.value.0.invoke(bound.value.1) }
        return true
    }

    private static let admissionPatience = TimeAmount.milliseconds(5)

    func refuse(_ invocation: Invocation, _ failure: InvocationFailure) {
        if let ticket = invocation.ticket { self.admission.release(ticket) }
        if case .throttled = failure {
            self.context.journal.throttled(function: invocation.function.id.name, at: HostClock.now())
        }
        invocation.client.finished(
            InvocationResult(
                requestID: invocation.id, executedVersion: invocation.function.executedVersion, payload: ByteBuffer(),
                failure: failure,
                contentType: nil, log: nil, record: nil))
    }

    func place(_ invocation: Invocation) {
        if !self.attachments.isEmpty, self.placeAttached(invocation) { return }
        let version = invocation.function.id
        guard let code = self.prepared[version] else {
            self.prepareCode(for: invocation)
            return
        }
        if !self.pool.hasIdle(version), self.waitsForFinishing(invocation) { return }
        switch self.pool.place(version) {
        case .reuse(let id):
            guard let environment = self.environments[id] else {
                preconditionFailure("the pool knows only environments that exist")
            }
            environment.run(invocation)
        case .start(let id, let evicted):
            if let evicted { self.environments[evicted]?.end() }
            self.start(id, code, invocation)
        case .wait:
            guard self.waiting.count < Self.waitingLimit else {
                self.refuse(invocation, .unavailable("more than \(Self.waitingLimit) invocations wait for an environment"))
                return
            }
            self.waiting.append(invocation)
        }
        self.watchRunning()
    }

    /// A client has its answer some microseconds before the runtime asks for the next event. One that calls again at once gets
    /// the same environment, as a person who tries a function expects, and not a cold start beside it: where an environment has
    /// answered, the invocation waits for it, but not for long.
    private func waitsForFinishing(_ invocation: Invocation) -> Bool {
        guard !invocation.hasBeenPatient, !self.environments.isEmpty else { return false }
        let version = invocation.function.id
        let finishing = self.environments.values.count { $0.isFinishing && $0.function.id == version }
        guard finishing > self.waiting.count(of: version) else { return false }
        invocation.hasBeenPatient = true
        invocation.patienceEnds = .now() + Self.patience
        self.waiting.append(invocation)
        self.watchPatience()
        return true
    }

    private static let patience = TimeAmount.milliseconds(20)

    /// One timer for all who wait: under load nearly every invocation does so for a moment.
    private func watchPatience() {
        guard self.patienceWatch == nil else { return }
        let bound = NIOLoopBound(self, eventLoop: self.eventLoop)
        self.patienceWatch = self.eventLoop.scheduleTask(in: Self.patience) {
            let invoker = bound.value
            invoker.patienceWatch = nil
            for invocation in invoker.waiting.takeImpatient(at: .now()) { invoker.place(invocation) }
            if invoker.waiting.hasPatient { invoker.watchPatience() }
        }
    }

    private func start(_ id: Int, _ code: PreparedCode, _ invocation: Invocation) {
        let environment = ExecutionEnvironment(
            id: id, function: invocation.function, code: code, context: self.context, owner: self)
        self.environments[id] = environment
        environment.start(for: invocation)
    }

    private func prepareCode(for invocation: Invocation) {
        let version = invocation.function.id
        if self.unprepared[version] != nil {
            self.unprepared[version]?.append(invocation)
            return
        }
        self.unprepared[version] = [invocation]
        let bound = NIOLoopBound((self, invocation), eventLoop: self.eventLoop)
        self.prepare(invocation.function, self.eventLoop).hop(to: self.eventLoop).whenComplete { result in
            bound.value.0.codePrepared(version, result)
        }
    }

    private func codePrepared(_ version: FunctionVersionID, _ result: Result<PreparedCode, any Error>) {
        let invocations = self.unprepared.removeValue(forKey: version) ?? []
        guard self.stopped == nil else {
            for invocation in invocations { self.refuse(invocation, .unavailable("the host is stopping")) }
            return
        }
        switch result {
        case .success(let code):
            self.prepared[version] = code
            for invocation in invocations { self.place(invocation) }
        case .failure(let error):
            for invocation in invocations { self.refuse(invocation, .unavailable("\(error)")) }
        }
    }

    /// Versions that are gone or replaced: their environments end, busy ones after their invocation.
    package func retire(where isRetired: (FunctionVersionID) -> Bool) {
        self.endAttached { isRetired($0.function.id) }
        for id in self.pool.retire(where: isRetired) { self.environments[id]?.end() }
        for version in self.prepared.keys where isRetired(version) { self.prepared[version] = nil }
        self.waiting.forget(where: isRetired)
    }

    // MARK: Environments

    func nextInvocation(for environment: ExecutionEnvironment) -> Invocation? {
        environment.isAttached ? self.nextAttached(for: environment) : self.waiting.popFirst(of: environment.function.id)
    }

    func environmentFreed(_ environment: ExecutionEnvironment, isFresh: Bool) {
        guard !environment.isAttached else {
            self.attachedFreed(environment, isFresh: isFresh)
            return
        }
        if let next = self.nextInvocation(for: environment) {
            environment.run(next)
            return
        }
        guard self.pool.becameIdle(environment.id, at: HostClock.now(), isFresh: isFresh) else {
            environment.end()
            return
        }
        if !self.waiting.isEmpty { self.placeWaiting() }
        self.watchIdle()
    }

    func environmentLost(_ environment: ExecutionEnvironment) {
        if environment.isAttached { self.detach(environment) } else { self.pool.remove(environment.id) }
    }

    func environmentEnded(_ environment: ExecutionEnvironment) {
        if environment.isAttached { self.detach(environment) }
        self.pool.remove(environment.id)
        self.environments[environment.id] = nil
        if !self.waiting.isEmpty { self.placeWaiting() }
        self.finishStoppingIfDone()
    }

    func invocationAnswered() {
        // The only one: until its client and its runtime have heard so there is nothing else to do.
        if self.admission.inFlight == 1 { self.context.journal.settleSoon() }
    }

    func invocationConcluded(_ invocation: Invocation) {
        guard let ticket = invocation.ticket else { return }
        invocation.ticket = nil
        self.admission.release(ticket)
    }

    /// There may be room for one more environment: it goes to the version that waits longest.
    private func placeWaiting() {
        // The place of an environment that has just ended may have been taken when its end was decided.
        guard self.pool.hasRoom, let invocation = self.waiting.popFirst() else { return }
        self.place(invocation)
    }

    // MARK: Watches

    /// Runs only while something is running for longer than a look apart.
    private func watchRunning() {
        guard self.runningWatch == nil else { return }
        let bound = NIOLoopBound(self, eventLoop: self.eventLoop)
        self.runningWatch = self.eventLoop.scheduleTask(in: EnvironmentLimits.look) {
            let invoker = bound.value
            invoker.runningWatch = nil
            for environment in invoker.environments.values {
                environment.checkMemory()
                environment.checkStorage()
            }
            if invoker.admission.inFlight > 0 { invoker.watchRunning() }
        }
    }

    private func watchIdle() {
        guard self.idleWatch == nil else { return }
        self.scheduleIdleWatch(in: .nanoseconds(self.context.settings.idleTimeout.nanoseconds))
    }

    private func scheduleIdleWatch(in delay: TimeAmount) {
        let bound = NIOLoopBound(self, eventLoop: self.eventLoop)
        self.idleWatch = self.eventLoop.scheduleTask(in: delay) {
            let invoker = bound.value
            invoker.idleWatch = nil
            let now = HostClock.now()
            let (ended, next) = invoker.pool.expire(at: now)
            for id in ended { invoker.environments[id]?.end() }
            if let next { invoker.scheduleIdleWatch(in: .nanoseconds(max((next - now).nanoseconds, 1_000_000))) }
        }
    }

    /// The host has come to rest: timers that invocations have left behind would wake it for nothing.
    package func rest() { for environment in self.environments.values { environment.rest() } }

    // MARK: Stop

    /// Refuses new invocations, gives up those under way, ends all environments; completes when no process is left.
    package func stop() -> EventLoopFuture<Void> {
        if let stopped { return stopped.futureResult }
        let promise = self.eventLoop.makePromise(of: Void.self)
        self.stopped = promise
        self.runningWatch?.cancel()
        self.patienceWatch?.cancel()
        self.idleWatch?.cancel()
        while let invocation = self.waiting.popFirst() { self.refuse(invocation, .unavailable("the host is stopping")) }
        for environment in Array(self.environments.values) { environment.abort("the host is stopping") }
        self.abortAttached("the host is stopping")
        self.finishStoppingIfDone()
        return promise.futureResult
    }

    private func finishStoppingIfDone() {
        guard let stopped, self.environments.isEmpty, !self.hasAttached else { return }
        self.context.closeListeners()
        self.context.journal.settle()
        stopped.succeed()
    }
}
