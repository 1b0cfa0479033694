import APIGateway
import CoreTypes
import ExecutionEnvironments
import NIOCore

/// The latest requests to APIs and function URLs with their answers, in memory. A request is kept as the gateway left it and is
/// read only for those who ask. Lives on the event loop.
package final class RequestHistory {
    static let requestsMax = 2_000
    /// Of all together, with what is kept beside bodies.
    static let bytesMax = 8 * 1024 * 1024
    /// Of one request, about: what the gateway made of it on its way.
    private static let bytesBesideBodies = 2_048

    final class Entry {
        /// From 1; never given twice by one host.
        let number: UInt64
        let exchange: GatewayExchange
        let response: GatewayResponse
        /// What followed the response as a stream, which is not kept.
        let streamedBytes: Int
        let answeredAt: Timestamp

        init(number: UInt64, _ ended: GatewayReports.EndedExchange) {
            self.number = number
            self.exchange = ended.exchange
            self.response = ended.response
            self.streamedBytes = ended.streamedBytes
            self.answeredAt = ended.answeredAt
        }

        var responseBytes: Int { self.response.body.count + self.streamedBytes }
        /// What it takes of memory, roughly.
        var bytes: Int { RequestHistory.bytesBesideBodies + self.exchange.body.count + self.response.body.count }
        var milliseconds: Double { (self.answeredAt - self.exchange.stamp.time).milliseconds }
    }

    /// Told whether somebody may read the steps of requests.
    var onReaders: (Bool) -> Void = { _ in }
    /// Requests under way whose client asked for their steps.
    var readers = 0 {
        didSet { self.tellReaders() }
    }

    private let feed: EventFeed
    private var entries = CircularBuffer<Entry>()
    private var bytes = 0
    private(set) var lastNumber: UInt64 = 0
    /// Numbers up to this one were forgotten by a reset.
    private var forgotten: UInt64 = 0

    package init(feed: EventFeed) {
        self.feed = feed
        feed.onClients = { [unowned self] in self.tellReaders() }
    }

    private func tellReaders() { self.onReaders(self.readers > 0 || self.feed.hasClients) }

    func append(_ ended: GatewayReports.EndedExchange) {
        self.lastNumber += 1
        let entry = Entry(number: self.lastNumber, ended)
        self.entries.append(entry)
        self.bytes += entry.bytes
        while self.entries.count > Self.requestsMax || self.bytes > Self.bytesMax {
            guard let oldest = self.entries.popFirst() else { break }
            self.bytes -= oldest.bytes
        }
        self.feed.changed(.requests)
    }

    func removeAll() {
        self.entries.removeAll()
        self.bytes = 0
        self.forgotten = self.lastNumber
        self.feed.changed(.requests)
    }

    // MARK: Reading

    struct Query {
        /// A status, `500`, or its class, `5xx`.
        var status: String?
        var apiID: String?
        var through: UInt64?
        var offset = 0
        var limit = 50

        func matches(_ entry: Entry) -> Bool {
            if let status {
                let text = "\(entry.response.status)"
                guard text == status || status.hasSuffix("xx") && text.prefix(1) == status.prefix(1) else { return false }
            }
            return self.apiID.map { $0 == entry.exchange.summary.apiID } ?? true
        }
    }

    /// The newest first, with the count of all that match.
    func page(_ query: Query) -> (total: Int, entries: [Entry]) {
        var total = 0
        var page: [Entry] = []
        for entry in self.entries.reversed() where entry.number <= query.through ?? .max && query.matches(entry) {
            total += 1
            if total > query.offset, page.count < query.limit { page.append(entry) }
        }
        return (total, page)
    }

    /// By number, or by the id that its client was told.
    func entry(_ id: String) -> Entry? {
        if let number = UInt64(id) { return self.entries.last { $0.number == number } }
        return self.entries.last { $0.exchange.summary.requestID == id }
    }

    /// That were answered since the start or the last reset; not all of them are kept.
    var total: UInt64 { self.lastNumber - self.forgotten }
}
