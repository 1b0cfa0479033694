import APIGateway
import CoreTypes

/// The latest requests to APIs and function URLs with their answers, from the books of all loops of the gateway. Lives on the
/// event loop of the console.
package final class RequestHistory {
    /// Requests under way whose client asked for their steps.
    var readers = 0 {
        didSet { self.tellReaders() }
    }

    private let feed: EventFeed
    private let gateway: GatewayService
    /// Numbers up to this one were forgotten by a reset.
    private var forgotten: UInt64 = 0

    package init(gateway: GatewayService, feed: EventFeed) {
        self.gateway = gateway
        self.feed = feed
        feed.onClients = { [weak self] in self?.tellReaders() }
    }

    private func tellReaders() { self.gateway.setHasReaders(self.readers > 0 || self.feed.hasClients) }

    /// A request more is over.
    func ended() { self.feed.changed(.requests) }

    func removeAll() {
        for book in self.gateway.books { book.removeRecords() }
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

        func matches(_ record: AnsweredRequest) -> Bool {
            if let status {
                let text = "\(record.response.status)"
                guard text == status || status.hasSuffix("xx") && text.prefix(1) == status.prefix(1) else { return false }
            }
            return self.apiID.map { $0 == record.exchange.summary.apiID } ?? true
        }
    }

    /// The newest first, with the count of all that match.
    func page(_ query: Query) -> (total: Int, records: [AnsweredRequest]) {
        let matching = self.records.filter { $0.number <= query.through ?? .max && query.matches($0) }
        return (matching.count, Array(matching.dropFirst(query.offset).prefix(query.limit)))
    }

    /// By number, or by the id that its client was told.
    func record(_ id: String) -> AnsweredRequest? {
        if let number = UInt64(id) { return self.records.first { $0.number == number } }
        return self.records.first { $0.exchange.summary.requestID == id }
    }

    /// The newest first.
    private var records: [AnsweredRequest] {
        self.gateway.books.flatMap(\.records).sorted { $0.number > $1.number }
    }

    /// How many are kept at most.
    var requestsMax: Int { RequestBook.requestsMax * self.gateway.books.count }

    var lastNumber: UInt64 { self.gateway.lastNumber }

    /// That were answered since the start or the last reset; not all of them are kept.
    var total: UInt64 { self.lastNumber - self.forgotten }
}
