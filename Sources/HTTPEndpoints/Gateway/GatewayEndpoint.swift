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
    /// Secrets of access keys. Empty: any signature is good.
    private let credentials: [String: String]
    /// Replaced as a whole with each deployment.
    package var gateway: Gateway
    /// Outlives deployments.
    package var state = GatewayState()

    package init(service: LambdaService, gateway: Gateway, port: Int, credentials: [String: String] = [:]) {
        self.credentials = credentials
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

    /// Checks the signature of a request to a function URL or a method with `AWS_IAM`.
    func verifySignature(_ request: GatewayRequest, body: [UInt8], isURL: Bool) -> GatewayEvent {
        let key: String
        if self.credentials.isEmpty {
            // Whoever names an access key is the account's own user of that name.
            key = Signature.accessKey(of: request) ?? "unknown"
        } else {
            let signatures = SigV4(service: isURL ? "lambda" : "execute-api") { [credentials] in credentials[$0] }
            do throws(SigV4.Fault) {
                key = try body.withUnsafeBytes { bytes throws(SigV4.Fault) in
                    try signatures.verify(request, body: bytes, now: HostClock.now())
                }
            } catch {
                return .signatureRefused(.invalid(code: error.code, message: error.message))
            }
        }
        let account = self.gateway.place.accountID
        return .signatureVerified(
            IAMIdentity(accessKey: key, accountID: account, userID: key, userARN: "arn:aws:iam::\(account):user/\(key)"))
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
