import CoreTypes
import LambdaCore
import Templates
import Testing

@Suite struct FunctionTests {
    @Test func everyEmulatedPropertyOfAServerlessFunctionIsRead() throws {
        let text = function(
            """
            FunctionName: my-function
            Description: what it does
            MemorySize: 512
            Timeout: "30"
            Architectures: [arm64]
            EphemeralStorage: {Size: 1024}
            ReservedConcurrentExecutions: 5
            Tracing: Active
            Role: arn:aws:iam::1:role/x
            AutoPublishAlias: live
            Tags: {team: swift}
            LoggingConfig: {LogFormat: JSON, ApplicationLogLevel: DEBUG, SystemLogLevel: WARN, LogGroup: /x}
            DeadLetterQueue: {Type: SQS, TargetArn: !GetAtt Dead.Arn}
            EventInvokeConfig:
              MaximumRetryAttempts: 1
              MaximumEventAgeInSeconds: 120
              DestinationConfig: {OnFailure: {Type: SQS, Destination: !GetAtt Dead.Arn}}
            FunctionUrlConfig: {AuthType: NONE, InvokeMode: RESPONSE_STREAM, Cors: {AllowOrigins: ['*'], MaxAge: 5}}
            Environment: {Variables: {NAME: 세계, COUNT: 3, FLAG: true}}
            """, resources: "Dead: {Type: AWS::SQS::Queue}")
        let configuration = try load(text).functions[0].configuration
        var expected = FunctionConfiguration(
            name: "my-function", runtime: Runtime(rawValue: "python3.13"), handler: "app.handler", code: .folder("/project/src"))
        expected.description = "what it does"
        expected.memoryMB = 512
        expected.timeoutSeconds = 30
        expected.architecture = .arm64
        expected.ephemeralStorageMB = 1024
        expected.reservedConcurrency = 5
        expected.tracing = .active
        expected.role = "arn:aws:iam::1:role/x"
        expected.alias = "live"
        expected.tags = ["team": "swift"]
        expected.logging.format = .json
        expected.logging.applicationLevel = .debug
        expected.logging.systemLevel = .warn
        expected.logging.logGroup = "/x"
        expected.deadLetterTargetARN = "arn:aws:sqs:us-east-1:000000000000:Dead"
        expected.eventInvoke.maximumRetryAttempts = 1
        expected.eventInvoke.maximumEventAgeSeconds = 120
        expected.eventInvoke.onFailure = "arn:aws:sqs:us-east-1:000000000000:Dead"
        var url = FunctionURLConfiguration()
        url.invokeMode = .responseStream
        url.cors = ["AllowOrigins": ["*"], "MaxAge": 5]
        expected.functionURL = url
        expected.environment = ["NAME": "세계", "COUNT": "3", "FLAG": "true"]
        #expect(configuration == expected)
    }

    @Test func aLambdaFunctionAndWhatIsAttachedToItAreRead() throws {
        let text = """
            Resources:
              F:
                Type: AWS::Lambda::Function
                Properties:
                  Code: {ZipFile: "exports.handler = async () => 1"}
                  Handler: index.handler
                  Runtime: nodejs22.x
                  Role: !GetAtt Role.Arn
                  TracingConfig: {Mode: Active}
                  DeadLetterConfig: {TargetArn: arn:aws:sqs:us-east-1:1:q}
                  Tags: [{Key: a, Value: b}]
              Role: {Type: AWS::IAM::Role, Properties: {RoleName: runner}}
              Alias: {Type: AWS::Lambda::Alias, Properties: {FunctionName: !Ref F, FunctionVersion: !GetAtt V.Version, Name: prod}}
              V: {Type: AWS::Lambda::Version, Properties: {FunctionName: !Ref F}}
              Retry: {Type: AWS::Lambda::EventInvokeConfig, Properties: {FunctionName: !GetAtt F.Arn, Qualifier: $LATEST, MaximumRetryAttempts: 0}}
              Url: {Type: AWS::Lambda::Url, Properties: {TargetFunctionArn: !Ref Alias, AuthType: AWS_IAM}}
              Allow: {Type: AWS::Lambda::Permission, Properties: {FunctionName: !Ref F}}
            """
        let deployment = try load(text)
        let configuration = deployment.functions[0].configuration
        #expect(configuration.code == .inline(text: "exports.handler = async () => 1", fileName: "index.js"))
        #expect(configuration.role == "arn:aws:iam::000000000000:role/runner")
        #expect(configuration.tracing == .active)
        #expect(configuration.tags == ["a": "b"])
        #expect(configuration.alias == "prod")
        #expect(configuration.eventInvoke.maximumRetryAttempts == 0)
        #expect(configuration.functionURL?.authType == .iam)
        #expect(deployment.notices.map(\.path) == ["Resources/V (AWS::Lambda::Version)"])
    }

    // MARK: Code

    static func swift(_ properties: String, metadata: String = "BuildMethod: swift") -> String {
        """
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Hello:
            Type: AWS::Serverless::Function
            Metadata: {\(metadata)}
            Properties: {Runtime: provided.al2023, \(properties)}
        """
    }

    @Test(arguments: [
        ("CodeUri: ., Handler: Greeter", "BuildMethod: swift", "Greeter", "Greeter"),
        ("CodeUri: ., Handler: bootstrap", "BuildMethod: swift", "Hello", "bootstrap"),
        ("CodeUri: .", "BuildMethod: swift", "Hello", "bootstrap"),
        ("Handler: x", "BuildMethod: swift, BuildProperties: {Product: Other}", "Other", "x"),
        ("Handler: swift.bootstrap", "BuildMethod: swift", "Hello", "swift.bootstrap"),
    ])
    func aSwiftProductIsNamedByProductHandlerOrLogicalID(properties: String, metadata: String, product: String, handler: String)
        throws
    {
        let configuration = try load(Self.swift(properties, metadata: metadata)).functions[0].configuration
        #expect(configuration.code == .swiftProduct(package: "/project", product: product))
        #expect(configuration.handler == handler)
    }

    @Test func aSwiftProductNeedsAPackage() {
        let lines = errors(Self.swift("CodeUri: ./missing, Handler: A"))
        #expect(
            lines.count == 1 && lines[0].contains("Resources/Hello/Properties/CodeUri: /project/missing holds no Package.swift"),
            "\(lines)")
    }

    @Test(arguments: [
        ("code.zip", CodeSource.archive("/project/code.zip")), ("../a/./b/", .folder("/a/b")), ("/abs", .folder("/abs")),
    ])
    func codeIsAFolderOrAnArchive(path: String, expected: CodeSource) throws {
        let text = function("").replacing("CodeUri: src", with: "CodeUri: \(path)")
        #expect(try load(text).functions[0].configuration.code == expected)
    }

    @Test(arguments: [
        ("CodeUri: missing/src", "/project/missing/src doesn't exist"), ("CodeUri: notes.txt", "neither a folder nor a zip"),
        ("CodeUri: s3://bucket/key", "not a local path"), ("CodeUri: {Bucket: b, Key: k}", "in S3"),
        ("ImageUri: x", "Container images"),
        ("PackageType: Image", "Container images"), ("Description: no code", "'CodeUri' is required"),
        ("CodeUri: [a]", "takes a path"),
    ])
    func codeThatIsNotHereIsAnError(property: String, part: String) {
        let lines = errors(function("").replacing("CodeUri: src", with: property))
        #expect(lines.count == 1 && lines[0].contains(part), "\(lines)")
    }

    @Test func inlineCodeIsKeptAsText() throws {
        let text = function("").replacing("CodeUri: src", with: "InlineCode: 'def handler(e, c): pass'")
        #expect(try load(text).functions[0].configuration.code == .inline(text: "def handler(e, c): pass", fileName: "index.py"))
        #expect(errors(text.replacing("python3.13", with: "provided.al2023"))[0].contains("only for Python and Node.js"))
    }

    // MARK: Layers

    @Test func layersAreFoldersArchivesOrLayerVersionsOfTheTemplate() throws {
        let text = function(
            "Layers: [!Ref Shared, !Ref Plain, layers/local, 'arn:aws:lambda:us-east-1:1:layer:remote:3']",
            resources: """
                Shared: {Type: AWS::Serverless::LayerVersion, Properties: {ContentUri: layers/shared}}
                Plain: {Type: AWS::Lambda::LayerVersion, Properties: {Content: layers/plain.zip}}
                """)
        let deployment = try load(text)
        #expect(
            deployment.functions[0].configuration.layers
                == [.folder("/project/layers/shared"), .archive("/project/layers/plain.zip"), .folder("/project/layers/local")])
        #expect(deployment.notices.map(\.path) == ["Resources/F/Properties/Layers/3"])
    }

    @Test func moreThanFiveLayersAreAnError() {
        #expect(errors(function("Layers: [a, b, c, d, e, f]"))[0].contains("at most 5 layers"))
    }

    // MARK: Validation

    @Test(arguments: [
        ("Timeout: 901", "Timeout", "from 1 to 900"), ("Timeout: 0", "Timeout", "from 1 to 900"),
        ("Timeout: soon", "Timeout", "whole number"),
        ("Timeout: 3.5", "Timeout", "whole number"), ("Timeout: [3]", "Timeout", "takes a text"),
        ("MemorySize: 127", "MemorySize", "from 128 to 10240"),
        ("EphemeralStorage: {Size: 511}", "EphemeralStorage/Size", "from 512 to 10240"),
        ("ReservedConcurrentExecutions: -1", "ReservedConcurrentExecutions", "from 0 to 900"),
        ("Architectures: [arm]", "Architectures", "x86_64 and arm64"), ("FunctionName: 'a b'", "FunctionName", "not valid"),
        ("FunctionName: \(String(repeating: "a", count: 65))", "FunctionName", "not valid"),
        ("Timout: 3", "Timout", "Did you mean Timeout?"),
        ("PackageType: Zipped", "PackageType", "Zip or Image"),
        ("Tracing: On", "Tracing", "one of PassThrough, Active"),
        ("LoggingConfig: {LogFormat: json}", "LoggingConfig/LogFormat", "Did you mean JSON?"),
        ("LoggingConfig: {ApplicationLogLevel: INFO}", "LoggingConfig/ApplicationLogLevel", "only with LogFormat: JSON"),
        ("Environment: {Variables: {AWS_REGION: x}}", "Environment/Variables/AWS_REGION", "reserved keys"),
        ("Environment: {Variables: {A-B: x}}", "Environment/Variables/A-B", "name of a variable"),
        ("Environment: {Variables: {A: x}}", "Environment/Variables/A", "two characters at least"),
        ("Environment: {Variables: {_A: x}}", "Environment/Variables/_A", "name of a variable"),
        ("Environment: {Variables: {AA: [x]}}", "Environment/Variables/AA", "takes a text"),
        ("Environment: {Variables: {AA: \(String(repeating: "x", count: 4_100))}}", "Environment", "at most 4096"),
        ("Environment: {Variabels: {AA: x}}", "Environment/Variabels", "Did you mean Variables?"),
        ("FunctionUrlConfig: {InvokeMode: BUFFERED}", "FunctionUrlConfig/AuthType", "required"),
        ("EventInvokeConfig: {MaximumRetryAttempts: 3}", "EventInvokeConfig/MaximumRetryAttempts", "from 0 to 2"),
    ])
    func aWrongValueIsAnErrorAtItsPlace(property: String, path: String, part: String) {
        let lines = errors(function(property))
        #expect(lines.count == 1 && lines[0].contains("Resources/F/Properties/\(path): ") && lines[0].contains(part), "\(lines)")
    }

    @Test func anErrorNamesFileLineAndColumn() {
        let lines = errors(
            "Resources:\n  Hello:\n    Type: AWS::Lambda::Function\n    Properties:\n      Code: src\n      Handler: a.b\n      Runtime: python3.13\n      Timeout: 1000\n"
        )
        #expect(lines == ["template.yaml:8:16: Resources/Hello/Properties/Timeout: Timeout is 1000; it has to be from 1 to 900."])
    }

    @Test func theRuntimeHasToRunHere() {
        let java = errors(function("").replacing("python3.13", with: "java21"))
        #expect(java.count == 1 && java[0].contains("java21 doesn't run here. These do: nodejs24.x"))
        #expect(java[0].contains("provided.al2023") && !java[0].contains("java17"))
        #expect(errors(function("").replacing("python3.13", with: "pyton3.13"))[0].contains("Did you mean python3.13?"))
        #expect(errors(function("").replacing("Runtime: python3.13", with: "Timeout: 3"))[0].contains("'Runtime' is required"))
        #expect(errors(function("").replacing("Handler: app.handler", with: "Timeout: 3"))[0].contains("'Handler' is required"))
    }

    @Test func allErrorsAreToldAtOnceInTheOrderOfTheText() {
        let lines = errors(function("Timeout: 0\nMemorySize: 1\nDescription: !Ref Nothing"))
        #expect(lines.count == 3)
        #expect(lines[0].contains("Timeout") && lines[1].contains("MemorySize") && lines[2].contains("Nothing"))
    }

    @Test func twoFunctionsCanNotHaveOneName() {
        let other =
            "G: {Type: AWS::Serverless::Function, Properties: {FunctionName: F, CodeUri: src, Handler: a.b, Runtime: python3.13}}"
        #expect(errors(function("", resources: other))[0].contains("taken by F already"))
    }

    // MARK: Notices

    @Test func everyPropertyWithoutEffectIsToldOnce() throws {
        let text = function(
            "VpcConfig: {SubnetIds: [!ImportValue subnet]}\nPolicies: [AWSLambdaExecute]\nSomethingEntirelyNew: 1\nSnapStart: {ApplyOn: None}",
            resources:
                "Table: {Type: AWS::DynamoDB::Table}\nG: {Type: AWS::Logs::LogGroup}\nStrange: {Type: Company::Thing::Here}")
        let notices = try load(text).notices
        #expect(
            notices.map(\.path) == [
                "Resources/F/Properties/VpcConfig", "Resources/F/Properties/SomethingEntirelyNew",
                "Resources/F/Properties/SnapStart",
                "Resources/Table (AWS::DynamoDB::Table)", "Resources/Strange (Company::Thing::Here)",
            ])
    }

    @Test func aMistypedResourceTypeIsAnError() {
        #expect(
            errors("Resources: {F: {Type: 'AWS::Serverless::Fuction'}}")[0].contains("Did you mean AWS::Serverless::Function?"))
        #expect(
            errors("Resources: {F: {Type: 'AWS::Lambda::Function', Propertys: {}}}").contains {
                $0.contains("Did you mean Properties?")
            })
    }
}
