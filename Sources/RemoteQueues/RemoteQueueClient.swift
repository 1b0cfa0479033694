import AsyncHTTPClient
package import NIOCore

/// The connections to all queues elsewhere. Lives on the event loop.
package final class RemoteQueueClient {
    private let client: HTTPClient
    /// The same keys for all queues.
    private let credentials: CredentialProvider
    private let eventLoop: any EventLoop

    /// Long polls hold a connection each: as many as the largest mapping has pollers.
    private static let connectionsPerHost = 1_250

    package init(eventLoop: any EventLoop) {
        var configuration = HTTPClient.Configuration()
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = Self.connectionsPerHost
        // HTTP/2 would put all long polls on one connection, with a limit of the server's.
        configuration.httpVersion = .http1Only
        configuration.redirectConfiguration = .disallow
        self.client = HTTPClient(eventLoopGroupProvider: .shared(eventLoop), configuration: configuration)
        self.credentials = CredentialProvider(chain: .ofProcess, client: self.client, eventLoop: eventLoop)
        self.eventLoop = eventLoop
    }

    package func transport(_ address: RemoteQueueAddress, region: String) -> RemoteQueueTransport {
        RemoteQueueTransport(
            address, region: region, credentials: self.credentials, client: self.client, eventLoop: self.eventLoop)
    }

    package func close() -> EventLoopFuture<Void> {
        let promise = self.eventLoop.makePromise(of: Void.self)
        // What fails at the end fails for connections that nobody needs any more.
        self.client.shutdown { _ in promise.succeed() }
        return promise.futureResult
    }
}
