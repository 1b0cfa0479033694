import APIGateway
import CoreTypes
import Foundation
import LambdaCore
import Templates
import Testing

/// The template at the top of the project.
@Suite struct SampleTemplateTests {
    static let text: String = {
        let top = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        return (try? String(contentsOf: top.appending(path: "template.yaml"), encoding: .utf8)) ?? ""
    }()

    @Test func itLoadsWithoutANotice() throws {
        let deployment = try load(Self.text)
        #expect(deployment.notices.isEmpty)
        #expect(
            deployment.functions.map(\.configuration.name) == [
                "Hello", "Echo", "Orders", "Misbehave", "GreetPython", "GreetNode", "ShipOrders",
            ])
        #expect(deployment.functions[0].configuration.code == .swiftProduct(package: "/project", product: "Hello"))
        #expect(deployment.functions[0].configuration.environment == ["LOG_LEVEL": "INFO", "GREETING": "안녕하세요"])
        #expect(deployment.functions[2].configuration.logging.format == .json)
        #expect(deployment.functions[4].configuration.code == .folder("/project/Functions/greet-python"))
        #expect(deployment.queues.map(\.name) == ["OrdersDLQ", "OrdersQueue"])
        #expect(deployment.mappings.map { "\($0.queue.resource) → \($0.functionName)" } == ["OrdersQueue → ShipOrders"])
        #expect(deployment.gateway.apis.map(\.logicalID) == ["ServerlessRestApi", "ServerlessHttpApi"])
        #expect(
            deployment.gateway.apis[0].operations.map { "\($0.method ?? "-") \($0.path)" }
                == ["GET /hello", "GET /hello/{name}", "POST /orders", "GET /orders/{id}"])
        #expect(
            deployment.gateway.apis[1].operations.map { "\($0.method ?? "-") \($0.path)" }
                == ["ANY /echo", "ANY /echo/{proxy+}", "GET /python", "GET /node"])
    }

    @Test func everyTruncationLoadsOrIsRefusedWithAPlace() throws {
        let scalars = Array(Self.text.unicodeScalars)
        try #require(!scalars.isEmpty, "the sample template isn't there")
        for length in 0...scalars.count {
            var text = String.UnicodeScalarView()
            text.append(contentsOf: scalars[..<length])
            let lines = errors(String(text))
            #expect(lines.allSatisfy { $0.hasPrefix("template.yaml:") })
        }
    }

    /// A fixed walk over places and replacements: the same texts on every run.
    @Test func everyMutationLoadsOrIsRefusedWithAPlace() throws {
        let scalars = Array(Self.text.unicodeScalars)
        try #require(!scalars.isEmpty, "the sample template isn't there")
        let replacements = Array("{}[]:,!&*#?|>'\"%@`- \n\tx0한".unicodeScalars)
        var state: UInt64 = 0x5EED
        func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(bound))
        }
        for _ in 0..<2_000 {
            var changed = scalars
            for _ in 0...next(3) { changed[next(changed.count)] = replacements[next(replacements.count)] }
            var text = String.UnicodeScalarView()
            text.append(contentsOf: changed)
            #expect(errors(String(text)).allSatisfy { $0.hasPrefix("template.yaml:") })
        }
    }
}
