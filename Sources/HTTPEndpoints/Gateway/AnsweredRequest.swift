import APIGateway
import CoreTypes

/// A request to an API or a function URL with its answer, kept as the gateway left it and read only for those who ask.
///
/// JUSTIFICATION of `@unchecked Sendable`: an exchange that is over is not touched again by its conversation. From then on only the
/// console's loop reads it.
final class AnsweredRequest: @unchecked Sendable {
    /// From 1; never given twice by one host.
    let number: UInt64
    let exchange: GatewayExchange
    let response: GatewayResponse
    /// What followed the response as a stream, which is not kept.
    let streamedBytes: Int
    let answeredAt: Timestamp

    /// Of one request, about: what the gateway made of it on its way.
    private static let bytesBesideBodies = 2_048

    init(number: UInt64, exchange: GatewayExchange, response: GatewayResponse, streamedBytes: Int, answeredAt: Timestamp) {
        self.number = number
        self.exchange = exchange
        self.response = response
        self.streamedBytes = streamedBytes
        self.answeredAt = answeredAt
    }

    var outcome: GatewayOutcome? { self.exchange.outcome?.streaming(self.streamedBytes) }
    var responseBytes: Int { self.response.body.count + self.streamedBytes }
    /// What it takes of memory, roughly.
    var bytes: Int { Self.bytesBesideBodies + self.exchange.body.count + self.response.body.count }
    var milliseconds: Double { (self.answeredAt - self.exchange.stamp.time).milliseconds }
}
