import CoreTypes
import HTTPEndpoints
import LambdaCore
import Testing

/// Statuses are those of the table in the facts sheet, section 15; shapes those of the service model of botocore 1.43.
struct LambdaControlPlaneTests {
    private static let functions = ControlPlaneSample.functions
    private static let arn = "arn:aws:lambda:us-east-1:000000000000:function:f"

    // MARK: Functions

    @Test func `a created function answers as the service does`() throws {
        var sample = ControlPlaneSample()
        let response = try sample.create("f", ["Tags": ["a": "b"], "Environment": ["Variables": ["KEY": "값"]]])
        #expect(response.status == 201)
        var expected = try JSON(
            parsing: """
                {"FunctionName":"f","FunctionArn":"\(Self.arn)","Runtime":"provided.al2023","Role":"\(ControlPlaneSample.role)",
                "Handler":"bootstrap","CodeSize":5,"Description":"","Timeout":3,"MemorySize":128,
                "LastModified":"2027-01-15T08:00:01.000+0000","CodeSha256":"sha256 of zip-1","Version":"$LATEST",
                "Environment":{"Variables":{"KEY":"값"}},"TracingConfig":{"Mode":"PassThrough"},"State":"Pending",
                "StateReason":"The function is being created.","StateReasonCode":"Creating","PackageType":"Zip",
                "Architectures":["x86_64"],"EphemeralStorage":{"Size":512},"SnapStart":{"ApplyOn":"None","OptimizationStatus":"Off"},
                "LoggingConfig":{"LogFormat":"Text","LogGroup":"/aws/lambda/f"}}
                """
        ).objectValue
        expected?["RevisionId"] = response["RevisionId"]
        #expect(response.json.objectValue == expected)
    }

    @Test func `what waiters poll says that the function is ready`() throws {
        var sample = ControlPlaneSample()
        try sample.create("f", ["Tags": ["a": "b"]])
        let response = try sample.call("GET", "\(Self.functions)/f")
        #expect(response.status == 200)
        #expect(response["Configuration", "State"] == "Active")
        #expect(response["Configuration", "LastUpdateStatus"] == "Successful")
        #expect(response["Code"] == ["RepositoryType": "S3", "Location": "file:///code/zip-1"])
        #expect(response["Tags"] == ["a": "b"])
        #expect(response["Concurrency"] == nil)
        let configuration = try sample.call("GET", "\(Self.functions)/f/configuration")
        #expect(configuration.json == response["Configuration"])
    }

    @Test func `names and ARNs may come percent-encoded and with a slash at the end`() throws {
        var sample = ControlPlaneSample()
        let body = JSON.object(ControlPlaneSample.creation("f"))
        #expect(try sample.call("POST", "\(Self.functions)/", body).status == 201)
        #expect(
            try sample.call("GET", "\(Self.functions)/arn%3Aaws%3Alambda%3Aus-east-1%3A000000000000%3Afunction%3Af").status == 200
        )
        let qualified = try sample.call("GET", "\(Self.functions)/f%3A%24LATEST/configuration")
        #expect(qualified["FunctionArn"] == .string(Self.arn + ":$LATEST"))
    }

    @Test func `publishing at creation answers version 1`() throws {
        var sample = ControlPlaneSample()
        let response = try sample.create("f", ["Publish": true])
        #expect(response["Version"] == "1")
        #expect(response["FunctionArn"] == .string(Self.arn + ":1"))
    }

    @Test func `an update of the code changes it, a dry run does not`() throws {
        var sample = ControlPlaneSample()
        try sample.create("f")
        let zip: JSON = .string(Base64.encode(Array("zip-two".utf8)))
        let trial = try sample.call("PUT", "\(Self.functions)/f/code", ["ZipFile": zip, "DryRun": true])
        #expect(trial["CodeSha256"] == "sha256 of zip-two")
        #expect(try sample.call("GET", "\(Self.functions)/f/configuration")["CodeSha256"] == "sha256 of zip-1")
        let update = try sample.call("PUT", "\(Self.functions)/f/code", ["ZipFile": zip])
        #expect(update.status == 200)
        #expect(update["LastUpdateStatus"] == "InProgress")
        #expect(update["LastUpdateStatusReasonCode"] == "Creating")
        #expect(update["CodeSize"] == 7)
        #expect(try sample.call("GET", "\(Self.functions)/f/configuration")["CodeSha256"] == "sha256 of zip-two")
        let stale = try sample.call("PUT", "\(Self.functions)/f/code", ["ZipFile": zip, "RevisionId": "stale"])
        #expect(stale.errorText.hasPrefix("412 PreconditionFailedException: The Revision Id provided does not match"))
    }

    @Test func `an update of the configuration keeps what it does not name`() throws {
        var sample = ControlPlaneSample()
        try sample.create("f", ["Environment": ["Variables": ["KEY": "v"]], "Description": "first"])
        let update = try sample.call(
            "PUT", "\(Self.functions)/f/configuration",
            ["MemorySize": 256, "Environment": ["Variables": [:]], "LoggingConfig": ["LogFormat": "JSON"]])
        #expect(update["MemorySize"] == 256)
        #expect(update["Description"] == "first")
        #expect(update["Environment"] == nil)
        #expect(
            update["LoggingConfig"] == [
                "LogFormat": "JSON", "ApplicationLogLevel": "INFO", "SystemLogLevel": "INFO", "LogGroup": "/aws/lambda/f",
            ])
    }

    @Test func `what is not emulated is given back and noted`() throws {
        var sample = ControlPlaneSample()
        let response = try sample.create(
            "f",
            ["VpcConfig": ["SubnetIds": ["subnet-1"], "SecurityGroupIds": []], "SnapStart": ["ApplyOn": "PublishedVersions"]])
        #expect(response["VpcConfig", "SubnetIds"] == ["subnet-1"])
        #expect(response["SnapStart"] == ["ApplyOn": "PublishedVersions", "OptimizationStatus": "Off"])
        #expect(
            sample.notices == [
                "function f: VpcConfig is kept and shown but not emulated",
                "function f: SnapStart is kept and shown but not emulated",
            ])
    }

    @Test func `lists go on where the last page ended, also when that function is gone`() throws {
        var sample = ControlPlaneSample()
        for name in ["a", "b", "c"] { try sample.create(name) }
        let first = try sample.call("GET", "\(Self.functions)?MaxItems=2")
        #expect(first["Functions"]?.arrayValue?.compactMap { $0["FunctionName"]?.stringValue } == ["a", "b"])
        let marker = try #require(first["NextMarker"]?.stringValue)
        #expect(try sample.call("DELETE", "\(Self.functions)/b").status == 204)
        let encoded = marker.replacing(":", with: "%3A")
        let second = try sample.call("GET", "\(Self.functions)?MaxItems=2&Marker=\(encoded)")
        #expect(second["Functions"]?.arrayValue?.compactMap { $0["FunctionName"]?.stringValue } == ["c"])
        #expect(second["NextMarker"] == nil)
    }

    @Test func `all versions are listed under qualified ARNs`() throws {
        var sample = ControlPlaneSample()
        try sample.create("f", ["Publish": true])
        let all = try sample.call("GET", "\(Self.functions)?FunctionVersion=ALL")
        let arns = all["Functions"]?.arrayValue?.compactMap { $0["FunctionArn"]?.stringValue }
        #expect(arns == [Self.arn + ":$LATEST", Self.arn + ":1"])
        let versions = try sample.call("GET", "\(Self.functions)/f/versions")
        #expect(versions["Versions"]?.arrayValue?.count == 2)
        #expect(try sample.call("GET", "\(Self.functions)?FunctionVersion=SOME").status == 400)
    }

    // MARK: What hangs on a function

    @Test func `versions and aliases`() throws {
        var sample = ControlPlaneSample()
        try sample.create("f")
        let first = try sample.call("POST", "\(Self.functions)/f/versions", ["Description": "one"])
        #expect(first.status == 201)
        #expect(first["State"] == "Pending")
        #expect(first["Description"] == "one")
        #expect(try sample.call("POST", "\(Self.functions)/f/versions")["Version"] == "1")
        _ = try sample.call("PUT", "\(Self.functions)/f/configuration", ["Timeout": 9])
        _ = try sample.call("POST", "\(Self.functions)/f/versions")
        let alias = try sample.call(
            "POST", "\(Self.functions)/f/aliases",
            [
                "Name": "live", "FunctionVersion": "1",
                "RoutingConfig": ["AdditionalVersionWeights": ["2": .number(JSONNumber(0.25))]],
            ])
        #expect(alias.status == 201)
        #expect(alias["AliasArn"] == .string(Self.arn + ":live"))
        #expect(alias["RoutingConfig", "AdditionalVersionWeights", "2"]?.numberValue?.doubleValue == 0.25)
        let moved = try sample.call(
            "PUT", "\(Self.functions)/f/aliases/live",
            ["FunctionVersion": "2", "RoutingConfig": ["AdditionalVersionWeights": [:]]])
        #expect(moved["FunctionVersion"] == "2")
        #expect(moved["RoutingConfig"] == nil)
        let byAlias = try sample.call("GET", "\(Self.functions)/f/configuration?Qualifier=live")
        #expect(byAlias["Version"] == "2")
        #expect(byAlias["FunctionArn"] == .string(Self.arn + ":live"))
        #expect(try sample.call("GET", "\(Self.functions)/f/aliases?FunctionVersion=1")["Aliases"] == [])
        #expect(try sample.call("DELETE", "\(Self.functions)/f/aliases/live").status == 204)
        #expect(
            try sample.call("GET", "\(Self.functions)/f/aliases/live").errorText
                == "404 ResourceNotFoundException: Cannot find alias arn: \(Self.arn):live")
    }

    @Test func `permissions`() throws {
        var sample = ControlPlaneSample()
        try sample.create("f")
        let path = "\(Self.functions)/f/policy"
        let added = try sample.call(
            "POST", path, ["StatementId": "s", "Action": "lambda:InvokeFunction", "Principal": "s3.amazonaws.com"])
        #expect(added.status == 201)
        let statement = try JSON(parsing: try #require(added["Statement"]?.stringValue))
        #expect(statement["Sid"] == "s")
        let policy = try sample.call("GET", path)
        #expect(try JSON(parsing: try #require(policy["Policy"]?.stringValue))["Statement"] == [statement])
        #expect(try sample.call("DELETE", "\(path)/s?RevisionId=\(policy["RevisionId"]?.stringValue ?? "")").status == 204)
        #expect(
            try sample.call("GET", path).errorText == "404 ResourceNotFoundException: The resource you requested does not exist.")
    }

    @Test func `reserved and provisioned concurrency`() throws {
        var sample = ControlPlaneSample()
        try sample.create("f", ["Publish": true])
        let reserved = "/2017-10-31/functions/f/concurrency"
        #expect(try sample.call("GET", "/2019-09-30/functions/f/concurrency").json == [:])
        #expect(
            try sample.call("PUT", reserved, ["ReservedConcurrentExecutions": 5]).json == ["ReservedConcurrentExecutions": 5])
        #expect(try sample.call("GET", "\(Self.functions)/f")["Concurrency"] == ["ReservedConcurrentExecutions": 5])
        let provisioned = "/2019-09-30/functions/f/provisioned-concurrency"
        let put = try sample.call("PUT", "\(provisioned)?Qualifier=1", ["ProvisionedConcurrentExecutions": 2])
        #expect(put.status == 202)
        #expect(put["Status"] == "IN_PROGRESS")
        #expect(sample.notices.count == 1)
        #expect(try sample.call("GET", "\(provisioned)?Qualifier=1")["AllocatedProvisionedConcurrentExecutions"] == 2)
        let list = try sample.call("GET", "\(provisioned)?List=ALL")
        #expect(list["ProvisionedConcurrencyConfigs"]?.arrayValue?.first?["FunctionArn"] == .string(Self.arn + ":1"))
        #expect(try sample.call("DELETE", "\(provisioned)?Qualifier=1").status == 204)
        #expect(
            try sample.call("GET", "\(provisioned)?Qualifier=1").errorText
                == "404 ProvisionedConcurrencyConfigNotFoundException: No Provisioned Concurrency Config found for this function")
        #expect(try sample.call("DELETE", reserved).status == 204)
    }

    @Test func `event invoke configurations`() throws {
        var sample = ControlPlaneSample()
        try sample.create("f")
        let path = "/2019-09-25/functions/f/event-invoke-config"
        let queue = "arn:aws:sqs:us-east-1:000000000000:q"
        let put = try sample.call(
            "PUT", path, ["MaximumRetryAttempts": 1, "DestinationConfig": ["OnFailure": ["Destination": .string(queue)]]])
        #expect(
            put.json == [
                "LastModified": 1_800_000_002, "FunctionArn": .string(Self.arn + ":$LATEST"), "MaximumRetryAttempts": 1,
                "DestinationConfig": ["OnSuccess": [:], "OnFailure": ["Destination": .string(queue)]],
            ])
        let update = try sample.call("POST", path, ["MaximumEventAgeInSeconds": 60])
        #expect(update["MaximumRetryAttempts"] == 1)
        #expect(update["MaximumEventAgeInSeconds"] == 60)
        #expect(try sample.call("GET", "\(path)/list")["FunctionEventInvokeConfigs"]?.arrayValue?.count == 1)
        #expect(try sample.call("DELETE", path).status == 204)
        #expect(try sample.call("POST", path, ["MaximumRetryAttempts": 0]).status == 404)
    }

    @Test func `function URLs`() throws {
        var sample = ControlPlaneSample()
        try sample.create("f")
        let path = "/2021-10-31/functions/f/url"
        let created = try sample.call("POST", path, ["AuthType": "NONE", "Cors": ["AllowOrigins": ["*"], "MaxAge": 5]])
        #expect(created.status == 201)
        #expect(created["FunctionUrl"]?.stringValue?.hasSuffix(".lambda-url.us-east-1.on.aws/") == true)
        #expect(created["InvokeMode"] == "BUFFERED")
        #expect(created["CreationTime"] == "2027-01-15T08:00:02.000Z")
        #expect(created["LastModifiedTime"] == nil)
        let updated = try sample.call("PUT", path, ["InvokeMode": "RESPONSE_STREAM"])
        #expect(updated["InvokeMode"] == "RESPONSE_STREAM")
        #expect(updated["Cors"] == ["AllowOrigins": ["*"], "MaxAge": 5])
        #expect(updated["LastModifiedTime"] == "2027-01-15T08:00:03.000Z")
        #expect(try sample.call("GET", "/2021-10-31/functions/f/urls")["FunctionUrlConfigs"] == [updated.json])
        #expect(try sample.call("POST", path, ["AuthType": "NONE"]).status == 409)
        #expect(try sample.call("DELETE", path).status == 204)
        #expect(try sample.call("GET", path).status == 404)
    }

    @Test func `tags`() throws {
        var sample = ControlPlaneSample()
        try sample.create("f")
        let path = "/2017-03-31/tags/\(Self.arn.replacing(":", with: "%3A"))"
        #expect(try sample.call("POST", path, ["Tags": ["a": "1", "b c": "2"]]).status == 204)
        #expect(try sample.call("GET", path).json == ["Tags": ["a": "1", "b c": "2"]])
        #expect(try sample.call("DELETE", "\(path)?tagKeys=a&tagKeys=b%20c").status == 204)
        #expect(try sample.call("GET", path).json == ["Tags": [:]])
        #expect(try sample.call("DELETE", path).status == 400)
    }

    @Test func `layers, and functions that use them`() throws {
        var sample = ControlPlaneSample()
        let path = "/2018-10-31/layers/tools/versions"
        let layerARN = "arn:aws:lambda:us-east-1:000000000000:layer:tools"
        let content: JSON = ["ZipFile": .string(Base64.encode(Array("layer".utf8)))]
        let published = try sample.call(
            "POST", path, ["Content": content, "CompatibleRuntimes": ["python3.13"], "LicenseInfo": "MIT"])
        #expect(published.status == 201)
        #expect(published["LayerVersionArn"] == .string(layerARN + ":1"))
        #expect(published["Content", "CodeSize"] == 5)
        #expect(try sample.call("GET", "\(path)/1").json == published.json)
        let byARN = "/2018-10-31/layers?find=LayerVersion&Arn=\((layerARN + ":1").replacing(":", with: "%3A"))"
        #expect(try sample.call("GET", byARN).json == published.json)
        #expect(try sample.call("GET", path)["LayerVersions"]?.arrayValue?.first?["LicenseInfo"] == "MIT")
        let layers = try sample.call("GET", "/2018-10-31/layers?CompatibleRuntime=python3.13")
        #expect(layers["Layers"]?.arrayValue?.first?["LayerName"] == "tools")
        #expect(try sample.call("GET", "/2018-10-31/layers?CompatibleRuntime=nodejs22.x")["Layers"] == [])
        let function = try sample.create("f", ["Layers": [.string(layerARN + ":1")]])
        #expect(function["Layers"] == [["Arn": .string(layerARN + ":1"), "CodeSize": 5]])
        #expect(
            try sample.create("g", ["Layers": [.string(layerARN + ":2")]]).errorText
                == "400 InvalidParameterValueException: Layer version \(layerARN):2 does not exist.")
        #expect(try sample.call("DELETE", "\(path)/1").status == 204)
        #expect(try sample.call("GET", "\(path)/1").status == 404)
    }

    @Test func `account settings count what there is`() throws {
        var sample = ControlPlaneSample()
        try sample.create("f", ["Publish": true])
        let settings = try sample.call("GET", "/2016-08-19/account-settings")
        #expect(settings["AccountLimit", "ConcurrentExecutions"] == 1_000)
        #expect(settings["AccountUsage"] == ["TotalCodeSize": 10, "FunctionCount": 1])
    }

    @Test func `recursion, runtime management and code signing have their defaults`() throws {
        var sample = ControlPlaneSample()
        try sample.create("f")
        let recursion = "/2024-08-31/functions/f/recursion-config"
        #expect(try sample.call("GET", recursion).json == ["RecursiveLoop": "Terminate"])
        #expect(try sample.call("PUT", recursion, ["RecursiveLoop": "Allow"]).json == ["RecursiveLoop": "Allow"])
        let runtime = "/2021-07-20/functions/f/runtime-management-config"
        #expect(try sample.call("GET", runtime).json == ["UpdateRuntimeOn": "Auto", "FunctionArn": .string(Self.arn)])
        #expect(
            try sample.call("GET", "/2020-06-30/functions/f/code-signing-config").json
                == ["CodeSigningConfigArn": "", "FunctionName": "f"])
    }
}
