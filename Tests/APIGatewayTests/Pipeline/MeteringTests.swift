import CoreTypes
import Testing

@testable import APIGateway

/// What AWS asks money for: answers of AWS staff on re:Post ("Does AWS charge for throttled requests?", 2020, and "will i get
/// charged for these invalid api key quota exceeded or throttled request errors", 2024).
@Suite("Metering of requests")
struct MeteringTests {
    @Test("a request that is turned away costs nothing, any other does")
    func charged() {
        let turnedAway: [GatewayFault] = [
            .unauthorized, .tokenRefused("expired"), .accessDenied(isExplicit: true), .missingAuthenticationToken, .invalidAPIKey,
            .quotaExceeded, .throttled, .expiredToken, .scopeMissing(["read"]), .tokenMissing,
            .invalidSignature(code: "a", message: "b"),
        ]
        let served: [GatewayFault] = [
            .functionThrottled, .integrationFailure, .integrationTimeout, .invalidBody([]), .routeNotFound, .payloadTooLarge,
        ]
        #expect(turnedAway.allSatisfy { !$0.isCharged })
        #expect(served.allSatisfy { $0.isCharged })
    }

    @Test("an answer is metered once it is there, with its bytes")
    func answered() throws {
        let gateway = Gateway(GatewayConfiguration(apis: [httpAPI([route("POST", "/a")])]))
        var drive = gateway.drive("POST", "/a", body: Array("12345".utf8))
        _ = drive.start()
        #expect(drive.exchange.outcome == nil)
        _ = try drive.answer(#"{"statusCode":201,"body":"주문"}"#)
        let outcome = try #require(drive.exchange.outcome)
        #expect((outcome.apiID, outcome.kind, outcome.status) == ("http000000", .http, 201))
        #expect((outcome.requestBytes, outcome.responseBytes, outcome.isCharged) == (5, 6, true))
        #expect(outcome.streaming(10).responseBytes == 16)
    }

    @Test("a refused key is not charged; where there is no API nothing is metered")
    func refused() throws {
        var refused = KeysAndPlansTests.gateway().drive("GET", "/stage/a")
        _ = refused.start()
        let outcome = try #require(refused.exchange.outcome)
        #expect((outcome.kind, outcome.status, outcome.isCharged) == (.rest, 403, false))
        var nowhere = Gateway(GatewayConfiguration(apis: [])).drive("GET", "/a")
        _ = nowhere.start()
        #expect(nowhere.exchange.outcome == nil)
    }
}
