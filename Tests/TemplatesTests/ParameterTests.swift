import LambdaCore
import Templates
import Testing

/// Rules from the CloudFormation user guide, "Parameters section structure"; spellings from the SAM developer guide, "sam build".
@Suite struct ParameterTests {
    static func value(_ parameter: String, _ override: String? = nil) throws(TemplateError) -> String? {
        let text = function("Description: !Join [',', [!Ref P]]", sections: "Parameters:\n  P: \(parameter)")
        return try load(text) { if let override { $0.parameterOverrides = ["P": override] } }.functions[0].configuration
            .description
    }

    static func problems(_ parameter: String, _ override: String? = nil) -> [String] {
        errors(function("Description: !Ref P", sections: "Parameters:\n  P: \(parameter)")) {
            if let override { $0.parameterOverrides = ["P": override] }
        }
    }

    @Test func anOverrideReplacesTheDefault() throws {
        #expect(try Self.value("{Type: String, Default: a}") == "a")
        #expect(try Self.value("{Type: String, Default: a}", "b") == "b")
        #expect(try Self.value("{Type: Number, Default: 3}") == "3")
        #expect(try Self.value("{Type: String, Default: ''}") == "")
    }

    @Test(arguments: [
        ("{Type: String}", nil, "--parameter-overrides P="),
        ("{Type: String, AllowedValues: [a, b]}", "c", "none of a, b"),
        ("{Type: String, AllowedPattern: '[a-z]+'}", "ab1", "doesn't match AllowedPattern"),
        ("{Type: String, AllowedPattern: '[a-z', Default: a}", nil, "no regular expression"),
        ("{Type: String, MinLength: 3}", "ab", "MinLength is 3"),
        ("{Type: String, MaxLength: 3}", "abcd", "MaxLength is 3"),
        ("{Type: Number}", "x", "a number is needed"),
        ("{Type: Number, MinValue: 3}", "2", "less than MinValue 3"),
        ("{Type: Number, MaxValue: 3}", "4", "more than MaxValue 3"),
        ("{Type: CommaDelimitedList, AllowedValues: [a, b]}", "a,c", "none of a, b"),
        ("{Type: Strng, Default: a}", nil, "Did you mean String?"),
        ("{Type: String, Defualt: a}", "x", "Did you mean Default?"),
        ("{Default: a}", nil, "'Type' is required"),
        ("text", nil, "a map with a Type"),
    ])
    func aValueThatIsNotAllowedIsAnError(parameter: String, override: String?, part: String) {
        let lines = Self.problems(parameter, override)
        #expect(lines.count == 1 && lines[0].contains(part) && lines[0].contains("Parameters/P"), "\(lines)")
    }

    @Test func theConstraintDescriptionIsShown() {
        #expect(
            Self.problems("{Type: String, MinLength: 3, ConstraintDescription: Three or more.}", "a")[0].hasSuffix(
                "Three or more."))
    }

    @Test func aSecretIsNotShown() {
        let lines = Self.problems("{Type: String, NoEcho: true, AllowedValues: [a]}", "hunter2")
        #expect(lines.count == 1 && !lines[0].contains("hunter2"))
    }

    @Test func aStoredParameterUsesItsTextWithANotice() throws {
        let text = function(
            "Description: !Ref P", sections: "Parameters:\n  P: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /app/x}")
        let deployment = try load(text)
        #expect(deployment.functions[0].configuration.description == "/app/x")
        #expect(deployment.notices.map(\.path) == ["Parameters/P"])
    }

    @Test func anOverrideOfNothingIsAnError() {
        let lines = errors(function("", sections: "Parameters:\n  Name: {Type: String, Default: a}")) {
            $0.parameterOverrides = ["Nmae": "b"]
        }
        #expect(lines.count == 1 && lines[0].contains("Did you mean Name?"))
    }

    @Test(arguments: [
        (["A=1 B=2"], ["A": "1", "B": "2"]),
        (["A=1", "B=x=y"], ["A": "1", "B": "x=y"]),
        (["ParameterKey=A,ParameterValue=1 ParameterKey=B,ParameterValue=a,b"], ["A": "1", "B": "a,b"]),
        ([#"A="a b" B=c\ d"#], ["A": "a b", "B": "c d"]),
        ([#"ParameterKey=A,ParameterValue="a \"b\"""#], ["A": #"a "b""#]),
        (["A= B=\"\""], ["A": "", "B": ""]),
        (["A=한국 A=어"], ["A": "어"]),
        ([""], [:]),
    ])
    func overridesAreReadInBothSpellings(arguments: [String], expected: [String: String]) throws {
        #expect(try ParameterOverrides.parse(arguments) == expected)
    }

    @Test(arguments: ["A", "=1", "A=a b", "ParameterKey=A", "ParameterKey=,ParameterValue=1"])
    func whatIsNoOverrideIsAnError(argument: String) {
        #expect(throws: TemplateError.self) { try ParameterOverrides.parse([argument]) }
    }
}
