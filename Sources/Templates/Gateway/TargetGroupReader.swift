import APIGateway

/// `AWS::ElasticLoadBalancingV2::TargetGroup`.
struct TargetGroupReader {
    let evaluation: Evaluation
    let resource: Resource

    private static let known = PropertyTable(
        emulated: [
            "Name", "Port", "Protocol", "TargetType", "Targets", "TargetGroupAttributes", "HealthCheckEnabled",
            "HealthCheckProtocol", "HealthCheckPort", "HealthCheckPath", "HealthCheckIntervalSeconds",
            "HealthCheckTimeoutSeconds", "HealthyThresholdCount", "UnhealthyThresholdCount", "Matcher",
        ], ignorable: ["VpcId", "Tags", "IpAddressType", "ProtocolVersion", "TargetControlPort"])

    // Elastic Load Balancing API reference, "CreateTargetGroup".
    private static let interval = 5...300
    private static let timeout = 2...120
    private static let threshold = 2...10
    private static let ports = 1...65_535

    /// `nil` once an error is reported.
    func read() -> TargetGroup? {
        let reader = PropertyReader(self.evaluation, self.resource)
        reader.check(Self.known)
        let type = reader.choice("TargetType", of: TargetGroup.TargetType.allCases) ?? .instance
        let protocolName = reader.text("Protocol")
        let port = reader.integer("Port", in: Self.ports)
        if type != .lambda {
            if protocolName == nil { reader.error("Property 'Protocol' is required, for example TCP.", at: "Protocol") }
            if port == nil, reader.members["Port"] == nil { reader.error("Property 'Port' is required.", at: "Port") }
        }
        var group = TargetGroup(
            arn: self.evaluation.balancingARN(of: self.resource), logicalID: self.resource.logicalID,
            name: self.evaluation.physicalName(of: self.resource), protocolName: protocolName, port: port, targetType: type,
            healthCheck: self.healthCheck(reader, groupProtocol: protocolName ?? "TCP"))
        group.targets = (reader.maps("Targets") ?? []).compactMap { target in
            target.check(PropertyTable(emulated: ["Id", "Port"], ignorable: ["AvailabilityZone", "QuicServerId"]))
            return target.required("Id").map { TargetGroup.Target(id: $0, port: target.integer("Port", in: Self.ports)) }
        }
        if type == .instance, !group.targets.isEmpty {
            reader.notice(
                "Instances are not known here. Use TargetType ip with addresses, or give servers with --target-group \(self.resource.logicalID)=host:port.",
                at: "Targets")
        }
        for attribute in reader.maps("TargetGroupAttributes") ?? [] {
            guard let key = attribute.text("Key") else { continue }
            if key == "deregistration_delay.timeout_seconds" {
                if let seconds = attribute.integer("Value", in: 0...3600) { group.deregistrationDelaySeconds = seconds }
            } else {
                attribute.notice("\(key) is not emulated; it has no effect here.", at: "Key")
            }
        }
        return group
    }

    /// Defaults by protocol: TCP 10 s, HTTP 6 s (network load balancers), 5 s (application ones).
    private func healthCheck(_ reader: PropertyReader, groupProtocol: String) -> TargetGroup.HealthCheck {
        let isApplication = groupProtocol.hasPrefix("HTTP")
        let name = reader.text("HealthCheckProtocol") ?? (isApplication ? "HTTP" : "TCP")
        if !["TCP", "HTTP", "HTTPS"].contains(name) {
            reader.error("HealthCheckProtocol is \"\(name)\"; it has to be TCP, HTTP or HTTPS.", at: "HealthCheckProtocol")
        }
        var check = TargetGroup.HealthCheck(
            protocolName: name, timeoutSeconds: isApplication ? 5 : name == "TCP" ? 10 : 6, healthyThreshold: 5,
            unhealthyThreshold: 2, matcher: isApplication ? "200" : "200-399")
        check.isEnabled = reader.boolean("HealthCheckEnabled") ?? true
        if let port = reader.text("HealthCheckPort"), port != "traffic-port" {
            check.port = reader.integer("HealthCheckPort", in: Self.ports)
        }
        check.path = reader.text("HealthCheckPath") ?? "/"
        check.intervalSeconds = reader.integer("HealthCheckIntervalSeconds", in: Self.interval) ?? 30
        if let seconds = reader.integer("HealthCheckTimeoutSeconds", in: Self.timeout) { check.timeoutSeconds = seconds }
        if let count = reader.integer("HealthyThresholdCount", in: Self.threshold) { check.healthyThreshold = count }
        if let count = reader.integer("UnhealthyThresholdCount", in: Self.threshold) { check.unhealthyThreshold = count }
        if let matcher = reader.map("Matcher"), let codes = matcher.text("HttpCode") { check.matcher = codes }
        return check
    }
}
