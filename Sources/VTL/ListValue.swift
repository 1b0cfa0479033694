/// A list that templates share by reference, as Java's lists are.
public final class ListValue {
    /// How a list is written where it is rendered as text.
    public enum Style: Sendable {
        /// As Java's collections write themselves: `[a, b]`.
        case java
        /// As compact JSON: `["a","b"]`, which is what json-smart's arrays do, and so the arrays that come out of a JSON body.
        case json
    }

    private var storage: [Value]
    public let style: Style
    /// Cut out of another list by `subList`, whose class it tells.
    let isPart: Bool
    /// Counts the additions and removals by methods, so that a loop over the list can refuse to go on after one.
    var revision: UInt32 = 0

    /// Taken out of the object while it is changed in place: an access that lasts, even if only one place in the library has it,
    /// would make every access look at run time whether another lasts.
    public var elements: [Value] {
        get { self.storage }
        set { self.storage = newValue }
        _modify {
            var elements = self.storage
            self.storage = []
            defer { self.storage = elements }
            yield &elements
        }
    }

    public init(_ elements: [Value] = [], style: Style = .java) {
        self.storage = elements
        self.style = style
        self.isPart = false
    }

    init(part elements: ArraySlice<Value>) {
        self.storage = Array(elements)
        self.style = .java
        self.isPart = true
    }
}
