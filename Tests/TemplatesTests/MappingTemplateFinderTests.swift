import Foundation
import Templates
import Testing

@Suite("Mapping templates in templates")
struct MappingTemplateFinderTests {
    private func find(_ files: [String: String], in name: String = "template.yaml") throws -> [FoundMappingTemplate] {
        let folder = FileManager.default.temporaryDirectory.appending(path: "finder-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        // What is left of a test's folder does no harm.
        defer { try? FileManager.default.removeItem(at: folder) }
        for (file, text) in files { try Data(text.utf8).write(to: folder.appending(path: file)) }
        return try MappingTemplateFinder.find(inFile: folder.appending(path: name).path)
    }

    @Test("finds them where CloudFormation, SAM and OpenAPI have them")
    func places() throws {
        let found = try self.find([
            "template.yaml": """
            Resources:
              Method:
                Type: AWS::ApiGateway::Method
                Properties:
                  Integration:
                    RequestTemplates: {application/json: one}
                    IntegrationResponses:
                      - ResponseTemplates: {application/json: two}
              Api:
                Type: AWS::Serverless::Api
                Properties:
                  DefinitionBody:
                    paths:
                      /a:
                        get:
                          x-amazon-apigateway-integration:
                            requestTemplates: {application/json: three}
                            responses: {default: {responseTemplates: {application/json: four}}}
                  GatewayResponses:
                    DEFAULT_4XX:
                      ResponseTemplates: {application/json: five}
              Response:
                Type: AWS::ApiGateway::GatewayResponse
                Properties:
                  ResponseTemplates: {application/json: six}
              Other:
                Type: AWS::Serverless::Api
                Properties: {DefinitionUri: api.yaml}
            """,
            "api.yaml": "paths: {/b: {get: {x-amazon-apigateway-integration: {requestTemplates: {text/plain: seven}}}}}",
        ])
        #expect(found.map(\.text) == ["one", "two", "three", "four", "five", "six", "seven"])
        #expect(found.map(\.language) == [.velocity, .velocity, .velocity, .velocity, .substitution, .substitution, .velocity])
        #expect(found[0].path == "Resources/Method/Properties/Integration/RequestTemplates/application/json")
        #expect(found[6].file.hasSuffix("/api.yaml"))
    }

    @Test("a place in a template is a place in the file")
    func locations() throws {
        let found = try self.find([
            "template.yaml": """
            RequestTemplates:
              block: |
                first
                second
              quoted: "text"
              plain: text
              single: 'text'
              tagged: !Sub |
                ${AWS::Region} $x
              escaped: "a\\n$x"
            """
        ])
        func place(_ index: Int, _ line: Int, _ column: Int) -> [Int] {
            let place = found[index].location(line: line, column: column)
            return [place.line, place.column]
        }
        #expect(place(0, 2, 3) == [4, 7])
        #expect(place(1, 1, 1) == [5, 12])
        #expect(place(2, 1, 2) == [6, 11])
        #expect(place(3, 1, 1) == [7, 12])
        #expect(place(4, 1, 16) == [9, 20])
        #expect(found[4].text == "xxxxxxxxxxxxxx $x\n")
        // Where a text has escapes only its beginning is known.
        #expect(place(5, 2, 1) == [10, 12])
    }

    @Test("what can't be read is an error with its place")
    func unreadable() {
        #expect(throws: TemplateError.self) { try self.find(["template.yaml": "a: [1"]) }
        #expect(throws: TemplateError.self) { try self.find([:]) }
    }
}
