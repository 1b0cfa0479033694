import CoreTypes
import Testing

@testable import APIGateway

@Suite("Exchange: every state × every event")
struct ExchangeStateTests {
    enum State: CaseIterable, Sendable {
        case ready, decompressing, authorizing, verifyingToken, verifyingSignature, function, proxyFunction, backend, answered
    }

    enum Event: CaseIterable, Sendable {
        case functionEnded, tokenVerified, tokenRefused, signatureVerified, signatureRefused, backendAnswered, backendFailed,
            timedOut, decompressed, damagedBody, bodyTooLarge

        func send(to drive: inout Drive) -> GatewayAction {
            switch self {
            case .functionEnded:
                return drive.authorize(authorizerAnswer(policy("Allow", LambdaAuthorizerTests.anyMethod)))
            case .tokenVerified: return drive.resume(.tokenVerified)
            case .tokenRefused: return drive.resume(.tokenRefused("no"))
            case .signatureVerified:
                let identity = IAMIdentity(
                    accessKey: "A", accountID: "000000000000", userID: "U", userARN: "arn:aws:iam::000000000000:user/u")
                return drive.resume(.signatureVerified(identity))
            case .signatureRefused: return drive.resume(.signatureRefused(.unknownKey))
            case .backendAnswered: return drive.resume(.backendAnswered(BackendAnswer(status: 200, headers: [], body: [])))
            case .backendFailed: return drive.resume(.backendFailed(.refused))
            case .timedOut: return drive.resume(.timedOut)
            case .decompressed: return drive.resume(.decompressed([0x61]))
            case .damagedBody: return drive.resume(.damagedBody)
            case .bodyTooLarge: return drive.resume(.bodyTooLarge)
            }
        }
    }

    static func drive(_ state: State) throws -> Drive {
        var drive: Drive
        switch state {
        case .ready: return Gateway(restMethod()).drive("GET", "/stage/a")
        case .decompressing:
            drive = Gateway(restMethod()).drive("POST", "/stage/a", headers: [("Content-Encoding", "gzip")], body: [1])
        case .authorizing:
            drive = Gateway(guarded(tokenAuthorizer())).drive("GET", "/stage/a", headers: LambdaAuthorizerTests.token)
        case .verifyingToken: drive = TokenTests.drive(TokenTests.claims())
        case .verifyingSignature:
            drive = Gateway(restMethod(method: { $0.authorization = .iam }))
                .drive("GET", "/stage/a", headers: [("Authorization", "AWS4-HMAC-SHA256 x")])
        case .function: drive = ServiceIntegrationTests.lambda().drive("POST", "/stage/f")
        case .proxyFunction: drive = Gateway(restMethod()).drive("GET", "/stage/a")
        case .backend: drive = HTTPIntegrationTests.gateway(.httpProxy, "http://example.com/").drive("GET", "/stage/a")
        case .answered: drive = Gateway(restMethod("GET", "/a")).drive("GET", "/stage/none")
        }
        _ = drive.start()
        return drive
    }

    enum Outcome: Equatable { case nothing, call, answer(Int) }

    /// What each state waits for; everything else came too late and changes nothing.
    static let expected: [State: [Event: Outcome]] = [
        .decompressing: [.decompressed: .call, .damagedBody: .answer(415), .bodyTooLarge: .answer(413)],
        .authorizing: [.functionEnded: .call, .timedOut: .answer(500)],
        .verifyingToken: [.tokenVerified: .call, .tokenRefused: .answer(401), .timedOut: .answer(401)],
        .verifyingSignature: [.signatureVerified: .call, .signatureRefused: .answer(403), .timedOut: .answer(403)],
        .function: [.functionEnded: .answer(200), .timedOut: .answer(504)],
        // The authorizer's answer is no proxy response.
        .proxyFunction: [.functionEnded: .answer(502), .timedOut: .answer(504)],
        .backend: [.backendAnswered: .answer(200), .backendFailed: .answer(500), .timedOut: .answer(504)],
    ]

    @Test("what happens", arguments: State.allCases, Event.allCases)
    func transition(state: State, event: Event) throws {
        var drive = try Self.drive(state)
        let outcome: Outcome
        switch event.send(to: &drive) {
        case .nothing: outcome = .nothing
        case .respond(let response): outcome = .answer(response.status)
        case .decompress, .invoke, .callAuthorizer, .verifyToken, .verifySignature, .sendHTTP, .callService: outcome = .call
        }
        #expect(outcome == Self.expected[state]?[event] ?? .nothing)
        if case .answer = outcome { #expect(drive.exchange.isAnswered) }
    }

    @Test("an exchange starts once, and answers once")
    func once() throws {
        for state in State.allCases where state != .ready {
            var drive = try Self.drive(state)
            #expect(drive.start().isNothing)
        }
        let answered = try Self.drive(.answered)
        #expect(answered.exchange.refuse(.throttled, at: testTime).isNothing)
        let waiting = try Self.drive(.backend)
        #expect(try waiting.exchange.refuse(.payloadTooLarge, at: testTime).response.status == 413)
    }

    /// A listener may deliver events in any order: whatever comes, there is at most one answer and nothing traps.
    @Test("random events lead to one answer at most", arguments: 0..<30)
    func random(seed: UInt64) throws {
        var generator = SeededGenerator(state: seed)
        for state in State.allCases {
            var drive = try Self.drive(state)
            var answers = drive.exchange.isAnswered ? 1 : 0
            for _ in 0..<12 {
                let event = Event.allCases.randomElement(using: &generator) ?? .timedOut
                if case .respond = event.send(to: &drive) { answers += 1 }
            }
            #expect(answers <= 1, "seed \(seed), state \(state)")
        }
    }
}
