import NIOHTTP1
import Testing

@testable import HTTPEndpoints

/// Who may ask a server on this machine, by what browsers say of a request: `Host` (RFC 9110 section 7.2), `Origin` (RFC 6454) and
/// `Sec-Fetch-Site` (W3C, "Fetch Metadata Request Headers").
struct BrowserGuardTests {
    private func head(_ headers: [(String, String)]) -> HTTPRequestHead {
        HTTPRequestHead(version: .http1_1, method: .GET, uri: "/_martlet/overview", headers: HTTPHeaders(headers))
    }

    private func refusal(_ headers: [(String, String)], boundHost: String = "127.0.0.1") -> BrowserGuard.Refusal? {
        BrowserGuard(boundHost: boundHost).refusal(of: self.head(headers))
    }

    @Test(arguments: [
        "localhost", "LOCALHOST:3001", "127.0.0.1", "127.0.0.1:3001", "127.9.9.9:1", "[::1]:3001", "api.localhost:3001",
    ])
    func thisMachineIsAnswered(host: String) { #expect(self.refusal([("Host", host)]) == nil) }

    @Test(arguments: [
        "evil.example", "evil.example:3001", "127.0.0.1.evil.example", "localhost.evil.example", "evillocalhost",
        "192.168.1.7:3001",
        "127.0.0.256", "127.1", "[::2]:3001", "[::1", "a:b:c", "", "[]",
    ])
    func aNameThatWasReboundIsRefused(host: String) { #expect(self.refusal([("Host", host)]) == .foreignHost) }

    @Test func aRequestWithoutHostIsRefused() { #expect(self.refusal([]) == .foreignHost) }

    @Test func aHostThatListensElsewhereAnswersToThatAddressAndToNoName() {
        #expect(self.refusal([("Host", "192.168.1.7:3001")], boundHost: "192.168.1.7") == nil)
        #expect(self.refusal([("Host", "192.168.1.8:3001")], boundHost: "192.168.1.7") == .foreignHost)
        #expect(self.refusal([("Host", "192.168.1.8:3001")], boundHost: "0.0.0.0") == nil)
        #expect(self.refusal([("Host", "[fe80::1]:3001")], boundHost: "::") == nil)
        #expect(self.refusal([("Host", "evil.example")], boundHost: "0.0.0.0") == .foreignHost)
    }

    @Test(arguments: [
        [("Origin", "http://localhost:3001")], [("origin", "HTTP://LOCALHOST:3001")], [("Sec-Fetch-Site", "same-origin")],
        [("Sec-Fetch-Site", "none")], [("User-Agent", "curl/8")],
    ])
    func theOwnPageAndClientsThatAreNoBrowserAreAnswered(headers: [(String, String)]) {
        #expect(self.refusal([("Host", "localhost:3001")] + headers) == nil)
    }

    @Test(arguments: [
        [("Origin", "http://evil.example")], [("Origin", "null")], [("Origin", "http://localhost:3002")],
        [("Origin", "https://localhost:3001")], [("Origin", "http://localhost:3001.evil.example")], [("Origin", "")],
        [("Sec-Fetch-Site", "cross-site")], [("SEC-FETCH-SITE", "same-site")],
        [("Origin", "http://localhost:3001"), ("Sec-Fetch-Site", "cross-site")],
    ])
    func otherSitesAreRefused(headers: [(String, String)]) {
        #expect(self.refusal([("Host", "localhost:3001")] + headers) == .foreignOrigin)
    }

    @Test func aLinkOfAnotherSiteMayLeadToThePage() {
        let head = self.head([("Host", "localhost:3001"), ("Sec-Fetch-Site", "cross-site")])
        let guardian = BrowserGuard(boundHost: "127.0.0.1")
        #expect(guardian.refusal(of: head, isPage: true) == nil)
        #expect(guardian.refusal(of: head) == .foreignOrigin)
        let rebound = self.head([("Host", "evil.example"), ("Sec-Fetch-Site", "cross-site")])
        #expect(guardian.refusal(of: rebound, isPage: true) == .foreignHost)
    }
}
