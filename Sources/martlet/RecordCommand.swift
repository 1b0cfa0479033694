import ArgumentParser
import CoreTypes
import Emulator
import Foundation
import LambdaCore
import Synchronization

struct RecordCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "record", abstract: "Write every batch that a queue's trigger delivers into a folder, one file each.",
        discussion: """
            Each file has the event as the function got it with its receipt handles, the function's answer, what became of each
            message, and the report of the invocation. 'martlet replay' reads them again. Stop with Ctrl-C.

              martlet record OrdersQueue --into captured/
            """)

    @Argument(help: "The queue: its name, or its logical id in the template.")
    var queue: String

    @Option(help: "The folder; it is made if it isn't there.", completion: .directory)
    var into: String

    @Option(help: "End after so many batches.")
    var count: Int?

    @OptionGroup var shared: SharedOptions

    mutating func run() async throws {
        let project = try Project(self.shared)
        let host = try RunningHost(self.shared)
        do {
            try FileManager.default.createDirectory(atPath: self.into, withIntermediateDirectories: true)
        } catch {
            throw CommandFailure.usage("can't make the folder \(self.into): \(error.systemReason)")
        }
        let recorder = Recorder(folder: self.into, limit: self.count)
        let path = BatchLines.path(queue: project.queueName(self.queue))
        if !self.shared.quiet { Terminal.error("Recording batches of \(project.queueName(self.queue)) into \(self.into) …") }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await RunningHost.told {
                    try await host.client.follow(path) { bytes in recorder.received(bytes) }
                }
            }
            group.addTask { try await recorder.untilFull() }
            _ = try await group.next()
            group.cancelAll()
        }
        if !self.shared.quiet { Terminal.error("\(recorder.written) batches written.") }
    }
}

/// The host's stream of batches, a line each.
struct BatchLines: Sendable {
    private var rest: [UInt8] = []

    static func path(queue: String) -> String { "/_martlet/triggers/batches?queue=\(queue)" }

    /// The documents that are whole with these bytes. A line that is no JSON, from a host of another version, is passed over.
    mutating func append(_ bytes: [UInt8]) -> [JSON] {
        self.rest += bytes
        var documents: [JSON] = []
        while let end = self.rest.firstIndex(of: 0x0A) {
            if case .success(let document) = self.rest[..<end].withUnsafeBytes({ JSON.parse($0) }) { documents.append(document) }
            self.rest.removeSubrange(...end)
        }
        return documents
    }
}

/// Writes one file a batch, on the thread that the batches come in on.
private final class Recorder: Sendable {
    private struct State {
        var lines = BatchLines()
        var written = 0
        var failure: CommandFailure?
    }

    private let folder: String
    private let limit: Int?
    private let state = Mutex(State())
    private let ended: AsyncStream<Void>
    private let end: AsyncStream<Void>.Continuation

    init(folder: String, limit: Int?) {
        self.folder = folder
        self.limit = limit
        (self.ended, self.end) = AsyncStream.makeStream()
    }

    var written: Int { self.state.withLock { $0.written } }

    func received(_ bytes: [UInt8]) {
        self.state.withLock { state in
            for document in state.lines.append(bytes) where self.limit.map({ state.written < $0 }) ?? true {
                state.written += 1
                let name = BatchRecording.fileName(
                    recordedAt: document["recordedAt"]?.stringValue ?? "", number: state.written)
                do {
                    try Data((document.prettyText + "\n").utf8).write(to: URL(fileURLWithPath: "\(self.folder)/\(name)"))
                } catch {
                    state.failure = CommandFailure.host("can't write \(self.folder)/\(name): \(error.systemReason)")
                }
            }
            if state.failure != nil || self.limit.map({ state.written >= $0 }) ?? false { self.end.finish() }
        }
    }

    /// Returns when the limit is reached; throws when a file could not be written.
    func untilFull() async throws {
        for await _ in self.ended {}
        if let failure = self.state.withLock({ $0.failure }) { throw failure }
    }
}
