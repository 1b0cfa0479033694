import LambdaCore
import Templates
import Testing

/// Merging as in the SAM developer guide, "Globals section of the AWS SAM template".
@Suite struct GlobalsTests {
    static let globals = """
        Globals:
          Function:
            Timeout: 20
            MemorySize: 256
            Layers: [layers/one]
            VpcConfig: {SubnetIds: [a]}
            Environment: {Variables: {AA: global, BB: global}}
            Tags: {x: global}
        """

    @Test func theResourceWinsMapsMergeAndListsJoin() throws {
        let text = function(
            "Timeout: 5\nLayers: [layers/two]\nEnvironment: {Variables: {BB: own, CC: own}}", sections: Self.globals)
        let deployment = try load(text)
        let configuration = deployment.functions[0].configuration
        #expect(configuration.timeoutSeconds == 5)
        #expect(configuration.memoryMB == 256)
        #expect(configuration.environment == ["AA": "global", "BB": "own", "CC": "own"])
        #expect(configuration.layers == [.folder("/project/layers/one"), .folder("/project/layers/two")])
        #expect(configuration.tags == ["x": "global"])
        #expect(deployment.notices.map(\.path) == ["Globals/Function/VpcConfig"])
    }

    @Test func anIntrinsicFunctionReplacesAMap() throws {
        let sections = Self.globals + "\nConditions: {No: !Equals [a, b]}"
        let text = function("Environment: !If [No, {Variables: {DD: x}}, {Variables: {EE: y}}]", sections: sections)
        #expect(try load(text).functions[0].configuration.environment == ["EE": "y"])
    }

    @Test(arguments: [("\"*\"", 3, [:]), ("[Timeout, Environment]", 3, ["x": "global"])])
    func aResourceMayIgnoreGlobals(ignored: String, timeout: Int, tags: [String: String]) throws {
        let text = function("", sections: Self.globals).replacing(
            "    Properties:\n", with: "    IgnoreGlobals: \(ignored)\n    Properties:\n")
        let configuration = try load(text).functions[0].configuration
        #expect(configuration.timeoutSeconds == timeout)
        #expect(configuration.environment.isEmpty)
        #expect(configuration.tags == tags)
    }

    @Test func whatGlobalsCanNotHoldIsAnErrorThatNamesWhatTheyCan() {
        let lines = errors(function("", sections: "Globals: {Function: {FunctionName: x}, Api: {StageName: y}, Functoin: {}}"))
        #expect(lines.count == 3)
        #expect(
            lines[0].contains("'FunctionName' is not a supported property of the Globals section") && lines[0].contains("Timeout")
        )
        #expect(lines[1].contains("'StageName' is not a supported property"))
        #expect(lines[2].contains("Did you mean Function?"))
    }

    @Test func anErrorInGlobalsIsToldThereOnce() {
        let other = "G: {Type: AWS::Serverless::Function, Properties: {CodeUri: src, Handler: a.b, Runtime: python3.13}}"
        let lines = errors(function("", sections: "Globals: {Function: {Timeout: 1000}}", resources: other))
        #expect(lines.count == 1 && lines[0].contains("Globals/Function/Timeout"), "\(lines)")
    }
}
