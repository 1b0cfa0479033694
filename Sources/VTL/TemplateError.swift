/// Why a template could not be parsed or rendered, and where.
public struct TemplateError: Error, Sendable, Equatable {
    public enum Kind: Sendable, Equatable {
        /// The text is no template.
        case syntax
        /// A method threw, or an index lies outside its list.
        case methodFailed
        /// The template uses what the profile refuses (`#parse`, `#include`).
        case refused
        /// A bound of ``Limits`` was reached: its name and value.
        case limit(String, Int)
    }

    public let kind: Kind
    public let message: String
    public let template: String
    public let position: Position

    public init(kind: Kind, message: String, template: String, position: Position) {
        self.kind = kind
        self.message = message
        self.template = template
        self.position = position
    }
}

/// A place in a template's text, both counted from 1; a column is a character of UTF-16, as editors count them.
public struct Position: Sendable, Hashable, Comparable {
    public let line: Int
    public let column: Int

    public init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    public static func < (left: Position, right: Position) -> Bool {
        (left.line, left.column) < (right.line, right.column)
    }
}

extension TemplateError: CustomStringConvertible {
    /// `mapping.vtl:3:14: …`
    public var description: String {
        "\(self.template):\(self.position.line):\(self.position.column): \(self.message)"
    }
}
