import HTTPServing
import LambdaCore
import NIOCore
import NIOHTTP1

/// A Runtime API endpoint: a loopback port that belongs to one environment at a time, so that the port says who is calling and no
/// function can speak for another. Listeners are kept and used again; the connections of an ended environment are closed first.
final class RuntimeListener: HTTPService {
    weak var environment: ExecutionEnvironment?
    private(set) var port = 0
    private var channel: (any Channel)?
    private var connections: [ObjectIdentifier: HTTPConnection] = [:]

    /// Binds to a free port of the loopback interface.
    static func bind(eventLoop: any EventLoop) -> EventLoopFuture<NIOLoopBound<RuntimeListener>> {
        let listener = RuntimeListener()
        let bound = NIOLoopBound(listener, eventLoop: eventLoop)
        let door = HTTPDoor(
            service: listener, onConnection: { [unowned listener] in listener.connections[ObjectIdentifier($0)] = $0 })
        return HTTPListener.bind(host: "127.0.0.1", port: 0, eventLoop: eventLoop, doors: HTTPDoors(door, on: eventLoop))
            .map {
                bound.value.channel = $0.channel
                bound.value.port = $0.port
                return bound
            }
    }

    /// Ends all that a former environment may still have open here.
    func disconnect() {
        self.environment = nil
        let open = Array(self.connections.values)
        self.connections = [:]
        for connection in open { connection.close() }
    }

    func close() {
        self.disconnect()
        self.channel?.close(promise: nil)
    }

    func plan(for head: HTTPRequestHead, on connection: HTTPConnection) -> HTTPBodyPlan {
        guard let environment else { return Self.refuse(.notFound, on: connection) }
        return environment.plan(for: head, on: connection)
    }

    func handle(_ request: HTTPRequest, on connection: HTTPConnection) {
        guard let environment else {
            _ = Self.refuse(.notFound, on: connection)
            return
        }
        environment.handle(request, on: connection)
    }

    func refuseBody(of head: HTTPRequestHead, limit: Int, on connection: HTTPConnection) {
        guard let environment else {
            _ = Self.refuse(.notFound, on: connection)
            return
        }
        environment.refuseBody(of: head, on: connection)
    }

    func connectionClosed(_ connection: HTTPConnection) {
        self.connections[ObjectIdentifier(connection)] = nil
    }
}
