import CoreTypes
import LambdaCore
import NIOCore

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// The processes of an environment: started, watched, stopped, and heard.
extension ExecutionEnvironment {
    var processes: [pid_t] {
        (self.runtime.map { [$0.processID] } ?? []) + (self.extensions?.processIDs ?? [])
    }

    // MARK: Start

    func spawn(_ plan: LaunchPlan, _ extensionPaths: [String]) throws(LaunchError) {
        let variables = EnvironmentVariables(
            configuration: self.configuration, version: self.function.executedVersion, region: self.context.settings.region,
            runtimeAPI: "127.0.0.1:\(self.listener?.port ?? 0)", logStream: self.description.logStream,
            metadataToken: self.metadataToken,
            credentials: self.context.credentials, taskRoot: self.code.taskRoot,
            runtimeFolder: self.context.settings.runtimeFolder, layersRoot: self.code.layersRoot,
            temporaryFolder: self.temporaryFolder)
        self.group = self.context.guardian.cgroups?.makeGroup(
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
                    cgroup: cgroup)
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

    func closePendingDescriptors() {
        for descriptor in self.pendingDescriptors where descriptor >= 0 { close(descriptor) }
        self.pendingDescriptors = []
    }

    static func fileName(_ path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }

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

    // MARK: Stop

    /// Asks extensions, waits for as long as they may take, kills the groups. ``checkEnded()`` goes on when all have been reaped.
    func stopProcesses(reason: ExtensionEvent.ShutdownReason) {
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

    func checkEnded() {
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

    /// Looks after a long invocation's memory where no cgroup does. Called every ``EnvironmentLimits/look``.
    func checkMemory() {
        guard self.state == .busy || self.state == .starting, self.group == nil, !self.processes.isEmpty else { return }
        let now = self.now
        if self.state == .busy, let invocation, now - invocation.started < EnvironmentLimits.look { return }
        let current = self.meter.read(processes: self.processes)
        guard current > self.configuration.memoryMB << 20 else { return }
        // What follows is what the kernel's OOM killer does: SIGKILL, seen as the end of the process.
        self.runtime?.signal(SIGKILL)
    }

    /// Looks after what lies in `TMPDIR`. Called every ``EnvironmentLimits/look`` while an invocation runs.
    func checkStorage() {
        guard !self.processes.isEmpty, self.storage.needsLook() else { return }
        let weakSelf = NIOLoopBound(WeakEnvironment(self), eventLoop: self.eventLoop)
        let eventLoop = self.eventLoop
        self.storage.look { finding in eventLoop.execute { weakSelf.value.environment?.storageSeen(finding) } }
    }

    private func storageSeen(_ finding: TemporaryStorage.Finding) {
        let wasFull = self.storage.isFull
        guard self.storage.found(finding) else { return }
        self.storage.apply(to: MemoryMeter.tree(of: self.processes))
        if self.storage.isFull, !wasFull {
            self.functionWrote(
                Array(
                    "martlet: TMPDIR is full: \(finding.bytes >> 20) MB of EphemeralStorage's \(self.configuration.ephemeralStorageMB)\n"
                        .utf8))
        }
    }

    // MARK: Freeze

    func freeze() {
        guard !self.isFrozen else { return }
        self.isFrozen = true
        self.runtime?.signal(SIGSTOP)
        self.extensions?.signal(SIGSTOP)
    }

    func thaw() {
        guard self.isFrozen else { return }
        self.isFrozen = false
        self.runtime?.signal(SIGCONT)
        self.extensions?.signal(SIGCONT)
    }

    // MARK: Output

    /// Takes what the processes have written so far.
    func passOnOutput() {
        self.passOnOutput(self.output?.take() ?? [])
        self.extensions?.passOnOutput()
    }

    private func passOnOutput(_ bytes: [UInt8]) {
        if !bytes.isEmpty { self.functionWrote(bytes) }
    }
}
