extension WebACL {
    /// What a statement looks at: a component of the request, after its transformations.
    package struct Inspection: Hashable, Sendable {
        package var component: Component
        /// By ascending priority.
        package var transformations: [TextTransformation]

        package init(_ component: Component, _ transformations: [TextTransformation]) {
            self.component = component
            self.transformations = transformations
        }
    }

    /// AWS WAF API reference, "FieldToMatch". All but bodies as the client sent them, percent-encoding and all.
    package enum Component: Hashable, Sendable {
        case method
        /// With the stage or base path.
        case path
        /// Behind the `?`; empty without one.
        case query
        case header(String)
        case queryArgument(String)
        case allQueryArguments
        case headers(Selection, Scope, Oversize)
        case cookies(Selection, Scope, Oversize)
        /// The names of the headers, joined by colons.
        case headerOrder(Oversize)
        case body(Oversize)
        case jsonBody(JSONBody)
        /// Of one name; what rate-based rules may aggregate on.
        case cookie(String)
    }

    /// Which headers or cookies, by their names.
    package enum Selection: Hashable, Sendable {
        case all
        case included([String])
        case excluded([String])

        func holds(_ name: String) -> Bool {
            switch self {
            case .all: true
            case .included(let names): names.contains { equalIgnoringCase($0, name) }
            case .excluded(let names): !names.contains { equalIgnoringCase($0, name) }
            }
        }
    }

    /// `MatchScope`
    package enum Scope: String, Hashable, Sendable, CaseIterable {
        case all = "ALL"
        case key = "KEY"
        case value = "VALUE"

        var hasKeys: Bool { self != .value }
        var hasValues: Bool { self != .key }
    }

    /// What becomes of a component that is larger than WAF looks at.
    package enum Oversize: String, Hashable, Sendable, CaseIterable {
        /// What there is room for is looked at.
        case `continue` = "CONTINUE"
        case match = "MATCH"
        case noMatch = "NO_MATCH"
    }

    package struct JSONBody: Hashable, Sendable {
        package enum Fallback: String, Hashable, Sendable, CaseIterable {
            case match = "MATCH"
            case noMatch = "NO_MATCH"
            case evaluateAsString = "EVALUATE_AS_STRING"
        }

        package var scope: Scope
        /// JSON pointers (RFC 6901), taken apart; `nil` for all of the body.
        package var paths: [[String]]?
        /// For a body that is no JSON.
        package var fallback: Fallback
        package var oversize: Oversize

        package init(scope: Scope, paths: [[String]]?, fallback: Fallback, oversize: Oversize) {
            self.scope = scope
            self.paths = paths
            self.fallback = fallback
            self.oversize = oversize
        }
    }
}

/// What a component has to say for a statement.
enum InspectedContent {
    /// The statement is held against each, and matches if one does; none where the request hasn't the component.
    case values([[UInt8]])
    /// It is larger than WAF looks at, or can't be read: the statement says what then.
    case decided(Bool)
}
