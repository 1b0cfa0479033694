package import APIGateway
import CoreTypes
import ExecutionEnvironments
package import HTTPServing
package import NIOCore

/// The gateway on the loop of the functions: serves there, takes what the endpoints of all loops tell, and looks after targets.
package final class GatewayHost {
    package let service: GatewayService
    /// Of this loop.
    package let endpoint: GatewayEndpoint
    private let home: LocalGatewayHome
    private let keys: IssuerKeys
    private let security: any EndpointSecurity
    private let eventLoop: any EventLoop
    private var checks: TargetChecks?
    /// Takes what the user should know.
    package var report: (String) -> Void {
        get { self.keys.report }
        set { self.keys.report = newValue }
    }
    /// Told of every request to an API, for metrics and the bill: once it is answered, a stream at its end.
    package var onOutcome: (GatewayOutcome) -> Void = { _ in }
    /// Takes a line of an access log.
    package var logAccess: (String, GatewayOutcome?) -> Void = { _, _ in }
    /// Takes the execution log of each request where ``GatewayService`` traces them.
    package var logExecution: (String, GatewayOutcome?) -> Void = { _, _ in }
    /// Remembers what was asked and answered.
    package var history: RequestHistory?

    /// - Parameters:
    ///   - keySources: a file or an address of a key set, for each issuer of tokens that is not asked itself.
    ///   - security: for connections to endpoints and issuers.
    package init(
        _ service: GatewayService, functions: LambdaService, keySources: [String: String], security: any EndpointSecurity
    ) {
        let eventLoop = functions.eventLoop
        let client = BackendClient(eventLoop: eventLoop, security: security)
        self.service = service
        self.security = security
        self.eventLoop = eventLoop
        self.keys = IssuerKeys(sources: keySources, client: client, eventLoop: eventLoop)
        self.home = LocalGatewayHome(service: functions, keys: self.keys)
        self.endpoint = GatewayEndpoint(service: service, home: self.home, client: client, eventLoop: eventLoop)
        service.onReport { [unowned self] in self.take($0) }
    }

    /// What makes an endpoint on another loop; to be called there.
    package func endpointMaker() -> @Sendable (any EventLoop) -> GatewayEndpoint {
        let (service, homeLoop, security) = (self.service, self.eventLoop, self.security)
        let home = NIOLoopBound(self.home, eventLoop: homeLoop)
        return { eventLoop in
            GatewayEndpoint(
                service: service, home: RelayedGatewayHome(home, on: homeLoop, for: eventLoop),
                client: BackendClient(eventLoop: eventLoop, security: security), eventLoop: eventLoop)
        }
    }

    private func take(_ report: RequestBook.Report) {
        switch report {
        case .lines(let access, let execution, let outcome):
            if let access { self.logAccess(access, outcome) }
            if let execution { self.logExecution(execution, outcome) }
        case .ended(let outcome):
            self.history?.ended()
            if let outcome { self.onOutcome(outcome) }
        }
    }

    /// Takes at once what has been told so far, for those who look at it.
    package func settle() {
        for book in self.service.books { book.tell() }
    }

    // MARK: Targets

    /// Begins the health checks of target groups.
    package func follow(_ groups: [TargetGroup]) {
        guard !groups.isEmpty else { return }
        let checks = TargetChecks(state: self.service.state, client: self.endpoint.client, eventLoop: self.eventLoop)
        self.checks = checks
        checks.follow(groups)
    }

    /// Servers come or go; what that makes due is done at once.
    func changeTargets(_ change: (inout LoadBalancerState, Timestamp) -> Void) {
        self.service.state.changeLoadBalancers { change(&$0, HostClock.now()) }
        self.checks?.run()
    }

    // MARK: Tests and the end

    /// Runs a method by itself.
    func test(_ tested: TestedCall, _ completion: @escaping (MethodTestResult) -> Void) {
        let exchange = GatewayExchange(
            testing: tested.method, tested.verb, of: tested.resource, in: tested.api, with: tested.test,
            gateway: self.service.gateway, stamp: self.endpoint.makeStamp())
        GatewayConversation(exchange, endpoint: self.endpoint, client: .test(completion)).start()
    }

    /// No request comes any more.
    package func stop() {
        self.checks?.stop()
        self.endpoint.stop()
        self.settle()
    }

    /// What can't be done of a configuration, each with its place; requests that meet it are refused.
    package static func problems(_ configuration: GatewayConfiguration, keySources: [String: String]) -> [GatewayProblem] {
        configuration.apis.flatMap { api in
            api.authorizers.flatMap { authorizer in
                authorizer.tokenIssuers.compactMap { IssuerKeys.problem(issuer: $0, sources: keySources) }.map {
                    GatewayProblem(apiID: api.id, place: "authorizer \(authorizer.name)", reason: $0)
                }
            }
        }
    }
}
