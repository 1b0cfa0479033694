import Foundation
import Testing

/// The built `martlet` against AWS's own clients: each file of `python/` is one test, run by pytest, with a host of its own that
/// the file's `conftest.py` starts on free ports and stops at the end.
///
/// Python is `MARTLET_TEST_PYTHON` or else `python3`; what it needs is in `requirements.txt`. By hand, for one file:
/// `MARTLET_BINARY=.build/debug/martlet python3 -m pytest Tests/EndToEndTests/python/test_invoke.py`.
@Suite(.serialized, .enabled(if: Environment.missing == nil, Comment(rawValue: Environment.missing ?? "")))
struct EndToEndTests {
    @Test(arguments: Environment.files)
    func passes(file: String) async throws {
        let run = try await PythonRun(file: file).result(deadline: .seconds(Environment.fileDeadlineSeconds))
        // One line per skipped test, so that a run tells what it could not show.
        for line in run.output.split(separator: "\n") where line.hasPrefix("SKIPPED") { print("\(file): \(line)") }
        #expect(run.status == 0, "\(file):\n\(run.output)")
    }
}

/// What the tests run with.
enum Environment {
    /// The slowest file takes a quarter of this on two busy cores.
    static let fileDeadlineSeconds = 240

    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("python")

    static let files: [String] = {
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: Self.folder.path)) ?? []
        return entries.filter { $0.hasPrefix("test_") && $0.hasSuffix(".py") }.sorted()
    }()

    /// Where the running test bundle lies; SwiftPM puts the programs beside it.
    static let products: URL = {
        let bundle = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }
        let program = bundle?.bundleURL ?? URL(fileURLWithPath: CommandLine.arguments[0])
        return program.resolvingSymlinksInPath().deletingLastPathComponent()
    }()

    static let binary = Self.products.appendingPathComponent("martlet").path

    static let python = ProcessInfo.processInfo.environment["MARTLET_TEST_PYTHON"] ?? "python3"

    /// Why nothing here can run, or `nil`.
    static let missing: String? = {
        guard FileManager.default.isExecutableFile(atPath: Self.binary) else { return "there is no program at \(Self.binary)" }
        let probe = Process()
        probe.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        probe.arguments = [Self.python, "-c", "import boto3, pytest"]
        probe.standardOutput = FileHandle.nullDevice
        probe.standardError = FileHandle.nullDevice
        guard (try? probe.run()) != nil else { return "\(Self.python) can't be run" }
        probe.waitUntilExit()
        guard probe.terminationStatus == 0 else {
            return "\(Self.python) lacks boto3 or pytest; 'make test' installs both, or set MARTLET_TEST_PYTHON"
        }
        return nil
    }()
}
