import CoreTypes

/// One log group: its events in pieces of memory that are thrown away as a whole, the oldest first.
struct LogGroup: Sendable {
    let name: String
    let createdAt: Timestamp
    private(set) var streams: [String: UInt32] = [:]
    private var summaries: [UInt32: LogStreamSummary] = [:]
    private var lastStream: UInt32 = 0
    private var latestStream: (name: String, id: UInt32)?
    private(set) var chunks: [Chunk] = []
    private(set) var bytes = 0
    private(set) var events = 0
    private var nextNumber: UInt64 = 0

    /// Some hundred lines, one after the other.
    struct Chunk: Sendable {
        let firstNumber: UInt64
        var text: [UInt8] = []
        var entries: [Entry] = []
        var earliest: Timestamp
        var latest: Timestamp

        /// What it takes of memory.
        var size: Int { self.text.count + self.entries.count * MemoryLayout<Entry>.stride }
    }

    struct Entry: Sendable {
        let stream: UInt32
        /// In the chunk's text.
        let end: UInt32
        let time: Timestamp
        let ingestedAt: Timestamp
        let requestID: RequestID?
    }

    private static let chunkBytes = 65_536
    /// Streams without an event that are remembered.
    static let emptyStreamsMax = 1_000

    init(name: String, createdAt: Timestamp) {
        self.name = name
        self.createdAt = createdAt
    }

    var summary: LogGroupSummary {
        LogGroupSummary(name: self.name, createdAt: self.createdAt, storedBytes: self.bytes, events: self.events)
    }

    var streamSummaries: [LogStreamSummary] { Array(self.summaries.values) }

    func stream(_ name: String) -> LogStreamSummary? { self.streams[name].flatMap { self.summaries[$0] } }

    @discardableResult
    mutating func makeStream(_ name: String, at now: Timestamp) -> UInt32 {
        self.lastStream += 1
        self.streams[name] = self.lastStream
        self.summaries[self.lastStream] = LogStreamSummary(name: name, createdAt: now)
        self.forgetEmptyStreams()
        return self.lastStream
    }

    mutating func removeStream(_ name: String) {
        guard let id = self.streams.removeValue(forKey: name) else { return }
        self.summaries[id] = nil
        self.latestStream = nil
    }

    /// Adds an event; what is over `bytesMax` then goes, the oldest first.
    /// - Returns: how many bytes more the group takes.
    mutating func append(
        _ message: ArraySlice<UInt8>, stream: String, at time: Timestamp, ingestedAt: Timestamp, requestID: RequestID?,
        bytesMax: Int
    ) -> Int {
        let before = self.bytes
        let id = self.id(of: stream, at: ingestedAt)
        if self.chunks.last.map({ $0.text.count + message.count > Self.chunkBytes && !$0.entries.isEmpty }) ?? true {
            self.chunks.append(Chunk(firstNumber: self.nextNumber, earliest: time, latest: time))
        }
        let last = self.chunks.count - 1
        let former = self.chunks[last].size
        self.chunks[last].text.append(contentsOf: message)
        self.chunks[last].entries.append(
            Entry(
                stream: id, end: UInt32(self.chunks[last].text.count), time: time, ingestedAt: ingestedAt, requestID: requestID))
        self.chunks[last].earliest = min(self.chunks[last].earliest, time)
        self.chunks[last].latest = max(self.chunks[last].latest, time)
        self.note(id, time, ingestedAt)
        self.nextNumber += 1
        self.events += 1
        self.bytes += self.chunks[last].size - former
        while self.bytes > bytesMax, self.chunks.count > 1 { _ = self.dropOldest() }
        return self.bytes - before
    }

    /// One environment writes several lines one after the other.
    private mutating func id(of stream: String, at now: Timestamp) -> UInt32 {
        if let latestStream, latestStream.name == stream { return latestStream.id }
        let id = self.streams[stream] ?? self.makeStream(stream, at: now)
        self.latestStream = (stream, id)
        return id
    }

    private mutating func note(_ id: UInt32, _ time: Timestamp, _ ingestedAt: Timestamp) {
        self.summaries[id]?.note(time, ingestedAt)
    }

    /// - Returns: the bytes that are free now.
    mutating func dropOldest() -> Int {
        guard !self.chunks.isEmpty else { return 0 }
        let chunk = self.chunks.removeFirst()
        var start = 0
        // By runs: an environment writes several lines one after the other.
        while start < chunk.entries.count {
            let stream = chunk.entries[start].stream
            let end = chunk.entries[start...].firstIndex { $0.stream != stream } ?? chunk.entries.endIndex
            self.summaries[stream]?.events -= end - start
            start = end
        }
        self.events -= chunk.entries.count
        self.bytes -= chunk.size
        return chunk.size
    }

    /// When the oldest piece was begun: the group that has the oldest of all gives way first.
    var oldest: Timestamp? { self.chunks.first?.entries.first?.ingestedAt }

    private mutating func forgetEmptyStreams() {
        guard self.summaries.count > Self.emptyStreamsMax else { return }
        self.latestStream = nil
        let empty = self.summaries.filter { $0.value.events == 0 && $0.value.lastEventAt != nil }
        for (id, summary) in empty {
            self.summaries[id] = nil
            self.streams[summary.name] = nil
        }
    }

    // MARK: Reading

    /// The events from a number on, up to limits on how many are returned and on how much is looked at.
    func page(_ query: LogQuery, from first: UInt64, limit: Int, scanBytes: Int) -> LogPage {
        var found: [LogEvent] = []
        var scanned = 0
        for chunk in self.chunks {
            let end = chunk.firstNumber + UInt64(chunk.entries.count)
            guard end > first, self.overlaps(chunk, query) else { continue }
            for index in chunk.entries.indices.dropFirst(Int(max(first, chunk.firstNumber) - chunk.firstNumber)) {
                let number = chunk.firstNumber + UInt64(index)
                if found.count == limit || scanned > scanBytes { return LogPage(events: found, next: number) }
                scanned += chunk.length(index)
                if let event = self.event(in: chunk, index, query) { found.append(event) }
            }
        }
        return LogPage(events: found, next: nil)
    }

    /// The last events before a number, in their order.
    func pageBackward(_ query: LogQuery, before last: UInt64, limit: Int, bytesMax: Int) -> [LogEvent] {
        var found: [LogEvent] = []
        var bytes = 0
        for chunk in self.chunks.reversed() where chunk.firstNumber < last && self.overlaps(chunk, query) {
            for index in chunk.entries.indices.reversed() where chunk.firstNumber + UInt64(index) < last {
                if found.count == limit || bytes > bytesMax { return found.reversed() }
                guard let event = self.event(in: chunk, index, query) else { continue }
                found.append(event)
                bytes += event.message.utf8.count
            }
        }
        return found.reversed()
    }

    /// Behind the last event.
    var endNumber: UInt64 { self.nextNumber }

    private func overlaps(_ chunk: Chunk, _ query: LogQuery) -> Bool {
        (query.start.map { chunk.latest >= $0 } ?? true) && (query.end.map { chunk.earliest < $0 } ?? true)
    }

    private func event(in chunk: Chunk, _ index: Int, _ query: LogQuery) -> LogEvent? {
        let entry = chunk.entries[index]
        guard query.takes(entry.time), query.requestID == nil || query.requestID == entry.requestID,
            let stream = self.summaries[entry.stream]?.name, query.takes(stream: stream)
        else { return nil }
        let text = chunk.text[chunk.start(index)..<Int(entry.end)]
        guard query.pattern?.matches(utf8: text) ?? true else { return nil }
        return LogEvent(
            number: chunk.firstNumber + UInt64(index), stream: stream, time: entry.time, ingestedAt: entry.ingestedAt,
            message: String(decoding: text, as: UTF8.self), requestID: entry.requestID)
    }
}

extension LogGroup.Chunk {
    func start(_ index: Int) -> Int { index == 0 ? 0 : Int(self.entries[index - 1].end) }
    func length(_ index: Int) -> Int { Int(self.entries[index].end) - self.start(index) }
}

extension LogStreamSummary {
    fileprivate mutating func note(_ time: Timestamp, _ ingestedAt: Timestamp) {
        self.firstEventAt = self.firstEventAt.map { min($0, time) } ?? time
        self.lastEventAt = self.lastEventAt.map { max($0, time) } ?? time
        self.lastIngestedAt = ingestedAt
        self.events += 1
    }
}
