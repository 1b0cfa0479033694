package import NIOCore
import Synchronization

/// What the connections of a listener meet on one event loop.
package final class HTTPDoor {
    let service: any HTTPService
    let security: (any ListenerSecurity)?
    let bounds: ConnectionBounds?
    let flushes: FlushBatch?
    let onConnection: ((HTTPConnection) -> Void)?

    /// - Parameters:
    ///   - security: makes connections speak TLS; `nil` for plain ones.
    ///   - bounds: for clients of which nothing is known; `nil` for processes of this host's own.
    ///   - flushes: of the loop; `nil`: answers are sent one by one.
    ///   - onConnection: called for each new connection.
    package init(
        service: any HTTPService, security: (any ListenerSecurity)? = nil, bounds: ConnectionBounds? = nil,
        flushes: FlushBatch? = nil, onConnection: ((HTTPConnection) -> Void)? = nil
    ) {
        self.service = service
        self.security = security
        self.bounds = bounds
        self.flushes = flushes
        self.onConnection = onConnection
    }
}

/// The event loops that a listener's connections live on, and what they meet there. A new connection goes where there are fewest;
/// the first loop has a start of two, so that a client that is alone is there though it has just come back.
package final class HTTPDoors: Sendable {
    let group: any EventLoopGroup
    private let doors: [(eventLoop: any EventLoop, door: NIOLoopBound<HTTPDoor>)]
    private let balance: Mutex<Balance>

    /// By how many connections the first loop is ahead of the others.
    private static let start = 2

    private struct Balance {
        var connections: [Int]
        /// The loop that the group gives next.
        var next = 0
    }

    /// All on one loop.
    package convenience init(_ door: HTTPDoor, on eventLoop: any EventLoop) {
        self.init([(eventLoop, NIOLoopBound(door, eventLoop: eventLoop))], of: eventLoop)
    }

    /// - Parameters:
    ///   - doors: one for each loop of the group, in its order.
    ///   - group: gives its loops in turn, and none so far; nobody else takes any of them by turn.
    package init(_ doors: [(eventLoop: any EventLoop, door: NIOLoopBound<HTTPDoor>)], of group: any EventLoopGroup) {
        self.group = group
        self.doors = doors
        self.balance = Mutex(Balance(connections: Array(repeating: 0, count: doors.count)))
    }

    /// On one of the loops.
    func door(on eventLoop: any EventLoop) -> HTTPDoor { self.doors[self.place(of: eventLoop)].door.value }

    /// Counts a connection on its loop until it is closed.
    func opened(_ channel: any Channel) {
        guard self.doors.count > 1 else { return }
        let place = self.place(of: channel.eventLoop)
        self.change {
            $0.connections[place] += 1
            $0.next = (place + 1) % $0.connections.count
        }
        channel.closeFuture.whenComplete { _ in self.change { $0.connections[place] -= 1 } }
    }

    /// Loops that have more connections than others are passed over.
    private func change(_ change: (inout Balance) -> Void) {
        self.balance.withLock { balance in
            change(&balance)
            let loads = balance.connections.enumerated().map { $0.offset == 0 ? $0.element : $0.element + Self.start }
            guard let wanted = loads.indices.min(by: { loads[$0] < loads[$1] }) else { return }
            while balance.next != wanted {
                _ = self.group.next()
                balance.next = (balance.next + 1) % balance.connections.count
            }
        }
    }

    private func place(of eventLoop: any EventLoop) -> Int {
        guard let place = self.doors.firstIndex(where: { $0.eventLoop === eventLoop }) else {
            preconditionFailure("a listener has a door for each loop of its group")
        }
        return place
    }
}
