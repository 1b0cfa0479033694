import CoreTypes
import Foundation
import SQS
import Storage
import Testing

/// The tables against the engine: whatever is done to queues, what the journal gives back after a new start is what the engine
/// holds. The engine's own list of live changes is tested in SQSTests; here it is the expected value.
struct JournalProperties {
    @Test(arguments: [UInt64](1...12))
    func tablesHoldWhatTheQueuesHold(seed: UInt64) throws {
        let folder = try TemporaryFolder()
        var random = SeededGenerator(seed: seed)
        var driver = QueueDriver(random: &random)
        for _ in 0..<4 {
            let journal = try QueueJournal(path: folder.path("queues.sqlite"), durability: .process)
            journal.start()
            for _ in 0..<60 {
                driver.step(&random)
                try driver.commit(to: journal)
            }
            journal.close()
            let expected = driver.live
            let stored = try Self.stored(folder.path("queues.sqlite"))
            #expect(stored.messages == expected.messages, "seed \(seed)")
            #expect(stored.queues == expected.queues, "seed \(seed)")
            #expect(stored.tasks == expected.tasks, "seed \(seed)")
            #expect(stored.reserved == expected.reserved, "seed \(seed)")
            // Either side may keep records that are over.
            let now = driver.now
            #expect(
                stored.deduplication.filter { $0.expiresAt > now } == expected.deduplication.filter { $0.expiresAt > now },
                "seed \(seed)")
        }
    }

    static func stored(_ path: String) throws -> LiveState {
        let journal = try QueueJournal(path: path, durability: .process)
        let state = try journal.replay { changes in changes.reduce(into: LiveState()) { $0.add($1) } }
        journal.start()
        journal.close()
        return state
    }
}

/// Live changes without their order.
struct LiveState: Equatable {
    var queues: Set<StoredQueue> = []
    var messages: Set<StoredMessage> = []
    var deduplication: Set<DeduplicationRecord> = []
    var tasks: Set<MessageMoveTask> = []
    var reserved: UInt64 = 0

    mutating func add(_ change: Change) {
        switch change {
        case .queueSaved(let queue): self.queues.insert(queue)
        case .messageAdded(let message): self.messages.insert(message)
        case .deduplicationSaved(let record): self.deduplication.insert(record)
        case .moveTaskSaved(let task): self.tasks.insert(task)
        case .serialsReserved(let serial): self.reserved = serial
        case .queueDeleted, .queuePurged, .messageReceived, .visibilityChanged, .messageMoved, .messageDeleted,
            .moveTaskForgotten:
            break
        }
    }
}

/// Does what comes to its mind to four queues: two standard, one of them the other's dead-letter queue, and two FIFO.
struct QueueDriver {
    private var service: QueueService
    private var effects = Effects()
    private(set) var now = Timestamp(seconds: 1_800_000_000)
    private var handles: [(queue: String, handle: String)] = []
    private static let names = ["work", "dead", "line.fifo", "lost.fifo"]
    private static let caller = Caller(
        region: "us-east-1", principal: .root(of: "000000000000"), senderID: "000000000000", source: "test")

    init(random: inout SeededGenerator) {
        self.service = QueueService(settings: QueueSettings(limits: .relaxed), seed: (random.next(), random.next()))
        for name in Self.names.reversed() { self.create(name) }
    }

    var live: LiveState {
        var state = LiveState()
        self.service.forEachLiveChange { state.add($0) }
        return state
    }

    mutating func commit(to journal: QueueJournal) throws {
        guard !self.effects.changes.isEmpty else { return }
        let answered = DispatchSemaphore(value: 0)
        journal.append(self.effects.changes) { failure in
            if let failure { Issue.record(failure) }
            answered.signal()
        }
        answered.wait()
        self.effects.removeAll()
    }

    private mutating func create(_ name: String) {
        var attributes: [String: String] = [:]
        if name.hasSuffix(".fifo") { attributes = ["FifoQueue": "true", "ContentBasedDeduplication": "true"] }
        if name == "work" || name == "line.fifo" {
            let target = name == "work" ? "dead" : "lost.fifo"
            attributes["RedrivePolicy"] =
                #"{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:\#(target)","maxReceiveCount":2}"#
        }
        self.attempt { (service, now, effects) throws(SQSError) in
            _ = try service.createQueue(
                CreateQueueRequest(queueName: name, attributes: attributes, tags: ["t": name]), from: Self.caller, now: now,
                into: &effects)
        }
    }

    /// Refusals are part of the game.
    private mutating func attempt(_ body: (inout QueueService, Timestamp, inout Effects) throws(SQSError) -> Void) {
        do throws(SQSError) {
            try body(&self.service, self.now, &self.effects)
        } catch {
            // What was refused has changed nothing, which the comparison shows.
        }
    }

    mutating func step(_ random: inout SeededGenerator) {
        self.now = self.now + .milliseconds(Int64.random(in: 0...2_000, using: &random))
        let name = Self.names.randomElement(using: &random)!
        let choice = Int.random(in: 0..<100, using: &random)
        switch choice {
        case ..<40: self.send(name, &random)
        case ..<65: self.receive(name, &random)
        case ..<80: self.finish(&random)
        case ..<85: self.now = self.now + .seconds(Int64.random(in: 0...400, using: &random))
        case ..<88:
            self.attempt { (service, now, effects) throws(SQSError) in
                try service.purgeQueue(QueueRequest(queueURL: name), from: Self.caller, now: now, into: &effects)
            }
        case ..<90:
            self.attempt { (service, now, effects) throws(SQSError) in
                try service.deleteQueue(QueueRequest(queueURL: name), from: Self.caller, now: now, into: &effects)
            }
        case ..<94: self.create(name)
        case ..<97:
            let source = name.hasSuffix(".fifo") ? "lost.fifo" : "dead"
            self.attempt { (service, now, effects) throws(SQSError) in
                _ = try service.startMessageMoveTask(
                    StartMessageMoveTaskRequest(sourceARN: "arn:aws:sqs:us-east-1:000000000000:\(source)"), from: Self.caller,
                    now: now, into: &effects)
            }
        default: self.service.timePassed(now: self.now, into: &self.effects)
        }
    }

    private mutating func send(_ name: String, _ random: inout SeededGenerator) {
        var message = OutgoingMessage(
            body: [UInt8]("주문 \(random.next() % 50)".utf8)
                + [UInt8](repeating: 0x78, count: Int.random(in: 0...3_000, using: &random)))
        if name.hasSuffix(".fifo") {
            message.groupID = ["a", "b"].randomElement(using: &random)
        } else if Bool.random(using: &random) {
            message.delaySeconds = Int.random(in: 0...5, using: &random)
        }
        if Bool.random(using: &random) {
            message.attributes = [
                MessageAttribute(name: "n", dataType: "Number", value: .string("1")),
                MessageAttribute(name: "b", dataType: "Binary.x", value: .binary([0, 255])),
            ]
        }
        self.attempt { (service, now, effects) throws(SQSError) in
            _ = try service.sendMessage(
                SendMessageRequest(queueURL: name, message: message), from: Self.caller, now: now, into: &effects)
        }
    }

    private mutating func receive(_ name: String, _ random: inout SeededGenerator) {
        let request = ReceiveMessageRequest(
            queueURL: name, maximumMessages: Int.random(in: 1...10, using: &random),
            visibilityTimeoutSeconds: Int.random(in: 0...20, using: &random))
        var received: [ReceivedMessage] = []
        self.attempt { (service, now, effects) throws(SQSError) in
            if case .messages(let messages) = try service.receiveMessage(request, from: Self.caller, now: now, into: &effects) {
                received = messages
            }
        }
        self.handles += received.map { (name, $0.receiptHandle) }
    }

    private mutating func finish(_ random: inout SeededGenerator) {
        guard let index = self.handles.indices.randomElement(using: &random) else { return }
        let (queue, handle) = self.handles.remove(at: index)
        let deletes = Bool.random(using: &random)
        let seconds = Int.random(in: 0...30, using: &random)
        self.attempt { (service, now, effects) throws(SQSError) in
            if deletes {
                try service.deleteMessage(
                    DeleteMessageRequest(queueURL: queue, receiptHandle: handle), from: Self.caller, now: now, into: &effects)
            } else {
                try service.changeMessageVisibility(
                    ChangeMessageVisibilityRequest(
                        queueURL: queue, change: VisibilityChange(receiptHandle: handle, visibilityTimeoutSeconds: seconds)),
                    from: Self.caller, now: now, into: &effects)
            }
        }
    }
}
