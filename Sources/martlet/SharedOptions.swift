import ArgumentParser
import Emulator
import Foundation
import LambdaCore
import Templates

/// The options that all commands share. Each has an environment variable, `MARTLET_` and its name in capitals.
struct SharedOptions: ParsableArguments {
    @Option(
        name: [.customShort("t"), .long], help: "The template (MARTLET_TEMPLATE).",
        completion: .file(extensions: ["yaml", "yml", "json", "template"]))
    var template: String = Defaults.text("MARTLET_TEMPLATE") ?? "template.yaml"

    @Option(help: "Where the host keeps its things, from the template's folder (MARTLET_STATE_DIR).", completion: .directory)
    var stateDir: String = Defaults.text("MARTLET_STATE_DIR") ?? ".martlet"

    @Option(
        help: "Values of functions' environment variables, a JSON file in either of SAM's shapes (MARTLET_ENV_VARS).",
        completion: .file(extensions: ["json"]))
    var envVars: String?

    @Option(
        parsing: .upToNextOption,
        help: "Template parameters: Key=Value …, or ParameterKey=K,ParameterValue=V … (MARTLET_PARAMETER_OVERRIDES).")
    var parameterOverrides: [String] = Defaults.text("MARTLET_PARAMETER_OVERRIDES").map { [$0] } ?? []

    @Option(help: "AWS Region (MARTLET_REGION).")
    var region: String = Defaults.text("MARTLET_REGION") ?? "us-east-1"

    @Option(help: "The account in ARNs, twelve digits (MARTLET_ACCOUNT_ID).")
    var accountId: String = Defaults.text("MARTLET_ACCOUNT_ID") ?? "000000000000"

    @Flag(name: [.short, .long], help: "Nothing on stderr but errors (MARTLET_QUIET).")
    var quiet = Defaults.flag("MARTLET_QUIET")

    @Flag(help: "Say what the template came to and where things lie (MARTLET_VERBOSE).")
    var verbose = Defaults.flag("MARTLET_VERBOSE")

    mutating func validate() throws {
        guard self.accountId.utf8.count == 12, self.accountId.utf8.allSatisfy({ 0x30...0x39 ~= $0 }) else {
            throw ValidationError("--account-id is twelve digits, not \(self.accountId)")
        }
    }
}

/// A template with what the command line says of it, ready for a host.
struct Project {
    let deployment: Deployment
    let settings: HostSettings

    /// Where interpreters are looked for.
    static var searchPath: String { Defaults.text("PATH") ?? "/usr/local/bin:/usr/bin:/bin" }

    /// - Parameters:
    ///   - awsEndpoint: where queue URLs of the template point.
    ///   - openAPI: a file that is an API by itself.
    init(_ options: SharedOptions, awsEndpoint: String? = nil, openAPI: String? = nil) throws {
        var templateOptions = TemplateOptions()
        templateOptions.region = options.region
        templateOptions.accountID = options.accountId
        if let awsEndpoint { templateOptions.awsEndpoint = awsEndpoint }
        do throws(TemplateError) {
            templateOptions.parameterOverrides = try ParameterOverrides.parse(options.parameterOverrides)
            if let path = options.envVars ?? Defaults.text("MARTLET_ENV_VARS") {
                templateOptions.environmentOverrides = try EnvironmentOverrides.load(path: path)
            }
            self.deployment = try Deployment.load(template: options.template, openAPI: openAPI, options: templateOptions)
        } catch {
            throw CommandFailure(
                description: error.diagnostics.map { "error: \($0)" }.joined(separator: "\n"), exitCode: ExitStatus.usage)
        }
        let folder = Self.folder(ofTemplate: options.template)
        let state = Self.stateFolder(options.stateDir, ofTemplate: options.template)
        var settings = HostSettings(
            stateFolder: state, projectFolder: folder, searchPath: Self.searchPath)
        settings.region = options.region
        settings.account = options.accountId
        settings.keepsLedger = LedgerSwitch.default == .on
        settings.python = Defaults.text("MARTLET_PYTHON")
        settings.node = Defaults.text("MARTLET_NODE")
        settings.swiftConfiguration = Defaults.text("MARTLET_SWIFT_CONFIGURATION") ?? "release"
        self.settings = settings
    }

    private static func folder(ofTemplate template: String) -> String {
        URL(fileURLWithPath: template).deletingLastPathComponent().standardizedFileURL.path
    }

    /// Where a host of this template keeps its things; the template needn't be there.
    static func stateFolder(_ stateDir: String, ofTemplate template: String) -> String {
        stateDir.hasPrefix("/") ? stateDir : "\(self.folder(ofTemplate: template))/\(stateDir)"
    }

    /// With `--no-build`, in the place of a build: tells of Swift products that were never built.
    func tellOfMissingProducts(only names: Set<String>? = nil) {
        let products = SwiftProducts(configuration: self.settings.swiftConfiguration)
        for function in self.deployment.functions where names?.contains(function.configuration.name) ?? true {
            guard case .swiftProduct(let package, let product) = function.configuration.code else { continue }
            let executable = products.executable(package: package, product: product)
            guard !FileManager.default.fileExists(atPath: executable) else { continue }
            Terminal.error(
                Terminal.yellow(
                    "\(function.configuration.name) is not built, its invocations fail: \(executable) is missing. Leave --no-build out, "
                        + "or build it: swift build -c \(products.configuration) --package-path \(package) --product \(product)"))
        }
    }

    /// Builds the Swift products that are missing or older than their sources, with progress on stderr.
    func build(only names: Set<String>? = nil) throws {
        let products = SwiftProducts(configuration: self.settings.swiftConfiguration)
        for function in self.deployment.functions where names?.contains(function.configuration.name) ?? true {
            guard case .swiftProduct(let package, let product) = function.configuration.code,
                products.isStale(package: package, product: product)
            else { continue }
            Terminal.error(Terminal.bold("Building \(product)…"))
            do {
                try products.build(package: package, products: [product])
            } catch let error as HostError {
                throw CommandFailure.host(error.description)
            }
        }
    }

    /// For `--verbose`.
    func printDetails(_ options: SharedOptions) {
        var lines = [
            "template      \(options.template)", "state folder  \(self.settings.stateFolder)",
            "region        \(options.region), account \(options.accountId)",
        ]
        for function in self.deployment.functions {
            let configuration = function.configuration
            lines.append(
                "function      \(configuration.name): \(configuration.runtime.rawValue), \(configuration.memoryMB) MB, "
                    + "\(configuration.timeoutSeconds) s, code \(configuration.code)")
        }
        for line in lines { Terminal.error(line) }
    }

    func printNotices() {
        guard !self.deployment.notices.isEmpty else { return }
        Terminal.error(Terminal.yellow("Not emulated:"))
        for notice in self.deployment.notices { Terminal.error(Terminal.yellow("  \(notice)")) }
    }

    /// Even where little else is printed: requests that meet these are refused.
    static func printGatewayProblems(_ problems: [String]) {
        guard !problems.isEmpty else { return }
        Terminal.error(Terminal.red("The gateway can't serve, and refuses:"))
        for problem in problems { Terminal.error(Terminal.red("  \(problem)")) }
    }

    /// The names of functions that an option says.
    func functionNames(_ texts: [String], option: String) throws -> Set<String> {
        Set(
            try texts.map { text in
                guard let name = self.functionName(text) else {
                    let known = self.deployment.functions.map(\.logicalID).joined(separator: ", ")
                    throw ValidationError(
                        "\(option): there is no function '\(text)' in the template\(known.isEmpty ? "" : "; there are: \(known)")"
                    )
                }
                return name
            })
    }

    /// By logical id or by name.
    func functionName(_ text: String) -> String? {
        let head = text.split(separator: ":", maxSplits: 1).first.map(String.init) ?? text
        let function =
            self.deployment.functions.first { $0.logicalID == head }
            ?? self.deployment.functions.first { $0.configuration.name == head }
        return function?.configuration.name
    }
}
