package import CoreTypes

/// Tells one state of one version of a function from every other, also from a later function of the same name. It changes with
/// each change of code or configuration, so that whoever keeps execution environments can drain those of the former state.
package struct FunctionVersionID: Hashable, Sendable, CustomStringConvertible {
    package let name: String
    /// `$LATEST` or a number.
    package let version: String
    /// Never given twice by one registry: enough by itself for equality.
    package let generation: UInt64

    package init(name: String, version: String, generation: UInt64) {
        self.name = name
        self.version = version
        self.generation = generation
    }

    package static func == (left: Self, right: Self) -> Bool { left.generation == right.generation }
    package func hash(into hasher: inout Hasher) { hasher.combine(self.generation) }
    package var description: String { "\(self.name):\(self.version)#\(self.generation)" }
}

/// The digest and size of a deployment package, as `CodeSha256` and `CodeSize` show them. Code that a template names as a folder
/// has neither until it is packaged.
package struct CodeDescription: Hashable, Sendable {
    /// Base64 of the SHA-256 of the zip.
    package var sha256: String
    /// Bytes of the zip.
    package var size: Int
    package static let unknown = CodeDescription(sha256: "", size: 0)

    package init(sha256: String, size: Int) {
        self.sha256 = sha256
        self.size = size
    }
}

/// A layer version that a function uses, as `Layers` of its configuration shows it.
package struct LayerReference: Hashable, Sendable {
    package var arn: String
    package var codeSize: Int
    package init(arn: String, codeSize: Int) {
        self.arn = arn
        self.codeSize = codeSize
    }
}

/// All that PublishVersion freezes: code and configuration.
package struct FunctionContents: Hashable, Sendable {
    /// What belongs to the function and not to a version (reserved concurrency, event invoke configuration, URL, alias, tags) is
    /// kept by the registry and left at its default here.
    package var configuration: FunctionConfiguration
    package var code: CodeDescription
    package var layers: [LayerReference] = []
    /// Members of the API call that change nothing here and are given back as they came: `VpcConfig`, `FileSystemConfigs`,
    /// `SnapStart`, `ImageConfig`, `KMSKeyArn` …
    package var extras = JSONObject()

    package init(configuration: FunctionConfiguration, code: CodeDescription) {
        self.configuration = configuration
        self.code = code
    }
}

/// One version of a function in one state; never changed. A class, so that the invoke path passes one reference instead of
/// copying some twenty members.
package final class FunctionVersion: Sendable {
    package static let latest = "$LATEST"

    package let id: FunctionVersionID
    package let contents: FunctionContents
    package let revisionID: RequestID
    package let lastModified: Timestamp

    package var configuration: FunctionConfiguration { self.contents.configuration }

    init(id: FunctionVersionID, contents: FunctionContents, revisionID: RequestID, lastModified: Timestamp) {
        self.id = id
        self.contents = contents
        self.revisionID = revisionID
        self.lastModified = lastModified
    }
}

/// What a name or an ARN stands for at the moment of an invocation.
package struct ResolvedFunction: Sendable {
    package let version: FunctionVersion
    /// With `:qualifier` only if one was given; `Lambda-Runtime-Invoked-Function-Arn`.
    package let invokedARN: String
    /// The alias that was named, if it was one.
    package let aliasName: String?
    /// The function's reserved concurrency when this was resolved; 0 stops it.
    package let reservedConcurrency: Int?

    package var id: FunctionVersionID { self.version.id }
    package var configuration: FunctionConfiguration { self.version.contents.configuration }
    /// `X-Amz-Executed-Version`
    package var executedVersion: String { self.version.id.version }
}
