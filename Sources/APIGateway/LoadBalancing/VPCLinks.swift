import CoreTypes

/// VPC links with the listeners that they lead to.
struct VPCLinks: Sendable {
    private let links: [String: VPCLink]
    private let loadBalancers: [String: LoadBalancer]
    private let listeners: [String: (listener: LoadBalancer.Listener, kind: LoadBalancer.Kind)]
    /// Target groups whose targets are spoken to in TLS.
    private let encryptedGroups: Set<String>

    init(_ configuration: GatewayConfiguration) {
        self.links = Dictionary(configuration.vpcLinks.map { ($0.id, $0) }) { first, _ in first }
        self.loadBalancers = Dictionary(configuration.loadBalancers.map { ($0.arn, $0) }) { first, _ in first }
        var listeners: [String: (LoadBalancer.Listener, LoadBalancer.Kind)] = [:]
        for balancer in configuration.loadBalancers {
            for listener in balancer.listeners { listeners[listener.arn] = (listener, balancer.kind) }
        }
        self.listeners = listeners
        let encrypted = configuration.targetGroups.filter { $0.protocolName == "TLS" || $0.protocolName == "HTTPS" }
        self.encryptedGroups = Set(encrypted.map(\.arn))
    }

    /// REST: the listener of the link's load balancer on a port. `nil`: the link failed, or nothing listens there.
    func listener(link id: String, target: String?, port: Int) -> LoadBalancer.Listener? {
        guard case .loadBalancers(let arns)? = self.links[id]?.kind else { return nil }
        return (target.map { [$0] } ?? arns).lazy.compactMap { self.loadBalancers[$0] }.flatMap(\.listeners)
            .first { $0.port == port }
    }

    /// How a target is spoken to by whom a listener forwards: a listener of TLS decrypts, and encrypts anew where the group says
    /// so; one of TCP hands on what it gets, so that the target is whom the gateway talks to. `nil`: in plain HTTP.
    /// - Throws: where gateway and listener don't speak the same.
    func security(
        from gateway: BackendSecurity?, behind listener: LoadBalancer.Listener, group: String
    ) throws(GatewayFault) -> BackendSecurity? {
        let expectsTLS: Bool
        switch listener.protocolName {
        case "TLS", "HTTPS": expectsTLS = true
        case "HTTP": expectsTLS = false
        default: return gateway
        }
        guard expectsTLS == (gateway != nil) else { throw .linkUnavailable }
        return self.encryptedGroups.contains(group)
            ? BackendSecurity(serverName: gateway?.serverName ?? "localhost", verification: .none) : nil
    }

    func listener(arn: String) -> (listener: LoadBalancer.Listener, kind: LoadBalancer.Kind)? { self.listeners[arn] }
}
