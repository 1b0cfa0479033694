import Foundation

/// One run of pytest over one file.
struct PythonRun {
    let file: String

    /// How a run ended, and what pytest wrote.
    struct Result {
        let status: Int32
        let output: String
    }

    /// pytest takes an interrupt as a wish to end, and stops its host; this long it may take.
    private static let graceSeconds = 20

    /// Runs it, and interrupts it at the deadline; a run that hears no interrupt is killed.
    func result(deadline: Duration) async throws -> Result {
        // A file and no pipe: nobody needs to read on while it runs, and whatever it leaves behind can't keep us waiting.
        let output = FileManager.default.temporaryDirectory.appendingPathComponent("martlet-\(UUID().uuidString).txt")
        try Data().write(to: output)
        defer { try? FileManager.default.removeItem(at: output) }  // Its loss is a file in a temporary folder.
        let handle = try FileHandle(forWritingTo: output)
        defer { try? handle.close() }  // Written by the child, which has its own.

        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [
            Environment.python, "-m", "pytest", "-q", "-rfEs", "--tb=short", "-p", "no:cacheprovider",
            Environment.folder.appendingPathComponent(self.file).path,
        ]
        process.environment = self.variables
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = handle
        process.standardError = handle

        let (ended, continuation) = AsyncStream.makeStream(of: Void.self)
        process.terminationHandler = { _ in continuation.finish() }
        try process.run()
        let id = process.processIdentifier
        let watch = Task {
            try await Task.sleep(for: deadline)
            kill(id, SIGINT)
            try await Task.sleep(for: .seconds(Self.graceSeconds))
            kill(id, SIGKILL)
        }
        for await _ in ended {}
        watch.cancel()
        let text = String(decoding: try Data(contentsOf: output), as: UTF8.self)
        return Result(status: process.terminationStatus, output: text)
    }

    private var variables: [String: String] {
        var variables = ProcessInfo.processInfo.environment
        variables["MARTLET_BINARY"] = Environment.binary
        variables["PYTHONDONTWRITEBYTECODE"] = "1"
        variables["PYTHONUTF8"] = "1"
        for name in ["MARTLET_AWS_ENDPOINT", "MARTLET_GATEWAY"] { variables[name] = nil }
        return variables
    }
}
