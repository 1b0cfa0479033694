import APIGateway
import ArgumentParser
import CoreTypes
import Emulator
import ExecutionEnvironments
import Foundation
import LambdaCore
import Storage
import Templates

extension Durability: ExpressibleByArgument {}

enum LedgerSwitch: String, ExpressibleByArgument, CaseIterable {
    case on, off

    static var `default`: LedgerSwitch { Defaults.choice("MARTLET_LEDGER") ?? .on }
}

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Run the emulator: the APIs and queues of the template and an AWS endpoint for Lambda and SQS.",
        discussion: """
            Point AWS clients to the AWS endpoint:
              export AWS_ENDPOINT_URL=http://127.0.0.1:3001 AWS_DEFAULT_REGION=us-east-1
              export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test
              aws lambda invoke --function-name Hello --log-type Tail out.json
            With a payload, version 2 of the AWS CLI also wants --cli-binary-format raw-in-base64-out.

            In a browser that address is the console: what ran, what was asked, what it costs.

            Stops on Ctrl-C, leaving no process behind.
            """)

    @Option(help: "The address that the listeners bind to (MARTLET_HOST).")
    var host: String = Defaults.text("MARTLET_HOST") ?? "127.0.0.1"

    @Option(help: "The gateway's port; 0 takes a free one (MARTLET_PORT).")
    var port: Int = Defaults.number("MARTLET_PORT") ?? 3000

    @Option(help: "The AWS endpoint's port; 0 takes a free one (MARTLET_AWS_PORT).")
    var awsPort: Int = Defaults.number("MARTLET_AWS_PORT") ?? 3001

    @Option(
        help:
            "The Runtime API's port for runtimes that you start by hand, in a debugger; 0 takes a free one (MARTLET_RUNTIME_PORT)."
    )
    var runtimePort: Int = Defaults.number("MARTLET_RUNTIME_PORT") ?? 0

    @Option(
        help: ArgumentHelp(
            "A function whose runtime you start by hand: its invocations wait for it (MARTLET_ATTACH, with commas between several).",
            valueName: "function"))
    var attach: [String] = Defaults.text("MARTLET_ATTACH").map { $0.split(separator: ",").map(String.init) } ?? []

    @Option(help: "A file that gets the addresses as JSON once all listeners accept (MARTLET_READY_FILE).", completion: .file())
    var readyFile: String?

    @Option(help: "Execution environments that may exist at once; more invocations wait (MARTLET_MAX_ENVIRONMENTS).")
    var maxEnvironments: Int = Defaults.number("MARTLET_MAX_ENVIRONMENTS") ?? 100

    @Option(help: "Seconds that an environment is kept without work (MARTLET_IDLE_TIMEOUT).")
    var idleTimeout: Int = Defaults.number("MARTLET_IDLE_TIMEOUT") ?? 600

    @Flag(help: "Stop the processes between invocations, as AWS does: background work stands still here, too (MARTLET_FREEZE).")
    var freeze = Defaults.flag("MARTLET_FREEZE")

    @Option(
        help:
            "Whether what is billed is written to the ledger, for 'martlet bill': on or off (MARTLET_LEDGER).")
    var ledger = LedgerSwitch.default

    @Option(help: "Invocations that the ledger keeps, about; what older ones cost stays (MARTLET_LEDGER_RECORDS).")
    var ledgerRecords: Int = Defaults.number("MARTLET_LEDGER_RECORDS") ?? Ledger.invocationsMaxDefault

    @Flag(help: "Keep queues and the ledger in memory alone: they end with the host (MARTLET_IN_MEMORY).")
    var inMemory = Defaults.flag("MARTLET_IN_MEMORY")

    @Option(
        help:
            "What an answered change of a queue survives: process (kill -9 of the host) or power (a power cut) (MARTLET_DURABILITY)."
    )
    var durability: Durability = Defaults.choice("MARTLET_DURABILITY") ?? .process

    @Flag(help: "Let mappings poll queues of AWS itself, which takes their messages (MARTLET_ALLOW_REMOTE).")
    var allowRemote = Defaults.flag("MARTLET_ALLOW_REMOTE")

    @Flag(help: "Retry asynchronous invocations after a hundredth of AWS's delays (MARTLET_HASTEN_RETRIES).")
    var hastenRetries = Defaults.flag("MARTLET_HASTEN_RETRIES")

    @Flag(
        help:
            "Lift what only gets in a test's way: SQS's waits of 60 s, the bandwidth of streams, the account's request rate (MARTLET_RELAXED_LIMITS)."
    )
    var relaxedLimits = Defaults.flag("MARTLET_RELAXED_LIMITS")

    @Flag(help: "Use Swift products as they lie, however old (MARTLET_NO_BUILD).")
    var noBuild = Defaults.flag("MARTLET_NO_BUILD")

    /// Some 15 GB.
    /// More would be of use only where hundreds of thousands of requests came in a second.
    private static let eventLoopsMax = 4
    private static let ledgerRecordsMax = 100_000_000

    @OptionGroup var gateway: GatewayOptions
    @OptionGroup var input: OpenAPIInput
    @OptionGroup var shared: SharedOptions

    mutating func validate() throws {
        for (name, port) in [("--port", self.port), ("--aws-port", self.awsPort), ("--runtime-port", self.runtimePort)]
        where !(0...65_535 ~= port) {
            throw ValidationError("\(name) is from 0 to 65535, not \(port)")
        }
        guard 1...1_000 ~= self.maxEnvironments else {
            throw ValidationError("--max-environments is from 1 to 1000, not \(self.maxEnvironments)")
        }
        guard 1...Self.ledgerRecordsMax ~= self.ledgerRecords else {
            throw ValidationError("--ledger-records is from 1 to \(Self.ledgerRecordsMax), not \(self.ledgerRecords)")
        }
        guard self.idleTimeout >= 1 else { throw ValidationError("--idle-timeout is 1 or more seconds, not \(self.idleTimeout)") }
    }

    mutating func run() async throws {
        let project = try Project(self.shared, awsEndpoint: "http://\(self.host):\(self.awsPort)", openAPI: self.input.file)
        if self.shared.verbose { project.printDetails(self.shared) }
        // What can be wrong is told before a build that takes its time.
        let attached = try project.functionNames(self.attach, option: "--attach")
        let credentials = try Self.credentials(Defaults.text("MARTLET_CREDENTIALS") ?? "")
            .merging(self.gateway.knownKeys()) { _, inFile in inFile }
        if self.noBuild { project.tellOfMissingProducts() } else { try project.build() }
        var settings = project.settings
        settings.host = self.host
        settings.gatewayPort = self.port
        settings.awsPort = self.awsPort
        settings.runtimePort = self.runtimePort
        settings.attachedFunctions = attached
        if !credentials.isEmpty { settings.credentials = credentials }
        try self.gateway.apply(to: &settings)
        settings.eventLoops = min(ProcessInfo.processInfo.activeProcessorCount, Self.eventLoopsMax)
        settings.readyFile = self.readyFile ?? Defaults.text("MARTLET_READY_FILE")
        settings.maxEnvironments = self.maxEnvironments
        settings.idleTimeoutSeconds = self.idleTimeout
        settings.freezesIdle = self.freeze
        settings.hastensRetries = self.hastenRetries
        settings.allowsRemoteQueues = self.allowRemote
        settings.keepsLedger = self.ledger == .on
        settings.ledgerRecords = self.ledgerRecords
        settings.sessionKind = .host
        settings.keepsQueuesInMemory = self.inMemory
        settings.durability = self.durability
        settings.relaxesLimits = self.relaxedLimits
        let other = HostFile.running(in: settings.stateFolder)
        let logs = self.shared.quiet ? nil : LogWriter(descriptor: STDERR_FILENO)
        do {
            let host = try await Host.start(settings, deployment: project.deployment, logs: logs)
            // Before anybody knows that the host is there: who stops it at once is heard.
            let signals = StopSignals()
            let addresses: HostFile
            do {
                addresses = try await host.listen()
            } catch {
                try await host.stop()
                throw error
            }
            if let other {
                Terminal.error(
                    Terminal.yellow(
                        "Another host of this project runs (process \(other.processID), \(other.aws)); this one takes its place for 'martlet invoke'."
                    ))
            }
            Project.printGatewayProblems(try await host.gatewayProblems())
            if !self.shared.quiet {
                project.printNotices()
                self.printSignatures(project, settings)
                self.printSummary(project, addresses, authority: try await host.authorityPath())
            }
            await signals.wait()
            if !self.shared.quiet { Terminal.error("Stopping…") }
            try await host.stop()
        } catch let error as HostError {
            throw CommandFailure.host(error.description)
        } catch let error as ProcessError {
            throw CommandFailure.host(error.description)
        }
    }

    /// `KEY:SECRET,KEY:SECRET`. From the environment alone: what stands in a command line can be read by others.
    private static func credentials(_ text: String) throws -> [String: AccessKey] {
        var keys: [String: AccessKey] = [:]
        for pair in text.split(separator: ",") {
            let parts = pair.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else {
                throw ValidationError("MARTLET_CREDENTIALS is ACCESS_KEY_ID:SECRET, with commas between several")
            }
            keys[String(parts[0])] = AccessKey(secret: String(parts[1]))
        }
        return keys
    }

    private func printSignatures(_ project: Project, _ settings: HostSettings) {
        let operations = project.deployment.gateway.apis.flatMap(\.operations)
        guard settings.credentials == HostSettings.usualCredentials, operations.contains(where: { $0.authorization == .iam })
        else { return }
        Terminal.error(
            "AWS_IAM: signatures of the access key test with the secret test are taken. MARTLET_CREDENTIALS or --access-keys name others."
        )
    }

    private func printSummary(_ project: Project, _ addresses: HostFile, authority: String?) {
        if !Self.isLoopback(self.host) {
            Terminal.error(Terminal.yellow("Listening on \(self.host): whoever can reach this machine can run these functions."))
        }
        var lines = [
            Terminal.bold("Martlet is ready."), "", "  gateway       \(addresses.gateway)",
        ]
        if let address = addresses.gatewayTLS, let authority {
            lines.append("  with TLS      \(address), certificates by \(authority): have clients trust it (curl --cacert)")
        }
        lines += [
            "  AWS endpoint  \(addresses.aws)", "  console       \(addresses.console)",
            "  Runtime API   \(addresses.runtime), for runtimes that you start: AWS_LAMBDA_RUNTIME_API=\(addresses.runtime)/FUNCTION",
            "",
        ]
        let names = project.deployment.functions.map(\.configuration.name)
        lines.append("  functions     \(names.isEmpty ? "none in the template" : names.joined(separator: ", "))")
        let queues = project.deployment.queues.map(\.name)
        if !queues.isEmpty { lines.append("  queues        \(queues.joined(separator: ", "))") }
        for mapping in project.deployment.mappings {
            lines.append("  trigger       \(mapping.queueURL ?? mapping.queue.resource) → \(mapping.functionName)")
        }
        lines += Self.routes(project.deployment, addresses)
        lines.append("")
        let examples = self.examples(project, addresses)
        if !examples.isEmpty { lines += ["Try, from another terminal:"] + examples }
        lines.append("Stop with Ctrl-C.")
        Terminal.error(lines.joined(separator: "\n"))
    }

    /// What can be tried at once: a route, a function, a queue.
    private func examples(_ project: Project, _ addresses: HostFile) -> [String] {
        var lines: [String] = []
        if let route = Self.example(project, addresses) { lines.append("  curl \(route)") }
        if let name = project.deployment.functions.first?.configuration.name {
            lines.append("  \(Self.program) invoke \(name)")
            lines.append(
                "  AWS_ENDPOINT_URL=\(addresses.aws) AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_DEFAULT_REGION=\(self.shared.region) "
                    + "aws lambda invoke --function-name \(name) --log-type Tail out.json")
        }
        let queues = project.deployment.queues.map(\.name).filter { !$0.hasSuffix(".fifo") }
        // A message to a queue with a trigger shows more.
        let triggering = Set(project.deployment.mappings.map(\.queue.resource))
        if let queue = queues.first(where: triggering.contains) ?? queues.first {
            lines.append("  \(Self.program) queues send \(queue) '{\"n\":1}'")
        }
        return lines
    }

    /// This command, as whoever started it named it: after `make run` it is not on the `PATH` yet.
    private static var program: String {
        CommandLine.arguments.first.flatMap { $0.contains("/") ? $0 : nil } ?? "martlet"
    }

    /// More routes than this are for `martlet routes`.
    private static let listedRoutes = 100

    /// What each API serves in its first stage, and what that calls.
    private static func routes(_ deployment: Deployment, _ addresses: HostFile) -> [String] {
        let first = Dictionary(deployment.gateway.apis.map { ($0.id, $0.stageNames.first) }) { first, _ in first }
        let routes = deployment.gateway.servedRoutes.filter { first[$0.apiID] == $0.stage }
        let lines = routes.prefix(Self.listedRoutes).map { route in
            let method = route.method.padding(toLength: max(route.method.count, 8), withPad: " ", startingAt: 0)
            return "  \(method)\(addresses.gateway)\(route.path)  → \(route.target)"
        }
        guard routes.count > lines.count else { return lines }
        return lines + ["  … and \(routes.count - lines.count) more: martlet routes"]
    }

    /// The first route that a GET without a body makes sense on, with a key where it wants one.
    private static func example(_ project: Project, _ addresses: HostFile) -> String? {
        for api in project.deployment.gateway.apis {
            let getters = api.operations.filter { $0.method == "GET" }
            let named = getters.first { $0.path.contains("{name}") } ?? getters.first
            guard let route = named ?? api.operations.first(where: { $0.method == "ANY" }) else { continue }
            let stage = api.stageNames.first ?? "$default"
            let path = route.path.replacing("{name}", with: "세계")
            let key = route.apiKeyRequired ? "-H 'x-api-key: KEY' " : ""
            return key + addresses.gateway + (stage == "$default" ? path : "/\(stage)\(path)")
        }
        return nil
    }

    private static func isLoopback(_ host: String) -> Bool { host == "localhost" || host == "::1" || host.hasPrefix("127.") }
}
