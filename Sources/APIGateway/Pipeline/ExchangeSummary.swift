import CoreTypes

/// What a request was and came to, for people who look at it when it is over.
package struct ExchangeSummary: Hashable, Sendable {
    /// The id that the client was told: `x-amzn-RequestId` or `apigw-requestid`.
    package let requestID: String
    /// `nil` for a function URL, and where no API was found.
    package let api: API.Kind?
    package let apiID: String?
    package let stage: String?
    /// `GET /orders/{id}`; `nil` where no route matched.
    package let routeKey: String?
    /// Of the response, which may say more than the client was told.
    package let error: String?
    /// `nil` where no integration was asked.
    package let integrationMilliseconds: Int?
    /// `nil` where no method was found, and so nothing was measured.
    package let milliseconds: Int?
}

extension GatewayExchange {
    package var summary: ExchangeSummary {
        let record = self.context?.record
        return ExchangeSummary(
            requestID: self.door == .http ? self.stamp.extendedRequestID : self.stamp.requestID.description, api: self.api?.kind,
            apiID: self.api?.id ?? self.url?.id, stage: self.context?.stage.name, routeKey: self.context?.served.routeKey,
            error: record?.integrationError ?? record?.authorizerError
                ?? record?.firewall.flatMap { $0.isBlocked ? $0.text : nil },
            integrationMilliseconds: record?.integrationLatencyMilliseconds, milliseconds: record?.responseLatencyMilliseconds)
    }
}
