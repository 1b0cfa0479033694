package import CoreTypes

/// What became of a request to an API, for metrics: there once it is answered.
package struct GatewayOutcome: Hashable, Sendable {
    package let kind: API.Kind
    package let apiID: String
    package let apiName: String
    /// `nil` where no method was found.
    package let stage: String?
    package let status: Int
    package let time: Timestamp
    /// From the request's arrival to the answer.
    package let latency: Duration
    /// From the call of the backend to its answer; `nil` where none was called.
    package let integrationLatency: Duration?
    package let requestBytes: Int
    package let responseBytes: Int

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
    }
}
