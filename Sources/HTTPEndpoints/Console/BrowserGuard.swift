import HTTPServing
import NIOHTTP1

/// Keeps pages of other sites away from a server on this machine.
///
/// - A page may send a form or a plain POST anywhere, without asking (a "simple request" of the Fetch standard): browsers say where
///   it comes from, by `Origin` and `Sec-Fetch-Site` (W3C, "Fetch Metadata Request Headers"). Other clients send neither.
/// - A name of the attacker's may be made to point to 127.0.0.1 after his page has been loaded (DNS rebinding): then the page is of
///   the same origin, but the `Host` header still has the attacker's name.
struct BrowserGuard {
    /// The address that the host was told to listen on.
    let boundHost: String

    enum Refusal: String {
        case foreignHost = "The Host header names no address of this machine; the console answers to localhost and 127.0.0.1."
        case foreignOrigin = "The request comes from another site's page."
    }

    /// For the console and everything below `/_martlet`.
    /// - Parameter isPage: the console itself, to which a link on another site's page may lead.
    func refusal(of head: HTTPRequestHead, isPage: Bool = false) -> Refusal? {
        guard let host = Self.name(ofAuthority: head.headers.first(name: "host") ?? ""), self.isOwn(host) else {
            return .foreignHost
        }
        return !isPage && Self.comesFromElsewhere(head) ? .foreignOrigin : nil
    }

    /// For any request to the endpoint; clients that are no browser pass.
    static func comesFromElsewhere(_ head: HTTPRequestHead) -> Bool {
        var host = ""
        var origin: String?
        var site: String?
        for (name, value) in head.headers {
            switch name.utf8.count {
            case 4 where equal(name, "host"): host = value
            case 6 where equal(name, "origin"): origin = value
            case 14 where equal(name, "sec-fetch-site"): site = value
            default: break
            }
        }
        if let site, site != "same-origin", site != "none" { return true }
        guard let origin else { return false }
        return origin.lowercased() != "http://\(host)".lowercased()
    }

    /// `localhost`, `x.localhost`, `127.0.0.1`, `[::1]`; where the host listens on more than loopback also the address that it was
    /// told, or any literal address if that stands for all: no name can be rebound to one.
    private func isOwn(_ name: String) -> Bool {
        if name == "localhost" || name.hasSuffix(".localhost") || name == "::1" || Self.isLoopback(name) { return true }
        if name == self.boundHost.lowercased() { return true }
        return ["0.0.0.0", "::"].contains(self.boundHost) && Self.isLiteral(name)
    }

    private static func isLoopback(_ name: String) -> Bool { name.hasPrefix("127.") && self.isIPv4(name) }

    private static func isIPv4(_ name: String) -> Bool {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts.allSatisfy { $0.allSatisfy(\.isASCII) && UInt8($0) != nil }
    }

    private static func isLiteral(_ name: String) -> Bool { self.isIPv4(name) || name.contains(":") }

    /// Without port and brackets, in lower case; `nil` for what is no authority.
    static func name(ofAuthority authority: String) -> String? {
        let text = authority.lowercased()
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { return nil }
            return String(text[text.index(after: text.startIndex)..<end])
        }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count <= 2, let name = parts.first, !name.isEmpty else { return nil }
        return String(name)
    }
}
