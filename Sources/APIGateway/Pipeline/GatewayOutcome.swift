package import CoreTypes

/// What became of a request to an API, for metrics and the bill: there once it is answered.
package struct GatewayOutcome: Hashable, Sendable {
    package let kind: API.Kind
    package let apiID: String
    package let apiName: String
    /// `nil` where none was found.
    package let stage: String?
    package let status: Int
    package let time: Timestamp
    /// From the request's arrival to the answer.
    package let latency: Duration
    /// From the call of the backend to its answer; `nil` where none was called.
    package let integrationLatency: Duration?
    package let requestBytes: Int
    /// Of the body, as far as it was known when the answer began.
    package private(set) var responseBytes: Int
    /// See ``GatewayFault/isCharged``.
    package let isCharged: Bool

    /// `nil` for function URLs and for requests that meant no API.
    init?(_ exchange: GatewayExchange, _ response: GatewayResponse, at now: Timestamp) {
        guard exchange.url == nil, let api = exchange.api else { return nil }
        self.kind = api.kind
        self.apiID = api.id
        self.apiName = api.name
        self.stage = exchange.context?.stage.name
        self.status = response.status
        self.time = exchange.stamp.time
        self.latency = now - exchange.stamp.time
        self.integrationLatency = exchange.integrationLatency
        self.requestBytes = exchange.body.count
        self.responseBytes = response.body.count
        self.isCharged = exchange.fault?.isCharged ?? true
    }

    /// With the bytes that followed the head of a stream.
    package func streaming(_ bytes: Int) -> GatewayOutcome {
        var outcome = self
        outcome.responseBytes += bytes
        return outcome
    }
}
