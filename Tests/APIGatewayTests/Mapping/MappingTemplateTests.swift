import APIGateway
import CoreTypes
import Foundation
import Testing

/// A line of `Vectors/templates.ndjson`; `Vectors/SOURCES.md` says where they are from.
struct MappingVector: CustomTestStringConvertible, Sendable {
    let object: JSONObject

    var testDescription: String { self.object["name"]?.stringValue ?? "" }

    static let all: [MappingVector] = {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Vectors/templates.ndjson")
        // A missing file fails the test that counts the vectors.
        let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").map { line in
            // As does a line that is no JSON.
            MappingVector(object: (try? JSON(parsing: String(line)))?.objectValue ?? [:])
        }
    }()

    var input: MappingInput {
        let body: MappingBody =
            switch self.object["body"] {
            case nil: MappingBody("")
            case .string(let text): MappingBody(text)
            case let value?: MappingBody(value.bytes)
            }
        var input = MappingInput(body: body, context: MappingContext(self.object["context"]?.objectValue ?? [:]))
        input.parameters.path = self.lists("path")
        input.parameters.querystring = self.lists("querystring")
        input.parameters.header = self.lists("header")
        for (name, value) in self.object["stageVariables"]?.objectValue?.members ?? [] {
            input.stageVariables[name] = value.stringValue
        }
        return input
    }

    private func lists(_ location: String) -> ValueLists {
        ValueLists(
            (self.object["params"]?[location]?.objectValue?.members ?? []).map { name, value in
                (name, value.arrayValue?.compactMap(\.stringValue) ?? [value.stringValue ?? ""])
            })
    }
}

func render(_ template: String, _ input: MappingInput = MappingInput(body: MappingBody(""))) throws -> RenderedMapping {
    try CompiledTemplate(template).render(input)
}

@Suite("Mapping templates")
struct MappingTemplateTests {
    @Test("the vectors are there")
    func count() { #expect(MappingVector.all.count { !$0.object.isEmpty } > 25) }

    @Test("render as on AWS", arguments: MappingVector.all)
    func vectors(vector: MappingVector) throws {
        let template = try #require(vector.object["template"]?.stringValue)
        let output = String(decoding: try render(template, vector.input).body, as: UTF8.self)
        let expected = try #require(vector.object["expected"]?.stringValue)
        if vector.object["collapse"] == true {
            // The page doesn't show the white space.
            #expect(output.filter { !$0.isWhitespace } == expected.filter { !$0.isWhitespace })
        } else {
            #expect(output == expected)
        }
    }

    // API Gateway developer guide, "Override your API's request and response parameters and status codes".
    @Test("collect overrides of requests and responses")
    func overrides() throws {
        let rendered = try render(
            """
            #set($context.requestOverride.header.X-A = "1")#set($context.requestOverride.path.id = 7)\
            #set($context.requestOverride.querystring['q'] = ["a", "b"])#set($context.responseOverride.header.Content-Type = "text/plain")\
            #set($context.responseOverride.status = 418)
            """)
        var expected = MappingOverrides()
        expected.requestHeaders = ValueLists([("X-A", ["1"])])
        expected.requestPath = ValueLists([("id", ["7"])])
        expected.requestQuerystring = ValueLists([("q", ["a", "b"])])
        expected.responseHeaders = ValueLists([("Content-Type", ["text/plain"])])
        expected.responseStatus = 418
        #expect(rendered.overrides == expected)
    }

    // `java.util.HashMap`, which the maps of `$context` are on the service.
    @Test("write overrides by the methods of a map, too")
    func overridesByMethods() throws {
        let rendered = try render(
            """
            #set($h = $context.requestOverride.header)$h.putAll({"A": "1", "B": "2"})$h.put("C", "3")$h.putIfAbsent("A", "9")|\
            $h.containsValue("2")|$h.size()|$context.requestOverride.path.putAll($h)$h.clear()$h.putAll("x")$h.isEmpty()
            """)
        #expect(String(decoding: rendered.body, as: UTF8.self) == "1|true|3|true")
        #expect(rendered.overrides.requestHeaders == ValueLists())
        #expect(rendered.overrides.requestPath == ValueLists([("A", ["1"]), ("B", ["2"]), ("C", ["3"])]))
    }

    // json-smart's `JSONArray.toJSONString()`.
    @Test("ask an array for its JSON")
    func arraysAsJSON() throws {
        let input = MappingInput(body: MappingBody(#"{"a":[1, {"b": "c"}]}"#))
        let rendered = try render("$input.path('$.a').toJSONString()|#set($l = [1])$l.toJSONString()", input)
        #expect(String(decoding: rendered.body, as: UTF8.self) == #"[1,{"b":"c"}]|"#)
    }

    @Test("ignore a status that is none", arguments: ["99", "600", "'x'", "4.5", "''"])
    func noStatus(value: String) throws {
        #expect(try render("#set($context.responseOverride.status = \(value))").overrides.responseStatus == nil)
    }

    @Test("a response template of a MOCK sees what its request template set")
    func overridesOfBothTemplates() throws {
        let first = try render("#set($context.requestOverride.header.foo = 'bar')#set($context.responseOverride.status = 201)")
        let template = try CompiledTemplate("$context.requestOverride.header.foo $context.responseOverride.status")
        let second = try template.render(MappingInput(body: MappingBody("")), overrides: first.overrides)
        #expect(String(decoding: second.body, as: UTF8.self) == "bar 201")
        #expect(second.overrides == first.overrides)
    }

    @Test(
        "a body that is no JSON fails the client's request, where a value in it is wanted", arguments: ["{\"a\":", "[1", "{a}"])
    func unreadableBody(body: String) throws {
        let input = MappingInput(body: MappingBody(body))
        #expect(String(decoding: try render("$input.body", input).body, as: UTF8.self) == body)
        let failure = try #require(throws: MappingFailure.self) { try render("x $input.json('$.a')", input) }
        #expect(failure.isClientFault(in: .request) && !failure.isClientFault(in: .response))
    }

    @Test("what fails in a template is the API's fault, with its place")
    func failingMethod() throws {
        let failure = try #require(throws: MappingFailure.self) { try render("a\n$util.urlDecode('%zz')") }
        #expect(!failure.isClientFault(in: .request))
        #expect(failure.description.hasPrefix("template:2:"))
        #expect(throws: MappingFailure.self) { try render("$util.parseJson('{')") }
    }

    @Test("a body is parsed when it is touched, and once")
    func laziness() throws {
        let body = MappingBody("{\"a\":[1]}")
        let input = MappingInput(body: body)
        _ = try render("$input.path('$.a').add(2)", input)
        #expect(String(decoding: try render("$input.json('$')", input).body, as: UTF8.self) == #"{"a":[1,2]}"#)
    }

    @Test("a map that holds itself has no JSON")
    func endless() {
        let input = MappingInput(body: MappingBody("{}"))
        #expect(throws: MappingFailure.self) { try render("#set($m = $input.path('$'))#set($m.m = $m)$input.json('$')", input) }
    }
}
