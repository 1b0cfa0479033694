import CoreTypes
import Dispatch
import LambdaCore
package import NIOCore

/// What all environments of a host share. Lives on the invoker's event loop.
package final class EnvironmentContext {
    package struct Settings: Sendable {
        package var region: String
        package var account: String
        package var credentials: EnvironmentVariables.Credentials
        package var interpreters: Interpreters
        /// Holds a folder for each environment.
        package var environmentsFolder: String
        /// Where the bootstraps lie: `/var/runtime`.
        package var runtimeFolder: String
        /// Stops an environment's processes between invocations, as AWS does.
        package var freezesIdle: Bool
        /// Environments that may exist at once.
        package var maxEnvironments: Int
        package var idleTimeout: Duration
        package var accountConcurrency: Int
        /// Streamed responses are slowed down as on AWS.
        package var capsStreamingBandwidth: Bool
        /// Functions whose runtime is started by hand; the host starts none for them.
        package var attachedFunctions: Set<String>
        /// How long the init phase may take.
        package var initLimit: Duration

        package init(
            region: String, account: String, credentials: EnvironmentVariables.Credentials, interpreters: Interpreters,
            environmentsFolder: String, runtimeFolder: String
        ) {
            self.region = region
            self.account = account
            self.credentials = credentials
            self.interpreters = interpreters
            self.environmentsFolder = environmentsFolder
            self.runtimeFolder = runtimeFolder
            self.freezesIdle = false
            self.maxEnvironments = 100
            self.idleTimeout = .seconds(600)
            self.accountConcurrency = FunctionLimits.accountConcurrency
            self.capsStreamingBandwidth = true
            self.attachedFunctions = []
            self.initLimit = .seconds(FunctionLimits.initSeconds)
        }
    }

    let eventLoop: any EventLoop
    let settings: Settings
    /// Where SDKs in functions find the services of this host, once it listens.
    package var endpointURL: String?
    let guardian: Guardian
    let sweeper: OrphanSweeper
    package let journal: ExecutionJournal
    var random = BufferedRandom()
    private var freeListeners: [RuntimeListener] = []
    private var allListeners: [RuntimeListener] = []

    package init(eventLoop: any EventLoop, settings: Settings, guardian: Guardian, observers: [any ExecutionObserver]) {
        self.eventLoop = eventLoop
        self.journal = ExecutionJournal(eventLoop: eventLoop, observers: observers)
        self.settings = settings
        self.guardian = guardian
        self.sweeper = OrphanSweeper(eventLoop: eventLoop)
    }

    /// `2026/11/21/[$LATEST]` and 32 digits, of which the first 16 are the guardian's marker.
    func makeLogStream(version: String, at now: Timestamp) -> String {
        let civil = now.civil
        let digits = String(self.random.next(), radix: 16)
        let own = String(repeating: "0", count: 16 - digits.count) + digits
        return
            "\(Timestamp.pad(civil.year, 4))/\(Timestamp.pad(civil.month))/\(Timestamp.pad(civil.day))/[\(version)]\(self.guardian.marker)\(own)"
    }

    var credentials: EnvironmentVariables.Credentials {
        var credentials = self.settings.credentials
        credentials.endpointURL = self.endpointURL
        return credentials
    }

    /// Hands out a Runtime API port, at once where one is free.
    func takeListener(_ body: @escaping (Result<RuntimeListener, any Error>) -> Void) {
        if let listener = self.freeListeners.popLast() {
            body(.success(listener))
            return
        }
        let taker = NIOLoopBound(body, eventLoop: self.eventLoop)
        let context = NIOLoopBound(self, eventLoop: self.eventLoop)
        RuntimeListener.bind(eventLoop: self.eventLoop).whenComplete { result in
            if case .success(let listener) = result { context.value.allListeners.append(listener.value) }
            taker.value(result.map(\.value))
        }
    }

    /// Deletes an environment's folder, which may be large, on a thread of its own. What can't be deleted goes with the host's
    /// folder.
    func removeFolder(_ path: String) {
        Self.removalQueue.async { try? FileTree.remove(path) }
    }

    private static let removalQueue = DispatchQueue(label: "martlet.folder-removal")

    func giveBack(_ listener: RuntimeListener) {
        listener.disconnect()
        self.freeListeners.append(listener)
    }

    /// Binds a port ahead of its use, so that a cold start doesn't wait for it.
    func prepareListener() {
        self.takeListener { [weak self] result in
            // A failure shows when an environment needs the port.
            if case .success(let listener) = result { self?.freeListeners.append(listener) }
        }
    }

    func closeListeners() {
        for listener in self.allListeners { listener.close() }
        self.allListeners = []
        self.freeListeners = []
    }
}
