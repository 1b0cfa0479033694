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
    /// Of the listener that speaks TLS.
    private let securePort: Int?
    /// Secrets of access keys.
    private let credentials: [String: String]
    /// Replaced as a whole with each deployment.
    package var gateway: Gateway
    /// Outlives deployments.
    package var state: GatewayState
    let client: BackendClient
    let keys: IssuerKeys
    private var checks: TargetChecks?
    /// Where services answer: the host's AWS endpoint.
    package var awsAddress: TargetAddress?
    /// Takes what the user should know.
    package var report: (String) -> Void {
        get { self.keys.report }
        set { self.keys.report = newValue }
    }
    /// Told of every request to an API, for metrics and the bill: once it is answered, a stream at its end.
    package var onOutcome: (GatewayOutcome) -> Void = { _ in }
    /// Takes a line of an access log.
    package var logAccess: (String, GatewayOutcome?) -> Void = { _, _ in }
    /// Takes the execution log of each request; `nil`: none is written.
    package var logExecution: ((String, GatewayOutcome?) -> Void)?
    /// Remembers what was asked and answered.
    package var history: RequestHistory?

    /// - Parameters:
    ///   - credentials: secrets of the access keys whose signatures are good.
    ///   - keySources: a file or an address of a key set, for each issuer of tokens that is not asked itself.
    ///   - security: for connections to endpoints and issuers.
    package init(
        service: LambdaService, gateway: Gateway, state: GatewayState, port: Int, securePort: Int?,
        credentials: [String: String], keySources: [String: String], security: any EndpointSecurity
    ) {
        self.credentials = credentials
        self.service = service
        self.gateway = gateway
        self.state = state
        self.port = port
        self.securePort = securePort
        self.client = BackendClient(eventLoop: service.eventLoop, security: security)
        self.keys = IssuerKeys(sources: keySources, client: self.client, eventLoop: service.eventLoop)
    }

    /// A call of a service, as a request to the host's own AWS endpoint; `nil` where there is none.
    func serviceRequest(_ request: ServiceRequest) -> BackendRequest? {
        guard let awsAddress else { return nil }
        // The endpoint tells services apart by what is signed for; it checks no signature.
        let scope =
            "\(HostClock.now().iso8601.prefix(10).replacing("-", with: ""))/\(request.region)/\(request.service)/aws4_request"
        let own = [
            HTTPHeader("Host", "\(awsAddress)"),
            HTTPHeader("Authorization", "\(SigV4.algorithm) Credential=MARTLET/\(scope), SignedHeaders=host, Signature=0"),
        ]
        return BackendRequest(
            service: request, at: awsAddress, headers: own + request.headers.filter { !$0.isNamed("host") })
    }

    /// Begins the health checks of target groups.
    package func follow(_ groups: [TargetGroup]) {
        guard !groups.isEmpty else { return }
        let checks = TargetChecks(endpoint: self, client: self.client, eventLoop: self.service.eventLoop)
        self.checks = checks
        checks.follow(groups)
    }

    /// Servers come or go; what that makes due is done at once.
    func changeTargets(_ change: (inout LoadBalancerState, Timestamp) -> Void) {
        change(&self.state.loadBalancers, HostClock.now())
        self.checks?.run()
    }

    /// No request comes any more.
    package func stop() {
        self.checks?.stop()
        self.client.stop()
    }

    /// What this listener can't do of a configuration, each with its place; requests that meet it are refused.
    package static func problems(_ configuration: GatewayConfiguration, keySources: [String: String]) -> [GatewayProblem] {
        configuration.apis.flatMap { api in
            api.authorizers.flatMap { authorizer in
                authorizer.tokenIssuers.compactMap { IssuerKeys.problem(issuer: $0, sources: keySources) }.map {
                    GatewayProblem(apiID: api.id, place: "authorizer \(authorizer.name)", reason: $0)
                }
            }
        }
    }

    package func plan(for head: HTTPRequestHead, on connection: HTTPConnection) -> HTTPBodyPlan {
        .collect(limit: GatewayLimits.payloadBytes)
    }

    package func handle(_ request: HTTPRequest, on connection: HTTPConnection) {
        let exchange = self.makeExchange(request.head, body: Array(buffer: request.body), on: connection)
        GatewayConversation(exchange, endpoint: self, client: .connection(connection)).start()
    }

    /// Runs a method by itself.
    func test(_ tested: TestedCall, _ completion: @escaping (MethodTestResult) -> Void) {
        let exchange = GatewayExchange(
            testing: tested.method, tested.verb, of: tested.resource, in: tested.api, with: tested.test, gateway: self.gateway,
            stamp: self.makeStamp())
        GatewayConversation(exchange, endpoint: self, client: .test(completion)).start()
    }

    package func refuseBody(of head: HTTPRequestHead, limit: Int, on connection: HTTPConnection) {
        let exchange = self.makeExchange(head, body: [], on: connection)
        if case .respond(let response) = exchange.refuse(.payloadTooLarge, at: HostClock.now()) {
            connection.respond(with: response)
            self.log(exchange)
            self.ended(exchange, response)
        }
    }

    /// - Parameter streamedBytes: what followed the head of a stream.
    func ended(_ exchange: GatewayExchange, _ response: GatewayResponse, streamedBytes: Int = 0) {
        self.history?.append(exchange, response, streamedBytes: streamedBytes)
        if let outcome = exchange.outcome { self.onOutcome(outcome.streaming(streamedBytes)) }
    }

    /// Writes the lines of a request whose answer begins.
    func log(_ exchange: GatewayExchange) {
        if let line = exchange.accessLogLine { self.logAccess(line, exchange.outcome) }
        if let logExecution, let log = exchange.executionLog {
            logExecution(log.text(requestID: exchange.stamp.requestID), exchange.outcome)
        }
    }

    private func makeExchange(_ head: HTTPRequestHead, body: [UInt8], on connection: HTTPConnection) -> GatewayExchange {
        var request = GatewayRequest(
            method: head.method.rawValue, target: head.uri, headers: head.headers.map { HTTPHeader($0.name, $0.value) },
            sourceIP: connection.remoteIPAddress ?? "127.0.0.1")
        request.port = self.port
        if let security = connection.security {
            request.scheme = "https"
            request.port = self.securePort ?? self.port
            request.serverName = security.serverName
            request.clientCertificateRefusal = security.peer?.refusal
            request.clientCertificate = security.peer.flatMap { $0.refusal == nil ? ClientCertificate($0) : nil }
        }
        return GatewayExchange(
            gateway: self.gateway, request: request, body: body, stamp: self.makeStamp(),
            logsExecution: self.logExecution != nil || self.history?.wantsExecutionLogs == true)
    }

    private func makeStamp() -> RequestStamp { self.service.withRandom { RequestStamp(time: HostClock.now(), using: &$0) } }

    /// Checks the signature of a request to a function URL or a method with `AWS_IAM`.
    func verifySignature(_ request: GatewayRequest, body: [UInt8], isURL: Bool) -> GatewayEvent {
        let signatures = SigV4(service: isURL ? "lambda" : "execute-api") { [credentials] in credentials[$0] }
        let verified = body.withUnsafeBytes { bytes in
            Result { () throws(SigV4.Fault) in try signatures.verify(request, body: bytes, now: HostClock.now()) }
        }
        let key: String
        switch verified {
        case .success(let signer): key = signer
        case .failure(let fault): return .signatureRefused(.invalid(code: fault.code, message: fault.message))
        }
        // Whoever has an access key is the account's own user of that name.
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
