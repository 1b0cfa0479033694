import CoreTypes
import Testing

@testable import APIGateway

/// AWS WAF API reference, "RateBasedStatement"; numbers by hand.
@Suite("Rate-based rules")
struct RateLimitTests {
    private static func limit(
        _ keys: [WebACL.RateLimit.Key], _ limit: Int = 2, scope: WebACL.Statement? = nil
    ) -> WebACL {
        WebACLTests.acl(
            WebACLTests.rule("R", .rate(WebACL.RateLimit(keys: keys, limit: limit, windowSeconds: 60, scope: scope))))
    }

    /// Which of the requests are blocked, each a second after the last.
    private static func blocked(_ acl: WebACL, _ requests: [InspectedRequest]) -> [Bool] {
        let state = GatewayState()
        return requests.enumerated().map { index, request in
            acl.verdict(on: request) {
                state.countRate($0, windowSeconds: $1, at: Timestamp(seconds: 1_200 + Int64(index)))
            }.isBlocked
        }
    }

    private static func request(_ method: String, from address: String) -> InspectedRequest {
        WebACLTests.inspected(method, headers: [("X-Forwarded-For", address)])
    }

    /// The example of the reference: 10.1.1.1 POST, 10.1.1.1 GET, 127.0.0.0 POST, 10.1.1.1 GET; the counts that it gives are those at
    /// which a limit of one less is passed.
    @Test("instances of the reference's example")
    func instances() {
        let forwarded = WebACL.ForwardedAddress(header: "X-Forwarded-For", position: .first, matchesWithoutAddress: false)
        let requests = [("POST", "10.1.1.1"), ("GET", "10.1.1.1"), ("POST", "127.0.0.0"), ("GET", "10.1.1.1")].map {
            Self.request($0, from: $1)
        }
        let (address, method) = (
            WebACL.RateLimit.Key.forwardedIP(forwarded), WebACL.RateLimit.Key.component(WebACL.Inspection(.method, []))
        )
        #expect(Self.blocked(Self.limit([address], 2), requests) == [false, false, false, true])
        #expect(Self.blocked(Self.limit([method], 1), requests) == [false, false, true, true])
        #expect(Self.blocked(Self.limit([address, method], 1), requests) == [false, false, false, true])
        #expect(Self.blocked(Self.limit([.sourceIP], 3), requests) == [false, false, false, true])
        #expect(Self.blocked(Self.limit([], 3), requests) == [false, false, false, true])
    }

    @Test("only what the scope-down statement matches counts, and requests without a key are left out")
    func scope() {
        let scope = WebACLTests.bytes(.method, .exactly, "POST")
        let requests = ["GET", "POST", "GET", "POST", "POST", "GET"].map { WebACLTests.inspected($0) }
        #expect(Self.blocked(Self.limit([.sourceIP], 2, scope: scope), requests) == [false, false, false, false, true, false])
        let key = WebACL.RateLimit.Key.component(WebACL.Inspection(.header("X-User"), [.lowercase]))
        let users = ["Kim", nil, "kim", nil, "KIM", nil].map { user in
            WebACLTests.inspected(headers: user.map { [("X-User", $0)] } ?? [])
        }
        #expect(Self.blocked(Self.limit([key], 2), users) == [false, false, false, false, true, false])
    }

    private static func instance(_ name: String) -> RateCounters.Instance {
        RateCounters.Instance(acl: "a", rule: "r", values: [Array(name.utf8)])
    }

    @Test("a window moves by steps of ten seconds")
    func window() {
        var counters = RateCounters()
        func count(_ seconds: Int64) -> Int {
            counters.count(Self.instance("a"), windowSeconds: 60, at: Timestamp(seconds: 1_200 + seconds))
        }
        #expect([0, 9, 10, 59].map(count) == [1, 2, 3, 4])
        // The step of 0 to 9 is a minute old.
        #expect(count(60) == 3)
        #expect(count(69) == 4)
        // Those of 10 too; then nothing for long.
        #expect(count(70) == 4)
        #expect(count(1_000) == 1)
        // A clock that goes back loses nothing.
        #expect(count(900) == 2)
    }

    @Test("other windows")
    func windows() {
        var counters = RateCounters()
        for (name, window) in [("a", 120), ("b", 300), ("c", 600)] {
            let start = Timestamp(seconds: 6_000)
            #expect(counters.count(Self.instance(name), windowSeconds: window, at: start) == 1)
            let last = start + .seconds(window - 1)
            #expect(counters.count(Self.instance(name), windowSeconds: window, at: last) == 2)
            #expect(counters.count(Self.instance(name), windowSeconds: window, at: start + .seconds(window)) == 2)
        }
    }

    @Test("so many instances, then those that are quiet make room")
    func bound() {
        var counters = RateCounters()
        func count(_ name: String, _ seconds: Int64) -> Int {
            counters.count(Self.instance(name), windowSeconds: 60, at: Timestamp(seconds: seconds))
        }
        for index in 0..<RateCounters.instancesMax { #expect(count("\(index)", 1_200) == 1) }
        #expect(count("one more", 1_200) == 0 && count("one more", 1_250) == 0)
        #expect(count("0", 1_250) == 2)
        #expect(count("one more", 1_260) == 1)
        #expect(count("0", 1_261) == 2 && count("1", 1_261) == 1)
    }
}
