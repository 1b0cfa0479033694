import CoreTypes
import VTL

/// `$context` and the maps in it: Java `HashMap`s that templates can read, walk and (for the overrides) write, but that
/// print as nothing.
final class ContextMap: TemplateObject {
    /// What is not in the map until somebody asks for it.
    struct Rest {
        /// The value of one name.
        let member: (String) -> Value?
        /// All names with their values, in order.
        let all: () -> [(String, Value)]
    }

    private var known = MapValue(order: .hash)
    private var rest: Rest?

    init(_ members: [(String, Value)] = []) {
        for (name, value) in members { self.known[name] = value }
    }

    init(rest: Rest) { self.rest = rest }

    /// With everything in it, in the order in which a map made at once would have it.
    var map: MapValue {
        guard let rest else { return self.known }
        self.rest = nil
        let whole = MapValue(order: .hash)
        for (name, value) in rest.all() { whole[name] = self.known[name] ?? value }
        for entry in self.known.entries where whole.get(entry.key) == nil { whole.put(entry.key, entry.value) }
        self.known = whole
        return whole
    }

    private func member(_ name: String) -> Value? {
        if let value = self.known[name] { return value }
        guard let value = self.rest?.member(name) else { return nil }
        self.known[name] = value
        return value
    }

    /// Objects become maps of this kind; a member that is null is as good as missing.
    static func value(_ json: JSON) -> Value {
        switch json {
        case .null: .null
        case .bool(let flag): .bool(flag)
        case .number(let number): number.intValue.map { .integer(Int64($0)) } ?? .double(number.doubleValue)
        case .string(let text): .string(text)
        case .array(let elements): .list(ListValue(elements.map(self.value), style: .json))
        case .object(let object): .object(ContextMap(object.members.map { ($0.name, self.value($0.value)) }))
        }
    }

    var text: String { "" }
    var elements: [Value]? { self.map.values }

    func property(_ name: String) throws(MethodFailure) -> Value? { self.member(name) }

    func setProperty(_ name: String, to value: Value) throws(MethodFailure) -> Bool {
        self.known[name] = value
        return true
    }

    func call(_ method: String, _ arguments: [Value]) throws(MethodFailure) -> Value? {
        if method == "get", arguments.count == 1, case .string(let name) = arguments[0] { return self.member(name) ?? .null }
        switch (method, arguments.count) {
        case ("get", 1): return self.map.get(arguments[0]) ?? .null
        case ("getOrDefault", 2): return self.map.get(arguments[0]) ?? arguments[1]
        case ("containsKey", 1): return .bool(self.map.get(arguments[0]) != nil)
        case ("containsValue", 1): return .bool(self.map.values.contains { $0.isEqual(to: arguments[0]) })
        case ("put", 2): return self.map.put(arguments[0], arguments[1]) ?? .null
        case ("putIfAbsent", 2):
            if let old = self.map.get(arguments[0]), !old.isNull { return old }
            self.map.put(arguments[0], arguments[1])
            return .null
        case ("putAll", 1): return self.putAll(arguments[0])
        case ("remove", 1): return self.map.remove(arguments[0]) ?? .null
        case ("clear", 0):
            self.map.removeAll()
            return .string("")
        case ("size", 0): return .integer(Int64(self.map.count))
        case ("isEmpty", 0): return .bool(self.map.count == 0)
        case ("keySet", 0): return .list(ListValue(self.map.keys))
        case ("values", 0): return .list(ListValue(self.map.values))
        case ("entrySet", 0):
            return .list(ListValue(self.map.entries.map { .object(ContextEntry(key: $0.key, value: $0.value)) }))
        default: return nil
        }
    }

    /// A method without a result; nil for what is no map.
    private func putAll(_ value: Value) -> Value? {
        let other: MapValue
        switch value {
        case .map(let map): other = map
        case .object(let object):
            guard let context = object as? ContextMap else { return nil }
            other = context.map
        default: return nil
        }
        for entry in other.entries { self.map.put(entry.key, entry.value) }
        return .string("")
    }
}

/// An entry of a ``ContextMap``: `$entry.key`, `$entry.getValue()`.
final class ContextEntry: TemplateObject {
    private let key: Value
    private let value: Value

    init(key: Value, value: Value) {
        self.key = key
        self.value = value
    }

    var text: String { "\(self.key.text)=\(self.value.text)" }

    func property(_ name: String) throws(MethodFailure) -> Value? {
        switch name {
        case "key": self.key
        case "value": self.value
        default: nil
        }
    }

    func call(_ method: String, _ arguments: [Value]) throws(MethodFailure) -> Value? {
        switch (method, arguments.count) {
        case ("getKey", 0): self.key
        case ("getValue", 0): self.value
        default: nil
        }
    }
}
