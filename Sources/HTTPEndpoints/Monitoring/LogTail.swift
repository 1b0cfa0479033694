import CoreTypes
import ExecutionEnvironments
import HTTPServing
import Monitoring
import NIOCore

/// Sends what stands in log groups to a client, and then what comes. What stands there is gone through in parts, one a turn of
/// the loop, so that long logs hold nobody up.
final class LogTail {
    private let monitoring: MonitoringHost
    /// `nil` for all.
    private let groups: Set<String>?
    private let query: LogQuery
    private let follows: Bool
    private var places: [String: UInt64] = [:]
    private var found: [(group: String, event: LogEvent)] = []

    /// Events of the past that are sent; of more, the last.
    private static let eventsMax = 10_000

    init(monitoring: MonitoringHost, groups: Set<String>?, query: LogQuery, follows: Bool) {
        self.monitoring = monitoring
        self.groups = groups
        self.query = query
        self.follows = follows
    }

    func start(on connection: HTTPConnection) { self.gather(LineFollower(connection), connection) }

    private func gather(_ follower: LineFollower, _ connection: HTTPConnection) {
        guard connection.isOpen else { return }
        guard self.gatherPart() else {
            let bound = NIOLoopBound((self, follower, connection), eventLoop: self.monitoring.eventLoop)
            self.monitoring.eventLoop.execute { bound.value.0.gather(bound.value.1, bound.value.2) }
            return
        }
        let events = self.found.sorted { ($0.event.time, $0.event.number) < ($1.event.time, $1.event.number) }
        self.found = []
        follower.send(all: events.suffix(Self.eventsMax).map { Self.json($0.group, $0.event) })
        if self.follows { self.follow(follower, connection) } else { connection.endStream() }
    }

    /// Goes through a part of the log.
    /// - Returns: whether all that there is has been seen, in this very turn.
    private func gatherPart() -> Bool {
        for group in self.groups ?? Set(self.monitoring.logs.groupSummaries.map(\.name)) {
            let place = self.places[group, default: 0]
            guard let page = self.monitoring.logs.events(group: group, self.query, from: place) else { continue }
            self.found += page.events.map { (group, $0) }
            if self.found.count > 2 * Self.eventsMax {
                self.found.sort { ($0.event.time, $0.event.number) < ($1.event.time, $1.event.number) }
                self.found.removeFirst(self.found.count - Self.eventsMax)
            }
            self.places[group] = page.next ?? self.monitoring.logs.end(of: group)
            if page.next != nil { return false }
        }
        return true
    }

    private func follow(_ follower: LineFollower, _ connection: HTTPConnection) {
        let id = ObjectIdentifier(connection)
        let (groups, query, monitoring) = (self.groups, self.query, self.monitoring)
        monitoring.logObservers[id] = { group, event in
            guard groups?.contains(group) ?? true, query.pattern?.matches(event.message) ?? true else { return }
            follower.send(Self.json(group, event))
        }
        connection.onClose = { monitoring.logObservers[id] = nil }
    }

    private static func json(_ group: String, _ event: LogEvent) -> JSON {
        [
            "time": .string(event.time.iso8601), "group": .string(group), "stream": .string(event.stream),
            "requestId": JSON(event.requestID?.description), "message": .string(event.message),
        ]
    }
}
