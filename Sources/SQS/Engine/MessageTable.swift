import CoreTypes

/// A place in the table of messages; used again once its message is gone.
typealias MessageSlot = UInt32

extension MessageSlot {
    static let none: MessageSlot = .max
}

/// One message as it lies in memory: about 170 bytes beside its body. Times are milliseconds since 1970.
struct MessageRecord: Sendable {
    enum State: UInt8, Sendable {
        /// Can be received; among the ready messages of a standard queue.
        case visible
        /// Never received, its delay is not over; in the timer wheel.
        case delayed
        /// Received, or hidden by a visibility change; in the timer wheel.
        case held
    }

    struct Links: Sendable {
        var next = MessageSlot.none
        var previous = MessageSlot.none
    }

    var serial: UInt64
    var messageID: RequestID
    var body: [UInt8]
    var bodyMD5: MD5.Digest
    var details: MessageDetails
    var sentAt: Int64
    var visibleAt: Int64
    /// 0 before the first receive.
    var firstReceivedAt: Int64 = 0
    var lastReceivedAt: Int64 = 0
    var receiveCount: UInt32 = 0
    var queue: UInt32
    /// Of a FIFO queue; on a standard queue the tenant of a visible message, else `UInt32.max`.
    var group = UInt32.max
    /// Among the ready messages or in a bucket of the timer wheel.
    var place = Links()
    /// Among the messages of its group, in the order of their sends.
    var order = Links()
    /// Among all messages of its queue, in the order of arrival.
    var arrival = Links()
    var bucket: UInt16 = 0
    var state = State.visible

    /// In a FIFO dead-letter queue a message's own id stands for the one that it was sent with, so that two with the same one don't
    /// hide each other (developer guide, "Configure a dead-letter queue redrive").
    var deduplicationID: String? {
        guard let sent = self.details.deduplicationID else { return nil }
        return self.details.deadLetterSourceARN == nil ? sent : self.messageID.description
    }
}

/// All messages of all queues: records in chunks that never move, so that growth copies nothing, found by serial.
struct MessageTable: Sendable {
    private static let chunkBits: UInt32 = 10
    private static let chunkSize = 1 << Int(chunkBits)
    /// The index is many small tables, so that none takes long to grow. Serials that follow each other lie in one, which stays in
    /// the processor's cache while they come and go.
    private static let shardCount: UInt64 = 256
    private static let serialsTogether: UInt64 = 1_024
    private static let vacantDetails = MessageDetails(senderID: "")

    private var chunks: [ContiguousArray<MessageRecord>] = []
    private var index = [[UInt64: MessageSlot]](repeating: [:], count: Int(shardCount))
    /// Linked through `place.next`.
    private var firstVacant = MessageSlot.none
    private(set) var count = 0

    subscript(slot: MessageSlot) -> MessageRecord {
        @inline(__always) _read {
            yield self.chunks[Int(slot >> Self.chunkBits)][Int(slot) & (Self.chunkSize - 1)]
        }
        @inline(__always) _modify {
            yield &self.chunks[Int(slot >> Self.chunkBits)][Int(slot) & (Self.chunkSize - 1)]
        }
    }

    private static func shard(of serial: UInt64) -> Int { Int(serial / self.serialsTogether % self.shardCount) }

    func slot(of serial: UInt64) -> MessageSlot? {
        self.index[Self.shard(of: serial)][serial]
    }

    mutating func insert(_ record: MessageRecord) -> MessageSlot {
        if self.firstVacant == .none { self.appendChunk() }
        let slot = self.firstVacant
        self.firstVacant = self[slot].place.next
        self[slot] = record
        self.index[Self.shard(of: record.serial)][record.serial] = slot
        self.count += 1
        return slot
    }

    mutating func remove(_ slot: MessageSlot) {
        let serial = self[slot].serial
        self.index[Self.shard(of: serial)][serial] = nil
        self[slot] = Self.vacant(next: self.firstVacant)
        self.firstVacant = slot
        self.count -= 1
    }

    /// Gives a message another serial, as a move to another queue does.
    mutating func rename(_ slot: MessageSlot, to serial: UInt64) {
        let old = self[slot].serial
        self.index[Self.shard(of: old)][old] = nil
        self.index[Self.shard(of: serial)][serial] = slot
        self[slot].serial = serial
    }

    private mutating func appendChunk() {
        let first = MessageSlot(self.chunks.count * Self.chunkSize)
        var chunk = ContiguousArray<MessageRecord>()
        chunk.reserveCapacity(Self.chunkSize)
        for offset in 0..<MessageSlot(Self.chunkSize) {
            chunk.append(Self.vacant(next: offset + 1 < MessageSlot(Self.chunkSize) ? first + offset + 1 : .none))
        }
        self.chunks.append(chunk)
        self.firstVacant = first
    }

    private static func vacant(next: MessageSlot) -> MessageRecord {
        var record = MessageRecord(
            serial: 0, messageID: RequestID(random: 0, 0), body: [], bodyMD5: MD5.Digest(high: 0, low: 0),
            details: self.vacantDetails, sentAt: 0, visibleAt: 0, queue: .max)
        record.place.next = next
        return record
    }
}

/// A doubly linked list through the records of a table: every operation costs O(1).
struct MessageList: Sendable {
    enum Chain: Sendable { case place, order, arrival }

    private(set) var first = MessageSlot.none
    private(set) var last = MessageSlot.none
    private(set) var count = 0

    var isEmpty: Bool { self.count == 0 }

    @inline(__always)
    private static func path(_ chain: Chain, _ record: inout MessageRecord, _ change: (inout MessageRecord.Links) -> Void) {
        switch chain {
        case .place: change(&record.place)
        case .order: change(&record.order)
        case .arrival: change(&record.arrival)
        }
    }

    @inline(__always)
    static func links(_ chain: Chain, _ record: MessageRecord) -> MessageRecord.Links {
        switch chain {
        case .place: record.place
        case .order: record.order
        case .arrival: record.arrival
        }
    }

    mutating func append(_ slot: MessageSlot, _ chain: Chain, in table: inout MessageTable) {
        let last = self.last
        Self.path(chain, &table[slot]) { $0 = MessageRecord.Links(next: .none, previous: last) }
        if last == .none { self.first = slot } else { Self.path(chain, &table[last]) { $0.next = slot } }
        self.last = slot
        self.count += 1
    }

    mutating func remove(_ slot: MessageSlot, _ chain: Chain, in table: inout MessageTable) {
        let links = Self.links(chain, table[slot])
        if links.previous == .none {
            self.first = links.next
        } else {
            Self.path(chain, &table[links.previous]) { $0.next = links.next }
        }
        if links.next == .none {
            self.last = links.previous
        } else {
            Self.path(chain, &table[links.next]) { $0.previous = links.previous }
        }
        self.count -= 1
    }
}
