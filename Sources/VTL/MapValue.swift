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

    public let order: Order
    /// In order of insertion; a removed entry leaves a hole until the next compaction.
    private var slots: [(key: Value, value: Value)?] = []
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
        for entry in entries { self.slots.append((.string(entry.name), entry.value)) }
        self.count = entries.count
        if self.slots.count > Self.searchedCount { self.compact() }
    }

    /// The value of a text key: nil where there is none; assigning nil removes the entry.
    public subscript(key: String) -> Value? {
        get { self.place(ofText: key).flatMap { self.slots[$0]?.value } }
        set { if let newValue { self.put(.string(key), newValue) } else { self.remove(.string(key)) } }
    }

    /// The value of any key; keys are equal as Java's `equals` says: by class, then by content.
    public func get(_ key: Value) -> Value? {
        if case .string(let text) = key { return self[text] }
        return self.place(of: key).flatMap { self.slots[$0]?.value }
    }

    /// Sets the value of a key and answers the old one. A key keeps the place in which it was first inserted.
    @discardableResult
    public func put(_ key: Value, _ value: Value) -> Value? {
        if let place = self.place(of: key) {
            let old = self.slots[place]?.value
            self.slots[place]?.value = value
            return old
        }
        self.slots.append((key, value))
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
        guard let place = self.place(of: key), let entry = self.slots[place] else { return nil }
        self.slots[place] = nil
        self.count -= 1
        self.revision &+= 1
        if !self.places.isEmpty { self.places[MapKey(key)] = nil }
        if self.count == 0 || self.slots.count > Self.searchedCount && self.count < self.slots.count / 2 { self.compact() }
        return entry.value
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
        case .insertion: self.slots.compactMap { $0 }
        case .hash: self.entriesByBucket
        }
    }

    public var keys: [Value] { self.entries.map(\.key) }
    public var values: [Value] { self.entries.map(\.value) }

    /// Java appends to a bucket's end, and halving a bucket on growth keeps the order within, so the bucket of the present table
    /// and the order of insertion say it all.
    private var entriesByBucket: [(key: Value, value: Value)] {
        let mask = UInt32(self.tableSize - 1)
        let byBucket = self.slots.enumerated().compactMap { offset, slot in
            slot.map { entry -> (bucket: UInt32, offset: Int, entry: (key: Value, value: Value)) in
                let hash = UInt32(bitPattern: entry.key.javaHashCode)
                return ((hash ^ (hash >> 16)) & mask, offset, entry)
            }
        }
        return byBucket.sorted { ($0.bucket, $0.offset) < ($1.bucket, $1.offset) }.map(\.entry)
    }

    private func place(ofText text: String) -> Int? {
        guard self.places.isEmpty else { return self.places[MapKey(.string(text))] }
        return self.slots.firstIndex { slot in
            guard case .string(let key)? = slot?.key else { return false }
            return key.hasSameCodeUnits(as: text)
        }
    }

    private func place(of key: Value) -> Int? {
        guard self.places.isEmpty else { return self.places[MapKey(key)] }
        return self.slots.firstIndex { slot in slot.map { $0.key.isEqual(to: key) } ?? false }
    }

    private func compact() {
        self.slots.removeAll { $0 == nil }
        self.places = [:]
        guard self.slots.count > Self.searchedCount else { return }
        for (place, slot) in self.slots.enumerated() {
            if let slot { self.places[MapKey(slot.key)] = place }
        }
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
    /// Equality as Java's `String.equals` has it. Swift's own also equates texts that Unicode calls canonically equivalent.
    func hasSameCodeUnits(as other: String) -> Bool {
        self.utf8.elementsEqual(other.utf8)
    }
}
