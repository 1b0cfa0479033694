import CoreTypes
import LambdaCore

/// What a simulation of mappings asks of a queue.
protocol SimulatedQueue {
    init(isFIFO: Bool, visibilityTimeout: Duration, maximumReceiveCount: Int)
    var isFIFO: Bool { get }
    var isEmpty: Bool { get }
    var deadLetters: Set<String> { get }
    /// - Returns: the message's id.
    mutating func send(_ number: Int, body: String, group: String?, now: Timestamp) -> String
    mutating func receive(_ maximum: Int, now: Timestamp) -> [ReceivedMessage]
    mutating func delete(_ handles: [String], now: Timestamp)
    mutating func makeVisible(_ handles: [String], now: Timestamp)
    /// When the next message may become visible by itself.
    func nextChange(after now: Timestamp) -> Timestamp?
}

/// A queue as small and obvious as can be: a list of messages, looked through from the front. The yardstick for what pollers do
/// with a queue, not a queue to use.
struct SmallQueue: SimulatedQueue {
    struct Entry {
        let id: String
        let body: String
        let group: String?
        var visibleAt: Timestamp
        var receiveCount = 0
        var handle = ""
    }

    let isFIFO: Bool
    let visibilityTimeout: Duration
    let maximumReceiveCount: Int
    private var entries: [Entry] = []
    private(set) var deadLetters: Set<String> = []
    private var handles = 0

    init(isFIFO: Bool, visibilityTimeout: Duration, maximumReceiveCount: Int) {
        self.isFIFO = isFIFO
        self.visibilityTimeout = visibilityTimeout
        self.maximumReceiveCount = maximumReceiveCount
    }

    var isEmpty: Bool { self.entries.isEmpty }

    mutating func send(_ number: Int, body: String, group: String?, now: Timestamp) -> String {
        self.entries.append(Entry(id: "m\(number)", body: body, group: group, visibleAt: now))
        return "m\(number)"
    }

    /// A FIFO group with a hidden message gives nothing.
    mutating func receive(_ maximum: Int, now: Timestamp) -> [ReceivedMessage] {
        let lockedBefore = Set(self.entries.filter { $0.visibleAt > now }.compactMap(\.group))
        var messages: [ReceivedMessage] = []
        var gone: [String] = []
        for index in self.entries.indices where messages.count < maximum {
            let entry = self.entries[index]
            if entry.visibleAt > now || self.isFIFO && entry.group.map(lockedBefore.contains) ?? false { continue }
            if entry.receiveCount >= self.maximumReceiveCount {
                gone.append(entry.id)
                continue
            }
            self.handles += 1
            self.entries[index].receiveCount += 1
            self.entries[index].handle = "h\(self.handles)"
            self.entries[index].visibleAt = now + self.visibilityTimeout
            var message = ReceivedMessage(messageID: entry.id, receiptHandle: "h\(self.handles)", body: entry.body, md5OfBody: "")
            message.attributes["MessageGroupId"] = entry.group
            messages.append(message)
        }
        self.deadLetters.formUnion(gone)
        self.entries.removeAll { gone.contains($0.id) }
        return messages
    }

    /// Old handles delete nothing; on a FIFO queue neither do those whose time is over.
    mutating func delete(_ handles: [String], now: Timestamp) {
        self.entries.removeAll { handles.contains($0.handle) && (!self.isFIFO || $0.visibleAt > now) }
    }

    mutating func makeVisible(_ handles: [String], now: Timestamp) {
        for index in self.entries.indices where handles.contains(self.entries[index].handle) {
            self.entries[index].visibleAt = now
        }
    }

    func nextChange(after now: Timestamp) -> Timestamp? { self.entries.map(\.visibleAt).filter { $0 > now }.min() }
}
