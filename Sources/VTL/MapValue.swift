/// A map that templates share by reference, with one of the iteration orders of Java's maps.
public final class MapValue {
    /// The order in which keys, values and entries are visited and rendered.
    public enum Order: Sendable {
        /// `java.util.LinkedHashMap`: as first inserted.
        case insertion
        /// `java.util.HashMap`: by bucket of a table that starts with 16 and doubles when three quarters full; within a bucket as
        /// inserted. API Gateway's `$context` is one, and its order can be seen.
        case hash
    }

    private struct Slot {
        /// A hash of the key, so that most others are told apart by a number; 0 for a removed entry.
        var stamp: UInt32
        var key: Value
        var value: Value
    }

    public let order: Order
    /// In order of insertion; a removed entry leaves a hole until the next compaction.
    private var slots: [Slot] = []
    /// From a key to its place in `slots`. Empty while the map is small enough to be searched.
    private var places: [MapKey: Int] = [:]
    public private(set) var count = 0
    /// The size of the table that Java would have by now; it never shrinks.
    private var tableSize = 16
    /// Counts the additions and removals, so that a loop over the map can refuse to go on after one.
    private(set) var revision: UInt32 = 0

    /// Up to here a search from the start is faster than hashing.
    private static let searchedCount = 8

    public init(order: Order = .insertion) {
        self.order = order
    }

    /// Takes entries in their order and trusts that no key stands twice, as a parser that has looked can say.
    public init(distinct entries: [(name: String, value: Value)]) {
        self.order = .insertion
        self.slots.reserveCapacity(entries.count)
        for entry in entries {
            self.slots.append(Slot(stamp: entry.name.stamp, key: .string(entry.name), value: entry.value))
        }
        self.count = entries.count
        if self.slots.count > Self.searchedCount { self.compact() }
    }

    /// The value of a text key: nil where there is none; assigning nil removes the entry.
    public subscript(key: String) -> Value? {
        get { self.value(of: key, stamp: key.stamp) }
        set { if let newValue { self.put(.string(key), newValue) } else { self.remove(.string(key)) } }
    }

    /// The value of a text key whose stamp is known, null where there is none; looks first where the name was found in another
    /// map, and says where it is in this one.
    @inline(__always)
    func value(of key: String, stamp: UInt32, expectedAt expected: inout Int) -> Value {
        if expected < self.slots.count, self.slots[expected].stamp == stamp, case .string(let text) = self.slots[expected].key,
            text.hasSameCodeUnits(as: key)
        {
            return self.slots[expected].value
        }
        let place = self.place(of: key, stamp: stamp)
        guard place >= 0 else { return .null }
        expected = place
        return self.slots[place].value
    }

    /// The value of a text key whose stamp is known.
    private func value(of key: String, stamp: UInt32) -> Value? {
        let place = self.place(of: key, stamp: stamp)
        return place >= 0 ? self.slots[place].value : nil
    }

    /// The value of any key; keys are equal as Java's `equals` says: by class, then by content.
    public func get(_ key: Value) -> Value? {
        let place = self.place(of: key)
        return place >= 0 ? self.slots[place].value : nil
    }

    /// Sets the value of a key and answers the old one. A key keeps the place in which it was first inserted.
    @discardableResult
    public func put(_ key: Value, _ value: Value) -> Value? {
        let place = self.place(of: key)
        if place >= 0 {
            let old = self.slots[place].value
            self.change { slots in slots[place].value = value }
            return old
        }
        let slot = Slot(stamp: key.stamp, key: key, value: value)
        self.change { slots in slots.append(slot) }
        self.count += 1
        self.revision &+= 1
        if !self.places.isEmpty {
            self.places[MapKey(key)] = self.slots.count - 1
        } else if self.slots.count > Self.searchedCount {
            self.compact()
        }
        while self.count > self.tableSize / 4 * 3 { self.tableSize *= 2 }
        return nil
    }

    /// Removes a key and answers its value.
    @discardableResult
    public func remove(_ key: Value) -> Value? {
        let place = self.place(of: key)
        guard place >= 0 else { return nil }
        let old = self.slots[place].value
        self.change { slots in slots[place] = Slot(stamp: 0, key: .null, value: .null) }
        self.count -= 1
        self.revision &+= 1
        if !self.places.isEmpty { self.places[MapKey(key)] = nil }
        if self.count == 0 || self.slots.count > Self.searchedCount && self.count < self.slots.count / 2 { self.compact() }
        return old
    }

    public func removeAll() {
        self.slots = []
        self.places = [:]
        self.count = 0
        self.revision &+= 1
    }

    /// The entries in the map's order.
    public var entries: [(key: Value, value: Value)] {
        switch self.order {
        case .insertion: self.slots.compactMap { $0.stamp == 0 ? nil : ($0.key, $0.value) }
        case .hash: self.entriesByBucket
        }
    }

    public var keys: [Value] { self.entries.map(\.key) }
    public var values: [Value] { self.entries.map(\.value) }

    /// Java appends to a bucket's end, and halving a bucket on growth keeps the order within, so the bucket of the present table
    /// and the order of insertion say it all.
    private var entriesByBucket: [(key: Value, value: Value)] {
        let mask = UInt32(self.tableSize - 1)
        let places = self.slots.indices.filter { self.slots[$0].stamp != 0 }.map { place -> (bucket: UInt32, place: Int) in
            let hash = UInt32(bitPattern: self.slots[place].key.javaHashCode)
            return ((hash ^ (hash >> 16)) & mask, place)
        }
        return places.sorted { $0 < $1 }.map { (self.slots[$0.place].key, self.slots[$0.place].value) }
    }

    /// -1 where there is no such key.
    private func place(of key: String, stamp: UInt32) -> Int {
        guard self.places.isEmpty else { return self.places[MapKey(.string(key))] ?? -1 }
        for place in 0..<self.slots.count where self.slots[place].stamp == stamp {
            if case .string(let text) = self.slots[place].key, text.hasSameCodeUnits(as: key) { return place }
        }
        return -1
    }

    private func place(of key: Value) -> Int {
        if case .string(let text) = key { return self.place(of: text, stamp: text.stamp) }
        guard self.places.isEmpty else { return self.places[MapKey(key)] ?? -1 }
        let stamp = key.stamp
        for place in 0..<self.slots.count where self.slots[place].stamp == stamp {
            if self.slots[place].key.isEqual(to: key) { return place }
        }
        return -1
    }

    /// Changes the slots outside of the object: an access that lasts would make every other one look at run time whether it does.
    @inline(__always)
    private func change(_ body: (inout [Slot]) -> Void) {
        var slots = self.slots
        self.slots = []
        body(&slots)
        self.slots = slots
    }

    private func compact() {
        self.change { slots in slots.removeAll { $0.stamp == 0 } }
        self.places = [:]
        guard self.slots.count > Self.searchedCount else { return }
        for place in self.slots.indices { self.places[MapKey(self.slots[place].key)] = place }
    }
}

extension Value {
    fileprivate var stamp: UInt32 {
        if case .string(let text) = self { return text.stamp }
        return UInt32(bitPattern: self.javaHashCode) | 1
    }
}

/// A key as Java compares it: by class and content, text by its code units.
struct MapKey: Hashable {
    let value: Value

    init(_ value: Value) {
        self.value = value
    }

    static func == (left: MapKey, right: MapKey) -> Bool { left.value.isEqual(to: right.value) }

    /// Text is hashed with Swift's seeded hasher, as a request can choose its keys so that Java's hash is the same for all.
    func hash(into hasher: inout Hasher) {
        if case .string(var text) = self.value {
            text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        } else {
            hasher.combine(self.value.javaHashCode)
        }
    }
}

extension String {
    /// A number that equal texts share, and few others: FNV-1a over the bytes; never 0.
    var stamp: UInt32 {
        var hash: UInt32 = 2_166_136_261
        for byte in self.utf8 { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
        return hash | 1
    }

    /// Equality as Java's `String.equals` has it. Swift's own also equates texts that Unicode calls canonically equivalent.
    @inline(__always)
    func hasSameCodeUnits(as other: String) -> Bool {
        if self.isIdentical(to: other) { return true }
        let own = self.utf8
        guard own.count == other.utf8.count else { return false }
        let isEqual = own.withContiguousStorageIfAvailable { left in
            other.utf8.withContiguousStorageIfAvailable { right in
                for index in 0..<left.count where left[index] != right[index] { return false }
                return true
            }
        }
        return (isEqual ?? nil) ?? own.elementsEqual(other.utf8)
    }

    /// Whether both are the same words in memory: always true of equal texts of up to 15 bytes, which have no other.
    @inline(__always)
    private func isIdentical(to other: String) -> Bool {
        withUnsafeBytes(of: self) { own in
            withUnsafeBytes(of: other) { other in
                let size = MemoryLayout<UInt64>.size
                guard own.count == 2 * size else { return false }
                return own.load(as: UInt64.self) == other.load(as: UInt64.self)
                    && own.load(fromByteOffset: size, as: UInt64.self) == other.load(fromByteOffset: size, as: UInt64.self)
            }
        }
    }
}
