import CoreTypes
import SQS

/// Queues as plainly as they can be said: arrays that are searched, and every rule where it is asked.
struct QueueModel {
    struct Message {
        var serial: MessageSerial
        let id: RequestID
        let body: [UInt8]
        let group: String?
        var sentAt: Timestamp
        var visibleAt: Timestamp
        var receiveCount = 0
        var isHeld = false
        /// The handle of the last receive from the queue in which it is.
        var handle: String?
        var hasSource = false
    }

    struct Waiter {
        let id: WaiterID
        let request: ReceiveMessageRequest
        var deadline: Timestamp
    }

    struct Queue {
        var visibilityTimeout = 30
        var delay = 0
        var retention = 345_600
        var maximumReceives: Int?
        var scopeIsGroup = false
        /// In the order of arrival.
        var messages: [Message] = []
        var lockedGroups: Set<String> = []
        var firsts: [String: (id: RequestID, until: Timestamp)] = [:]
    }

    let isFIFO: Bool
    let inFlightLimit: Int
    var queues: [String: Queue] = [:]
    var names: [QueueID: String] = [:]
    var waiters: [String: [Waiter]] = [:]
    /// All handles ever given, and the message and receive that each stands for.
    private(set) var handles: [(queue: String, handle: String)] = []
    private var owners: [String: (id: RequestID, receiveCount: Int)] = [:]
    private var pending: [RequestID: StoredMessage] = [:]

    var deletions: [String: Timestamp] = [:]

    init(isFIFO: Bool, inFlightLimit: Int) {
        self.isFIFO = isFIFO
        self.inFlightLimit = inFlightLimit
    }

    // MARK: - What happened

    /// - Returns: how many messages were too old.
    mutating func passTime(to now: Timestamp) -> Int {
        var expired = 0
        for name in self.queues.keys {
            let retention = Duration.seconds(self.queues[name]!.retention)
            let before = self.queues[name]!.messages.count
            self.queues[name]!.messages.removeAll { now - $0.sentAt >= retention }
            expired += before - self.queues[name]!.messages.count
            for index in self.queues[name]!.messages.indices where self.queues[name]!.messages[index].isHeld {
                guard self.queues[name]!.messages[index].visibleAt <= now else { continue }
                self.queues[name]!.messages[index].isHeld = false
                if let group = self.queues[name]!.messages[index].group { self.queues[name]!.lockedGroups.remove(group) }
            }
            self.openGroups(of: name)
        }
        return expired
    }

    /// A group that holds no message in flight is open.
    private mutating func openGroups(of name: String) {
        let held = Set(self.queues[name]!.messages.filter(\.isHeld).compactMap(\.group))
        self.queues[name]!.lockedGroups.formIntersection(held)
    }

    mutating func added(_ message: StoredMessage) {
        let name = self.names[message.queue]!
        self.queues[name]!.messages.append(
            Message(
                serial: message.serial, id: message.messageID, body: message.body, group: message.details.groupID,
                sentAt: message.sentAt, visibleAt: message.visibleAt))
        self.pending[message.messageID] = message
    }

    mutating func sent(
        _ message: OutgoingMessage, to name: String, _ response: SendMessageResponse, now: Timestamp
    ) -> (isDuplicate: Bool, faults: [String]) {
        var faults: [String] = []
        let stored = self.pending.removeValue(forKey: response.messageID)
        if self.isFIFO {
            let id = message.deduplicationID ?? String(decoding: message.body!, as: UTF8.self)
            let key = self.queues[name]!.scopeIsGroup ? "\(message.groupID!) \(id)" : id
            if let first = self.queues[name]!.firsts[key], first.until > now {
                if first.id != response.messageID || stored != nil { faults.append("a duplicate was stored") }
                return (true, faults)
            }
            self.queues[name]!.firsts[key] = (response.messageID, now + .seconds(300))
        }
        guard let stored else { return (false, faults + ["an answered send stored nothing"]) }
        let delay = self.isFIFO ? self.queues[name]!.delay : message.delaySeconds ?? self.queues[name]!.delay
        if stored.body != message.body || stored.visibleAt != Timestamp(milliseconds: now.milliseconds) + .seconds(delay) {
            faults.append("a message was stored with another body or delay")
        }
        return (false, faults)
    }

    mutating func moved(_ serial: MessageSerial, _ move: MessageMove, now: Timestamp) -> [String] {
        guard let (name, index) = self.place(of: serial) else { return ["a message that is gone was moved"] }
        var message = self.queues[name]!.messages.remove(at: index)
        guard let maximum = self.queues[name]!.maximumReceives, message.receiveCount >= maximum else {
            return ["a message was moved after \(message.receiveCount) receives"]
        }
        if message.isHeld || message.visibleAt > now { return ["a hidden message was moved"] }
        message.serial = move.serial
        message.handle = nil
        message.hasSource = true
        if self.isFIFO { message.sentAt = Timestamp(milliseconds: now.milliseconds) }
        message.visibleAt = now
        self.queues[self.names[move.queue]!]!.messages.append(message)
        return []
    }

    /// A move task deletes the old message right before it adds the new one.
    mutating func removedByMoveTask(_ serial: MessageSerial, _ changes: [Change], now: Timestamp) -> Bool {
        guard let index = changes.firstIndex(of: .messageDeleted(serial)), let (name, place) = self.place(of: serial) else {
            return false
        }
        let next = changes[(index + 1)...].first { if case .serialsReserved = $0 { false } else { true } }
        guard case .messageAdded(let message)? = next, message.body == self.queues[name]!.messages[place].body,
            name.hasPrefix("dead"), !self.queues[name]!.messages[place].isHeld
        else { return false }
        self.queues[name]!.messages.remove(at: place)
        return true
    }

    mutating func purged(_ name: String) {
        self.queues[name]!.messages = []
        self.queues[name]!.firsts = [:]
        self.queues[name]!.lockedGroups = []
    }

    // MARK: - Receives

    /// - Parameter isWhole: the receive could have had all that there is; a waiter has its share.
    mutating func received(
        _ messages: [ReceivedMessage], from name: String, _ request: ReceiveMessageRequest, isWhole: Bool, now: Timestamp
    ) -> [String] {
        var faults: [String] = []
        let runs = self.isFIFO ? self.runs(of: name, now: now) : [:]
        let room = min(request.maximumMessages ?? 1, self.room(in: name))
        if messages.count > room { faults.append("\(name) gave \(messages.count) messages with room for \(room)") }
        let timeout = request.visibilityTimeoutSeconds ?? self.queues[name]!.visibilityTimeout
        var taken: [String: [RequestID]] = [:]
        for message in messages {
            guard let index = self.queues[name]!.messages.firstIndex(where: { $0.id == message.messageID }) else {
                faults.append("\(name) gave a message that it doesn't hold")
                continue
            }
            var known = self.queues[name]!.messages[index]
            if known.isHeld || known.visibleAt > now { faults.append("\(name) gave a message that is hidden") }
            if known.body != message.body { faults.append("\(name) gave another body") }
            known.receiveCount += 1
            // A dead-letter queue that was deleted takes nothing.
            let hasTarget = self.queues.keys.contains { $0.hasPrefix("dead") }
            if let maximum = self.queues[name]!.maximumReceives, hasTarget, known.receiveCount > maximum {
                faults.append("\(name) gave a message for the \(known.receiveCount)th time")
            }
            let count = message.systemAttributes.first { $0.name == .receiveCount }?.value
            if count != String(known.receiveCount) {
                faults.append("\(name) counts \(count ?? "nothing"), the model \(known.receiveCount)")
            }
            known.isHeld = timeout > 0
            known.visibleAt = Timestamp(milliseconds: now.milliseconds) + .seconds(timeout)
            known.handle = message.receiptHandle
            self.queues[name]!.messages[index] = known
            self.handles.append((name, message.receiptHandle))
            if self.handles.count > 60 { self.handles.removeFirst() }
            self.owners[message.receiptHandle] = (known.id, known.receiveCount)
            if self.isFIFO, let group = known.group {
                taken[group, default: []].append(known.id)
                if timeout > 0 { self.queues[name]!.lockedGroups.insert(group) }
            }
        }
        for (group, ids) in taken where Array(runs[group, default: []].prefix(ids.count)) != ids {
            faults.append("\(name) gave messages of \(group) out of order, or of a locked group")
        }
        if isWhole, messages.count < room {
            let left =
                self.isFIFO
                ? runs.values.reduce(0) { $0 + $1.count } - messages.count
                : self.visible(in: name, now: now).count - (timeout == 0 ? messages.count : 0)
            if left > 0 { faults.append("\(name) gave \(messages.count) messages with \(left) more to give") }
        }
        return faults
    }

    /// What each open group would give, in order: from its first visible message up to one that is hidden.
    private func runs(of name: String, now: Timestamp) -> [String: [RequestID]] {
        var runs: [String: [RequestID]] = [:]
        for (group, messages) in Dictionary(grouping: self.queues[name]!.messages, by: { $0.group! })
        where !self.queues[name]!.lockedGroups.contains(group) {
            let ordered = messages.sorted { $0.serial < $1.serial }.drop { $0.isHeld || $0.visibleAt > now }
            runs[group] = ordered.prefix { !$0.isHeld && $0.visibleAt <= now }.map(\.id)
        }
        return runs.filter { !$0.value.isEmpty }
    }

    private func visible(in name: String, now: Timestamp) -> [Message] {
        self.queues[name]!.messages.filter { !$0.isHeld && $0.visibleAt <= now }
    }

    /// How many messages more may be in flight.
    func room(in name: String) -> Int {
        max(0, self.inFlightLimit - self.queues[name]!.messages.count(where: \.isHeld))
    }

    /// Tenants take turns: none got two messages more than one that has some left. A message without a group is a tenant of its own.
    func turns(of messages: [ReceivedMessage], in name: String, now: Timestamp) -> [String] {
        let ids = Set(messages.map(\.messageID))
        let visible = self.visible(in: name, now: now)
        var taken: [String: Int] = [:]
        for case let group? in visible.filter({ ids.contains($0.id) }).map(\.group) { taken[group, default: 0] += 1 }
        guard let most = taken.values.max(), most > 1 else { return [] }
        for left in visible where !ids.contains(left.id) {
            let had = left.group.map { taken[$0, default: 0] } ?? 0
            if had < most - 1 { return ["\(name) gave \(most) messages of a tenant, and \(had) of one that waits"] }
        }
        return []
    }

    func hasDeliverable(in name: String, now: Timestamp) -> Bool {
        self.isFIFO ? !self.runs(of: name, now: now).isEmpty : !self.visible(in: name, now: now).isEmpty
    }

    /// All of these are held under these very handles: an attempt made again.
    func isRepeat(_ messages: [ReceivedMessage], in name: String, now: Timestamp) -> Bool {
        !messages.isEmpty
            && messages.allSatisfy { message in
                self.queues[name]!.messages.contains {
                    $0.id == message.messageID && $0.isHeld && $0.handle == message.receiptHandle
                }
            }
    }

    mutating func extended(_ messages: [ReceivedMessage], _ request: ReceiveMessageRequest, now: Timestamp) {
        let timeout = request.visibilityTimeoutSeconds ?? self.queues[request.queueURL]!.visibilityTimeout
        for message in messages {
            self.changed(message.receiptHandle, to: now + .seconds(timeout), in: request.queueURL, now: now)
        }
    }

    // MARK: - Handles

    mutating func forgetHandles(of name: String) { self.handles.removeAll { $0.queue == name } }

    func message(of handle: String, in name: String) -> Message? {
        guard let owner = self.owners[handle] else { return nil }
        return self.queues[name]!.messages.first { $0.id == owner.id }
    }

    mutating func deleted(_ handle: String, in name: String, now: Timestamp) -> [String] {
        guard let message = self.message(of: handle, in: name) else { return [] }
        guard message.handle == handle else {
            return self.isFIFO ? ["an older handle deleted from a FIFO queue"] : []
        }
        if self.isFIFO, !message.isHeld { return ["a handle deleted after its time from a FIFO queue"] }
        self.queues[name]!.messages.removeAll { $0.id == message.id }
        self.openGroups(of: name)
        return []
    }

    func deleteRefused(_ handle: String, in name: String, _ error: SQSError) -> [String] {
        guard self.isFIFO else { return ["delete: \(error.message)"] }
        guard let message = self.message(of: handle, in: name), message.handle == handle, message.isHeld else { return [] }
        return ["a delete in time was refused: \(error.message)"]
    }

    mutating func changed(_ handle: String, to time: Timestamp, in name: String, now: Timestamp) {
        guard let message = self.message(of: handle, in: name),
            let index = self.queues[name]!.messages.firstIndex(where: { $0.id == message.id })
        else { return }
        let isHeld = time > now
        if let group = message.group {
            if isHeld {
                self.queues[name]!.lockedGroups.insert(group)
            } else if message.isHeld {
                self.queues[name]!.lockedGroups.remove(group)
            }
        }
        self.queues[name]!.messages[index].isHeld = isHeld
        self.queues[name]!.messages[index].visibleAt = Timestamp(milliseconds: time.milliseconds)
    }

    /// Connections are gone, and a group with a message in flight is closed.
    mutating func restarted() {
        self.waiters = [:]
        for name in self.queues.keys {
            self.queues[name]!.lockedGroups = Set(self.queues[name]!.messages.filter(\.isHeld).compactMap(\.group))
        }
    }

    // MARK: - Waiters and counts

    mutating func park(_ id: WaiterID, _ name: String, _ request: ReceiveMessageRequest, deadline: Timestamp) {
        self.waiters[name, default: []].append(Waiter(id: id, request: request, deadline: deadline))
    }

    mutating func takeWaiter(_ id: WaiterID) -> (queue: String, place: Int, waiter: Waiter)? {
        for (name, waiters) in self.waiters {
            guard let place = waiters.firstIndex(where: { $0.id == id }) else { continue }
            self.waiters[name]!.remove(at: place)
            return (name, place, waiters[place])
        }
        return nil
    }

    func counts(of name: String, now: Timestamp) -> (Int, Int, Int) {
        let messages = self.queues[name]!.messages
        let held = messages.filter(\.isHeld).count
        let visible = self.visible(in: name, now: now).count
        return (visible, held, messages.count - held - visible)
    }

    private func place(of serial: MessageSerial) -> (String, Int)? {
        for (name, queue) in self.queues {
            if let index = queue.messages.firstIndex(where: { $0.serial == serial }) { return (name, index) }
        }
        return nil
    }
}
