import ArgumentParser
import ExecutionEnvironments
import Foundation

struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Say what this machine has and lacks for running functions.",
        discussion: "Exit code 3 when something is missing that every function needs; what only some runtimes need is a note.")

    @Option(help: "text, or json for machines.")
    var output = OutputForm.text

    mutating func run() throws {
        let checks = MachineChecks.all()
        switch self.output {
        case .text:
            for check in checks { print("\(check.state.mark) \(check.name): \(check.finding)") }
        case .json:
            let rows = checks.map { ["name": $0.name, "state": $0.state.rawValue, "finding": $0.finding] }
            let data = try JSONSerialization.data(
                withJSONObject: rows, options: [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes])
            print(String(decoding: data, as: UTF8.self))
        }
        if checks.contains(where: { $0.state == .missing }) { throw ExitCode(ExitStatus.hostError) }
    }
}

/// One thing that a host may need.
struct MachineCheck {
    enum State: String {
        case good, note, missing

        var mark: String {
            switch self {
            case .good: "✓"
            case .note: "·"
            case .missing: "✗"
            }
        }
    }
    let name: String
    let state: State
    let finding: String
}

enum MachineChecks {
    static func all() -> [MachineCheck] {
        [
            self.system, self.swift, self.interpreter("Python", "MARTLET_PYTHON", "python3", self.interpreters.python(for: nil)),
            self.interpreter("Node.js", "MARTLET_NODE", "node", self.interpreters.node), self.memory, self.openFiles,
        ]
    }

    private static var system: MachineCheck {
        #if os(Linux)
            var name = utsname()
            uname(&name)
            let release = withUnsafeBytes(of: &name.release) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            let parts = release.split(separator: ".").prefix(2).compactMap { Int($0) }
            let isNew = parts.count == 2 && (parts[0], parts[1]) >= (5, 3)
            return MachineCheck(
                name: "system", state: isNew ? .good : .missing,
                finding: isNew ? "Linux \(release)" : "Linux \(release): 5.3 or later is needed, to hear of the end of processes")
        #else
            return MachineCheck(
                name: "system", state: .good, finding: "macOS \(ProcessInfo.processInfo.operatingSystemVersionString)")
        #endif
    }

    private static var swift: MachineCheck {
        guard let path = self.find("swift") else {
            return MachineCheck(
                name: "swift", state: .note,
                finding: "not on PATH: Swift functions can't be built (swift.org/install); built ones run")
        }
        return MachineCheck(name: "swift", state: .good, finding: path)
    }

    /// The same search as a start of a function makes.
    private static var interpreters: Interpreters {
        Interpreters(
            chosenPython: Defaults.text("MARTLET_PYTHON"), chosenNode: Defaults.text("MARTLET_NODE"),
            searchPath: Project.searchPath, pythonBootstrap: "", nodeBootstrap: "")
    }

    private static func interpreter(_ name: String, _ variable: String, _ command: String, _ path: String?) -> MachineCheck {
        let chosen = Defaults.text(variable)
        guard let path else {
            let what = chosen.map { "\(variable)=\($0) is not there" } ?? "\(command) is not on PATH"
            return MachineCheck(
                name: name, state: .note, finding: "\(what): \(name) functions can't run; install it, or name it in \(variable)")
        }
        return MachineCheck(name: name, state: .good, finding: path)
    }

    private static var memory: MachineCheck {
        #if os(Linux)
            if CGroups.isUsable {
                return MachineCheck(name: "memory limits", state: .good, finding: "by the kernel (cgroup v2)")
            }
            return MachineCheck(
                name: "memory limits", state: .note,
                finding:
                    "no writable cgroup v2 memory controller: resident memory is sampled, and data segments are limited (docs/execution.md)"
            )
        #else
            return MachineCheck(name: "memory limits", state: .note, finding: "resident memory is sampled (docs/execution.md)")
        #endif
    }

    private static var openFiles: MachineCheck {
        var limit = rlimit()
        #if os(Linux)
            getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        #else
            getrlimit(RLIMIT_NOFILE, &limit)
        #endif
        return MachineCheck(
            name: "open files", state: limit.rlim_cur >= 1_024 ? .good : .note,
            finding: limit.rlim_cur >= 1_024
                ? "\(limit.rlim_cur)" : "\(limit.rlim_cur): raise it with 'ulimit -n 4096' for many environments")
    }

    private static func find(_ command: String) -> String? {
        if command.contains("/") { return access(command, X_OK) == 0 ? command : nil }
        return (Defaults.text("PATH") ?? "").split(separator: ":").map { "\($0)/\(command)" }.first { access($0, X_OK) == 0 }
    }
}
