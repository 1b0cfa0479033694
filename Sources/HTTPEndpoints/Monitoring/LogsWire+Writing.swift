import CoreTypes
import ExecutionEnvironments
import Monitoring

extension LogsWire {
    func createLogGroup(_ members: RequestMembers) throws(ServiceError) {
        let name = try members.requiredString("logGroupName", length: Self.nameLength)
        guard MemberReader.Pattern.logGroup.matches(name) else {
            throw members.fault(
                "logGroupName", name, #"Member must satisfy regular expression pattern: [\.\-_/#A-Za-z0-9]+"#)
        }
        guard !self.host.logs.hasGroup(name) else {
            throw ServiceError("ResourceAlreadyExistsException", "The specified log group already exists")
        }
        guard self.host.makeLogGroup(name) else {
            throw ServiceError("LimitExceededException", "Resource limit exceeded.")
        }
    }

    func createLogStream(_ members: RequestMembers) throws(ServiceError) {
        let group = try self.group(members)
        let name = try members.requiredString("logStreamName", length: Self.nameLength)
        guard !name.contains(":"), !name.contains("*") else {
            throw members.fault("logStreamName", name, "Member must satisfy regular expression pattern: [^:*]*")
        }
        guard self.host.logs.stream(name, of: group) == nil else {
            throw ServiceError("ResourceAlreadyExistsException", "The specified log stream already exists")
        }
        self.host.makeLogStream(name, in: group)
    }

    private static let eventsMax = 10_000
    private static let batchBytes = 1_048_576
    /// What each event counts besides its message.
    private static let eventBytes = 26
    private static let spanMilliseconds = 86_400_000
    private static let pastMilliseconds = 14 * 86_400_000
    private static let futureMilliseconds = 2 * 3_600_000

    /// Events of more than 14 days ago or two hours ahead are rejected, and told by their places; the others are kept. (Amazon
    /// CloudWatch Logs API reference, PutLogEvents)
    func putLogEvents(_ members: RequestMembers) throws(ServiceError) -> JSONObject {
        let group = try self.group(members)
        let stream = try self.stream(members, of: group)
        let events = try self.events(members)
        let now = Int(HostClock.now().milliseconds)
        var tooOld: Int?
        var tooNew: Int?
        for (index, event) in events.enumerated() {
            if event.milliseconds < now - Self.pastMilliseconds {
                tooOld = index + 1
            } else if event.milliseconds > now + Self.futureMilliseconds {
                tooNew = tooNew ?? index
            } else {
                self.host.add(
                    Array(event.message.utf8)[...], group: group, stream: stream,
                    at: Timestamp(milliseconds: Int64(event.milliseconds)))
            }
        }
        // Tokens mean nothing since 2023, and old clients want one.
        var result: JSONObject = ["nextSequenceToken": .string(String(self.host.logs.end(of: group) ?? 0))]
        if tooOld != nil || tooNew != nil {
            var info = JSONObject()
            info["tooNewLogEventStartIndex"] = tooNew.map(Self.number)
            info["tooOldLogEventEndIndex"] = tooOld.map(Self.number)
            result["rejectedLogEventsInfo"] = .object(info)
        }
        return result
    }

    private func events(_ members: RequestMembers) throws(ServiceError) -> [(milliseconds: Int, message: String)] {
        let list = try members.structures("logEvents") ?? []
        guard (1...Self.eventsMax).contains(list.count) else {
            throw ServiceError("InvalidParameterException", "A batch has 1 to \(Self.eventsMax) log events.")
        }
        var events: [(milliseconds: Int, message: String)] = []
        var bytes = 0
        for members in list {
            guard let time = try members.integer("timestamp", range: 0...9_000_000_000_000) else {
                throw members.missing("timestamp")
            }
            let message = try members.requiredString("message", length: 1...Self.batchBytes)
            bytes += message.utf8.count + Self.eventBytes
            events.append((time, message))
        }
        guard bytes <= Self.batchBytes else {
            throw ServiceError(
                "InvalidParameterException", "Upload too large: \(bytes) bytes exceeds limit of \(Self.batchBytes)")
        }
        guard zip(events, events.dropFirst()).allSatisfy({ $0.milliseconds <= $1.milliseconds }) else {
            throw ServiceError(
                "InvalidParameterException", "Log events in a single PutLogEvents request must be in chronological order.")
        }
        if let first = events.first, let last = events.last, last.milliseconds - first.milliseconds > Self.spanMilliseconds {
            throw ServiceError(
                "InvalidParameterException",
                "The batch of log events in a single PutLogEvents request cannot span more than 24 hours.")
        }
        return events
    }
}
