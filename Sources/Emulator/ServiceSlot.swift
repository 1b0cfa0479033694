import ExecutionEnvironments
import HTTPServing
import NIOCore
import NIOHTTP1

/// Holds the place of a service while its listener is bound: with port 0 the port must be known before the service can be made.
final class ServiceSlot: HTTPService {
    var service: (any HTTPService)?
    /// Told of every request.
    var restWatch: RestWatch?

    func plan(for head: HTTPRequestHead, on connection: HTTPConnection) -> HTTPBodyPlan {
        guard let service else {
            connection.respond(status: .serviceUnavailable, body: nil)
            return .discard
        }
        return service.plan(for: head, on: connection)
    }

    func handle(_ request: HTTPRequest, on connection: HTTPConnection) {
        self.restWatch?.noteActivity()
        self.service?.handle(request, on: connection)
    }

    func refuseBody(of head: HTTPRequestHead, limit: Int, on connection: HTTPConnection) {
        self.service?.refuseBody(of: head, limit: limit, on: connection)
    }

    func connectionClosed(_ connection: HTTPConnection) { self.service?.connectionClosed(connection) }
}
