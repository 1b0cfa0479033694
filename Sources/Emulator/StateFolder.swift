import ExecutionEnvironments
import Foundation

/// The folder that a host keeps its things in, `.martlet` of the project as a rule.
enum StateFolder {
    /// Makes the folder and writes the bootstraps of the managed runtimes into it. Returns the folder that stands for
    /// `/var/runtime`.
    static func prepare(_ folder: String) throws -> String {
        let runtime = "\(folder)/runtime"
        do {
            try FileManager.default.createDirectory(atPath: runtime, withIntermediateDirectories: true)
            for (name, bytes) in LanguageBootstraps.files {
                let path = "\(runtime)/\(name)"
                // Several hosts may share the folder: replaced whole, and only when it differs.
                if FileManager.default.contents(atPath: path) != Data(bytes) {
                    try Data(bytes).write(to: URL(fileURLWithPath: path), options: .atomic)
                }
            }
        } catch {
            throw HostError(
                "can't prepare the state folder \(folder): \(error.localizedDescription). Choose another one with --state-dir.")
        }
        return runtime
    }

    /// A folder for the environments of this process; those of hosts that are gone are removed.
    static func makeEnvironmentsFolder(in folder: String, marker: String) throws -> String {
        let parent = "\(folder)/environments"
        let own = "\(parent)/\(ProcessInfo.processInfo.processIdentifier)-\(marker)"
        do {
            try FileManager.default.createDirectory(atPath: own, withIntermediateDirectories: true)
            for name in try FileManager.default.contentsOfDirectory(atPath: parent) {
                guard let process = name.split(separator: "-").first.flatMap({ Int32($0) }), kill(process, 0) != 0 else {
                    continue
                }
                self.remove("\(parent)/\(name)")
            }
        } catch {
            throw HostError("can't make the folder \(own): \(error.localizedDescription)")
        }
        return own
    }

    static func remove(_ folder: String) {
        // What can't be removed now is removed by the next host.
        try? FileManager.default.removeItem(atPath: folder)
    }
}
