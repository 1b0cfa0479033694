import APIGateway
import CoreTypes
import ExecutionEnvironments
import HTTPServing

/// What of Elastic Load Balancing clients ask of the target groups behind VPC links: who is healthy, and servers that come and go
/// (Elastic Load Balancing API reference, version 2015-12-01; AWS Query protocol, answers in XML).
struct LoadBalancingWire {
    let groups: [TargetGroup]
    let gateway: GatewayHost

    /// "Targets per target group": no call needs more.
    private static let targetsMax = 1_000
    private static let namespace = "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/"

    struct Fault: Error {
        let code: String
        let message: String
    }

    static func serves(_ call: AWSRequest) -> Bool { SigningScope(call)?.service == "elasticloadbalancing" }

    /// `nil` for an action that is not emulated.
    func answer(_ call: AWSRequest, requestID: RequestID) -> AWSResponse? {
        guard let action = UnsupportedWire.queryAction(call) else { return nil }
        let form = call.query + AWSRequest.parameters(String(decoding: call.body, as: UTF8.self))
        do throws(Fault) {
            let result: String
            switch action {
            case "DescribeTargetGroups": result = try self.describeGroups(form)
            case "DescribeTargetHealth": result = self.health(try self.group(form))
            case "RegisterTargets": result = try self.change(form) { $0.register($1, in: $2, at: $3) }
            case "DeregisterTargets": result = try self.change(form) { $0.deregister($1, in: $2, at: $3) }
            default: return nil
            }
            return Self.xml(
                200,
                "<\(action)Response xmlns=\"\(Self.namespace)\"><\(action)Result>\(result)</\(action)Result>"
                    + "<ResponseMetadata><RequestId>\(requestID)</RequestId></ResponseMetadata></\(action)Response>")
        } catch {
            return Self.xml(
                400,
                "<ErrorResponse xmlns=\"\(Self.namespace)\"><Error><Type>Sender</Type><Code>\(error.code)</Code>"
                    + "<Message>\(UnsupportedWire.escaped(error.message))</Message></Error>"
                    + "<RequestId>\(requestID)</RequestId></ErrorResponse>")
        }
    }

    private static func xml(_ status: Int, _ text: String) -> AWSResponse {
        AWSResponse(status: status, headers: [AWSRequest.Header("Content-Type", "text/xml")], body: Array(text.utf8))
    }

    // MARK: Actions

    private func describeGroups(_ form: [AWSRequest.Parameter]) throws(Fault) -> String {
        let arns = Self.list("TargetGroupArns", form)
        let names = Self.list("Names", form)
        let chosen = self.groups.filter { (arns.isEmpty || arns.contains($0.arn)) && (names.isEmpty || names.contains($0.name)) }
        guard chosen.count >= max(arns.count, names.count) else { throw Self.notFound }
        let members = chosen.map { group -> String in
            let port = group.port.map { "<Port>\($0)</Port>" } ?? ""
            return "<member><TargetGroupArn>\(UnsupportedWire.escaped(group.arn))</TargetGroupArn>"
                + "<TargetGroupName>\(UnsupportedWire.escaped(group.name))</TargetGroupName>\(port)"
                + "<TargetType>\(group.targetType.rawValue)</TargetType></member>"
        }
        return "<TargetGroups>\(members.joined())</TargetGroups>"
    }

    private func health(_ group: TargetGroup) -> String {
        let targets = self.gateway.service.state.loadBalancers.groups[group.arn]?.health ?? []
        let members = targets.map { target, health -> String in
            let reason = health.reason.map { "<Reason>\($0)</Reason>" } ?? ""
            return "<member><Target><Id>\(UnsupportedWire.escaped(target.host))</Id><Port>\(target.port)</Port></Target>"
                + "<TargetHealth><State>\(health.rawValue)</State>\(reason)</TargetHealth></member>"
        }
        return "<TargetHealthDescriptions>\(members.joined())</TargetHealthDescriptions>"
    }

    private func change(
        _ form: [AWSRequest.Parameter],
        _ change: (inout LoadBalancerState, TargetAddress, String, Timestamp) -> Void
    ) throws(Fault) -> String {
        let group = try self.group(form)
        var targets: [TargetAddress] = []
        for number in 1...Self.targetsMax {
            let prefix = "Targets.member.\(number)."
            guard let id = Self.value(prefix + "Id", form) else { break }
            guard let port = Self.value(prefix + "Port", form).map({ Int($0) }) ?? group.port, 1...65_535 ~= port else {
                throw Fault(code: "InvalidTarget", message: "The target \(id) has no port from 1 to 65535")
            }
            targets.append(TargetAddress(host: id, port: port))
        }
        guard !targets.isEmpty else { throw Fault(code: "ValidationError", message: "At least one target must be specified") }
        self.gateway.changeTargets { balancers, now in
            for target in targets { change(&balancers, target, group.arn, now) }
        }
        return ""
    }

    private func group(_ form: [AWSRequest.Parameter]) throws(Fault) -> TargetGroup {
        let arn = Self.value("TargetGroupArn", form)
        guard let group = self.groups.first(where: { $0.arn == arn }) else { throw Self.notFound }
        return group
    }

    private static let notFound = Fault(code: "TargetGroupNotFound", message: "One or more target groups not found")

    private static func value(_ name: String, _ form: [AWSRequest.Parameter]) -> String? { form.first { $0.name == name }?.value }

    private static func list(_ name: String, _ form: [AWSRequest.Parameter]) -> [String] {
        form.filter { $0.name.hasPrefix("\(name).member.") }.map(\.value)
    }
}

extension TargetGroupState.Health {
    /// `TargetHealth.Reason`
    fileprivate var reason: String? {
        switch self {
        case .initial: "Elb.InitialHealthChecking"
        case .healthy: nil
        case .unhealthy: "Target.FailedHealthChecks"
        case .draining: "Target.DeregistrationInProgress"
        }
    }
}
