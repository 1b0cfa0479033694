import CoreTypes

/// How an HTTP API reads the path of a request.
///
/// Captures of live requests (hotsock/voker, "ingress-paths.json"; the developer guide says nothing of it): `%2F` is a slash,
/// `%252F` one too, and whatever follows a `%3F` is lost. So the path is decoded before routes are looked for, cut at a question
/// mark, and what routes and events are given of it is decoded again; what can't be decoded then is refused with 400.
enum HTTPAPIPath {
    /// What routes are held against.
    static func routed(_ path: Substring) -> Substring {
        guard path.utf8.contains(UInt8(ascii: "%")) else { return path }
        let decoded = PercentEncoding.decode(path, plusIsSpace: false)
        return decoded[...].prefix { $0 != "?" }
    }

    /// What functions, endpoints and logs see.
    static func seen(_ path: Substring) -> String {
        PercentEncoding.decode(self.routed(path), plusIsSpace: false)
    }

    /// Whether both rounds find nothing but escapes.
    static func isReadable(_ path: Substring) -> Bool {
        guard path.utf8.contains(UInt8(ascii: "%")) else { return true }
        return PercentEncoding.isWellFormed(path) && PercentEncoding.isWellFormed(self.routed(path))
    }
}
