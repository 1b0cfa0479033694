import CoreTypes
import LambdaCore

/// Reads `AWS::Serverless::Function` and `AWS::Lambda::Function` into a configuration.
struct FunctionReader {
    let evaluation: Evaluation
    let resource: Resource
    let properties: PropertyReader
    var isServerless: Bool { self.resource.type == "AWS::Serverless::Function" }

    init(_ evaluation: Evaluation, _ resource: Resource) {
        self.evaluation = evaluation
        self.resource = resource
        self.properties = PropertyReader(evaluation, resource)
    }

    /// `nil` when something that every function needs is missing or wrong; the errors are reported.
    func read() -> FunctionConfiguration? {
        self.properties.check(self.isServerless ? .serverlessFunction : .lambdaFunction)
        let name = self.name()
        let packageType = self.properties.text("PackageType") ?? "Zip"
        if !["Zip", "Image"].contains(packageType) {
            self.properties.error("PackageType is \"\(packageType)\"; it has to be Zip or Image.", at: "PackageType")
        }
        if packageType == "Image" || self.properties.members["ImageUri"] != nil {
            self.evaluation.error(
                "Container images are not emulated. Use PackageType Zip with a Runtime and \(self.isServerless ? "CodeUri" : "Code").",
                at: self.resource.location, path: self.resource.path)
            return nil
        }
        let runtime = self.runtime()
        let code = runtime.flatMap { CodeReader(self).read(runtime: $0) }
        let handler = self.handler(code: code)
        var configuration = FunctionConfiguration(
            name: name, runtime: runtime ?? .providedAL2023, handler: handler ?? "", code: code ?? .folder(self.evaluation.folder)
        )
        self.readSettings(into: &configuration)
        self.readEnvironment(into: &configuration)
        self.readAsynchronous(into: &configuration)
        configuration.layers = LayerReader(self.evaluation, self.properties).read()
        return runtime == nil || code == nil || handler == nil ? nil : configuration
    }

    // MARK: Name, runtime, handler

    /// The pattern of `FunctionName` in the Lambda API: letters, digits, `-` and `_`, at most 64.
    private func name() -> String {
        let name = self.evaluation.physicalName(of: self.resource)
        let isValid = name.utf8.allSatisfy { $0 == 0x2D || $0 == 0x5F || $0.isLetterOrDigit }
        if name.isEmpty || name.utf8.count > FunctionLimits.nameLength || !isValid {
            self.properties.error(
                "The name \"\(name)\" is not valid: 1 to \(FunctionLimits.nameLength) letters, digits, hyphens and underscores.",
                at: "FunctionName")
        }
        return name
    }

    private func runtime() -> Runtime? {
        guard let text = self.properties.text("Runtime") else {
            if self.properties.members["Runtime"] == nil {
                self.properties.error(
                    "Property 'Runtime' is required. Set it, for example to provided.al2023 or python3.13.", at: "Runtime")
            }
            return nil
        }
        let runtime = Runtime(rawValue: text)
        let emulated = Runtime.known.filter { Runtime(rawValue: $0).family != nil }
        guard Runtime.known.contains(text) else {
            self.properties.error(
                "There is no runtime \"\(text)\"." + Suggestion.sentence(for: text, among: Runtime.known)
                    + " These run here: \(emulated.joined(separator: ", ")).", at: "Runtime")
            return nil
        }
        guard runtime.family != nil else {
            self.properties.error("\(text) doesn't run here. These do: \(emulated.joined(separator: ", ")).", at: "Runtime")
            return nil
        }
        return runtime
    }

    /// Required, but for Swift products, where `bootstrap` stands in: nothing but `_HANDLER` depends on it.
    private func handler(code: CodeSource?) -> String? {
        guard self.properties.members["Handler"] != nil else {
            if case .swiftProduct = code { return "bootstrap" }
            self.properties.error(
                "Property 'Handler' is required. Set it, for example to app.handler; bootstrap for provided runtimes.",
                at: "Handler")
            return nil
        }
        guard let handler = self.properties.text("Handler") else { return nil }
        if handler.isEmpty || handler.utf8.count > FunctionLimits.handlerLength || handler.contains(where: \.isWhitespace) {
            self.properties.error(
                "The handler \"\(handler)\" is not valid: 1 to \(FunctionLimits.handlerLength) characters, no spaces.",
                at: "Handler")
            return nil
        }
        return handler
    }

    // MARK: Settings

    private func readSettings(into configuration: inout FunctionConfiguration) {
        if let memory = self.properties.integer("MemorySize", in: FunctionLimits.memoryMB) { configuration.memoryMB = memory }
        if let timeout = self.properties.integer("Timeout", in: FunctionLimits.timeoutSeconds) {
            configuration.timeoutSeconds = timeout
        }
        if let storage = self.properties.map("EphemeralStorage") {
            storage.check(.ephemeralStorage)
            if let size = storage.integer("Size", in: FunctionLimits.ephemeralStorageMB) {
                configuration.ephemeralStorageMB = size
            }
        }
        let mostReserved = FunctionLimits.accountConcurrency - FunctionLimits.minimumUnreservedConcurrency
        configuration.reservedConcurrency = self.properties.integer("ReservedConcurrentExecutions", in: 0...mostReserved)
        if let architectures = self.properties.texts("Architectures") {
            if architectures.count == 1, let architecture = Architecture(rawValue: architectures[0]) {
                configuration.architecture = architecture
            } else {
                self.properties.error("Architectures takes one of x86_64 and arm64 in a list.", at: "Architectures")
            }
        }
        if let description = self.properties.text("Description") {
            if description.count > FunctionLimits.descriptionLength {
                self.properties.error(
                    "The description has \(description.count) characters; at most \(FunctionLimits.descriptionLength) are allowed.",
                    at: "Description")
            }
            configuration.description = description
        }
        let ownRole = self.isServerless ? self.resource.logicalID + "Role" : "martlet"
        configuration.role = self.properties.text("Role") ?? self.evaluation.arn("iam", "role/\(ownRole)", region: "")
        configuration.alias = self.properties.text("AutoPublishAlias")
        configuration.tags = self.tags()
        configuration.tracing = self.tracing()
        configuration.logging = self.logging()
    }

    private func tags() -> [String: String] {
        if self.isServerless { return self.properties.textMap("Tags") ?? [:] }
        var tags: [String: String] = [:]
        for tag in self.properties.list("Tags") ?? [] where !tag.isUnknown {
            guard let key = tag.map?["Key"]?.text, let value = tag.map?["Value"]?.text else {
                self.evaluation.error("A tag is a map of Key and Value.", at: tag.location, path: self.properties.path("Tags"))
                continue
            }
            tags[key] = value
        }
        return tags
    }

    private func tracing() -> TracingMode {
        let modes = [TracingMode.passThrough, .active]
        if self.isServerless {
            if self.properties.value("Tracing")?.text == "Disabled" { return .passThrough }
            return self.properties.choice("Tracing", of: modes) ?? .passThrough
        }
        guard let tracing = self.properties.map("TracingConfig") else { return .passThrough }
        tracing.check(.tracing)
        return tracing.choice("Mode", of: modes) ?? .passThrough
    }

    private func logging() -> LoggingConfiguration {
        var logging = LoggingConfiguration()
        guard let reader = self.properties.map("LoggingConfig") else { return logging }
        reader.check(.logging)
        if let format = reader.choice("LogFormat", of: [LoggingConfiguration.Format.text, .json]) { logging.format = format }
        for level in ["ApplicationLogLevel", "SystemLogLevel"] where reader.members[level] != nil && logging.format == .text {
            reader.error("\(level) works only with LogFormat: JSON. Set that, or remove the level.", at: level)
        }
        if let level = reader.choice("ApplicationLogLevel", of: LoggingConfiguration.ApplicationLevel.allCases) {
            logging.applicationLevel = level
        }
        if let level = reader.choice("SystemLogLevel", of: LoggingConfiguration.SystemLevel.allCases) {
            logging.systemLevel = level
        }
        logging.logGroup = reader.text("LogGroup")
        return logging
    }
}

extension UInt8 {
    /// ASCII only.
    var isLetterOrDigit: Bool {
        (0x30...0x39).contains(self) || (0x41...0x5A).contains(self) || (0x61...0x7A).contains(self)
    }
}
