import APIGateway
import LambdaCore
import Templates
import Testing

/// Expected values from the CloudFormation user guide, "Intrinsic function reference", or worked out by hand from it.
@Suite struct IntrinsicTests {
    static let sections = """
        Parameters:
          Name: {Type: String, Default: world}
          Zones: {Type: CommaDelimitedList, Default: "a, b ,c"}
        Mappings:
          Sizes:
            us-east-1: {small: "11", list: [x, y]}
        Conditions:
          Yes: !Equals [!Ref Name, world]
          No: !Not [!Condition Yes]
          Both: !And [!Condition Yes, !Condition No]
          Either: !Or [Condition: Yes, Condition: No]
        """

    @Test(arguments: [
        ("!Ref Name", "world"),
        ("!Ref AWS::Region", "us-east-1"),
        ("!Ref AWS::AccountId", "000000000000"),
        ("!Ref AWS::Partition", "aws"),
        ("!Ref AWS::URLSuffix", "amazonaws.com"),
        ("!Sub 'hello ${Name} ${!Name}'", "hello world ${Name}"),
        ("!Sub ['${a}-${Name}', {a: !Ref AWS::StackName}]", "martlet-world"),
        ("!Sub '$5 {a} $'", "$5 {a} $"),
        ("!Sub '안녕 ${Name} 🐦'", "안녕 world 🐦"),
        ("!Join [':', [a, !Ref Name, 3]]", "a:world:3"),
        ("!Join ['', []]", ""),
        ("!Join ['+', !Ref Zones]", "a+b+c"),
        ("!Select [1, !Ref Zones]", "b"),
        ("!Select ['2', !Split ['|', 'a||c']]", "c"),
        ("!Join [',', !Split ['|', 'a||c|']]", "a,,c,"),
        ("!FindInMap [Sizes, !Ref AWS::Region, small]", "11"),
        ("!Select [1, !FindInMap [Sizes, us-east-1, list]]", "y"),
        ("!FindInMap [Sizes, eu-west-1, small, {DefaultValue: none}]", "none"),
        ("!If [Yes, 1, 2]", "1"),
        ("!If [Both, 1, 2]", "2"),
        ("!If [Either, 1, 2]", "1"),
        // RFC 4648 section 10.
        ("!Base64 foobar", "Zm9vYmFy"),
        ("!Join [',', !GetAZs '']", "us-east-1a,us-east-1b,us-east-1c"),
        ("!Select [0, !GetAZs {Ref: AWS::Region}]", "us-east-1a"),
        ("{'Fn::Join': ['-', [{Ref: Name}, {'Fn::Sub': '${Name}'}]]}", "world-world"),
        ("{'Fn::Length': !Ref Zones}", "3"),
        ("{'Fn::ToJsonString': {a: [1, true, x]}}", #"{"a":[1,true,"x"]}"#),
    ])
    func anExpressionGivesWhatCloudFormationGives(expression: String, expected: String) throws {
        #expect(try value(of: expression, sections: Self.sections) == expected)
    }

    @Test(arguments: [("fooba", "Zm9vYmE="), ("foob", "Zm9vYg=="), ("f", "Zg=="), ("\"\"", "")])
    func base64PadsAsRFC4648Says(text: String, expected: String) throws {
        #expect(try value(of: "!Base64 \(text)") == expected)
    }

    @Test(arguments: [
        ("!Ref F", "F"),
        ("!GetAtt Other.Arn", "arn:aws:lambda:us-east-1:000000000000:function:the-other"),
        ("!GetAtt [Other, Arn]", "arn:aws:lambda:us-east-1:000000000000:function:the-other"),
        ("!Sub ${Other.Arn}", "arn:aws:lambda:us-east-1:000000000000:function:the-other"),
        ("!Ref Other", "the-other"),
        ("!Ref Other.Alias", "arn:aws:lambda:us-east-1:000000000000:function:the-other:live"),
        ("!Ref Jobs", "http://127.0.0.1:3001/000000000000/Jobs"),
        ("!GetAtt Jobs.Arn", "arn:aws:sqs:us-east-1:000000000000:Jobs"),
        ("!GetAtt Fifo.QueueName", "Fifo.fifo"),
        ("!GetAtt Role.Arn", "arn:aws:iam::000000000000:role/Role"),
        ("!GetAtt FRole.Arn", "arn:aws:iam::000000000000:role/FRole"),
        ("!Ref Topic", "arn:aws:sns:us-east-1:000000000000:Topic"),
        ("!Ref Table", "orders"),
        ("!GetAtt Bucket.Arn", "arn:aws:s3:::Bucket"),
        ("!Ref ServerlessRestApi", API.id(forLogicalID: "ServerlessRestApi")),
        ("!Ref ServerlessRestApiProdStage", "Prod"),
        ("!Ref ServerlessRestApi.Stage", "Prod"),
        ("!Ref Site", API.id(forLogicalID: "Site")),
    ])
    func aResourceStandsForWhatTheHostUses(expression: String, expected: String) throws {
        let resources = """
            Other:
              Type: AWS::Serverless::Function
              Properties:
                {FunctionName: the-other, CodeUri: src, Handler: a.b, Runtime: python3.12, AutoPublishAlias: live, Events: {A: {Type: Api, Properties: {Path: /a, Method: get}}}}
            Jobs: {Type: AWS::SQS::Queue}
            Fifo: {Type: AWS::SQS::Queue, Properties: {FifoQueue: true}}
            Role: {Type: AWS::IAM::Role}
            Topic: {Type: AWS::SNS::Topic}
            Table: {Type: AWS::DynamoDB::Table, Properties: {TableName: orders}}
            Bucket: {Type: AWS::S3::Bucket}
            Site: {Type: AWS::Serverless::HttpApi}
            """
        #expect(try value(of: expression, resources: resources) == expected)
    }

    @Test(arguments: [
        ("!Ref Nmae", "Did you mean Name?"),
        ("!Sub '${Nmae}'", "Did you mean Name?"),
        ("!GetAtt G.Arn", "no resource G"),
        ("!Sub '${Name'", "isn't closed"),
        ("!Sub '${a b}'", "is no variable"),
        ("!Select [3, !Ref Zones]", "can't take element 3 of a list of 3"),
        ("!FindInMap [Sizes, us-east-1, smal]", "Did you mean small?"),
        ("!If [Yess, 1, 2]", "Did you mean Yes?"),
        ("!ImportValue other-stack", "Make it a parameter"),
        ("!Cidr ['10.0.0.0/16', 2, 8]", "not emulated"),
        ("!Join [',', a]", "takes a list of texts"),
        ("{'Fn::Sbu': x}", "Did you mean Fn::Sub?"),
        ("{'Fn::Sub': x, b: c}", "has to be the only key"),
        ("!Ref AWS::Regoin", "Did you mean AWS::Region?"),
    ])
    func aWrongExpressionSaysWhatToDo(expression: String, part: String) {
        let text = function("Environment:\n  Variables:\n    VALUE: \(expression)", sections: Self.sections)
        let lines = errors(text)
        #expect(lines.count == 1)
        #expect(lines.first?.contains(part) == true, "\(lines)")
        #expect(lines.first?.contains("Resources/F/Properties/Environment/Variables/VALUE: ") == true, "\(lines)")
    }

    @Test func noValueLeavesThePropertyOut() throws {
        let text = function(
            "Timeout: !If [No, 9, !Ref AWS::NoValue]\nEnvironment: {Variables: {A1: !If [No, x, !Ref 'AWS::NoValue'], B1: y}}",
            sections: Self.sections)
        let configuration = try load(text).functions[0].configuration
        #expect(configuration.timeoutSeconds == 3)
        #expect(configuration.environment == ["B1": "y"])
    }

    @Test func aCircleOfConditionsIsAnError() {
        let lines = errors(function("", sections: "Conditions:\n  A: !Not [!Condition B]\n  B: !Not [!Condition A]"))
        #expect(lines.contains { $0.contains("depends on itself") })
    }

    @Test func aResourceWhoseConditionFailsIsNotThere() throws {
        let resources = "G:\n  Type: AWS::Serverless::Function\n  Condition: No\n  Properties: {Timeout: 9999}"
        let deployment = try load(function("", sections: Self.sections, resources: resources))
        #expect(deployment.functions.map(\.logicalID) == ["F"])
        let lines = errors(
            function("Environment: {Variables: {VALUE: !Ref G}}", sections: Self.sections, resources: resources))
        #expect(lines.count == 1 && lines[0].contains("its condition No doesn't hold"))
    }

    @Test func aNameThatNamesItselfIsAnError() {
        let lines = errors(function("FunctionName: !Sub ${F}x"))
        #expect(lines.contains { $0.contains("depends on itself") })
    }

    @Test func aTextThatGrowsWithoutEndIsRefused() {
        var expression = "x"
        for _ in 0..<30 { expression = "{'Fn::Sub': ['${a}${a}${a}${a}', {a: \(expression)}]}" }
        #expect(errors(function("Description: \(expression)")).contains { $0.contains("longer than") })
    }
}
