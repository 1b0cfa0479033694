package import NIOCore

/// What all connections of a listener together may hold, and how long each may make it wait. Used on one event loop.
package final class ConnectionBounds {
    /// From the end of an answer, or the opening, to the last byte of the next request's body: a client that sends half of one,
    /// or nothing, is left then. Longer than any client library keeps an idle connection.
    private let requestTime: TimeAmount
    private let connectionsMax: Int
    /// Of bodies that are gathered, those of requests under way included.
    private let bodyBytesMax: Int
    private(set) var connections = 0
    private(set) var bodyBytes = 0

    package init(
        requestTime: TimeAmount = .seconds(310), connectionsMax: Int = 10_000, bodyBytesMax: Int = 512 * 1024 * 1024
    ) {
        self.requestTime = requestTime
        self.connectionsMax = connectionsMax
        self.bodyBytesMax = bodyBytesMax
    }

    /// Whether one more may come; then it counts until it is closed.
    func opened() -> Bool {
        guard self.connections < self.connectionsMax else { return false }
        self.connections += 1
        return true
    }

    func closed() { self.connections -= 1 }

    /// Whether so much more of a body may be kept; then it counts until ``release(_:)``.
    func take(_ bytes: Int) -> Bool {
        guard self.bodyBytes + bytes <= self.bodyBytesMax else { return false }
        self.bodyBytes += bytes
        return true
    }

    func release(_ bytes: Int) { self.bodyBytes -= bytes }

    /// When a client that has made us wait since then is left.
    func deadline(since start: NIODeadline) -> NIODeadline { start + self.requestTime }
}
