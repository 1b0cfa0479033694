import CoreTypes

/// A message as filters look at it: its record, whose body is parsed at most once for all patterns.
struct FilterRecord {
    enum Body {
        case text(String)
        case json(JSON)
    }

    let body: Body
    private let message: ReceivedMessage
    private let source: QueueSource

    /// A body is JSON when it is an object or an array; a bare number, word or quoted text counts as plain text.
    init(_ message: ReceivedMessage, _ source: QueueSource) {
        self.message = message
        self.source = source
        let first = message.body.utf8.first { $0 != 0x20 && $0 != 0x0A && $0 != 0x0D && $0 != 0x09 }
        if first == UInt8(ascii: "{") || first == UInt8(ascii: "["), case .success(let json) = Self.parse(message.body) {
            self.body = .json(json)
        } else {
            self.body = .text(message.body)
        }
    }

    private static func parse(_ text: String) -> Result<JSON, JSONError> {
        Result { () throws(JSONError) in try JSON(parsing: text) }
    }

    /// Any member but the body.
    func member(_ name: String) -> JSON? {
        switch name {
        case "messageId": .string(self.message.messageID)
        case "receiptHandle": .string(self.message.receiptHandle)
        case "md5OfBody": .string(self.message.md5OfBody)
        case "eventSource": "aws:sqs"
        case "eventSourceARN": .string(self.source.arn)
        case "awsRegion": .string(self.source.region)
        case "attributes": .object(JSONObject(sorted: self.message.attributes))
        case "messageAttributes":
            .object(
                JSONObject(
                    self.message.messageAttributes.map { name, attribute in
                        switch attribute.value {
                        case .text(let text):
                            (name, ["stringValue": .string(text), "dataType": .string(attribute.dataType)])
                        case .binary(let base64):
                            (name, ["binaryValue": .string(base64), "dataType": .string(attribute.dataType)])
                        }
                    }))
        default: nil
        }
    }
}

extension FilterPattern {
    /// The table of the guide: a JSON pattern drops plain text and a plain pattern drops JSON.
    func matches(_ record: FilterRecord) -> Bool { self.root.matches(record) }
}

extension FilterPattern.Node {
    fileprivate func matches(_ record: FilterRecord) -> Bool {
        self.fields.allSatisfy { field in
            guard field.name == "body" else { return field.test.matches(record.member(field.name)) }
            return switch (field.test, record.body) {
            case (.object(let node), .json(let body)): node.matches(body)
            case (.anyOf, .text(let text)): field.test.matches(.string(text))
            case (.object, .text), (.anyOf, .json): false
            }
        } && self.choices.allSatisfy { $0.contains { $0.matches(record) } }
    }

    /// Elements of an array are tried one by one: the whole pattern must hold for one of them.
    fileprivate func matches(_ value: JSON?) -> Bool {
        if case .array(let elements) = value { return elements.contains { self.matches($0) } }
        let object = value?.objectValue
        return self.fields.allSatisfy { $0.test.matches(object?[$0.name]) }
            && self.choices.allSatisfy { $0.contains { $0.matches(value) } }
    }
}

extension FilterPattern.Test {
    fileprivate func matches(_ value: JSON?) -> Bool {
        switch self {
        case .object(let node): node.matches(value)
        case .anyOf(let leaves): leaves.contains { $0.matches(value) }
        }
    }
}

extension FilterPattern.Leaf {
    /// `exists` knows leaves only: an object at the key does not exist for it, nor does an array without elements.
    fileprivate func matches(_ value: JSON?) -> Bool {
        switch value {
        case nil, .object: return self == .exists(false)
        case .array(let elements):
            let scalars = elements.filter { $0.objectValue == nil }
            return scalars.isEmpty ? self == .exists(false) : scalars.contains { self.matches($0) }
        case .some(let value): return self.holds(for: value)
        }
    }

    /// - Parameter value: a scalar.
    private func holds(for value: JSON) -> Bool {
        switch self {
        case .value(let wanted): value.isSame(as: wanted)
        case .equalsIgnoringCase(let text): value.stringValue?.lowercased() == text
        case .prefix(let text): value.stringValue?.hasBytes(text, atEnd: false) ?? false
        case .suffix(let text): value.stringValue?.hasBytes(text, atEnd: true) ?? false
        case .anythingBut(let values): !values.contains { $0.isSame(as: value) }
        case .numeric(let bounds):
            value.numberValue.map { number in bounds.allSatisfy { $0.holds(number.doubleValue) } } ?? false
        case .exists(let flag): flag
        }
    }
}

extension JSON {
    /// Equality of scalars; texts by their bytes, where Swift takes equivalent spellings of a letter for equal.
    fileprivate func isSame(as other: JSON) -> Bool {
        guard case .string(let left) = self, case .string(let right) = other else { return self == other }
        return left.utf8.elementsEqual(right.utf8)
    }
}

extension String {
    /// Compares bytes: Swift's own prefix would take letters and their marks together.
    fileprivate func hasBytes(_ text: String, atEnd: Bool) -> Bool {
        guard text.utf8.count <= self.utf8.count else { return false }
        return (atEnd ? self.utf8.suffix(text.utf8.count) : self.utf8.prefix(text.utf8.count)).elementsEqual(text.utf8)
    }
}
