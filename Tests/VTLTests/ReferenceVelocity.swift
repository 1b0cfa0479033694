import Foundation

/// Apache Velocity 1.7 itself, run by `Reference/Render.java` where Java and Debian's package `velocity` are installed.
struct ReferenceVelocity {
    enum Answer: Equatable {
        case output(String)
        case failure(String)
    }

    static let jars = ["velocity", "commons-collections3", "commons-lang"].map { "/usr/share/java/\($0).jar" }

    /// Why the comparison can't be made here; nil if it can.
    static let obstacle: String? = {
        for file in Self.jars + ["/usr/bin/javac"] where !FileManager.default.fileExists(atPath: file) {
            return "\(file) is missing: install the packages velocity and default-jdk-headless"
        }
        return nil
    }()

    /// Renders all cases in one process; each is a line of JSON.
    /// - Parameter sameAddresses: Whether every object has the same `System.identityHashCode`, by a setting of HotSpot's.
    static func render(_ cases: [String], sameAddresses: Bool = false) throws -> [Answer] {
        let folder = FileManager.default.temporaryDirectory.appending(path: "velocity-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }  // A folder left behind does no harm.
        let source = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Reference/Render.java")
        let classPath = (Self.jars + [folder.path]).joined(separator: ":")
        try self.run("/usr/bin/javac", ["-cp", classPath, "-d", folder.path, source.path], input: nil, output: nil)
        let input = folder.appending(path: "cases.ndjson")
        let output = folder.appending(path: "answers.ndjson")
        try Data((cases.joined(separator: "\n") + "\n").utf8).write(to: input)
        try Data().write(to: output)
        // `String.format` goes by the locale.
        let locale = ["-Duser.language=en", "-Duser.country=US"]
        // Classes out of the shared archive would bring their addresses with them.
        let addresses = sameAddresses ? ["-XX:+UnlockExperimentalVMOptions", "-XX:hashCode=2", "-Xshare:off"] : []
        try self.run("/usr/bin/java", locale + addresses + ["-cp", classPath, "Render"], input: input, output: output)
        return try String(decoding: Data(contentsOf: output), as: UTF8.self).split(separator: "\n").map { line in
            let answer = try JSONDecoder().decode([String: String].self, from: Data(line.utf8))
            if let output = answer["output"] { return .output(output) }
            return .failure("\(answer["error"] ?? ""): \(answer["message"] ?? "")")
        }
    }

    struct Failure: Error {
        let message: String
    }

    private static func run(_ program: String, _ arguments: [String], input: URL?, output: URL?) throws {
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        if let input { process.standardInput = try FileHandle(forReadingFrom: input) }
        if let output { process.standardOutput = try FileHandle(forWritingTo: output) }
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure(message: "\(program) ended with \(process.terminationStatus)") }
    }
}
