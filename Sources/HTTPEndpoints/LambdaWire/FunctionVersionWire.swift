import CoreTypes
import LambdaCore

/// Writes function versions as `FunctionConfiguration`.
struct FunctionVersionWire {
    let registry: FunctionRegistry

    /// What the members `State` and `LastUpdateStatus` say. Changes take effect at once; the call that makes one still answers as
    /// the service does, and what waiters poll says it is done.
    enum Moment {
        case settled
        /// The answer of CreateFunction and of a PublishVersion that made a version.
        case creating
        /// The answer of UpdateFunctionCode and UpdateFunctionConfiguration.
        case updating
    }

    /// - Parameter qualifier: what `FunctionArn` ends in, if anything.
    func configuration(_ version: FunctionVersion, qualifier: String?, _ moment: Moment = .settled) -> JSONObject {
        let settings = version.configuration
        var json: JSONObject = [
            "FunctionName": .string(settings.name),
            "FunctionArn": .string(self.registry.functionARN(settings.name, qualifier)),
            "Runtime": .string(settings.runtime.rawValue),
            "Role": .string(settings.role),
            "Handler": .string(settings.handler),
            "CodeSize": .number(JSONNumber(version.contents.code.size)),
            "Description": .string(settings.description),
            "Timeout": .number(JSONNumber(settings.timeoutSeconds)),
            "MemorySize": .number(JSONNumber(settings.memoryMB)),
            "LastModified": .string(version.lastModified.lambdaLastModified),
            "CodeSha256": .string(version.contents.code.sha256),
            "Version": .string(version.id.version),
        ]
        self.addExtras(of: version, to: &json)
        if let target = settings.deadLetterTargetARN { json["DeadLetterConfig"] = ["TargetArn": .string(target)] }
        if !settings.environment.isEmpty {
            json["Environment"] = ["Variables": .object(JSONObject(sorted: settings.environment))]
        }
        json["TracingConfig"] = ["Mode": .string(settings.tracing.rawValue)]
        json["RevisionId"] = .string(version.revisionID.description)
        if !version.contents.layers.isEmpty {
            json["Layers"] = .array(
                version.contents.layers.map { ["Arn": .string($0.arn), "CodeSize": .number(JSONNumber($0.codeSize))] })
        }
        self.addState(moment, to: &json)
        json["PackageType"] = "Zip"
        json["Architectures"] = [.string(settings.architecture.rawValue)]
        json["EphemeralStorage"] = ["Size": .number(JSONNumber(settings.ephemeralStorageMB))]
        json["LoggingConfig"] = Self.logging(settings)
        return json
    }

    private func addExtras(of version: FunctionVersion, to json: inout JSONObject) {
        for (name, value) in version.contents.extras.members {
            switch name {
            case "ImageConfig": json["ImageConfigResponse"] = ["ImageConfig": value]
            case "SnapStart", "CodeSigningConfigArn": break
            default: json[name] = value
            }
        }
        let applyOn = version.contents.extras["SnapStart"]?["ApplyOn"] ?? "None"
        json["SnapStart"] = ["ApplyOn": applyOn, "OptimizationStatus": "Off"]
    }

    private func addState(_ moment: Moment, to json: inout JSONObject) {
        let reason: JSON = "The function is being created."
        switch moment {
        case .settled:
            json["State"] = "Active"
            json["LastUpdateStatus"] = "Successful"
        case .creating:
            json["State"] = "Pending"
            json["StateReason"] = reason
            json["StateReasonCode"] = "Creating"
        case .updating:
            json["State"] = "Active"
            json["LastUpdateStatus"] = "InProgress"
            json["LastUpdateStatusReason"] = reason
            json["LastUpdateStatusReasonCode"] = "Creating"
        }
    }

    /// Levels exist with the JSON format only.
    private static func logging(_ settings: FunctionConfiguration) -> JSON {
        var json: JSONObject = ["LogFormat": .string(settings.logging.format.rawValue)]
        if settings.logging.format == .json {
            json["ApplicationLogLevel"] = .string(settings.logging.applicationLevel.rawValue)
            json["SystemLogLevel"] = .string(settings.logging.systemLevel.rawValue)
        }
        json["LogGroup"] = .string(settings.logging.logGroup ?? "/aws/lambda/\(settings.name)")
        return .object(json)
    }
}

extension CodeSource {
    /// Where the files are. The service gives a URL that is good for ten minutes; here it is a place on this machine.
    var location: String {
        switch self {
        case .folder(let path), .archive(let path): "file://\(path)"
        case .swiftProduct(let package, _): "file://\(package)"
        case .inline(_, let fileName): "inline:\(fileName)"
        }
    }
}
