import CoreTypes
import LambdaCore

/// Reads the members of a call's JSON body and holds them against the model's constraints. Violations are collected and told
/// together, as the service does: "2 validation errors detected: Value … ; Value …". A member of another JSON type ends the
/// reading at once, as the service's deserializer does.
struct MemberReader {
    private(set) var failures: [String] = []

    /// A pattern of the model: its text for the message, and the test.
    struct Pattern: Sendable {
        let text: String
        let matches: @Sendable (String) -> Bool
    }

    func check() throws(LambdaAPIError) {
        if !self.failures.isEmpty { throw .validation(self.failures) }
    }

    // MARK: Values

    mutating func string(
        _ name: String, in object: JSONObject, at path: String = "", length: ClosedRange<Int>? = nil, pattern: Pattern? = nil,
        values: [String]? = nil, isRequired: Bool = false
    ) throws(LambdaAPIError) -> String? {
        guard let value = self.member(name, in: object, at: path, isRequired: isRequired) else { return nil }
        guard let text = value.stringValue else { throw Self.mismatch(value, "a String") }
        self.check(text, at: Self.path(path, name), length: length, pattern: pattern, values: values)
        return text
    }

    /// Also for labels and query parameters.
    mutating func check(
        _ text: String, at path: String, length: ClosedRange<Int>? = nil, pattern: Pattern? = nil, values: [String]? = nil
    ) {
        if let length {
            // The model counts characters; AWS's own services count UTF-16 units.
            self.check(text.utf16.count, in: length, of: "length", shown: text, at: path)
        }
        if let pattern, !pattern.matches(text) {
            self.fail(text, at: path, "Member must satisfy regular expression pattern: \(pattern.text)")
        }
        if let values, !values.contains(text) {
            self.fail(text, at: path, "Member must satisfy enum value set: [\(values.joined(separator: ", "))]")
        }
    }

    mutating func integer(
        _ name: String, in object: JSONObject, at path: String = "", range: ClosedRange<Int>, isRequired: Bool = false
    ) throws(LambdaAPIError) -> Int? {
        guard let value = self.member(name, in: object, at: path, isRequired: isRequired) else { return nil }
        guard let number = value.intValue else { throw Self.mismatch(value, "an Integer") }
        self.check(number, in: range, of: "value", shown: String(number), at: Self.path(path, name))
        return number
    }

    mutating func bool(_ name: String, in object: JSONObject) throws(LambdaAPIError) -> Bool? {
        guard let value = self.member(name, in: object, at: "", isRequired: false) else { return nil }
        guard let flag = value.boolValue else { throw Self.mismatch(value, "a Boolean") }
        return flag
    }

    mutating func structure(
        _ name: String, in object: JSONObject, at path: String = "", isRequired: Bool = false
    ) throws(LambdaAPIError) -> JSONObject? {
        guard let value = self.member(name, in: object, at: path, isRequired: isRequired) else { return nil }
        guard let structure = value.objectValue else { throw Self.unexpectedToken }
        return structure
    }

    mutating func strings(
        _ name: String, in object: JSONObject, at path: String = "", count: ClosedRange<Int>? = nil, values: [String]? = nil
    ) throws(LambdaAPIError) -> [String]? {
        guard let value = self.member(name, in: object, at: path, isRequired: false) else { return nil }
        guard let array = value.arrayValue else { throw Self.unexpectedToken }
        var texts: [String] = []
        for element in array {
            guard let text = element.stringValue else { throw Self.mismatch(element, "a String") }
            texts.append(text)
        }
        let shown = "[\(texts.joined(separator: ", "))]"
        if let count { self.check(texts.count, in: count, of: "length", shown: shown, at: Self.path(path, name)) }
        if let values, !texts.allSatisfy(values.contains) {
            self.fail(
                shown, at: Self.path(path, name),
                "Member must satisfy constraint: [Member must satisfy enum value set: [\(values.joined(separator: ", "))]]")
        }
        return texts
    }

    /// A map of texts.
    mutating func map(
        _ name: String, in object: JSONObject, at path: String = "", isRequired: Bool = false
    ) throws(LambdaAPIError) -> [String: String]? {
        guard let structure = try self.structure(name, in: object, at: path, isRequired: isRequired) else { return nil }
        var map: [String: String] = [:]
        for (key, value) in structure.members {
            guard let text = value.stringValue else { throw Self.mismatch(value, "a String") }
            map[key] = text
        }
        return map
    }

    mutating func check(_ number: Int, in range: ClosedRange<Int>, at path: String) {
        self.check(number, in: range, of: "value", shown: String(number), at: path)
    }

    // MARK: Failures

    mutating func fail(_ value: String, at path: String, _ constraint: String) {
        self.failures.append("Value '\(value)' at '\(path)' failed to satisfy constraint: \(constraint)")
    }

    /// For sensitive members, whose value the service does not repeat.
    mutating func failHidden(at path: String, _ constraint: String) {
        self.failures.append("Value at '\(path)' failed to satisfy constraint: \(constraint)")
    }

    private mutating func check(_ number: Int, in range: ClosedRange<Int>, of what: String, shown: String, at path: String) {
        if number < range.lowerBound {
            self.fail(shown, at: path, "Member must have \(what) greater than or equal to \(range.lowerBound)")
        } else if number > range.upperBound {
            self.fail(shown, at: path, "Member must have \(what) less than or equal to \(range.upperBound)")
        }
    }

    /// `null` is the same as absent.
    private mutating func member(_ name: String, in object: JSONObject, at path: String, isRequired: Bool) -> JSON? {
        if let value = object[name], !value.isNull { return value }
        if isRequired {
            self.failures.append(
                "Value null at '\(Self.path(path, name))' failed to satisfy constraint: Member must not be null")
        }
        return nil
    }

    /// `FunctionName` is told as `functionName`, `Size` of `EphemeralStorage` as `ephemeralStorage.size`.
    private static func path(_ path: String, _ name: String) -> String {
        let name = name.prefix(1).lowercased() + name.dropFirst()
        return path.isEmpty ? name : "\(path).\(name)"
    }

    private static func mismatch(_ value: JSON, _ wanted: String) -> LambdaAPIError {
        switch value {
        case .array, .object: Self.unexpectedToken
        case .string: .serialization("STRING_VALUE can not be converted to \(wanted)")
        case .number: .serialization("NUMBER_VALUE can not be converted to \(wanted)")
        case .bool(let flag): .serialization("\(flag ? "TRUE" : "FALSE")_VALUE can not be converted to \(wanted)")
        case .null: .serialization("NULL_VALUE can not be converted to \(wanted)")
        }
    }

    private static let unexpectedToken = LambdaAPIError.serialization(
        "Start of structure or map found where not expected, or the other way round")
}

// MARK: Patterns of the model

extension MemberReader.Pattern {
    static let role = Self(text: #"arn:(aws[a-zA-Z-]*)?:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+"#) { text in
        guard let arn = ARN(text) else { return false }
        return arn.service == "iam" && arn.account.utf8.count == 12 && arn.account.utf8.allSatisfy(\.isDigit)
            && arn.resource.hasPrefix("role") && arn.resource.utf8.count > 5
    }

    static let handler = Self(text: #"[^\s]+"#) { !$0.contains(where: \.isWhitespace) }

    static let alias = Self(text: "(?!^[0-9]+$)([a-zA-Z0-9-_]+)") {
        FunctionReference.isWord($0) && !$0.utf8.allSatisfy(\.isDigit)
    }

    static let word = Self(text: "[a-zA-Z0-9-_]+") { FunctionReference.isWord($0) }

    static let version = Self(text: #"(\$LATEST|[0-9]+)"#) { text in
        text == FunctionVersion.latest || (!text.isEmpty && text.utf8.allSatisfy(\.isDigit))
    }

    static let number = Self(text: "[0-9]+") { !$0.isEmpty && $0.utf8.allSatisfy(\.isDigit) }

    static let qualifier = Self(text: "(|[a-zA-Z0-9$_-]+)") { text in
        text.isEmpty || FunctionReference.isWord(text.filter { $0 != "$" })
    }

    static let statementID = Self(text: "([a-zA-Z0-9-_]+)") { FunctionReference.isWord($0) }

    static let action = Self(text: "(lambda:[*]|lambda:[a-zA-Z]+|[*])") { text in
        if text == "*" || text == "lambda:*" { return true }
        return text.hasPrefix("lambda:") && text.count > 7 && text.dropFirst(7).allSatisfy { $0.isASCII && $0.isLetter }
    }

    static let principal = Self(text: #"[^\s]+"#) { !$0.isEmpty && !$0.contains(where: \.isWhitespace) }

    static let logGroup = Self(text: #"[\.\-_/#A-Za-z0-9]+"#) { text in
        FunctionReference.isWord(text.filter { !".-_/#".contains($0) } + "-")
    }

    static let layerName = Self(text: #"(arn:[a-zA-Z0-9-]+:lambda:[a-zA-Z0-9-]+:\d{12}:layer:[a-zA-Z0-9-_]+)|[a-zA-Z0-9-_]+"#) {
        text in
        FunctionReference.isWord(text) || ARN(text).map { $0.service == "lambda" && $0.resource.hasPrefix("layer:") } == true
    }
}

extension UInt8 {
    fileprivate var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
}
