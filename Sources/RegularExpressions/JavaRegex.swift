/// A regular expression as `java.util.regex.Pattern` reads it: what templates give to `replaceAll`, `split` and `matches`, what
/// stands behind `=~` in a JSONPath, selection patterns of integration responses. Matched by backtracking over an explicit stack,
/// with a bound on the steps, as a pattern can ask for exponential work.
package struct JavaRegex: Sendable {
    package let pattern: String
    private let program: RegexProgram

    /// - Throws: as Java's `PatternSyntaxException`.
    package init(_ pattern: String) throws(RegexFailure) {
        var compiler = RegexCompiler(pattern)
        self.pattern = pattern
        self.program = try compiler.compile()
    }

    /// Whether the whole text matches: Java's `matches()`.
    package func matches(_ text: String) throws(RegexFailure) -> Bool {
        var work = 0
        return try self.matches(text, work: &work)
    }

    /// Whether a part of the text matches: Java's `find()`.
    package func isFound(in text: String) throws(RegexFailure) -> Bool {
        var work = 0
        return try self.isFound(in: text, work: &work)
    }

    /// Whether a part of the text matches. `work` grows by what that took.
    package func isFound(in text: String, work: inout Int) throws(RegexFailure) -> Bool {
        var matcher = RegexMatcher(self.program, Array(text.unicodeScalars))
        defer { work += matcher.steps / 16 }
        return try matcher.find(from: 0) != nil
    }

    /// Whether the whole text matches. `work` grows by what that took, so that a caller can bound many matches together.
    package func matches(_ text: String, work: inout Int) throws(RegexFailure) -> Bool {
        var matcher = RegexMatcher(self.program, Array(text.unicodeScalars))
        defer { work += matcher.steps / 16 }
        return try matcher.match(at: 0, mustReachEnd: true) != nil
    }

    /// Replaces the first match or all; `$1` and `${name}` in the replacement stand for groups, `\` takes the next character as
    /// it is.
    package func replace(
        in text: String, with replacement: String, once: Bool, bytesMax: Int, work: inout Int
    ) throws(RegexFailure) -> String {
        let scalars = Array(text.unicodeScalars)
        var matcher = RegexMatcher(self.program, scalars)
        defer { work += matcher.steps / 16 }
        let parts = Array(replacement.unicodeScalars)
        var result = String.UnicodeScalarView()
        var copied = 0
        var place = 0
        while place <= scalars.count, let match = try matcher.find(from: place) {
            result.append(contentsOf: scalars[copied..<match.range.lowerBound])
            try self.append(parts, match, of: scalars, to: &result)
            copied = match.range.upperBound
            place = match.range.isEmpty ? copied + 1 : copied
            guard result.count <= bytesMax else { throw RegexFailure("OutOfMemoryError: a text grew beyond \(bytesMax) bytes") }
            if once { break }
        }
        result.append(contentsOf: scalars[copied...])
        return String(result)
    }

    private func append(
        _ parts: [Unicode.Scalar], _ match: RegexMatch, of text: [Unicode.Scalar], to result: inout String.UnicodeScalarView
    ) throws(RegexFailure) {
        var index = 0
        while index < parts.count {
            let scalar = parts[index]
            index += 1
            if scalar == "\\" {
                guard index < parts.count else {
                    throw RegexFailure("IllegalArgumentException: character to be escaped is missing")
                }
                result.append(parts[index])
                index += 1
            } else if scalar == "$" {
                let group = try self.group(parts, &index)
                if let range = match.groups[group] { result.append(contentsOf: text[range]) }
            } else {
                result.append(scalar)
            }
        }
    }

    /// A number takes as many digits as there are groups for.
    private func group(_ parts: [Unicode.Scalar], _ index: inout Int) throws(RegexFailure) -> Int {
        guard index < parts.count else {
            throw RegexFailure("IllegalArgumentException: Illegal group reference: group index is missing")
        }
        if parts[index] == "{", let end = parts[index...].firstIndex(of: "}") {
            let name = String(String.UnicodeScalarView(parts[(index + 1)..<end]))
            index = end + 1
            guard let group = self.program.names[name] else {
                throw RegexFailure("IllegalArgumentException: No group with name {\(name)}")
            }
            return group
        }
        guard var group = Self.digit(parts[index]) else {
            throw RegexFailure("IllegalArgumentException: Illegal group reference")
        }
        index += 1
        guard group < self.program.groupCount else { throw RegexFailure("IndexOutOfBoundsException: No group \(group)") }
        while index < parts.count, let digit = Self.digit(parts[index]), group * 10 + digit < self.program.groupCount {
            group = group * 10 + digit
            index += 1
        }
        return group
    }

    private static func digit(_ scalar: Unicode.Scalar) -> Int? {
        scalar.value >= 0x30 && scalar.value <= 0x39 ? Int(scalar.value) - 0x30 : nil
    }

    /// `String.split`: a limit of 0 drops empty texts at the end; an empty match at the start makes no empty text.
    package func split(_ text: String, limit: Int, work: inout Int) throws(RegexFailure) -> [String] {
        let scalars = Array(text.unicodeScalars)
        var matcher = RegexMatcher(self.program, scalars)
        defer { work += matcher.steps / 16 }
        func piece(_ range: Range<Int>) -> String { String(String.UnicodeScalarView(scalars[range])) }
        var parts: [String] = []
        var start = 0
        var place = 0
        while place <= scalars.count, limit <= 0 || parts.count < limit - 1, let match = try matcher.find(from: place) {
            let isEmptyAtStart = match.range.isEmpty && match.range.lowerBound == 0
            if !isEmptyAtStart { parts.append(piece(start..<match.range.lowerBound)) }
            if !isEmptyAtStart { start = match.range.upperBound }
            place = match.range.isEmpty ? match.range.upperBound + 1 : match.range.upperBound
        }
        if parts.isEmpty { return [text] }
        parts.append(piece(start..<scalars.count))
        if limit == 0 {
            while parts.last?.isEmpty == true { parts.removeLast() }
        }
        return parts
    }
}

struct RegexMatch {
    let range: Range<Int>
    let groups: [Range<Int>?]
}

/// Two are equal by their text.
extension JavaRegex: Hashable {
    package static func == (left: Self, right: Self) -> Bool { left.pattern == right.pattern }

    package func hash(into hasher: inout Hasher) { hasher.combine(self.pattern) }
}

/// What is wrong with a pattern, or why matching was given up.
package struct RegexFailure: Error, Hashable, Sendable {
    /// In the words of Java's exception where there is one: `PatternSyntaxException: Unclosed group near index 3`.
    package let message: String

    init(_ message: String) { self.message = message }
}
