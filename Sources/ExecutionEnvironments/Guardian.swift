import CProcess
import CoreTypes

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// A second process that outlives the host by a moment: when the host is gone, even by SIGKILL, it kills every process group of
/// the host and, on Linux, every process that still carries the host's marker in its environment, such as one that left its
/// group. It removes the host's cgroups, which nothing else would.
package final class Guardian {
    /// 16 hexadecimal digits, part of the log stream name that each environment's processes inherit.
    package let marker: String
    /// Where the kernel limits the memory of this host's functions.
    let cgroups: CGroups?
    let descriptor: Int32
    private let process: pid_t

    /// - Throws: ``ProcessError`` when no process or pipe can be had.
    package init(marker: String) throws(ProcessError) {
        self.marker = marker
        let cgroups = CGroups.available(marker: marker)
        self.cgroups = cgroups
        var process: pid_t = 0
        self.descriptor = martlet_guardian_start(marker, cgroups?.folder, &process)
        guard self.descriptor >= 0 else {
            cgroups?.remove()
            throw ProcessError(stage: .fork, errorNumber: errno, executable: "the guardian of function processes")
        }
        self.process = process
    }

    func forget(_ group: pid_t) { martlet_guardian_forget(self.descriptor, group) }

    /// Lets the guardian kill what is left and waits for its end. To be called once, last.
    package func dismiss() {
        close(self.descriptor)
        while waitpid(self.process, nil, 0) < 0, errno == EINTR {}
    }
}

/// Why a process could not be started.
package struct ProcessError: Error, Hashable, CustomStringConvertible {
    package enum Stage: Hashable, Sendable {
        case fork, setup, workingDirectory, execute
    }
    package let stage: Stage
    package let errorNumber: Int32
    package let executable: String

    package var reason: String { String(cString: strerror(self.errorNumber)) }

    package var description: String {
        switch self.stage {
        case .fork: "can't start a process for \(self.executable): \(self.reason)"
        case .setup: "can't prepare a process for \(self.executable): \(self.reason)"
        case .workingDirectory: "can't enter the working directory for \(self.executable): \(self.reason)"
        case .execute: "can't execute \(self.executable): \(self.reason)"
        }
    }
}
