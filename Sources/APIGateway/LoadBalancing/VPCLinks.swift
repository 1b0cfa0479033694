import CoreTypes

/// VPC links with the listeners that they lead to.
struct VPCLinks: Sendable {
    private let links: [String: VPCLink]
    private let loadBalancers: [String: LoadBalancer]
    private let listeners: [String: (listener: LoadBalancer.Listener, kind: LoadBalancer.Kind)]

    init(_ configuration: GatewayConfiguration) {
        self.links = Dictionary(configuration.vpcLinks.map { ($0.id, $0) }) { first, _ in first }
        self.loadBalancers = Dictionary(configuration.loadBalancers.map { ($0.arn, $0) }) { first, _ in first }
        var listeners: [String: (LoadBalancer.Listener, LoadBalancer.Kind)] = [:]
        for balancer in configuration.loadBalancers {
            for listener in balancer.listeners { listeners[listener.arn] = (listener, balancer.kind) }
        }
        self.listeners = listeners
    }

    /// REST: the listener of the link's load balancer on a port. `nil`: the link failed, or nothing listens there.
    func listener(link id: String, target: String?, port: Int) -> LoadBalancer.Listener? {
        guard case .loadBalancers(let arns)? = self.links[id]?.kind else { return nil }
        return (target.map { [$0] } ?? arns).lazy.compactMap { self.loadBalancers[$0] }.flatMap(\.listeners)
            .first { $0.port == port }
    }

    func listener(arn: String) -> (listener: LoadBalancer.Listener, kind: LoadBalancer.Kind)? { self.listeners[arn] }
}
