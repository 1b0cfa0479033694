import APIGateway
import Foundation
import Templates
import Testing

/// A SAM template means here what the official translator says it means (sam/SOURCES.md).
@Suite struct SAMTranslationTests {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "sam")
    static let names = [
        "implicit", "stage", "cors", "authorizers", "keys", "models", "policy", "domain", "http", "definition",
    ]

    static func gateway(_ file: String) throws -> GatewayConfiguration {
        let text = try String(contentsOf: Self.folder.appending(path: file), encoding: .utf8)
        return try load(text).gateway.comparable
    }

    @Test(arguments: names)
    func meansWhatTheTranslatorMakesOfIt(name: String) throws {
        let (ours, theirs) = (try Self.gateway("\(name).yaml"), try Self.gateway("\(name).cfn.json"))
        #expect(ours.apis.map(\.logicalID) == theirs.apis.map(\.logicalID))
        for (our, their) in zip(ours.apis, theirs.apis) {
            Self.compare(our, their)
        }
        #expect(ours.usagePlans == theirs.usagePlans)
        #expect(ours.apiKeys == theirs.apiKeys)
        #expect(ours.domains == theirs.domains)
        #expect(ours == theirs)
    }

    /// Part by part, so that a difference is told by its place.
    private static func compare(_ ours: API, _ theirs: API) {
        switch (ours, theirs) {
        case (.rest(let ours), .rest(let theirs)):
            #expect(ours.resources.map(\.path) == theirs.resources.map(\.path))
            for (our, their) in zip(ours.resources, theirs.resources) {
                #expect(our.methods.map(\.httpMethod) == their.methods.map(\.httpMethod), "\(our.path)")
                for (our, their) in zip(our.methods, their.methods) { #expect(our == their) }
            }
            #expect(ours.authorizers == theirs.authorizers)
            #expect(ours.stages == theirs.stages)
            #expect(ours.models == theirs.models)
            #expect(ours.policy == theirs.policy)
            #expect(ours.gatewayResponses == theirs.gatewayResponses)
            #expect(ours.requestValidators == theirs.requestValidators)
        case (.http(let ours), .http(let theirs)):
            for (our, their) in zip(ours.routes, theirs.routes) { #expect(our == their) }
            #expect(ours.authorizers == theirs.authorizers)
            #expect(ours.stages == theirs.stages)
            #expect(ours.cors == theirs.cors)
        case (.rest, .http), (.http, .rest):
            Issue.record("\(ours.logicalID) is of two kinds")
        }
    }
}
