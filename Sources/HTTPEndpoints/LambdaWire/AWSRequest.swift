import CoreTypes

/// A request as it came to the AWS endpoint, its body read.
package struct AWSRequest: Hashable, Sendable {
    package var method: String
    /// Percent-encoded as sent, without the query. Segments are decoded one by one, as ARNs in them may hold encoded slashes.
    package var path: String
    /// Decoded, in the order of the request; a name without `=` has the value "".
    package var query: [Parameter]
    package var headers: [Header]
    package var body: [UInt8]

    package struct Parameter: Hashable, Sendable {
        package var name: String
        package var value: String
        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    package typealias Header = AWSResponse.Header

    /// - Parameter target: path and query as the request line has them.
    package init(method: String, target: String, headers: [Header] = [], body: [UInt8] = []) {
        self.method = method
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        self.path = parts.first.map(String.init) ?? ""
        self.query = parts.count > 1 ? Self.parameters(parts[1]) : []
        self.headers = headers
        self.body = body
    }

    /// The first header of that name in any case.
    package func header(_ name: String) -> String? {
        self.headers.first { $0.name.utf8.count == name.utf8.count && $0.name.lowercased() == name.lowercased() }?.value
    }

    package func parameter(_ name: String) -> String? { self.query.first { $0.name == name }?.value }

    /// The decoded segments; a slash at the end adds none. An encoding that is not UTF-8 is repaired, as names are checked later.
    package var segments: [String] {
        var segments = self.path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        if segments.last?.isEmpty == true { segments.removeLast() }
        return segments.map { PercentEncoding.decode($0, plusIsSpace: false) }
    }

    /// `a=1&b=2` as a query or a form has it (WHATWG URL, "application/x-www-form-urlencoded parsing").
    package static func parameters(_ text: String) -> [Parameter] { self.parameters(text[...]) }

    package static func parameters(_ text: Substring) -> [Parameter] {
        text.split(separator: "&").map { pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return Parameter(
                PercentEncoding.decode(parts[0], plusIsSpace: true),
                parts.count > 1 ? PercentEncoding.decode(parts[1], plusIsSpace: true) : "")
        }
    }
}
