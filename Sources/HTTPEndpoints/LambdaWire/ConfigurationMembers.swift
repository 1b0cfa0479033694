import CoreTypes
import LambdaCore

/// The members that CreateFunction and UpdateFunctionConfiguration share, read and held against the model. What is `nil` was not
/// in the call and stays as it is.
struct ConfigurationMembers {
    var role: String?
    var handler: String?
    var runtime: String?
    var description: String?
    var timeoutSeconds: Int?
    var memoryMB: Int?
    var ephemeralStorageMB: Int?
    var environment: [String: String]?
    var layerARNs: [String]?
    var tracing: TracingMode?
    var deadLetterTargetARN: String?
    var logging: JSONObject?
    var extras = JSONObject()

    /// Kept and given back, but without effect here.
    static let extraMembers = [
        "VpcConfig", "FileSystemConfigs", "SnapStart", "ImageConfig", "KMSKeyArn", "CodeSigningConfigArn",
        "CapacityProviderConfig", "DurableConfig", "TenancyConfig",
    ]

    init(_ body: JSONObject, _ reader: inout MemberReader, isCreation: Bool) throws(LambdaAPIError) {
        self.role = try reader.string("Role", in: body, pattern: .role, isRequired: isCreation)
        self.handler = try reader.string(
            "Handler", in: body, length: 0...FunctionLimits.handlerLength, pattern: .handler)
        self.runtime = try reader.string("Runtime", in: body)
        self.description = try reader.string("Description", in: body, length: 0...FunctionLimits.descriptionLength)
        self.timeoutSeconds = try reader.integer("Timeout", in: body, range: FunctionLimits.timeoutSeconds)
        self.memoryMB = try reader.integer("MemorySize", in: body, range: FunctionLimits.memoryMB)
        if let storage = try reader.structure("EphemeralStorage", in: body) {
            self.ephemeralStorageMB = try reader.integer(
                "Size", in: storage, at: "ephemeralStorage", range: FunctionLimits.ephemeralStorageMB, isRequired: true)
        }
        if let environment = try reader.structure("Environment", in: body) {
            self.environment = try reader.map("Variables", in: environment, at: "environment") ?? [:]
            self.checkVariableNames(&reader)
        }
        self.layerARNs = try reader.strings("Layers", in: body)
        if let tracing = try reader.structure("TracingConfig", in: body) {
            self.tracing = try reader.string("Mode", in: tracing, at: "tracingConfig", values: ["Active", "PassThrough"])
                .flatMap(TracingMode.init(rawValue:))
        }
        if let deadLetter = try reader.structure("DeadLetterConfig", in: body) {
            self.deadLetterTargetARN = try reader.string("TargetArn", in: deadLetter, at: "deadLetterConfig") ?? ""
        }
        if let logging = try reader.structure("LoggingConfig", in: body) {
            self.logging = try Self.checkedLogging(logging, &reader)
        }
        for name in Self.extraMembers {
            if let value = body[name], !value.isNull { self.extras[name] = value }
        }
    }

    private func checkVariableNames(_ reader: inout MemberReader) {
        let isGood = self.environment?.keys.allSatisfy { name in
            name.utf8.count > 1 && name.utf8.allSatisfy { $0 != UInt8(ascii: "-") } && FunctionReference.isWord(name)
                && name.first.map { $0.isASCII && $0.isLetter } == true
        }
        // Reserved names may begin with an underscore and have an error of their own.
        let reserved = self.environment?.keys.contains { reservedEnvironmentVariables.contains($0) } ?? false
        guard isGood == false, !reserved else { return }
        reader.failHidden(
            at: "environment.variables",
            "Map keys must satisfy constraint: [Member must satisfy regular expression pattern: [a-zA-Z]([a-zA-Z0-9_])+]")
    }

    private static func checkedLogging(
        _ logging: JSONObject, _ reader: inout MemberReader
    ) throws(LambdaAPIError) -> JSONObject {
        let path = "loggingConfig"
        _ = try reader.string("LogFormat", in: logging, at: path, values: ["JSON", "Text"])
        _ = try reader.string(
            "ApplicationLogLevel", in: logging, at: path,
            values: LoggingConfiguration.ApplicationLevel.allCases.map(\.rawValue))
        _ = try reader.string(
            "SystemLogLevel", in: logging, at: path, values: LoggingConfiguration.SystemLevel.allCases.map(\.rawValue))
        _ = try reader.string("LogGroup", in: logging, at: path, length: 1...512, pattern: .logGroup)
        return logging
    }

    // MARK: Effect

    /// Changes what the call names. Rules that span members are checked here, after those of single members.
    func apply(to contents: inout FunctionContents, _ layers: LayerRegistry) throws(LambdaAPIError) {
        if let runtime {
            guard Runtime.known.contains(runtime) else {
                throw .invalidParameter(
                    "Value \(runtime) at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: "
                        + "[\(Runtime.known.joined(separator: ", "))] or be a valid ARN")
            }
            contents.configuration.runtime = Runtime(rawValue: runtime)
        }
        if let role { contents.configuration.role = role }
        if let handler { contents.configuration.handler = handler }
        if let description { contents.configuration.description = description }
        if let timeoutSeconds { contents.configuration.timeoutSeconds = timeoutSeconds }
        if let memoryMB { contents.configuration.memoryMB = memoryMB }
        if let ephemeralStorageMB { contents.configuration.ephemeralStorageMB = ephemeralStorageMB }
        if let tracing { contents.configuration.tracing = tracing }
        if let deadLetterTargetARN {
            contents.configuration.deadLetterTargetARN = deadLetterTargetARN.isEmpty ? nil : deadLetterTargetARN
        }
        try self.applyEnvironment(to: &contents)
        try self.applyLogging(to: &contents)
        try self.applyLayers(to: &contents, layers)
        for (name, value) in self.extras.members { contents.extras[name] = value }
    }

    private func applyEnvironment(to contents: inout FunctionContents) throws(LambdaAPIError) {
        guard let environment else { return }
        let reserved = environment.keys.filter { reservedEnvironmentVariables.contains($0) }.sorted()
        let unable =
            "Lambda was unable to configure your environment variables because the environment variables you have provided"
        guard reserved.isEmpty else {
            throw .invalidParameter(
                "\(unable) contains reserved keys that are currently not supported for modification. Reserved keys used in this "
                    + "request: \(reserved.joined(separator: ", "))")
        }
        let measured = JSON.object(JSONObject(sorted: environment)).description
        guard measured.utf8.count <= FunctionLimits.environmentBytes else {
            throw .invalidParameter("\(unable) exceeded the 4KB limit. String measured: \(measured)")
        }
        contents.configuration.environment = environment
    }

    private func applyLogging(to contents: inout FunctionContents) throws(LambdaAPIError) {
        guard let logging else { return }
        var configuration = contents.configuration.logging
        if let format = logging["LogFormat"]?.stringValue.flatMap(LoggingConfiguration.Format.init(rawValue:)) {
            configuration.format = format
        }
        let application = logging["ApplicationLogLevel"]?.stringValue.flatMap(
            LoggingConfiguration.ApplicationLevel.init(rawValue:))
        let system = logging["SystemLogLevel"]?.stringValue.flatMap(LoggingConfiguration.SystemLevel.init(rawValue:))
        guard configuration.format == .json || (application == nil && system == nil) else {
            throw .invalidParameter("To set ApplicationLogLevel or SystemLogLevel, LogFormat must be JSON.")
        }
        if let application { configuration.applicationLevel = application }
        if let system { configuration.systemLevel = system }
        if let group = logging["LogGroup"]?.stringValue { configuration.logGroup = group }
        contents.configuration.logging = configuration
    }

    private func applyLayers(to contents: inout FunctionContents, _ layers: LayerRegistry) throws(LambdaAPIError) {
        guard let layerARNs else { return }
        guard layerARNs.count <= FunctionLimits.layers else {
            throw .invalidParameter("Cannot reference more than \(FunctionLimits.layers) layers.")
        }
        var names: Set<String> = []
        var versions: [LayerVersion] = []
        for arn in layerARNs {
            guard let version = layers.version(arn: arn) else { throw .invalidParameter("Layer version \(arn) does not exist.") }
            guard names.insert(version.layerName).inserted else {
                throw .invalidParameter(
                    "Two different versions of the same layer are not allowed to be referenced in the same function.")
            }
            versions.append(version)
        }
        contents.configuration.layers = versions.map(\.source)
        contents.layers = versions.map { LayerReference(arn: layers.arn($0), codeSize: $0.code.size) }
    }

    /// What of this call is kept without effect, for the host's log.
    func notices(for name: String) -> [String] {
        var notices = self.extras.members.compactMap { member, value -> String? in
            switch member {
            case "VpcConfig" where value["SubnetIds"]?.arrayValue?.isEmpty != false: nil
            case "SnapStart" where value["ApplyOn"]?.stringValue != "PublishedVersions": nil
            case "KMSKeyArn" where value.stringValue?.isEmpty == true: nil
            case "FileSystemConfigs" where value.arrayValue?.isEmpty == true: nil
            default: "function \(name): \(member) is kept and shown but not emulated"
            }
        }
        if let runtime, Runtime(rawValue: runtime).family == nil {
            notices.append("function \(name): the runtime \(runtime) is not emulated; its invocations will fail")
        }
        return notices
    }
}
