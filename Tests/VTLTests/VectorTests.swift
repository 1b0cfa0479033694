import Foundation
import Testing
import VTL

/// Templates with the output that a real engine gave; `Vectors/SOURCES.md` says which.
struct VectorTests {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Vectors")

    @Test(arguments: ["velocity", "api-gateway", "java-string"])
    func templatesRenderAsRecorded(file: String) throws {
        let lines = try String(contentsOf: Self.folder.appending(path: "\(file).ndjson"), encoding: .utf8).split(separator: "\n")
        #expect(lines.count > 10)
        for line in lines {
            guard case .map(let vector) = JSONValues.value(String(line)), case .string(let text)? = vector["template"],
                case .string(let profileName)? = vector["profile"], case .map(let map)? = vector["variables"]
            else {
                Issue.record("not a vector: \(line)")
                continue
            }
            var variables: [String: Value] = [:]
            for entry in map.entries { variables[entry.key.text] = entry.value }
            let own: String?
            do {
                let template = try Template(text, profile: profileName == "API Gateway" ? .apiGateway : .velocity1_7)
                own = String(decoding: try template.render(variables), as: UTF8.self)
            } catch {
                own = nil
                // The class of Java's exception stands before the text of both.
                if case .string(let exception)? = vector["exception"] {
                    let name = error.message.prefix { $0 != ":" }
                    #expect(exception.prefix { $0 != ":" }.hasSuffix("." + name), "\(text): \(error.message)")
                }
            }
            var expected: String?
            if case .string(let output)? = vector["expected"] { expected = output }
            #expect(own == expected, "\(profileName): \(text)")
        }
    }

    @Test
    func jsonListsWriteThemselvesAsJSON() throws {
        // Recorded on API Gateway: an array within an object stays JSON, an object within an array becomes JSON.
        let inner: Value = .list(ListValue([["nested": "bar"]], style: .json))
        let template = try Template("$a $b", profile: .apiGateway)
        let output = try template.render([
            "a": .list(ListValue([["foo": "bar"], 1, "a", .null], style: .json)), "b": ["foo": inner],
        ])
        #expect(String(decoding: output, as: UTF8.self) == #"[{"foo":"bar"},1,"a",null] {foo=[{"nested":"bar"}]}"#)
    }

    @Test
    func hashMapsKeepJavasOrder() {
        // Recorded on API Gateway: the keys of `$context`, a `java.util.HashMap`.
        let recorded = [
            "resourceId", "resourcePath", "httpMethod", "extendedRequestId", "requestTime", "path", "accountId", "protocol",
            "requestOverride", "stage", "domainPrefix", "requestTimeEpoch", "requestId", "identity", "domainName", "deploymentId",
            "responseOverride", "apiId",
        ]
        let map = MapValue(order: .hash)
        // Of two keys in one bucket the service has inserted these first.
        for key in ["path", "requestId", "domainName"] + recorded.sorted() { map[key] = 1 }
        #expect(map.keys.map(\.text) == recorded)
    }
}
