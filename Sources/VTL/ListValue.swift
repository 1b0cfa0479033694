/// A list that templates share by reference, as Java's lists are.
public final class ListValue {
    /// How a list is written where it is rendered as text.
    public enum Style: Sendable {
        /// As Java's collections write themselves: `[a, b]`.
        case java
        /// As compact JSON: `["a","b"]`, which is what json-smart's arrays do, and so the arrays that come out of a JSON body.
        case json
    }

    public var elements: [Value]
    public let style: Style
    /// Counts the additions and removals by methods, so that a loop over the list can refuse to go on after one.
    var revision: UInt32 = 0

    public init(_ elements: [Value] = [], style: Style = .java) {
        self.elements = elements
        self.style = style
    }
}
