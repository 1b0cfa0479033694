package import APIGateway
package import Storage

/// How a host runs: what the command line says, with the defaults of docs/commands.md.
package struct HostSettings: Sendable {
    package var region = "us-east-1"
    package var account = "000000000000"
    /// Absolute. Holds what the host keeps: unpacked code, environments' folders, the addresses of a running host.
    package var stateFolder: String
    /// The folder of the template, absolute: tells one project's host from another's.
    package var projectFolder: String
    package var host = "127.0.0.1"
    /// 0 takes a free port.
    package var gatewayPort = 3000
    /// Where the gateway speaks TLS; `nil` for nowhere.
    package var tlsPort: Int?
    /// Instead of the local authority's, by domain name.
    package var certificates: [String: CertificateFiles] = [:]
    /// Files that stand for the truststores of domains with mutual TLS.
    package var truststores: [String: String] = [:]
    /// Certificates that connections to endpoints trust besides the system's.
    package var trustedFiles: [String] = []
    package var awsPort = 3001
    /// Where runtimes that are started by hand come to.
    package var runtimePort = 0
    /// Functions whose runtime the host doesn't start.
    package var attachedFunctions: Set<String> = []
    /// The access keys whose signatures are good, by id. `test` and `test` are what clients of local endpoints are told to use.
    package var credentials = Self.usualCredentials
    package static let usualCredentials = ["test": AccessKey(secret: "test")]
    /// Files or addresses of key sets, by issuer.
    package var keySources: [String: String] = [:]
    /// The targets of target groups, by the group's name or logical id: they stand in the place of the template's.
    package var targetGroups: [String: [TargetAddress]] = [:]
    /// A file that access logs are appended to; `nil`: they go where the host's own lines go.
    package var accessLogFile: String?
    /// The gateway tells of each request step by step.
    package var traces = false
    /// Without the limits and waits of AWS that only slow a test suite down.
    package var relaxesLimits = false
    package var readyFile: String?
    /// On the first of them live functions and queues; the gateway's connections live on all.
    package var eventLoops = 1
    package var maxEnvironments = 100
    package var idleTimeoutSeconds = 600
    package var freezesIdle = false
    /// Which build of Swift products runs: `release` or `debug`.
    package var swiftConfiguration = "release"
    /// What is billed is written down: in the state folder, or in memory with the queues.
    package var keepsLedger = true
    /// Invocations that the ledger keeps, about.
    package var ledgerRecords = Ledger.invocationsMaxDefault
    /// What runs: a host that listens, or a command.
    package var sessionKind = LedgerSession.Kind.command
    /// Queues that live in memory alone and end with the host.
    package var keepsQueuesInMemory = false
    /// What an answered change of a queue survives.
    package var durability = Durability.process
    /// Asynchronous retries after a hundredth of AWS's delays.
    package var hastensRetries = false
    /// Mappings may poll queues of AWS itself.
    package var allowsRemoteQueues = false
    /// `MARTLET_PYTHON`, `MARTLET_NODE`: a path or a name on the search path.
    package var python: String?
    package var node: String?
    /// The `PATH` that interpreters are looked up on.
    package var searchPath: String

    package init(stateFolder: String, projectFolder: String, searchPath: String) {
        self.stateFolder = stateFolder
        self.projectFolder = projectFolder
        self.searchPath = searchPath
    }
}

/// A certificate with those that lead to its root, and its key, in PEM form.
package struct CertificateFiles: Hashable, Sendable {
    package var certificate: String
    package var key: String

    package init(certificate: String, key: String) {
        self.certificate = certificate
        self.key = key
    }
}

/// What keeps a host from starting or going on; a sentence that a user can act on.
package struct HostError: Error, Hashable, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
}
