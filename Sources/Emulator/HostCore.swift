import APIGateway
import Billing
import CoreTypes
import ExecutionEnvironments
import Foundation
import HTTPEndpoints
import HTTPServing
import LambdaCore
import NIOCore
import SQS
import Templates

/// The parts of a host, wired. Lives on the event loop.
final class HostCore {
    private let settings: HostSettings
    private let eventLoop: any EventLoop
    private let guardian: Guardian
    private let context: EnvironmentContext
    private let service: LambdaService
    private let storage: CodeStorage
    private let printer: LogPrinter?
    private let ledger: HostLedger?
    private let monitoring: MonitoringHost
    private let deployedQueues: [DeployedQueue]
    private let deployedMappings: [DeployedMapping]
    private var transports: HostTransports?
    private var queues: HostQueues?
    private let logs: LogWriter?
    /// Of its own file.
    private let accessLog: LogWriter?
    private let gateway: Gateway
    private let configuration: GatewayConfiguration
    private let places: GatewayPlaces
    private let security: HostSecurity
    private let gatewayLoops: GatewayLoops
    private var gatewayHost: GatewayHost?
    private var console: ConsoleEndpoint?
    private let recorder = InvocationRecorder()
    private var usage: UsageFile?
    private let environmentsFolder: String
    private var listeners: [HTTPListener] = []
    private let gatewaySlot = ServiceSlot()
    private let awsSlot = ServiceSlot()
    private let runtimeSlot = ServiceSlot()
    private var isAnnounced = false

    init(_ settings: HostSettings, deployment: Deployment, logs: LogWriter?, loops: GatewayLoops, eventLoop: any EventLoop) throws
    {
        self.settings = settings
        self.gatewayLoops = loops
        self.eventLoop = eventLoop
        self.logs = logs
        self.accessLog = try settings.accessLogFile.map { try LogWriter(appendingTo: $0) }
        self.configuration = try Self.configuration(deployment.gateway, targets: settings.targetGroups)
        self.places = deployment.gatewayPlaces
        try Self.check(settings.keySources, of: self.configuration)
        self.gateway = Gateway(
            self.configuration, place: GatewayPlace(region: settings.region, accountID: settings.account))
        self.security = try HostSecurity(settings, domains: self.configuration.domains)
        self.deployedQueues = deployment.queues
        self.deployedMappings = deployment.mappings
        var random = BufferedRandom()
        let digits = String(random.next(), radix: 16)
        let marker = String(repeating: "0", count: 16 - digits.count) + digits
        let runtimeFolder = try StateFolder.prepare(settings.stateFolder)
        self.environmentsFolder = try StateFolder.makeEnvironmentsFolder(in: settings.stateFolder, marker: marker)
        self.guardian = try Guardian(marker: marker)
        self.storage = CodeStorage(directory: "\(settings.stateFolder)/code")
        self.printer = logs.map { LogPrinter(writer: $0) }
        self.monitoring = MonitoringHost(eventLoop: eventLoop, account: settings.account, region: settings.region)
        self.ledger =
            settings.keepsLedger
            ? try HostLedger(settings) { [logs] in logs?.write(line: "martlet: \($0)") } : nil
        if !self.configuration.usagePlans.isEmpty {
            self.usage = try UsageFile(folder: settings.stateFolder) { [logs] in logs?.write(line: "martlet: \($0)") }
        }

        var environments = EnvironmentContext.Settings(
            region: settings.region, account: settings.account,
            credentials: Self.functionCredentials,
            interpreters: Interpreters(
                chosenPython: settings.python, chosenNode: settings.node, searchPath: settings.searchPath,
                pythonBootstrap: "\(runtimeFolder)/python_bootstrap.py", nodeBootstrap: "\(runtimeFolder)/nodejs_bootstrap.mjs"),
            environmentsFolder: self.environmentsFolder, runtimeFolder: runtimeFolder)
        environments.freezesIdle = settings.freezesIdle
        environments.maxEnvironments = settings.maxEnvironments
        environments.capsStreamingBandwidth = !settings.relaxesLimits
        environments.attachedFunctions = settings.attachedFunctions
        environments.idleTimeout = .seconds(settings.idleTimeoutSeconds)
        let observers: [(any ExecutionObserver)?] = [self.printer, self.monitoring, self.recorder, self.ledger]
        self.context = EnvironmentContext(
            eventLoop: eventLoop, settings: environments, guardian: self.guardian, observers: observers.compactMap { $0 })

        let preparation = CodePreparation(
            storage: self.storage, products: SwiftProducts(configuration: settings.swiftConfiguration),
            stateFolder: settings.stateFolder)
        let invoker = Invoker(context: self.context) { preparation.prepare($0, on: $1) }
        var registry = FunctionRegistry(region: settings.region, account: settings.account)
        for function in deployment.functions {
            var change = RegistryChange(time: HostClock.now(), requestID: RequestID(using: &random))
            do throws(LambdaAPIError) {
                try registry.seed(function.configuration, &change)
            } catch {
                throw HostError("function \(function.logicalID) of the template can't be made: \(error.message)")
            }
        }
        self.service = LambdaService(invoker: invoker, controlPlane: LambdaControlPlane(registry: registry))
        let asynchronous = AsynchronousInvoker(service: self.service, timing: settings.hastensRetries ? .local : .aws)
        asynchronous.report = { [logs] in logs?.write(line: "martlet: \($0)") }
        asynchronous.onHappening = { [monitoring] in monitoring.happened($0, function: $1) }
        self.service.asynchronous = asynchronous
        let restWatch = RestWatch(eventLoop: eventLoop)
        restWatch.onRest = { [unowned invoker] in
            invoker.rest()
            RestWatch.returnFreeMemory()
        }
        invoker.restWatch = restWatch
        self.awsSlot.restWatch = restWatch
        self.gatewaySlot.restWatch = restWatch
    }

    /// What functions sign with.
    private static let functionCredentials = EnvironmentVariables.Credentials(
        accessKeyID: "ASIAMARTLETLOCAL0000", secretAccessKey: "martlet-local-secret-key",
        sessionToken: "martlet-local-session-token", endpointURL: nil)

    /// The functions' own are good besides.
    private var credentials: [String: AccessKey] {
        let own = Self.functionCredentials
        return self.settings.credentials.merging([own.accessKeyID: AccessKey(secret: own.secretAccessKey)]) { given, _ in given }
    }

    /// What the template asks of the gateway that requests will not get, each with its place.
    var gatewayProblems: [String] {
        let own = GatewayHost.problems(self.configuration, keySources: self.settings.keySources)
        return (self.gateway.problems + own).map(self.places.text) + self.security.problems
    }

    /// The certificate of the authority that clients of the TLS listener have to trust.
    var authorityPath: String? { self.security.authorityPath }

    /// Each issuer that the command line says where the keys are of is one that an authorizer takes tokens of.
    private static func check(_ keySources: [String: String], of configuration: GatewayConfiguration) throws {
        let issuers = configuration.apis.flatMap(\.authorizers).flatMap(\.tokenIssuers)
        guard let stray = keySources.keys.sorted().first(where: { !issuers.contains($0) }) else { return }
        let known = Set(issuers).sorted().joined(separator: ", ")
        throw HostError(
            "--jwks: no authorizer of the template takes tokens of '\(stray)'\(known.isEmpty ? "" : "; these are taken: \(known)")"
        )
    }

    /// Target groups with the targets that the command line says.
    private static func configuration(
        _ configuration: GatewayConfiguration, targets: [String: [TargetAddress]]
    ) throws -> GatewayConfiguration {
        var configuration = configuration
        for (name, addresses) in targets.sorted(by: { $0.key < $1.key }) {
            let places = configuration.targetGroups.indices.filter {
                configuration.targetGroups[$0].name == name || configuration.targetGroups[$0].logicalID == name
            }
            guard !places.isEmpty else {
                let known = configuration.targetGroups.map(\.name).joined(separator: ", ")
                throw HostError(
                    "--target-group: the template has no target group '\(name)'\(known.isEmpty ? "" : "; there are: \(known)")")
            }
            for place in places {
                configuration.targetGroups[place].targets = addresses.map { TargetGroup.Target(id: $0.host, port: $0.port) }
            }
        }
        return configuration
    }

    // MARK: Listeners

    /// - Parameter announced: whether others will use this host: then its mappings poll, too.
    func listen(announced: Bool) -> EventLoopFuture<HostFile> {
        let core = NIOLoopBound(self, eventLoop: self.eventLoop)
        do {
            let queues = try HostQueues(
                self.settings, earlier: try self.ledger?.queueUsage() ?? QueueUsage(since: HostClock.now()),
                eventLoop: self.eventLoop
            ) { [logs] in logs?.write(line: "martlet: \($0)") }
            self.queues = queues
            // What the host itself asks of queues is billed, too.
            queues.host.onUsage = { [ledger] in ledger?.meter($0) }
            try queues.deploy(self.deployedQueues)
            queues.host.onUsage = { [monitoring, ledger] event in
                monitoring.used(event)
                ledger?.meter(event)
            }
            self.monitoring.queueLevels = { [unowned host = queues.host] in
                host.inspect { service, _ in service.summaries.map(QueueLevel.init) }
            }
            self.service.asynchronous?.sendMessage = { queues.host.deliver($0, to: $1) }
            try self.deployMappings(queues.host)
        } catch {
            return self.eventLoop.makeFailedFuture(error)
        }
        let host = self.settings.host
        return self.gatewayLoops.doors(self.gatewaySlot)
            .flatMap { core.value.bind($0, host, port: core.value.settings.gatewayPort, name: "gateway", option: "--port") }
            .flatMap { gateway in core.value.bindSecureGateway(host).map { (gateway, $0) } }
            .flatMap { gateway, secure in
                let port = core.value.settings.awsPort
                let door = HTTPDoor(service: core.value.awsSlot, bounds: ConnectionBounds())
                return core.value.bind(door, host, port: port, name: "AWS endpoint", option: "--aws-port")
                    .map { (gateway, secure, $0) }
            }
            .flatMap { gateway, secure, aws in
                let port = core.value.settings.runtimePort
                // Without credentials, so for this machine alone, whatever the others listen on.
                return core.value.bind(
                    HTTPDoor(service: core.value.runtimeSlot), Self.runtimeHost, port: port, name: "Runtime API",
                    option: "--runtime-port"
                ).map { (gateway, secure, aws, $0) }
            }
            .flatMap { gateway, secure, aws, runtime in
                core.value.open(
                    gatewayPort: gateway, securePort: secure, awsPort: aws, runtimePort: runtime, announced: announced)
            }
    }

    private func bindSecureGateway(_ host: String) -> EventLoopFuture<Int?> {
        guard let port = self.settings.tlsPort, let security = self.security.listener else {
            return self.eventLoop.makeSucceededFuture(nil)
        }
        let door = HTTPDoor(service: self.gatewaySlot, security: security, bounds: ConnectionBounds())
        return self.bind(door, host, port: port, name: "gateway's TLS listener", option: "--tls-port").map { $0 }
    }

    private static let runtimeHost = "127.0.0.1"

    private func bind(
        _ door: HTTPDoor, _ host: String, port: Int, name: String, option: String
    ) -> EventLoopFuture<Int> {
        self.bind(HTTPDoors(door, on: self.eventLoop), host, port: port, name: name, option: option)
    }

    private func bind(
        _ doors: HTTPDoors, _ host: String, port: Int, name: String, option: String
    ) -> EventLoopFuture<Int> {
        let core = NIOLoopBound(self, eventLoop: self.eventLoop)
        return HTTPListener.bind(host: host, port: port, eventLoop: self.eventLoop, doors: doors).flatMapThrowing { listener in
            core.value.listeners.append(listener)
            return listener.port
        }.flatMapErrorThrowing { error in
            throw HostError(
                "the \(name) can't listen on \(host):\(port): \(error). Choose another port with \(option), or 0 for a free one.")
        }
    }

    private func open(
        gatewayPort: Int, securePort: Int?, awsPort: Int, runtimePort: Int, announced: Bool
    ) -> EventLoopFuture<HostFile> {
        let host = self.settings.host
        let aws = "http://\(host):\(awsPort)"
        self.context.endpointURL = aws
        let urlForm = LambdaControlPlane.FunctionURLForm(
            prefix: "http://", suffix: ".lambda-url.\(self.settings.region).localhost:\(gatewayPort)/")
        self.service.change { $0 = LambdaControlPlane(registry: $0.registry, mappings: $0.mappings, functionURLForm: urlForm) }
        let state = GatewayState(
            usage: self.usage?.counters ?? UsageCounters(), accountLimit: self.settings.relaxesLimits ? .relaxed : .account)
        let gateway = GatewayHost(
            GatewayService(
                self.makeGateway(self.service.registry), state: state, port: gatewayPort, securePort: securePort,
                credentials: self.credentials, awsAddress: TargetAddress(host: host, port: awsPort),
                tracesRequests: self.settings.traces, eventLoop: self.eventLoop),
            functions: self.service, keySources: self.settings.keySources, security: self.security.endpoints)
        self.gatewayHost = gateway
        let names = Dictionary(self.configuration.apis.map { ($0.id, $0.logicalID) }) { first, _ in first }
        gateway.onOutcome = { [monitoring, ledger] outcome in
            let billed = APIUsage.Event(outcome, api: names[outcome.apiID] ?? outcome.apiID, at: HostClock.now())
            monitoring.answered(outcome, billed)
            ledger?.meter(billed)
        }
        gateway.report = { [logs] in logs?.write(line: "martlet: \($0)") }
        gateway.logAccess = { [monitoring, log = self.accessLog ?? self.logs] line, outcome in
            log?.write(line: line)
            monitoring.wroteAccessLog(line, of: outcome)
        }
        gateway.logExecution = { [logs, monitoring] text, outcome in
            logs?.write(line: text)
            monitoring.wroteExecutionLog(text, of: outcome)
        }
        self.monitoring.follow(self.configuration)
        gateway.follow(self.configuration.targetGroups)
        self.usage?.follow(self.eventLoop) { state.usage }
        self.gatewaySlot.service = gateway.endpoint
        guard let queues else { preconditionFailure("the queues are there before a listener opens") }
        let settle = { [journal = self.context.journal] in
            journal.settle()
            gateway.settle()
        }
        let awsEndpoint = AWSEndpoint(
            service: self.service, queues: queues.host, monitoring: self.monitoring, settle: settle,
            codeStore: self.storage, account: self.settings.account, url: aws
        ) { [logs] in logs?.write(line: "martlet: \($0)") }
        awsEndpoint.apis = APIGatewayEndpoint(configuration: self.configuration, gateway: gateway)
        awsEndpoint.console = self.openConsole(gateway, queues.host, gatewayPort: gatewayPort, aws: aws, settle: settle)
        self.awsSlot.service = awsEndpoint
        let runtime = "\(Self.runtimeHost):\(runtimePort)"
        self.runtimeSlot.service = self.makeAttachedRuntimeListener()
        self.printer?.waits = { [logs] name in
            logs?.write(line: "martlet: \(name) waits for its runtime: start it with AWS_LAMBDA_RUNTIME_API=\(runtime)/\(name)")
        }
        self.isAnnounced = announced
        if announced { self.service.triggers?.follow() }
        let file = HostFile(
            gateway: "http://\(host):\(gatewayPort)", gatewayTLS: securePort.map { "https://\(host):\($0)" }, aws: aws,
            console: "\(aws)/", runtime: runtime, processID: ProcessInfo.processInfo.processIdentifier)
        return self.gatewayLoops.open(gateway.endpointMaker()).map { file }
    }

    /// From now on invocations and requests are remembered.
    private func openConsole(
        _ gateway: GatewayHost, _ queues: QueueHost, gatewayPort: Int, aws: String, settle: @escaping () -> Void
    ) -> ConsoleEndpoint {
        let feed = EventFeed(eventLoop: self.eventLoop)
        let requests = RequestHistory(gateway: gateway.service, feed: feed)
        gateway.history = requests
        queues.depths = DepthHistory(queues: queues, feed: feed)
        let host = self.settings.host
        let place = ConsoleEndpoint.Place(
            host: host, gatewayURL: "http://\(host):\(gatewayPort)",
            gatewayAddress: TargetAddress(host: ["0.0.0.0", "::"].contains(host) ? "127.0.0.1" : host, port: gatewayPort),
            awsURL: aws, region: self.settings.region, account: self.settings.account)
        let console = ConsoleEndpoint(
            place: place, service: self.service, queues: queues, monitoring: self.monitoring, recorder: self.recorder,
            requests: requests, feed: feed,
            configuration: self.configuration, security: self.security.endpoints, settle: settle)
        self.console = console
        self.service.onChange = { [unowned self, weak gateway] in
            gateway?.service.gateway = self.makeGateway($0)
            feed.changed(.functions)
        }
        return console
    }

    private func makeAttachedRuntimeListener() -> AttachedRuntimeListener {
        let service = self.service
        let attached = self.settings.attachedFunctions
        return AttachedRuntimeListener(
            invoker: service.invoker, resolve: { service.registry.resolveUnqualified($0) },
            functionWithoutName: {
                if attached.count == 1 { return attached.first }
                let names = service.registry.records.keys
                return attached.isEmpty && names.count == 1 ? names.first : nil
            },
            report: { [logs] in logs?.write(line: "martlet: \($0)") })
    }

    private func makeGateway(_ registry: FunctionRegistry) -> Gateway {
        let urls = registry.urls.values.map {
            APIGateway.FunctionURL(
                id: $0.id, functionName: $0.functionName, qualifier: $0.alias,
                requiresSignature: $0.configuration.authType == .iam, cors: $0.configuration.cors.map { FunctionURLCORS($0) })
        }
        return self.gateway.serving(urls)
    }

    // MARK: Triggers

    /// Makes the mappings of the template. Their pollers begin when the listeners are open.
    private func deployMappings(_ queues: QueueHost) throws {
        let transports = HostTransports(
            queues: queues, mappings: self.deployedMappings, allowsAWS: self.settings.allowsRemoteQueues)
        self.transports = transports
        let triggers = TriggerHost(service: self.service) { transports.transport(for: $0) }
        triggers.report = { [logs] in logs?.write(line: "martlet: \($0)") }
        self.service.mappedQueue = { transports.mappedQueue($0) }
        for deployed in self.deployedMappings {
            let queue = transports.mappedQueue(deployed.queue)
            // A queue of the template is there by now. Another one may still be made by a client, who then maps it, too.
            guard queue != .doesNotExist else {
                triggers.report(
                    "there is no queue \(deployed.queue); nothing triggers \(deployed.functionName) from it (\(deployed.logicalID))"
                )
                continue
            }
            var change = RegistryChange(time: HostClock.now(), requestID: self.service.makeRequestID())
            do throws(LambdaAPIError) {
                try self.service.change { (plane) throws(LambdaAPIError) in
                    _ = try plane.mappings.create(
                        deployed.change, eventSourceARN: deployed.queue.description, queue: queue,
                        function: try plane.mappedFunction(deployed.functionName), tags: deployed.tags,
                        id: HostTransports.id(of: deployed), &change)
                }
            } catch {
                throw HostError("event source mapping \(deployed.logicalID) of the template can't be made: \(error.message)")
            }
        }
        self.service.triggers = triggers
    }

    // MARK: Invoke

    func invoke(_ name: String, qualifier: String?, payload: [UInt8], clientContext: String?) -> EventLoopFuture<HostInvocation> {
        let promise = self.eventLoop.makePromise(of: HostInvocation.self)
        do throws(LambdaAPIError) {
            let function = try self.service.resolve(name, qualifier: qualifier)
            guard payload.count <= FunctionLimits.requestBytes else {
                throw .requestTooLarge("\(payload.count) byte payload is too large (limit \(FunctionLimits.requestBytes) bytes)")
            }
            self.service.invoker.invoke(
                Invocation(
                    id: self.service.makeRequestID(), function: function, payload: ByteBuffer(bytes: payload), source: .invoke,
                    traceHeader: self.service.traceHeader(from: nil, for: function), clientContext: clientContext, wantsLog: true,
                    client: PromisedInvocation(promise)))
        } catch {
            promise.fail(error)
        }
        return promise.futureResult
    }

    // MARK: Stop

    /// What batches that are with a function get to end in.
    private static let triggerGrace = TimeAmount.seconds(2)

    func stop() -> EventLoopFuture<Void> {
        let core = NIOLoopBound(self, eventLoop: self.eventLoop)
        if self.isAnnounced { HostFile.remove(from: self.settings.stateFolder) }
        self.gatewayHost?.stop()
        self.monitoring.stop()
        self.console?.stop()
        if let counters = self.gatewayHost?.service.state.usage { self.usage?.stop(counters) }
        let closed = self.listeners.map { $0.channel.close() } + [self.gatewayLoops.stop()]
        return EventLoopFuture.andAllComplete(closed, on: self.eventLoop)
            .flatMap {
                core.value.service.triggers?.stop(grace: Self.triggerGrace) ?? core.value.eventLoop.makeSucceededVoidFuture()
            }
            .flatMap { core.value.transports?.close() ?? core.value.eventLoop.makeSucceededVoidFuture() }
            .flatMap { core.value.queues?.host.stop() ?? core.value.eventLoop.makeSucceededVoidFuture() }
            .flatMap { core.value.service.invoker.stop() }
            .map {
                core.value.queues?.close()
                core.value.ledger?.close()
                core.value.accessLog?.flush()
                core.value.guardian.dismiss()
                StateFolder.remove(core.value.environmentsFolder)
            }
    }
}

/// Completes a promise with the result of an invocation.
private final class PromisedInvocation: InvocationClient {
    private let promise: EventLoopPromise<HostInvocation>

    init(_ promise: EventLoopPromise<HostInvocation>) { self.promise = promise }

    func finished(_ result: InvocationResult) {
        self.promise.succeed(
            HostInvocation(payload: Array(buffer: result.payload), failure: result.failure, record: result.record))
    }
}
