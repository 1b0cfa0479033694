import CoreTypes
import Monitoring

extension LogsWire {
    private static let describeLimit = 50
    private static let eventsLimit = 10_000
    /// Of the messages in one answer.
    private static let answerBytes = 1 << 20

    static let invalidToken = ServiceError("InvalidParameterException", "The specified nextToken is invalid.")

    // MARK: Groups and streams

    func describeLogGroups(_ members: RequestMembers) throws(ServiceError) -> JSONObject {
        let prefix = try members.string("logGroupNamePrefix", length: Self.nameLength)
        let pattern = try members.string("logGroupNamePattern", length: 0...512)
        if prefix != nil, pattern != nil {
            throw ServiceError(
                "InvalidParameterException", "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.")
        }
        let identifiers = try members.strings("logGroupIdentifiers").map(Set.init)
        let limit = try members.integer("limit", range: 1...Self.describeLimit) ?? Self.describeLimit
        let after = try members.string("nextToken", length: 1...2_048)
        let all = self.host.logs.groupSummaries.filter { group in
            group.name.hasPrefix(prefix ?? "") && (pattern.map { group.name.lowercased().contains($0.lowercased()) } ?? true)
                && (identifiers.map { $0.contains(group.name) || $0.contains(self.arn(of: group.name)) } ?? true)
                && (after.map { group.name > $0 } ?? true)
        }
        var result: JSONObject = ["logGroups": .array(all.prefix(limit).map { .object(self.json($0)) })]
        if all.count > limit { result["nextToken"] = .string(all[limit - 1].name) }
        return result
    }

    private func json(_ group: LogGroupSummary) -> JSONObject {
        let arn = self.arn(of: group.name)
        return [
            "logGroupName": .string(group.name), "creationTime": Self.milliseconds(group.createdAt),
            "metricFilterCount": 0, "arn": .string("\(arn):*"), "storedBytes": Self.number(group.storedBytes),
            "logGroupClass": "STANDARD", "logGroupArn": .string(arn),
        ]
    }

    func describeLogStreams(_ members: RequestMembers) throws(ServiceError) -> JSONObject {
        let group = try self.group(members)
        let prefix = try members.string("logStreamNamePrefix", length: Self.nameLength)
        let byTime = try members.word("orderBy", of: ["LogStreamName", "LastEventTime"]) == "LastEventTime"
        if byTime, prefix != nil {
            throw ServiceError("InvalidParameterException", "Cannot order by LastEventTime with a logStreamNamePrefix.")
        }
        let limit = try members.integer("limit", range: 1...Self.describeLimit) ?? Self.describeLimit
        let start = try Self.offset(try members.string("nextToken", length: 1...2_048))
        var streams = (self.host.logs.streams(of: group) ?? []).filter { $0.name.hasPrefix(prefix ?? "") }
        if byTime {
            streams.sort { ($0.lastEventAt ?? $0.createdAt, $0.name) < ($1.lastEventAt ?? $1.createdAt, $1.name) }
        }
        if try members.bool("descending") ?? false { streams.reverse() }
        let rest = streams.dropFirst(start)
        var result: JSONObject = ["logStreams": .array(rest.prefix(limit).map { .object(self.json($0, group)) })]
        if rest.count > limit { result["nextToken"] = .string(String(start + limit)) }
        return result
    }

    private static func offset(_ token: String?) throws(ServiceError) -> Int {
        guard let token else { return 0 }
        guard let offset = Int(token), offset >= 0 else { throw self.invalidToken }
        return offset
    }

    private func json(_ stream: LogStreamSummary, _ group: String) -> JSONObject {
        var object: JSONObject = [
            "logStreamName": .string(stream.name), "creationTime": Self.milliseconds(stream.createdAt),
        ]
        object["firstEventTimestamp"] = stream.firstEventAt.map(Self.milliseconds)
        object["lastEventTimestamp"] = stream.lastEventAt.map(Self.milliseconds)
        object["lastIngestionTime"] = stream.lastIngestedAt.map(Self.milliseconds)
        object["arn"] = .string("\(self.arn(of: group)):log-stream:\(stream.name)")
        // The service says 0 for every stream since June 2019.
        object["storedBytes"] = 0
        return object
    }

    // MARK: Events

    /// Goes through a part of the group for each call, so that an answer may be empty and have a token all the same.
    func filterLogEvents(_ members: RequestMembers) throws(ServiceError) -> JSONObject {
        let group = try self.group(members)
        var query = LogQuery()
        query.start = try members.milliseconds("startTime")
        // Included, other than in GetLogEvents.
        query.end = try members.milliseconds("endTime").map { Timestamp(milliseconds: $0.milliseconds + 1) }
        query.streams = try members.strings("logStreamNames").map(Set.init)
        query.streamPrefix = try members.string("logStreamNamePrefix", length: Self.nameLength)
        if query.streams != nil, query.streamPrefix != nil {
            throw ServiceError(
                "InvalidParameterException", "logStreamNamePrefix and logStreamNames are mutually exclusive parameters.")
        }
        for stream in query.streams ?? [] where self.host.logs.stream(stream, of: group) == nil { throw Self.noStream }
        query.pattern = try Self.pattern(try members.string("filterPattern"))
        let limit = try members.integer("limit", range: 1...Self.eventsLimit) ?? Self.eventsLimit
        var place: UInt64 = 0
        if let token = try members.string("nextToken", length: 1...2_048) {
            guard let number = UInt64(token) else { throw Self.invalidToken }
            place = number
        }
        let page = self.host.logs.events(group: group, query, from: place, limit: limit)
        var result: JSONObject = [
            "events": .array((page?.events ?? []).map { .object(Self.json($0, isFiltered: true)) }), "searchedLogStreams": [],
        ]
        if let next = page?.next { result["nextToken"] = .string(String(next)) }
        return result
    }

    static func pattern(_ text: String?) throws(ServiceError) -> LogPattern? {
        guard let text, !text.isEmpty else { return nil }
        do throws(LogPatternError) {
            return try LogPattern(text)
        } catch {
            throw ServiceError("InvalidParameterException", error.message)
        }
    }

    private static func json(_ event: LogEvent, isFiltered: Bool) -> JSONObject {
        var object = JSONObject()
        if isFiltered { object["logStreamName"] = .string(event.stream) }
        object["timestamp"] = Self.milliseconds(event.time)
        object["message"] = .string(event.message)
        object["ingestionTime"] = Self.milliseconds(event.ingestedAt)
        if isFiltered { object["eventId"] = .string(event.id) }
        return object
    }

    /// Tokens say where to go on in both directions; at an end, the same token comes back.
    func getLogEvents(_ members: RequestMembers) throws(ServiceError) -> JSONObject {
        let group = try self.group(members)
        var query = LogQuery(streams: [try self.stream(members, of: group)])
        query.start = try members.milliseconds("startTime")
        query.end = try members.milliseconds("endTime")
        let limit = try members.integer("limit", range: 1...Self.eventsLimit) ?? Self.eventsLimit
        let end = self.host.logs.end(of: group) ?? 0
        let position: Position
        if let token = try members.string("nextToken", length: 1...2_048) {
            guard let given = Position(token) else { throw Self.invalidToken }
            position = given
        } else {
            position = try members.bool("startFromHead") ?? false ? .forward(0) : .backward(end)
        }
        var events: [LogEvent]
        var next: UInt64
        var former: UInt64
        switch position {
        case .forward(let number):
            let page = self.host.logs.events(group: group, query, from: number, limit: limit)
            events = page?.events ?? []
            next = page?.next ?? max(number, end)
            former = events.first?.number ?? number
        case .backward(let number):
            events =
                self.host.logs.lastEvents(group: group, query, before: number, limit: limit, bytesMax: Self.answerBytes) ?? []
            next = events.last.map { $0.number + 1 } ?? number
            former = events.first?.number ?? number
        }
        // Without anything new the token stays, by which clients know the end.
        if case .forward(let number) = position, events.isEmpty, next >= end { next = number }
        if case .backward(let number) = position, events.isEmpty { former = number }
        return [
            "events": .array(events.map { .object(Self.json($0, isFiltered: false)) }),
            "nextForwardToken": .string(Position.forward(next).token),
            "nextBackwardToken": .string(Position.backward(former).token),
        ]
    }

    /// `f/…` and `b/…`: a place in a group and the way to go from it.
    private enum Position {
        /// The events from this one on.
        case forward(UInt64)
        /// Those before this one.
        case backward(UInt64)

        init?(_ token: String) {
            let parts = token.split(separator: "/")
            guard parts.count == 3, parts[2] == "s", let number = UInt64(parts[1]) else { return nil }
            switch parts[0] {
            case "f": self = .forward(number)
            case "b": self = .backward(number)
            default: return nil
            }
        }

        var token: String {
            switch self {
            case .forward(let number): "f/\(number)/s"
            case .backward(let number): "b/\(number)/s"
            }
        }
    }
}
