/// The methods of Java's classes that templates use, looked up by name and arguments as Java's reflection finds them: nil where
/// no method of the name takes such arguments.
enum JavaMethods {
    static func call(
        _ method: Method, on value: Value, _ arguments: [Value], bytesMax: Int, work: inout Int
    ) throws(MethodFailure) -> Value? {
        if let result = self.callObject(method, on: value, arguments) { return result }
        let result: Value?
        switch value {
        case .string(let text): result = try StringMethods(text, bytesMax: bytesMax).call(method, arguments, work: &work)
        case .list(let list): result = try ListMethods(list).call(method, arguments, work: &work)
        case .map(let map): result = try MapMethods(map).call(method, arguments, work: &work)
        case .int, .long, .double, .bigInteger, .decimal: result = try NumberMethods.call(method, on: value, arguments)
        case .bool(let flag): result = try BooleanMethods.call(method, on: flag, arguments)
        case .character(let unit): result = try CharacterMethods.call(method, on: unit, arguments)
        case .null, .object: return nil
        }
        if result == nil, !arguments.isEmpty, self.takesNothing(method, of: value) { throw self.wrongNumberOfArguments }
        return result
    }

    /// Velocity takes a method without parameters for one that fits any arguments, and fails when it calls it.
    static let wrongNumberOfArguments = MethodFailure("IllegalArgumentException: wrong number of arguments")

    private static func takesNothing(_ method: Method, of value: Value) -> Bool {
        switch (method, value) {
        case (.getClass, _), (.hashCode, _), (.toString, _): true
        case (.length, .string), (.isEmpty, .string), (.isBlank, .string), (.trim, .string), (.strip, .string): true
        case (.stripLeading, .string), (.stripTrailing, .string): true
        case (.toUpperCase, .string), (.toLowerCase, .string), (.intern, .string), (.toCharArray, .string): true
        case (.size, .list), (.isEmpty, .list), (.clear, .list), (.iterator, .list), (.toArray, .list): true
        case (.size, .map), (.isEmpty, .map), (.clear, .map), (.keySet, .map), (.values, .map), (.entrySet, .map): true
        case (.intValue, _), (.longValue, _), (.doubleValue, _), (.floatValue, _): value.isNumber
        case (.isNaN, .double), (.isInfinite, .double), (.booleanValue, .bool), (.charValue, .character): true
        case (.signum, .bigInteger), (.abs, .bigInteger), (.signum, .decimal), (.abs, .decimal): true
        default: false
        }
    }

    /// What every object has.
    private static func callObject(_ method: Method, on value: Value, _ arguments: [Value]) -> Value? {
        switch (method, arguments.count) {
        case (.getClass, 0): self.property(.class, of: value)
        case (.equals, 1): .bool(value.isEqual(to: arguments[0]))
        case (.hashCode, 0): .int(value.javaHashCode)
        case (.toString, 0): .string(value.text)
        default: nil
        }
    }

    /// A property of what is no map: null where there is none.
    static func property(_ name: Method, of value: Value) -> Value {
        switch (name, value) {
        case (.class, _): .object(ClassObject(self.className(of: value), sample: self.sample(of: value)))
        case (.bytes, .string(let text)): .object(ArrayObject.bytes(of: text))
        case (.empty, .string(let text)): .bool(text.isEmpty)
        case (.blank, .string(let text)): .bool(StringMethods.isBlank(text))
        case (.empty, .list(let list)): .bool(list.elements.isEmpty)
        case (.naN, .double(let number)): .bool(number.isNaN)
        case (.infinite, .double(let number)): .bool(number.isInfinite)
        default: .null
        }
    }

    /// A value of the same class that may be changed freely.
    private static func sample(of value: Value) -> Value {
        switch value {
        case .list: .list(ListValue())
        case .map: .map(MapValue())
        default: value
        }
    }

    static func className(of value: Value) -> String {
        switch value {
        case .bool: "java.lang.Boolean"
        case .int: "java.lang.Integer"
        case .long: "java.lang.Long"
        case .bigInteger: "java.math.BigInteger"
        case .double: "java.lang.Double"
        case .decimal: "java.math.BigDecimal"
        case .character: "java.lang.Character"
        case .string: "java.lang.String"
        case .list(let list) where list.isPart: "java.util.ArrayList$SubList"
        case .list(let list): list.style == .java ? "java.util.ArrayList" : "net.minidev.json.JSONArray"
        case .map(let map): map.order == .hash ? "java.util.HashMap" : "java.util.LinkedHashMap"
        case .null, .object: "java.lang.Object"
        }
    }

    /// `compareTo` takes any object, and throws for one of another class.
    static func uncomparable(_ value: Value) -> MethodFailure {
        MethodFailure(
            value.isNull ? "NullPointerException" : "ClassCastException: \(self.className(of: value)) can't be compared")
    }

    /// The elements of a `java.util.Collection`.
    static func elements(of value: Value) -> [Value]? {
        switch value {
        case .list(let list): list.elements
        case .object(let object): (object as? MapView)?.values
        default: nil
        }
    }
}

/// A `java.lang.Boolean`'s.
enum BooleanMethods {
    static func call(_ method: Method, on flag: Bool, _ arguments: [Value]) throws(MethodFailure) -> Value? {
        switch (method, arguments.count) {
        case (.booleanValue, 0): return .bool(flag)
        case (.compareTo, 1):
            guard case .bool(let other) = arguments[0] else { throw JavaMethods.uncomparable(arguments[0]) }
            return .int(flag == other ? 0 : flag ? 1 : -1)
        case (.parseBoolean, 1), (.valueOf, 1):
            if method == .valueOf, case .bool = arguments[0] { return arguments[0] }
            if arguments[0].isNull { return .bool(false) }
            guard case .string(let text) = arguments[0] else { return nil }
            return .bool(text.lowercased() == "true")
        case (.toString, 1), (.hashCode, 1):
            guard case .bool = arguments[0] else { return nil }
            return method == .toString ? .string(arguments[0].text) : .int(arguments[0].javaHashCode)
        default: return nil
        }
    }
}
