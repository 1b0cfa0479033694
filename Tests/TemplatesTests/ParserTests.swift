import LambdaCore
import Templates
import Testing

@Suite struct ParserTests {
    /// YAML 1.1 types, as CloudFormation writes them into an environment variable.
    @Test(arguments: [
        ("text", "text"), ("12", "12"), ("1.10", "1.1"), ("1.0", "1.0"), ("true", "true"), ("Yes", "true"), ("off", "false"),
        ("'yes'", "yes"), ("1_000", "1000"), ("0x1F", "31"), ("017", "15"), ("012345678901", "012345678901"),
        ("'012'", "012"), ("2010-09-09", "2010-09-09"), ("12:30", "12:30"), ("-5", "-5"), ("", ""), ("~", ""),
        ("!!str 1.10", "1.10"),
        ("123456789012345678901234567890", "123456789012345678901234567890"), ("\"한국어\"", "한국어"), ("1.2.3", "1.2.3"),
        ("'null'", "null"),
    ])
    func aScalarBecomesText(source: String, expected: String) throws {
        #expect(try value(of: source) == expected)
    }

    @Test func jsonIsReadLikeYAML() throws {
        let text = #"""
            {"Transform": ["AWS::LanguageExtensions", "AWS::Serverless-2016-10-31"],
             "Resources": {"F": {"Type": "AWS::Serverless::Function", "Properties": {
               "CodeUri": "src", "Handler": "a.b", "Runtime": "nodejs22.x", "Timeout": 7,
               "Environment": {"Variables": {"A1": "A\n\ud55c", "B1": {"Fn::Sub": "${AWS::Region}"}, "C1": 1e3}}}}}}
            """#
        let configuration = try load(text).functions[0].configuration
        #expect(configuration.timeoutSeconds == 7)
        #expect(configuration.environment == ["A1": "A\n한", "B1": "us-east-1", "C1": "1000.0"])
    }

    @Test func anchorsAndMergeKeysWork() throws {
        let template = """
            Transform: AWS::Serverless-2016-10-31
            Metadata:
              Base: &base {Handler: a.b, Runtime: python3.13, Timeout: 5}
              More: &more {Timeout: 6, MemorySize: 256}
            Resources:
              F:
                Type: AWS::Serverless::Function
                Properties:
                  <<: [*base, *more]
                  CodeUri: src
                  Handler: own.handler
            """
        let configuration = try load(template).functions[0].configuration
        #expect(configuration.handler == "own.handler")
        #expect(configuration.timeoutSeconds == 5)
        #expect(configuration.memoryMB == 256)
    }

    @Test func aDuplicateKeyIsAnErrorWithItsPlace() {
        let lines = errors("Resources:\n  F:\n    Type: A\n    Type: B\n")
        #expect(lines.count == 1)
        #expect(lines[0].hasPrefix("template.yaml:3:5: The key \"Type\" stands more than once"), "\(lines)")
    }

    @Test func anAliasBombIsRefused() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        for level in 1...12 {
            let alias = "*a\(level - 1)"
            text += "a\(level): &a\(level) [\(Array(repeating: alias, count: 9).joined(separator: ", "))]\n"
        }
        #expect(errors(text).contains { $0.contains("once its aliases are expanded") })
    }

    @Test(arguments: ["*a12 : x", "? *a12\n: x", "[*a12]: x", "{*a12: x}: y", "- ? *a12\n  : x"])
    func anAliasInAKeyIsRefused(key: String) {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        for level in 1...12 {
            text += "a\(level): &a\(level) [\(Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", "))]\n"
        }
        #expect(errors(text + key).contains { $0.contains("can't be part of a key") })
    }

    @Test(arguments: [
        String(repeating: "[", count: 150) + String(repeating: "]", count: 150),
        String(repeating: "[", count: 5_000), String(repeating: "{a: ", count: 900) + String(repeating: "}", count: 900),
        String(repeating: "- ", count: 900),
    ])
    func deepNestingIsRefused(text: String) {
        #expect(errors("Resources: \n  " + text).count == 1)
    }

    @Test(arguments: [
        "", "# nothing\n", "---\n", "text", "[1, 2]", "Resources:", "Resources: []", "a: b: c", "\t- x", "a: [", "a: *b", "\u{1}",
        "--- a\n--- b", "a: !Nonsense x", "? [a]\n: b", "<<: x",
    ])
    func whatIsNoTemplateIsAnError(text: String) {
        #expect(!errors(text).isEmpty)
    }

    @Test func anUnknownTagSuggestsTheRightOne() {
        #expect(errors("Resources: !Sbu x")[0].hasPrefix("template.yaml:1:12: !Sbu is no intrinsic function. Did you mean !Sub?"))
    }

    @Test func aSectionThatIsMistypedIsAnError() {
        let lines = errors("Resorces: {}\nResources: {}")
        #expect(lines == ["template.yaml:1:1: Resorces: There is no section Resorces. Did you mean Resources?"])
    }

    @Test func aTextLargerThanCloudFormationTakesIsRefused() {
        #expect(errors(String(repeating: "#", count: 1_048_577))[0].contains("at most 1048576"))
    }
}
