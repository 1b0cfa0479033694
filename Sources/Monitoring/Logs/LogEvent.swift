package import CoreTypes

/// A line of a log, or whatever a client put as one.
package struct LogEvent: Hashable, Sendable {
    /// Its place in its group, counted from 0 and never used again: events are in the order of their arrival.
    package let number: UInt64
    package let stream: String
    package let time: Timestamp
    package let ingestedAt: Timestamp
    /// With the line break that it was written with, as CloudWatch Logs keeps it.
    package let message: String
    /// Of the invocation under way when a function wrote it.
    package let requestID: RequestID?

    /// 56 digits as CloudWatch's, in the order of the events.
    package var id: String {
        let digits = String(self.number)
        return String(repeating: "0", count: max(0, Self.idLength - digits.utf8.count)) + digits
    }

    private static let idLength = 56
}

/// A stream of a group at a glance.
package struct LogStreamSummary: Hashable, Sendable {
    package let name: String
    package let createdAt: Timestamp
    /// `nil` before the first event.
    package internal(set) var firstEventAt: Timestamp?
    package internal(set) var lastEventAt: Timestamp?
    package internal(set) var lastIngestedAt: Timestamp?
    /// That are still kept.
    package internal(set) var events = 0
}

/// A group at a glance.
package struct LogGroupSummary: Hashable, Sendable {
    package let name: String
    package let createdAt: Timestamp
    /// That are still kept.
    package let storedBytes: Int
    package let events: Int
}

/// Which events of a group are wanted; everything that isn't said lets all pass.
package struct LogQuery: Sendable {
    /// Included.
    package var start: Timestamp?
    /// Not included.
    package var end: Timestamp?
    package var streams: Set<String>?
    package var streamPrefix: String?
    package var requestID: RequestID?
    package var pattern: LogPattern?

    package init(
        start: Timestamp? = nil, end: Timestamp? = nil, streams: Set<String>? = nil, streamPrefix: String? = nil,
        requestID: RequestID? = nil, pattern: LogPattern? = nil
    ) {
        self.start = start
        self.end = end
        self.streams = streams
        self.streamPrefix = streamPrefix
        self.requestID = requestID
        self.pattern = pattern
    }

    func takes(stream: String) -> Bool {
        (self.streams?.contains(stream) ?? true) && (self.streamPrefix.map(stream.hasPrefix) ?? true)
    }

    func takes(_ time: Timestamp) -> Bool { (self.start.map { time >= $0 } ?? true) && (self.end.map { time < $0 } ?? true) }
}

/// A part of what was asked for.
package struct LogPage: Hashable, Sendable {
    package let events: [LogEvent]
    /// Where to go on; `nil` at the end of what there is.
    package let next: UInt64?
}
