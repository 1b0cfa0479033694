import CoreTypes

/// Reads the members of a request's body and holds them against the model's constraints. Numbers and flags may be text: forms
/// have nothing else.
struct RequestMembers {
    /// What the service calls a member that breaks a constraint, and one that is missing.
    struct Codes {
        let invalid: String
        let missing: String
    }

    private let object: JSONObject
    private let codes: Codes
    /// Of the object in the request, for messages: `metricData.1.`
    private let path: String

    init(_ object: JSONObject, _ codes: Codes, path: String = "") {
        self.object = object
        self.codes = codes
        self.path = path
    }

    func has(_ name: String) -> Bool { self.value(name) != nil }

    func string(_ name: String, length: ClosedRange<Int>? = nil) throws(ServiceError) -> String? {
        guard let value = self.value(name) else { return nil }
        guard let text = value.stringValue else { throw self.mismatch(name, value, "a String") }
        if let length, !length.contains(text.utf16.count) {
            let bound =
                text.utf16.count < length.lowerBound
                ? "greater than or equal to \(length.lowerBound)" : "less than or equal to \(length.upperBound)"
            throw self.fault(name, text, "Member must have length \(bound)")
        }
        return text
    }

    func requiredString(_ name: String, length: ClosedRange<Int>? = nil) throws(ServiceError) -> String {
        guard let text = try self.string(name, length: length) else { throw self.missing(name) }
        return text
    }

    func word(_ name: String, of words: [String]) throws(ServiceError) -> String? {
        guard let text = try self.string(name) else { return nil }
        guard words.contains(text) else {
            throw self.fault(name, text, "Member must satisfy enum value set: [\(words.joined(separator: ", "))]")
        }
        return text
    }

    func integer(_ name: String, range: ClosedRange<Int>) throws(ServiceError) -> Int? {
        guard let value = self.value(name) else { return nil }
        guard let number = value.intValue ?? value.stringValue.flatMap({ Int($0) }) else {
            throw self.mismatch(name, value, "an Integer")
        }
        guard range.contains(number) else {
            let bound =
                number < range.lowerBound
                ? "greater than or equal to \(range.lowerBound)" : "less than or equal to \(range.upperBound)"
            throw self.fault(name, String(number), "Member must have value \(bound)")
        }
        return number
    }

    /// A finite number.
    func number(_ name: String) throws(ServiceError) -> Double? {
        guard let value = self.value(name) else { return nil }
        return try self.number(value, name)
    }

    func requiredNumber(_ name: String) throws(ServiceError) -> Double {
        guard let number = try self.number(name) else { throw self.missing(name) }
        return number
    }

    func numbers(_ name: String) throws(ServiceError) -> [Double]? {
        guard let elements = try self.elements(name) else { return nil }
        var numbers: [Double] = []
        for element in elements { numbers.append(try self.number(element, name)) }
        return numbers
    }

    private func number(_ value: JSON, _ name: String) throws(ServiceError) -> Double {
        guard let number = value.numberValue?.doubleValue ?? value.stringValue.flatMap(Double.init), number.isFinite else {
            throw self.mismatch(name, value, "a Double")
        }
        return number
    }

    func bool(_ name: String) throws(ServiceError) -> Bool? {
        guard let value = self.value(name) else { return nil }
        guard let flag = value.boolValue ?? ["true": true, "false": false][value.stringValue?.lowercased() ?? ""] else {
            throw self.mismatch(name, value, "a Boolean")
        }
        return flag
    }

    /// Seconds since 1970, with a fraction, or a date as ISO 8601 writes it.
    func time(_ name: String) throws(ServiceError) -> Timestamp? {
        guard let value = self.value(name) else { return nil }
        let time: Timestamp?
        if let text = value.stringValue {
            time = Timestamp(policyDate: text)
        } else {
            let seconds = value.numberValue?.doubleValue ?? .nan
            time = abs(seconds) < Self.secondsMax ? Timestamp(milliseconds: Int64((seconds * 1_000).rounded())) : nil
        }
        guard let time, (0...Int64(Self.secondsMax)).contains(time.seconds) else {
            throw self.mismatch(name, value, "a Timestamp")
        }
        return time
    }

    /// The year 2096: times up to it can be subtracted from each other.
    private static let secondsMax = 4_000_000_000.0

    func requiredTime(_ name: String) throws(ServiceError) -> Timestamp {
        guard let time = try self.time(name) else { throw self.missing(name) }
        return time
    }

    /// Milliseconds since 1970, as logs have them.
    func milliseconds(_ name: String) throws(ServiceError) -> Timestamp? {
        try self.integer(name, range: 0...9_000_000_000_000).map { Timestamp(milliseconds: Int64($0)) }
    }

    func strings(_ name: String) throws(ServiceError) -> [String]? {
        guard let elements = try self.elements(name) else { return nil }
        var texts: [String] = []
        for element in elements {
            guard let text = element.stringValue else { throw self.mismatch(name, element, "a String") }
            texts.append(text)
        }
        return texts
    }

    func structure(_ name: String) throws(ServiceError) -> RequestMembers? {
        guard let value = self.value(name) else { return nil }
        guard let object = value.objectValue else { throw self.mismatch(name, value, "a structure") }
        return RequestMembers(object, self.codes, path: "\(self.shown(name)).")
    }

    func structures(_ name: String) throws(ServiceError) -> [RequestMembers]? {
        guard let elements = try self.elements(name) else { return nil }
        var members: [RequestMembers] = []
        for (index, element) in elements.enumerated() {
            guard let object = element.objectValue else { throw self.mismatch(name, element, "a structure") }
            members.append(RequestMembers(object, self.codes, path: "\(self.shown(name)).\(index + 1)."))
        }
        return members
    }

    private func elements(_ name: String) throws(ServiceError) -> [JSON]? {
        guard let value = self.value(name) else { return nil }
        guard let elements = value.arrayValue else { throw self.mismatch(name, value, "a list") }
        return elements
    }

    /// `null` is the same as absent.
    private func value(_ name: String) -> JSON? { self.object[name].flatMap { $0.isNull ? nil : $0 } }

    // MARK: Faults

    func missing(_ name: String) -> ServiceError {
        ServiceError(
            self.codes.missing,
            "1 validation error detected: Value null at '\(self.shown(name))' failed to satisfy constraint: Member must not be null"
        )
    }

    func fault(_ name: String, _ value: String, _ constraint: String) -> ServiceError {
        ServiceError(
            self.codes.invalid,
            "1 validation error detected: Value '\(value)' at '\(self.shown(name))' failed to satisfy constraint: \(constraint)")
    }

    private func shown(_ name: String) -> String { self.path + name.prefix(1).lowercased() + name.dropFirst() }

    private func mismatch(_ name: String, _ value: JSON, _ wanted: String) -> ServiceError {
        ServiceError("SerializationException", "\(self.shown(name)): a JSON \(value.kind) can not be converted to \(wanted)")
    }
}
