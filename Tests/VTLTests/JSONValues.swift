import VTL

/// Variables written as JSON, for tests: objects in order, whole numbers as Java's smallest class, with an `m` behind it a
/// BigDecimal.
struct JSONValues {
    private var rest: Substring

    static func variables(_ text: String) -> [String: Value]? {
        var reader = JSONValues(rest: text[...])
        guard case .map(let map) = reader.value() else { return nil }
        var variables: [String: Value] = [:]
        for entry in map.entries {
            if case .string(let key) = entry.key { variables[key] = entry.value }
        }
        return variables
    }

    static func value(_ text: String) -> Value {
        var reader = JSONValues(rest: text[...])
        return reader.value()
    }

    private mutating func skip() { self.rest = self.rest.drop { " \t\r\n,:".contains($0) } }

    private mutating func value() -> Value {
        self.skip()
        switch self.rest.first {
        case "{":
            self.rest.removeFirst()
            let map = MapValue()
            while self.peek() != "}" { map.put(.string(self.string()), self.value()) }
            self.rest.removeFirst()
            return .map(map)
        case "[":
            self.rest.removeFirst()
            var elements: [Value] = []
            while self.peek() != "]" { elements.append(self.value()) }
            self.rest.removeFirst()
            return .list(ListValue(elements))
        case "\"": return .string(self.string())
        default: return self.word()
        }
    }

    private mutating func peek() -> Character? {
        self.skip()
        return self.rest.first
    }

    private mutating func word() -> Value {
        let word = self.rest.prefix { !",]} \t\n".contains($0) }
        self.rest = self.rest[word.endIndex...]
        switch word {
        case "null": return .null
        case "true": return true
        case "false": return false
        default: break
        }
        if word.hasSuffix("m"), let number = BigDecimal(word.dropLast()) { return .decimal(number) }
        if let number = Int64(word) { return .integer(number) }
        if let number = BigInteger(word) { return .bigInteger(number) }
        return .double(Double(word) ?? .nan)
    }

    private mutating func string() -> String {
        self.skip()
        self.rest.removeFirst()
        var units: [UInt16] = []
        while let character = self.rest.popFirst(), character != "\"" {
            guard character == "\\" else {
                units += String(character).utf16
                continue
            }
            switch self.rest.removeFirst() {
            case "n": units.append(0x0A)
            case "r": units.append(0x0D)
            case "t": units.append(0x09)
            case "u":
                units.append(UInt16(self.rest.prefix(4), radix: 16) ?? 0xFFFD)
                self.rest.removeFirst(4)
            case let other: units += String(other).utf16
            }
        }
        return String(decoding: units, as: UTF16.self)
    }
}
