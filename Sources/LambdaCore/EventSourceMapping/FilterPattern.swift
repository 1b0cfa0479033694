import CoreTypes

/// A filter pattern of an event source mapping, parsed once and matched against many messages (Lambda developer guide, "Control
/// which events Lambda sends to your function", and "Using event filtering with an Amazon SQS event source").
///
/// A pattern is an object: its keys must all match; a leaf is an array of alternatives of which one must.
/// ```
/// {"body":{"kind":["order",{"prefix":"re"}],"amount":[{"numeric":[">",0,"<=",100]}],"$or":[{"a":[1]},{"b":[{"exists":false}]}]}}
/// ```
package struct FilterPattern: Hashable, Sendable {
    let root: Node

    /// Model of the Lambda API: `Pattern`, at most 4,096 characters.
    package static let lengthLimit = 4_096

    struct Node: Hashable, Sendable {
        var fields: [Field] = []
        /// Each `$or`: one of its alternatives must match.
        var choices: [[Node]] = []
    }

    struct Field: Hashable, Sendable {
        let name: String
        let test: Test
    }

    indirect enum Test: Hashable, Sendable {
        case object(Node)
        case anyOf([Leaf])
    }

    enum Leaf: Hashable, Sendable {
        /// Equality, strict about the type. Numbers are compared as they are spelled: 300 is not 300.0.
        case value(JSON)
        case equalsIgnoringCase(String)
        case prefix(String)
        case suffix(String)
        case anythingBut([JSON])
        case numeric([Bound])
        case exists(Bool)
    }

    struct Bound: Hashable, Sendable {
        enum Relation: String, Hashable, Sendable { case equal = "=", less = "<", atMost = "<=", greater = ">", atLeast = ">=" }
        let relation: Relation
        let number: Double

        func holds(_ value: Double) -> Bool {
            switch self.relation {
            case .equal: value == self.number
            case .less: value < self.number
            case .atMost: value <= self.number
            case .greater: value > self.number
            case .atLeast: value >= self.number
            }
        }
    }
}

/// The filters of a mapping: a message passes when one of them matches, or when there is none.
package struct FilterCriteria: Hashable, Sendable {
    /// The patterns as they were given, for the API's answers.
    package let texts: [String]
    private let patterns: [FilterPattern]

    /// Lambda developer guide, "Control which events Lambda sends to your function": five filters, up to ten by a quota request.
    package static let countLimit = 5

    /// - Throws: 400 "Invalid filter pattern definition." and a validation error for patterns that are too many or too long.
    package init(patterns texts: [String]) throws(LambdaAPIError) {
        guard texts.count <= Self.countLimit else {
            throw .invalidParameter("Maximum number of filters per event source mapping is \(Self.countLimit).")
        }
        var patterns: [FilterPattern] = []
        for (index, text) in texts.enumerated() {
            guard text.utf16.count <= FilterPattern.lengthLimit else {
                throw .validation([
                    "Value at 'filterCriteria.filters.\(index + 1).member.pattern' failed to satisfy constraint: "
                        + "Member must have length less than or equal to \(FilterPattern.lengthLimit)"
                ])
            }
            do {
                patterns.append(try FilterPattern(text))
            } catch {
                throw .invalidParameter("Invalid filter pattern definition. \(error.message)")
            }
        }
        self.texts = texts
        self.patterns = patterns
    }

    private init() {
        self.texts = []
        self.patterns = []
    }

    package static let none = FilterCriteria()

    package var isEmpty: Bool { self.patterns.isEmpty }

    package func passes(_ message: ReceivedMessage, from source: QueueSource) -> Bool {
        guard !self.isEmpty else { return true }
        let record = FilterRecord(message, source)
        return self.patterns.contains { $0.matches(record) }
    }
}
