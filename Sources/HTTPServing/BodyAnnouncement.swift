import NIOHTTP1

/// What a request's head says of the body that follows it, read in one pass.
struct BodyAnnouncement {
    /// Bytes, of `Content-Length`; `nil` without one.
    private(set) var length: Int?
    /// It has a `Transfer-Encoding`.
    private(set) var isChunked = false
    /// The client sends it when it is told to (RFC 9110 section 10.1.1).
    private(set) var waitsForContinue = false

    /// None.
    init() {}

    init(_ headers: HTTPHeaders) {
        for (name, value) in headers {
            switch name.utf8.count {
            // The parser has seen that these are digits and then blanks: more digits than fit are more than any limit.
            case 14 where equal(name, "content-length"):
                self.length = Int(Substring(value.utf8.prefix { 0x30...0x39 ~= $0 })) ?? .max
            case 17 where equal(name, "transfer-encoding"): self.isChunked = true
            case 6 where equal(name, "expect"): self.waitsForContinue = value.lowercased() == "100-continue"
            default: break
            }
        }
    }

    /// Whether there is a body at all.
    var isOfBody: Bool { self.isChunked || (self.length ?? 0) != 0 }
}
