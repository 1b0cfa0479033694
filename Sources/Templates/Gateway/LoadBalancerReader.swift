import APIGateway

/// VPC links and what is behind them: load balancers, listeners, rules, target groups (CloudFormation template reference,
/// `AWS::ElasticLoadBalancingV2`).
struct LoadBalancerReader {
    let evaluation: Evaluation

    func read(into configuration: inout GatewayConfiguration) {
        configuration.targetGroups = GatewayReader.resources("AWS::ElasticLoadBalancingV2::TargetGroup", in: self.evaluation)
            .compactMap { TargetGroupReader(evaluation: self.evaluation, resource: $0).read() }
        configuration.loadBalancers = GatewayReader.resources("AWS::ElasticLoadBalancingV2::LoadBalancer", in: self.evaluation)
            .map(self.loadBalancer)
        let groups = Set(configuration.targetGroups.map(\.arn))
        for resource in GatewayReader.resources("AWS::ElasticLoadBalancingV2::Listener", in: self.evaluation) {
            self.readListener(resource, groups, into: &configuration)
        }
        for resource in GatewayReader.resources("AWS::ElasticLoadBalancingV2::ListenerRule", in: self.evaluation) {
            self.readRule(resource, groups, into: &configuration)
        }
        self.readLinks(into: &configuration)
    }

    // MARK: Links

    private func readLinks(into configuration: inout GatewayConfiguration) {
        for resource in GatewayReader.resources("AWS::ApiGateway::VpcLink", in: self.evaluation) {
            let reader = PropertyReader(self.evaluation, resource)
            reader.check(PropertyTable(emulated: ["Name", "TargetArns"], ignorable: ["Description", "Tags"]))
            let arns = reader.texts("TargetArns") ?? []
            if arns.count != 1 {
                reader.error("A VPC link has one network load balancer as its target; these are \(arns.count).", at: "TargetArns")
            }
            for arn in arns where self.evaluation.diagnostics.errors.isEmpty {
                let balancer = configuration.loadBalancers.first { $0.arn == arn }
                if balancer == nil { reader.notice("\(arn) is not in this template; its requests fail.", at: "TargetArns") }
                if let balancer, balancer.kind != .network {
                    reader.error(
                        "The VPC link of a REST API needs a load balancer of type network; \(balancer.name) is of type \(balancer.kind.rawValue).",
                        at: "TargetArns")
                }
            }
            configuration.vpcLinks.append(
                VPCLink(
                    id: self.evaluation.gatewayID(of: resource, length: 6), logicalID: resource.logicalID,
                    name: reader.text("Name") ?? resource.logicalID, kind: .loadBalancers(arns: arns)))
        }
        for resource in GatewayReader.resources("AWS::ApiGatewayV2::VpcLink", in: self.evaluation) {
            let reader = PropertyReader(self.evaluation, resource)
            reader.check(PropertyTable(emulated: ["Name", "SubnetIds", "SecurityGroupIds"], ignorable: ["Tags"]))
            configuration.vpcLinks.append(
                VPCLink(
                    id: self.evaluation.gatewayID(of: resource, length: 6), logicalID: resource.logicalID,
                    name: reader.text("Name") ?? resource.logicalID,
                    kind: .subnets(
                        ids: reader.texts("SubnetIds") ?? [], securityGroupIDs: reader.texts("SecurityGroupIds") ?? [])))
        }
    }

    // MARK: Load balancers

    private func loadBalancer(_ resource: Resource) -> LoadBalancer {
        let reader = PropertyReader(self.evaluation, resource)
        reader.check(
            PropertyTable(
                emulated: ["Name", "Type"],
                ignorable: [
                    "Scheme", "Subnets", "SubnetMappings", "SecurityGroups", "Tags", "IpAddressType", "LoadBalancerAttributes",
                    "EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic", "MinimumLoadBalancerCapacity",
                    "EnableCapacityReservationProvisionStabilize", "EnablePrefixForIpv6SourceNat", "Ipv4IpamPoolId",
                ]))
        return LoadBalancer(
            arn: self.evaluation.balancingARN(of: resource), logicalID: resource.logicalID,
            name: self.evaluation.physicalName(of: resource),
            kind: reader.choice("Type", of: LoadBalancer.Kind.allCases) ?? .application,
            dnsName: self.evaluation.balancerDNSName(of: resource))
    }

    private static let protocols = ["HTTP", "HTTPS", "TCP", "TLS", "UDP", "TCP_UDP", "QUIC", "TCP_QUIC"]

    private func readListener(_ resource: Resource, _ groups: Set<String>, into configuration: inout GatewayConfiguration) {
        let reader = PropertyReader(self.evaluation, resource)
        reader.check(
            PropertyTable(
                emulated: ["LoadBalancerArn", "Port", "Protocol", "DefaultActions"],
                ignorable: ["Certificates", "SslPolicy", "ListenerAttributes", "AlpnPolicy"],
                unemulated: ["MutualAuthentication"]))
        guard let arn = reader.required("LoadBalancerArn") else { return }
        guard let place = configuration.loadBalancers.firstIndex(where: { $0.arn == arn }) else {
            reader.error("\(arn) is no load balancer of this template. Use !Ref of one.", at: "LoadBalancerArn")
            return
        }
        guard reader.required("Port") != nil, let port = reader.integer("Port", in: 1...65_535) else { return }
        let isNetwork = configuration.loadBalancers[place].kind == .network
        let protocolName = reader.text("Protocol") ?? (isNetwork ? "TCP" : "HTTP")
        if !Self.protocols.contains(protocolName) || isNetwork == protocolName.hasPrefix("HTTP") {
            reader.error(
                "A listener of this load balancer has the protocol \(isNetwork ? "TCP, TLS, UDP or TCP_UDP" : "HTTP or HTTPS"); this is \"\(protocolName)\".",
                at: "Protocol")
        } else if ["UDP", "TCP_UDP", "QUIC", "TCP_QUIC"].contains(protocolName) {
            reader.notice("Listeners speak TCP, TLS or HTTP here, not \(protocolName).", at: "Protocol")
        }
        if configuration.loadBalancers[place].listeners.contains(where: { $0.port == port }) {
            reader.error("A listener already exists on this port for this load balancer: \(port).", at: "Port")
        }
        configuration.loadBalancers[place].listeners.append(
            LoadBalancer.Listener(
                arn: self.evaluation.balancingARN(of: resource), logicalID: resource.logicalID, port: port,
                protocolName: protocolName,
                defaultActions: ListenerActions(reader: reader, groups: groups).read("DefaultActions")))
    }

    private func readRule(_ resource: Resource, _ groups: Set<String>, into configuration: inout GatewayConfiguration) {
        let reader = PropertyReader(self.evaluation, resource)
        reader.check(
            PropertyTable(emulated: ["ListenerArn", "Priority", "Conditions", "Actions"], unemulated: ["Transforms"]))
        // Priorities of rules: 1 to 50,000 (Elastic Load Balancing API reference, "CreateRule").
        guard let arn = reader.required("ListenerArn"), reader.required("Priority") != nil,
            let priority = reader.integer("Priority", in: 1...50_000)
        else { return }
        for balancer in configuration.loadBalancers.indices {
            guard let place = configuration.loadBalancers[balancer].listeners.firstIndex(where: { $0.arn == arn }) else {
                continue
            }
            var rules = configuration.loadBalancers[balancer].listeners[place].rules
            if rules.contains(where: { $0.priority == priority }) {
                reader.error("Priority '\(priority)' is currently in use. Give each rule of a listener its own.", at: "Priority")
            }
            rules.append(
                LoadBalancer.Rule(
                    arn: self.evaluation.balancingARN(of: resource), priority: priority,
                    conditions: ListenerConditions.read(reader),
                    actions: ListenerActions(reader: reader, groups: groups).read("Actions")))
            configuration.loadBalancers[balancer].listeners[place].rules = rules.sorted { $0.priority < $1.priority }
            return
        }
        if self.evaluation.diagnostics.errors.isEmpty {
            reader.error("\(arn) is no listener of this template. Use !Ref of one.", at: "ListenerArn")
        }
    }
}
