import CoreTypes
import Emulator
import ExecutionEnvironments
import LambdaCore
import Synchronization

/// Gives batches to the function directly, with the mapping's filters, report of failures and batch limits.
final class ReplayDelivery: Sendable {
    private let executor: ReplayExecutor
    private let target: ReplayTarget
    private let board: ReplayBoard
    private let number = Atomic(0)
    /// FIFO: groups of which a message has failed; later ones must not overtake it.
    private let failedGroups = Mutex(Set<String>())

    /// Tries while the function is throttled, a quarter of a second apart at first.
    private static let throttleLimit = 12

    init(executor: ReplayExecutor, target: ReplayTarget, board: ReplayBoard) {
        self.executor = executor
        self.target = target
        self.board = board
    }

    /// - Returns: the items that succeeded or were filtered.
    @discardableResult
    func deliver(_ items: [ReplayFile.Item], number batch: Int) async throws -> [ReplayFile.Item] {
        var done: [ReplayFile.Item] = []
        var passing: [(item: ReplayFile.Item, message: ReceivedMessage)] = []
        for item in items {
            let number = self.number.add(1, ordering: .relaxed).newValue
            let message = item.message.received(number: number, now: HostClock.now(), source: self.target.source) {
                MD5.digest(of: Array($0.utf8)).description
            }
            if !self.target.settings.filters.passes(message, from: self.target.source) {
                self.board.add(item, messageID: message.messageID, .filtered)
                done.append(item)
            } else if self.target.source.isFIFO, self.isBlocked(message) {
                self.board.add(item, messageID: message.messageID, .failed("an earlier message of its group has failed"))
            } else {
                passing.append((item, message))
            }
        }
        for part in Self.split(passing, source: self.target.source) {
            done += try await self.deliver(part)
        }
        return done
    }

    private func isBlocked(_ message: ReceivedMessage) -> Bool {
        message.groupID.map { group in self.failedGroups.withLock { $0.contains(group) } } ?? false
    }

    /// Events of at most six megabytes, as a trigger makes them.
    private static func split(
        _ messages: [(item: ReplayFile.Item, message: ReceivedMessage)], source: QueueSource
    ) -> [[(item: ReplayFile.Item, message: ReceivedMessage, record: [UInt8])]] {
        var parts: [[(item: ReplayFile.Item, message: ReceivedMessage, record: [UInt8])]] = []
        var size = 0
        for (item, message) in messages {
            let record = QueueRecord.bytes(of: message, from: source)
            if parts.isEmpty || size + record.count + 1 > MessageBatch.byteLimit - 16 {
                parts.append([])
                size = 0
            }
            parts[parts.count - 1].append((item, message, record))
            size += record.count + 1
        }
        return parts
    }

    private func deliver(
        _ part: [(item: ReplayFile.Item, message: ReceivedMessage, record: [UInt8])]
    ) async throws -> [ReplayFile.Item] {
        let result = try await self.invoke(QueueRecord.event(records: part.map(\.record)))
        self.board.countBatch()
        let verdict = BatchVerdict.of(
            result, for: part.map(\.message), reportsFailures: self.target.settings.reportsBatchItemFailures,
            isFIFO: self.target.source.isFIFO)
        let failed = Set(verdict.failed)
        var done: [ReplayFile.Item] = []
        for (place, entry) in part.enumerated() {
            guard failed.contains(place) else {
                self.board.add(entry.item, messageID: entry.message.messageID, .succeeded)
                done.append(entry.item)
                continue
            }
            if let group = entry.message.groupID { self.failedGroups.withLock { _ = $0.insert(group) } }
            self.board.add(entry.item, messageID: entry.message.messageID, .failed(verdict.reason.sentence))
        }
        return done
    }

    private func invoke(_ event: [UInt8]) async throws -> BatchInvocationResult {
        var pause = Duration.milliseconds(250)
        for _ in 1..<Self.throttleLimit {
            let result = try await self.executor.invoke(self.target, event)
            guard result == .throttled else { return result }
            try await Task.sleep(for: pause)
            pause = min(pause * 2, .seconds(10))
        }
        return try await self.executor.invoke(self.target, event)
    }
}

extension BatchVerdict.Reason {
    /// Why a message failed, for people.
    var sentence: String {
        switch self {
        case .succeeded: "succeeded"
        case .partialFailure: "reported by the function"
        case .failed(let why): why
        case .malformedAnswer(let why): why
        }
    }
}
