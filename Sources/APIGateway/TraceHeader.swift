import CoreTypes

/// The `X-Amzn-Trace-Id` of a request (X-Ray developer guide, "Tracing header").
package struct TraceHeader: Hashable, Sendable {
    package static let name = "X-Amzn-Trace-Id"

    /// `1-5e66d96f-7491f09ab1e2d1e8a0c3d050`: version, seconds in hexadecimal, 24 random digits.
    package let root: String
    /// 16 hexadecimal digits.
    package let parent: String
    package let sampled: String
    private let hasClientParent: Bool

    /// A client's `Root` and `Parent` are kept, so is its `Sampled`; without one a request counts as sampled only if the client
    /// sent a `Parent`.
    package init(client: String?, stamp: RequestStamp) {
        var parts: [Substring: Substring] = [:]
        for part in client?.split(separator: ";") ?? [] {
            let pair = part.split(separator: "=", maxSplits: 1)
            guard pair.count == 2 else { continue }
            let value = pair[1].prefix(while: { $0.isLetter || $0.isNumber || $0 == "-" })
            if let name = pair[0].split(separator: " ").first, !value.isEmpty { parts[Substring(name.lowercased())] = value }
        }
        let seconds = hexadecimal(UInt64(truncatingIfNeeded: stamp.time.seconds), digits: 8)
        self.root = parts["root"].map(String.init) ?? "1-\(seconds)-\(stamp.traceDigits)"
        self.parent = parts["parent"].map(String.init) ?? stamp.parentDigits
        self.hasClientParent = parts["parent"] != nil
        self.sampled = parts["sampled"].map(String.init) ?? (self.hasClientParent ? "1" : "0")
    }

    /// What the event's header says: the root alone, as the guides' sample events show it, unless the client began the trace.
    var forwarded: String { self.hasClientParent ? self.text : "Root=\(self.root)" }

    /// What the invocation and a REST client get.
    package var text: String { "Root=\(self.root);Parent=\(self.parent);Sampled=\(self.sampled)" }
}
