package import NIOCore
import Synchronization

/// What all connections of a listener together may hold, on all of its event loops.
package final class ConnectionTotals: Sendable {
    private let connectionsMax: Int
    /// Of bodies that are gathered, those of requests under way included.
    private let bodyBytesMax: Int
    private let connections = Atomic(0)
    private let bodyBytes = Atomic(0)

    package init(connectionsMax: Int = 10_000, bodyBytesMax: Int = 512 * 1024 * 1024) {
        self.connectionsMax = connectionsMax
        self.bodyBytesMax = bodyBytesMax
    }

    /// Whether one more may come; then it counts until it is closed.
    func opened() -> Bool { Self.add(1, to: self.connections, max: self.connectionsMax) }

    func closed() { self.connections.subtract(1, ordering: .relaxed) }

    /// Whether so much more of a body may be kept; then it counts until ``release(_:)``.
    func take(_ bytes: Int) -> Bool { Self.add(bytes, to: self.bodyBytes, max: self.bodyBytesMax) }

    func release(_ bytes: Int) { self.bodyBytes.subtract(bytes, ordering: .relaxed) }

    private static func add(_ count: Int, to total: borrowing Atomic<Int>, max: Int) -> Bool {
        if total.add(count, ordering: .relaxed).newValue <= max { return true }
        total.subtract(count, ordering: .relaxed)
        return false
    }
}

/// How long each connection may make a listener wait, and what all of them may hold. Used on one event loop.
package final class ConnectionBounds {
    /// From the end of an answer, or the opening, to the last byte of the next request's body: a client that sends half of one,
    /// or nothing, is left then. Longer than any client library keeps an idle connection.
    private let requestTime: TimeAmount
    let totals: ConnectionTotals
    /// Those that are looked after, all by one timer: one each, set and cut with each connection, would cost each.
    private var watched: [ObjectIdentifier: HTTPConnection] = [:]
    private var isWatching = false
    /// A client may stay so much of its time longer.
    private static let rounds: Int64 = 10

    package init(requestTime: TimeAmount = .seconds(310), totals: ConnectionTotals = ConnectionTotals()) {
        self.requestTime = requestTime
        self.totals = totals
    }

    func watch(_ connection: HTTPConnection, on eventLoop: any EventLoop) {
        self.watched[ObjectIdentifier(connection)] = connection
        if !self.isWatching { self.look(on: eventLoop) }
    }

    func forget(_ connection: HTTPConnection) { self.watched[ObjectIdentifier(connection)] = nil }

    /// The timer ends with the last connection.
    private func look(on eventLoop: any EventLoop) {
        self.isWatching = !self.watched.isEmpty
        guard self.isWatching else { return }
        eventLoop.assumeIsolated().scheduleTask(in: .nanoseconds(self.requestTime.nanoseconds / Self.rounds)) {
            let now = eventLoop.now
            for connection in self.watched.values { connection.check(self, at: now) }
            self.look(on: eventLoop)
        }
    }

    /// When a client that has made us wait since then is left.
    func deadline(since start: NIODeadline) -> NIODeadline { start + self.requestTime }
}
