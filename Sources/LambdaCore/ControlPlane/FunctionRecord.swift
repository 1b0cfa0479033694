package import CoreTypes

/// A function with all its versions, aliases and settings.
package struct FunctionRecord: Sendable {
    package let name: String
    package internal(set) var latest: FunctionVersion
    /// By number.
    package internal(set) var versions: [Int: FunctionVersion] = [:]
    var lastVersionNumber = 0
    /// What `$LATEST` was when the last version was published, and that version's number.
    var published: (contents: FunctionContents, number: Int)?
    package internal(set) var aliases: [String: FunctionAlias] = [:]
    /// By qualifier; "" for the function itself.
    package internal(set) var policies: [String: ResourcePolicy] = [:]
    package internal(set) var reservedConcurrency: Int?
    /// By version number or alias.
    package internal(set) var provisioned: [String: ProvisionedConcurrency] = [:]
    /// By `$LATEST`, version number or alias.
    package internal(set) var eventInvoke: [String: StoredEventInvokeConfiguration] = [:]
    /// By `$LATEST` or alias.
    package internal(set) var urls: [String: FunctionURL] = [:]
    package internal(set) var tags: [String: String] = [:]
    package internal(set) var recursiveLoop = RecursiveLoop.terminate
    /// By `$LATEST` or version number.
    package internal(set) var runtimeManagement: [String: RuntimeManagement] = [:]

    init(name: String, latest: FunctionVersion) {
        self.name = name
        self.latest = latest
    }

    package var sortedVersions: [FunctionVersion] { self.versions.sorted { $0.key < $1.key }.map(\.value) }
    package var sortedAliases: [FunctionAlias] { self.aliases.values.sorted { $0.name < $1.name } }

    /// The version itself for `$LATEST` and numbers; `nil` for aliases and what does not exist.
    package func version(_ text: String) -> FunctionVersion? {
        text == FunctionVersion.latest ? self.latest : Int(text).flatMap { self.versions[$0] }
    }
}

/// A name for a version, or for two of them with a share for the second (developer guide, "Implement Lambda canary deployments
/// using a weighted alias").
package struct FunctionAlias: Hashable, Sendable {
    package var name: String
    package var functionVersion: String
    package var description: String
    /// `AdditionalVersionWeights`: at most one entry, weight 0.0 to 1.0.
    package var additional: AdditionalVersion?
    package var revisionID: RequestID

    package struct AdditionalVersion: Hashable, Sendable {
        package var version: String
        package var weight: Double
        package init(version: String, weight: Double) {
            self.version = version
            self.weight = weight
        }
    }

    /// - Parameter random: any number; its upper 53 bits make the draw.
    func drawnVersion(random: UInt64) -> String {
        guard let additional, Double(random >> 11) * 0x1p-53 < additional.weight else { return self.functionVersion }
        return additional.version
    }
}

/// The statements of a resource-based policy in the order they were added.
package struct ResourcePolicy: Hashable, Sendable {
    package var statements: [JSONObject] = []
    package var revisionID: RequestID

    /// Developer guide, "Lambda quotas": function resource-based policy.
    package static let sizeLimit = 20_480

    package var document: JSON {
        ["Version": "2012-10-17", "Id": "default", "Statement": .array(self.statements.map(JSON.object))]
    }
}

/// A provisioned concurrency configuration. It is kept and shown as READY; environments are still started on demand.
package struct ProvisionedConcurrency: Hashable, Sendable {
    package var requested: Int
    package var lastModified: Timestamp
}

package struct StoredEventInvokeConfiguration: Hashable, Sendable {
    package var configuration: EventInvokeConfiguration
    package var lastModified: Timestamp
}

/// A function URL: `https://<id>.lambda-url.<region>.on.aws/` on AWS.
package struct FunctionURL: Hashable, Sendable {
    /// 32 lower-case letters and digits.
    package var id: String
    package var functionName: String
    /// The alias, or `nil` for `$LATEST`.
    package var alias: String?
    package var configuration: FunctionURLConfiguration
    package var created: Timestamp
    package var lastModified: Timestamp
}

/// `RecursiveLoop`: whether a function that keeps invoking itself is stopped.
package enum RecursiveLoop: String, Hashable, Sendable, CaseIterable {
    case allow = "Allow"
    case terminate = "Terminate"
}

package struct RuntimeManagement: Hashable, Sendable {
    package enum UpdateMode: String, Hashable, Sendable, CaseIterable {
        case auto = "Auto"
        case manual = "Manual"
        case functionUpdate = "FunctionUpdate"
    }
    package var updateRuntimeOn = UpdateMode.auto
    package var runtimeVersionARN: String?
    package init(updateRuntimeOn: UpdateMode = .auto, runtimeVersionARN: String? = nil) {
        self.updateRuntimeOn = updateRuntimeOn
        self.runtimeVersionARN = runtimeVersionARN
    }
}
