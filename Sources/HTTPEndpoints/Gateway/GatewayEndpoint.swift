import APIGateway
import CoreTypes
import ExecutionEnvironments
package import HTTPServing
import NIOCore
package import NIOHTTP1

/// Serves the APIs of a deployment and function URLs on one event loop: decodes a request, and does what its exchange says until
/// it answers. What needs no function is answered without leaving the loop.
package final class GatewayEndpoint: HTTPService {
    let service: GatewayService
    let home: any GatewayHome
    let client: BackendClient
    let timeouts: GatewayTimeouts
    private let book: RequestBook
    private var random = BufferedRandom()

    init(service: GatewayService, home: any GatewayHome, client: BackendClient, eventLoop: any EventLoop) {
        self.service = service
        self.book = service.openBook()
        self.home = home
        self.client = client
        self.timeouts = GatewayTimeouts(eventLoop: eventLoop)
    }

    /// No request comes any more.
    package func stop() { self.client.stop() }

    package func plan(for head: HTTPRequestHead, on connection: HTTPConnection) -> HTTPBodyPlan {
        .collect(limit: GatewayLimits.payloadBytes)
    }

    package func handle(_ request: HTTPRequest, on connection: HTTPConnection) {
        let exchange = self.makeExchange(request.head, body: Array(buffer: request.body), on: connection)
        GatewayConversation(exchange, endpoint: self, client: .connection(connection)).start()
    }

    package func refuseBody(of head: HTTPRequestHead, limit: Int, on connection: HTTPConnection) {
        let exchange = self.makeExchange(head, body: [], on: connection)
        if case .respond(let response) = exchange.refuse(.payloadTooLarge, at: HostClock.now()) {
            self.tellLines(exchange)
            self.tellEnd(exchange, response)
            connection.respond(with: response)
        }
    }

    /// - Parameter streamedBytes: what followed the head of a stream.
    func tellEnd(_ exchange: GatewayExchange, _ response: GatewayResponse, streamedBytes: Int = 0) {
        self.book.note(
            AnsweredRequest(
                number: self.service.nextNumber(), exchange: exchange, response: response, streamedBytes: streamedBytes,
                answeredAt: HostClock.now()))
    }

    /// The lines of a request whose answer begins.
    func tellLines(_ exchange: GatewayExchange) {
        let access = exchange.accessLogLine
        let execution = self.service.tracesRequests ? exchange.executionLog?.text(requestID: exchange.stamp.requestID) : nil
        guard access != nil || execution != nil else { return }
        self.book.note(access: access, execution: execution, exchange.outcome)
    }

    private func makeExchange(_ head: HTTPRequestHead, body: [UInt8], on connection: HTTPConnection) -> GatewayExchange {
        var request = GatewayRequest(
            method: head.method.rawValue, target: head.uri, headers: head.headers.map { HTTPHeader($0.name, $0.value) },
            sourceIP: connection.remoteIPAddress ?? "127.0.0.1")
        request.port = self.service.port
        if let security = connection.security {
            request.scheme = "https"
            request.port = self.service.securePort ?? self.service.port
            request.serverName = security.serverName
            request.clientCertificateRefusal = security.peer?.refusal
            request.clientCertificate = security.peer.flatMap { $0.refusal == nil ? ClientCertificate($0) : nil }
        }
        return GatewayExchange(
            gateway: self.service.gateway, request: request, body: body, stamp: self.makeStamp(),
            logsExecution: self.service.logsExecution)
    }

    func makeStamp() -> RequestStamp { RequestStamp(time: HostClock.now(), using: &self.random) }

    func makeRequestID() -> RequestID { RequestID(using: &self.random) }

    /// A call of a service, as a request to the host's own AWS endpoint.
    func serviceRequest(_ request: ServiceRequest) -> BackendRequest {
        // The endpoint tells services apart by what is signed for; it checks no signature.
        let scope =
            "\(HostClock.now().iso8601.prefix(10).replacing("-", with: ""))/\(request.region)/\(request.service)/aws4_request"
        let own = [
            HTTPHeader("Host", "\(self.service.awsAddress)"),
            HTTPHeader("Authorization", "\(SigV4.algorithm) Credential=MARTLET/\(scope), SignedHeaders=host, Signature=0"),
        ]
        return BackendRequest(
            service: request, at: self.service.awsAddress, headers: own + request.headers.filter { !$0.isNamed("host") })
    }

    /// Checks the signature of a request to a function URL or a method with `AWS_IAM`.
    func verifySignature(_ request: GatewayRequest, body: [UInt8], isURL: Bool) -> GatewayEvent {
        let credentials = self.service.credentials
        let signatures = SigV4(
            service: isURL ? "lambda" : "execute-api", region: self.service.gateway.place.region
        ) { credentials[$0] }
        let verified = body.withUnsafeBytes { bytes in
            Result { () throws(SigV4.Fault) in try signatures.verify(request, body: bytes, now: HostClock.now()) }
        }
        let key: String
        switch verified {
        case .success(let signer): key = signer
        case .failure(.expiredKey): return .signatureRefused(.expiredToken)
        case .failure(let fault): return .signatureRefused(.invalid(code: fault.code, message: fault.message))
        }
        // Whoever has an access key is the user of that name of the key's account.
        let account = credentials[key]?.accountID ?? self.service.gateway.place.accountID
        return .signatureVerified(
            IAMIdentity(
                accessKey: key, accountID: account, userID: key, userARN: "arn:aws:iam::\(account):user/\(key)",
                policy: credentials[key]?.policy))
    }
}

extension ClientCertificate {
    fileprivate init(_ peer: PeerCertificate) {
        self.init(
            pem: peer.pem, subjectDN: peer.subject, issuerDN: peer.issuer, serialNumber: peer.serialNumber,
            notBefore: peer.notBefore, notAfter: peer.notAfter)
    }
}

extension HTTPConnection {
    func respond(with response: GatewayResponse) {
        let body =
            switch (response.coding, response.body) {
            case (let coding?, let body): ByteBuffer(bytes: coding.compress(body.bytes))
            case (nil, .text(let text)): ByteBuffer(string: text)
            case (nil, .bytes(let bytes)): ByteBuffer(bytes: bytes)
            }
        self.respond(status: HTTPResponseStatus(statusCode: response.status), body: body) { head in
            for header in response.headers { head.writeForeignHeader(header.name, header.value) }
            head.writeHeader("date" as StaticString, HTTPDate.now)
        }
    }
}
