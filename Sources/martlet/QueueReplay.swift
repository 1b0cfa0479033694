import CoreTypes
import Emulator
import ExecutionEnvironments
import LambdaCore
import Synchronization

/// Sends messages to the queue of a running host and waits for what its trigger makes of each.
struct QueueReplay {
    let host: RunningHost
    let target: ReplayTarget
    let board: ReplayBoard
    let speed: ReplaySpeed
    let concurrency: Int
    let patience: Duration

    func run(_ items: [ReplayFile.Item]) async throws {
        self.board.expect(items.count)
        let waiting = ReplayWaiting()
        let path = BatchLines.path(queue: self.target.queueName)
        let (host, board, patience) = (self.host, self.board, self.patience)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await RunningHost.told { try await host.client.follow(path) { waiting.received($0, board: board) } }
            }
            group.addTask {
                // What is delivered before the host knows of this listener would never be told.
                try await Task.sleep(for: .milliseconds(100))
                try await self.send(items, waiting)
                try await waiting.untilAllHaveEnded(patience: patience)
            }
            _ = try await group.next()
            group.cancelAll()
        }
    }

    private func send(_ items: [ReplayFile.Item], _ waiting: ReplayWaiting) async throws {
        let offsets = self.speed.offsets(of: items.map(\.message.sentAt))
        let start = ContinuousClock.now
        let run = HostClock.now().milliseconds
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, item) in items.enumerated() {
                if index >= self.concurrency { try await group.next() }
                try await Task.sleep(until: start + offsets[index])
                group.addTask { try await self.send(item, deduplicationID: "replay-\(run)-\(index)", waiting) }
            }
            try await group.waitForAll()
        }
    }

    /// A message is sent as a new one: its id is the queue's, and no deduplication holds it back.
    private func send(_ item: ReplayFile.Item, deduplicationID: String, _ waiting: ReplayWaiting) async throws {
        let message = item.message
        var request: JSONObject = [
            "QueueUrl": self.host.queueURL(self.target.queueName), "MessageBody": .string(message.body),
        ]
        if !message.messageAttributes.isEmpty {
            request["MessageAttributes"] = .object(
                JSONObject(
                    message.messageAttributes.sorted { $0.key < $1.key }.map { name, attribute in
                        switch attribute.value {
                        case .text(let text):
                            (name, ["DataType": .string(attribute.dataType), "StringValue": .string(text)])
                        case .binary(let base64):
                            (name, ["DataType": .string(attribute.dataType), "BinaryValue": .string(base64)])
                        }
                    }))
        }
        if self.target.source.isFIFO {
            request["MessageGroupId"] = .string(message.attributes["MessageGroupId"] ?? "replay")
            request["MessageDeduplicationId"] = .string(deduplicationID)
        } else {
            request["MessageGroupId"] = message.attributes["MessageGroupId"].map(JSON.string)
        }
        if let trace = message.attributes["AWSTraceHeader"] {
            request["MessageSystemAttributes"] = ["AWSTraceHeader": ["DataType": "String", "StringValue": .string(trace)]]
        }
        let answer = try await self.host.call("SendMessage", .object(request))
        guard let id = answer["MessageId"]?.stringValue else {
            throw CommandFailure.host("SendMessage answered without a MessageId: \(answer)")
        }
        let received = message.received(number: 0, now: HostClock.now(), source: self.target.source) { _ in "" }
        if self.target.settings.filters.passes(received, from: self.target.source) {
            waiting.sent(id, item, board: self.board)
        } else {
            self.board.add(item, messageID: id, .filtered)
        }
    }
}

/// The messages that have been sent, and what has been heard of each.
private final class ReplayWaiting: Sendable {
    private struct State {
        var lines = BatchLines()
        var items: [String: ReplayFile.Item] = [:]
        /// Heard of before the answer to its send arrived.
        var early: [String: ReplayBoard.Ending] = [:]
        var lastNews = ContinuousClock.now
        var isComplete = false
    }

    private let state = Mutex(State())
    private let ended: AsyncStream<Void>
    private let end: AsyncStream<Void>.Continuation

    init() { (self.ended, self.end) = AsyncStream.makeStream() }

    func sent(_ id: String, _ item: ReplayFile.Item, board: ReplayBoard) {
        let ending = self.state.withLock { state in
            state.lastNews = .now
            let ending = state.early.removeValue(forKey: id)
            if ending == nil { state.items[id] = item }
            return ending
        }
        if let ending { board.add(item, messageID: id, ending) }
    }

    func received(_ bytes: [UInt8], board: ReplayBoard) {
        let news = self.state.withLock { state in
            var news: [(ReplayFile.Item, String, ReplayBoard.Ending)] = []
            for batch in state.lines.append(bytes) {
                state.lastNews = .now
                board.countBatch()
                let failed = Set((batch["failedMessageIds"]?.arrayValue ?? []).compactMap(\.stringValue))
                let reason = batch["reason"]?.stringValue ?? "reported by the function"
                for record in batch["event"]?["Records"]?.arrayValue ?? [] {
                    guard let id = record["messageId"]?.stringValue else { continue }
                    let ending = failed.contains(id) ? ReplayBoard.Ending.failed(reason) : .succeeded
                    if let item = state.items.removeValue(forKey: id) {
                        news.append((item, id, ending))
                    } else {
                        state.early[id] = ending
                    }
                }
            }
            if state.isComplete, state.items.isEmpty { self.end.finish() }
            return news
        }
        for (item, id, ending) in news { board.add(item, messageID: id, ending) }
    }

    /// Each message is told of once, at the end of its first delivery; a failed one comes again by the queue's rules.
    func untilAllHaveEnded(patience: Duration) async throws {
        self.state.withLock { state in
            state.isComplete = true
            if state.items.isEmpty { self.end.finish() }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { for await _ in self.ended {} }
            group.addTask {
                while true {
                    let deadline = self.state.withLock { $0.lastNews } + patience
                    guard deadline > .now else { return }
                    try await Task.sleep(until: deadline)
                }
            }
            _ = try await group.next()
            group.cancelAll()
        }
    }
}
