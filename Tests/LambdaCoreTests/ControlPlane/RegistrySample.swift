import CoreTypes
import LambdaCore

/// A registry with functions in it, and changes one second apart.
struct RegistrySample {
    var registry = FunctionRegistry(region: "us-east-1", account: "000000000000")
    private var changes: UInt64 = 0

    mutating func change() -> RegistryChange {
        self.changes += 1
        return RegistryChange(
            time: Timestamp(seconds: 1_800_000_000 + Int64(self.changes)), requestID: RequestID(random: self.changes, 7))
    }

    static func contents(_ name: String, memoryMB: Int = 128, sha256: String = "code-1") -> FunctionContents {
        var configuration = FunctionConfiguration(
            name: name, runtime: .providedAL2023, handler: "bootstrap", code: .folder("/code/\(sha256)"))
        configuration.memoryMB = memoryMB
        return FunctionContents(configuration: configuration, code: CodeDescription(sha256: sha256, size: 10))
    }

    @discardableResult
    mutating func create(_ name: String) throws(LambdaAPIError) -> FunctionVersion {
        var change = self.change()
        return try self.registry.create(Self.contents(name), &change)
    }

    @discardableResult
    mutating func update(_ name: String, memoryMB: Int) throws(LambdaAPIError) -> FunctionVersion {
        var change = self.change()
        return try self.registry.update(name, contents: Self.contents(name, memoryMB: memoryMB), &change)
    }

    @discardableResult
    mutating func publish(_ name: String) throws(LambdaAPIError) -> FunctionVersion {
        var change = self.change()
        return try self.registry.publishVersion(name, &change).version
    }

    mutating func alias(_ name: String, _ alias: String, _ version: String, additional: (String, Double)? = nil)
        throws(LambdaAPIError)
    {
        var change = self.change()
        try self.registry.createAlias(
            name, name: alias, functionVersion: version,
            additional: additional.map { FunctionAlias.AdditionalVersion(version: $0.0, weight: $0.1) }, &change)
    }

    /// Function `f` with versions 1 (128 MB) and 2 (256 MB) and `$LATEST` (512 MB).
    static func withVersions() throws(LambdaAPIError) -> Self {
        var sample = RegistrySample()
        try sample.create("f")
        try sample.publish("f")
        try sample.update("f", memoryMB: 256)
        try sample.publish("f")
        try sample.update("f", memoryMB: 512)
        return sample
    }
}
