import LambdaCore
import Templates
import Testing

/// Both shapes of the SAM developer guide, "Passing environment variables to a locally invoked function".
@Suite struct EnvironmentOverridesTests {
    static func environment(_ json: String) throws -> (variables: [String: String], notices: [Notice]) {
        let overrides = try EnvironmentOverrides(parsing: json, file: "env.json")
        let text = function("FunctionName: greet\nEnvironment: {Variables: {AA: a, BB: b}}")
        let deployment = try load(text) { $0.environmentOverrides = overrides }
        return (deployment.functions[0].configuration.environment, deployment.notices)
    }

    @Test(arguments: [
        (#"{"Parameters": {"AA": "x"}}"#, ["AA": "x", "BB": "b"]),
        (#"{"F": {"AA": "y", "BB": 3}}"#, ["AA": "y", "BB": "3"]),
        (#"{"greet": {"AA": true}}"#, ["AA": "true", "BB": "b"]),
        (#"{"F": {"AA": "own"}, "Parameters": {"AA": "all", "BB": "all"}}"#, ["AA": "own", "BB": "all"]),
        (#"{"Parameters": {"ZZ": "x"}}"#, ["AA": "a", "BB": "b"]),
        ("{}", ["AA": "a", "BB": "b"]),
    ])
    func variablesOfTheTemplateAreReplaced(json: String, expected: [String: String]) throws {
        let result = try Self.environment(json)
        #expect(result.variables == expected)
        #expect(result.notices.isEmpty)
    }

    @Test func aVariableTheTemplateDoesNotDefineIsLeftOutWithANotice() throws {
        let result = try Self.environment("{\"F\":\n {\"CC\": \"x\"}, \"Nobody\": {\"AA\": \"x\"}}")
        #expect(result.variables == ["AA": "a", "BB": "b"])
        #expect(result.notices.map(\.path) == ["F/CC", "Nobody"])
        #expect(result.notices[0].file == "env.json" && result.notices[0].line == 2 && result.notices[0].column == 3)
    }

    @Test(arguments: ["[]", "{", #"{"F": "x"}"#, #"{"F": {"AA": [1]}}"#, #"{"F": {"AA": null}}"#, #"{"F": {}, "F": {}}"#])
    func whatIsNoEnvironmentFileIsAnError(json: String) {
        #expect(throws: TemplateError.self) { try EnvironmentOverrides(parsing: json, file: "env.json") }
    }
}
