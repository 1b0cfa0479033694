/// A signal that ended a process, in the words of Go's os/exec, which the platform is written with: `signal: killed`,
/// `signal: segmentation fault (core dumped)`.
package struct ProcessSignal: Hashable, Sendable, CustomStringConvertible {
    package let number: Int32
    /// Whether the wait status had its core flag set.
    package let coreDumped: Bool

    package init(_ number: Int32, coreDumped: Bool = false) {
        self.number = number
        self.coreDumped = coreDumped
    }

    package static let killed = ProcessSignal(9)

    /// `killed`, or `signal 40` for a number without a name.
    package var name: String { Self.names[self.number] ?? "signal \(self.number)" }

    package var description: String { "signal: \(self.name)\(self.coreDumped ? " (core dumped)" : "")" }

    /// The texts of Go's package syscall by the numbers of this machine's system.
    private static let names: [Int32: String] = {
        var names: [Int32: String] = [
            1: "hangup", 2: "interrupt", 3: "quit", 4: "illegal instruction", 5: "trace/breakpoint trap", 6: "aborted",
            8: "floating point exception", 9: "killed", 11: "segmentation fault", 13: "broken pipe", 14: "alarm clock",
            15: "terminated", 24: "CPU time limit exceeded", 25: "file size limit exceeded",
        ]
        #if canImport(Darwin)
            names.merge([10: "bus error", 12: "bad system call", 30: "user defined signal 1", 31: "user defined signal 2"]) { $1 }
        #else
            names.merge([7: "bus error", 10: "user defined signal 1", 12: "user defined signal 2", 31: "bad system call"]) { $1 }
        #endif
        return names
    }()
}
