import Foundation
import Testing

/// Runs `bootstraps_test.py`, which drives the Python and Node.js bootstraps against a Runtime API of its own.
struct BootstrapTests {
    @Test(.enabled(if: Program.exists("python3"), "needs python3"))
    func thePythonBootstrapBehavesAsTheRuntimeOfAWS() throws { try self.expectSuccess(of: "PythonTests") }

    @Test(.enabled(if: Program.exists("python3") && Program.exists("node"), "needs python3 and node"))
    func theNodeBootstrapBehavesAsTheRuntimeOfAWS() throws { try self.expectSuccess(of: "NodeTests") }

    private func expectSuccess(of suite: String) throws {
        let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "bootstraps_test.py").path
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", script, suite]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(text)")
    }
}

private enum Program {
    static func exists(_ name: String) -> Bool {
        let folders = ProcessInfo.processInfo.environment["PATH"]?.split(separator: ":") ?? []
        return folders.contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(name)") }
    }
}
