package import CoreTypes

/// The logs of a host, in memory: groups, streams, events, with bounds for each group and for all. What is over them goes, the
/// oldest first.
///
/// Events are in the order in which they arrived. (CloudWatch Logs sorts by the event's time; the two differ only where a
/// client puts events of another time than the present.)
package struct LogStore: Sendable {
    private var groups: [String: LogGroup] = [:]
    private var bytes = 0
    private let limits: Limits

    package struct Limits: Hashable, Sendable {
        package var groupBytes: Int
        package var totalBytes: Int
        package var groups: Int

        package init(groupBytes: Int = 2 << 20, totalBytes: Int = 8 << 20, groups: Int = 1_000) {
            self.groupBytes = groupBytes
            self.totalBytes = totalBytes
            self.groups = groups
        }
    }

    /// How much text one look goes through, so that it doesn't hold up the loop; CloudWatch Logs too answers in parts, empty
    /// ones among them.
    package static let scanBytes = 1 << 19

    package init(limits: Limits = Limits()) { self.limits = limits }

    /// Text and what is kept beside it.
    package var storedBytes: Int { self.bytes }

    /// By name.
    package var groupSummaries: [LogGroupSummary] { self.groups.values.map(\.summary).sorted { $0.name < $1.name } }

    package func hasGroup(_ name: String) -> Bool { self.groups[name] != nil }

    /// By name; `nil` where there is no such group.
    package func streams(of group: String) -> [LogStreamSummary]? {
        self.groups[group]?.streamSummaries.sorted { $0.name < $1.name }
    }

    package func stream(_ name: String, of group: String) -> LogStreamSummary? { self.groups[group]?.stream(name) }

    // MARK: Writing

    /// - Returns: `false` where there is no room for another group.
    @discardableResult
    package mutating func makeGroup(_ name: String, at now: Timestamp) -> Bool {
        guard self.groups[name] == nil else { return true }
        guard self.groups.count < self.limits.groups else { return false }
        self.groups[name] = LogGroup(name: name, createdAt: now)
        return true
    }

    /// - Precondition: the group is there.
    package mutating func makeStream(_ name: String, in group: String, at now: Timestamp) {
        precondition(self.groups[group] != nil, "a stream is made in a group")
        self.groups[group]?.makeStream(name, at: now)
    }

    package mutating func removeGroup(_ name: String) {
        if let group = self.groups.removeValue(forKey: name) { self.bytes -= group.bytes }
    }

    package mutating func removeStream(_ name: String, of group: String) { self.groups[group]?.removeStream(name) }

    /// Adds an event; group and stream are made where they are missing.
    package mutating func append(
        _ message: ArraySlice<UInt8>, group: String, stream: String, at time: Timestamp, ingestedAt: Timestamp,
        requestID: RequestID? = nil
    ) {
        guard !message.isEmpty, self.makeGroup(group, at: ingestedAt) else { return }
        self.bytes += self.groups[group]!.append(
            message, stream: stream, at: time, ingestedAt: ingestedAt, requestID: requestID, bytesMax: self.limits.groupBytes)
        while self.bytes > self.limits.totalBytes, self.dropOldest() {}
    }

    private mutating func dropOldest() -> Bool {
        let candidates = self.groups.values.compactMap { group in group.oldest.map { (group.name, $0) } }
        guard let name = candidates.min(by: { $0.1 < $1.1 })?.0, let freed = self.groups[name]?.dropOldest() else { return false }
        self.bytes -= freed
        return true
    }

    // MARK: Reading

    /// Events of a group from a place on, in their order: `page.next` is the place of the next part. `nil` where there is no
    /// such group.
    /// - Parameter limit: of events in this part.
    package func events(
        group: String, _ query: LogQuery = LogQuery(), from place: UInt64 = 0, limit: Int = 10_000,
        scanBytes: Int = Self.scanBytes
    ) -> LogPage? {
        self.groups[group]?.page(query, from: place, limit: limit, scanBytes: scanBytes)
    }

    /// The last events of a group before a place, in their order.
    /// - Parameter bytesMax: of their messages together; the last one may go over it.
    package func lastEvents(
        group: String, _ query: LogQuery = LogQuery(), before place: UInt64 = .max, limit: Int = 10_000,
        bytesMax: Int = Self.scanBytes
    ) -> [LogEvent]? {
        self.groups[group]?.pageBackward(query, before: place, limit: limit, bytesMax: bytesMax)
    }

    /// Behind the last event of a group: where one begins who wants only what comes.
    package func end(of group: String) -> UInt64? { self.groups[group]?.endNumber }
}
