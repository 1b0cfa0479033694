package import LambdaCore

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// A function's files where processes can use them: archives unpacked, layers merged, bootstraps written.
package struct PreparedCode: Hashable, Sendable {
    /// `/var/task`
    package var taskRoot: String
    /// `/opt`; `nil` without layers.
    package var layersRoot: String?
    /// The executable of a Swift product; `nil` for functions that are found in `taskRoot`.
    package var executable: String?

    package init(taskRoot: String, layersRoot: String? = nil, executable: String? = nil) {
        self.taskRoot = taskRoot
        self.layersRoot = layersRoot
        self.executable = executable
    }
}

/// What is executed to start a runtime.
package struct LaunchPlan: Hashable, Sendable {
    package var executable: String
    package var arguments: [String]

    /// - Throws: ``LaunchError``, worded as AWS does where it has words.
    package init(runtime: Runtime, code: PreparedCode, interpreters: Interpreters) throws(LaunchError) {
        switch runtime.family {
        case .provided:
            if let executable = code.executable {
                guard access(executable, F_OK) == 0 else {
                    throw .noExecutable(executable)
                }
                self.init(executable: executable)
                return
            }
            let candidates = [code.taskRoot, code.layersRoot].compactMap { $0 }.map { "\($0)/bootstrap" }
            guard let bootstrap = candidates.first(where: { access($0, F_OK) == 0 }) else { throw .noBootstrap }
            self.init(executable: bootstrap)
        case .python:
            guard let python = interpreters.python(for: runtime) else { throw .noInterpreter(runtime, "MARTLET_PYTHON") }
            self.init(executable: python, arguments: [python, interpreters.pythonBootstrap])
        case .nodejs:
            guard let node = interpreters.node else { throw .noInterpreter(runtime, "MARTLET_NODE") }
            self.init(executable: node, arguments: [node, interpreters.nodeBootstrap])
        case nil:
            throw .notEmulated(runtime)
        }
    }

    private init(executable: String, arguments: [String]? = nil) {
        self.executable = executable
        self.arguments = arguments ?? [executable]
    }

    /// The executables of external extensions, `/opt/extensions/*`, by name.
    package static func extensions(in layersRoot: String?) -> [String] {
        guard let folder = layersRoot.map({ "\($0)/extensions" }), let listing = opendir(folder) else { return [] }
        defer { closedir(listing) }
        var paths: [String] = []
        while let entry = readdir(listing) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            let path = "\(folder)/\(name)"
            var status = stat()
            if name.hasPrefix(".") || stat(path, &status) != 0 || status.st_mode & S_IFMT != S_IFREG { continue }
            paths.append(path)
        }
        return paths.sorted()
    }
}

package enum LaunchError: Error, Hashable, CustomStringConvertible {
    case noBootstrap
    case noExecutable(String)
    case noInterpreter(Runtime, String)
    case notEmulated(Runtime)

    package var description: String {
        switch self {
        case .noBootstrap: "Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]"
        case .noExecutable(let path): "\(path) doesn't exist: build the Swift product first, or let martlet build it"
        case .noInterpreter(let runtime, let variable):
            "no interpreter for \(runtime.rawValue) on this machine: install one, or name it in \(variable)"
        case .notEmulated(let runtime):
            "runtime \(runtime.rawValue) is not emulated: provided.al2, provided.al2023, python3.x and nodejs are"
        }
    }

    /// What the invoker gets: AWS's text with AWS's paths where it has one, ours where the service can't fail that way.
    package var functionError: FunctionError {
        switch self {
        case .noBootstrap: .invalidEntrypoint(.notFound(paths: ["/var/task/bootstrap", "/opt/bootstrap"]))
        case .noExecutable(let path): .invalidEntrypoint(.notFound(paths: [path]))
        case .noInterpreter, .notEmulated: .sandboxFailure(self.description)
        }
    }
}

/// The interpreters of this machine and the bootstraps that drive them.
package struct Interpreters: Hashable, Sendable {
    /// `MARTLET_PYTHON`: a path or a name on the search path.
    package var chosenPython: String?
    package var chosenNode: String?
    /// The host's `PATH`, used for the search alone.
    package var searchPath: String
    package var pythonBootstrap: String
    package var nodeBootstrap: String

    package init(chosenPython: String?, chosenNode: String?, searchPath: String, pythonBootstrap: String, nodeBootstrap: String) {
        self.chosenPython = chosenPython
        self.chosenNode = chosenNode
        self.searchPath = searchPath
        self.pythonBootstrap = pythonBootstrap
        self.nodeBootstrap = nodeBootstrap
    }

    /// The very version if the machine has it, else the machine's `python3`; that also without a runtime.
    package func python(for runtime: Runtime?) -> String? {
        if let chosenPython { return self.find(chosenPython) }
        return runtime.flatMap { self.findProgram($0.rawValue) } ?? self.findProgram("python3") ?? self.find("python3")
    }

    package var node: String? {
        if let chosenNode { return self.find(chosenNode) }
        return self.findProgram("node") ?? self.find("node")
    }

    /// As ``find(_:)``, but no script: the shims of version managers are scripts, which are there for versions that are not, and
    /// take longer to start than the interpreter.
    private func findProgram(_ name: String) -> String? {
        self.searchPath.split(separator: ":").map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 && !Self.isScript($0) }
    }

    private static func isScript(_ path: String) -> Bool {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return false }
        defer { close(file) }
        var mark: (UInt8, UInt8) = (0, 0)
        return read(file, &mark, 2) == 2 && mark == (UInt8(ascii: "#"), UInt8(ascii: "!"))
    }

    private func find(_ name: String) -> String? {
        if name.contains("/") { return access(name, X_OK) == 0 ? name : nil }
        return self.searchPath.split(separator: ":").map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 }
    }
}
