import CoreTypes
import LambdaCore
import Testing

/// Messages and their codes are those of the facts sheet's sections 9 and 15 (recorded from the service).
struct ResolutionTests {
    private static let arn = "arn:aws:lambda:us-east-1:000000000000:function:f"

    @Test(
        arguments: [
            ("f", nil, "$LATEST", Self.arn),
            ("f", "$LATEST", "$LATEST", Self.arn + ":$LATEST"),
            ("f:$LATEST", nil, "$LATEST", Self.arn + ":$LATEST"),
            ("f", "1", "1", Self.arn + ":1"),
            ("f:2", nil, "2", Self.arn + ":2"),
            ("f:2", "2", "2", Self.arn + ":2"),
            ("f:live", nil, "2", Self.arn + ":live"),
            ("f", "live", "2", Self.arn + ":live"),
            ("000000000000:function:f", nil, "$LATEST", Self.arn),
            ("000000000000:function:f:1", nil, "1", Self.arn + ":1"),
            ("function:f", nil, "$LATEST", Self.arn),
            (Self.arn, nil, "$LATEST", Self.arn),
            (Self.arn + ":live", "live", "2", Self.arn + ":live"),
        ] as [(String, String?, String, String)])
    func `every way to name a function finds it`(text: String, qualifier: String?, version: String, arn: String) throws {
        var sample = try RegistrySample.withVersions()
        try sample.alias("f", "live", "2")
        let resolved = try sample.registry.resolve(text, qualifier: qualifier, random: 0)
        #expect(resolved.executedVersion == version)
        #expect(resolved.invokedARN == arn)
        #expect(resolved.aliasName == (arn.hasSuffix("live") ? "live" : nil))
        #expect(resolved.configuration.memoryMB == ["$LATEST": 512, "1": 128, "2": 256][version])
    }

    @Test(
        arguments: [
            ("g", nil, "Function not found: arn:aws:lambda:us-east-1:000000000000:function:g"),
            ("g", "3", "Function not found: arn:aws:lambda:us-east-1:000000000000:function:g:3"),
            ("f", "3", "Function not found: arn:aws:lambda:us-east-1:000000000000:function:f:3"),
            ("f:nope", nil, "Function not found: arn:aws:lambda:us-east-1:000000000000:function:f:nope"),
            ("123456789012:function:f", nil, "Function not found: arn:aws:lambda:us-east-1:123456789012:function:f"),
            (
                "arn:aws:lambda:eu-west-1:000000000000:function:f", nil,
                "Functions from 'eu-west-1' are not reachable in this region ('us-east-1')"
            ),
        ] as [(String, String?, String)])
    func `what does not exist is not found, and says where it was looked for`(text: String, qualifier: String?, message: String)
        throws
    {
        let registry = try RegistrySample.withVersions().registry
        let error = #expect(throws: LambdaAPIError.self) { try registry.resolve(text, qualifier: qualifier, random: 0) }
        #expect(error?.status == 404)
        #expect(error?.code == "ResourceNotFoundException")
        #expect(error?.message == message)
    }

    @Test func `two qualifiers that differ are refused`() throws {
        let registry = try RegistrySample.withVersions().registry
        #expect(throws: LambdaAPIError.qualifierMismatch) { try registry.resolve("f:1", qualifier: "2", random: 0) }
    }

    @Test(arguments: ["", "a b", "f:", ":f", "f:1:2", "arn:aws:s3:::f", "arn:aws:lambda:us-east-1:f:g:h", "이름"])
    func `a text that names nothing is a validation error`(text: String) throws {
        let error = #expect(throws: LambdaAPIError.self) { try FunctionReference(text) }
        #expect(error?.code == "ValidationException")
        #expect(
            error?.message.hasPrefix("1 validation error detected: Value '\(text)' at 'functionName' failed to satisfy") == true)
    }

    @Test func `a name over 64 characters is told as the service tells it`() {
        let name = String(repeating: "n", count: 65)
        let error = #expect(throws: LambdaAPIError.self) { try FunctionReference(name) }
        #expect(
            error?.message == "1 validation error detected: Value '\(name)' at 'functionName' failed to satisfy constraint: "
                + "Member must have length less than or equal to 64")
    }

    @Test func `a weighted alias sends the share of its weight to the other version`() throws {
        var sample = try RegistrySample.withVersions()
        try sample.alias("f", "canary", "1", additional: ("2", 0.25))
        // The draw is the random number as a fraction of 2^64: below a quarter goes to version 2.
        let quarter = UInt64(1) << 62
        #expect(try sample.registry.resolve("f:canary", random: 0).executedVersion == "2")
        #expect(try sample.registry.resolve("f:canary", random: quarter - 1).executedVersion == "2")
        #expect(try sample.registry.resolve("f:canary", random: quarter).executedVersion == "1")
        #expect(try sample.registry.resolve("f:canary", random: .max).executedVersion == "1")
    }

    @Test func `the look-up of plain names knows plain names only`() throws {
        var sample = try RegistrySample.withVersions()
        #expect(sample.registry.resolveUnqualified("f")?.executedVersion == "$LATEST")
        #expect(sample.registry.resolveUnqualified("f:1")?.id == nil)
        #expect(sample.registry.resolveUnqualified(Self.arn)?.id == nil)
        try sample.registry.delete("f")
        #expect(sample.registry.resolveUnqualified("f")?.id == nil)
    }

    @Test func `the identity changes with each change and not otherwise`() throws {
        var sample = RegistrySample()
        try sample.create("f")
        let first = try sample.registry.resolve("f", random: 0).id
        #expect(try sample.registry.resolve("f:$LATEST", random: 0).id == first)
        try sample.registry.setReservedConcurrency("f", 5)
        #expect(sample.registry.resolveUnqualified("f")?.id == first)
        #expect(sample.registry.resolveUnqualified("f")?.reservedConcurrency == 5)
        try sample.update("f", memoryMB: 256)
        let second = try sample.registry.resolve("f", random: 0).id
        #expect(second != first)
        try sample.registry.delete("f")
        try sample.create("f")
        let third = try sample.registry.resolve("f", random: 0).id
        #expect(third != second && third != first)
        var change = sample.change()
        try sample.registry.codeChanged("f", &change)
        #expect(try sample.registry.resolve("f", random: 0).id != third)
    }
}
