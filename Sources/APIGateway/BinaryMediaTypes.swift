/// Which bodies travel as base64.
enum BinaryMediaTypes {
    /// REST (developer guide, "Working with binary media types for REST APIs"): an entry matches exactly, `*/*` matches all,
    /// `type/*` matches its subtypes; a wildcard on the left alone matches nothing but its own spelling's right side: never.
    static func contains(_ entries: [String], _ mediaType: String?) -> Bool {
        entries.contains { entry in
            let entry = entry.replacing("~1", with: "/")
            if entry == "*/*" { return true }
            guard let mediaType, !entry.hasPrefix("*/") else { return false }
            if equalIgnoringCase(entry, mediaType) { return true }
            guard entry.hasSuffix("/*") else { return false }
            return equalIgnoringCase(String(entry.dropLast()), String(mediaType.prefix(entry.count - 1)))
        }
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
