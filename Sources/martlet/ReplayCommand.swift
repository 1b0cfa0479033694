import ArgumentParser
import CoreTypes
import Emulator
import Foundation
import LambdaCore

struct ReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay", abstract: "Give recorded messages to a queue's function, as its trigger would.",
        discussion: """
            Reads events ({"Records":[…]}), output of 'aws sqs receive-message', recordings of 'martlet record', and files with
            one message body a line; a folder stands for its files in order. The function runs in the host that 'martlet serve'
            runs for this template, or in one of this command.

              martlet replay OrdersQueue events/sqs/batch.json
              martlet replay OrdersQueue captured/ --through-queue --speed 10x --concurrency 4
              martlet replay OrdersDLQ --from-queue            dead letters; each is deleted when it has succeeded

            Exit codes: 0 all messages succeeded, 1 some failed or could not be read, 2 wrong usage, 3 the host failed.
            """)

    @Argument(help: "The queue: its name, or its logical id in the template.")
    var queue: String

    @Argument(help: "Files and folders.", completion: .file())
    var files: [String] = []

    @Option(help: "The function, where the template maps none to the queue, or several.")
    var function: String?

    @Flag(help: "Send the messages to the queue of the running host and let its trigger deliver them.")
    var throughQueue = false

    @Flag(help: "Receive the messages from the queue itself, and delete each when it has succeeded.")
    var fromQueue = false

    @Option(help: "1x keeps the messages' spacing, 10x is ten times as fast, max doesn't wait.")
    var speed = "max"

    @Option(help: "Batches, or sends, at once. A FIFO queue has one.")
    var concurrency = 1

    @Option(help: "Messages a batch where a file doesn't say, up to 10000. Without it the mapping's BatchSize.")
    var batchSize: Int?

    @Option(help: "Seconds without news of a delivery after which --through-queue gives up.")
    var patience = 60

    @Option(help: "text, or json: a line for each message and one with the sums.")
    var output = OutputForm.text

    @Flag(help: "Use Swift products as they lie, however old (MARTLET_NO_BUILD).")
    var noBuild = Defaults.flag("MARTLET_NO_BUILD")

    @OptionGroup var shared: SharedOptions

    mutating func validate() throws {
        guard ReplaySpeed(self.speed) != nil else {
            throw ValidationError("--speed is max, or a number from 0.01 to 10000 with an x behind it, not '\(self.speed)'")
        }
        guard 1...1_000 ~= self.concurrency else { throw ValidationError("--concurrency is from 1 to 1000") }
        guard self.batchSize.map({ 1...10_000 ~= $0 }) ?? true else { throw ValidationError("--batch-size is from 1 to 10000") }
        guard self.patience >= 1 else { throw ValidationError("--patience is 1 or more seconds") }
        guard !(self.fromQueue && self.throughQueue) else {
            throw ValidationError("--from-queue and --through-queue exclude each other")
        }
        guard self.fromQueue == self.files.isEmpty else {
            throw ValidationError(self.fromQueue ? "--from-queue takes no files" : "name files or folders, or --from-queue")
        }
    }

    mutating func run() async throws {
        let project = try Project(self.shared)
        let target = try ReplayTarget(queue: self.queue, function: self.function, project, self.shared)
        let board = ReplayBoard(output: self.output, isQuiet: self.shared.quiet)
        guard let speed = ReplaySpeed(self.speed) else { preconditionFailure("validation has read the speed") }
        if self.fromQueue {
            if self.noBuild {
                project.tellOfMissingProducts(only: [target.functionName])
            } else {
                try project.build(only: [target.functionName])
            }
            try await self.replayQueue(target, project, board)
        } else {
            let files = try ReplayFiles.read(self.files)
            for problem in files.flatMap(\.problems) { board.add(problem) }
            if self.throughQueue {
                let replay = QueueReplay(
                    host: try RunningHost(self.shared), target: target, board: board, speed: speed,
                    concurrency: target.source.isFIFO ? 1 : self.concurrency, patience: .seconds(self.patience))
                try await replay.run(files.flatMap(\.items))
            } else {
                if self.noBuild {
                    project.tellOfMissingProducts(only: [target.functionName])
                } else {
                    try project.build(only: [target.functionName])
                }
                let batches = files.flatMap { $0.batches(ofBodies: self.batchSize ?? target.settings.batchSize) }
                try await self.replay(batches, target, project, board, speed)
            }
        }
        board.summarize()
        if !board.hasSucceeded { throw ExitCode(ExitStatus.functionError) }
    }

    private func executor(_ project: Project) async throws -> ReplayExecutor {
        try await ReplayExecutor.start(project, logs: self.shared.quiet ? nil : LogWriter(descriptor: STDERR_FILENO))
    }

    private func replay(
        _ batches: [[ReplayFile.Item]], _ target: ReplayTarget, _ project: Project, _ board: ReplayBoard, _ speed: ReplaySpeed
    ) async throws {
        board.expect(batches.reduce(0) { $0 + $1.count })
        let executor = try await self.executor(project)
        let delivery = ReplayDelivery(executor: executor, target: target, board: board)
        let offsets = speed.offsets(of: batches.map { $0.lazy.compactMap(\.message.sentAt).first })
        let width = target.source.isFIFO ? 1 : self.concurrency
        let start = ContinuousClock.now
        let result = await Self.caught {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (index, batch) in batches.enumerated() {
                    if index >= width { try await group.next() }
                    try await Task.sleep(until: start + offsets[index])
                    group.addTask { try await delivery.deliver(batch, number: index) }
                }
                try await group.waitForAll()
            }
        }
        try await executor.stop()
        try result.get()
    }

    /// Receives until the queue has no more, or only what this replay has seen.
    private func replayQueue(_ target: ReplayTarget, _ project: Project, _ board: ReplayBoard) async throws {
        let host = try RunningHost(self.shared)
        let executor = try await self.executor(project)
        let delivery = ReplayDelivery(executor: executor, target: target, board: board)
        var seen: Set<String> = []
        let size = min(self.batchSize ?? target.settings.batchSize, 10)
        let url = host.queueURL(target.queueName)
        while true {
            let answer = try await host.call(
                "ReceiveMessage",
                [
                    "QueueUrl": url, "MaxNumberOfMessages": .number(JSONNumber(size)), "WaitTimeSeconds": 0,
                    "MessageSystemAttributeNames": ["All"], "MessageAttributeNames": ["All"],
                ])
            let file = ReplayFile(answer.bytes, name: target.queueName)
            let fresh = file.items.filter { seen.insert($0.message.messageID ?? "").inserted }
            guard answer["Messages"] != nil, !fresh.isEmpty else { break }
            board.expect(fresh.count)
            for item in try await delivery.deliver(fresh, number: seen.count) {
                guard let handle = item.message.receiptHandle else { continue }
                _ = try await host.call("DeleteMessage", ["QueueUrl": url, "ReceiptHandle": .string(handle)])
            }
        }
        try await executor.stop()
    }

    /// The executor has to be stopped whatever happens.
    private static func caught(_ body: () async throws -> Void) async -> Result<Void, any Error> {
        do {
            return .success(try await body())
        } catch {
            return .failure(error)
        }
    }
}

/// Reads the files of a replay, those of folders in the order of their names.
enum ReplayFiles {
    static func read(_ paths: [String]) throws -> [ReplayFile] {
        var files: [ReplayFile] = []
        for path in paths {
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
                throw CommandFailure.usage("there is no file or folder \(path)")
            }
            guard isFolder.boolValue else {
                files.append(try self.file(path))
                continue
            }
            let names: [String]
            do {
                names = try FileManager.default.contentsOfDirectory(atPath: path)
            } catch {
                throw CommandFailure.usage("can't read the folder \(path): \(error.systemReason)")
            }
            for name in names.sorted() where !name.hasPrefix(".") {
                let inner = "\(path.hasSuffix("/") ? String(path.dropLast()) : path)/\(name)"
                var isInnerFolder: ObjCBool = false
                _ = FileManager.default.fileExists(atPath: inner, isDirectory: &isInnerFolder)
                if !isInnerFolder.boolValue { files.append(try self.file(inner)) }
            }
        }
        return files
    }

    private static func file(_ path: String) throws -> ReplayFile {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw CommandFailure.usage("can't read the file \(path)")
        }
        return ReplayFile(Array(data), name: path)
    }
}
