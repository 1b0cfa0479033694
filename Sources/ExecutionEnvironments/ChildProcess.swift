import CProcess
import NIOCore

#if canImport(Darwin)
    import Darwin
    import Dispatch
#else
    import Glibc
#endif

/// How a process ended.
package enum ProcessEnd: Hashable, Sendable {
    case exited(code: Int32)
    case signalled(number: Int32, dumpedCore: Bool)
}

/// One process with its group, owned by an event loop: every signal is sent and the process is reaped there, so that a process id
/// is never used after the system could have given it to somebody else.
final class ChildProcess {
    struct Request {
        var executable: String
        var arguments: [String]
        var environment: [String]
        var workingDirectory: String
        /// The group to join; `nil` for one of its own.
        var group: pid_t?
        var openFiles: UInt64
        var dataBytes: UInt64
        var fileBytes: UInt64
    }

    let processID: pid_t
    let group: pid_t
    private(set) var end: ProcessEnd?
    /// The resident memory's high-water mark in bytes, once the process has ended; 0 when it can't be told from the host's.
    private(set) var peakBytes = 0
    private let guardian: Guardian
    private var endExitWatch: (() -> Void)?

    /// Starts the process. `onEnd` is called on the loop, once, after the process has been reaped and its group killed.
    init(
        _ request: Request, output: Int32, cgroup: Int32, guardian: Guardian, eventLoop: any EventLoop,
        onEnd: @escaping (ChildProcess, ProcessEnd) -> Void
    ) throws(ProcessError) {
        var processID: pid_t = 0
        var stage: Int32 = 0
        let error = Self.withArrays(request) { arguments, environment in
            request.executable.withCString { executable in
                request.workingDirectory.withCString { directory in
                    var raw = martlet_spawn_request()
                    raw.executable = executable
                    raw.arguments = arguments
                    raw.environment = environment
                    raw.working_directory = directory
                    raw.output_descriptor = output
                    raw.process_group = request.group ?? 0
                    raw.open_files = request.openFiles
                    raw.data_bytes = request.dataBytes
                    raw.file_bytes = request.fileBytes
                    raw.cgroup_descriptor = cgroup
                    raw.guardian_descriptor = guardian.descriptor
                    return martlet_spawn(&raw, &processID, &stage)
                }
            }
        }
        guard error == 0 else {
            let failed: ProcessError.Stage =
                switch UInt32(stage) {
                case MARTLET_SPAWN_FORK.rawValue: .fork
                case MARTLET_SPAWN_WORKING_DIRECTORY.rawValue: .workingDirectory
                case MARTLET_SPAWN_EXECUTE.rawValue: .execute
                default: .setup
                }
            throw ProcessError(stage: failed, errorNumber: error, executable: request.executable)
        }
        self.processID = processID
        self.group = request.group ?? processID
        self.guardian = guardian
        let reap = NIOLoopBound({ [weak self] in _ = self?.reap(onEnd) }, eventLoop: eventLoop)
        self.endExitWatch = Self.watch(processID) { eventLoop.execute { reap.value() } }
    }

    /// A process begins as a copy of the host's memory in the kernel's books, so its peak counts only when it is above the host's
    /// own.
    private static func ownPeak(_ usage: rusage) -> Int {
        var own = rusage()
        #if canImport(Darwin)
            getrusage(RUSAGE_SELF, &own)
            let unit = 1
        #else
            getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &own)
            let unit = 1024
        #endif
        return usage.ru_maxrss > own.ru_maxrss ? Int(usage.ru_maxrss) * unit : 0
    }

    /// Sends a signal to the whole group, if the process hasn't been reaped.
    func signal(_ number: Int32) {
        guard self.end == nil else { return }
        kill(-self.group, number)
    }

    private func reap(_ onEnd: (ChildProcess, ProcessEnd) -> Void) {
        guard self.end == nil else { return }
        // The dead leader still holds the group's number: kill what it left behind before giving the number back.
        if self.group == self.processID { kill(-self.group, SIGKILL) }
        var status: Int32 = 0
        var usage = rusage()
        while wait4(self.processID, &status, 0, &usage) < 0 {
            guard errno == EINTR else { break }
        }
        self.peakBytes = Self.ownPeak(usage)
        let end: ProcessEnd =
            martlet_exited(status) != 0
            ? .exited(code: martlet_exit_code(status))
            : .signalled(number: martlet_term_signal(status), dumpedCore: martlet_dumped_core(status) != 0)
        self.end = end
        self.endExitWatch?()
        self.endExitWatch = nil
        if self.group == self.processID { self.guardian.forget(self.group) }
        onEnd(self, end)
    }

    /// Calls the handler, which only hops to the event loop, when a process has ended. What is returned ends the watch.
    private static func watch(_ process: pid_t, _ handler: @escaping @Sendable () -> Void) -> () -> Void {
        #if canImport(Darwin)
            let source = DispatchSource.makeProcessSource(identifier: process, eventMask: .exit, queue: .global())
            source.setEventHandler(handler: handler)
            source.activate()
            return source.cancel
        #else
            let descriptor = martlet_process_descriptor(process)
            precondition(descriptor >= 0, "pidfd_open: Linux 5.3 or later is needed")
            return ReadinessWatch(descriptor, handler).end
        #endif
    }

    private typealias CStrings = UnsafePointer<UnsafeMutablePointer<CChar>?>

    private static func withArrays(_ request: Request, _ body: (CStrings, CStrings) -> Int32) -> Int32 {
        let arguments = request.arguments.map { strdup($0) } + [nil]
        let environment = request.environment.map { strdup($0) } + [nil]
        defer { for text in arguments + environment { free(text) } }
        return arguments.withUnsafeBufferPointer { arguments in
            environment.withUnsafeBufferPointer { body(arguments.baseAddress!, $0.baseAddress!) }
        }
    }
}
