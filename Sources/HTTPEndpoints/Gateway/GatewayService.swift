package import APIGateway
import CoreTypes
package import NIOCore
import Synchronization

/// The gateway of the host, as far as all of its endpoints share it, each of which lives on an event loop of its own.
package final class GatewayService: Sendable {
    package let state: GatewayState
    let port: Int
    /// Of the listener that speaks TLS.
    let securePort: Int?
    /// Secrets of access keys.
    let credentials: [String: AccessKey]
    /// Where services answer: the host's AWS endpoint.
    let awsAddress: TargetAddress
    let reports: GatewayReports
    /// Whether the user asked for the execution log of each request.
    let tracesRequests: Bool
    /// A console may show execution logs.
    private let hasReaders = Atomic(false)
    private let current: Mutex<Gateway>

    /// - Parameters:
    ///   - credentials: the access keys whose signatures are good, by id.
    ///   - eventLoop: of the functions, which takes what is told of requests.
    package init(
        _ gateway: Gateway, state: GatewayState, port: Int, securePort: Int?, credentials: [String: AccessKey],
        awsAddress: TargetAddress, tracesRequests: Bool, eventLoop: any EventLoop
    ) {
        self.current = Mutex(gateway)
        self.state = state
        self.port = port
        self.securePort = securePort
        self.credentials = credentials
        self.awsAddress = awsAddress
        self.tracesRequests = tracesRequests
        self.reports = GatewayReports(eventLoop: eventLoop)
    }

    /// Replaced as a whole with each deployment.
    package var gateway: Gateway {
        get { self.current.withLock { $0 } }
        set { self.current.withLock { $0 = newValue } }
    }

    /// A request's steps are written down only while somebody may read them, as they cost more than the rest of a request.
    var logsExecution: Bool { self.tracesRequests || self.hasReaders.load(ordering: .acquiring) }

    func setHasReaders(_ hasReaders: Bool) { self.hasReaders.store(hasReaders, ordering: .releasing) }
}
