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
    private let teller: RequestTeller
    private let opened = Mutex<[RequestBook]>([])
    private let numbers = Atomic<UInt64>(0)
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
        self.teller = RequestTeller(eventLoop: eventLoop)
    }

    /// Replaced as a whole with each deployment.
    package var gateway: Gateway {
        get { self.current.withLock { $0 } }
        set { self.current.withLock { $0 = newValue } }
    }

    /// A book for an endpoint.
    func openBook() -> RequestBook {
        let book = RequestBook(teller: self.teller)
        self.opened.withLock { $0.append(book) }
        return book
    }

    var books: [RequestBook] { self.opened.withLock { $0 } }

    /// Takes what endpoints tell, on the loop of the functions.
    func onReport(_ take: @escaping (RequestBook.Report) -> Void) { self.teller.onReport.value = take }

    /// The number of a request that is over.
    func nextNumber() -> UInt64 { self.numbers.add(1, ordering: .relaxed).newValue }

    var lastNumber: UInt64 { self.numbers.load(ordering: .relaxed) }

    /// A request's steps are written down only while somebody may read them, as they cost more than the rest of a request.
    var logsExecution: Bool { self.tracesRequests || self.hasReaders.load(ordering: .acquiring) }

    func setHasReaders(_ hasReaders: Bool) { self.hasReaders.store(hasReaders, ordering: .releasing) }
}
