/// When each hidden message becomes visible: a hierarchical timing wheel (Varghese and Lauck 1987) of milliseconds, whose buckets
/// are lists through the records. Setting and clearing a timer costs O(1) whatever the number of timers; a timer moves down at
/// most once a level before it fires.
struct TimerWheel: Sendable {
    private static let bits = 6
    private static let width = 64
    /// 48 bits of milliseconds: 8,900 years.
    private static let levelCount = 8

    private var buckets = [MessageList](repeating: MessageList(), count: levelCount * width)
    /// A bit for each bucket of a level that holds something.
    private var occupied = [UInt64](repeating: 0, count: levelCount)
    /// All up to this time has fired.
    private var elapsed: UInt64 = 0

    /// The start of the next bucket that holds something: at or before the next timer.
    var nextDeadline: Int64? {
        self.nextBucket.map { Int64($0.start) }
    }

    /// Sets the timer of a message to its `visibleAt`.
    /// - Returns: false when that is not later than the time reached: nothing is set.
    mutating func set(_ slot: MessageSlot, in table: inout MessageTable) -> Bool {
        let time = UInt64(max(table[slot].visibleAt, 0))
        guard time > self.elapsed else { return false }
        let level = (63 - ((time ^ self.elapsed) | UInt64(Self.width - 1)).leadingZeroBitCount) / Self.bits
        precondition(level < Self.levelCount, "no time-out reaches beyond the wheel")
        let place = Int(time >> UInt64(level * Self.bits)) & (Self.width - 1)
        let bucket = level * Self.width + place
        table[slot].bucket = UInt16(bucket)
        self.buckets[bucket].append(slot, .place, in: &table)
        self.occupied[level] |= 1 << UInt64(place)
        return true
    }

    mutating func clear(_ slot: MessageSlot, in table: inout MessageTable) {
        let bucket = Int(table[slot].bucket)
        self.buckets[bucket].remove(slot, .place, in: &table)
        if self.buckets[bucket].isEmpty { self.occupied[bucket / Self.width] &= ~(1 << UInt64(bucket % Self.width)) }
    }

    /// Takes the next message whose time has come, the earliest first; `nil` when there is none, and then the time is reached.
    mutating func popDue(at now: Int64, in table: inout MessageTable) -> MessageSlot? {
        let now = UInt64(max(now, 0))
        while let next = self.nextBucket, next.start <= now {
            self.elapsed = max(self.elapsed, next.start)
            let slot = self.buckets[next.index].first
            self.clear(slot, in: &table)
            if !self.set(slot, in: &table) { return slot }
        }
        self.elapsed = max(self.elapsed, now)
        return nil
    }

    /// The earliest bucket. Where a lower level begins at the same time, the higher one goes first: it may hold what
    /// comes before.
    private var nextBucket: (index: Int, start: UInt64)? {
        var next: (index: Int, start: UInt64)?
        for level in 0..<Self.levelCount where self.occupied[level] != 0 {
            let shift = UInt64(level * Self.bits)
            let current = (self.elapsed >> shift) & UInt64(Self.width - 1)
            let place = (self.occupied[level] >> current).trailingZeroBitCount + Int(current)
            precondition(place < Self.width, "no timer lies behind the time reached")
            let base = (self.elapsed >> (shift + UInt64(Self.bits))) << (shift + UInt64(Self.bits))
            let start = base | UInt64(place) << shift
            if start <= next?.start ?? .max { next = (level * Self.width + place, start) }
        }
        return next
    }
}
