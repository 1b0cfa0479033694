/// A regular expression of a configuration, compiled once: selection patterns and validation expressions are Java's, those of
/// schemas ECMA 262's. Both are read by Swift's engine, whose syntax covers what the two share; scalars count, not graphemes.
///
/// `@unchecked Sendable`: `Regex` is not `Sendable` because a regex builder may carry closures. This one is made from a text,
/// is never changed, and lowers its program once under an atomic store.
struct TextPattern: @unchecked Sendable {
    private let regex: Regex<AnyRegexOutput>
    let text: String

    /// `nil` for what is no regular expression.
    init?(_ text: String) {
        // A pattern that does not parse is no pattern: what is wrong in it matters to the one who reads the template, where it
        // is reported with its place.
        guard let regex = try? Regex(text) else { return nil }
        self.regex = regex.matchingSemantics(.unicodeScalar)
        self.text = text
    }

    /// Java's `matches()`: from the first character to the last.
    func matchesWhole(_ input: String) -> Bool {
        // Only a regex with transforming captures throws, and one made from a text has none.
        (try? self.regex.wholeMatch(in: input)) != nil
    }

    func isFound(in input: String) -> Bool {
        // As above.
        (try? self.regex.firstMatch(in: input)) != nil
    }
}
