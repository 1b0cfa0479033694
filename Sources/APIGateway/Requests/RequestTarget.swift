/// The path and query of a request target, as sent: nothing in them is decoded.
struct RequestTarget: Hashable {
    /// Begins with exactly one slash; further leading slashes are collapsed, all others stand.
    let path: Substring
    /// Behind the first `?`; `nil` without one. A fragment never belongs to it.
    let query: Substring?

    init(_ target: String) {
        var text = target[...]
        // Absolute form (RFC 9112 section 3.2.2): what stands before the path names the server.
        if text.utf8.first != UInt8(ascii: "/"), let scheme = text.firstRange(ofSchemeSeparator: "://") {
            let rest = text[scheme...]
            text = rest.utf8.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") }.map { rest[$0...] } ?? ""
        }
        if let fragment = text.utf8.firstIndex(of: UInt8(ascii: "#")) { text = text[..<fragment] }
        if let mark = text.utf8.firstIndex(of: UInt8(ascii: "?")) {
            self.query = text[text.utf8.index(after: mark)...]
            text = text[..<mark]
        } else {
            self.query = nil
        }
        self.path = Self.collapsingLeadingSlashes(text)
    }

    static func collapsingLeadingSlashes(_ path: Substring) -> Substring {
        guard let start = path.utf8.firstIndex(where: { $0 != UInt8(ascii: "/") }) else { return "/" }
        guard start > path.startIndex else { return "/" + path }
        return path[path.utf8.index(before: start)...]
    }

    /// The first segment and what follows it: `/dev//a` gives `dev` and `//a`; `/dev` gives `dev` and nothing.
    static func splitFirstSegment(_ path: Substring) -> (segment: Substring, rest: Substring) {
        let text = Substring(path.utf8.dropFirst())
        guard let end = text.utf8.firstIndex(of: UInt8(ascii: "/")) else { return (text, "") }
        return (text[..<end], text[end...])
    }
}

extension Substring {
    /// Where the text behind the first separator begins.
    fileprivate func firstRange(ofSchemeSeparator separator: String) -> Index? {
        guard let colon = self.utf8.firstIndex(of: UInt8(ascii: ":")) else { return nil }
        let rest = self[colon...]
        return rest.hasPrefix(separator) ? rest.utf8.index(rest.startIndex, offsetBy: separator.utf8.count) : nil
    }
}
