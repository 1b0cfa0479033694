/// A path into a JSON document as Jayway's JsonPath 2.0 understands it, which is what API Gateway evaluates:
/// `$.store.book[0].title`, `$['a b']`, `$.x[0,2]`, `$.x[-1:]`, `$..price`, `$.*`, `$.book[?(@.price < 10 && @.isbn)]`,
/// `$.x[(@.length-1)]`. The leading `$.` may be left out.
///
/// Where the library's own reading of a path is odd, it is followed to the letter, because templates were written against
/// it: functions (`length()`), negative single indices and names in double quotes came with later versions and are not
/// known. Source: README of JsonPath 2.0.0; behaviour compared with the library itself.
package struct JSONPath: Hashable, Sendable {
    let tokens: [Token]
    /// For each token whether it and all that follow it are definite.
    let definiteFrom: [Bool]

    enum Token: Hashable, Sendable {
        /// `$`. A second one in the middle of a path stands for the value it is applied to.
        case root
        /// `.name`, `['name']`; several names make a new object of those members, and no name an empty one.
        case property([String])
        /// `[1]`
        case index(Int)
        /// `[0,2]`
        case indices([Int])
        /// `[(@.length-1)]`: counted from the array's end.
        case fromEnd(Int)
        /// `[2:]`
        case sliceFrom(Int)
        /// `[:2]`
        case sliceTo(Int)
        /// `[1:3]`
        case slice(Int, Int)
        /// `*`
        case wildcard
        /// `..`
        case scan
        /// `[?(…)]`
        case filter(JSONPathFilter)

        var isDefinite: Bool {
            switch self {
            case .root, .property, .index, .fromEnd: true
            case .indices, .sliceFrom, .sliceTo, .slice, .wildcard, .scan, .filter: false
            }
        }
    }

    init(tokens: [Token]) {
        self.tokens = tokens
        var definite = [Bool](repeating: true, count: tokens.count + 1)
        for place in tokens.indices.reversed() { definite[place] = tokens[place].isDefinite && definite[place + 1] }
        self.definiteFrom = definite
    }

    /// Whether the path names one value. One that doesn't gives a list, an empty one where nothing fits.
    package var isDefinite: Bool { self.definiteFrom[0] }

    /// The library's rule of what lies "upstream" looks at the token before and everything behind it.
    func isUpstreamDefinite(at place: Int) -> Bool {
        self.tokens[place].isDefinite && (place == 0 || self.definiteFrom[place - 1])
    }

    /// - Throws: ``JSONPathError/invalidPath(_:)``.
    package init(_ text: String) throws(JSONPathError) {
        var compiler = JSONPathCompiler(text)
        self = try compiler.compile()
    }

    /// The value at the path, or for an indefinite path the array of all values, in the order in which the library finds
    /// them.
    /// - Throws: ``JSONPathError/notFound`` for a definite path that leads nowhere, and other cases where the path and the
    ///   document don't fit.
    package func read<Tree: JSONTree>(_ document: Tree) throws(JSONPathError) -> Tree {
        try JSONPathEvaluation(root: document, requiresProperties: false).value(of: self, in: document)
    }
}

/// Why a path gave nothing.
package enum JSONPathError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The text is no path, with the reason.
    case invalidPath(String)
    /// The path leads nowhere in this document.
    case notFound
    /// A step doesn't fit the value it came to: an index into an object, a filter on a number, a text compared with a
    /// number.
    case unfit(String)
    /// The path visits more than ``JSONPath/visitLimit`` values.
    case tooManyVisits

    package var description: String {
        switch self {
        case .invalidPath(let reason): "invalid JSONPath: \(reason)"
        case .notFound: "the JSONPath leads nowhere"
        case .unfit(let reason): "the JSONPath doesn't fit the document: \(reason)"
        case .tooManyVisits: "the JSONPath visits more than \(JSONPath.visitLimit) values"
        }
    }
}

extension JSONPath {
    /// A path with several `..` visits a document's values over and over; this ends it in about a second.
    package static let visitLimit = 10_000_000
}
