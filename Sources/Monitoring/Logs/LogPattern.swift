import CoreTypes
import RegularExpressions

/// A filter pattern of CloudWatch Logs (Amazon CloudWatch Logs user guide, "Filter pattern syntax"):
///
/// - terms: `ERROR "MISSING ARGUMENTS" -exit`, `?ERROR ?WARN`, `%AUTHORI[SZ]ED%`. All terms must be found, none with `-`; of
///   terms with `?` one, and where other terms stand beside them they say nothing.
/// - fields of a JSON object: `{ $.latency >= 500 && ($.user.id = 1 || $.error IS NULL) }`
/// - fields apart by spaces: `[ip, ..., request = *.html*, status = 4*, bytes > 1000]`
///
/// Upper and lower case differ. An empty pattern takes everything.
package struct LogPattern: Hashable, Sendable {
    package let text: String
    let form: Form

    enum Form: Hashable, Sendable {
        case terms(Terms)
        case json(Expression<[JSONStep]>)
        case fields(Fields)
    }

    struct Terms: Hashable, Sendable {
        var required: [Term] = []
        var excluded: [Term] = []
        var optional: [Term] = []
    }

    enum Term: Hashable, Sendable {
        case text(String)
        case regex(JavaRegex)
    }

    /// Conditions on what a selector finds.
    indirect enum Expression<Selector: Hashable & Sendable>: Hashable, Sendable {
        case test(Selector, Test)
        case all([Expression])
        case any([Expression])
    }

    /// A step of `$.users[0].id`.
    enum JSONStep: Hashable, Sendable {
        case member(String)
        case element(Int)
    }

    enum Test: Hashable, Sendable {
        case compare(Operator, Literal)
        case isNull, isTrue, isFalse, exists, notExists
    }

    enum Operator: String, Hashable, Sendable, CaseIterable {
        // The longer ones first: a reader takes the first that fits.
        case notEqual = "!="
        case lessOrEqual = "<="
        case greaterOrEqual = ">="
        case equal = "="
        case less = "<"
        case greater = ">"
    }

    struct Literal: Hashable, Sendable {
        enum Match: Hashable, Sendable {
            /// `*` at either end stands for any text.
            case text(String, openStart: Bool, openEnd: Bool)
            case regex(JavaRegex)
        }
        var match: Match
        /// Of a literal without quotes that is a number.
        var number: Double?
    }

    /// Fields of an event by position.
    struct Fields: Hashable, Sendable {
        var first: [Field]
        /// Behind an ellipsis, which stands for any number of fields; `nil` without one.
        var last: [Field]?
    }

    struct Field: Hashable, Sendable {
        var condition: Expression<NoSelector>?
    }

    struct NoSelector: Hashable, Sendable {}

    /// The service's own bound on a pattern (Amazon CloudWatch Logs API reference, FilterLogEvents, `filterPattern`).
    package static let lengthMax = 1_024
    /// Parentheses in each other.
    static let depthMax = 32
}

/// Why a text is no filter pattern; a sentence.
package struct LogPatternError: Error, Hashable, Sendable, CustomStringConvertible {
    package let message: String
    package var description: String { self.message }
}
