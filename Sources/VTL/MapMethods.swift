/// A `java.util.HashMap`'s.
struct MapMethods {
    private let map: MapValue

    init(_ map: MapValue) {
        self.map = map
    }

    func call(_ method: Method, _ arguments: [Value], work: inout Int) throws(MethodFailure) -> Value? {
        switch (method, arguments.count) {
        case (.size, 0): return .int(Int32(truncatingIfNeeded: self.map.count))
        case (.isEmpty, 0): return .bool(self.map.count == 0)
        case (.keySet, 0): return .object(MapView(self.map, .keys))
        case (.values, 0): return .object(MapView(self.map, .values))
        case (.entrySet, 0): return .object(MapView(self.map, .entries))
        case (.clear, 0):
            self.map.removeAll()
            return .string("")
        case (.get, 1): return self.map.get(arguments[0]) ?? .null
        case (.containsKey, 1): return .bool(self.map.get(arguments[0]) != nil)
        case (.containsValue, 1):
            work = self.map.count
            return .bool(self.map.entries.contains { $0.value.isEqual(to: arguments[0]) })
        case (.getOrDefault, 2): return self.map.get(arguments[0]) ?? arguments[1]
        case (.put, 2):
            try self.checkSize(adding: 1)
            return self.map.put(arguments[0], arguments[1]) ?? .null
        case (.putIfAbsent, 2):
            if let old = self.map.get(arguments[0]), !old.isNull { return old }
            try self.checkSize(adding: 1)
            self.map.put(arguments[0], arguments[1])
            return .null
        case (.putAll, 1) where arguments[0].isNull: throw MethodFailure("NullPointerException")
        case (.putAll, 1):
            guard case .map(let other) = arguments[0] else { return nil }
            work = other.count
            try self.checkSize(adding: other.count)
            for entry in other.entries { self.map.put(entry.key, entry.value) }
            return .string("")
        case (.remove, 1): return self.map.remove(arguments[0]) ?? .null
        case (.remove, 2):
            guard let old = self.map.get(arguments[0]), old.isEqual(to: arguments[1]) else { return .bool(false) }
            _ = self.map.remove(arguments[0])
            return .bool(true)
        case (.replace, 2):
            guard let old = self.map.get(arguments[0]) else { return .null }
            self.map.put(arguments[0], arguments[1])
            return old
        case (.replace, 3):
            guard let old = self.map.get(arguments[0]), old.isEqual(to: arguments[1]) else { return .bool(false) }
            self.map.put(arguments[0], arguments[2])
            return .bool(true)
        default: return nil
        }
    }

    private func checkSize(adding count: Int) throws(MethodFailure) {
        guard self.map.count + count <= Limits.elementsMax else {
            throw MethodFailure("OutOfMemoryError: a map grew beyond \(Limits.elementsMax) entries")
        }
    }
}
