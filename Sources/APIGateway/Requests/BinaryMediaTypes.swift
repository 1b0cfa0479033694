/// Which bodies travel as base64 (developer guide, "Working with binary media types for REST APIs"): an entry matches exactly,
/// `*/*` matches all, `type/*` matches its subtypes; a wildcard on the left alone matches nothing.
struct BinaryMediaTypes: Sendable {
    private let matchesAll: Bool
    private let exact: [String]
    /// With the slash: `image/`.
    private let prefixes: [String]

    init(_ entries: [String]) {
        // `~1` is the slash of patch paths and SAM.
        let entries = entries.map { $0.replacing("~1", with: "/").lowercased() }
        self.matchesAll = entries.contains("*/*")
        self.exact = entries.filter { !$0.hasPrefix("*/") && !$0.hasSuffix("/*") }
        self.prefixes = entries.filter { $0.hasSuffix("/*") && $0 != "*/*" }.map { String($0.dropLast()) }
    }

    func contains(_ mediaType: String?) -> Bool {
        if self.matchesAll { return true }
        guard !self.exact.isEmpty || !self.prefixes.isEmpty, let type = mediaType?.lowercased() else { return false }
        return self.exact.contains(type) || self.prefixes.contains { type.hasPrefix($0) }
    }

    /// HTTP APIs and function URLs: everything but these is base64 (measured; `application/*+json` and forms are base64 too).
    static func isText(_ contentType: String?) -> Bool {
        guard let type = contentType.flatMap(mediaType)?.lowercased() else { return false }
        return type.hasPrefix("text/") || type == "application/json" || type == "application/xml"
            || type == "application/javascript"
    }

    /// The first media type of a header value, without its parameters; `nil` for an empty value.
    static func mediaType(_ value: String) -> String? {
        let end = value.utf8.firstIndex { $0 == UInt8(ascii: ";") || $0 == UInt8(ascii: ",") } ?? value.endIndex
        let type = value[..<end].trimmed
        return type.isEmpty ? nil : String(type)
    }
}

extension Substring {
    /// Without spaces and tabs at both ends.
    var trimmed: Substring {
        func isSpace(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
        guard let start = self.utf8.firstIndex(where: { !isSpace($0) }), let end = self.utf8.lastIndex(where: { !isSpace($0) })
        else { return "" }
        return self[start...end]
    }
}
