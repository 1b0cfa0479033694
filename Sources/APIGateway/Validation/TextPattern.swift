import RegularExpressions

/// A regular expression of a configuration, compiled once: selection patterns and validation expressions are Java's, those of
/// schemas ECMA 262's, those of web ACLs PCRE's, which Java's syntax covers as far as they are used there. A match that takes more
/// steps than the engine allows is none: where Java would not come back, the request goes on by the default.
package struct TextPattern: Hashable, Sendable {
    private let regex: JavaRegex

    package var text: String { self.regex.pattern }

    /// `nil` for what is no regular expression.
    package init?(_ text: String) {
        // What is wrong in it matters to the one who reads the template, where it is reported with its place.
        guard let regex = try? JavaRegex(text) else { return nil }
        self.regex = regex
    }

    /// Java's `matches()`: from the first character to the last.
    func matchesWhole(_ input: String) -> Bool {
        // Only the bound on steps throws.
        (try? self.regex.matches(input)) ?? false
    }

    func isFound(in input: String) -> Bool {
        // As above.
        (try? self.regex.isFound(in: input)) ?? false
    }
}
