package import NIOCore
package import NIOHTTP1

/// A request whose body has arrived whole.
package struct HTTPRequest {
    package var head: HTTPRequestHead
    package var body: ByteBuffer

    package init(head: HTTPRequestHead, body: ByteBuffer) {
        self.head = head
        self.body = body
    }
}

/// What becomes of a request's body, decided from its head alone.
package enum HTTPBodyPlan {
    /// Gather it, up to so many bytes, then call ``HTTPService/handle(_:on:)``.
    case collect(limit: Int)
    /// Hand it on piece by piece; the consumer answers the request.
    case stream(any HTTPBodyConsumer)
    /// The request has been answered already; what is left of its body is thrown away.
    case discard
}

/// Serves the requests of one listener. Called on the event loop of the connection, one request at a time for each connection.
package protocol HTTPService: AnyObject {
    func plan(for head: HTTPRequestHead, on connection: HTTPConnection) -> HTTPBodyPlan
    /// Must answer, now or later, with exactly one of the connection's `respond` or `startStream`.
    func handle(_ request: HTTPRequest, on connection: HTTPConnection)
    /// The body went over the limit of its plan. Must answer.
    func refuseBody(of head: HTTPRequestHead, limit: Int, on connection: HTTPConnection)
    /// The client sent what is no HTTP: answered with 400 by the connection; for services that count.
    func connectionClosed(_ connection: HTTPConnection)
}

extension HTTPService {
    package func connectionClosed(_ connection: HTTPConnection) {}
}

/// Receives a request's body as it comes. Called on the event loop of the connection.
package protocol HTTPBodyConsumer: AnyObject {
    func received(_ part: ByteBuffer)
    func ended(trailers: HTTPHeaders?)
    /// The connection broke before the last byte.
    func failed()
}
