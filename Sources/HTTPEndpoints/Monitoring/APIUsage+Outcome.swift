package import APIGateway
package import Billing
package import CoreTypes

extension APIUsage.Event {
    /// What is billed of a request.
    /// - Parameters:
    ///   - api: the API's name for a reader.
    ///   - time: of the end of its answer.
    package init(_ outcome: GatewayOutcome, api: String, at time: Timestamp) {
        self.init(
            time: time, key: APIUsage.Key(api: api, kind: outcome.kind == .rest ? .rest : .http), status: outcome.status,
            requestBytes: outcome.requestBytes, responseBytes: outcome.responseBytes, isCharged: outcome.isCharged)
    }
}
