import CoreTypes
import HTTPEndpoints
import LambdaCore
import Testing

/// Messages recorded from the service (facts sheet, sections 3, 9, 15), where the sheet has them.
struct ControlPlaneErrorTests {
    private static let functions = ControlPlaneSample.functions

    private func creationError(_ more: JSONObject) throws -> String {
        var sample = ControlPlaneSample()
        return try sample.create("f", more).errorText
    }

    @Test(
        arguments: [
            (
                "MemorySize", 127,
                "Value '127' at 'memorySize' failed to satisfy constraint: Member must have value greater than or equal to 128"
            ),
            (
                "MemorySize", 10_241,
                "Value '10241' at 'memorySize' failed to satisfy constraint: Member must have value less than or equal to 10240"
            ),
            (
                "Timeout", 0,
                "Value '0' at 'timeout' failed to satisfy constraint: Member must have value greater than or equal to 1"
            ),
            (
                "Timeout", 901,
                "Value '901' at 'timeout' failed to satisfy constraint: Member must have value less than or equal to 900"
            ),
            (
                "EphemeralStorage", ["Size": 511],
                "Value '511' at 'ephemeralStorage.size' failed to satisfy constraint: Member must have value greater than or equal to 512"
            ),
            (
                "Handler", "a b",
                #"Value 'a b' at 'handler' failed to satisfy constraint: Member must satisfy regular expression pattern: [^\s]+"#
            ),
            (
                "Role", "nobody",
                #"Value 'nobody' at 'role' failed to satisfy constraint: Member must satisfy regular expression pattern: arn:(aws[a-zA-Z-]*)?:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+"#
            ),
            (
                "Architectures", ["sparc"],
                "Value '[sparc]' at 'architectures' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [x86_64, arm64]]"
            ),
            (
                "TracingConfig", ["Mode": "Loud"],
                "Value 'Loud' at 'tracingConfig.mode' failed to satisfy constraint: Member must satisfy enum value set: [Active, PassThrough]"
            ),
            (
                "Environment", ["Variables": ["1A": "x"]],
                "Value at 'environment.variables' failed to satisfy constraint: Map keys must satisfy constraint: [Member must satisfy regular expression pattern: [a-zA-Z]([a-zA-Z0-9_])+]"
            ),
            ("Role", nil, "Value null at 'role' failed to satisfy constraint: Member must not be null"),
        ] as [(String, JSON, String)])
    func `a member that breaks its constraint is told by value and name`(member: String, value: JSON, message: String) throws {
        #expect(try self.creationError([member: value]) == "400 ValidationException: 1 validation error detected: \(message)")
    }

    @Test func `several broken constraints are told together`() throws {
        let text = try self.creationError(["MemorySize": 1, "Timeout": 1_000])
        #expect(text.hasPrefix("400 ValidationException: 2 validation errors detected: Value '1000' at 'timeout'"))
        #expect(text.contains("; Value '1' at 'memorySize'"))
    }

    @Test func `a description ends at 256 characters`() throws {
        var sample = ControlPlaneSample()
        #expect(try sample.create("f", ["Description": .string(String(repeating: "d", count: 256))]).status == 201)
        #expect(try sample.create("g", ["Description": .string(String(repeating: "d", count: 257))]).status == 400)
    }

    @Test func `an unknown runtime gets the list`() throws {
        let text = try self.creationError(["Runtime": "cobol"])
        #expect(
            text.hasPrefix(
                "400 InvalidParameterValueException: Value cobol at 'runtime' failed to satisfy constraint: Member must satisfy enum "
                    + "value set: [nodejs24.x, "))
        #expect(text.hasSuffix("provided.al2] or be a valid ARN"))
    }

    @Test func `reserved variables and more than 4 KB are refused`() throws {
        #expect(
            try self.creationError(["Environment": ["Variables": ["AWS_REGION": "x", "_HANDLER": "y"]]])
                == "400 InvalidParameterValueException: Lambda was unable to configure your environment variables because the "
                + "environment variables you have provided contains reserved keys that are currently not supported for modification. "
                + "Reserved keys used in this request: AWS_REGION, _HANDLER")
        // {"BIG":"…"} has ten bytes beside the value.
        var sample = ControlPlaneSample()
        let fits = String(repeating: "x", count: 4_086)
        #expect(try sample.create("f", ["Environment": ["Variables": ["BIG": .string(fits)]]]).status == 201)
        let text = try self.creationError(["Environment": ["Variables": ["BIG": .string(fits + "x")]]])
        #expect(text.contains("exceeded the 4KB limit. String measured: {\"BIG\":\"xxx"))
    }

    @Test(
        arguments: [
            (["ZipFile": "YmFk"], "Could not unzip uploaded file. Please check your file, then try to upload again."),
            (["ZipFile": ""], "Uploaded file must be a non-empty zip"),
            ([:], "Please provide a source for function code."),
            (
                ["ZipFile": "emlw", "S3Bucket": "b", "S3Key": "k"],
                "Please do not provide other FunctionCode parameters when providing a ZipFile."
            ),
            (
                ["S3Bucket": "b", "S3Key": "k"],
                "Error occurred while GetObject. Code in S3 is not emulated: s3://b/k cannot be read. Send the zip itself in ZipFile."
            ),
            (
                ["ImageUri": "i"],
                "Functions from container images are not emulated. Create the function from a zip (PackageType Zip)."
            ),
        ] as [(JSON, String)])
    func `code that cannot be had`(code: JSON, message: String) throws {
        var sample = ControlPlaneSample()
        let response = try sample.create("f", ["Code": code])
        #expect(response.errorText == "400 InvalidParameterValueException: \(message)")
        #expect(response["Type"] == "User")
        // Nothing is left of a function whose code was refused.
        #expect(try sample.call("GET", "\(Self.functions)/f").status == 404)
    }

    @Test func `a name that was taken while the code was unpacked is a conflict`() throws {
        var controlPlane = ControlPlaneSample().controlPlane
        let request = AWSRequest(
            method: "POST", target: Self.functions, body: JSON.object(ControlPlaneSample.creation("f")).bytes)
        let now = Timestamp(seconds: 0)
        func upload(_ id: UInt64) throws -> LambdaControlPlane.CodeUpload {
            guard case .storeCode(let upload)? = controlPlane.handle(request, now: now, requestID: RequestID(random: id, 0))
            else {
                throw LambdaAPIError.service("no code was asked for")
            }
            return upload
        }
        let first = try upload(1)
        let second = try upload(2)
        let stored = try MemoryCodeStore().store(zip: first.zip)
        #expect(controlPlane.finish(second, with: .success(stored), now: now).response.status == 201)
        #expect(
            controlPlane.finish(first, with: .success(stored), now: now).response.errorText
                == "409 ResourceConflictException: Function already exist: f")
    }

    @Test func `a body that is not JSON, or has other types, is refused`() throws {
        var controlPlane = ControlPlaneSample().controlPlane
        let request = AWSRequest(method: "POST", target: Self.functions, body: Array("{oops".utf8))
        guard
            case .answer(let answer)? = controlPlane.handle(
                request, now: Timestamp(seconds: 0), requestID: RequestID(random: 1, 1))
        else {
            Issue.record("no answer")
            return
        }
        #expect(answer.response.errorText.hasPrefix("400 InvalidRequestContentException: Could not parse request body into json"))
        #expect(
            try self.creationError(["MemorySize": "128"])
                == "400 SerializationException: STRING_VALUE can not be converted to an Integer")
        #expect(try self.creationError(["Environment": "x"]).hasPrefix("400 SerializationException"))
    }

    @Test func `the envelope has the message where the model has it`() throws {
        var sample = ControlPlaneSample()
        let missing = try sample.call("GET", "\(Self.functions)/f")
        #expect(
            missing.json == [
                "Type": "User", "Message": "Function not found: arn:aws:lambda:us-east-1:000000000000:function:f",
            ])
        #expect(missing.header("x-amzn-ErrorType") == "ResourceNotFoundException")
        try sample.create("f")
        let conflict = try sample.create("f")
        #expect(conflict.json == ["Type": "User", "message": "Function already exist: f"])
        let validation = try sample.create("g", ["Timeout": 0])
        #expect(validation["Type"] == nil)
    }

    @Test func `every action of the model is routed`() throws {
        let router = LambdaRouter()
        for operation in LambdaOperation.allCases {
            let target = operation.uri.replacing("{", with: "").replacing("}", with: "")
            let match = router.match(AWSRequest(method: operation.method, target: target))
            #expect(match?.operation == operation)
        }
    }

    @Test func `an action that is not emulated is named`() throws {
        var sample = ControlPlaneSample()
        let response = try sample.call("POST", "/2020-04-22/code-signing-configs", [:])
        #expect(
            response.errorText
                == "501 UnsupportedOperation: The action CreateCodeSigningConfig of the service lambda is not emulated.")
    }

    @Test(arguments: [
        ("POST", "/2015-03-31/functions/f/invocations"), ("POST", "/2014-11-13/functions/f/invoke-async/"),
        ("POST", "/2021-11-15/functions/f/response-streaming-invocations"), ("GET", "/"), ("PATCH", "/2015-03-31/functions"),
    ])
    func `invocations and strange paths are left to others`(method: String, target: String) {
        var controlPlane = ControlPlaneSample().controlPlane
        let step = controlPlane.handle(
            AWSRequest(method: method, target: target), now: Timestamp(seconds: 0), requestID: RequestID(random: 1, 1))
        if step != nil { Issue.record("it was answered") }
    }
}
