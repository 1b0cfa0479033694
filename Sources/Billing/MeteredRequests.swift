/// Requests to a queue, as they are billed: an empty receive is one like any other, and a batch of ten is one too (Amazon SQS
/// pricing, "Requests").
package struct QueueRequests: Hashable, Sendable {
    /// Of 64 KB, at least one a request.
    package var standardUnits: Int
    package var fifoUnits: Int
    /// Requests that carry the surcharge of fair queues.
    package var fairRequests: Int

    package init(standardUnits: Int = 0, fifoUnits: Int = 0, fairRequests: Int = 0) {
        self.standardUnits = standardUnits
        self.fifoUnits = fifoUnits
        self.fairRequests = fairRequests
    }

    /// A request's units: each 64 KB of payload that it begins (Amazon SQS pricing: 256 KB are four requests, as is known from
    /// reports of June 2026).
    package static func units(forBytes bytes: Int) -> Int { max(1, (bytes + 65_535) / 65_536) }

    func forEachUsage(_ use: (PricedItem, Int128) -> Void) {
        use(.queueRequests, Int128(self.standardUnits))
        use(.fifoQueueRequests, Int128(self.fifoUnits))
        use(.fairQueueRequests, Int128(self.fairRequests))
    }

    /// At the first tier, before the month's free requests.
    package func cost(_ prices: PriceTable) -> Money {
        prices.queueRequests.amount(for: Int128(self.standardUnits))
            + prices.fifoQueueRequests.amount(for: Int128(self.fifoUnits))
            + prices.fairQueueSurcharge.amount(for: Int128(self.fairRequests))
    }
}

/// Requests to an API, as they are billed.
package struct APIRequests: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        case rest, http
    }

    /// What API Gateway takes and gives at most: 10 MB (API Gateway quotas, "Payload size").
    package static let payloadLimit = 10_485_760

    package var kind: Kind
    /// One a request of a REST API; each 512 KB that a request of an HTTP API begins.
    package var units: Int
    /// What went out to clients, which data transfer is paid for.
    package var responseBytes: Int

    package init(kind: Kind, units: Int, responseBytes: Int = 0) {
        self.kind = kind
        self.units = units
        self.responseBytes = responseBytes
    }

    /// HTTP APIs are metered in increments of 512 KB, so that 513 KB are two requests (Amazon API Gateway pricing, and the AWS
    /// whitepaper on private APIs). AWS doesn't say of what; we take the larger one of request and response, as each of them by
    /// itself is a payload.
    package static func units(_ kind: Kind, requestBytes: Int, responseBytes: Int) -> Int {
        kind == .rest ? 1 : max(1, (max(requestBytes, responseBytes) + 524_287) / 524_288)
    }

    func forEachUsage(_ use: (PricedItem, Int128) -> Void) {
        use(self.kind == .rest ? .restAPIRequests : .httpAPIRequests, Int128(self.units))
        if self.responseBytes > 0 { use(.dataTransferOut, Int128(self.responseBytes)) }
    }
}
