import CoreTypes
import LambdaCore
import Testing

/// Rules and messages of the facts sheet's sections 12, 13 and 15.
struct FunctionRegistryTests {
    private func message(_ body: () throws(LambdaAPIError) -> Void) -> String? {
        do {
            try body()
            return nil
        } catch {
            return "\(error.status) \(error.code): \(error.message)"
        }
    }

    // MARK: Functions and versions

    @Test func `a name is taken once`() throws {
        var sample = RegistrySample()
        try sample.create("f")
        #expect(
            self.message { () throws(LambdaAPIError) in try sample.create("f") }
                == "409 ResourceConflictException: Function already exist: f")
    }

    @Test func `publishing twice without a change gives the same version`() throws {
        var sample = RegistrySample()
        try sample.create("f")
        #expect(try sample.publish("f").id.version == "1")
        #expect(try sample.publish("f").id.version == "1")
        try sample.update("f", memoryMB: 256)
        #expect(try sample.publish("f").id.version == "2")
        // The same contents under a new revision are no change either.
        try sample.update("f", memoryMB: 256)
        #expect(try sample.publish("f").id.version == "2")
    }

    @Test func `a published version keeps its code while latest goes on`() throws {
        let registry = try RegistrySample.withVersions().registry
        #expect(try registry.version("f", qualifier: "1").version.configuration.memoryMB == 128)
        #expect(try registry.version("f").version.configuration.memoryMB == 512)
    }

    @Test func `version numbers are never given twice`() throws {
        var sample = try RegistrySample.withVersions()
        try sample.registry.delete("f", qualifier: "2")
        #expect(try sample.publish("f").id.version == "3")
    }

    @Test func `latest and versions in use cannot be deleted`() throws {
        var sample = try RegistrySample.withVersions()
        try sample.alias("f", "live", "1")
        #expect(
            self.message { () throws(LambdaAPIError) in try sample.registry.delete("f", qualifier: "$LATEST") }
                == "400 InvalidParameterValueException: $LATEST version cannot be deleted without deleting the function.")
        #expect(
            self.message { () throws(LambdaAPIError) in try sample.registry.delete("f", qualifier: "1") }?.hasPrefix("409")
                == true)
    }

    @Test func `a stale revision or digest stops a publication`() throws {
        var sample = RegistrySample()
        try sample.create("f")
        var change = sample.change()
        #expect(throws: LambdaAPIError.revisionMismatch) {
            try sample.registry.publishVersion("f", revisionID: "stale", &change)
        }
        let error = #expect(throws: LambdaAPIError.self) {
            try sample.registry.publishVersion("f", codeSHA256: "other", &change)
        }
        #expect(error?.status == 400)
    }

    @Test func `what only functions have cannot be set on a version`() throws {
        var sample = try RegistrySample.withVersions()
        #expect(throws: Never.self) { try sample.registry.setReservedConcurrency("f:$LATEST", 1) }
        #expect(throws: LambdaAPIError.self) { try sample.registry.setReservedConcurrency("f:1", 1) }
        #expect(throws: LambdaAPIError.self) { try sample.registry.locateFunction("f:1") }
    }

    // MARK: Aliases

    @Test(
        arguments: [
            (
                "1", ("1", 0.5),
                "400 InvalidParameterValueException: Invalid function version 1. Function version 1 is already included in "
                    + "routing configuration."
            ),
            (
                "$LATEST", ("1", 0.5),
                "400 InvalidParameterValueException: $LATEST is not supported for an alias pointing to more than 1 "
                    + "version"
            ),
            ("9", nil, "404 ResourceNotFoundException: Function not found: arn:aws:lambda:us-east-1:000000000000:function:f:9"),
            (
                "1", ("9", 0.5),
                "404 ResourceNotFoundException: Function not found: arn:aws:lambda:us-east-1:000000000000:function:f:9"
            ),
        ] as [(String, (String, Double)?, String)])
    func `an alias that cannot be is refused`(version: String, additional: (String, Double)?, message: String) throws {
        var sample = try RegistrySample.withVersions()
        #expect(
            self.message { () throws(LambdaAPIError) in try sample.alias("f", "a", version, additional: additional) } == message)
    }

    @Test func `aliases exist once, move, and go`() throws {
        var sample = try RegistrySample.withVersions()
        let arn = "arn:aws:lambda:us-east-1:000000000000:function:f:live"
        try sample.alias("f", "live", "1", additional: ("2", 0.5))
        #expect(
            self.message { () throws(LambdaAPIError) in try sample.alias("f", "live", "2") }
                == "409 ResourceConflictException: Alias already exists: \(arn)")
        var change = sample.change()
        #expect(throws: LambdaAPIError.revisionMismatch) {
            try sample.registry.updateAlias("f", name: "live", revisionID: "stale", &change)
        }
        let kept = try sample.registry.updateAlias("f", name: "live", description: "d", &change)
        #expect(kept.additional?.version == "2")
        let moved = try sample.registry.updateAlias(
            "f", name: "live", functionVersion: "2", additional: .some(nil), &change)
        #expect(moved.functionVersion == "2" && moved.additional == nil && moved.description == "d")
        try sample.registry.deleteAlias("f", name: "live")
        #expect(
            self.message { () throws(LambdaAPIError) in _ = try sample.registry.alias("f", name: "live") }
                == "404 ResourceNotFoundException: Cannot find alias arn: \(arn)")
        #expect(throws: Never.self) { try sample.registry.deleteAlias("f", name: "live") }
    }

    // MARK: Permissions

    @Test func `permissions become statements as IAM writes them`() throws {
        var sample = RegistrySample()
        try sample.create("f")
        var change = sample.change()
        var request = PermissionRequest(statementID: "s3", action: "lambda:InvokeFunction", principal: "s3.amazonaws.com")
        request.sourceARN = "arn:aws:s3:::bucket"
        request.sourceAccount = "123456789012"
        let statement = try sample.registry.addPermission("f", request, &change)
        // The form that GetPolicy shows in the Lambda developer guide, "Using resource-based policies".
        let expected = try JSON(
            parsing: """
                {"Sid":"s3","Effect":"Allow","Principal":{"Service":"s3.amazonaws.com"},"Action":"lambda:InvokeFunction",
                "Resource":"arn:aws:lambda:us-east-1:000000000000:function:f",
                "Condition":{"StringEquals":{"AWS:SourceAccount":"123456789012"},"ArnLike":{"AWS:SourceArn":"arn:aws:s3:::bucket"}}}
                """)
        #expect(JSON.object(statement) == expected)
        #expect(
            throws: LambdaAPIError.conflict(
                "The statement id (s3) provided already exists. Please provide a new statement id, or remove the existing "
                    + "statement.")
        ) { try sample.registry.addPermission("f", request, &change) }
        let account = PermissionRequest(statementID: "account", action: "lambda:InvokeFunction", principal: "123456789012")
        #expect(
            try sample.registry.addPermission("f", account, &change)["Principal"] == ["AWS": "arn:aws:iam::123456789012:root"])
    }

    @Test func `the last permission takes the policy with it`() throws {
        var sample = RegistrySample()
        try sample.create("f")
        var change = sample.change()
        #expect(throws: LambdaAPIError.resourceDoesNotExist) { try sample.registry.policy("f") }
        try sample.registry.addPermission(
            "f", PermissionRequest(statementID: "s", action: "lambda:*", principal: "*"), &change)
        let revision = try sample.registry.policy("f").revisionID
        #expect(throws: LambdaAPIError.revisionMismatch) {
            try sample.registry.removePermission("f", statementID: "s", revisionID: "stale", &change)
        }
        try sample.registry.removePermission("f", statementID: "s", revisionID: revision.description, &change)
        #expect(throws: LambdaAPIError.resourceDoesNotExist) { try sample.registry.policy("f") }
    }

    @Test func `a policy stays under 20 KB`() throws {
        var sample = RegistrySample()
        try sample.create("f")
        var change = sample.change()
        var error: LambdaAPIError?
        for number in 0..<1_000 where error == nil {
            let request = PermissionRequest(statementID: "s\(number)", action: "lambda:InvokeFunction", principal: "*")
            do { try sample.registry.addPermission("f", request, &change) } catch let thrown { error = thrown }
        }
        #expect(error?.code == "PolicyLengthExceededException")
        #expect(try sample.registry.policy("f").document.bytes.count <= 20_480)
    }

    // MARK: Concurrency

    @Test func `a hundred executions stay unreserved`() throws {
        var sample = RegistrySample()
        try sample.create("f")
        try sample.create("g")
        try sample.registry.setReservedConcurrency("f", 900)
        #expect(sample.registry.unreservedConcurrency == 100)
        #expect(
            self.message { () throws(LambdaAPIError) in try sample.registry.setReservedConcurrency("g", 1) }
                == "400 InvalidParameterValueException: Specified ReservedConcurrentExecutions for function decreases account's "
                + "UnreservedConcurrentExecution below its minimum value of [100].")
        // Zero takes nothing from anyone, and a function's own former share does not count against it.
        #expect(throws: Never.self) { try sample.registry.setReservedConcurrency("g", 0) }
        #expect(throws: Never.self) { try sample.registry.setReservedConcurrency("f", 899) }
        try sample.registry.setReservedConcurrency("f", nil)
        #expect(sample.registry.unreservedConcurrency == 1_000)
    }

    @Test func `without the strict rule all may be reserved`() throws {
        var registry = FunctionRegistry(region: "us-east-1", account: "000000000000", concurrencyLimit: 10, isStrict: false)
        var change = RegistryChange(time: Timestamp(seconds: 0), requestID: RequestID(random: 1, 2))
        try registry.create(RegistrySample.contents("f"), &change)
        #expect(throws: Never.self) { try registry.setReservedConcurrency("f", 10) }
    }

    @Test func `provisioned concurrency belongs to versions and aliases, within what is reserved`() throws {
        var sample = try RegistrySample.withVersions()
        var change = sample.change()
        #expect(throws: LambdaAPIError.provisionedConcurrencyNotFound) {
            try sample.registry.provisionedConcurrency("f", qualifier: "1")
        }
        #expect(throws: LambdaAPIError.self) {
            try sample.registry.setProvisionedConcurrency("f", qualifier: "$LATEST", 1, &change)
        }
        try sample.registry.setProvisionedConcurrency("f", qualifier: "1", 2, &change)
        #expect(
            self.message { () throws(LambdaAPIError) in try sample.registry.setReservedConcurrency("f", 1) }
                == "400 InvalidParameterValueException:  ReservedConcurrentExecutions  1 should not be lower than function's total "
                + "provisioned concurrency [2].")
    }

    // MARK: Event invoke configuration

    @Test func `event invoke configurations stand under qualified ARNs`() throws {
        var sample = try RegistrySample.withVersions()
        try sample.alias("f", "live", "1")
        let arn = "arn:aws:lambda:us-east-1:000000000000:function:f"
        #expect(throws: LambdaAPIError.notFound("The function \(arn):$LATEST doesn't have an EventInvokeConfig")) {
            try sample.registry.storedEventInvoke("f")
        }
        var change = sample.change()
        var configuration = EventInvokeConfiguration()
        configuration.maximumRetryAttempts = 0
        #expect(try sample.registry.setEventInvoke("f", configuration, &change).arn == arn + ":$LATEST")
        #expect(try sample.registry.setEventInvoke("f", qualifier: "live", configuration, &change).arn == arn + ":live")
        let latest = try sample.registry.resolve("f", random: 0)
        let version = try sample.registry.resolve("f:1", random: 0)
        let alias = try sample.registry.resolve("f:live", random: 0)
        #expect(sample.registry.eventInvokeConfiguration(for: latest).maximumRetryAttempts == 0)
        #expect(sample.registry.eventInvokeConfiguration(for: alias).maximumRetryAttempts == 0)
        #expect(sample.registry.eventInvokeConfiguration(for: version).maximumRetryAttempts == nil)
    }

    @Test(arguments: [
        ("nonsense", "The destination ARN nonsense is invalid."),
        ("arn:aws:ec2:us-east-1:000000000000:x", "The destination ARN arn:aws:ec2:us-east-1:000000000000:x is invalid."),
        (
            "arn:aws:lambda:us-east-1:000000000000:function:f:live",
            "You can't specify the function as a destination for itself."
        ),
    ])
    func `destinations are checked by their form`(destination: String, message: String) throws {
        var sample = RegistrySample()
        try sample.create("f")
        var change = sample.change()
        var configuration = EventInvokeConfiguration()
        configuration.onFailure = destination
        #expect(throws: LambdaAPIError.invalidParameter(message)) {
            try sample.registry.setEventInvoke("f", configuration, &change)
        }
    }

    // MARK: URLs, tags, layers, seeds

    @Test func `a function has one URL for latest and one for each alias, always the same`() throws {
        var sample = try RegistrySample.withVersions()
        try sample.alias("f", "live", "1")
        var change = sample.change()
        let latest = try sample.registry.createURL("f", FunctionURLConfiguration(), &change)
        let live = try sample.registry.createURL("f", qualifier: "live", FunctionURLConfiguration(), &change)
        #expect(latest.id != live.id)
        #expect(latest.id.utf8.count == 32)
        #expect(sample.registry.functionURL(id: live.id)?.alias == "live")
        #expect(throws: LambdaAPIError.self) { try sample.registry.createURL("f", FunctionURLConfiguration(), &change) }
        #expect(throws: LambdaAPIError.self) {
            try sample.registry.createURL("f", qualifier: "1", FunctionURLConfiguration(), &change)
        }
        try sample.registry.deleteURL("f")
        #expect(sample.registry.functionURL(id: latest.id) == nil)
        #expect(try sample.registry.createURL("f", FunctionURLConfiguration(), &change).id == latest.id)
        try sample.registry.delete("f")
        #expect(sample.registry.urls.isEmpty)
    }

    @Test func `tags belong to functions, not to versions`() throws {
        var sample = try RegistrySample.withVersions()
        let arn = "arn:aws:lambda:us-east-1:000000000000:function:f"
        try sample.registry.tag(arn: arn, adding: ["a": "1", "b": "2"])
        try sample.registry.untag(arn: arn, keys: ["a", "none"])
        #expect(try sample.registry.tags(ofARN: arn) == ["b": "2"])
        #expect(throws: LambdaAPIError.self) { try sample.registry.tags(ofARN: arn + ":1") }
        let many = Dictionary(uniqueKeysWithValues: (0..<50).map { ("k\($0)", "v") })
        #expect(throws: LambdaAPIError.self) { try sample.registry.tag(arn: arn, adding: many) }
    }

    @Test func `layer versions are counted and found by ARN`() throws {
        var sample = RegistrySample()
        let version = LayerVersion(
            layerName: "tools", source: .folder("/layers/tools"), code: CodeDescription(sha256: "s", size: 5),
            created: Timestamp(seconds: 0))
        #expect(sample.registry.layers.publish(version).number == 1)
        #expect(sample.registry.layers.publish(version).number == 2)
        sample.registry.layers.delete("tools", 2)
        #expect(sample.registry.layers.publish(version).number == 3)
        let arn = "arn:aws:lambda:us-east-1:000000000000:layer:tools"
        #expect(sample.registry.layers.version(arn: arn + ":3")?.number == 3)
        #expect(sample.registry.layers.version(arn: arn + ":2") == nil)
        #expect(sample.registry.layers.versions(arn).map(\.number) == [3, 1])
    }

    @Test func `a template's function keeps its identity until it changes`() throws {
        var sample = RegistrySample()
        var configuration = FunctionConfiguration(name: "f", runtime: .providedAL2023, handler: "h", code: .folder("/f"))
        configuration.alias = "live"
        configuration.reservedConcurrency = 3
        configuration.tags = ["team": "a"]
        configuration.functionURL = FunctionURLConfiguration()
        configuration.eventInvoke.maximumRetryAttempts = 1
        configuration.layers = [.folder("/layers/tools")]
        var change = sample.change()
        let first = try sample.registry.seed(configuration, &change).id
        #expect(try sample.registry.seed(configuration, &change).id == first)
        let resolved = try sample.registry.resolve("f:live", random: 0)
        #expect(resolved.executedVersion == "1")
        #expect(resolved.reservedConcurrency == 3)
        #expect(resolved.configuration.layers == [.folder("/layers/tools")])
        #expect(sample.registry.eventInvokeConfiguration(for: resolved).maximumRetryAttempts == 1)
        #expect(sample.registry.urls.values.map(\.alias) == ["live"])
        #expect(sample.registry.records["f"]?.tags == ["team": "a"])
        configuration.memoryMB = 256
        #expect(try sample.registry.seed(configuration, &change).id != first)
        #expect(try sample.registry.resolve("f:live", random: 0).executedVersion == "2")
    }

    @Test func `folders in use are those of all versions and layers`() throws {
        var sample = RegistrySample()
        try sample.create("f")
        try sample.publish("f")
        var change = sample.change()
        try sample.registry.update("f", contents: RegistrySample.contents("f", sha256: "code-2"), &change)
        #expect(sample.registry.referencedFolders == ["/code/code-1", "/code/code-2"])
    }
}
