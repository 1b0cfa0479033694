/// The objects of Java's library that templates meet beside lists and maps.

/// What `#define` binds to a name: a block that is rendered at each use.
final class DefinedBlock: TemplateObject {
    let body: Int32
    /// How deep it may render within itself: Velocity lets a definition do so twice.
    let depthMax: Int
    /// How often it is being rendered now.
    var depth = 0

    init(body: Int32, depthMax: Int = 2) {
        self.body = body
        self.depthMax = depthMax
    }

    func property(_ name: String) -> Value? {
        name == "class" ? .object(ClassObject("org.apache.velocity.runtime.directive.Block$Reference", sample: .null)) : nil
    }

    func call(_ method: String, _ arguments: [Value]) throws(MethodFailure) -> Value? {
        switch (method, arguments.count) {
        case ("equals", 1):
            guard case .object(let other) = arguments[0] else { return .bool(false) }
            return .bool(other === self)
        case ("hashCode", 0): return self.addressHash
        case ("toString", 1...), ("hashCode", 1...), ("getClass", 1...): throw JavaMethods.wrongNumberOfArguments
        default: return nil
        }
    }

    /// The evaluator renders the block itself; within a list there is nobody to do it.
    var text: String { "" }
}

/// `$foreach`
final class LoopScope: TemplateObject {
    let parent: LoopScope?
    /// What the name stood for outside.
    let replaced: Value
    var index = -1
    var hasNext = false

    init(parent: LoopScope?, replaced: Value) {
        self.parent = parent
        self.replaced = replaced
    }

    /// What the template itself puts into the scope.
    private let own = MapValue(order: .hash)

    func property(_ name: String) -> Value? {
        switch name {
        case "index": .integer(Int64(self.index))
        case "count": .integer(Int64(self.index + 1))
        case "hasNext": .bool(self.hasNext)
        case "first": .bool(self.index < 1)
        case "last": .bool(!self.hasNext)
        case "parent": self.parent.map { .object($0) } ?? self.own[name]
        case "topmost": self.parent == nil ? .object(self) : self.parent?.property(name)
        default: self.own[name]
        }
    }

    /// The properties that templates ask for at each turn, by number.
    func property(_ method: Method) -> Value? {
        switch method {
        case .count: .int(Int32(truncatingIfNeeded: self.index + 1))
        case .index: .int(Int32(truncatingIfNeeded: self.index))
        case .hasNext: .bool(self.hasNext)
        default: nil
        }
    }

    func setProperty(_ name: String, to value: Value) -> Bool {
        self.own[name] = value
        return true
    }

    func call(_ method: String, _ arguments: [Value]) throws(MethodFailure) -> Value? {
        switch (method, arguments.count) {
        case ("hasNext", _), ("isFirst", _), ("isLast", _), ("getIndex", _), ("getCount", _), ("getParent", _), ("getTopmost", _):
            guard arguments.isEmpty else { throw JavaMethods.wrongNumberOfArguments }
            return self.result(of: method)
        default:
            guard let known = Method(rawValue: method) else { return nil }
            var work = 0
            return try JavaMethods.call(known, on: .map(self.own), arguments, bytesMax: 1 << 16, work: &work)
        }
    }

    private func result(of method: String) -> Value? {
        switch method {
        case "hasNext": return .bool(self.hasNext)
        case "isFirst": return self.property("first")
        case "isLast": return self.property("last")
        default:
            let name = method.dropFirst(3)
            return self.property(name.prefix(1).lowercased() + name.dropFirst())
        }
    }

    var text: String { Value.map(self.own).text }
}

/// An array, which Velocity lets templates use as a list that can't grow. What it renders as is Java's name of the object.
final class ArrayObject: TemplateObject {
    var values: [Value]
    let typeName: String

    init(_ values: [Value], typeName: String) {
        self.values = values
        self.typeName = typeName
    }

    /// A text's bytes in UTF-8.
    static func bytes(of text: String) -> ArrayObject {
        ArrayObject(text.utf8.map { .int(Int32(Int8(bitPattern: $0))) }, typeName: "[B")
    }

    /// Java's `Object[]` takes it: not so an array of numbers or characters.
    var isOfObjects: Bool { self.typeName.utf8.count > 2 }

    var elements: [Value]? { self.values }
    var text: String { self.typeName }

    func property(_ name: String) -> Value? {
        name == "empty" ? .bool(self.values.isEmpty) : nil
    }

    func call(_ method: String, _ arguments: [Value]) throws(MethodFailure) -> Value? {
        switch (method, arguments.count) {
        case ("size", 0): return .int(Int32(truncatingIfNeeded: self.values.count))
        case ("isEmpty", 0): return .bool(self.values.isEmpty)
        case ("get", 1), ("set", 2):
            guard case .int(let index) = arguments[0] else { return nil }
            guard self.values.indices.contains(Int(index)) else {
                throw MethodFailure(
                    "ArrayIndexOutOfBoundsException: Index \(index) out of bounds for length \(self.values.count)")
            }
            let old = self.values[Int(index)]
            if method == "set" { self.values[Int(index)] = arguments[1] }
            return old
        case ("hashCode", 0): return self.addressHash
        case ("size", _), ("isEmpty", _): throw JavaMethods.wrongNumberOfArguments
        default: return nil
        }
    }
}

/// `list.iterator()`
final class IteratorObject: TemplateObject {
    private let values: [Value]
    private var place = 0

    init(_ values: [Value]) {
        self.values = values
    }

    var hasNext: Bool { self.place < self.values.count }

    func next() -> Value? {
        guard self.hasNext else { return nil }
        self.place += 1
        return self.values[self.place - 1]
    }

    func call(_ method: String, _ arguments: [Value]) throws(MethodFailure) -> Value? {
        switch method {
        case "hasNext", "next":
            guard arguments.isEmpty else { throw JavaMethods.wrongNumberOfArguments }
            if method == "hasNext" { return .bool(self.hasNext) }
            guard let value = self.next() else { throw MethodFailure("NoSuchElementException") }
            return value
        case "hashCode" where arguments.isEmpty: return self.addressHash
        default: return nil
        }
    }

    var text: String { "java.util.Iterator" }
}

/// An entry of a map: writing to it writes to the map.
final class EntryObject: TemplateObject {
    private let map: MapValue
    private let key: Value

    init(_ map: MapValue, key: Value) {
        self.map = map
        self.key = key
    }

    private var value: Value { self.map.get(self.key) ?? .null }

    func property(_ name: String) -> Value? {
        switch name {
        case "key": self.key
        case "value": self.value
        case "class":
            .object(
                ClassObject(
                    self.map.order == .hash ? "java.util.HashMap$Node" : "java.util.LinkedHashMap$Entry", sample: .null))
        default: nil
        }
    }

    func call(_ method: String, _ arguments: [Value]) throws(MethodFailure) -> Value? {
        switch (method, arguments.count) {
        case ("getKey", 0): return self.key
        case ("getValue", 0): return self.value
        case ("hashCode", 0): return .int(self.key.javaHashCode ^ self.value.javaHashCode)
        case ("setValue", 1): return self.map.put(self.key, arguments[0]) ?? .null
        case ("toString", 0): return .string(self.text)
        case ("getKey", _), ("getValue", _), ("toString", _): throw JavaMethods.wrongNumberOfArguments
        default: return nil
        }
    }

    var text: String { self.key.text + "=" + self.value.text }
}

/// `map.keySet()`, `map.values()`, `map.entrySet()`: views that see later changes of the map.
final class MapView: TemplateObject {
    enum Part {
        case keys, values, entries
    }

    let map: MapValue
    private let part: Part

    init(_ map: MapValue, _ part: Part) {
        self.map = map
        self.part = part
    }

    var values: [Value] {
        switch self.part {
        case .keys: self.map.keys
        case .values: self.map.values
        case .entries: self.map.keys.map { .object(EntryObject(self.map, key: $0)) }
        }
    }

    var elements: [Value]? { self.values }
    var text: String { Value.list(ListValue(self.values)).text }

    func property(_ name: String) -> Value? {
        switch name {
        case "empty": .bool(self.map.count == 0)
        case "class": .object(ClassObject("java.util." + self.className, sample: .null))
        default: nil
        }
    }

    private static let unsupported = MethodFailure("UnsupportedOperationException")

    private var hash: Value {
        switch self.part {
        case .keys: .int(self.map.keys.reduce(0) { $0 &+ $1.javaHashCode })
        case .entries: .int(Value.map(self.map).javaHashCode)
        case .values: self.addressHash
        }
    }

    private var className: String {
        let name =
            switch self.part {
            case .keys: "KeySet"
            case .values: "Values"
            case .entries: "EntrySet"
            }
        return self.map.order == .hash ? "HashMap$" + name : "LinkedHashMap$Linked" + name
    }

    func call(_ method: String, _ arguments: [Value]) throws(MethodFailure) -> Value? {
        switch (method, arguments.count) {
        case ("size", 0): return .int(Int32(truncatingIfNeeded: self.map.count))
        case ("isEmpty", 0): return .bool(self.map.count == 0)
        case ("iterator", 0): return .object(IteratorObject(self.values))
        case ("toString", 0): return .string(self.text)
        case ("toArray", 0): return .object(ArrayObject(self.values, typeName: "[Ljava.lang.Object;"))
        case ("hashCode", 0): return self.hash
        case ("contains", 1):
            if self.part == .keys { return .bool(self.map.get(arguments[0]) != nil) }
            return .bool(self.values.contains { $0.isEqual(to: arguments[0]) })
        case ("containsAll", 1):
            guard let others = JavaMethods.elements(of: arguments[0]) else { return nil }
            let values = Set(self.values.map(MapKey.init))
            return .bool(others.allSatisfy { values.contains(MapKey($0)) })
        case ("remove", 1):
            guard self.part != .entries else { return .bool(false) }
            let key = self.part == .keys ? arguments[0] : self.map.entries.first { $0.value.isEqual(to: arguments[0]) }?.key
            return .bool(key.flatMap { self.map.remove($0) } != nil)
        case ("clear", 0):
            self.map.removeAll()
            return .string("")
        case ("add", 1): throw Self.unsupported
        case ("addAll", 1):
            guard let others = JavaMethods.elements(of: arguments[0]) else { return nil }
            guard others.isEmpty else { throw Self.unsupported }
            return .bool(false)
        case ("size", _), ("isEmpty", _), ("iterator", _), ("toString", _), ("toArray", _), ("clear", _):
            throw JavaMethods.wrongNumberOfArguments
        default: return nil
        }
    }
}

/// `$x.class`
final class ClassObject: TemplateObject {
    private let name: String
    /// An object of the class: what its methods are found by.
    private let sample: Value

    init(_ name: String, sample: Value) {
        self.name = name
        self.sample = sample
    }

    func property(_ property: String) -> Value? {
        switch property {
        case "name", "typeName", "canonicalName": .string(self.name)
        case "simpleName": .string(self.name.split(separator: ".").last.map(String.init) ?? self.name)
        case "class": .object(ClassObject("java.lang.Class", sample: .null))
        default: nil
        }
    }

    /// Velocity finds the methods of the class itself here: the static ones work, the others lack their object.
    func call(_ method: String, _ arguments: [Value]) throws(MethodFailure) -> Value? {
        if method == "toString", arguments.isEmpty { return .string(self.text) }
        if arguments.isEmpty, method.hasPrefix("get"), method.utf8.count > 3 {
            let name = method.dropFirst(3)
            if let value = self.property(name.prefix(1).lowercased() + name.dropFirst()) { return value }
        }
        if method == "equals", arguments.count == 1 {
            guard case .object(let object) = arguments[0], let other = object as? ClassObject else { return .bool(false) }
            return .bool(other.name == self.name)
        }
        guard let known = Method(rawValue: method) else { return nil }
        if known == .hashCode, arguments.isEmpty { return .int(self.name.javaHashCode) }
        var work = 0
        let result = try JavaMethods.call(known, on: self.sample, arguments, bytesMax: 1 << 16, work: &work)
        guard let result else { return nil }
        switch known {
        case .valueOf, .copyValueOf, .format, .join, .parseInt, .parseLong, .parseDouble, .parseBoolean, .max, .min, .sum,
            .compare, .toHexString, .toBinaryString, .toOctalString, .isDigit, .isLetter, .isLetterOrDigit, .isUpperCase,
            .isLowerCase,
            .isWhitespace, .getNumericValue:
            return result
        default: throw MethodFailure("IllegalArgumentException: object is not an instance of declaring class")
        }
    }

    var text: String { "class " + self.name }
}
