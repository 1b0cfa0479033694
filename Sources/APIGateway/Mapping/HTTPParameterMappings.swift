import CoreTypes

/// `append:`, `overwrite:` and `remove:` of an HTTP API, for its requests (API Gateway developer guide, "Transform API
/// requests and responses for HTTP APIs in API Gateway").
package struct HTTPRequestMappings: Hashable, Sendable {
    private let mappings: [HTTPParameterMapping]

    /// - Throws: for the first key or value that an HTTP API can't have, header names that may not be mapped among them.
    package init(_ mappings: [ParameterMapping]) throws(MappingExpressionError) {
        var parsed: [HTTPParameterMapping] = []
        for mapping in mappings { parsed.append(try HTTPParameterMapping(mapping, side: .request)) }
        self.mappings = parsed
    }

    /// What the integration is sent, from what the client sent. Every value is taken from `input`, so that no mapping
    /// sees what another one did.
    package func apply(to request: inout MappedHTTPRequest, _ input: HTTPMappingInput) throws(MappingFailure) {
        for mapping in self.mappings {
            switch mapping.target {
            case .header(let name): try mapping.apply(to: &request.headers, name, input)
            case .querystring(let name):
                var values = mapping.action == .append ? request.querystring[name] ?? [] : []
                if mapping.action != .remove {
                    guard let value = try mapping.value(input) else { continue }
                    values.append(value)
                }
                request.querystring.set(name, values)
            case .path: if let path = try mapping.value(input) { request.path = path }
            case .statusCode: preconditionFailure("a request has no status code")
            }
        }
    }
}

/// The same for the responses of one status of the backend.
package struct HTTPResponseMappings: Hashable, Sendable {
    private let mappings: [HTTPParameterMapping]

    /// - Throws: as for requests.
    package init(_ mappings: [ParameterMapping]) throws(MappingExpressionError) {
        var parsed: [HTTPParameterMapping] = []
        for mapping in mappings { parsed.append(try HTTPParameterMapping(mapping, side: .response)) }
        self.mappings = parsed
    }

    /// A status that is no number of 100 to 599 is left as it was.
    package func apply(to response: inout MappedHTTPResponse, _ input: HTTPMappingInput) throws(MappingFailure) {
        for mapping in self.mappings {
            switch mapping.target {
            case .header(let name): try mapping.apply(to: &response.headers, name, input)
            case .statusCode:
                if let text = try mapping.value(input), let status = Int(text), 100...599 ~= status {
                    response.statusCode = status
                }
            case .querystring, .path: preconditionFailure("a response has no query string and no path")
            }
        }
    }
}

/// One mapping: what is done to which part, with which value.
private struct HTTPParameterMapping: Hashable {
    enum Action: String {
        case append
        case overwrite
        case remove
    }

    enum Target: Hashable {
        case header(String)
        case querystring(String)
        case path
        case statusCode
    }

    let action: Action
    let target: Target
    /// `nil` for `remove:`, whose value says nothing.
    private let source: HTTPMappingExpression?

    init(_ mapping: ParameterMapping, side: HTTPMappingExpression.Side) throws(MappingExpressionError) {
        let destination = mapping.destination
        let parts = destination.split(separator: ":", maxSplits: 1)
        guard parts.count == 2, let action = Action(rawValue: String(parts[0])),
            let target = Self.target(String(parts[1]), action, side)
        else {
            let others = side == .request ? "querystring.NAME or overwrite:path" : "overwrite:statuscode"
            throw MappingExpressionError(
                expression: destination, reason: "expected {append,overwrite,remove}:header.NAME, or \(others)")
        }
        if case .header(let name) = target, Self.isReserved(name) {
            throw MappingExpressionError(expression: destination, reason: "this header can't be mapped")
        }
        self.action = action
        self.target = target
        self.source = action == .remove ? nil : try HTTPMappingExpression(mapping.source, side: side)
    }

    private static func target(_ text: String, _ action: Action, _ side: HTTPMappingExpression.Side) -> Target? {
        switch (side, text) {
        case (.request, "path"): return action == .overwrite ? .path : nil
        case (.response, "statuscode"): return action == .overwrite ? .statusCode : nil
        default:
            if text.hasPrefix("header."), text != "header." { return .header(String(text.dropFirst("header.".count))) }
            guard side == .request, text.hasPrefix("querystring."), text != "querystring." else { return nil }
            return .querystring(String(text.dropFirst("querystring.".count)))
        }
    }

    private static let reserved: Set<String> = [
        "authorization", "connection", "content-encoding", "content-length", "content-location", "forwarded", "keep-alive",
        "origin", "proxy-authenticate", "proxy-authorization", "te", "trailers", "transfer-encoding", "upgrade",
        "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "via",
    ]

    /// The guide's list of reserved headers.
    private static func isReserved(_ name: String) -> Bool {
        let name = name.lowercased()
        return self.reserved.contains(name)
            || ["access-control-", "apigw-", "x-amz-", "x-amzn-"].contains { name.hasPrefix($0) }
    }

    func value(_ input: HTTPMappingInput) throws(MappingFailure) -> String? { try self.source?.text(input) }

    /// A source that is missing changes nothing.
    func apply(to headers: inout [HTTPHeader], _ name: String, _ input: HTTPMappingInput) throws(MappingFailure) {
        guard self.action != .remove else { return headers.removeAll { $0.isNamed(name) } }
        guard let value = try self.value(input) else { return }
        if self.action == .overwrite { headers.removeAll { $0.isNamed(name) } }
        headers.append(HTTPHeader(name, value))
    }
}

extension ValueLists {
    /// Puts values in the place of those of a name; none remove the name.
    fileprivate mutating func set(_ name: String, _ values: [String]) {
        let isKnown = self[name] != nil
        self = ValueLists(
            self.entries.map { ($0.name, $0.name == name ? values : $0.values) } + (isKnown ? [] : [(name, values)]))
    }
}

package struct MappedHTTPRequest: Hashable, Sendable {
    package var path: String
    package var querystring: ValueLists
    package var headers: [HTTPHeader]

    package init(path: String, querystring: ValueLists, headers: [HTTPHeader]) {
        self.path = path
        self.querystring = querystring
        self.headers = headers
    }
}

package struct MappedHTTPResponse: Hashable, Sendable {
    package var statusCode: Int
    package var headers: [HTTPHeader]

    package init(statusCode: Int, headers: [HTTPHeader]) {
        self.statusCode = statusCode
        self.headers = headers
    }
}

/// What expressions of an HTTP API can see. `$request.body.…` reads the body of a request, `$response.body.…` that of a
/// response.
package struct HTTPMappingInput {
    package var body: MappingBody
    /// `$request.path`: without the stage.
    package var path: String
    /// `$request.path.NAME`
    package var pathParameters: [String: String]
    package var querystring: ValueLists
    /// Of the request, or of the response for ``HTTPResponseMappings``. Names are compared without case.
    package var headers: [HTTPHeader]
    package var context: MappingContext
    package var stageVariables: [String: String]

    package init(
        body: MappingBody, path: String = "", pathParameters: [String: String] = [:], querystring: ValueLists = ValueLists(),
        headers: [HTTPHeader] = [], context: MappingContext = MappingContext(), stageVariables: [String: String] = [:]
    ) {
        self.body = body
        self.path = path
        self.pathParameters = pathParameters
        self.querystring = querystring
        self.headers = headers
        self.context = context
        self.stageVariables = stageVariables
    }
}
