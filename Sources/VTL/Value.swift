/// A value that a template can hold, with the classes that Java gives them: the language's arithmetic, comparison and rendering
/// follow the class, so an `int` and a `long` are two cases.
///
/// Lists, maps and objects are references, as in Java: a template that changes one changes it for everyone who holds it.
public enum Value {
    /// Java's null. It renders as the reference's own text (or as nothing, by profile) and can't be written in a template.
    case null
    case bool(Bool)
    /// `java.lang.Integer`
    case int(Int32)
    /// `java.lang.Long`
    case long(Int64)
    /// `java.math.BigInteger`
    case bigInteger(BigInteger)
    /// `java.lang.Double`
    case double(Double)
    /// `java.math.BigDecimal`
    case decimal(BigDecimal)
    /// `java.lang.Character`: one UTF-16 code unit.
    case character(UInt16)
    /// `java.lang.String`. Positions in methods count UTF-16 code units.
    case string(String)
    /// `java.util.List`
    case list(ListValue)
    /// `java.util.Map`
    case map(MapValue)
    /// Anything else: an object of the host's, or one of the library's own (an array, an iterator, a map's entry).
    case object(any TemplateObject)
}

extension Value {
    /// The smallest of Java's integer classes that holds the number, as a literal in a template has it.
    public static func integer(_ number: Int64) -> Value {
        if let small = Int32(exactly: number) { return .int(small) }
        return .long(number)
    }

    public var isNull: Bool {
        if case .null = self { return true }
        return false
    }
}

extension Value: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral {
    public init(stringLiteral value: String) { self = .string(value) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(integerLiteral value: Int64) { self = .integer(value) }
    public init(floatLiteral value: Double) { self = .double(value) }
}

extension Value: ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral {
    public init(arrayLiteral elements: Value...) { self = .list(ListValue(elements)) }

    /// A map in the order written; of a repeated key the last value counts.
    public init(dictionaryLiteral elements: (String, Value)...) {
        let map = MapValue()
        for (key, value) in elements { map[key] = value }
        self = .map(map)
    }
}
