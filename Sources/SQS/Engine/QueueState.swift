import CoreTypes

/// One queue in memory.
struct QueueState: Sendable {
    var stored: StoredQueue
    let arn: String
    /// Read from the policy once.
    var policy: PolicyDocument?
    /// The receive of messages takes from here: standard queues only.
    var ready = ReadyMessages()
    /// All messages, in the order of arrival.
    var arrivals = MessageList()
    /// Messages that arrived with a send time before that of one already here (moves keep it): `arrivals` is not in the order of
    /// send times for these.
    var lateArrivals = DeadlineHeap<MessageKey>()
    var latestSentAt = Int64.min
    var visibleCount = 0
    var heldCount = 0
    var delayedCount = 0
    var groups = GroupTable()
    var deduplication = DeduplicationMemory()
    var attempts: [String: ReceiveAttempt] = [:]
    var attemptTimes = Line<(id: String, expiresAt: Int64)>()
    var waiters = Line<WaiterID>()
    var waiterCount = 0
    var purgedAt: Int64?
    /// The retention timer that is set.
    var scheduledExpiry = Int64.max
    /// In the service's list of queues that may have something for a waiter.
    var isAwake = false

    init(_ stored: StoredQueue, account: String) {
        self.stored = stored
        self.arn = stored.name.arn(account: account).description
        self.readPolicy()
    }

    var attributes: QueueAttributes { self.stored.attributes }
    var isFIFO: Bool { self.stored.attributes.isFIFO }
    var retentionMilliseconds: Int64 { Int64(self.stored.attributes.messageRetentionPeriodSeconds) * 1_000 }
    var hasReadyMessages: Bool { self.isFIFO ? self.groups.hasReady : !self.ready.isEmpty }

    mutating func readPolicy() {
        // The text was checked when it was set; a journal holds no other.
        self.policy = self.stored.attributes.policy.flatMap { try? PolicyDocument(parsing: $0) }
    }
}

/// A message that may have gone since.
struct MessageKey: Sendable {
    let slot: MessageSlot
    let serial: UInt64
}

/// What a receive with an attempt id returned.
struct ReceiveAttempt: Sendable {
    var messages: [(serial: UInt64, receiveCount: UInt32)]
    var visibleAt: Int64
    let expiresAt: Int64
    static let lifetimeMilliseconds: Int64 = 300_000
}

/// The message groups of a FIFO queue.
///
/// ```
/// idle (nothing visible) ──► ready ──► locked ──► ready | idle
///                              received    last one deleted, or the first one visible again
/// ```
struct GroupTable: Sendable {
    struct Group: Sendable {
        let id: String
        var messages = MessageList()
        var visibleCount = 0
        var heldCount = 0
        var isLocked = false
        var isReady = false
        var next = UInt32.max
        var previous = UInt32.max
    }

    private var groups: [Group] = []
    private var vacant: [UInt32] = []
    private var index: [String: UInt32] = [:]
    private(set) var firstReady = UInt32.max
    private var lastReady = UInt32.max
    private(set) var readyCount = 0

    var hasReady: Bool { self.readyCount > 0 }

    subscript(group: UInt32) -> Group {
        _read { yield self.groups[Int(group)] }
        _modify { yield &self.groups[Int(group)] }
    }

    mutating func find(orAdd id: String) -> UInt32 {
        if let group = self.index[id] { return group }
        let group: UInt32
        if let vacant = self.vacant.popLast() {
            group = vacant
            self.groups[Int(group)] = Group(id: id)
        } else {
            group = UInt32(self.groups.count)
            self.groups.append(Group(id: id))
        }
        self.index[id] = group
        return group
    }

    /// After any change to a group: puts it behind the ready ones, takes it away, or forgets it when it is empty.
    mutating func settle(_ group: UInt32) {
        let state = self.groups[Int(group)]
        let isReady = !state.isLocked && state.visibleCount > 0
        if isReady != state.isReady {
            if isReady { self.link(group) } else { self.unlink(group) }
            self.groups[Int(group)].isReady = isReady
        }
        if state.messages.isEmpty {
            self.index[state.id] = nil
            self.vacant.append(group)
        }
    }

    /// Locks every group that has messages in flight.
    mutating func lockHeld() {
        for group in self.index.values where self.groups[Int(group)].heldCount > 0 {
            self.groups[Int(group)].isLocked = true
            self.settle(group)
        }
    }

    private mutating func link(_ group: UInt32) {
        self.groups[Int(group)].previous = self.lastReady
        self.groups[Int(group)].next = .max
        if self.lastReady == .max { self.firstReady = group } else { self.groups[Int(self.lastReady)].next = group }
        self.lastReady = group
        self.readyCount += 1
    }

    private mutating func unlink(_ group: UInt32) {
        let (next, previous) = (self.groups[Int(group)].next, self.groups[Int(group)].previous)
        if previous == .max { self.firstReady = next } else { self.groups[Int(previous)].next = next }
        if next == .max { self.lastReady = previous } else { self.groups[Int(next)].previous = previous }
        self.readyCount -= 1
    }
}

/// What a FIFO queue remembers of the last five minutes, so that a message is not stored twice.
struct DeduplicationMemory: Sendable {
    struct Key: Hashable, Sendable {
        /// `nil` where the scope is the whole queue.
        let groupID: String?
        let deduplicationID: String
    }

    static let windowMilliseconds: Int64 = 300_000

    /// Many small tables, so that none takes long to grow.
    private static let shardCount = 64
    private var shards: [[Key: DeduplicationRecord]] = []
    private var ages = Line<(key: Key, expiresAt: Timestamp)>()

    mutating func find(_ key: Key, now: Timestamp) -> DeduplicationRecord? {
        while let oldest = self.ages.first, oldest.expiresAt <= now {
            let shard = Self.shard(of: oldest.key)
            if let record = self.shards[shard][oldest.key], record.expiresAt <= now { self.shards[shard][oldest.key] = nil }
            self.ages.removeFirst()
        }
        guard !self.shards.isEmpty, let record = self.shards[Self.shard(of: key)][key], record.expiresAt > now else { return nil }
        return record
    }

    mutating func remember(_ record: DeduplicationRecord) {
        let key = Key(groupID: record.groupID, deduplicationID: record.deduplicationID)
        if self.shards.isEmpty { self.shards = Array(repeating: [:], count: Self.shardCount) }
        self.shards[Self.shard(of: key)][key] = record
        self.ages.append((key, record.expiresAt))
    }

    func forEach(_ body: (DeduplicationRecord) throws -> Void) rethrows {
        for shard in self.shards { for record in shard.values { try body(record) } }
    }

    /// By the last characters: counters and digests differ there.
    private static func shard(of key: Key) -> Int {
        key.deduplicationID.utf8.suffix(4).reduce(0) { ($0 &* 31 &+ Int($1)) } & (self.shardCount - 1)
    }
}
