/// `integration.request.{path,querystring,header}.NAME` ← expression: what of a method request reaches a REST API's backend.
package struct RequestParameterMappings: Hashable, Sendable {
    private enum Location: String, CaseIterable {
        case path
        case querystring
        case header
    }

    private struct Entry: Hashable {
        let location: Location
        let name: String
        let source: MappingExpression
    }

    private let entries: [Entry]

    /// - Throws: for the first destination or source that is none.
    package init(_ mappings: [ParameterMapping]) throws(MappingExpressionError) {
        var entries: [Entry] = []
        for mapping in mappings {
            let source = try MappingExpression(mapping.source, side: .request)
            entries.append(try Self.entry(mapping.destination, source))
        }
        self.entries = entries
    }

    private static func entry(_ destination: String, _ source: MappingExpression) throws(MappingExpressionError) -> Entry {
        for location in Location.allCases {
            let prefix = "integration.request.\(location.rawValue)."
            guard destination.hasPrefix(prefix), destination.utf8.count > prefix.utf8.count else { continue }
            return Entry(location: location, name: String(destination.dropFirst(prefix.count)), source: source)
        }
        throw MappingExpressionError(
            expression: destination, reason: "expected integration.request.{path,querystring,header}.NAME")
    }

    /// The mapped parameters alone. A source that is missing adds nothing.
    /// - Throws: ``MappingFailure/unreadableBody(_:)`` when a source asks for a value in a body that can't be read.
    package func apply(_ input: MappingInput) throws(MappingFailure) -> RequestParameters {
        var parameters = RequestParameters()
        for entry in self.entries {
            for value in try entry.source.values(input, side: .request) {
                switch entry.location {
                case .path: parameters.path.append(name: entry.name, value: value, ignoringCase: false)
                case .querystring: parameters.querystring.append(name: entry.name, value: value, ignoringCase: false)
                case .header: parameters.header.append(name: entry.name, value: value, ignoringCase: false)
                }
            }
        }
        return parameters
    }
}

extension RequestParameters {
    /// Puts the overrides of a request template in the place of mapped parameters of the same name. Header names are
    /// compared exactly: another casing is another header.
    package mutating func apply(_ overrides: MappingOverrides) {
        self.path = self.path.replacing(overrides.requestPath)
        self.querystring = self.querystring.replacing(overrides.requestQuerystring)
        self.header = self.header.replacing(overrides.requestHeaders)
    }
}

extension ValueLists {
    /// The same with the values of `others` in the place of those of the same name.
    fileprivate func replacing(_ others: ValueLists) -> ValueLists {
        guard !others.isEmpty else { return self }
        var lists = ValueLists(self.entries.map { ($0.name, others[$0.name] ?? $0.values) })
        for entry in others.entries where self[entry.name] == nil {
            for value in entry.values { lists.append(name: entry.name, value: value, ignoringCase: false) }
        }
        return lists
    }
}

/// `method.response.header.NAME` ← expression: the headers of a REST API's response.
package struct ResponseParameterMappings: Hashable, Sendable {
    private struct Entry: Hashable {
        let header: String
        let source: MappingExpression
    }

    private let entries: [Entry]
    private static let prefix = "method.response.header."

    /// - Throws: for the first destination or source that is none.
    package init(_ mappings: [ParameterMapping]) throws(MappingExpressionError) {
        var entries: [Entry] = []
        for mapping in mappings {
            guard mapping.destination.hasPrefix(Self.prefix), mapping.destination.utf8.count > Self.prefix.utf8.count else {
                throw MappingExpressionError(expression: mapping.destination, reason: "expected method.response.header.NAME")
            }
            entries.append(
                Entry(
                    header: String(mapping.destination.dropFirst(Self.prefix.count)),
                    source: try MappingExpression(mapping.source, side: .response)))
        }
        self.entries = entries
    }

    /// The mapped headers, in the order of the definition, then those that templates set: one of the same name replaces
    /// the mapped one. `input` holds the integration's body and headers.
    package func apply(
        _ input: MappingInput, overrides: MappingOverrides = MappingOverrides()
    ) throws(MappingFailure) -> [HTTPHeader] {
        var headers: [HTTPHeader] = []
        for entry in self.entries where overrides.responseHeaders[entry.header] == nil {
            for value in try entry.source.values(input, side: .response) { headers.append(HTTPHeader(entry.header, value)) }
        }
        for entry in overrides.responseHeaders.entries { headers += entry.values.map { HTTPHeader(entry.name, $0) } }
        return headers
    }
}
