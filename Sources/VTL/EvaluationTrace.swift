/// A record of one rendering: which place of the template wrote which part of the output, and the value of each reference.
/// Hand one to ``Template/render(_:limits:trace:)``; a rendering without costs nothing more.
public final class EvaluationTrace {
    /// One thing that happened, in order of time.
    public struct Event: Sendable {
        public enum Kind: Sendable, Equatable {
            /// Text of the template was written.
            case text
            /// A reference was rendered, or used in an expression.
            case reference
            /// `#set` gave a reference its value.
            case assignment
            /// A condition of `#if` or `#elseif` was decided.
            case condition
            /// A round of `#foreach` began: the value is the element.
            case round
        }

        public let kind: Kind
        public let position: Position
        /// The reference, condition or directive as written in the template.
        public let source: String
        /// The value as it would render, cut after 1000 bytes; nil where it is null or undefined.
        public let value: String?
        /// The part of the output that it wrote, in bytes; empty where it wrote nothing. Text written while a text in quotes or a
        /// `#define`d block is rendered for its value has no place in the output, and an empty range.
        public let output: Range<Int>
    }

    public internal(set) var events: [Event] = []
    /// True once `eventsMax` was reached: later events are not in the record.
    public internal(set) var isCut = false

    /// A record of more would be of no use to a reader.
    public static let eventsMax = 100_000
    static let valueBytesMax = 1000

    public init() {}
}
