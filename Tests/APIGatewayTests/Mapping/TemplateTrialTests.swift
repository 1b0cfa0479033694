import APIGateway
import CoreTypes
import Testing

/// Expected texts follow from the developer guide, "Mapping template and access logging variable reference".
@Suite("Trials of mapping templates")
struct TemplateTrialTests {
    @Test("a trial is rendered with all that it gives")
    func rendered() {
        let answer = TemplateTrial.answer(to: [
            "template": "$input.params('id') $input.path('$.a') $context.stage $stageVariables.v $extra.b[1]", "body": ["a": 3],
            "params": ["path": ["id": "7"]], "context": ["stage": "Prod"], "stageVariables": ["v": "one"],
            "variables": ["extra": ["b": [1, 2]]],
        ])
        #expect(answer == ["output": "7 3 Prod one 2", "overrides": [:]])
    }

    @Test("overrides are given by their names in templates")
    func overrides() {
        let text = "#set($context.responseOverride.status = 201)#set($context.responseOverride.header.Location = '/x')"
        let answer = TemplateTrial.answer(to: ["template": .string(text), "phase": "response"])
        #expect(answer["overrides"] == ["responseOverride.status": 201, "responseOverride.header": ["Location": ["/x"]]])
    }

    @Test("a fault of the template has its place, and the status that the gateway answers")
    func faults() {
        let syntax = TemplateTrial.answer(to: ["template": "one\n#if("])
        #expect(syntax["line"] == 2 && syntax["status"] == 500 && syntax["error"]?.stringValue?.isEmpty == false)
        // Invalid JSON in request body: 400 on the way in, 500 on the way out.
        for (phase, status) in [("request", 400), ("response", 500)] {
            let answer = TemplateTrial.answer(to: ["template": "$input.path('$.a')", "body": "{", "phase": .string(phase)])
            #expect(answer["status"]?.intValue == status)
        }
    }

    @Test(
        "a trial that is none is told why",
        arguments: [
            (#"[]"#, "'template'"), (#"{"template":1}"#, "'template'"), (#"{"template":"","odd":1}"#, "'odd'"),
            (#"{"template":"","phase":"later"}"#, "request or response"),
            (#"{"template":"","context":[]}"#, "'context' is an object"),
            (#"{"template":"","params":{"body":{}}}"#, "'body' is none"),
            (#"{"template":"","params":1}"#, "parameters are an object"),
        ])
    func problems(request: String, message: String) throws {
        let answer = TemplateTrial.answer(to: try JSON(parsing: request))
        #expect(answer["error"]?.stringValue?.contains(message) == true)
        #expect(answer["status"] == nil)
    }
}
