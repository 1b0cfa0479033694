package import APIGateway
import CoreTypes
import ExecutionEnvironments
package import HTTPServing
import LambdaCore
import NIOCore
package import NIOHTTP1

/// Serves the APIs of a deployment and function URLs: decodes a request, and does what its exchange says until it answers.
package final class GatewayEndpoint: HTTPService {
    let service: LambdaService
    private let port: Int
    /// Replaced as a whole with each deployment.
    package var gateway: Gateway
    /// Outlives deployments.
    package var state = GatewayState()

    package init(service: LambdaService, gateway: Gateway, port: Int) {
        self.service = service
        self.gateway = gateway
        self.port = port
    }

    package func plan(for head: HTTPRequestHead, on connection: HTTPConnection) -> HTTPBodyPlan {
        .collect(limit: GatewayLimits.payloadBytes)
    }

    package func handle(_ request: HTTPRequest, on connection: HTTPConnection) {
        let exchange = self.makeExchange(request.head, body: Array(buffer: request.body), on: connection)
        GatewayConversation(exchange, endpoint: self, connection: connection).start()
    }

    package func refuseBody(of head: HTTPRequestHead, limit: Int, on connection: HTTPConnection) {
        var exchange = self.makeExchange(head, body: [], on: connection)
        if case .respond(let response) = exchange.refuse(.payloadTooLarge, at: HostClock.now()) {
            connection.respond(with: response)
        }
    }

    private func makeExchange(_ head: HTTPRequestHead, body: [UInt8], on connection: HTTPConnection) -> GatewayExchange {
        var request = GatewayRequest(
            method: head.method.rawValue, target: head.uri, headers: head.headers.map { HTTPHeader($0.name, $0.value) },
            sourceIP: connection.remoteAddress?.ipAddress ?? "127.0.0.1")
        request.port = self.port
        let stamp = self.service.withRandom { RequestStamp(time: HostClock.now(), using: &$0) }
        return GatewayExchange(gateway: self.gateway, request: request, body: body, stamp: stamp)
    }

    /// Whether a function's URL has `InvokeMode: RESPONSE_STREAM`.
    func streams(_ call: FunctionCall) -> Bool {
        let urls = self.service.registry.records[call.functionName]?.urls
        return urls?[call.qualifier ?? FunctionVersion.latest]?.configuration.invokeMode == .responseStream
    }
}

extension HTTPConnection {
    func respond(with response: GatewayResponse) {
        let body =
            switch response.body {
            case .text(let text): ByteBuffer(string: text)
            case .bytes(let bytes): ByteBuffer(bytes: bytes)
            }
        self.respond(status: HTTPResponseStatus(statusCode: response.status), body: body) { head in
            for header in response.headers { head.writeForeignHeader(header.name, header.value) }
            head.writeHeader("date" as StaticString, HTTPDate.now)
        }
    }
}
