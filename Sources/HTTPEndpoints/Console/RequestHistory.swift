import APIGateway
import Billing
import CoreTypes
import ExecutionEnvironments
import NIOCore

/// The latest requests to APIs and function URLs with their answers, in memory. A request is kept as the gateway left it and is
/// read only for those who ask. Lives on the event loop.
package final class RequestHistory {
    static let requestsMax = 10_000
    /// Of all bodies together.
    static let bodyBytesMax = 64 * 1024 * 1024

    final class Entry {
        /// From 1; never given twice by one host.
        let number: UInt64
        let exchange: GatewayExchange
        let response: GatewayResponse
        let answeredAt: Timestamp

        init(number: UInt64, exchange: GatewayExchange, response: GatewayResponse, answeredAt: Timestamp) {
            self.number = number
            self.exchange = exchange
            self.response = response
            self.answeredAt = answeredAt
        }

        var bodyBytes: Int { self.exchange.body.count + self.response.body.count }
        var milliseconds: Double { (self.answeredAt - self.exchange.stamp.time).milliseconds }
    }

    /// A request's steps are written down only while somebody may read them, as they cost more than the rest of a request.
    package var wantsExecutionLogs: Bool { self.readers > 0 || self.feed.hasClients }
    /// Requests under way whose client asked for their steps.
    var readers = 0

    private let feed: EventFeed
    private var entries = CircularBuffer<Entry>()
    private var bodyBytes = 0
    private(set) var lastNumber: UInt64 = 0
    private var tallies: [Consumed: Tally] = [:]

    /// What is billed apart.
    private struct Consumed: Hashable {
        let apiID: String
        let kind: API.Kind
    }

    private struct Tally {
        var units = 0
        var responseBytes = 0
    }

    package init(feed: EventFeed) { self.feed = feed }

    func append(_ exchange: GatewayExchange, _ response: GatewayResponse) {
        self.lastNumber += 1
        let entry = Entry(number: self.lastNumber, exchange: exchange, response: response, answeredAt: HostClock.now())
        self.meter(exchange, response)
        self.entries.append(entry)
        self.bodyBytes += entry.bodyBytes
        while self.entries.count > Self.requestsMax || self.bodyBytes > Self.bodyBytesMax {
            guard let oldest = self.entries.popFirst() else { break }
            self.bodyBytes -= oldest.bodyBytes
        }
        self.feed.changed(.requests)
    }

    private func meter(_ exchange: GatewayExchange, _ response: GatewayResponse) {
        // Function URLs are billed as the invocations that they are.
        guard let api = exchange.billedAPI else { return }
        let kind: APIRequests.Kind = api.kind == .rest ? .rest : .http
        let bytes = response.body.count
        let units = APIRequests.units(kind, requestBytes: exchange.body.count, responseBytes: bytes)
        self.tallies[Consumed(apiID: api.id, kind: api.kind), default: Tally()].units += units
        self.tallies[Consumed(apiID: api.id, kind: api.kind), default: Tally()].responseBytes += bytes
    }

    func removeAll() {
        self.entries.removeAll()
        self.bodyBytes = 0
        self.tallies = [:]
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

    var count: Int { self.entries.count }

    /// - Parameter name: what an API is called on the bill, by its id.
    func usage(named name: (String) -> String) -> Usage {
        var usage = Usage()
        for (consumed, tally) in self.tallies {
            usage.add(
                APIRequests(
                    kind: consumed.kind == .rest ? .rest : .http, units: tally.units, responseBytes: tally.responseBytes),
                to: name(consumed.apiID))
        }
        return usage
    }
}
